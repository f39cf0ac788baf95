//! Urls in finished stylesheets that lead into other packages.
//!
//! Mirrors `Magento\Deploy\Package\Processor\PostProcessor\CssUrls`; where a url leads is found in [`crate::link`].

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use scd_minify::css::notation::replace_values;
use scd_store::{Digest, Writer};

use super::{Output, OutputContent};
use crate::asset_path;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::link::{Linker, Published, Replacements, urls};
use crate::plan::{PackagePlan, Plan};
use crate::sources::Sources;

/// Outputs that one thread goes through at a time, at least; few of them are stylesheets.
const FILES_AT_A_TIME: usize = 64;

/// The path of a stylesheet in its package, and what became of urls in it.
pub(crate) type Rewritten = (Arc<str>, Replacements);

/// A stylesheet with urls that may not stay.
struct Finding {
    /// Among the outputs.
    index: usize,
    /// With the urls that lead elsewhere rewritten, if there are any.
    text: Option<Vec<u8>>,
    replacements: Replacements,
    /// What is wrong with others.
    complaints: Vec<String>,
}

/// Rewrites the stylesheets of a package, an index into those of the plan, where a url needs it.
pub(super) fn rewrite(
    index: usize,
    outputs: &mut [Output],
    plan: &Plan,
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> (Vec<Rewritten>, Vec<Diagnostic>) {
    let id = &plan.packages[index].id;
    let view = OnceLock::new();
    let view = || view.get_or_init(|| view_of(index, outputs, plan, context));
    let linker = OnceLock::new();
    let link = || {
        let added = plan.packages.iter().map(|package| package.added.clone());
        let published = published(index, outputs, plan);
        Linker::new(index, context, added.collect(), published)
    };
    let rewrite = |(index, output): (usize, &Output)| {
        if !asset_path::has_extension(&output.path, "css") {
            return None;
        }
        let kept = sources.facts().about(
            || output.content.digest(sources),
            || [view().as_bytes(), output.path.as_bytes()].concat(),
            || output.content.bytes(sources),
            |bytes| {
                let linker = linker.get_or_init(link);
                urls(bytes)
                    .iter()
                    .all(|url| linker.keeps(&output.path, url))
            },
        );
        // A source that cannot be read was reported when it was planned.
        if !matches!(kept, Ok(false)) {
            return None;
        }
        let linker = linker.get_or_init(link);
        let bytes = output.content.bytes(sources).ok()?;
        let (replacements, complaints) = linker.replacements(&output.path, &bytes);
        let text = replace_values(&bytes, &replacements);
        Some(Finding {
            index,
            text,
            replacements,
            complaints,
        })
    };
    let found: Vec<Finding> = outputs
        .par_iter()
        .enumerate()
        .with_min_len(FILES_AT_A_TIME)
        .filter_map(rewrite)
        .collect();
    let (mut rewritten, mut diagnostics) = (Vec::new(), Vec::new());
    for found in found {
        let output = &mut outputs[found.index];
        for message in found.complaints {
            let mut finding = Diagnostic::error(message)
                .with_hint("write the url as `{{base_url_path}}/` followed by the path of a file of this package")
                .for_output(format!("{id}/{}", output.path));
            if let Some(source) = output.source {
                finding = finding.at(Place::file(sources.path(source)));
            }
            diagnostics.push(finding);
        }
        if let Some(text) = found.text {
            output.content = OutputContent::Bytes(text.into());
            rewritten.push((output.path.clone(), found.replacements));
        }
    }
    (rewritten, diagnostics)
}

/// Everything that decides what becomes of the urls in a package.
fn view_of(index: usize, outputs: &[Output], plan: &Plan, context: &Context<'_>) -> Digest {
    let package = &context.packages.packages[index];
    let mut view = Writer::new();
    view.text(&package.id.to_string())
        .text(&context.minification.description());
    view.list(outputs, |view, output| {
        view.text(&output.path);
    });
    if let Some(base) = base_of(index, plan) {
        view.list(&plan.lists[base.list].placements, |view, placement| {
            view.text(&placement.path);
        });
    }
    view.list(&package.ancestors, |view, ancestor| {
        view.text(&ancestor.to_string());
    });
    // Files of this package count, too: those that an ancestor has put there.
    let packages = context.packages.packages.iter().zip(&plan.packages);
    let seen = packages
        .filter(|(other, _)| other.id == package.id || package.ancestors.contains(&other.id));
    for (other, planned) in seen {
        view.text(&other.id.to_string());
        let files = context.packages.overlay(other).files();
        view.list(files, |view, file| {
            let module = file.id.module.as_ref();
            let origin = &file.origin;
            view.text(module.map_or("", |module| module.as_str()))
                .text(&file.id.path)
                .text(origin.area.as_str())
                .text(origin.theme.as_str())
                .text(origin.locale.as_str());
        });
        view.list(&planned.added, |view, id| {
            view.text(&id.to_string());
        });
    }
    Digest::of(&view.finish())
}

/// The package for all themes, if it is another one.
fn base_of(index: usize, plan: &Plan) -> Option<&PackagePlan> {
    let id = &plan.packages[index].id;
    let base = Linker::base_of(id);
    let mut packages = plan.packages.iter();
    packages.find(|package| package.id == base && package.id != *id)
}

/// What lies in a package and in the one for all themes, as [`Linker::new`] wants it.
fn published(index: usize, outputs: &[Output], plan: &Plan) -> Vec<Published> {
    let own = outputs.iter().map(|output| output.path.clone());
    let own = Published::new(&plan.packages[index].id, own);
    let inherited = base_of(index, plan).map(|base| {
        let placements = plan.lists[base.list].placements.iter();
        Published::new(&base.id, placements.map(|placement| placement.path.clone()))
    });
    std::iter::once(own).chain(inherited).collect()
}
