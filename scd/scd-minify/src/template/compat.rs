//! Magento's own template minifier, byte for byte: `Magento\Framework\View\Template\Html\Minifier`.
//!
//! Nine passes over the text, each on the output of the one before, each from left to right. No pass
//! knows PHP, HTML or JavaScript; what they do to templates that are not written for them is kept,
//! because the result is compared with PHP's. PHP needs quadratic time for some of them, here every
//! pass looks at each byte a constant number of times.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3, memmem};

use super::edit::Edit;
use super::heredoc;
use crate::MinifyError;

/// Tags that count as inline: white space behind any text with such an end is kept. The test is on the
/// end of the text only, so `</li>` counts as `i`.
const INLINE_ENDS: [&[u8]; 30] = [
    b"b",
    b"big",
    b"i",
    b"small",
    b"tt",
    b"abbr",
    b"acronym",
    b"cite",
    b"code",
    b"dfn",
    b"em",
    b"kbd",
    b"strong",
    b"samp",
    b"var",
    b"a",
    b"bdo",
    b"br",
    b"img",
    b"map",
    b"object",
    b"q",
    b"span",
    b"sub",
    b"sup",
    b"button",
    b"input",
    b"label",
    b"select",
    b"textarea",
];

/// One pass: the changed text, or `None` if it changes nothing.
type Pass = fn(&[u8]) -> Option<Vec<u8>>;

/// Minifies a template as Magento does.
///
/// # Errors
///
/// If the text mentions a heredoc placeholder that has no heredoc. Magento aborts its run there.
pub fn minify(source: &[u8]) -> Result<Vec<u8>, MinifyError> {
    let (heredocs, stashed) = heredoc::take_out(source);
    let mut text = stashed.map_or(Cow::Borrowed(source), Cow::Owned);
    let passes: [Pass; 7] = [
        remove_comments_before_php_block,
        shorten_comments_before_close_tag,
        remove_comments,
        collapse_white_space,
        join_tags,
        shorten_white_space_behind_php,
        remove_white_space_before_closing_tag,
    ];
    for pass in passes {
        if let Some(changed) = pass(&text) {
            text = Cow::Owned(changed);
        }
    }
    if let Some(changed) = heredocs.put_back(&text, source)? {
        text = Cow::Owned(changed);
    }
    let end = text
        .iter()
        .rposition(|byte| !is_trimmed(*byte))
        .map_or(0, |last| last + 1);
    let mut bytes = text.into_owned();
    bytes.truncate(end);
    Ok(bytes)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 0x09..=0x0d)
}

/// What PHP's `rtrim` takes off: no form feed, but NUL.
fn is_trimmed(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0 | 0x0b)
}

fn space_length(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_space(**byte)).count()
}

fn line_end(text: &[u8], from: usize) -> usize {
    memchr2(b'\n', b'\r', &text[from..]).map_or(text.len(), |found| from + found)
}

/// `//` with an opening PHP tag behind it on the line, and a `?>` behind white space behind that.
fn remove_comments_before_php_block(text: &[u8]) -> Option<Vec<u8>> {
    let slashes = memmem::Finder::new(b"//");
    let mut edit = Edit::new(text);
    let mut from = 0;
    // Both are remembered from one `//` to the next, so that a line full of them is read once.
    let mut stop = 0;
    let mut line: (usize, Option<usize>) = (0, None);
    while let Some(found) = slashes.find(&text[from..]) {
        let start = from + found;
        from = start + 1;
        if start > 0 && text[start - 1] == b':' {
            continue;
        }
        let body = start + 2;
        if stop < body {
            let ends = |byte: &u8| matches!(byte, b'\n' | b'\r' | b'(' | b'?' | b'>' | b')');
            stop = text[body..]
                .iter()
                .position(ends)
                .map_or(text.len(), |found| body + found);
        }
        if stop == body || text[stop - 1] != b'<' || !text[stop..].starts_with(b"?php") {
            continue;
        }
        let code = stop + 4;
        if line.0 < code {
            let end = line_end(text, code);
            let close = (code..=end)
                .rev()
                .find(|at| starts_with_space_and_close_tag(&text[*at..]));
            line = (end, close);
        }
        if let Some(close) = line.1.filter(|close| *close >= code) {
            let end = line_end(text, close + 3);
            edit.replace(start, end, b"");
            from = end;
        }
    }
    edit.finish()
}

fn starts_with_space_and_close_tag(text: &[u8]) -> bool {
    matches!(text, [space, b'?', b'>', ..] if is_space(*space))
}

/// `//` with a `?>` behind it on the line: only the `?>` stays.
fn shorten_comments_before_close_tag(text: &[u8]) -> Option<Vec<u8>> {
    let slashes = memmem::Finder::new(b"//");
    let mut edit = Edit::new(text);
    let mut from = 0;
    let mut limit = 0;
    let mut close = None;
    while let Some(found) = slashes.find(&text[from..]) {
        let start = from + found;
        from = start + 1;
        if start > 0 && matches!(text[start - 1], b':' | b'\'' | b'"') {
            continue;
        }
        let body = start + 2;
        if limit < body {
            limit =
                memchr3(b'\n', b'\r', b'<', &text[body..]).map_or(text.len(), |found| body + found);
            close = memmem::rfind(&text[body..limit], b"?>").map(|found| body + found);
        }
        if let Some(close) = close.filter(|close| *close >= body) {
            edit.replace(start, close + 2, b" ?>");
            from = close + 2;
        }
    }
    edit.finish()
}

