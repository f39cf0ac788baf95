//! Advice on parse errors: what was expected, and the traps of less.php that people fall into.

use std::ops::Range;

use super::scan::{is_word, run};
use super::statement_range::unclosed_block;
use super::trap::{Trouble, trap};
use crate::options::Dialect;
use crate::source::Source;

/// Advice on a failure in a statement; the parser stood at `position`.
pub(super) fn hint(
    message: &str,
    position: usize,
    statement: Range<usize>,
    source: &Source,
    dialect: Dialect,
) -> Option<String> {
    let bytes = source.text.as_bytes();
    let what = message.strip_prefix("ParseError: ").unwrap_or(message);
    if what.starts_with("missing closing `}`") {
        return Some(match unclosed_block(bytes) {
            Some(open) => {
                let line = source.locate(open).line;
                format!("the block that begins on line {line} seems not to be closed")
            }
            None => "a comment or a string may hold the `}`".to_owned(),
        });
    }
    let trouble = Trouble::new(what, position, statement, source, dialect);
    let structural = match what {
        "missing opening `{`" => {
            Some("this `}` closes nothing; a `{` is missing before it, or it is one too many")
        }
        "missing closing `*/`" => Some("the comment that begins here does not end"),
        "unmatched `/*`" if trouble.is_behind_comment_start() => Some(
            "less.php takes no comment at this place; write it in front of or behind the statement",
        ),
        "unmatched `/*`" => Some("this `*/` ends no comment"),
        "missing closing `)`" => Some("a `)` is missing in this statement"),
        "missing opening `(`" => Some("this `)` closes nothing"),
        _ if what.starts_with("unmatched") => Some(
            "the string that begins here does not end; an apostrophe in plain text needs a backslash",
        ),
        _ if what.starts_with("the file needs too many attempts") => {
            Some("a string or parenthesis around this place may not be closed")
        }
        _ => None,
    };
    if let Some(structural) = structural {
        return Some(structural.to_owned());
    }
    if let Some(trap) = trap(&trouble) {
        return Some(trap);
    }
    let advice = if what.starts_with("Guards are only") {
        "write a rule of its own for every selector that shall have the guard"
    } else if what.starts_with("Expected ')'")
        && bytes.get(position) == Some(&b'(')
        && !what.ends_with("'('")
    {
        "this `(` is not closed where less.php expects it"
    } else if what == "Unexpected input" {
        return Some(expected(&trouble, bytes, position));
    } else {
        // It says itself what was expected.
        return None;
    };
    Some(advice.to_owned())
}

/// What could have stood at a place.
fn expected(trouble: &Trouble, bytes: &[u8], offset: usize) -> String {
    let text = trouble.text.trim();
    let expected = if text.is_empty() {
        "a statement or a `}`"
    } else if trouble.has_block() {
        "a selector list or the head of a mixin or at-rule before `{`"
    } else if text.contains(':') {
        "a value and a `;`; what Less cannot read must be escaped as `~\"…\"`"
    } else if text.starts_with(['.', '#']) {
        "`;` behind a mixin call or `{` behind a selector"
    } else {
        "`property: value;`, a mixin call or a block"
    };
    let found = match bytes.get(offset) {
        None => "the file ends".to_owned(),
        Some(b'{') if !text.is_empty() => {
            return "what stands before this `{` is neither a selector list nor the head of a mixin or at-rule".to_owned();
        }
        Some(end @ (b';' | b'}')) if !text.is_empty() => {
            let end = char::from(*end);
            let expected = if text.contains(':') && !trouble.has_block() {
                "`property: value`; what Less cannot read must be escaped as `~\"…\"`"
            } else {
                "`property: value` or a mixin call"
            };
            return format!(
                "what stands before this `{end}` is not complete; less.php expects {expected}"
            );
        }
        Some(_) => {
            let start = character_start(bytes, offset);
            let token = &bytes[start..start + span_length(bytes, start).max(1)];
            let token = String::from_utf8_lossy(token);
            let mut shown = String::with_capacity(token.len());
            for character in token.chars() {
                if character.is_control() {
                    shown.extend(character.escape_default());
                } else {
                    shown.push(character);
                }
            }
            format!("`{shown}` stands")
        }
    };
    format!("{found} where less.php expects {expected}")
}

/// Where the character begins that a place is in: less.php can give up between its bytes.
fn character_start(bytes: &[u8], offset: usize) -> usize {
    let inside = |&at: &usize| bytes[at] & 0xC0 == 0x80;
    let earliest = offset.saturating_sub(3);
    let start = (earliest..=offset).rev().find(|at| !inside(at));
    start.unwrap_or(offset)
}

/// The length of the token at a place.
pub(crate) fn span_length(bytes: &[u8], offset: usize) -> usize {
    let Some(rest) = bytes.get(offset..) else {
        return 0;
    };
    let is_name = |byte: u8| is_word(byte) || byte >= 0x80;
    match rest.first() {
        None | Some(b'\n' | b'\r') => 0,
        Some(b'@' | b'.' | b'#' | b'$') => {
            let signs = run(rest, |byte| matches!(byte, b'@' | b'{')).max(1);
            let word = run(&rest[signs..], is_name);
            let end = signs + word;
            end + usize::from(rest[..signs].contains(&b'{') && rest.get(end) == Some(&b'}'))
        }
        Some(quote @ (b'"' | b'\'')) => {
            let inner = run(&rest[1..], |byte| byte != *quote && byte != b'\n');
            1 + inner + usize::from(rest.get(1 + inner) == Some(quote))
        }
        Some(&byte) if is_name(byte) => run(rest, is_name),
        Some(_) => 1,
    }
}
