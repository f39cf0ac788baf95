define(['mage/translate'], function ($t) {
    var a = $t('Add item'), b = $t('It\'s ready'), c = $t('Long ' +
        'text'), d = $t('Has arg', 1), e = $t("Price/unit"),
        f = $t('Page {0} of {1}'), g = $t('Keep me'), h = $t('Configured'), i = $t('10'), j = $t('9 items'), k = $t('{n, plural, other{x}}');
});
