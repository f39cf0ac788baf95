//! Rule bodies: white space, semicolons and the order in which the other rules see a body.

use super::edit::{Edit, ends_with, find, php_trim, starts_with};
use super::piece::{MARK, WIDTH};
use super::{Sheet, case, colour, lex, number, shorthand};
use std::ops::Range;

/// Scratch space for one body after another.
#[derive(Default)]
pub(super) struct Bodies {
    text: Vec<u8>,
    spare: Vec<u8>,
    /// Texts that the current rule left alone, though cssmin would have changed them.
    kept: Vec<Vec<u8>>,
}

/// What bytes of a body were seen; decides which rules are asked.
mod seen {
    pub(super) const ZERO: u16 = 1;
    pub(super) const DOT: u16 = 2;
    pub(super) const PLUS: u16 = 4;
    pub(super) const HASH: u16 = 8;
    pub(super) const OPEN: u16 = 16;
    pub(super) const UPPER: u16 = 32;
    pub(super) const SLASH: u16 = 64;
    pub(super) const MS: u16 = 128;
    pub(super) const SPACE: u16 = 256;
    pub(super) const COLON: u16 = 512;
    pub(super) const SEMICOLON: u16 = 1024;
}

static CLASS: [u16; 256] = {
    let mut table = [0; 256];
    table[b'0' as usize] = seen::ZERO;
    table[b'.' as usize] = seen::DOT;
    table[b'+' as usize] = seen::PLUS;
    table[b'#' as usize] = seen::HASH;
    table[b'(' as usize] = seen::OPEN;
    table[b'/' as usize] = seen::SLASH;
    table[b' ' as usize] = seen::SPACE;
    table[b':' as usize] = seen::COLON;
    table[b';' as usize] = seen::SEMICOLON;
    table[b'm' as usize] = seen::MS;
    table[b'M' as usize] = seen::MS | seen::UPPER;
    let mut letter = b'A';
    while letter <= b'Z' {
        table[letter as usize] |= seen::UPPER;
        letter += 1;
    }
    table
};

impl Bodies {
    /// Minifies `body`, whose brace is at `brace` in the source, and returns where in the sheet's bodies the result is.
    pub(super) fn minify(
        &mut self,
        body: &[u8],
        brace: usize,
        sheet: &mut Sheet<'_>,
    ) -> Range<usize> {
        let mut empty_values = Vec::new();
        let seen = self.tidy(body, &mut empty_values);
        for name in empty_values {
            sheet.report(
                brace,
                &name,
                format!(
                    "cssmin removes the empty value of `{}`",
                    String::from_utf8_lossy(&name)
                ),
                "nothing to do here; the space is kept",
            );
        }
        self.rules(seen, brace, Some(sheet));
        let start = sheet.pieces.bodies.len();
        if self.text != b"0" {
            sheet.pieces.bodies.extend_from_slice(&self.text);
        }
        start..sheet.pieces.bodies.len()
    }

    /// White space, doubled and last semicolons, important comments.
    fn tidy(&mut self, body: &[u8], empty_values: &mut Vec<Vec<u8>>) -> u16 {
        let trimmed = php_trim(body);
        let out = &mut self.text;
        out.clear();
        let mut seen = 0;
        let mut last = 0;
        let mut dropped_behind_colon = false;
        for (at, &byte) in trimmed.iter().enumerate() {
            let class = CLASS[usize::from(byte)];
            seen |= class;
            if class & (seen::SPACE | seen::SEMICOLON) != 0 {
                if byte == b' ' {
                    let next = trimmed.get(at + 1).copied().unwrap_or(0);
                    let before =
                        matches!(next, b':' | b'=' | b',' | b')' | b'*' | b'/' | b';' | b'\n');
                    let behind = matches!(
                        last,
                        b':' | b'=' | b',' | b'(' | b'*' | b'/' | b'!' | b';' | b'\n'
                    );
                    if before || behind {
                        dropped_behind_colon = last == b':';
                        continue;
                    }
                } else if last == b';' {
                    continue;
                } else if last == b':' && dropped_behind_colon {
                    keep_empty_value(out, empty_values);
                }
            }
            out.push(byte);
            last = byte;
            dropped_behind_colon = false;
        }
        if last == b':'
            && (dropped_behind_colon || trimmed.as_ptr_range().end < body.as_ptr_range().end)
        {
            keep_empty_value(out, empty_values);
        }
        if out.last() == Some(&b';') && !ends_with_star_hack(out) {
            out.pop();
        }
        if seen & seen::SLASH != 0 {
            self.spare.clear();
            if remove_comments(&self.text, &mut self.spare) {
                std::mem::swap(&mut self.text, &mut self.spare);
            }
        }
        seen
    }