/// The other `//` comments, wherever they stand.
fn remove_comments(text: &[u8]) -> Option<Vec<u8>> {
    let slashes = memmem::Finder::new(b"//");
    let mut edit = Edit::new(text);
    let mut from = 0;
    while let Some(found) = slashes.find(&text[from..]) {
        let start = from + found;
        from = start + 1;
        if start > 0 && matches!(text[start - 1], b':' | b'\\' | b'\'' | b'"' | b'/') {
            continue;
        }
        let body = &text[start + 2..];
        if body.first() == Some(&b'/') {
            continue;
        }
        let word = &body[space_length(body)..];
        if word.starts_with(b"<![") || word.starts_with(b"]]>") {
            continue;
        }
        let end = line_end(text, start + 2);
        edit.replace(start, end, b"");
        from = end;
    }
    edit.finish()
}

/// Every white-space run becomes one space unless the next `textarea`, `pre` or `script` tag is a
/// closing one.
fn collapse_white_space(text: &[u8]) -> Option<Vec<u8>> {
    let mut edit = Edit::new(text);
    let mut at = 0;
    // Where the next such tag stands and whether it is a closing one; found once per tag, not per run.
    let mut tag = next_verbatim_tag(text, 0);
    while at < text.len() {
        if !is_space(text[at]) {
            at += 1;
            continue;
        }
        let end = at + space_length(&text[at..]);
        if tag.0 < end {
            tag = next_verbatim_tag(text, end);
        }
        let single = end == at + 1 && text[at] == b' ';
        if !single && !tag.1 {
            edit.replace(at, end, b" ");
        }
        at = end;
    }
    edit.finish()
}

/// Offset of the next `textarea`, `pre` or `script` tag, or of the end, and whether it is a closing tag.
fn next_verbatim_tag(text: &[u8], mut from: usize) -> (usize, bool) {
    while let Some(found) = memchr(b'<', &text[from..]) {
        let start = from + found;
        let rest = &text[start + 1..];
        let closing = rest.first() == Some(&b'/');
        let name = &rest[usize::from(closing)..];
        let named = [&b"textarea"[..], b"pre", b"script"]
            .into_iter()
            .any(|tag| {
                name.get(..tag.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(tag))
                    && !name
                        .get(tag.len())
                        .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            });
        if named {
            return (start, closing);
        }
        from = start + 1;
    }
    (text.len(), false)
}

/// One space between `>` and `<` goes unless the tag before it looks inline.
fn join_tags(text: &[u8]) -> Option<Vec<u8>> {
    let mut edit = Edit::new(text);
    for start in memmem::find_iter(text, b"> <") {
        let before = &text[..start];
        let inline = before.ends_with(b"?") || INLINE_ENDS.iter().any(|end| before.ends_with(end));
        if !inline {
            edit.replace(start, start + 3, b"><");
        }
    }
    edit.finish()
}

/// White space behind a PHP block that neither prints nor branches becomes one space. Visible only
/// where [`collapse_white_space`] kept its hands off.
fn shorten_white_space_behind_php(text: &[u8]) -> Option<Vec<u8>> {
    let open = memmem::Finder::new(b"<?php");
    let mut edit = Edit::new(text);
    let mut from = 0;
    while let Some(found) = open.find(&text[from..]) {
        let start = from + found + 5;
        from = start;
        let length = space_length(&text[start..]);
        let code = start + length;
        let kept = [&b"echo"[..], b"print", b"if", b"else"];
        let keyword = length == 1 && kept.iter().any(|word| text[code..].starts_with(word));
        if length == 0 || keyword {
            continue;
        }
        let Some(found) = memchr(b'?', &text[code..]) else {
            break;
        };
        let close = code + found;
        if text.get(close + 1) != Some(&b'>') {
            continue;
        }
        let behind = close + 2;
        let length = space_length(&text[behind..]);
        if length > 0 {
            edit.replace(behind, behind + length, b" ");
            from = behind + length;
        }
    }
    edit.finish()
}

/// White space before `</` goes; behind `]]>` its first byte stays.
fn remove_white_space_before_closing_tag(text: &[u8]) -> Option<Vec<u8>> {
    let mut edit = Edit::new(text);
    for end in memmem::find_iter(text, b"</") {
        let before = &text[..end];
        let length = before
            .iter()
            .rev()
            .take_while(|byte| is_space(**byte))
            .count();
        let start = end - length;
        let kept = usize::from(before[..start].ends_with(b"]]>"));
        if length > kept {
            edit.replace(start + kept, end, b"");
        }
    }
    edit.finish()
}
