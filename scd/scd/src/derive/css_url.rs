//! Urls in finished stylesheets that lead into other packages.
//!
//! Mirrors `Magento\Deploy\Package\Processor\PostProcessor\CssUrls`, with one deliberate difference: it replaces a
//! url where it stands, not every occurrence of the same text, so that urls which contain each other stay whole.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::{FileId, Overlay, PackageId};
use scd_minify::css::notation::{
    external_name, external_replacement, is_external, normalise, redirect, replace_values,
};
use scd_minify::css::url::url_matches;

use super::{Output, OutputContent, bytes_of};
use crate::asset_path;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{PackagePlan, output_path};
use crate::sources::Sources;

/// Rewrites the stylesheets of a package where a url needs it.
pub(super) fn rewrite(
    package: &PackagePlan,
    outputs: &mut [Output],
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut rewritten: Vec<(usize, Vec<u8>)> = Vec::new();
    let linker = Linker::new(package, outputs, context);
    for (index, output) in outputs.iter().enumerate() {
        let is_css = asset_path::extension(&output.path)
            .is_some_and(|extension| extension.eq_ignore_ascii_case("css"));
        if !is_css {
            continue;
        }
        // A source that cannot be read was reported when it was planned.
        let Ok(bytes) = bytes_of(output, sources) else {
            continue;
        };
        let mut replacements: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for found in url_matches(bytes) {
            // Magento's own texts are ASCII; a url in another encoding leads to no file that we know.
            let Ok(value) = std::str::from_utf8(&bytes[found.value.clone()]) else {
                continue;
            };
            match linker.target(&output.path, value) {
                Ok(Some(target)) => {
                    replacements.insert(value.as_bytes().to_vec(), target.into_bytes());
                }
                Ok(None) => {}
                Err(message) => {
                    let mut finding = Diagnostic::error(message)
                        .with_hint("write the url as `{{base_url_path}}/` followed by the path of a file of this package")
                        .for_output(format!("{}/{}", package.id, output.path));
                    if let Some(source) = output.source {
                        finding = finding.at(Place::file(sources.path(source)));
                    }
                    diagnostics.push(finding);
                }
            }
        }
        if let Some(text) = replace_values(bytes, &replacements) {
            rewritten.push((index, text));
        }
    }
    for (index, bytes) in rewritten {
        outputs[index].content = OutputContent::Bytes(bytes.into());
    }
    diagnostics
}

/// Knows what lies in a package and in those it inherits from.
struct Linker<'a> {
    package: &'a PackagePlan,
    context: &'a Context<'a>,
    overlay: &'a Overlay,
    present: FxHashSet<String>,
    /// Made when the first url needs it, which few packages do.
    inherited: OnceCell<FxHashMap<Arc<str>, (PackageId, FileId)>>,
}

impl<'a> Linker<'a> {
    fn new(package: &'a PackagePlan, outputs: &[Output], context: &'a Context<'a>) -> Self {
        let present = outputs
            .iter()
            .map(|output| format!("{}/{}", package.id, output.path))
            .collect();
        let overlay = &context.packages.overlays[package.overlay];
        Self {
            package,
            context,
            overlay,
            present,
            inherited: OnceCell::new(),
        }
    }

    /// What a url has to become; none when it may stay.
    ///
    /// # Errors
    /// A placeholder url whose file is in no package, on which Magento's deploy ends with a PHP error.
    fn target(&self, css_path: &str, value: &str) -> Result<Option<String>, String> {
        if is_external(value) {
            return self.external(value).map(Some);
        }
        let minification = self.context.minification;
        let directory = match asset_path::directory(css_path) {
            "" => ".",
            directory => directory,
        };
        let wanted = normalise(&format!("{}/{directory}/{value}", self.package.id));
        if self.is_published(&minification.add_min(&wanted)) {
            return Ok(None);
        }
        let name = normalise(&format!("{directory}/{value}"));
        let Some((owner, file)) = self.in_ancestors(&name) else {
            return Ok(None);
        };
        let deployed = minification.add_min(&format!("{owner}/{}", file.package_path()));
        Ok(Some(redirect(directory, &deployed)))
    }

    fn is_published(&self, path: &str) -> bool {
        self.present.contains(path)
    }

    fn external(&self, value: &str) -> Result<String, String> {
        let minification = self.context.minification;
        let url = minification.remove_min(value);
        let name = external_name(&url);
        let owner = if self.own_files().any(|file| is_named(&file, name)) {
            self.package.id.clone()
        } else {
            let (owner, _) = self.in_ancestors(name).ok_or_else(|| {
                format!("the url `{value}` leads to `{name}`, which is in no package that this one inherits from")
            })?;
            owner.clone()
        };
        let url = minification.add_min(&url);
        let place = format!("{}/{}", owner.area, owner.theme);
        Ok(external_replacement(&url, &place))
    }

    /// The deployed names of the package's files.
    fn own_files(&self) -> impl Iterator<Item = FileId> {
        deployed_files(self.overlay).map(|(file, _)| file)
    }

    /// The first file of that deployed name, module or not, in the packages that this one inherits from, nearest
    /// first.
    fn in_ancestors(&self, name: &str) -> Option<&(PackageId, FileId)> {
        self.inherited
            .get_or_init(|| self.list_inherited())
            .get(name)
    }

    /// All files that this package inherits, by deployed name. A real package holds everything that it inherits
    /// itself, a virtual one only what it brings.
    fn list_inherited(&self) -> FxHashMap<Arc<str>, (PackageId, FileId)> {
        let packages = &self.context.packages.packages;
        let mut inherited = FxHashMap::default();
        let Some(package) = packages
            .iter()
            .find(|package| package.id == self.package.id)
        else {
            return inherited;
        };
        for ancestor in &package.ancestors {
            let real = packages.iter().find(|package| package.id == *ancestor);
            let overlay = real.map_or(self.overlay, |real| self.context.packages.overlay(real));
            for (file, origin) in deployed_files(overlay) {
                if real.is_some() || origin == ancestor {
                    inherited
                        .entry(file.path.clone())
                        .or_insert_with(|| (ancestor.clone(), file));
                }
            }
        }
        inherited
    }
}

/// The files of a package under their deployed names, each with the package that put it there.
fn deployed_files(overlay: &Overlay) -> impl Iterator<Item = (FileId, &PackageId)> {
    overlay.files().iter().filter_map(|file| {
        let name = output_path::deployed_name(&file.id.path)?;
        Some((FileId::new(file.id.module.clone(), name), &file.origin))
    })
}

/// Magento compares names without their module here.
fn is_named(file: &FileId, name: &str) -> bool {
    *file.path == *name
}
