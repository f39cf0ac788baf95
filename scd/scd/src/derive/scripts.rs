//! What is made from a package's scripts: RequireJS configuration, its name resolver, bundles.
//!
//! Mirrors `Magento\RequireJs\Model\FileManager` and `Magento\Deploy\Service\Bundle`.

use std::sync::Arc;

use scd_magento::ThemeId;

use super::{Output, OutputContent, bundle, bytes_of, requirejs};
use crate::asset_path;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
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
    let mut parts = Vec::new();
    for source in overlay.requirejs_configs(context.inventory) {
        match sources.bytes(source) {
            Ok(bytes) => {
                if !bytes.is_empty() && scd_minify::js::js(bytes, context.options.level).is_err() {
                    diagnostics.push(broken_part(source, bytes, context, sources));
                }
                parts.push(&**bytes);
            }
            Err(finding) => diagnostics.push(finding),
        }
    }
    let excludes = context.minification.excludes("js");
    let outputs = [
        ("requirejs-config.js", requirejs::assemble(&parts)),
        (
            "requirejs-min-resolver.js",
            requirejs::min_resolver(excludes),
        ),
    ];
    let outputs = outputs
        .into_iter()
        .map(|(name, text)| generated(name, text, context))
        .collect();
    (outputs, diagnostics)
}

/// Where a part of the configuration does not parse: in minified form the whole would be lost.
fn broken_part(
    source: scd_magento::SourceId,
    bytes: &Arc<[u8]>,
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> Diagnostic {
    let error = scd_minify::js::js(bytes, context.options.level)
        .err()
        .map_or_else(|| (0, String::new()), |error| (error.offset, error.message));
    Diagnostic::error(format!("the RequireJS configuration does not parse: {}", error.1))
        .at(Place::at_offset(sources.path(source), bytes, error.0))
        .in_text(bytes.clone())
        .with_hint("correct the syntax: this part is joined with those of all other modules, and browsers would refuse the whole")
}

fn generated(name: &str, text: Vec<u8>, context: &Context<'_>) -> Output {
    let minification = context.minification;
    let path = minification.add_min(name);
    let is_minified = path != name;
    let bytes: Arc<[u8]> = match scd_minify::js::js(&text, context.options.level) {
        Ok(minified) if is_minified => minified.bytes.into(),
        // A part that does not parse has been reported as an error already.
        _ => text.into(),
    };
    Output {
        path: path.into(),
        content: OutputContent::Bytes(bytes),
        source: None,
    }
}

/// The bundles of a package: all its scripts and static templates, packed in a stable order.
///
/// # Errors
/// A finding for a source that cannot be read, or a `view.xml` that cannot be used.
pub(super) fn bundle_outputs(
    package: &PackagePlan,
    outputs: &[Output],
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
    let mut candidates = Vec::new();
    for output in outputs {
        if matches!(asset_path::extension(&output.path), Some("js" | "html")) {
            candidates.push((output, minification.add_min(&output.path)));
        }
    }
    let mut files = Vec::with_capacity(candidates.len());
    for (output, key) in &candidates {
        let content = bytes_of(output, sources)?;
        files.push(bundle::BundleFile {
            path: &output.path,
            key,
            content,
        });
    }
    let prefix = format!("{}/", package.id);
    let name = format!("{prefix}js/bundle/bundle.js");
    let config = bundle::BundleConfig {
        limit: settings.bundle_kilobytes(),
        excluded_files: settings.excluded_files.clone(),
        excluded_directories: settings.excluded_directories.clone(),
        has_min_sign: minification.add_min(&name) != name,
    };
    let bundles = bundle::bundle(&files, &config).into_iter();
    Ok(bundles
        .map(|bundle| Output {
            path: bundle.path.into(),
            content: OutputContent::Bytes(bundle.bytes.into()),
            source: None,
        })
        .collect())
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
