//! What is made from a package's scripts: RequireJS configuration, its name resolver, bundles.
//!
//! Mirrors `Magento\RequireJs\Model\FileManager` and `Magento\Deploy\Service\Bundle`.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use scd_magento::{PackageId, ThemeId};
use scd_minify::Level;
use scd_store::Writer;

use super::translation_table::TranslationTable;
use super::{Output, OutputContent, bundle, bundle_choice, embedded, memo, requirejs};
use crate::asset_path;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::plan::PackagePlan;
use crate::sources::Sources;

/// The two files that set RequireJS up. Whether they are minified is decided on their bare names, so the
/// store's switch counts even in `adminhtml`.
pub(super) fn requirejs_outputs(
    package: &PackagePlan,
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> (Vec<Output>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let overlay = &context.packages.overlays[package.overlay];
    let excludes = context.minification.excludes("js");
    let configs = overlay.requirejs_configs(context.inventory);
    let store = sources.store();
    let mut parts = Writer::new();
    if store.is_on() {
        parts.text(&format!("{:?}", context.options.level));
        parts.text(&context.minification.description());
        for &source in &configs {
            let digest = sources.digest(source).ok();
            parts.optional(digest.as_ref(), |parts, digest| {
                parts.digest(digest);
            });
        }
    }
    let made = memo::outputs("requirejs", &parts, store, || {
        let mut texts = Vec::new();
        for source in configs {
            match sources.bytes(source) {
                Ok(bytes) => texts.push((source, bytes)),
                Err(finding) => diagnostics.push(finding),
            }
        }
        let bytes: Vec<&[u8]> = texts.iter().map(|(_, bytes)| &***bytes).collect();
        let config = generated("requirejs-config.js", requirejs::assemble(&bytes), context);
        let resolver = requirejs::min_resolver(excludes);
        let resolver = generated("requirejs-min-resolver.js", resolver, context);
        let is_wanted = *config.0.path != *"requirejs-config.js";
        if is_wanted && !config.1 {
            let broken = texts
                .iter()
                .filter_map(|(source, bytes)| broken_part(*source, bytes, sources));
            diagnostics.extend(broken);
        }
        Ok::<_, Infallible>((vec![config.0, resolver.0], diagnostics.is_empty()))
    });
    let Ok(outputs) = made;
    (outputs, diagnostics)
}

/// Why a part keeps the whole configuration from being minified. A part becomes the body of a function, so it is
/// judged as one.
fn broken_part(
    source: scd_magento::SourceId,
    bytes: &Arc<[u8]>,
    sources: &Sources<'_>,
) -> Option<Diagnostic> {
    const OPENING: &[u8] = b"(function(){";
    let body = [OPENING, bytes, b"\n})();"].concat();
    let error = scd_minify::js::js(&body, Level::Compat).err()?;
    let offset = error.offset.saturating_sub(OPENING.len());
    let place = Place::at_offset(sources.path(source), bytes, offset);
    let finding = if std::str::from_utf8(bytes).is_err() {
        Diagnostic::warning(
            "the RequireJS configuration is published unminified, because this part is not UTF-8",
        )
        .with_hint("save the file as UTF-8")
    } else {
        Diagnostic::error(format!("the RequireJS configuration does not parse: {}", error.message))
            .with_hint("correct the syntax: this part is joined with those of all other modules, and browsers would refuse the whole")
    };
    Some(finding.at(place).in_text(bytes.clone()))
}

/// An output made of `text`, minified where its name asks for it; and whether it is.
fn generated(name: &str, text: Vec<u8>, context: &Context<'_>) -> (Output, bool) {
    let path = context.minification.add_min(name);
    let minified = (path != name)
        .then(|| scd_minify::js::js(&text, context.options.level).ok())
        .flatten();
    let is_minified = minified.is_some();
    let bytes: Arc<[u8]> = minified.map_or(text, |minified| minified.bytes).into();
    let content = OutputContent::Bytes(bytes);
    (
        Output {
            path: path.into(),
            content,
            source: None,
        },
        is_minified,
    )
}

/// Writes translations into the scripts among the outputs. One that holds a phrase which cannot be embedded is left out,
/// as in PHP, with an error.
pub(super) fn embed(
    package: &PackageId,
    outputs: &mut Vec<Output>,
    table: &TranslationTable,
    sources: &Sources<'_>,
) -> Vec<Diagnostic> {
    let embedded: Vec<(Output, Option<Diagnostic>)> = std::mem::take(outputs)
        .into_par_iter()
        .map(|output| embed_one(package, output, table, sources))
        .collect();
    let mut diagnostics = Vec::new();
    for (output, finding) in embedded {
        let is_left_out = finding
            .as_ref()
            .is_some_and(|finding| finding.severity == Severity::Error);
        diagnostics.extend(finding);
        if !is_left_out {
            outputs.push(output);
        }
    }
    diagnostics
}

fn embed_one(
    package: &PackageId,
    mut output: Output,
    table: &TranslationTable,
    sources: &Sources<'_>,
) -> (Output, Option<Diagnostic>) {
    // Here the extension counts in upper case, too, unlike where it decides on minification.
    let extension = asset_path::extension(&output.path).unwrap_or_default();
    if !extension.eq_ignore_ascii_case("js") {
        return (output, None);
    }
    let bytes = match output.content.bytes(sources) {
        Ok(bytes) => bytes,
        Err(finding) => return (output, Some(finding)),
    };
    let mut finding = match embedded::embed(&bytes, table) {
        Ok(None) => None,
        Ok(Some(embedded)) => {
            output.content = OutputContent::Bytes(embedded.bytes.into());
            embedded.broken.map(|text| {
                Diagnostic::warning(format!(
                    "the script is broken by the embedded text `{}`, whose quote ends the literal, as in Magento",
                    String::from_utf8_lossy(&text)
                ))
                .with_hint("set `dev/js/translate_strategy` to `dictionary`, or translate without quotes")
            })
        }
        Err(phrase) => Some(
            Diagnostic::error(format!(
                "the script holds a phrase in the form {}, which cannot be embedded",
                phrase.form
            ))
            .with_hint("write it as `$t('…')`, or set `dev/js/translate_strategy` to `dictionary`; Magento does not publish the script"),
        ),
    };
    if let Some(finding) = &mut finding {
        let source = output.source.map(|source| sources.path(source));
        finding.place = source.map(Place::file);
        // A script that is broken in all packages is warned of once.
        if finding.severity == Severity::Error {
            finding.output = Some(format!("{package}/{}", output.path));
        }
    }
    (output, finding)
}

/// The bundles of a package: all its scripts and static templates, packed in a stable order or in the one that the options
/// give.
///
/// # Errors
/// A finding for a source that cannot be read, or a `view.xml` that cannot be used.
pub(super) fn bundle_outputs(
    package: &PackagePlan,
    outputs: &[Output],
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> Result<Vec<Output>, Diagnostic> {
    // PHP empties the folder of bundles before it lists what there is to bundle.
    let candidates = outputs.iter().filter(|output| {
        matches!(asset_path::extension(&output.path), Some("js" | "html"))
            && !output.path.starts_with("js/bundle/")
    });
    let scripts: Vec<Script<'_>> = candidates
        .map(|output| Script {
            path: output.path.clone(),
            output,
        })
        .collect();
    bundles(package, &scripts, context, sources)
}

/// A script or static template on its way into a bundle.
pub(super) struct Script<'a> {
    /// What exclusions are compared with, below the package directory.
    pub(super) path: Arc<str>,
    /// What is published, in this package or another.
    pub(super) output: &'a Output,
}

/// The bundles of a package that hold the given scripts and templates.
///
/// # Errors
/// As [`bundle_outputs`].
pub(super) fn bundles(
    package: &PackagePlan,
    scripts: &[Script<'_>],
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> Result<Vec<Output>, Diagnostic> {
    let theme = ThemeId {
        area: package.id.area.clone(),
        code: package.id.theme.clone(),
    };
    let settings = context
        .project
        .view_config(context.tree, &theme)
        .map_err(|error| root_finding(&error))?;
    let minification = context.minification;
    // Bundles know their entries by the path that RequireJS will ask for: relative to the package.
    let keys: Vec<Cow<'_, str>> = scripts
        .iter()
        .map(|script| minification.add_min(&script.path))
        .collect();
    // Which files are chosen does not depend on what they hold.
    let files: Vec<bundle::BundleFile<'_>> = scripts
        .iter()
        .zip(&keys)
        .map(|(script, key)| bundle::BundleFile {
            path: &script.path,
            key,
            length: 0,
        })
        .collect();
    let excluded = settings.exclusions();
    let package_name = package.id.to_string();
    let mut chosen = match &context.options.bundle_order {
        Some(order) => order.choose(&package_name, &files, &excluded),
        None => bundle_choice::by_path(&files, &excluded),
    };
    let name = format!("{package_name}/js/bundle/bundle.js");
    let config = bundle::BundleConfig {
        limit: settings
            .bundle_kilobytes()
            .map_err(|error| root_finding(&error))?,
        has_min_sign: minification.add_min(&name) != name,
    };
    let by_path: FxHashMap<&str, &OutputContent> = scripts
        .iter()
        .map(|script| (&*script.path, &script.output.content))
        .collect();
    let contents: Vec<&OutputContent> = chosen.iter().map(|file| by_path[file.path]).collect();
    let lengths = contents.par_iter().map(|content| length(content, sources));
    let lengths: Vec<usize> = lengths.collect::<Result<_, _>>()?;
    for (file, length) in chosen.iter_mut().zip(lengths) {
        file.length = length;
    }
    let bundles = bundle::plan(&chosen, &config);
    let bundles = bundles.par_iter().map(|bundle| {
        let entries = bundle.files.iter();
        let entries = entries.map(|&place| (chosen[place].key, contents[place]));
        packed(bundle, entries.collect(), sources)
    });
    let bundles: Vec<Vec<Output>> = bundles.collect::<Result<_, _>>()?;
    Ok(bundles.into_iter().flatten().collect())
}

/// How much of a bundle a file takes, as [`bundle::length`] counts.
fn length(content: &OutputContent, sources: &Sources<'_>) -> Result<usize, Diagnostic> {
    let digest = || content.digest(sources);
    let bytes = || content.bytes(sources);
    sources
        .facts()
        .about(digest, || b"length", bytes, bundle::length)
}

/// A bundle with the files that go into it under their keys, made anew if one of them is not as it was.
fn packed(
    bundle: &bundle::Bundle,
    entries: Vec<(&str, &OutputContent)>,
    sources: &Sources<'_>,
) -> Result<Vec<Output>, Diagnostic> {
    let store = sources.store();
    let mut parts = Writer::new();
    if store.is_on() {
        let (pool, is_last) = bundle.kind();
        parts.text(&bundle.path).text(pool).flag(is_last);
        for (key, content) in &entries {
            parts.text(key).digest(&content.digest(sources)?);
        }
    }
    memo::outputs("bundle", &parts, store, || {
        let contents = entries.par_iter();
        let contents = contents.map(|(_, content)| content.bytes(sources));
        let contents: Vec<Arc<[u8]>> = contents.collect::<Result<_, _>>()?;
        let keys = entries.iter().map(|(key, _)| *key);
        let bytes = bundle.print(keys.zip(contents.iter().map(|content| &**content)));
        let output = Output {
            path: bundle.path.as_str().into(),
            content: OutputContent::Bytes(bytes.into()),
            source: None,
        };
        Ok((vec![output], true))
    })
}

/// A part of the root that cannot be used, as a finding of one package.
pub(super) fn root_finding(error: &scd_magento::Error) -> Diagnostic {
    match error {
        scd_magento::Error::Malformed {
            path,
            line,
            column,
            message,
            hint,
        } => {
            let mut finding = Diagnostic::error(message).at(Place {
                path: path.clone(),
                line: *line,
                column: *column,
            });
            finding.hint.clone_from(hint);
            finding
        }
        other => Diagnostic::error(other.to_string()),
    }
}
