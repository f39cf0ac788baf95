//! Small Magento roots in memory, named by their files.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use scd_magento::{
    Area, Components, DefaultLocales, Entry, Error, FileId, Inventory, Locale, MemoryTree, Module,
    ModuleName, Modules, Overlay, Package, PackageId, Packages, Selection, SourceId, Stat, Theme,
    ThemeCode, ThemeId, Themes, Tree, resolve,
};

/// A root under construction.
#[derive(Default)]
pub(crate) struct Site {
    pub(crate) tree: MemoryTree,
    modules: Vec<Module>,
    themes: Vec<Theme>,
    closed: Option<PathBuf>,
}

impl Site {
    /// Adds files of the root itself.
    pub(crate) fn files(mut self, paths: &[&str]) -> Self {
        for path in paths {
            self.tree = self.tree.file(Path::new("/root").join(path), "");
        }
        self
    }

    /// Adds an enabled module in `app/code`; the order of the calls is the modules' order.
    pub(crate) fn module(self, name: &str, files: &[&str]) -> Self {
        let position = self.modules.len();
        self.registered_module(name, Some(position), files)
    }

    /// Adds a module that is registered but not enabled.
    pub(crate) fn disabled_module(self, name: &str, files: &[&str]) -> Self {
        self.registered_module(name, None, files)
    }

    fn registered_module(mut self, name: &str, position: Option<usize>, files: &[&str]) -> Self {
        let directory = format!("app/code/{}", name.replace('_', "/"));
        self.modules.push(Module {
            name: ModuleName::new(name),
            directory: Path::new("/root").join(&directory),
            position,
            output_enabled: true,
        });
        let paths: Vec<String> = files.iter().map(|f| format!("{directory}/{f}")).collect();
        self.files(&paths.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Changes the module that was added last.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Module)) -> Self {
        change(self.modules.last_mut().unwrap());
        self
    }

    /// Adds a theme `area/Vendor/name` in `app/design`; the parent is a theme code.
    pub(crate) fn theme(mut self, key: &str, parent: Option<&str>, files: &[&str]) -> Self {
        let id = theme_id(key);
        let directory = format!("app/design/{key}");
        self.themes.push(Theme {
            parent: parent.map(|code| ThemeId {
                area: id.area.clone(),
                code: ThemeCode::new(code),
            }),
            id,
            directory: Path::new("/root").join(&directory),
        });
        let paths: Vec<String> = files.iter().map(|f| format!("{directory}/{f}")).collect();
        self.files(&paths.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Adds a link; the target is taken from the link's directory.
    pub(crate) fn link(mut self, path: &str, target: &str) -> Self {
        self.tree = self.tree.link(Path::new("/root").join(path), target);
        self
    }

    /// Makes a directory unreadable.
    pub(crate) fn closed(mut self, path: &str) -> Self {
        self.closed = Some(Path::new("/root").join(path));
        self
    }

    /// Lists its sources.
    pub(crate) fn scan(self) -> Result<Scanned, Error> {
        let root = PathBuf::from("/root");
        let modules = Modules::new(self.modules);
        let themes = Themes::new(self.themes);
        let components = Components {
            root: &root,
            modules: &modules,
            themes: &themes,
        };
        let tree = Guarded {
            tree: self.tree,
            closed: self.closed,
        };
        let inventory = Inventory::scan(&components, &tree)?;
        Ok(Scanned {
            root,
            modules,
            themes,
            inventory,
        })
    }
}

/// A tree with a directory that may not be read.
struct Guarded {
    tree: MemoryTree,
    closed: Option<PathBuf>,
}

impl Tree for Guarded {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.tree.read(path)
    }

    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        self.tree.stat(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        if self.closed.as_deref() == Some(path) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        self.tree.list(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.tree.canonicalize(path)
    }
}

/// A root whose sources are known.
pub(crate) struct Scanned {
    pub(crate) root: PathBuf,
    pub(crate) modules: Modules,
    pub(crate) themes: Themes,
    pub(crate) inventory: Inventory,
}

impl Scanned {
    pub(crate) fn components(&self) -> Components<'_> {
        Components {
            root: &self.root,
            modules: &self.modules,
            themes: &self.themes,
        }
    }

    pub(crate) fn resolve(&self, selection: &Selection) -> Result<Packages, Error> {
        let locales = DefaultLocales::default();
        resolve(&self.components(), &self.inventory, selection, &locales)
    }

    /// A source's path below the root.
    pub(crate) fn name(&self, source: SourceId) -> String {
        let path = &self.inventory.source(source).path;
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// What an overlay finds for an ID.
    pub(crate) fn find(&self, overlay: &Overlay, id: &str) -> Option<String> {
        let found = overlay.find(&self.inventory, &FileId::parse(id));
        found.map(|source| self.name(source))
    }

    /// The IDs of an overlay with their sources, both below the root.
    pub(crate) fn deployed(&self, overlay: &Overlay) -> BTreeMap<String, String> {
        let files = overlay.files().iter();
        files
            .map(|file| (file.id.to_string(), self.name(file.source)))
            .collect()
    }
}

pub(crate) fn theme_id(key: &str) -> ThemeId {
    let (area, code) = key.split_once('/').unwrap();
    ThemeId {
        area: Area::new(area),
        code: ThemeCode::new(code),
    }
}

/// The package written `area/Vendor/theme/locale`.
fn package_id(path: &str) -> PackageId {
    let (theme, locale) = path.rsplit_once('/').unwrap();
    let theme = theme_id(theme);
    PackageId {
        area: theme.area,
        theme: theme.code,
        locale: Locale::new(locale),
    }
}

/// The package of that path, which must be there.
pub(crate) fn package<'a>(packages: &'a Packages, path: &str) -> &'a Package {
    let id = package_id(path);
    packages
        .packages
        .iter()
        .find(|package| package.id == id)
        .unwrap()
}

/// What the package of that path sees.
pub(crate) fn overlay<'a>(packages: &'a Packages, path: &str) -> &'a Overlay {
    packages.overlay(package(packages, path))
}

/// The paths of all packages.
pub(crate) fn names(packages: &Packages) -> Vec<String> {
    packages
        .packages
        .iter()
        .map(|package| package.id.to_string())
        .collect()
}
