//! Changes to Magento's PHP side that cannot be followed here: plugins, preferences, virtual types and arguments of the
//! classes whose work is mirrored. They are found in the `di.xml` files and reported by name.

mod declaration;
mod effect;
mod stock;

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::gist;
use crate::ident::{Area, ModuleName};
use crate::module::Modules;
use crate::tree::{EntryKind, Tree};

use declaration::{Declaration, Kind, declarations};
pub use effect::Effect;
use effect::{effect_of, effect_of_argument};

/// A declaration that changes how static files come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customisation {
    /// The module that declares it; none where `app/etc` does.
    pub module: Option<ModuleName>,
    /// The file.
    pub file: PathBuf,
    /// Line of the declaration, from 1.
    pub line: usize,
    /// The class or virtual type that is changed.
    pub target: String,
    /// How, for a message: ``the plugin `x` of class `Y` ``.
    pub what: String,
    /// What of the output it concerns.
    pub effect: Effect,
    /// The area that it is declared for. Such declarations work at run time: `setup:static-content:deploy` loads the
    /// global ones alone.
    pub area: Option<Area>,
    /// Whether its effect is reproduced.
    pub is_known: bool,
}

impl Customisation {
    /// What is said of it.
    pub fn message(&self) -> String {
        let Self {
            target,
            what,
            effect,
            ..
        } = self;
        match &self.area {
            Some(area) => format!(
                "{what} changes `{target}` for the area `{area}` only, where no deploy sees it"
            ),
            None => format!("{what} changes `{target}`, which concerns {effect}"),
        }
    }
}

/// Entries that plugins of enabled modules append to `minify_exclude`.
pub(crate) fn appended_excludes(customisations: &[Customisation]) -> Vec<&'static str> {
    if customisations.iter().any(|found| found.is_known) {
        vec!["/pay.google.com/"]
    } else {
        Vec::new()
    }
}

/// A `di.xml` that is there.
struct Source<'m> {
    module: Option<&'m ModuleName>,
    area: Option<Area>,
    file: PathBuf,
}

/// Areas whose own `di.xml` matters at run time.
const AREAS: [&str; 2] = ["frontend", "adminhtml"];

/// Searches the `di.xml` files of `app/etc` and of all enabled modules, in the order in which Magento merges them.
///
/// # Errors
/// Malformed XML in a file that names a watched class.
pub(crate) fn find(
    tree: &dyn Tree,
    root: &Path,
    modules: &Modules,
) -> Result<Vec<Customisation>, Error> {
    let mut sources = primary(tree, root)?;
    for module in modules.enabled() {
        let etc = module.directory.join("etc");
        let areas = AREAS.map(|area| (Some(Area::new(area)), etc.join(area).join("di.xml")));
        for (area, file) in [(None, etc.join("di.xml"))].into_iter().chain(areas) {
            let module = Some(&module.name);
            sources.push(Source { module, area, file });
        }
    }
    let found: Vec<Vec<Declaration>> = sources
        .par_iter()
        .map(|source| {
            let find = |text: &[u8]| declarations(&source.file, text);
            Ok(gist::of(tree, &source.file, "declarations", find)?.unwrap_or_default())
        })
        .collect::<Result<_, _>>()?;
    let mut search = Search::default();
    for (source, declarations) in sources.iter().zip(found) {
        for declaration in declarations {
            search.add(source, declaration);
        }
    }
    Ok(search.finish())
}

/// `app/etc/di.xml` and those in directories beside it.
fn primary<'m>(tree: &dyn Tree, root: &Path) -> Result<Vec<Source<'m>>, Error> {
    let etc = root.join("app/etc");
    let mut files = vec![etc.join("di.xml")];
    for entry in tree.list(&etc).map_err(Error::read(&etc))? {
        if entry.kind == EntryKind::Directory {
            files.push(etc.join(entry.name).join("di.xml"));
        }
    }
    let source = |file| Source {
        module: None,
        area: None,
        file,
    };
    Ok(files.into_iter().map(source).collect())
}

/// Gathers declarations; a later one of the same thing takes the place of an earlier one.
#[derive(Default)]
struct Search {
    found: Vec<Option<Customisation>>,
    /// Where the declaration of a thing is in `found`.
    places: FxHashMap<(Option<Area>, String, String), usize>,
    /// The classes of plugins, by area, target and name.
    plugins: FxHashMap<(Option<Area>, String, String), String>,
}

impl Search {
    fn add(&mut self, source: &Source<'_>, declaration: Declaration) {
        let Declaration { target, line, kind } = declaration;
        let is_magento = source
            .module
            .is_none_or(|module| module.as_str().starts_with("Magento_"));
        let effect = match &kind {
            Kind::Argument { path, .. } => effect_of_argument(&target, path),
            _ => effect_of(&target),
        };
        let Some(effect) = effect else { return };
        let key = |name: &str| (source.area.clone(), target.clone(), name.to_owned());
        let mut is_known = false;
        let (place, what) = match kind {
            Kind::Class(class) => {
                let what = (!stock::is_stock(&class)).then(|| format!("the class `{class}`"));
                (key(""), what)
            }
            Kind::Plugin {
                name,
                class,
                is_disabled,
            } => {
                let place = key(&format!("plugin {name}"));
                if let Some(class) = class {
                    self.plugins.insert(place.clone(), class);
                }
                let class = self.plugins.get(&place).cloned().unwrap_or_default();
                let is_stock = stock::is_stock(&class);
                let shown = format!("the plugin `{name}` of class `{class}`");
                let what = if class == stock::BRAINTREE {
                    is_known = !is_disabled;
                    is_known.then_some(shown)
                } else if is_stock && is_disabled {
                    Some(format!("switching off {shown}"))
                } else {
                    (!is_stock && !is_disabled).then_some(shown)
                };
                (place, what)
            }
            Kind::Argument {
                path,
                value,
                is_class,
            } => {
                let is_foreign = if is_class {
                    !stock::is_stock(&value) || !is_magento
                } else {
                    !is_magento
                };
                let what = is_foreign.then(|| format!("the argument `{path}` with `{value}`"));
                (key(&format!("argument {path}")), what)
            }
        };
        let found = what.map(|what| Customisation {
            module: source.module.cloned(),
            file: source.file.clone(),
            line,
            target,
            what,
            effect,
            area: source.area.clone(),
            is_known,
        });
        match self.places.get(&place) {
            Some(&index) => self.found[index] = found,
            None => {
                self.places.insert(place, self.found.len());
                self.found.push(found);
            }
        }
    }

    fn finish(self) -> Vec<Customisation> {
        self.found.into_iter().flatten().collect()
    }
}
