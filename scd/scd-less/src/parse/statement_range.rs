//! Finding the statement around a place in a text that cannot be parsed: by braces, semicolons, strings and comments only.

use std::ops::Range;

use super::scan::{is_word, run};

/// What kind of statement was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// It is to go as a whole.
    Plain,
    /// The place is in what stands before a block, which begins here.
    Head(usize),
    /// It is a detached ruleset that misses its `;`, for which there is room here.
    Unclosed(usize),
}

/// A statement and its kind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) range: Range<usize>,
    pub(super) shape: Shape,
}

/// One open block.
struct Level {
    /// Where the statement that is being read begins.
    start: usize,
    parens: u32,
    /// The statement before it in the same block.
    previous: Range<usize>,
}

/// The statement around `offset`. With `without_parens`, a `;` ends a statement inside parentheses, too.
pub(super) fn statement_at(bytes: &[u8], offset: usize, without_parens: bool) -> Found {
    let mut stack: Vec<Level> = Vec::new();
    let mut level = Level {
        start: 0,
        parens: 0,
        previous: 0..0,
    };
    let mut at = 0;
    while at < bytes.len() {
        let skipped = opaque_length(&bytes[at..]);
        if skipped > 0 {
            if bytes[at] == b'/' && bytes[level.start..at].trim_ascii().is_empty() {
                level.start = at + skipped;
            }
            at += skipped;
            continue;
        }
        match bytes[at] {
            b'(' => level.parens += 1,
            b')' => level.parens = level.parens.saturating_sub(1),
            b'{' if at >= offset && level.start <= offset => {
                let mut end = block_end(bytes, at);
                if level.parens > 0 {
                    // An argument: the call goes with all that closes it.
                    let tail = run(&bytes[end..], |byte| {
                        byte.is_ascii_whitespace() || matches!(byte, b')' | b';')
                    });
                    end += tail;
                    return plain(bytes, level.start..end);
                }
                let blamed = blame(bytes, &level, offset, end);
                return blamed.unwrap_or(Found {
                    range: trimmed(bytes, level.start..end),
                    shape: Shape::Head(at),
                });
            }
            b'{' => {
                let inner = Level {
                    start: at + 1,
                    parens: 0,
                    previous: at + 1..at + 1,
                };
                stack.push(std::mem::replace(&mut level, inner));
            }
            b';' if level.parens == 0 || without_parens => {
                if at >= offset {
                    let blamed = blame(bytes, &level, offset, at);
                    return blamed.unwrap_or(plain(bytes, level.start..at + 1));
                }
                level.previous = level.start..at + 1;
                level.start = at + 1;
                level.parens = 0;
            }
            b'}' => {
                if at >= offset {
                    let blamed = blame(bytes, &level, offset, at);
                    return blamed.unwrap_or(plain(bytes, level.start..at));
                }
                if let Some(outer) = stack.pop() {
                    level = outer;
                }
                if level.parens == 0 {
                    level.previous = level.start..at + 1;
                    level.start = at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    let blamed = blame(bytes, &level, offset, bytes.len());
    blamed.unwrap_or(plain(bytes, level.start..bytes.len()))
}

fn plain(bytes: &[u8], range: Range<usize>) -> Found {
    Found {
        range: trimmed(bytes, range),
        shape: Shape::Plain,
    }
}

/// The statement before, if the place is only where it was noticed that something is missing behind that one.
fn blame(bytes: &[u8], level: &Level, offset: usize, end: usize) -> Option<Found> {
    let offset = offset.min(end);
    if offset < level.start || !is_blank(&bytes[level.start..offset]) {
        return None;
    }
    let range = trimmed(bytes, level.previous.clone());
    let previous = &bytes[range.clone()];
    let is_at_block = previous.starts_with(b"@") && previous.ends_with(b"}");
    if !is_at_block {
        let is_empty = is_blank(&bytes[level.start..end]);
        return (is_empty && !previous.is_empty()).then(|| plain(bytes, level.previous.clone()));
    }
    let name = 1 + run(&previous[1..], is_word);
    let is_detached = previous[name..].trim_ascii_start().starts_with(b":");
    let has_room = bytes.get(range.end).is_some_and(u8::is_ascii_whitespace);
    let shape = if is_detached && has_room {
        Shape::Unclosed(range.end)
    } else {
        Shape::Plain
    };
    Some(Found { range, shape })
}

/// Whether there is nothing but white space and comments.
fn is_blank(bytes: &[u8]) -> bool {
    let mut rest = bytes.trim_ascii_start();
    while let Some(b'/') = rest.first() {
        let length = opaque_length(rest);
        if length == 0 {
            return false;
        }
        rest = rest[length..].trim_ascii_start();
    }
    rest.is_empty()
}

fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let text = &bytes[range.clone()];
    let start = range.start + (text.len() - text.trim_ascii_start().len());
    let end = range.end - (text.len() - text.trim_ascii_end().len());
    start..end.max(start)
}

/// Where the block that opens at `open` ends, its brace included.
fn block_end(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    let mut end = bytes.len();
    braces(&bytes[open..], |is_opening, at| {
        if is_opening {
            depth += 1;
        } else {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            end = open + at + 1;
        }
        depth > 0
    });
    end
}

/// The first parenthesis that is still open where its block ends.
pub(super) fn unclosed_paren(bytes: &[u8]) -> Option<usize> {
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let skipped = opaque_length(&bytes[at..]);
        if skipped > 0 {
            at += skipped;
            continue;
        }
        match bytes[at] {
            b'(' | b'{' => open.push(at),
            b')' => {
                open.pop_if(|&mut last| bytes[last] == b'(');
            }
            b'}' => match open.pop() {
                Some(last) if bytes[last] == b'(' => {
                    let in_row = open.iter().rev().take_while(|&&at| bytes[at] == b'(');
                    return in_row.last().copied().or(Some(last));
                }
                _ => {}
            },
            _ => {}
        }
        at += 1;
    }
    open.into_iter().find(|&at| bytes[at] == b'(')
}

/// The first string that does not end on its line.
pub(super) fn unclosed_quote(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        let skipped = opaque_length(&bytes[at..]);
        if skipped == 0 && matches!(bytes[at], b'"' | b'\'') {
            return Some(at);
        }
        at += skipped.max(1);
    }
    None
}

/// Calls `visit` with every brace of a block, whether it opens one and its place, until it returns false.
pub(super) fn braces(bytes: &[u8], mut visit: impl FnMut(bool, usize) -> bool) {
    let mut at = 0;
    while at < bytes.len() {
        let skipped = opaque_length(&bytes[at..]);
        if skipped > 0 {
            at += skipped;
            continue;
        }
        if matches!(bytes[at], b'{' | b'}') && !visit(bytes[at] == b'{', at) {
            return;
        }
        at += 1;
    }
}

/// The beginning of the block that seems not to be closed: the first one whose `}` is indented less than it, else the innermost
/// one that is open at the end.
pub(super) fn unclosed_block(bytes: &[u8]) -> Option<usize> {
    let mut open: Vec<usize> = Vec::new();
    let mut suspect = None;
    braces(bytes, |is_opening, at| {
        if is_opening {
            open.push(at);
            return true;
        }
        if let Some(start) = open.pop() {
            let (block, end) = (indentation(bytes, start), indentation(bytes, at));
            let begins_line = bytes[..at].trim_ascii_end().len() <= end.start;
            if begins_line && end.len() < block.len() {
                suspect = Some(start);
            }
        }
        suspect.is_none()
    });
    suspect.or(open.pop())
}

/// The blanks at the beginning of the line of a place.
fn indentation(bytes: &[u8], at: usize) -> Range<usize> {
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    let length = run(&bytes[start..at], |byte| matches!(byte, b' ' | b'\t'));
    start..start + length
}

/// The length of a comment, string, interpolation, escape or plain `url(…)` at the start, or 0.
fn opaque_length(rest: &[u8]) -> usize {
    match rest {
        [b'/', b'/', ..] => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
        [b'/', b'*', ..] => {
            memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4)
        }
        [b'@' | b'$', b'{', name @ ..] => {
            let length = run(name, is_word);
            if name.get(length) == Some(&b'}') {
                length + 3
            } else {
                0
            }
        }
        [b'\\', _, ..] => 2,
        [quote @ (b'"' | b'\'' | b'`'), inner @ ..] => {
            let mut at = 0;
            while let Some(&byte) = inner.get(at) {
                if byte == *quote {
                    return at + 2;
                }
                if byte == b'\n' && *quote != b'`' {
                    return 0;
                }
                at += if byte == b'\\' { 2 } else { 1 };
            }
            0
        }
        [b'u', b'r', b'l', b'(', inner @ ..] => {
            // `//` in an address begins no comment.
            let length = run(inner, |byte| !matches!(byte, b')' | b'"' | b'\'' | b'\n'));
            if inner.get(length) == Some(&b')') {
                length + 5
            } else {
                0
            }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_at(text: &str, mark: &str) -> String {
        let offset = text.find(mark).expect("the mark is in the text");
        let found = statement_at(text.as_bytes(), offset, false);
        text[found.range].to_owned()
    }

    #[test]
    fn a_statement_ends_at_its_semicolon_or_brace() {
        let text = ".a { b: c; d: (foo); e: f } .g { h: ';'; i: j !k }";
        assert_eq!(text_at(text, "foo"), "d: (foo);");
        assert_eq!(text_at(text, "f }"), "e: f");
        assert_eq!(text_at(text, "!k"), "i: j !k");
    }

    #[test]
    fn a_head_comes_with_its_block() {
        let text = "@a: 1; /* x */ .b@{c}) { d: e; { f: g } } .h { }";
        let found = statement_at(text.as_bytes(), text.find(')').unwrap_or(0), false);
        assert_eq!(&text[found.range], ".b@{c}) { d: e; { f: g } }");
        assert_eq!(found.shape, Shape::Head(23));
    }

    #[test]
    fn a_detached_ruleset_without_semicolon_is_to_blame() {
        let text = "@r: { a: b }\n.c { d: e }";
        let found = statement_at(text.as_bytes(), text.find(".c").unwrap_or(0), false);
        assert_eq!(&text[found.range], "@r: { a: b }");
        assert_eq!(found.shape, Shape::Unclosed(12));
    }
}
