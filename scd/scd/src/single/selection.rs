//! Which file of which package is meant: `css/styles-m.less` of a theme, or the path of a file from which the theme can
//! be told.

use std::path::{Path, PathBuf};

use scd_magento::{
    Area, Components, DefaultLocales, FileId, Filter, Group, Inventory, Packages, Parents, Place,
    Project, Selection, SourceFile, SourceId, Theme, ThemeId, nearest, resolve,
};

use crate::error::Error;

/// A stylesheet of a package.
#[derive(Clone, Debug, Default)]
pub struct PackageRequest {
    /// The stylesheet: `css/styles-m.less`, `Vendor_Module::css/x.less`, or the path of a file.
    pub input: PathBuf,
    /// The area; that of the theme when none.
    pub area: Option<String>,
    /// The theme, `Vendor/name`; that in which the file lies when none.
    pub theme: Option<String>,
    /// The locale; that of the directory in which the file lies, or `en_US`, when none.
    pub locale: Option<String>,
    /// `MAGE_MODE` of the environment, which wins over `app/etc/env.php`.
    pub mode: Option<String>,
    /// Worker threads; at least one.
    pub jobs: usize,
}

/// The file and the package that are meant.
pub(super) struct Wanted {
    pub(super) file: FileId,
    /// The source at the path that was given, if one was given.
    pub(super) given: Option<SourceId>,
    /// One package with its overlay.
    pub(super) packages: Packages,
}

/// Finds out what is meant.
///
/// # Errors
/// Names that are not known or not enough.
pub(super) fn wanted(
    request: &PackageRequest,
    project: &Project,
    inventory: &Inventory,
) -> Result<Wanted, Error> {
    let given = source_at(&request.input, project.root(), inventory);
    let source = given.map(|id| inventory.source(id));
    let theme = match &request.theme {
        Some(code) => named_theme(code, request.area.as_deref(), source, project)?,
        None => theme_around(request, source)?,
    };
    let (file, own_locale) = match source {
        Some(source) => id_of(source),
        None => {
            let text = request.input.to_str().ok_or_else(|| {
                Error::refused(
                    format!("the name `{}` is not Unicode", request.input.display()),
                    "deployed files have names in Unicode",
                )
            })?;
            (FileId::parse(text.trim_start_matches("./")), None)
        }
    };
    let locale = request
        .locale
        .clone()
        .or(own_locale)
        .unwrap_or_else(|| "en_US".to_owned());
    let selection = Selection {
        groups: vec![Group {
            areas: Filter::only([theme.area.as_str()]),
            themes: Filter::only([theme.code.as_str()]),
            locales: Filter::only([locale]),
            unlisted_locales: false,
        }],
        parents: Parents::LeaveOut,
        ..Selection::default()
    };
    let components = Components::from(project);
    let locales = DefaultLocales::default();
    let packages = resolve(&components, inventory, &selection, &locales)?;
    if packages.packages.is_empty() {
        return Err(Error::refused(
            format!("the theme `{theme}` has no files, so it has no package"),
            "check the theme's directory",
        ));
    }
    Ok(Wanted {
        file,
        given,
        packages,
    })
}

/// The source at a path, seen from the working directory or from the root.
fn source_at(input: &Path, root: &Path, inventory: &Inventory) -> Option<SourceId> {
    let candidates = [std::fs::canonicalize(input).ok(), Some(root.join(input))];
    candidates.into_iter().flatten().find_map(|path| {
        let real = std::fs::canonicalize(&path).ok()?;
        let is_meant = |source: &SourceFile| {
            source.path == path
                || source.path == real
                // Components may be linked into the root.
                || (source.path.file_name() == real.file_name()
                    && std::fs::canonicalize(&source.path).is_ok_and(|found| found == real))
        };
        let mut sources = inventory.sources();
        sources
            .find(|(_, source)| is_meant(source))
            .map(|(id, _)| id)
    })
}

/// The ID of a source, and the locale in whose directory it lies.
fn id_of(source: &SourceFile) -> (FileId, Option<String>) {
    let module = source.place.module().cloned();
    let localised = source
        .relative
        .strip_prefix("i18n/")
        .and_then(|rest| rest.split_once('/'));
    match localised {
        Some((locale, path)) => (FileId::new(module, path), Some(locale.to_owned())),
        None => (FileId::new(module, source.relative.clone()), None),
    }
}

/// The theme in which a file lies.
fn theme_around(request: &PackageRequest, source: Option<&SourceFile>) -> Result<ThemeId, Error> {
    match source.map(|source| &*source.place) {
        Some(Place::Theme(theme) | Place::ThemeModule { theme, .. }) => Ok(theme.clone()),
        Some(_) => Err(Error::refused(
            format!(
                "`{}` belongs to a module or to the library, which many themes see",
                request.input.display()
            ),
            "name one of them with --theme Vendor/name",
        )),
        None => Err(Error::refused(
            format!(
                "`{}` is no file of a theme, so the theme cannot be told from it",
                request.input.display()
            ),
            "name the theme with --theme Vendor/name, or pass the path of a file in a theme's directory",
        )),
    }
}

/// The registered theme of a name, in the area that is asked for or in the only one that has it.
fn named_theme(
    code: &str,
    area: Option<&str>,
    source: Option<&SourceFile>,
    project: &Project,
) -> Result<ThemeId, Error> {
    let registered = project.themes().registered();
    let named: Vec<&ThemeId> = registered
        .iter()
        .map(|theme: &Theme| &theme.id)
        .filter(|id| id.code.as_str() == code)
        .collect();
    if named.is_empty() {
        let codes = registered.iter().map(|theme| theme.id.code.as_str());
        let hint = match nearest(code, codes) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "themes are named `Vendor/name`, as they are registered".to_owned(),
        };
        return Err(Error::refused(format!("there is no theme `{code}`"), hint));
    }
    // A file of a module tells the area, too, unless it is for all of them.
    let own_area = source.and_then(|source| match &*source.place {
        Place::Library => None,
        Place::Module { area, .. } => Some(area).filter(|area| !area.is_base()),
        Place::Theme(theme) | Place::ThemeModule { theme, .. } => Some(&theme.area),
    });
    let area = area.or(own_area.map(Area::as_str));
    let areas: Vec<&str> = named.iter().map(|id| id.area.as_str()).collect();
    match (area, named.as_slice()) {
        (None, [only]) => Ok((*only).clone()),
        (None, _) => Err(Error::refused(
            format!(
                "there is a theme `{code}` in each of the areas `{}`",
                areas.join("`, `")
            ),
            "name one of them with --area",
        )),
        (Some(area), named) => named
            .iter()
            .find(|id| id.area.as_str() == area)
            .map(|id| (*id).clone())
            .ok_or_else(|| {
                Error::refused(
                    format!("there is no theme `{code}` in the area `{area}`"),
                    format!("there is one in `{}`", areas.join("`, `")),
                )
            }),
    }
}
