//! The opt-in level for CSS: lightningcss parses and prints, and the result counts only when it demonstrably means the same as the
//! source and is smaller. In every other case the bytes are those of the compat level.
//!
//! Parse and print only: its own minification merges rules and drops fallbacks. Media queries in range form and
//! hexadecimal colours with alpha are written the old way. Error recovery stays off because it loses declarations silently.

use super::canonical::css_difference;
use super::compat;
use super::url::url_matches;
use crate::Minified;
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{ParserOptions, StyleSheet};
use lightningcss::targets::{Features, Targets};
use std::panic::catch_unwind;

/// Minifies as far as the meaning can be proved unchanged; not for e-mail stylesheets, whose readers are simpler than browsers.
#[must_use]
pub fn minify(source: &[u8]) -> Minified {
    let mut minified = compat::minify(source);
    if let Ok(bytes) = attempt(source, &minified.bytes) {
        minified.bytes = bytes;
    }
    minified
}

/// The result of lightningcss, or why it does not count: for reports and tests. `compat` is the same source at the
/// compat level.
///
/// # Errors
///
/// The reason in one line, lower case.
pub fn attempt(source: &[u8], compat: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(source).map_err(|_| "the source is not UTF-8".to_owned())?;
    if depth(source) > MOST_NESTED {
        return Err(format!("brackets are nested more than {MOST_NESTED} deep"));
    }
    let mut bytes = catch_unwind(|| print(text))
        .map_err(|_| "lightningcss gave up on the source".to_owned())??
        .into_bytes();
    if !bytes.is_ascii() {
        // It writes escapes as characters and drops the declaration that tells their encoding.
        bytes.splice(..0, *b"@charset \"utf-8\";");
    }
    if bytes.len() >= compat.len() {
        return Err("the result is not smaller".to_owned());
    }
    let licences = |css: &[u8]| memchr::memmem::find_iter(css, b"/*!").count();
    if licences(&bytes) < licences(compat) {
        return Err("an important comment is lost".to_owned());
    }
    let references = |css: &[u8]| -> Vec<Vec<u8>> {
        url_matches(css)
            .into_iter()
            .map(|found| css[found.value].to_vec())
            .collect()
    };
    if references(&bytes) != references(compat) {
        return Err("the references that Magento rewrites differ".to_owned());
    }
    match css_difference(source, &bytes) {
        Some(difference) => Err(difference.message),
        None => Ok(bytes),
    }
}

/// Deepest nesting that is handed to the recursive parser.
const MOST_NESTED: usize = 64;

fn depth(source: &[u8]) -> usize {
    let mut depth = 0usize;
    let mut deepest = 0;
    for byte in source {
        match byte {
            b'{' | b'(' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn print(text: &str) -> Result<String, String> {
    let sheet = StyleSheet::parse(text, ParserOptions::default()).map_err(|e| e.to_string())?;
    let targets = Targets {
        browsers: None,
        include: Features::MediaQueries | Features::HexAlphaColors,
        exclude: Features::empty(),
    };
    let options = PrinterOptions {
        minify: true,
        targets,
        ..PrinterOptions::default()
    };
    Ok(sheet.to_css(options).map_err(|e| e.to_string())?.code)
}
