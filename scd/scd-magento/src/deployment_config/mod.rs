//! What the deployment is configured to be: `app/etc/config.php`, `app/etc/env.php`, and the defaults of modules.
//!
//! Mirrors `Magento\Framework\App\DeploymentConfig` and, without a database, `Magento\Framework\App\Config`.

mod config_xml;
mod default_store;
mod notice;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::environment::{self, Environment};
use crate::error::Error;
use crate::finding::Finding;
use crate::ident::{Locale, ModuleName};
use crate::module::Module;
use crate::paths;
use crate::php::{self, PhpArray, PhpKey, PhpValue};
use crate::tree::Tree;

/// `MAGE_MODE`. Mirrors `Magento\Framework\App\State`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// `default`
    #[default]
    Default,
    /// `developer`: nothing is minified.
    Developer,
    /// `production`
    Production,
}

impl Mode {
    /// The mode of that word, none for an unknown one.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "default" => Some(Self::Default),
            "developer" => Some(Self::Developer),
            "production" => Some(Self::Production),
            _ => None,
        }
    }
}

/// For whom a configuration value is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The `default` tree alone.
    Default,
    /// The default store: `default`, then its website, then the store itself.
    Store,
}

/// How scripts get their translations. Mirrors `Magento\Translation\Model\Js\Config`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranslationStrategy {
    /// `dictionary`, the default, and every other word: scripts are left alone and `js-translation.json` is written.
    Dictionary,
    /// `embedded`: besides that, calls in scripts are replaced by their translation.
    Embedded,
}

/// The merged `app/etc/config.php` and `app/etc/env.php`, under the variables of the environment.
#[derive(Clone, Debug)]
pub struct DeploymentConfig {
    path: PathBuf,
    environment: Environment,
    data: PhpArray,
    /// Top-level keys that the environment replaces; PHP does not see them where it reads `system` and `scopes`.
    replaced: PhpArray,
    default_tree: PhpArray,
    store_tree: PhpArray,
    store: String,
    website: String,
}

impl DeploymentConfig {
    /// Reads both files; [`Self::add_module_defaults`] completes the values.
    ///
    /// # Errors
    /// A file that is not a literal array, no modules, no scopes.
    pub fn read(tree: &dyn Tree, root: &Path, environment: &Environment) -> Result<Self, Error> {
        let path = root.join(paths::CONFIG);
        let hint =
            "copy `app/etc/config.php` of the shop, or run `bin/magento module:enable --all`";
        let Some(mut data) = read_array(tree, &path)? else {
            return Err(Error::inconsistent(
                &path,
                format!("`{}` is missing", path.display()),
                hint,
            ));
        };
        if let Some(env) = read_array(tree, &root.join(paths::ENV))? {
            data.replace_recursive(&env);
        }
        let replaced = replaced(environment)?;
        let modules = replaced.get("modules").or_else(|| data.get("modules"));
        match modules.and_then(PhpValue::as_array) {
            Some(modules) if !modules.is_empty() => {}
            _ => {
                let message = format!("`{}` lists no `modules`", path.display());
                return Err(Error::inconsistent(&path, message, hint));
            }
        }
        let (website, store) = default_store::default_store(&data).map_err(|message| {
            Error::inconsistent(
                &path,
                format!("`{}`: {message}", path.display()),
                "run `bin/magento app:config:dump scopes` on the shop and commit `app/etc/config.php`",
            )
        })?;
        Ok(Self {
            path,
            environment: environment.clone(),
            data,
            replaced,
            default_tree: PhpArray::new(),
            store_tree: PhpArray::new(),
            store,
            website,
        })
    }

