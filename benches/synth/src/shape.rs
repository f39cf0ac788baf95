//! How large a shop is.

/// How many of what a shop has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Equal seeds give equal shops.
    pub seed: u64,
    /// Modules.
    pub modules: usize,
    /// Themes, in chains of [`CHAIN`](Self::CHAIN).
    pub themes: usize,
    /// Locales that the shop speaks; at most [`LOCALES`](Self::LOCALES).
    pub locales: usize,
}

/// The locales of a shop in their order; the first ones are spoken by small shops, too.
const LOCALES: [&str; 30] = [
    "en_US", "de_DE", "fr_FR", "nl_NL", "es_ES", "it_IT", "pl_PL", "en_GB", "de_AT", "sv_SE",
    "da_DK", "nb_NO", "fi_FI", "pt_PT", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "bg_BG", "el_GR",
    "hr_HR", "sl_SI", "et_EE", "lv_LV", "lt_LT", "fr_CH", "de_CH", "it_CH", "tr_TR", "uk_UA",
];

impl Shape {
    /// Themes in a chain, each the parent of the next.
    pub const CHAIN: usize = 5;

    /// The most locales.
    pub const LOCALES: usize = LOCALES.len();

    /// The whole shop: 800 modules, 40 themes, 30 locales, 1,200 packages.
    #[must_use]
    pub const fn whole(seed: u64) -> Self {
        Self {
            seed,
            modules: 800,
            themes: 40,
            locales: LOCALES.len(),
        }
    }

    /// The same modules with a share of the themes and locales: a twentieth or a fifth of the packages, or all of them.
    ///
    /// # Errors
    /// A text for people, for any other share.
    pub fn scaled(seed: u64, share: &str) -> Result<Self, String> {
        let whole = Self::whole(seed);
        let (themes, locales) = match share {
            "1/20" => (10, 6),
            "1/5" => (20, 12),
            "1" => (whole.themes, whole.locales),
            other => return Err(format!("expected `1/20`, `1/5` or `1`, found `{other}`")),
        };
        Ok(Self {
            themes,
            locales,
            ..whole
        })
    }

    /// The locales.
    #[must_use]
    pub fn locale_names(&self) -> &'static [&'static str] {
        &LOCALES[..self.locales.min(LOCALES.len())]
    }
}
