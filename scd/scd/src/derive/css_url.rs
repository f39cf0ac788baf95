//! Urls in finished stylesheets that lead into other packages.
//!
//! Mirrors `Magento\Deploy\Package\Processor\PostProcessor\CssUrls`; where a url leads is found in [`crate::link`].

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::facts::Facts;
use super::{Output, OutputContent};
use crate::asset_path;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::link::{Linker, urls};
use crate::plan::Plan;
use crate::sources::Sources;

/// Outputs that one thread goes through at a time, at least; few of them are stylesheets.
const FILES_AT_A_TIME: usize = 64;

/// Rewrites the stylesheets of a package, an index into those of the plan, where a url needs it.
pub(super) fn rewrite(
    index: usize,
    outputs: &mut [Output],
    plan: &Plan,
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> Vec<Diagnostic> {
    let id = &plan.packages[index].id;
    let added = plan.packages.iter().map(|package| package.added.clone());
    let published = published(index, outputs, plan);
    let linker = Linker::new(index, context, added.collect(), published);
    let facts = Facts::open("urls", &id.to_string(), sources.store());
    let rewrite = |(index, output): (usize, &Output)| {
        if !asset_path::has_extension(&output.path, "css") {
            return None;
        }
        // A source that cannot be read was reported when it was planned.
        let urls = facts.of(
            || output.content.digest(sources),
            || Ok(urls(&output.content.bytes(sources)?).into()),
        );
        let may_stay = |url: &Vec<u8>| linker.keeps(&output.path, url);
        if urls.ok()?.iter().all(may_stay) {
            return None;
        }
        let bytes = output.content.bytes(sources).ok()?;
        let (text, complaints) = linker.rewrite(&output.path, &bytes);
        Some((index, text, complaints))
    };
    let rewritten: Vec<(usize, Option<Vec<u8>>, Vec<String>)> = outputs
        .par_iter()
        .enumerate()
        .with_min_len(FILES_AT_A_TIME)
        .filter_map(rewrite)
        .collect();
    facts.remember();
    let mut diagnostics = Vec::new();
    for (index, text, complaints) in rewritten {
        let output = &mut outputs[index];
        for message in complaints {
            let mut finding = Diagnostic::error(message)
                .with_hint("write the url as `{{base_url_path}}/` followed by the path of a file of this package")
                .for_output(format!("{id}/{}", output.path));
            if let Some(source) = output.source {
                finding = finding.at(Place::file(sources.path(source)));
            }
            diagnostics.push(finding);
        }
        if let Some(text) = text {
            output.content = OutputContent::Bytes(text.into());
        }
    }
    diagnostics
}

/// What lies in a package and in the one for all themes, as [`Linker::new`] wants it.
fn published(index: usize, outputs: &[Output], plan: &Plan) -> FxHashSet<String> {
    let id = &plan.packages[index].id;
    let own = outputs.iter().map(|output| (id, &output.path));
    let base = Linker::base_of(id);
    let base = plan
        .packages
        .iter()
        .find(|package| package.id == base && package.id != *id);
    let inherited = base.into_iter().flat_map(|base| {
        let placements = &plan.lists[base.list].placements;
        placements
            .iter()
            .map(|placement| (&base.id, &placement.path))
    });
    own.chain(inherited)
        .map(|(id, path)| format!("{id}/{path}"))
        .collect()
}
