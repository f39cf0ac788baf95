//! Every static source file of a root, found in one parallel walk, and the index that answers which
//! file a directory of the fallback ladder has under a name.
//!
//! Sizes are not taken: a listing names files without asking about each of them, and whoever reads a
//! file learns its size then; [`Inventory::size`] asks for the few that need weighing before.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::component_files::{Component, Kind, Listing, Part, REQUIREJS_CONFIG};
use crate::error::Error;
use crate::fallback::{Place, Rung, is_collected_area, is_collected_locale, module_areas};
use crate::finding::Finding;
use crate::ident::{Area, Locale, ModuleName, ThemeId};
use crate::module::Modules;
use crate::project::Project;
use crate::theme::Themes;
use crate::tree::Tree;
use crate::walk::{self, Broken};

/// What a root is made of, as far as static sources are concerned.
#[derive(Clone, Copy, Debug)]
pub struct Components<'a> {
    /// The root, absolute and with every link resolved.
    pub root: &'a Path,
    /// All registered modules.
    pub modules: &'a Modules,
    /// All registered themes.
    pub themes: &'a Themes,
}

impl<'a> From<&'a Project> for Components<'a> {
    fn from(project: &'a Project) -> Self {
        Self {
            root: project.root(),
            modules: project.modules(),
            themes: project.themes(),
        }
    }
}

/// A file of the inventory; dense, from 0, the same in every scan of the same root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A directory of the inventory that has at least one file; dense, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerId(pub u32);

/// One file as found in the root.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Absolute.
    pub path: PathBuf,
    /// The component's `web` directory it belongs to; for templates and RequireJS configurations, the
    /// `web` directory that lies or would lie beside them.
    pub place: Arc<Place>,
    /// Below the `web` or `templates` directory, with `/`; the file's name for a RequireJS configuration.
    pub relative: Arc<str>,
    /// Set when the file can be seen but not deployed: a package that needs it has an error.
    pub broken: Option<Broken>,
}

/// Files by their path below a directory, sorted by path.
type NamedFiles = Vec<(Arc<str>, SourceId)>;

/// One directory of the fallback ladder and the files it offers.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Which directory.
    pub rung: Rung,
    files: NamedFiles,
}

impl Layer {
    /// The files by their path below the layer, sorted, broken ones included. Those below
    /// `i18n/<locale>` are offered here and, under shorter names, by the layer of that locale.
    pub fn files(&self) -> &[(Arc<str>, SourceId)] {
        &self.files
    }
}

/// Every static source of a root.
#[derive(Debug, Default)]
pub struct Inventory {
    sources: Vec<SourceFile>,
    layers: Vec<Layer>,
    layer_ids: FxHashMap<Rung, LayerId>,
    path_ids: FxHashMap<Arc<str>, u32>,
    /// Keys are layer and path, see [`key`]. Broken files are left out: PHP does not find them either.
    found: FxHashMap<u64, SourceId>,
    /// Sorted by name, per theme that has any.
    theme_modules: FxHashMap<ThemeId, Vec<ModuleName>>,
    requirejs_configs: FxHashMap<Place, SourceId>,
    templates: Vec<SourceId>,
    findings: Vec<Finding>,
}

impl Inventory {
    /// Lists the sources of all components, disabled modules included: they take no part in
    /// deploying, but LESS imports, templates and phrases are looked for in them too.
    ///
    /// # Errors
    /// A directory that cannot be listed or nests without end, a root whose path Magento cannot walk,
    /// and a theme directory with web files whose name looks like a module's but is none.
    pub fn scan(components: &Components<'_>, tree: &dyn Tree) -> Result<Self, Error> {
        if walk::path_reads_as_pattern(components.root) {
            return Err(Error::Inconsistent {
                path: Some(components.root.to_owned()),
                message: format!(
                    "the path `{}` contains one of `[`, `]`, `{{`, `}}`, `\\`, so that Magento \
                     would find no files below it",
                    components.root.display()
                ),
                hint: Some("move the installation to a directory without such a name".to_owned()),
            });
        }
        let modules = components
            .modules
            .registered()
            .iter()
            .map(Component::Module);
        let themes = components.themes.registered().iter().map(Component::Theme);
        let all: Vec<Component<'_>> = std::iter::once(Component::Library)
            .chain(modules)
            .chain(themes)
            .collect();
        // Not collected into one result: which of several errors is reported must not depend on timing.
        let listed: Vec<Result<Listing, Error>> = all
            .par_iter()
            .map(|component| component.list(components.root, tree))
            .collect();
        let listed = listed.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(Self::index(listed))
    }