    /// Merges `etc/config.xml` of the enabled modules, in their order, below the `system` values of the deployment.
    ///
    /// # Errors
    /// Malformed XML, with its place.
    pub fn add_module_defaults<'m>(
        &mut self,
        tree: &dyn Tree,
        enabled: impl Iterator<Item = &'m Module>,
    ) -> Result<(), Error> {
        let enabled: Vec<&Module> = enabled.collect();
        let mut merged = config_xml::defaults(tree, &enabled)?;
        match self.data.get("system") {
            Some(PhpValue::Array(system)) => merged.replace_recursive(system),
            Some(other) if other.is_truthy() => return Err(self.no_array("system", other)),
            _ => {}
        }
        if self.environment.sets_config() {
            for (_, path, text) in self.environment.config_values() {
                set(&mut merged, &path, text);
            }
        }
        self.check_scopes(&merged)?;
        let tree_at = |path: &[&str]| merged.at(path).and_then(PhpValue::as_array);
        self.default_tree = tree_at(&["default"]).cloned().unwrap_or_default();
        self.store_tree = self.default_tree.clone();
        for layer in [["websites", &self.website], ["stores", &self.store]] {
            if let Some(layer) = tree_at(&layer) {
                self.store_tree.replace_recursive(layer);
            }
        }
        Ok(())
    }

    /// A configuration value such as `dev/js/minify_files`.
    pub fn value(&self, scope: Scope, path: &str) -> Option<&PhpValue> {
        let tree = match scope {
            Scope::Default => &self.default_tree,
            Scope::Store => &self.store_tree,
        };
        let keys: Vec<&str> = path.split('/').collect();
        tree.at(&keys)
    }

    /// Whether a configuration value is set and true for PHP; `'false'` is, and so is a list, even an empty one.
    pub fn flag(&self, scope: Scope, path: &str) -> bool {
        let is_set = |value: &PhpValue| value.is_truthy() || value.as_array().is_some();
        self.value(scope, path).is_some_and(is_set)
    }

    /// `dev/js/translate_strategy`. PHP asks for the default scope, and compares loosely.
    pub fn translation_strategy(&self) -> TranslationStrategy {
        match self.value(Scope::Default, "dev/js/translate_strategy") {
            Some(PhpValue::Bool(true)) => TranslationStrategy::Embedded,
            Some(value) if value.as_str() == Some("embedded") => TranslationStrategy::Embedded,
            _ => TranslationStrategy::Dictionary,
        }
    }

    /// What is odd about the values that matter here, though PHP takes them.
    pub fn notices(&self) -> Vec<Finding> {
        notice::notices(self)
    }

    /// The modules in their order with whether they are enabled.
    pub fn modules(&self) -> impl Iterator<Item = (ModuleName, bool)> {
        let modules = self.top_level("modules").and_then(PhpValue::as_array);
        modules
            .into_iter()
            .flat_map(PhpArray::iter)
            .map(|(name, flag)| (ModuleName::new(name.to_string()), flag.is_truthy()))
    }

    /// `MAGE_MODE` of the files; the environment variable of that name is the caller's business.
    ///
    /// # Errors
    /// An unknown word.
    pub fn mode(&self) -> Result<Mode, Error> {
        let Some(value) = self.deployment_value("MAGE_MODE") else {
            return Ok(Mode::Default);
        };
        let mode = match &*value {
            PhpValue::Null => Some(Mode::Default),
            // PHP compares it loosely with the words, and with `developer` where it asks whether to minify.
            PhpValue::Bool(true) => Some(Mode::Developer),
            value => value.as_str().and_then(Mode::parse),
        };
        mode.ok_or_else(|| {
            let found = match value.to_text() {
                Some(word) => format!("`{}`", String::from_utf8_lossy(&word)),
                None => value.kind().to_owned(),
            };
            Error::inconsistent(
                &self.path,
                format!("unknown application mode in `MAGE_MODE`: found {found}"),
                "set `MAGE_MODE` to `production`, `default` or `developer`",
            )
        })
    }

    /// Locales deployed for `adminhtml` besides `en_US` when none is asked for.
    ///
    /// # Errors
    /// Anything but a list of texts.
    pub fn admin_locales(&self) -> Result<Vec<Locale>, Error> {
        const KEY: &str = "admin_locales_for_deploy";
        let refuse = |found: &str| {
            Error::inconsistent(
                &self.path,
                format!("expected a list of locales in `{KEY}`, found {found}"),
                format!("write `'{KEY}' => ['de_DE']`, or name the locales on the command line"),
            )
        };
        if let Some(text) = self.environment.deployment_value(KEY) {
            return Err(refuse(&format!(
                "the text `{text}` of an environment variable"
            )));
        }
        let Some(value) = self.deployment_value(KEY) else {
            return Ok(Vec::new());
        };
        let list = value.as_array().ok_or_else(|| refuse(value.kind()))?;
        list.values()
            .map(|locale| match locale.as_str() {
                Some(locale) => Ok(Locale::from(locale)),
                None => Err(refuse(&format!("a list with {}", locale.kind()))),
            })
            .collect()
    }

    /// Whether a database is configured. Its themes, values and translations are not seen here.
    pub fn has_database(&self) -> bool {
        self.data.get("db").is_some()
    }

    /// The code of the default store.
    pub fn default_store(&self) -> &str {
        &self.store
    }

    /// Translations of the key `i18n` for a locale and the default store, as key and value bytes in order.
    pub fn translations(&self, locale: &Locale) -> Vec<(Vec<u8>, Vec<u8>)> {
        let rows = self.data.at(&["i18n", locale.as_str(), &self.store]);
        rows.and_then(PhpValue::as_array)
            .into_iter()
            .flat_map(PhpArray::iter)
            .filter_map(|(key, value)| {
                let key = match key {
                    PhpKey::Int(number) => number.to_string().into_bytes(),
                    PhpKey::String(bytes) => bytes.to_vec(),
                };
                Some((key, value.to_text()?.into_owned()))
            })
            .collect()
    }

    /// A key of the deployment configuration, with what the environment replaces.
    fn top_level(&self, key: &str) -> Option<&PhpValue> {
        self.replaced.get(key).or_else(|| self.data.get(key))
    }

    /// The same with references to variables replaced.
    fn deployment_value(&self, key: &str) -> Option<Cow<'_, PhpValue>> {
        self.top_level(key)
            .map(|value| self.environment.resolve(value))
    }

    /// PHP goes through all scopes, so that one that is no map ends it.
    fn check_scopes(&self, merged: &PhpArray) -> Result<(), Error> {
        for scope in ["default", "websites", "stores"] {
            let Some(value) = merged.get(scope) else {
                continue;
            };
            let map = value
                .as_array()
                .ok_or_else(|| self.no_array(&format!("system/{scope}"), value))?;
            if scope == "default" {
                continue;
            }
            let odd = map.iter().find(|(_, value)| value.as_array().is_none());
            if let Some((code, value)) = odd {
                return Err(self.no_array(&format!("system/{scope}/{code}"), value));
            }
        }
        Ok(())
    }

    fn no_array(&self, key: &str, found: &PhpValue) -> Error {
        Error::inconsistent(
            &self.path,
            format!(
                "expected a map of settings in `{key}`, found {}",
                found.kind()
            ),
            format!(
                "write `'{}' => [...]` in `app/etc/config.php` or `app/etc/env.php`, or leave it out",
                key.rsplit('/').next().unwrap_or(key)
            ),
        )
    }

    /// Everything, as the files say it.
    pub fn data(&self) -> &PhpArray {
        &self.data
    }
}

