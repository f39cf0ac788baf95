//! Tells whether two templates mean the same: equal PHP tokens, and equal HTML but for the amount of
//! white space.

use super::lexer::{Kind, Token, tokens};
use crate::Difference;

/// Bytes of each side that a message quotes.
const QUOTED: usize = 60;

/// The first place at which two templates differ in meaning.
///
/// Comments and white space between PHP tokens do not count, nor does the line break that PHP swallows
/// behind `?>`. In inline HTML a white-space run equals any other one, but not its absence.
#[must_use]
pub fn template_difference(left: &[u8], right: &[u8]) -> Option<Difference> {
    let left_tokens = tokens(left);
    let right_tokens = tokens(right);
    let mut lefts = left_tokens.list.iter().filter(|token| counts(token));
    let mut rights = right_tokens.list.iter().filter(|token| counts(token));
    loop {
        let pair = (lefts.next(), rights.next());
        let message = match pair {
            (None, None) => return None,
            (Some(one), Some(other)) => {
                let texts = (&left[one.start..one.end], &right[other.start..other.end]);
                if one.kind == other.kind && same(one.kind, texts.0, texts.1) {
                    continue;
                }
                format!("`{}` became `{}`", quote(texts.0), quote(texts.1))
            }
            (Some(one), None) => {
                format!(
                    "`{}` is missing at the end",
                    quote(&left[one.start..one.end])
                )
            }
            (None, Some(other)) => {
                format!(
                    "`{}` was added at the end",
                    quote(&right[other.start..other.end])
                )
            }
        };
        return Some(Difference {
            left: Some(pair.0.map_or(left.len(), |token| token.start)),
            right: Some(pair.1.map_or(right.len(), |token| token.start)),
            message,
        });
    }
}

fn counts(token: &Token) -> bool {
    !matches!(token.kind, Kind::Space | Kind::Comment)
}

fn same(kind: Kind, left: &[u8], right: &[u8]) -> bool {
    match kind {
        Kind::Close => true,
        // `<?PHP`, a line break or a space behind it: one and the same.
        Kind::Open => (left == b"<?=") == (right == b"<?="),
        Kind::Html => collapsed(left).eq(collapsed(right)),
        _ => left == right,
    }
}

/// The bytes of `text` with each white-space run as one space.
fn collapsed(text: &[u8]) -> impl Iterator<Item = u8> {
    let is_space = |byte: u8| matches!(byte, b' ' | 0x09..=0x0d);
    let mut before = false;
    text.iter().filter_map(move |&byte| {
        let repeated = before && is_space(byte);
        before = is_space(byte);
        let shown = if before { b' ' } else { byte };
        (!repeated).then_some(shown)
    })
}

/// The beginning of `text` on one line.
fn quote(text: &[u8]) -> String {
    let shown = &text[..text.len().min(QUOTED)];
    let mut quoted = String::with_capacity(shown.len());
    for letter in String::from_utf8_lossy(shown).chars() {
        if letter.is_control() {
            quoted.extend(letter.escape_default());
        } else {
            quoted.push(letter);
        }
    }
    if shown.len() < text.len() {
        quoted.push('…');
    }
    quoted
}
