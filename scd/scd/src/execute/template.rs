//! Templates: the nine passes of Magento's minifier, or the token-aware minifier at level `modern`.

use scd_magento::SourceId;

use super::Product;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::sources::Sources;

/// Minifies one template.
pub(super) fn run(source: SourceId, context: &Context<'_>, sources: &Sources<'_>) -> Product {
    let bytes = match sources.bytes(source) {
        Ok(bytes) => bytes,
        Err(finding) => return Product::failed(vec![finding]),
    };
    match scd_minify::template::template(bytes, context.options.level) {
        Ok(minified) => Product::made(minified.bytes, Vec::new()),
        Err(error) => {
            let mut finding = Diagnostic::error(error.message)
                .at(Place::at_offset(sources.path(source), bytes, error.offset))
                .in_text(bytes.clone());
            finding.hint = error.hint;
            Product::failed(vec![finding])
        }
    }
}