    fn index(listed: Vec<Listing>) -> Self {
        let count = listed
            .iter()
            .flat_map(|listing| &listing.parts)
            .map(|part| part.files.len())
            .sum();
        let mut inventory = Self {
            sources: Vec::with_capacity(count),
            path_ids: FxHashMap::with_capacity_and_hasher(count, FxBuildHasher),
            found: FxHashMap::with_capacity_and_hasher(count, FxBuildHasher),
            ..Self::default()
        };
        for listing in listed {
            inventory.findings.extend(listing.findings);
            for part in listing.parts {
                inventory.add(part);
            }
        }
        inventory
    }

    fn add(&mut self, part: Part) {
        if part.files.is_empty() {
            return;
        }
        let place = Arc::new(part.place);
        if let (Place::ThemeModule { theme, module }, Kind::Web) = (&*place, part.kind) {
            let modules = self.theme_modules.entry(theme.clone()).or_default();
            modules.push(module.clone());
        }
        let mut plain = Vec::new();
        let mut localised: Vec<(Locale, NamedFiles)> = Vec::new();
        for file in part.files {
            let id = SourceId(index_of(self.sources.len()));
            let relative: Arc<str> = file.relative.into();
            let refused =
                part.kind == Kind::Web && *place != Place::Library && relative.contains("./");
            let broken = file.broken.or(refused.then_some(Broken::DotSlash));
            match part.kind {
                Kind::Templates => self.templates.push(id),
                Kind::RequirejsConfig => {
                    self.requirejs_configs.insert((*place).clone(), id);
                }
                Kind::Web => {
                    if *place == Place::Library && &*relative == REQUIREJS_CONFIG {
                        self.requirejs_configs.insert(Place::Library, id);
                    }
                    if *place != Place::Library
                        && let Some((locale, rest)) = split_locale(&relative)
                    {
                        if localised.last().is_none_or(|(l, _)| l.as_str() != locale) {
                            localised.push((Locale::new(locale), Vec::new()));
                        }
                        if let Some((_, files)) = localised.last_mut() {
                            files.push((rest.into(), id));
                        }
                    }
                    plain.push((relative.clone(), id));
                }
            }
            self.sources.push(SourceFile {
                path: file.path,
                place: place.clone(),
                relative,
                broken,
            });
        }
        if part.kind == Kind::Web {
            self.add_layer(Rung::plain((*place).clone()), plain);
            for (locale, files) in localised {
                self.add_layer(Rung::localised((*place).clone(), &locale), files);
            }
        }
    }

    fn add_layer(&mut self, rung: Rung, files: NamedFiles) {
        let layer = LayerId(index_of(self.layers.len()));
        for (path, source) in &files {
            if self.source(*source).broken.is_some() {
                continue;
            }
            let next = index_of(self.path_ids.len());
            let path = *self.path_ids.entry(path.clone()).or_insert(next);
            self.found.insert(key(layer, path), *source);
        }
        self.layer_ids.insert(rung.clone(), layer);
        self.layers.push(Layer { rung, files });
    }

    /// Files that are known already, by their absolute paths and numbered in their order; no directory offers them.
    pub fn of_files(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let place = Arc::new(Place::Library);
        let sources = paths.into_iter().map(|path| SourceFile {
            path,
            place: place.clone(),
            relative: Arc::default(),
            broken: None,
        });
        Self {
            sources: sources.collect(),
            ..Self::default()
        }
    }

    /// The file of that number.
    pub fn source(&self, id: SourceId) -> &SourceFile {
        &self.sources[id.0 as usize]
    }

    /// All files, in the order of their numbers: library, modules and themes as registered, inside
    /// each by directory and path.
    pub fn sources(&self) -> impl Iterator<Item = (SourceId, &SourceFile)> {
        (0..).map(SourceId).zip(&self.sources)
    }

