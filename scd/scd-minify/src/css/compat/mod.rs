//! cssmin 4.1.1, the minifier behind `Magento\Framework\Code\Minifier\Adapter\Css\CSSmin`, byte for byte.
//!
//! cssmin is a chain of pattern replacements over the whole text. So is this, rule by rule, with hand-written scanners: the
//! quirks of its results come from which rule sees which text, and in what order. Where cssmin breaks a stylesheet (`spec/css.md`
//! 8.4, policy F) the text stays as the author wrote it and a [`Finding`] says so: a result without findings is what PHP
//! writes.

mod attribute;
mod body;
mod case;
mod colour;
mod edit;
mod lex;
mod number;
mod piece;
mod prelude;
mod shorthand;

use crate::{Finding, Minified};
use body::Bodies;
use piece::{Piece, Pieces};

/// Minifies as `tubalmartin\CssMin\Minifier` with Magento's options does. Never fails; bytes that are not UTF-8 pass
/// through.
pub fn minify(source: &[u8]) -> Minified {
    if source.is_empty() || source == b"0" {
        return Minified {
            bytes: Vec::new(),
            findings: Vec::new(),
        };
    }
    let lexed = lex::lex(source);
    let mut sheet = Sheet {
        source,
        pieces: lexed.pieces,
        findings: lexed.findings,
    };
    let outline = take_bodies(&lexed.text, &lexed.braces, &mut sheet);
    let outline = prelude::minify(outline, &mut sheet);
    let mut expanded = Vec::with_capacity(source.len());
    sheet.pieces.expand(&outline, source, &mut expanded);
    let trimmed = edit::php_trim(&expanded).len();
    if trimmed != expanded.len() {
        expanded = edit::php_trim(&expanded).to_vec();
    }
    sheet.findings.sort_by_key(|finding| finding.offset);
    sheet.findings.dedup();
    Minified {
        bytes: expanded,
        findings: sheet.findings,
    }
}

/// What the stages share.
struct Sheet<'s> {
    source: &'s [u8],
    pieces: Pieces,
    findings: Vec<Finding>,
}

impl Sheet<'_> {
    /// Reports that cssmin would have broken `text`, which stands behind `from` in the source.
    fn report(&mut self, from: usize, text: &[u8], message: String, hint: &str) {
        let found = memchr::memmem::find(&self.source[from..], text).unwrap_or(0);
        self.findings.push(Finding {
            offset: from + found,
            message,
            hint: Some(hint.to_owned()),
        });
    }
}

/// Minifies every block that contains no other block and leaves a mark in its place.
fn take_bodies(text: &[u8], braces: &[usize], sheet: &mut Sheet<'_>) -> Vec<u8> {
    let mut outline = Vec::with_capacity(text.len());
    let mut bodies = Bodies::default();
    let mut braces = braces.iter().copied();
    let mut copied = 0;
    let mut open = memchr::memchr(b'{', text);
    while let Some(start) = open {
        let brace = braces.next().unwrap_or(0);
        let inner = &text[start + 1..];
        let stop = memchr::memchr2(b'{', b'}', inner).map(|found| start + 1 + found);
        outline.extend_from_slice(&text[copied..=start]);
        let end = match stop {
            Some(stop) if text[stop] == b'{' => {
                outline.extend_from_slice(&text[start + 1..stop]);
                copied = stop;
                open = stop.into();
                continue;
            }
            Some(stop) => stop,
            None => text.len(),
        };
        let range = bodies.minify(&text[start + 1..end], brace, sheet);
        if !range.is_empty() {
            sheet
                .pieces
                .push(Piece::Body { range, brace }, &mut outline);
        }
        if stop.is_none() {
            // cssmin never returns here; a browser closes the block at the end of the file.
            outline.push(b'}');
            sheet.findings.push(Finding {
                offset: brace,
                message: "`{` is never closed".to_owned(),
                hint: Some("close the block with `}`".to_owned()),
            });
        } else {
            outline.push(b'}');
        }
        copied = (end + 1).min(text.len());
        open = memchr::memchr(b'{', &text[copied..]).map(|found| copied + found);
    }
    outline.extend_from_slice(&text[copied..]);
    outline
}