    /// Runs one rule.
    fn pass(&mut self, rule: impl FnOnce(&[u8], &mut Vec<u8>) -> bool) {
        if rule(&self.text, &mut self.spare) {
            std::mem::swap(&mut self.text, &mut self.spare);
        }
    }

    /// The rules on values, in cssmin's order: a later one sees the results of the earlier ones.
    fn rules(&mut self, seen: u16, brace: usize, mut sheet: Option<&mut Sheet<'_>>) {
        if seen & seen::COLON == 0 && seen & seen::OPEN == 0 && seen & seen::SPACE == 0 {
            return;
        }
        self.pass(weights_and_backgrounds);
        if seen & seen::OPEN != 0 {
            self.pass(alpha_filter);
            let mut kept = std::mem::take(&mut self.kept);
            self.pass(|text, out| colour::functions(text, out, &mut kept));
            report(
                &mut kept,
                brace,
                &mut sheet,
                "cssmin breaks this colour",
                "write it in hexadecimal",
            );
            self.kept = kept;
        }
        // A function has become a hexadecimal colour, so there is no need to have seen one.
        if seen & (seen::HASH | seen::OPEN) != 0 {
            self.pass(colour::hex);
        }
        let mut kept = std::mem::take(&mut self.kept);
        self.pass(|text, out| {
            colour::names(text, out, &mut kept, |at| {
                takes_colour(property_at(text, at))
            })
        });
        report(
            &mut kept,
            brace,
            &mut sheet,
            "cssmin takes this name for a colour",
            "rename it",
        );
        self.kept = kept;
        if seen & seen::PLUS != 0 {
            self.pass(number::plus_signs);
        }
        if seen & seen::MS != 0 {
            self.pass(number::milliseconds);
        }
        if seen & (seen::ZERO | seen::MS) != 0 {
            let mut kept = std::mem::take(&mut self.kept);
            self.pass(|text, out| {
                number::leading_zeros(text, out, &mut kept, |at| {
                    !property_at(text, at).eq_ignore_ascii_case(b"font-family")
                })
            });
            report(
                &mut kept,
                brace,
                &mut sheet,
                "cssmin changes this font name",
                "quote it",
            );
            self.kept = kept;
            if seen & seen::DOT != 0 {
                self.pass(number::trailing_zeros);
                self.pass(number::zero_fractions);
            }
            self.pass(number::zeros);
            self.pass(shorthand::zero_units);
            self.pass(shorthand::zero_positions);
        }
        if self.text.contains(&b' ') {
            self.pass(shorthand::repeated_values);
        }
        if seen & seen::UPPER != 0 {
            case::functions(&mut self.text);
            let mut kept = std::mem::take(&mut self.kept);
            case::properties(&mut self.text, &mut kept);
            report(
                &mut kept,
                brace,
                &mut sheet,
                "cssmin changes the name of this custom property",
                "write the name in lower case",
            );
            self.kept = kept;
        }
    }
}

/// Reports the texts that were left alone.
fn report(
    kept: &mut Vec<Vec<u8>>,
    brace: usize,
    sheet: &mut Option<&mut Sheet<'_>>,
    what: &str,
    hint: &str,
) {
    for text in kept.drain(..) {
        if let Some(sheet) = sheet.as_deref_mut() {
            let message = format!("{what}: `{}`", String::from_utf8_lossy(&text));
            sheet.report(brace, &text, message, hint);
        }
    }
}

/// Whether the rules would change something inside an unquoted url with this content.
pub(super) fn changes_url(content: &[u8]) -> bool {
    if content.contains(&MARK) {
        return false;
    }
    let mut text = b"a:url(".to_vec();
    text.extend_from_slice(content);
    text.push(b')');
    let mut bodies = Bodies::default();
    let seen = bodies.tidy(&text, &mut Vec::new());
    bodies.rules(seen, 0, None);
    bodies.text != text
}

