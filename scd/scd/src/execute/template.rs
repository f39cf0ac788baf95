//! Templates: the nine passes of Magento's minifier, or the token-aware minifier at level `modern`; and static
//! Knockout templates, which only `modern` touches.

use scd_magento::SourceId;

use super::{Conditions, Product};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::sources::Sources;

/// Minifies one template.
pub(super) fn run(source: SourceId, conditions: &Conditions<'_>, sources: &Sources<'_>) -> Product {
    let bytes = match sources.bytes(source) {
        Ok(bytes) => bytes,
        Err(finding) => return Product::failed(vec![finding]),
    };
    match scd_minify::template::template(bytes, conditions.level) {
        Ok(minified) => {
            let place = |offset| Place::at_offset(sources.path(source), bytes, offset);
            let findings = minified.findings.into_iter().map(|finding| {
                let mut diagnostic = Diagnostic::new(Severity::Note, finding.message)
                    .at(place(finding.offset))
                    .in_text(bytes.clone());
                diagnostic.hint = finding.hint;
                diagnostic
            });
            let findings = findings.collect();
            Product::made(minified.bytes, findings)
        }
        Err(error) => {
            let mut finding = Diagnostic::error(error.message)
                .at(Place::at_offset(sources.path(source), bytes, error.offset))
                .in_text(bytes.clone());
            finding.hint = error.hint;
            Product::failed(vec![finding])
        }
    }
}

/// Minifies one static Knockout template.
pub(super) fn run_html(source: SourceId, sources: &Sources<'_>) -> Product {
    match sources.bytes(source) {
        Ok(bytes) => Product::made(scd_minify::html(bytes).bytes, Vec::new()),
        Err(finding) => Product::failed(vec![finding]),
    }
}
