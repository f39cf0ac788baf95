define(['mage/translate'], function ($t) {
    var a = $t('First'), b = $.mage.__('Two'), c = jQuery.mage.__("Three"), d = $t( 'Four' ), e = $t('Say "hi"'), f = $t("Say \"hi\"");
    // $t('Five')
    var g = $t('Two
lines'), h = _.i18n('Six'), i = {i18n: 'Seven'}, j = $t('T' + 'en'), k = $t('Only'), l = $t('10'), m = $t('123');
    var n = $t('Shared'), o = $t('Round'), p = $t('{0} left'), q = $t('Msg {n, plural, one{x} other{y}}'), r = $t("It''s {0}");
    var s = $t('Plus'), t = $t('Odd'), u = $t('Open end'), v = $t('Eight'), w = $t('Ni' + "ne"), x = $t('Back\\"slash'), y = $t('Only one column');
    var no = [$t('Two', 1), $t(label), $t ('Two'), $t(`Two`)];
});
