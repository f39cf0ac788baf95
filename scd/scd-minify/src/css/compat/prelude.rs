//! Selectors, at-rules and everything else outside the innermost blocks.

use super::edit::{Edit, find, starts_with};
use super::piece::{MARK, Piece};
use super::{Sheet, case};

/// Byte order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Minifies a text whose innermost bodies are marks.
pub(super) fn minify(mut text: Vec<u8>, sheet: &mut Sheet<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    spaces(&text, &mut out, sheet);
    std::mem::swap(&mut text, &mut out);
    for rule in [pseudo_elements, first_line_space] {
        if rule(&text, &mut out, sheet) {
            std::mem::swap(&mut text, &mut out);
        }
    }
    for nested in [true, true, false] {
        if empty_rules(&text, &mut out, nested, sheet) {
            std::mem::swap(&mut text, &mut out);
        }
    }
    if line_feeds(&text, &mut out) {
        std::mem::swap(&mut text, &mut out);
    }
    case::prelude(&mut text);
    hoist(text, sheet)
}

/// Byte classes of [`spaces`]: no space before, no space behind.
const BEFORE: u8 = 1;
const BEHIND: u8 = 2;

static SPACING: [u8; 256] = {
    let mut table = [0; 256];
    let before = b"@{};>+)]~=,/\n";
    let behind = b"{}:;>+([~=,/\n";
    let mut at = 0;
    while at < before.len() {
        table[before[at] as usize] |= BEFORE;
        table[behind[at] as usize] |= BEHIND;
        at += 1;
    }
    table
};

/// Removes single spaces beside punctuation. Where a browser needs them they stay: around `+` in mathematical functions, and
/// behind an escaped character.
fn spaces(text: &[u8], out: &mut Vec<u8>, sheet: &mut Sheet<'_>) {
    out.clear();
    let mut math = Vec::new();
    let mut copied = 0;
    let mut scanned = 0;
    for at in memchr::memchr_iter(b' ', text) {
        let last = if at == copied {
            out.last().copied()
        } else {
            text.get(at - 1).copied()
        };
        let next = text.get(at + 1).copied().unwrap_or(0);
        let last = last.unwrap_or(0);
        let behind = at > 0 && SPACING[usize::from(last)] & BEHIND != 0;
        if !behind && SPACING[usize::from(next)] & BEFORE == 0 {
            continue;
        }
        if behind && is_escaped(text, at - 1) {
            if SPACING[usize::from(next)] & BEFORE == 0 {
                let from = sheet.pieces.offset_before(text, at);
                sheet.report(
                    from,
                    &text[at - 2..at],
                    "cssmin loses the space behind an escaped character".to_owned(),
                    "write the escape in hexadecimal",
                );
                continue;
            }
        } else if last == b'+' || next == b'+' {
            follow_parentheses(text, scanned..at, &mut math);
            scanned = at;
            if math.last() == Some(&true) {
                let from = sheet.pieces.offset_before(text, at);
                let end = (at + 2).min(text.len());
                sheet.report(
                    from,
                    &text[at..end],
                    "cssmin removes the spaces around `+`".to_owned(),
                    "move the calculation out of the block with nested rules, or out of the condition",
                );
                continue;
            }
        }
        out.extend_from_slice(&text[copied..at]);
        copied = at + 1;
    }
    out.extend_from_slice(&text[copied..]);
}

/// Keeps track of the open parentheses: whether each belongs to a mathematical function.
fn follow_parentheses(text: &[u8], range: std::ops::Range<usize>, math: &mut Vec<bool>) {
    for at in range {
        match text[at] {
            b'(' => {
                let before = &text[..at];
                let name = before
                    .iter()
                    .rev()
                    .take_while(|b| b.is_ascii_alphabetic())
                    .count();
                let is_math = MATH
                    .iter()
                    .any(|f| before[at - name..].eq_ignore_ascii_case(f));
                let inherited = name == 0 && math.last() == Some(&true);
                math.push(is_math || inherited);
            }
            b')' => {
                math.pop();
            }
            b'{' | b'}' | b';' => math.clear(),
            _ => {}
        }
    }
}

const MATH: [&[u8]; 20] = [
    b"calc", b"min", b"max", b"clamp", b"round", b"mod", b"rem", b"sin", b"cos", b"tan", b"asin",
    b"acos", b"atan", b"pow", b"sqrt", b"hypot", b"log", b"exp", b"abs", b"sign",
];

/// Whether the byte at `at` is escaped: an odd number of backslashes stands before it.
fn is_escaped(text: &[u8], at: usize) -> bool {
    text[..at]
        .iter()
        .rev()
        .take_while(|byte| **byte == b'\\')
        .count()
        % 2
        == 1
}

/// `a::before` to `a:before`, before `{` and `,`.
fn pseudo_elements(text: &[u8], out: &mut Vec<u8>, sheet: &mut Sheet<'_>) -> bool {
    let mut edit = Edit::new(text, out);
    for at in memchr::memmem::find_iter(text, b"::") {
        let name = &text[at + 2..];
        let known = [&b"before"[..], b"after", b"first-line", b"first-letter"];
        let Some(known) = known.into_iter().find(|known| starts_with(name, known)) else {
            continue;
        };
        if !matches!(name.get(known.len()), Some(b'{' | b',')) {
            continue;
        }
        if is_escaped(text, at) {
            let from = sheet.pieces.offset_before(text, at);
            sheet.report(
                from,
                &text[at - 1..at + 2],
                "cssmin takes an escaped colon for half of `::`".to_owned(),
                "write the pseudo-element with one colon",
            );
            continue;
        }
        edit.remove(at..at + 1);
    }
    edit.finish()
}