/// `--x: ` has a value, a space; without it the declaration was invalid until recently.
fn keep_empty_value(out: &mut Vec<u8>, names: &mut Vec<Vec<u8>>) {
    let start = memchr::memrchr(b';', out).map_or(0, |found| found + 1);
    if out[start..].starts_with(b"--") {
        names.push(out[start..].to_vec());
        out.push(b' ');
    }
}

/// Whether the last declaration has a star before its name and a semicolon behind it: that semicolon stays.
fn ends_with_star_hack(text: &[u8]) -> bool {
    let end = text.len() - 1;
    let start = memchr::memrchr(b';', &text[..end]).map_or(0, |found| found + 1);
    let last = &text[start..end];
    memchr::memchr_iter(b'*', last).any(|star| {
        let name = &last[star + 1..];
        let length = name
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
            .count();
        length > 0 && name.get(length) == Some(&b':') && name.len() > length + 1
    })
}

/// Removes protected comments, with the line feeds around them.
fn remove_comments(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&text[at..], b"/*") {
        let start = at + found;
        let mut end = start + 2;
        loop {
            match text.get(end) {
                Some(&MARK) => end += WIDTH,
                Some(b'A'..=b'Z' | b'0'..=b'9' | b'_') => end += 1,
                _ => break,
            }
        }
        if end == start + 2 || !text[end.min(text.len())..].starts_with(b"*/") {
            at = start + 1;
            continue;
        }
        let line_feed = start > edit.copied() && text[start - 1] == b'\n';
        end += 2;
        end += usize::from(text.get(end) == Some(&b'\n'));
        edit.remove(start - usize::from(line_feed)..end);
        at = end;
    }
    edit.finish()
}

/// `font-weight:bold` and `normal` to numbers, `background:none` and `transparent` to `0 0`.
fn weights_and_backgrounds(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    for colon in memchr::memchr_iter(b':', text) {
        let value = &text[colon + 1..];
        let (length, with): (usize, &[u8]) = match value.first().map(|byte| byte | 0x20) {
            Some(b'b') if starts_with(value, b"bold") => (4, b"700"),
            Some(b'n') if starts_with(value, b"normal") => (6, b"400"),
            Some(b'n') if starts_with(value, b"none") => (4, b"0 0"),
            Some(b't') if starts_with(value, b"transparent") => (11, b"0 0"),
            _ => continue,
        };
        let rest = &value[length..];
        let matches = if with == b"0 0" {
            let end = rest.is_empty() || rest[0] == b';' || rest.starts_with(b" !");
            end && ends_with(&text[..colon], b"background")
        } else {
            let boundary = rest
                .first()
                .is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
            boundary && ends_with(&text[..colon], b"font-weight")
        };
        if matches {
            edit.replace(colon + 1..colon + 1 + length, with);
        }
    }
    edit.finish()
}

fn alpha_filter(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while text.len() - at >= lex::ALPHA.len() {
        let Some(found) = find(&text[at..], lex::ALPHA) else {
            break;
        };
        let end = at + found + lex::ALPHA.len();
        edit.replace(at + found..end, b"alpha(opacity=");
        at = end;
    }
    edit.finish()
}

/// Name of the property in whose value position `at` is, without the star or underscore of a hack.
fn property_at(text: &[u8], at: usize) -> &[u8] {
    let start = memchr::memrchr(b';', &text[..at]).map_or(0, |found| found + 1);
    let declaration = &text[start..at];
    let name = &declaration[..memchr::memchr(b':', declaration).unwrap_or(0)];
    match name {
        [b'*' | b'_', rest @ ..] => rest,
        name => name,
    }
}

/// Whether a colour can stand in the value of a property; in the others a name is the author's.
fn takes_colour(property: &[u8]) -> bool {
    let lower = property.to_ascii_lowercase();
    let name = match lower
        .strip_prefix(b"-")
        .filter(|rest| !rest.starts_with(b"-"))
    {
        Some(rest) => &rest[memchr::memchr(b'-', rest).map_or(0, |dash| dash + 1)..],
        None => &lower,
    };
    const AUTHORS: [&[u8]; 10] = [
        b"font",
        b"animation",
        b"grid",
        b"counter",
        b"will-change",
        b"transition",
        b"list-style",
        b"container",
        b"view-transition",
        b"page",
    ];
    !AUTHORS.iter().any(|prefix| name.starts_with(prefix))
}