/// Top-level keys that the environment gives as JSON; as in PHP, text that is no JSON is ignored.
fn replaced(environment: &Environment) -> Result<PhpArray, Error> {
    let text = environment.get(environment::OVERRIDE).unwrap_or_default();
    match serde_json::from_str(text).map(environment::from_json) {
        _ if text == "0" => Ok(PhpArray::new()),
        Ok(PhpValue::Array(array)) => Ok(array),
        Ok(PhpValue::Null) | Err(_) => Ok(PhpArray::new()),
        Ok(other) => Err(Error::Inconsistent {
            path: None,
            message: format!(
                "expected a JSON object in the variable `{}`, found {}",
                environment::OVERRIDE,
                other.kind()
            ),
            hint: Some(
                "unset it, or give it keys of `app/etc/env.php` with their values".to_owned(),
            ),
        }),
    }
}

/// Sets the value at a path; nothing happens where the path leads below something that is no map.
/// Mirrors `Magento\Framework\Stdlib\ArrayManager::set`.
fn set(tree: &mut PhpArray, path: &[String], text: &str) {
    let Some((last, way)) = path.split_last() else {
        return;
    };
    let mut value = PhpValue::string(text);
    let parent: Vec<&str> = way.iter().map(String::as_str).collect();
    let leads_below_a_value = (1..=parent.len()).any(|length| {
        let found = tree.at(&parent[..length]);
        found.is_some_and(|found| found.as_array().is_none())
    });
    if leads_below_a_value {
        return;
    }
    for key in std::iter::once(last).chain(way.iter().rev()) {
        let mut single = PhpArray::new();
        single.insert(PhpKey::from_bytes(key.as_bytes()), value);
        value = PhpValue::Array(single);
    }
    if let PhpValue::Array(single) = value {
        tree.replace_recursive(&single);
    }
}

/// A PHP file that returns an array; none if there is no such file.
fn read_array(tree: &dyn Tree, path: &Path) -> Result<Option<PhpArray>, Error> {
    if tree.stat(path).map_err(Error::read(path))?.is_none() {
        return Ok(None);
    }
    let source = tree.read(path).map_err(Error::read(path))?;
    match php::read_return(path, &source)? {
        PhpValue::Array(array) => Ok(Some(array)),
        other => Err(Error::at(
            path,
            &source,
            0,
            format!("expected `return` with an array, found {}", other.kind()),
            Some("the file must return its settings as one array".to_owned()),
        )),
    }
}