/// Internet Explorer 6 wants a space behind `:first-line` and `:first-letter`.
fn first_line_space(text: &[u8], out: &mut Vec<u8>, _: &mut Sheet<'_>) -> bool {
    let mut edit = Edit::new(text, out);
    for at in memchr::memchr_iter(b':', text) {
        let name = &text[at + 1..];
        for known in [&b"first-line"[..], b"first-letter"] {
            if starts_with(name, known) && matches!(name.get(known.len()), Some(b'{' | b',')) {
                let end = at + 1 + known.len();
                edit.replace(at + 1..end, &[known, b" "].concat());
            }
        }
    }
    edit.finish()
}

/// Removes rules without a body: everywhere, or only those that directly follow a `{` (`nested`).
fn empty_rules(text: &[u8], out: &mut Vec<u8>, nested: bool, sheet: &mut Sheet<'_>) -> bool {
    let mut edit = Edit::new(text, out);
    for close in memchr::memmem::find_iter(text, b"{}") {
        // cssmin stops at a slash as well, and then leaves half a selector behind.
        let floor = edit.copied();
        let mut start = close;
        let mut slash = None;
        while start > floor {
            match text[start - 1] {
                b'{' | b'}' | b';' | b'\n' if !is_escaped(text, start - 1) => break,
                b'/' if slash.is_none() && !is_ratio(text, start - 1) => slash = Some(start),
                _ => {}
            }
            start -= 1;
        }
        let run = slash.unwrap_or(start);
        let behind_brace = start > floor && text[start - 1] == b'{' && slash.is_none();
        if run == close || (nested && !behind_brace) {
            continue;
        }
        if slash.is_some() || hides_slash(&text[start..close], sheet) {
            let from = sheet.pieces.offset_before(text, start);
            sheet.report(
                from,
                &text[run..close],
                "cssmin keeps half of an empty rule".to_owned(),
                "remove the empty rule",
            );
        }
        edit.remove(start..close + 2);
    }
    edit.finish()
}

/// Whether an url that cssmin does not protect has a slash in it.
fn hides_slash(text: &[u8], sheet: &Sheet<'_>) -> bool {
    memchr::memchr_iter(MARK, text).any(|mark| match sheet.pieces.at(&text[mark..]) {
        Some(Piece::Owned(url)) => {
            !starts_with(url, b"data:")
                && !matches!(url.first(), Some(b'"' | b'\''))
                && url.contains(&b'/')
        }
        _ => false,
    })
}

/// Whether the slash at `at` is that of a media ratio, `(name:16/9)`.
fn is_ratio(text: &[u8], at: usize) -> bool {
    let back = |end: usize, ok: fn(&u8) -> bool| {
        end - text[..end].iter().rev().take_while(|byte| ok(byte)).count()
    };
    let first = back(at, u8::is_ascii_digit);
    let behind = at
        + 1
        + text[at + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
    if first == at || first == 0 || text[first - 1] != b':' || behind == at + 1 {
        return false;
    }
    let name = back(first - 1, |byte| {
        byte.is_ascii_alphabetic() || *byte == b'-'
    });
    name < first - 1 && name > 0 && text[name - 1] == b'(' && text.get(behind) == Some(&b')')
}

/// Two important comments in a row share one line feed.
fn line_feeds(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    for at in memchr::memmem::find_iter(text, b"\n\n") {
        edit.remove(at..at + 1);
    }
    edit.finish()
}

/// Moves the first `@charset`, then every `@import`, then every `@namespace` to the front.
fn hoist(text: Vec<u8>, sheet: &mut Sheet<'_>) -> Vec<u8> {
    let (charsets, text) = take(text, b"@charset ");
    let (imports, text) = take(text, b"@import ");
    let (namespaces, mut text) = take(text, b"@namespace ");
    let charset = charsets.into_iter().next().unwrap_or_default();
    let front = [charset, imports.concat(), namespaces.concat()].concat();
    if front.is_empty() {
        return text;
    }
    if text.starts_with(BOM) {
        sheet.report(
            0,
            BOM,
            "cssmin moves the byte order mark into a selector".to_owned(),
            "save the file without a byte order mark",
        );
        text.drain(..BOM.len());
    }
    [front, text].concat()
}

/// Takes every statement that begins with `keyword` out of `text`.
fn take(text: Vec<u8>, keyword: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let mut statements = Vec::new();
    let mut rest = Vec::new();
    let mut from = 0;
    while let Some(found) = find(&text[from..], keyword) {
        let start = from + found;
        let body = start + keyword.len();
        let end = match memchr::memchr(b';', &text[body..]) {
            // At least one character must stand between the space and the semicolon.
            Some(0) => {
                rest.extend_from_slice(&text[from..body]);
                from = body;
                continue;
            }
            Some(length) => body + length + 1,
            None => break,
        };
        rest.extend_from_slice(&text[from..start]);
        statements.push(text[start..end].to_vec());
        from = end;
    }
    if from == 0 {
        return (statements, text);
    }
    rest.extend_from_slice(&text[from..]);
    (statements, rest)
}
