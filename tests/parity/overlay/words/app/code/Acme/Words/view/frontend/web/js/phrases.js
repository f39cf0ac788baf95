define(['jquery', 'mage/translate'], function ($, $t) {
    var a = $t('One phrase'), b = $.mage.__("Another phrase"), c = $.mage.__('It\'s quoted'), d = $t( 'With blanks' );

    return {
        e: $t('Häuser'), f: $t("100%1 of %2"), g: $t('No row has this'), h: $t('One ' + 'phrase'), i: $t("Five, columns"),
        j: translate('Not seen'), k: 'i18n: \'In a binding\'', l: $t('Broken "quotes"')
    };
});
