//! A Magento root as a whole: what is registered, configured and installed.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::customisation::{self, Customisation};
use crate::deployment_config::{DeploymentConfig, Mode, Scope};
use crate::edition::Features;
use crate::environment::Environment;
use crate::error::Error;
use crate::finding::Finding;
use crate::ident::{Locale, ModuleName, ThemeId};
use crate::integrity::{self, IntegrityStorage};
use crate::language::{DictionaryKind, DictionarySource, Languages};
use crate::minification::Minification;
use crate::module::{Module, Modules};
use crate::paths;
use crate::php;
use crate::registration::{ComponentKind, Registrations};
use crate::theme::Themes;
use crate::tree::{EntryKind, Tree};
use crate::view_config::ViewConfig;

/// Everything about a root but its static sources.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
    vendor: PathBuf,
    registrations: Registrations,
    modules: Modules,
    themes: Themes,
    languages: Languages,
    config: DeploymentConfig,
    features: Features,
    integrity: Option<IntegrityStorage>,
    customisations: Vec<Customisation>,
    umask: u32,
    /// What a person should know, though the root can be read; in the order in which it was found.
    pub notices: Vec<Finding>,
}

impl Project {
    /// Reads a root. Nothing is written and no PHP runs.
    ///
    /// # Errors
    /// Whatever would keep Magento from deploying, and what it discovers too late: see the readers of the parts.
    pub fn open(tree: &dyn Tree, root: &Path, environment: &Environment) -> Result<Self, Error> {
        let root = tree.canonicalize(root).map_err(Error::read(root))?;
        let mut config = DeploymentConfig::read(tree, &root, environment)?;
        let vendor = vendor_directory(tree, &root)?;
        // Reading the registrations and the record of packages have nothing to do with each other.
        let (registrations, features) = rayon::join(
            || Registrations::read(tree, &root, &vendor),
            || Features::read(tree, &vendor),
        );
        let (mut registrations, features) = (registrations?, features?);
        let mut notices = std::mem::take(&mut registrations.notices);
        for component in &registrations.components {
            let stat = tree
                .stat(&component.directory)
                .map_err(Error::read(&component.directory))?;
            if stat.is_none_or(|stat| stat.kind != EntryKind::Directory) {
                notices.push(Finding {
                    path: component.file.clone(),
                    message: format!(
                        "`{}` is registered at `{}`, which is no directory",
                        component.name,
                        component.directory.display()
                    ),
                    hint: Some("register `__DIR__`".to_owned()),
                });
            }
        }
        let mut modules = modules(&config, &registrations, &mut notices);
        config.add_module_defaults(tree, modules.enabled())?;
        notices.extend(config.notices());
        for module in modules.registered_mut() {
            let path = format!("advanced/modules_disable_output/{}", module.name);
            module.output_enabled = !config.flag(Scope::Store, &path);
        }
        let themes = Themes::read(tree, registrations.of(ComponentKind::Theme), &mut notices)?;
        let languages = Languages::read(tree, registrations.of(ComponentKind::Language))?;
        let customisations = customisation::find(tree, &root, &modules)?;
        if config.has_database() {
            notices.push(Finding {
                path: root.join(paths::ENV),
                message:
                    "a database is configured; its themes, settings and translations are not seen"
                        .to_owned(),
                hint: Some(
                    "name the locales, and dump settings with `bin/magento app:config:dump`"
                        .to_owned(),
                ),
            });
        }
        let integrity = integrity::storage(tree, &modules)?;
        let umask = umask(tree, &root)?;
        Ok(Self {
            root,
            vendor,
            registrations,
            modules,
            themes,
            languages,
            config,
            features,
            integrity,
            customisations,
            umask,
            notices,
        })
    }

    /// The root, absolute and with links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The vendor directory.
    pub fn vendor(&self) -> &Path {
        &self.vendor
    }

    /// All registrations, libraries included.
    pub fn registrations(&self) -> &Registrations {
        &self.registrations
    }

    /// The modules, enabled or not.
    pub fn modules(&self) -> &Modules {
        &self.modules
    }

    /// The themes with their parents.
    pub fn themes(&self) -> &Themes {
        &self.themes
    }

    /// The language packs.
    pub fn languages(&self) -> &Languages {
        &self.languages
    }

    /// The configuration.
    pub fn config(&self) -> &DeploymentConfig {
        &self.config
    }

    /// What is minified in a mode: that of the files, [`DeploymentConfig::mode`], or another one that the environment names.
    ///
    /// # Errors
    /// An exclusion that is not a regular expression.
    pub fn minification_in(&self, mode: Mode) -> Result<Minification, Error> {
        let appended = customisation::appended_excludes(&self.customisations);
        Minification::new(&self.config, mode, &appended)
    }

    /// What the installed packages can do.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Where the installed Magento keeps integrity hashes of scripts; none where it has none.
    pub fn integrity(&self) -> Option<IntegrityStorage> {
        self.integrity
    }

    /// Changes of the PHP side.
    pub fn customisations(&self) -> &[Customisation] {
        &self.customisations
    }

    /// The bits that new files and directories must not have: octal text in the file `magento_umask`, 0002 without it.
    pub fn umask(&self) -> u32 {
        self.umask
    }

    /// The bundle settings of a theme, merged along its chain.
    ///
    /// # Errors
    /// A malformed `etc/view.xml`.
    pub fn view_config(&self, tree: &dyn Tree, theme: &ThemeId) -> Result<ViewConfig, Error> {
        ViewConfig::read(tree, &self.modules, &self.themes.chain(theme))
    }

