//! Which directories of a component hold static sources, and the files in each of them.
//!
//! Every directory is listed once: the listing of `view/<area>` tells at the same time whether it has
//! `web`, `templates` and `requirejs-config.js`.

use std::path::Path;

use crate::error::Error;
use crate::fallback::{Place, is_collected_area, is_collected_locale};
use crate::finding::Finding;
use crate::ident::{Area, ModuleName};
use crate::inventory::split_locale;
use crate::module::Module;
use crate::theme::Theme;
use crate::tree::{EntryKind, Tree};
use crate::walk::{self, Walked, Wanted};

/// The name of RequireJS configurations beside `web` directories.
pub(crate) const REQUIREJS_CONFIG: &str = "requirejs-config.js";

/// What the files of a directory are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Web,
    Templates,
    RequirejsConfig,
}

/// The files of one directory.
pub(crate) struct Part {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    pub(crate) files: Vec<Walked>,
}

/// The files of one component.
#[derive(Default)]
pub(crate) struct Listing {
    pub(crate) parts: Vec<Part>,
    pub(crate) findings: Vec<Finding>,
}

impl Listing {
    fn walk(
        &mut self,
        tree: &dyn Tree,
        place: Place,
        kind: Kind,
        directory: &Path,
    ) -> Result<(), Error> {
        let wanted = match kind {
            Kind::Templates => Wanted::Templates,
            Kind::Web | Kind::RequirejsConfig => Wanted::Everything,
        };
        let files = walk::walk(tree, directory, wanted)?;
        self.parts.push(Part { place, kind, files });
        Ok(())
    }

    fn config(&mut self, place: Place, directory: &Path) {
        let file = Walked {
            path: directory.join(REQUIREJS_CONFIG),
            relative: REQUIREJS_CONFIG.to_owned(),
            broken: None,
        };
        self.parts.push(Part {
            place,
            kind: Kind::RequirejsConfig,
            files: vec![file],
        });
    }

    /// Lists what a directory with `web`, `templates` and `requirejs-config.js` offers.
    fn view(&mut self, tree: &dyn Tree, place: &Place, directory: &Path) -> Result<(), Error> {
        for entry in walk::list(tree, directory)? {
            match (entry.name.to_str(), entry.kind) {
                (Some("web"), EntryKind::Directory) => {
                    self.walk(tree, place.clone(), Kind::Web, &directory.join("web"))?;
                }
                (Some("templates"), EntryKind::Directory) => {
                    let templates = directory.join("templates");
                    self.walk(tree, place.clone(), Kind::Templates, &templates)?;
                }
                (Some(REQUIREJS_CONFIG), EntryKind::File) => {
                    self.config(place.clone(), directory);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Something that is registered and may have static sources, and the library.
pub(crate) enum Component<'a> {
    Library,
    Module(&'a Module),
    Theme(&'a Theme),
}

impl Component<'_> {
    /// Lists its sources.
    ///
    /// # Errors
    /// A directory that cannot be listed, and names for which PHP gives up the whole run.
    pub(crate) fn list(&self, root: &Path, tree: &dyn Tree) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let directory = match self {
            Self::Library => {
                let directory = root.join("lib/web");
                listing.walk(tree, Place::Library, Kind::Web, &directory)?;
                directory
            }
            Self::Module(module) => module.directory.clone(),
            Self::Theme(theme) => theme.directory.clone(),
        };
        if walk::path_reads_as_pattern(&directory) {
            listing.findings.push(Finding {
                message: format!(
                    "no static files are collected from `{}`: Magento takes the brackets in its \
                     path for a pattern",
                    directory.display()
                ),
                hint: Some("rename the directory".to_owned()),
                path: directory,
            });
            return Ok(listing);
        }
        match self {
            Self::Library => {}
            Self::Module(module) => list_module(module, tree, &mut listing)?,
            Self::Theme(theme) => list_theme(theme, tree, &mut listing)?,
        }
        Ok(listing)
    }
}

fn list_module(module: &Module, tree: &dyn Tree, listing: &mut Listing) -> Result<(), Error> {
    let view = module.directory.join("view");
    for entry in walk::list_if_present(tree, &view)? {
        let Some(area) = walk::visible_directory(&entry) else {
            continue;
        };
        let place = Place::Module {
            name: module.name.clone(),
            area: Area::new(area),
        };
        listing.view(tree, &place, &view.join(area))?;
    }
    listing.parts.iter().try_for_each(check_locales)
}

/// Refuses translated files of a module for which PHP cannot tell area and locale: it ends with
/// `Undefined array key 0` in `Magento\Deploy\Source\Modules`, whatever is being deployed.
fn check_locales(part: &Part) -> Result<(), Error> {
    let Place::Module { name, area } = &part.place else {
        return Ok(());
    };
    if part.kind != Kind::Web {
        return Ok(());
    }
    for file in &part.files {
        let Some((locale, _)) = split_locale(&file.relative) else {
            continue;
        };
        let (what, odd) = if !is_collected_area(area.as_str()) {
            ("area", area.as_str())
        } else if !is_collected_locale(locale) {
            ("locale", locale)
        } else {
            continue;
        };
        return Err(Error::Inconsistent {
            path: Some(file.path.clone()),
            message: format!(
                "module `{name}` has a translated file `{}` in `view/{area}/web`, but `{odd}` is \
                 no {what} that Magento can read",
                file.relative
            ),
            hint: Some(
                "rename the directory (areas are letters, locales letters and `_`) or move the \
                 file out of `i18n`"
                    .to_owned(),
            ),
        });
    }
    Ok(())
}

fn list_theme(theme: &Theme, tree: &dyn Tree, listing: &mut Listing) -> Result<(), Error> {
    for entry in walk::list_if_present(tree, &theme.directory)? {
        if entry.name == REQUIREJS_CONFIG && entry.kind == EntryKind::File {
            listing.config(Place::Theme(theme.id.clone()), &theme.directory);
            continue;
        }
        let Some(name) = walk::visible_directory(&entry) else {
            continue;
        };
        let directory = theme.directory.join(name);
        if name == "web" {
            let place = Place::Theme(theme.id.clone());
            listing.walk(tree, place, Kind::Web, &directory)?;
        } else if name.contains('_') {
            let place = Place::ThemeModule {
                theme: theme.id.clone(),
                module: ModuleName::new(name),
            };
            let before = listing.parts.len();
            listing.view(tree, &place, &directory)?;
            let has_web_files = listing.parts[before..]
                .iter()
                .any(|part| part.kind == Kind::Web && !part.files.is_empty());
            if has_web_files && !is_module_directory(name) {
                return Err(Error::Inconsistent {
                    message: format!(
                        "theme `{}` has web files in `{name}`, which looks like a module's \
                         directory but is no module name",
                        theme.id
                    ),
                    path: Some(directory),
                    hint: Some(
                        "rename the directory to `Vendor_Module` (letters and digits) or remove \
                         its `web` directory"
                            .to_owned(),
                    ),
                });
            }
        }
    }
    Ok(())
}

/// Letters or digits, `_`, then letters, digits or `_`.
fn is_module_directory(name: &str) -> bool {
    name.split_once('_').is_some_and(|(vendor, module)| {
        let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        !vendor.is_empty() && !module.is_empty() && is_plain(vendor) && is_plain(module)
    })
}
