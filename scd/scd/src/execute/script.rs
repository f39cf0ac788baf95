//! JavaScript: minified as a syntax tree; what does not parse is published as it is, with a warning.

use scd_magento::SourceId;
use scd_minify::{Phrases, js_with_phrases};

use super::{Conditions, Product};
use crate::diagnostic::{Diagnostic, Place};
use crate::sources::Sources;

/// Minifies one script.
pub(super) fn run(source: SourceId, conditions: &Conditions<'_>, sources: &Sources<'_>) -> Product {
    let bytes = match sources.bytes(source) {
        Ok(bytes) => bytes,
        Err(finding) => return Product::failed(vec![finding]),
    };
    let path = sources.path(source);
    // PHP writes translations into what its minifier has left of the source's strings.
    let phrases = if conditions.embeds_translations {
        Phrases::Kept
    } else {
        Phrases::Free
    };
    match js_with_phrases(bytes, conditions.level, phrases) {
        Ok(minified) => {
            let findings = minified.findings.into_iter().map(|finding| {
                let mut diagnostic = Diagnostic::warning(finding.message)
                    .at(Place::at_offset(path, bytes, finding.offset))
                    .in_text(bytes.clone());
                diagnostic.hint = finding.hint;
                diagnostic
            });
            Product::made(minified.bytes, findings.collect())
        }
        Err(error) => {
            let warning = Diagnostic::warning(format!(
                "the script is published unminified: {}",
                error.message
            ))
            .at(Place::at_offset(path, bytes, error.offset))
            .in_text(bytes.clone())
            .with_hint(error.hint.unwrap_or_else(|| {
                "correct the syntax; browsers will most likely refuse the script too".to_owned()
            }));
            Product::made(bytes.clone(), vec![warning])
        }
    }
}