    /// Bytes of a file, asked of the tree now.
    ///
    /// # Errors
    /// Whatever keeps the file from being examined, its absence included.
    pub fn size(&self, tree: &dyn Tree, id: SourceId) -> Result<u64, Error> {
        let path = &self.source(id).path;
        let stat = tree.stat(path).and_then(|stat| {
            stat.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))
        });
        stat.map(|stat| stat.size).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })
    }

    /// The directory of that number.
    pub fn layer(&self, id: LayerId) -> &Layer {
        &self.layers[id.0 as usize]
    }

    /// All directories with files.
    pub fn layers(&self) -> impl Iterator<Item = (LayerId, &Layer)> {
        (0..).map(LayerId).zip(&self.layers)
    }

    /// The directory of a rung, none where it has no file or does not exist.
    pub fn layer_of(&self, rung: &Rung) -> Option<LayerId> {
        self.layer_ids.get(rung).copied()
    }

    /// The file that a directory offers under a path.
    pub fn offered(&self, layer: LayerId, path: &str) -> Option<SourceId> {
        self.offered_as(layer, self.path_number(path)?)
    }

    /// The number of a path that any directory offers a file under.
    pub(crate) fn path_number(&self, path: &str) -> Option<u32> {
        self.path_ids.get(path).copied()
    }

    /// The file that a directory offers under a numbered path.
    pub(crate) fn offered_as(&self, layer: LayerId, path: u32) -> Option<SourceId> {
        self.found.get(&key(layer, path)).copied()
    }

    /// The names of a theme's `<Vendor_Module>/web` directories that have files, sorted.
    pub fn theme_modules(&self, theme: &ThemeId) -> &[ModuleName] {
        self.theme_modules.get(theme).map_or(&[], Vec::as_slice)
    }

    /// The `requirejs-config.js` beside a `web` directory (inside it for the library). Those of
    /// themes' module directories are keyed like their `web` directories.
    pub fn requirejs_config(&self, place: &Place) -> Option<SourceId> {
        self.requirejs_configs.get(place).copied()
    }

    /// The names of the module directories of a theme that hold a `requirejs-config.js`, sorted.
    pub(crate) fn requirejs_modules(&self, theme: &ThemeId) -> Vec<ModuleName> {
        let mut modules: Vec<ModuleName> = self
            .requirejs_configs
            .keys()
            .filter_map(|place| match place {
                Place::ThemeModule { theme: t, module } if t == theme => Some(module.clone()),
                _ => None,
            })
            .collect();
        modules.sort_unstable();
        modules
    }

    /// All templates, modules before themes, as registered.
    pub fn templates(&self) -> &[SourceId] {
        &self.templates
    }

    /// Oddities found while walking, in the order of the components.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The locales that any `web/i18n` directory has files for, sorted.
    pub fn locales(&self) -> Vec<Locale> {
        let mut locales: Vec<Locale> = self
            .layers
            .iter()
            .filter_map(|layer| layer.rung.locale.clone())
            .collect();
        locales.sort_unstable();
        locales.dedup();
        locales
    }

    /// The sources whose phrases a dictionary of an area is made from, in the order of their numbers.
    /// Mirrors `Magento\Translation\Model\Js\DataProvider` with `Magento\Framework\App\Utility\Files`:
    /// JavaScript of the library's `mage` and `varien`, of every registered module for the area or
    /// for all, and of every theme of the area; HTML of their template directories.
    pub fn phrase_sources(&self, area: &Area) -> Vec<SourceId> {
        let areas = module_areas(area);
        let mut sources = Vec::new();
        for layer in self.layers.iter().filter(|l| l.rung.locale.is_none()) {
            let html: &[&str] = match &layer.rung.place {
                Place::Library => &[],
                Place::Module { area, .. } if areas.contains(area) => &["template/", "templates/"],
                Place::Theme(theme) | Place::ThemeModule { theme, .. } if theme.area == *area => {
                    &["template/"]
                }
                _ => continue,
            };
            let is_library = layer.rung.place == Place::Library;
            let is_scanned = |path: &str| {
                if path.ends_with(".js") {
                    !is_library || path.starts_with("mage/") || path.starts_with("varien/")
                } else {
                    path.ends_with(".html") && html.iter().any(|dir| path.starts_with(dir))
                }
            };
            let scanned = layer.files.iter().filter(|(path, _)| is_scanned(path));
            sources.extend(scanned.map(|(_, source)| *source));
        }
        sources.sort_unstable();
        sources
    }
}

fn index_of(length: usize) -> u32 {
    u32::try_from(length).expect("a root has fewer than 2^32 files")
}

fn key(layer: LayerId, path: u32) -> u64 {
    u64::from(layer.0) << 32 | u64::from(path)
}

/// `i18n/<locale>/<rest>` in its parts. Any directory name counts as a locale here, since packages of
/// oddly named locales look there too; what is collected as a locale's is narrower, see
/// [`collected_locale`].
pub(crate) fn split_locale(relative: &str) -> Option<(&str, &str)> {
    relative.strip_prefix("i18n/")?.split_once('/')
}

/// The locale that a file below a `web` directory is collected for, none for all of them.
pub(crate) fn collected_locale(relative: &str) -> Option<&str> {
    let (locale, _) = split_locale(relative)?;
    is_collected_locale(locale).then_some(locale)
}

/// Whether the files of a module's area are deployed in area packages at all.
pub(crate) fn is_deployed_area(area: &Area) -> bool {
    is_collected_area(area.as_str()) && area.as_str() != "install"
}