    /// The dictionaries that every package of a locale sees, weakest first: modules, then packs. Files that do not
    /// exist are left out.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn locale_dictionaries(
        &self,
        tree: &dyn Tree,
        locale: &Locale,
    ) -> Result<Vec<DictionarySource>, Error> {
        let name = format!("i18n/{locale}.csv");
        let modules = self
            .modules
            .enabled()
            .map(|module| module.directory.join(&name));
        let mut sources = existing(tree, modules, DictionaryKind::Module)?;
        let packs = self.languages.dictionaries(tree, locale)?;
        sources.extend(existing(tree, packs.into_iter(), DictionaryKind::Pack)?);
        Ok(sources)
    }

    /// The dictionaries that a theme adds to those of its locale, from the root ancestor down. Files that do not exist
    /// are left out. The rows of [`DeploymentConfig::translations`] come after them.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn theme_dictionaries(
        &self,
        tree: &dyn Tree,
        theme: &ThemeId,
        locale: &Locale,
    ) -> Result<Vec<DictionarySource>, Error> {
        let name = format!("i18n/{locale}.csv");
        let chain = self.themes.chain(theme).into_iter().rev();
        existing(
            tree,
            chain.map(|theme| theme.directory.join(&name)),
            DictionaryKind::Theme,
        )
    }
}

/// The files among `paths`.
fn existing(
    tree: &dyn Tree,
    paths: impl Iterator<Item = PathBuf>,
    kind: DictionaryKind,
) -> Result<Vec<DictionarySource>, Error> {
    let mut sources = Vec::new();
    for path in paths {
        let stat = tree.stat(&path).map_err(Error::read(&path))?;
        if stat.is_some_and(|stat| stat.kind == EntryKind::File) {
            sources.push(DictionarySource { path, kind });
        }
    }
    Ok(sources)
}

/// Mirrors `Magento\Framework\Filesystem` and `app/bootstrap.php`, which read the file without checking it.
fn umask(tree: &dyn Tree, root: &Path) -> Result<u32, Error> {
    const DEFAULT: u32 = 0o002;
    let path = root.join(paths::UMASK);
    if tree.stat(&path).map_err(Error::read(&path))?.is_none() {
        return Ok(DEFAULT);
    }
    let text = tree.read(&path).map_err(Error::read(&path))?;
    let digits = String::from_utf8_lossy(&text);
    u32::from_str_radix(digits.trim(), 8)
        .ok()
        .filter(|bits| *bits <= 0o777)
        .ok_or_else(|| {
            let message = format!("`{}` is not a umask", digits.trim());
            let hint = "write three octal digits, such as 022, or remove the file".to_owned();
            Error::at(&path, &text, 0, message, Some(hint))
        })
}

/// The directory that `app/etc/vendor_path.php` names, `vendor` if there is no such file.
fn vendor_directory(tree: &dyn Tree, root: &Path) -> Result<PathBuf, Error> {
    let path = root.join(paths::VENDOR_PATH);
    let mut name = "vendor".to_owned();
    if tree.stat(&path).map_err(Error::read(&path))?.is_some() {
        let source = tree.read(&path).map_err(Error::read(&path))?;
        let value = php::read_return(&path, &source)?;
        let text = value.as_str().map(str::to_owned);
        name = text.ok_or_else(|| {
            let message = format!(
                "expected the path of the vendor directory, found {}",
                value.kind()
            );
            Error::at(
                &path,
                &source,
                0,
                message,
                Some("write `return './vendor';`".to_owned()),
            )
        })?;
    }
    let vendor = php::normalized(&root.join(name));
    // A linked vendor directory is where PHP sees its files.
    Ok(tree.canonicalize(&vendor).unwrap_or(vendor))
}

/// The registered modules with their places in the configuration.
fn modules(
    config: &DeploymentConfig,
    registrations: &Registrations,
    notices: &mut Vec<Finding>,
) -> Modules {
    let mut positions: FxHashMap<ModuleName, usize> = FxHashMap::default();
    let enabled = config.modules().filter(|(_, is_enabled)| *is_enabled);
    let names: Vec<ModuleName> = enabled.map(|(name, _)| name).collect();
    for (position, name) in names.iter().enumerate() {
        positions.insert(name.clone(), position);
    }
    let registered: Vec<Module> = registrations
        .of(ComponentKind::Module)
        .map(|component| {
            let name = ModuleName::new(component.name.as_str());
            Module {
                position: positions.get(&name).copied(),
                name,
                directory: component.directory.clone(),
                output_enabled: true,
            }
        })
        .collect();
    let modules = Modules::new(registered);
    for name in names.iter().filter(|name| modules.get(name).is_none()) {
        notices.push(Finding {
            path: PathBuf::from(paths::CONFIG),
            message: format!("the module `{name}` is enabled but not registered"),
            hint: Some("install it, or remove it from `modules`".to_owned()),
        });
    }
    let listed = |module: &&Module| {
        config
            .data()
            .at(&["modules", module.name.as_str()])
            .is_none()
    };
    for module in modules.registered().iter().filter(listed) {
        notices.push(Finding {
            path: module.directory.clone(),
            message: format!(
                "the module `{}` is registered but not listed in `modules`, and so disabled",
                module.name
            ),
            hint: Some(
                "run `bin/magento module:enable` on the shop and commit `app/etc/config.php`"
                    .to_owned(),
            ),
        });
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::MemoryTree;

    #[test]
    fn vendor_path_must_be_a_string() {
        let tree = MemoryTree::new().file("/m/app/etc/vendor_path.php", "<?php return [];");
        let error = vendor_directory(&tree, Path::new("/m")).expect_err("an array");
        assert!(error.to_string().contains("found array"), "{error}");
        let tree = MemoryTree::new().file("/m/app/etc/vendor_path.php", "<?php return './../v';");
        let vendor = vendor_directory(&tree, Path::new("/m")).expect("a path");
        assert_eq!(vendor, Path::new("/v"));
    }
}
