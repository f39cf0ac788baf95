//! The locales that `setup:static-content:deploy` accepts as arguments: Magento's own table
//! (`Magento\Framework\Locale\Config`) as far as ICU 72.1 knows the locale.

/// Sorted, 90 of them.
#[rustfmt::skip]
pub const LOCALES: [&str; 90] = [
    "af_ZA", "ar_DZ", "ar_EG", "ar_KW", "ar_MA", "ar_SA",
    "az_Latn_AZ", "be_BY", "bg_BG", "bn_BD", "bs_Latn_BA", "ca_ES",
    "cs_CZ", "cy_GB", "da_DK", "de_AT", "de_CH", "de_DE",
    "de_LU", "el_GR", "en_AU", "en_CA", "en_GB", "en_IE",
    "en_NZ", "en_US", "es_AR", "es_BO", "es_CL", "es_CO",
    "es_CR", "es_ES", "es_MX", "es_PA", "es_PE", "es_US",
    "es_VE", "et_EE", "eu_ES", "fa_IR", "fi_FI", "fil_PH",
    "fr_BE", "fr_CA", "fr_CH", "fr_FR", "fr_LU", "gl_ES",
    "gu_IN", "he_IL", "hi_IN", "hr_HR", "hu_HU", "id_ID",
    "is_IS", "it_CH", "it_IT", "ja_JP", "ka_GE", "km_KH",
    "ko_KR", "lo_LA", "lt_LT", "lv_LV", "mk_MK", "ms_MY",
    "nb_NO", "nl_BE", "nl_NL", "nn_NO", "pl_PL", "pt_BR",
    "pt_PT", "ro_RO", "ru_RU", "sk_SK", "sl_SI", "sq_AL",
    "sr_Cyrl_RS", "sr_Latn_RS", "sv_FI", "sv_SE", "sw_KE", "th_TH",
    "tr_TR", "uk_UA", "vi_VN", "zh_Hans_CN", "zh_Hant_HK", "zh_Hant_TW",
];

/// Whether the locale may be named as an argument; letter case matters.
pub fn is_listed(locale: &str) -> bool {
    LOCALES.binary_search(&locale).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_searched() {
        assert!(LOCALES.is_sorted());
        assert!(is_listed("af_ZA") && is_listed("en_US") && is_listed("zh_Hant_TW"));
        assert!(!is_listed("xx_YY") && !is_listed("en_us") && !is_listed("mn_Cyrl_MN"));
    }
}
