//! Refuses scripts whose syntax tree would be too deep for the stack.
//!
//! Parser, printer and comparison call themselves once per level of the tree, and a stack that runs out
//! ends the whole process. The depth is estimated from the text: open brackets, and operators, calls and
//! members in a row. The estimate knows strings, comments and most regular expressions; where it errs, a
//! file is published as it is.

use memchr::{memchr, memchr2, memmem};

use crate::MinifyError;

/// Levels allowed. Parsing, printing, renaming and comparing a script of this depth fits into the 2 MB of
/// stack that Rust gives a thread, most kinds of nesting into half of it; no stock file of Magento has it.
const DEEPEST: usize = 1600;
/// What an open bracket counts for, as it takes several calls to parse.
const BRACKET: usize = 4;
/// What an arrow function counts for, which is the most expensive thing to nest.
const ARROW: usize = 12;

/// Refuses a script that is nested too deeply.
pub(super) fn refuse_deep(source: &str) -> Result<(), MinifyError> {
    let text = source.as_bytes();
    // Operators in a row, per open bracket; `total` is their sum and what the brackets count for.
    let mut rows = vec![0usize];
    let mut total = 0;
    let mut before = b';';
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let rest = &text[at..];
        let start = at;
        at += 1;
        let mut longer = 0;
        let mut ends = false;
        match byte {
            b'(' | b'[' | b'{' => {
                rows.push(0);
                total += BRACKET;
            }
            b')' | b']' | b'}' if rows.len() > 1 => {
                total -= rows.pop().unwrap_or(0) + BRACKET;
                if byte == b'}' {
                    ends = !continues(&text[at..]);
                } else {
                    longer = 1;
                }
            }
            b';' => ends = !continues(&text[at..]),
            b',' => ends = true,
            b'\n' => {
                let next = text[at..]
                    .trim_ascii_start()
                    .first()
                    .copied()
                    .unwrap_or(b';');
                ends = !is_operator(before) && !is_operator(next) && !matches!(next, b'(' | b'[');
            }
            b'"' | b'\'' | b'`' => at = start + quoted(rest),
            b'/' if rest.starts_with(b"//") => {
                at = memchr2(b'\n', b'\r', rest).map_or(text.len(), |found| start + found);
                continue;
            }
            b'/' if rest.starts_with(b"/*") => {
                at = memmem::find(&rest[2..], b"*/").map_or(text.len(), |found| start + found + 4);
                continue;
            }
            b'/' if is_operator(before)
                || matches!(before, b'(' | b'[' | b'{' | b'}' | b',' | b';') =>
            {
                at = start + regex(rest);
            }
            b'.' if rest.get(1).is_some_and(u8::is_ascii_digit) => {}
            b'>' if before == b'=' => longer = ARROW,
            _ if is_operator(byte) && byte != b':' => longer = 1,
            _ => {}
        }
        if let Some(row) = rows.last_mut() {
            if ends {
                total -= *row;
                *row = 0;
            }
            *row += longer;
            total += longer;
        }
        if total > DEEPEST {
            return Err(MinifyError {
                offset: start,
                message: "expected a script of usual depth, found too many nested brackets or operators in a row"
                    .to_owned(),
                hint: Some("publish the file as it is, or split the expression".to_owned()),
            });
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    Ok(())
}

fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'+' | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'&'
            | b'|'
            | b'^'
            | b'<'
            | b'>'
            | b'='
            | b'!'
            | b'~'
            | b'?'
            | b':'
            | b'.'
    )
}

/// Whether an `else` follows, which makes the next statement part of this one.
fn continues(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"else")
}

/// Length of the string or template at the start of `text`.
fn quoted(text: &[u8]) -> usize {
    let quote = text[0];
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' if quote != b'`' => return at,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Length of the regular expression at the start of `text`.
fn regex(text: &[u8]) -> usize {
    let line = memchr(b'\n', text).unwrap_or(text.len());
    let mut at = 1;
    let mut class = false;
    while at < line {
        match text[at] {
            b'\\' => at += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => return at + 1,
            _ => {}
        }
        at += 1;
    }
    line
}
