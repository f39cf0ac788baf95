//! The source's syntax tree without white space: what Magento's own minifier (JShrink) means to write.
//!
//! JShrink's bytes change with each of its releases and are sometimes wrong, so the tree is the contract.

use super::parse::{Parsed, parse, text};
use super::phrases::Phrases;
use super::print::{Layout, print};
use super::requirejs_scan;
use crate::{Finding, Minified, MinifyError};

/// Prints the script that `source` is without white space and without comments but `/*! … */`.
///
/// # Errors
///
/// If the source is not UTF-8 or not a script.
pub fn minify(source: &[u8], phrases: Phrases) -> Result<Minified, MinifyError> {
    let source = text(source)?;
    let parsed = parse(source)?;
    Ok(minify_parsed(source, &parsed, phrases))
}

pub(super) fn minify_parsed(source: &str, parsed: &Parsed, phrases: Phrases) -> Minified {
    let scanned = requirejs_scan::is_scanned(source);
    let mut layouts = [Layout::Compact, Layout::Lines].into_iter();
    let kept = layouts.find_map(|layout| {
        // White space and comments are about half of a typical file.
        let bytes = print(parsed, layout, phrases, source.len() / 2 + 64)?;
        let same = !scanned || requirejs_scan::same_dependencies(source, &parsed.script, &bytes);
        same.then_some(bytes)
    });
    match kept {
        Some(bytes) => Minified {
            bytes,
            findings: Vec::new(),
        },
        None => Minified {
            bytes: source.as_bytes().to_vec(),
            findings: vec![Finding {
                offset: 0,
                message: "script left as it is: RequireJS would read other dependencies from it"
                    .to_owned(),
                hint: Some("list the dependencies in an array before the function".to_owned()),
            }],
        },
    }
}
