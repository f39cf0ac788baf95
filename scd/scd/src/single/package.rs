//! Compiling a stylesheet as a package of a Magento root sees it: through theme fallback, `@magento_import` and module
//! notation, by the very steps of a deploy.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scd_magento::{
    Components, Environment, FileId, FsTree, Inventory, Package, Packages, Place as SourcePlace,
    Project, SourceId, ThemeId, module_areas, nearest,
};

use super::selection::{PackageRequest, Wanted, wanted};
use super::{Choices, Outcome, StyleMap, Watched, with_room};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::Error;
use crate::execute::style::notations;
use crate::plan::CssContext;
use crate::sources::Sources;
use crate::stylesheet::closure::{Closure, Closures};
use crate::stylesheet::compile::{self, Styles};
use crate::stylesheet::language::{self, Language};
use crate::stylesheet::prepared::PreparedFiles;
use crate::survey;

/// Compiles a stylesheet of a package: what a deploy publishes with minification off, but for urls that lead into
/// parent packages, which a deploy rewrites when all packages are there.
///
/// # Errors
/// A root that cannot be read, or a request that makes no sense. What is wrong with the sources is in the outcome.
pub fn compile_in_package(
    root: &Path,
    request: &PackageRequest,
    choices: &Choices,
) -> Result<Outcome, Error> {
    Ok(with_room(request.jobs, || run(root, request, choices))??.sorted())
}

fn run(root: &Path, request: &PackageRequest, choices: &Choices) -> Result<Outcome, Error> {
    let tree = FsTree;
    let project = Project::open(&tree, root, &Environment::default())?;
    let mode = survey::mode(&project, request.mode.as_deref())?;
    let minification = project.minification_in(mode)?;
    let inventory = Inventory::scan(&Components::from(&project), &tree)?;
    let wanted = wanted(request, &project, &inventory)?;
    let installed = project.features().less;
    let language = choices.refine(Language::of_root(installed, choices.dialect, mode));
    let sources = Sources::new(&tree, &inventory);
    let package = &wanted.packages.packages[0];
    let overlay = wanted.packages.overlay(package);
    let directory: Arc<str> = package.id.to_string().into();

    let mut outcome = Outcome {
        watched: watched(&project, &inventory, package),
        ..Outcome::default()
    };
    outcome
        .diagnostics
        .extend(language::finding(installed, choices.dialect));
    let Some(source) = overlay.find(&inventory, &wanted.file) else {
        return Err(unknown(&wanted, &wanted.packages));
    };
    outcome
        .diagnostics
        .extend(other_source(&wanted, source, &sources, &directory));
    let prepared = PreparedFiles::default();
    let closures = Closures::new(&sources, &prepared, &minification, language);
    let closure = match closures.gather(&directory, overlay, &wanted.file, source) {
        Ok(closure) => closure,
        Err(finding) => {
            outcome.diagnostics.push(finding);
            return Ok(outcome);
        }
    };
    let paths = paths(&closure, &sources);
    outcome.watched.files.extend(paths.iter().cloned());
    let entry = sources.path(source);
    outcome.imports = paths.into_iter().filter(|path| path != entry).collect();

    let styles = choices
        .variables(&language)
        .and_then(|variables| compile::compile(&closure, &variables, choices.source_map, &sources));
    let Styles {
        css,
        source_map,
        warnings,
    } = match styles {
        Ok(styles) => styles,
        Err(findings) => {
            outcome.diagnostics.extend(findings);
            return Ok(outcome);
        }
    };
    outcome.diagnostics.extend(warnings);
    if css.trim_ascii().is_empty() {
        let finding = Diagnostic::warning("the stylesheet compiles to nothing");
        outcome.diagnostics.push(
            finding.at(Place::file(entry)).with_hint(
                "a deploy refuses such a file, because Magento drops it from the output",
            ),
        );
    }
    let place = CssContext {
        area: package.id.area.clone(),
        package: directory,
        path: css_path(&wanted.file).into(),
    };
    let compiled_length = css.len();
    match notations(css.into_bytes(), &place, &minification) {
        Ok(css) => {
            if source_map.is_some() && language.compress && css.len() != compiled_length {
                outcome.diagnostics.push(shifted(entry));
            }
            outcome.css = Some(String::from_utf8_lossy(&css).into_owned());
            outcome.source_map = source_map.map(|map| {
                StyleMap::new(map, |name| {
                    let file = closure.files.get(name)?;
                    Some(sources.path(file.source()).to_path_buf())
                })
            });
        }
        Err(error) => {
            let mut finding = Diagnostic::error(error.message).at(Place::file(entry));
            finding.hint = error.hint;
            outcome.diagnostics.push(finding);
        }
    }
    Ok(outcome)
}

