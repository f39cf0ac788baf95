define(['mage/translate'], function ($t) {
    var a = 'Juntar', b = 'Está pronto', c = $t('Long ' +
        'text'), d = $t('Has arg', 1), e = 'Preço/un.',
        f = 'Página {0} d'o total {1}', g = 'Keep me', h = 'a "q" &amp;', i = '1e1', j = '9 itens', k = '{n}';
});
