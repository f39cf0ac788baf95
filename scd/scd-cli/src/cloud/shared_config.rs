//! `app/etc/config.php` as ece-tools looks at it: a flat list of paths, with the stores and locales in it. Mirrors
//! `Magento\MagentoCloud\Util\ArrayManager`, `StaticContent\Build\Option::getLocales` and
//! `Config\Validator\Build\ConfigFileStructure`.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use scd_magento::php::{PhpArray, PhpKey, PhpValue, read_return};

/// The file, below the root.
pub(crate) const NAME: &str = "app/etc/config.php";

/// The locale that every build deploys.
const ALWAYS: &str = "en_US";

/// The leaves of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedConfig {
    leaves: Vec<(Vec<u8>, PhpValue)>,
    /// Whether there is a file at all.
    pub(crate) exists: bool,
}

/// A locale of the build and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourcedLocale {
    /// Such as `de_DE`.
    pub(crate) code: String,
    /// For people: a variable, a path of `config.php`, or the rule.
    pub(crate) origin: String,
}

impl SharedConfig {
    /// Reads the file of a root; a missing one equals an empty one.
    ///
    /// # Errors
    /// A file that cannot be read or does more than return an array of literals.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let path = root.join(NAME);
        match std::fs::read(&path) {
            Ok(source) => Self::parse(&path, &source),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        }
    }

    fn parse(path: &Path, source: &[u8]) -> Result<Self> {
        let mut config = Self {
            leaves: Vec::new(),
            exists: true,
        };
        if let PhpValue::Array(array) = read_return(path, source)? {
            config.flatten(&array, &[]);
        }
        Ok(config)
    }

    fn flatten(&mut self, array: &PhpArray, prefix: &[u8]) {
        for (key, value) in array.iter() {
            let mut path = prefix.to_vec();
            match key {
                PhpKey::Int(number) => path.extend_from_slice(number.to_string().as_bytes()),
                PhpKey::String(text) => path.extend_from_slice(text),
            }
            match value {
                PhpValue::Array(inner) if !inner.is_empty() => {
                    path.push(b'/');
                    self.flatten(inner, &path);
                }
                _ => self.leaves.push((path, value.clone())),
            }
        }
    }

    /// Whether the build knows websites or stores: a leaf below one of them that PHP takes for true.
    pub(crate) fn has_scopes(&self) -> bool {
        let is_scope = |path: &[u8]| {
            path.starts_with(b"scopes/websites") || path.starts_with(b"scopes/stores")
        };
        self.leaves
            .iter()
            .any(|(path, value)| is_scope(path) && value.is_truthy())
    }

    /// Whether a setting of the default scope is on.
    pub(crate) fn default_flag(&self, path: &str) -> bool {
        let path = format!("system/default/{path}");
        self.leaves
            .iter()
            .any(|(known, value)| known == path.as_bytes() && value.is_truthy())
    }

    /// The locales of a build, in order, each once.
    pub(crate) fn locales(&self, admin_locale: &str) -> Vec<SourcedLocale> {
        let mut locales: Vec<SourcedLocale> = Vec::new();
        let mut add = |code: String, origin: String| {
            if !code.is_empty() && !locales.iter().any(|known| known.code == code) {
                locales.push(SourcedLocale { code, origin });
            }
        };
        add(
            admin_locale.to_owned(),
            "the administrator's locale".to_owned(),
        );
        let stores = |path: &[u8]| path.ends_with(b"general/locale/code");
        let admins = |path: &[u8]| path.starts_with(b"admin_user/locale/code");
        let of_stores = self.leaves.iter().filter(|(path, _)| stores(path));
        let of_admins = self.leaves.iter().filter(|(path, _)| admins(path));
        for (path, value) in of_stores.chain(of_admins) {
            if let Some(text) = value.to_text().filter(|_| value.is_truthy()) {
                let path = String::from_utf8_lossy(path);
                add(
                    String::from_utf8_lossy(&text).into_owned(),
                    format!("`{path}` of {NAME}"),
                );
            }
        }
        add(ALWAYS.to_owned(), "deployed by every build".to_owned());
        locales
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(php: &str) -> SharedConfig {
        SharedConfig::parse(
            Path::new("config.php"),
            format!("<?php return {php};").as_bytes(),
        )
        .unwrap()
    }

    fn locales(php: &str, admin: &str) -> String {
        let locales = config(php).locales(admin);
        let codes: Vec<String> = locales.into_iter().map(|locale| locale.code).collect();
        codes.join(" ")
    }

    const SHOP: &str = "[
        'system' => [
            'default' => ['general' => ['locale' => ['code' => 'de_DE']]],
            'websites' => ['one' => ['general' => ['locale' => ['code' => 'it_IT']]]],
            'stores' => [
                'a' => ['general' => ['locale' => ['code' => 'fr_FR']]],
                'b' => ['general' => ['locale' => ['code' => 'de_DE']]],
                'c' => ['general' => ['locale' => ['code' => '']]],
            ],
        ],
        'admin_user' => ['locale' => ['code' => ['en_GB', 'fr_FR']]],
    ]";

    #[test]
    fn locales_come_in_ece_tools_order_each_once() {
        assert_eq!(locales(SHOP, "en_US"), "en_US de_DE it_IT fr_FR en_GB");
        assert_eq!(
            locales(SHOP, "pl_PL"),
            "pl_PL de_DE it_IT fr_FR en_GB en_US"
        );
        assert_eq!(locales("[]", "en_US"), "en_US");
        assert_eq!(
            locales("['admin_user' => ['locale' => ['code' => 'nl_NL']]]", ""),
            "nl_NL en_US"
        );
        assert_eq!(locales("1", "en_US"), "en_US");
        let origin = &config(SHOP).locales("en_US")[1].origin;
        assert_eq!(
            origin,
            "`system/default/general/locale/code` of app/etc/config.php"
        );
    }

    #[test]
    fn scopes_need_a_leaf_that_php_takes_for_true() {
        for (scopes, expected) in [
            ("'websites' => ['base' => ['website_id' => '0']]", false),
            (
                "'websites' => ['admin' => ['website_id' => '0', 'code' => 'admin']]",
                true,
            ),
            ("'stores' => ['default' => ['store_id' => '1']]", true),
            ("'stores' => []", false),
            ("'groups' => [1 => ['group_id' => '1']]", false),
        ] {
            assert_eq!(
                config(&format!("['scopes' => [{scopes}]]")).has_scopes(),
                expected,
                "{scopes}"
            );
        }
        assert!(!SharedConfig::default().has_scopes());
    }
}
