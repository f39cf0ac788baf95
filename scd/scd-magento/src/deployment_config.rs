//! What the deployment is configured to be: `app/etc/config.php`, `app/etc/env.php`, and the defaults of modules.
//!
//! Mirrors `Magento\Framework\App\DeploymentConfig` and, without a database, `Magento\Framework\App\Config`.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::Error;
use crate::ident::{Locale, ModuleName};
use crate::module::Module;
use crate::paths;
use crate::php::{self, PhpArray, PhpKey, PhpValue};
use crate::tree::Tree;
use crate::xml::{Xml, XmlText, text_of};

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

/// The merged `app/etc/config.php` and `app/etc/env.php`.
#[derive(Clone, Debug)]
pub struct DeploymentConfig {
    path: PathBuf,
    data: PhpArray,
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
    pub fn read(tree: &dyn Tree, root: &Path) -> Result<Self, Error> {
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
        match data.get("modules").and_then(PhpValue::as_array) {
            Some(modules) if !modules.is_empty() => {}
            _ => {
                let message = format!("`{}` lists no `modules`", path.display());
                return Err(Error::inconsistent(&path, message, hint));
            }
        }
        let (website, store) = default_store(&data).map_err(|message| {
            Error::inconsistent(
                &path,
                format!("`{}`: {message}", path.display()),
                "run `bin/magento app:config:dump scopes` on the shop and commit `app/etc/config.php`",
            )
        })?;
        Ok(Self {
            path,
            data,
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
        let parts: Vec<Option<PhpArray>> = enabled
            .par_iter()
            .map(|module| {
                let path = module.directory.join("etc/config.xml");
                match tree.read(&path) {
                    Ok(source) => config_xml(&path, &source).map(Some),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(Error::read(&path)(error)),
                }
            })
            .collect::<Result<_, _>>()?;
        let mut merged = PhpArray::new();
        for part in parts.iter().flatten() {
            merged.replace_recursive(part);
        }
        if let Some(system) = self.data.get("system").and_then(PhpValue::as_array) {
            merged.replace_recursive(system);
        }
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

    /// Whether a configuration value is set and true for PHP; `'false'` is.
    pub fn flag(&self, scope: Scope, path: &str) -> bool {
        self.value(scope, path).is_some_and(PhpValue::is_truthy)
    }

    /// The modules in their order with whether they are enabled.
    pub fn modules(&self) -> impl Iterator<Item = (ModuleName, bool)> {
        let modules = self.data.get("modules").and_then(PhpValue::as_array);
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
        let Some(value) = self.data.get("MAGE_MODE") else {
            return Ok(Mode::Default);
        };
        value.as_str().and_then(Mode::parse).ok_or_else(|| {
            let word = value.to_text().unwrap_or_default();
            Error::inconsistent(
                &self.path,
                format!(
                    "unknown application mode `{}`",
                    String::from_utf8_lossy(&word)
                ),
                "set `MAGE_MODE` to `production`, `default` or `developer`",
            )
        })
    }

    /// Locales deployed for `adminhtml` besides `en_US` when none is asked for.
    pub fn admin_locales(&self) -> Vec<Locale> {
        let list = self
            .data
            .get("admin_locales_for_deploy")
            .and_then(PhpValue::as_array);
        list.into_iter()
            .flat_map(PhpArray::values)
            .filter_map(PhpValue::as_str)
            .map(Locale::from)
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

    /// Everything, as the files say it.
    pub fn data(&self) -> &PhpArray {
        &self.data
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

/// Website and store code that values are read for: website with `is_default`, its group, the group's store.
fn default_store(data: &PhpArray) -> Result<(String, String), String> {
    let scopes = |kind: &str| data.at(&["scopes", kind]).and_then(PhpValue::as_array);
    let (Some(websites), Some(groups), Some(stores)) =
        (scopes("websites"), scopes("groups"), scopes("stores"))
    else {
        return Err(
            "expected `scopes` with `websites`, `groups` and `stores`, found none".to_owned(),
        );
    };
    let field = |entry: &PhpValue, name: &str| -> Option<String> {
        let text = entry.as_array()?.get(name)?.to_text()?.into_owned();
        String::from_utf8(text).ok()
    };
    let is_default = |entry: &&PhpValue| {
        let flag = entry.as_array().and_then(|entry| entry.get("is_default"));
        flag.is_some_and(PhpValue::is_truthy)
    };
    let by_id = |entries: &PhpArray, name: &str, id: &str| {
        entries
            .values()
            .find(|entry| field(entry, name).as_deref() == Some(id))
            .cloned()
    };
    let website = websites
        .values()
        .find(is_default)
        .ok_or("no website in `scopes/websites` has `is_default`")?;
    let group = field(website, "default_group_id")
        .and_then(|id| by_id(groups, "group_id", &id))
        .ok_or("the default website's `default_group_id` is not in `scopes/groups`")?;
    let store = field(&group, "default_store_id")
        .and_then(|id| by_id(stores, "store_id", &id))
        .ok_or("the default group's `default_store_id` is not in `scopes/stores`")?;
    field(website, "code")
        .zip(field(&store, "code"))
        .ok_or_else(|| "the default website or store has no `code`".to_owned())
}

/// `default`, `websites`, `stores` of one `config.xml`. Mirrors `Magento\Framework\App\Config\Initial\Converter`.
fn config_xml(path: &Path, source: &[u8]) -> Result<PhpArray, Error> {
    let text = XmlText::new(path, source)?;
    let xml = Xml::new(path, &text)?;
    let mut data = PhpArray::new();
    for section in xml
        .document()
        .root_element()
        .children()
        .filter(roxmltree::Node::is_element)
    {
        let name = section.tag_name().name();
        if matches!(name, "default" | "websites" | "stores") {
            data.insert(PhpKey::from_bytes(name.as_bytes()), node_value(section, 0));
        }
    }
    Ok(data)
}

/// Elements deeper than this are no configuration path.
const MAX_DEPTH: usize = 32;

fn node_value(node: roxmltree::Node<'_, '_>, depth: usize) -> PhpValue {
    let mut children = node
        .children()
        .filter(roxmltree::Node::is_element)
        .peekable();
    if children.peek().is_none() || depth > MAX_DEPTH {
        let text = text_of(node);
        return if text.trim().is_empty() {
            PhpValue::Null
        } else {
            PhpValue::string(text)
        };
    }
    let mut array = PhpArray::new();
    for child in children {
        let mut single = PhpArray::new();
        single.insert(
            PhpKey::from_bytes(child.tag_name().name().as_bytes()),
            node_value(child, depth + 1),
        );
        array.replace_recursive(&single);
    }
    PhpValue::Array(array)
}