/// A warning where urls were resolved behind the compiler's back, all on the one line of compressed output.
fn shifted(entry: &Path) -> Diagnostic {
    Diagnostic::warning(
        "urls with module notation were resolved after compiling, so the source map is off behind the first one of them",
    )
    .at(Place::file(entry))
    .with_hint("use --no-compress, where every declaration has a line of its own")
}

/// The path below the package under which the CSS is deployed.
fn css_path(file: &FileId) -> String {
    let path = file.package_path();
    match path.strip_suffix(".less") {
        Some(stem) => format!("{stem}.css"),
        None => path,
    }
}

/// The sources of a closure, each once, by path in the package.
fn paths(closure: &Closure, sources: &Sources<'_>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let ids = closure.files.values().map(|file| file.source());
    ids.filter(|id| seen.insert(*id))
        .map(|id| sources.path(id).to_path_buf())
        .collect()
}

/// A warning where the package sees another file than the one that was named.
fn other_source(
    wanted: &Wanted,
    found: SourceId,
    sources: &Sources<'_>,
    package: &str,
) -> Option<Diagnostic> {
    let given = wanted.given.filter(|given| *given != found)?;
    let message = format!(
        "the package `{package}` sees another file as `{}`, which is compiled instead",
        wanted.file
    );
    let hint = format!("it is `{}`", sources.path(found).display());
    Some(
        Diagnostic::warning(message)
            .at(Place::file(sources.path(given)))
            .with_hint(hint),
    )
}

fn unknown(wanted: &Wanted, packages: &Packages) -> Error {
    let package = &packages.packages[0];
    let overlay = packages.overlay(package);
    let known: Vec<String> = overlay
        .files()
        .iter()
        .chain(overlay.partials())
        .map(|file| file.id.to_string())
        .filter(|name| name.ends_with(".less"))
        .collect();
    let asked = wanted.file.to_string();
    let hint = match nearest(&asked, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "name the path below `web`, such as `css/styles-m.less` or `Vendor_Module::css/x.less`"
                .to_owned()
        }
    };
    Error::refused(
        format!(
            "no theme, module or library offers `{asked}` to the package `{}`",
            package.id
        ),
        hint,
    )
}

/// Everything that a package's stylesheets may come from: the directories of its themes, those of the modules for its
/// area, and the library.
fn watched(project: &Project, inventory: &Inventory, package: &Package) -> Watched {
    let theme = ThemeId {
        area: package.id.area.clone(),
        code: package.id.theme.clone(),
    };
    let chain = project.themes().chain(&theme);
    let mut trees: BTreeSet<PathBuf> = chain.iter().map(|theme| theme.directory.clone()).collect();
    trees.insert(project.root().join("lib/web"));
    let areas = module_areas(&package.id.area);
    for (_, source) in inventory.sources() {
        let SourcePlace::Module { area, .. } = &*source.place else {
            continue;
        };
        let is_stylesheet = source.relative.ends_with(".less");
        if is_stylesheet && areas.contains(area) {
            let depth = source.relative.split('/').count();
            trees.extend(source.path.ancestors().nth(depth).map(Path::to_path_buf));
        }
    }
    trees.retain(|tree| tree.is_dir());
    Watched {
        files: BTreeSet::new(),
        trees,
    }
}
