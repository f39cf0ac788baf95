//! What earlier runs have made: a job whose recipe and sources are as they were is recalled, with its warnings, not done again.
//!
//! This file alone decides what a result depends on. For LESS that is the whole closure: it is gathered before anything is
//! compiled, so that every question of the compiler, absent files included, is answered by the files in it. Results with
//! errors are not remembered: whoever corrects a source corrects it soon.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use scd_magento::SourceId;
use scd_store::{Digest, Reader, Writer};

use super::{Conditions, Product, run as do_work, style};
use crate::derive::OutputContent;
use crate::diagnostic::Severity;
use crate::plan::{CssContext, Recipe};
use crate::sources::Sources;
use crate::warm::findings::{self, Files};

/// The result of a recipe, from an earlier run where there is one.
pub(crate) fn run(recipe: &Recipe, conditions: &Conditions<'_>, sources: &Sources<'_>) -> Product {
    let inputs = inputs(recipe);
    let key = key(recipe, &inputs, conditions, sources);
    let recalled = key.and_then(|key| recall(&key, &inputs, sources));
    let mut product = recalled.unwrap_or_else(|| {
        let product = do_work(recipe, conditions, sources);
        match key {
            Some(key) => remember(&key, product, &inputs, sources),
            None => product,
        }
    });
    if matches!(recipe, Recipe::Less { .. }) {
        // Where the sources lie is no part of the key.
        let known = |warning| style::tone_down(warning, conditions);
        product.diagnostics = product.diagnostics.into_iter().map(known).collect();
    }
    product
}

/// Whether an earlier run seems to have made the result.
pub(crate) fn knows(recipe: &Recipe, conditions: &Conditions<'_>, sources: &Sources<'_>) -> bool {
    let key = key(recipe, &inputs(recipe), conditions, sources);
    key.is_some_and(|key| sources.store().has(&key))
}

/// Every source that the result may depend on.
fn inputs(recipe: &Recipe) -> Vec<SourceId> {
    match recipe {
        Recipe::Script { source }
        | Recipe::Css { source, .. }
        | Recipe::Html { source }
        | Recipe::Template { source } => vec![*source],
        Recipe::Less { closure, .. } => closure.files.values().map(|file| file.source()).collect(),
    }
}

/// What the result is remembered under; none where nothing is remembered or a source cannot be read.
fn key(
    recipe: &Recipe,
    inputs: &[SourceId],
    conditions: &Conditions<'_>,
    sources: &Sources<'_>,
) -> Option<Digest> {
    if !sources.store().is_on() {
        return None;
    }
    let level = format!("{:?}", conditions.level);
    let mut parts = Writer::new();
    parts.text(&level);
    for &input in inputs {
        parts.digest(&sources.digest(input).ok()?);
    }
    let mut place = |place: &CssContext, minify: bool| {
        parts
            .flag(minify)
            .text(place.area.as_str())
            .text(&place.package)
            .text(&place.path);
        parts.text(&conditions.minification.description());
    };
    let name = match recipe {
        Recipe::Script { .. } if conditions.embeds_translations => "script to embed into",
        Recipe::Script { .. } => "script",
        Recipe::Css {
            minify,
            context: None,
            ..
        } => {
            parts.flag(*minify);
            "css anywhere"
        }
        Recipe::Css {
            minify,
            context: Some(context),
            ..
        } => {
            place(context, *minify);
            "css"
        }
        Recipe::Less {
            closure,
            minify,
            context,
        } => {
            place(context, *minify);
            parts.digest(&closure.digest);
            "less"
        }
        Recipe::Html { .. } => "html",
        Recipe::Template { .. } => "template",
    };
    Some(sources.store().key(name, &[&parts.finish()]))
}

fn recall(key: &Digest, inputs: &[SourceId], sources: &Sources<'_>) -> Option<Product> {
    let store = sources.store();
    // Most are known from the last run, which wrote them down side by side; others may live on those in the store.
    let record: Arc<[u8]> = match sources.facts().get(key) {
        Some(record) => {
            let _counts_as_use = store.has(key);
            record
        }
        None => {
            let record = store.recall_blob(key)?;
            sources.facts().insert(*key, &record);
            record
        }
    };
    let mut reader = Reader::new(&record);
    let digest = reader.digest()?;
    let diagnostics = with_files(inputs, sources, |files| findings::read(&mut reader, files))?;
    store.has(&digest).then_some(Product {
        content: Some(OutputContent::Stored(digest)),
        diagnostics,
        elapsed: Duration::ZERO,
        is_recalled: true,
    })
}

/// The same product, remembered if there is nothing wrong with it.
fn remember(
    key: &Digest,
    mut product: Product,
    inputs: &[SourceId],
    sources: &Sources<'_>,
) -> Product {
    let has_errors = product
        .diagnostics
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    if has_errors {
        return product;
    }
    if let Some(OutputContent::Bytes(bytes)) = product.content {
        let digest = Digest::of(&bytes);
        let mut record = Writer::new();
        record.digest(&digest);
        with_files(inputs, sources, |files| {
            findings::write(&mut record, &product.diagnostics, files);
        });
        sources.store().remember_blob(&digest, bytes.clone());
        let record: Arc<[u8]> = record.finish().into();
        sources.facts().insert(*key, &record);
        sources.store().remember_blob(key, record);
        product.content = Some(OutputContent::Remembered(bytes, digest));
    }
    product
}

/// Calls with the sources as the files that findings speak of.
fn with_files<T>(
    inputs: &[SourceId],
    sources: &Sources<'_>,
    call: impl FnOnce(&Files<'_>) -> T,
) -> T {
    let paths: Vec<&Path> = inputs.iter().map(|&id| sources.path(id)).collect();
    let text = |path: &Path| {
        let place = paths.iter().position(|&known| known == path)?;
        sources.bytes(inputs[place]).ok().cloned()
    };
    call(&Files {
        paths: &paths,
        text: &text,
    })
}
