//! How long the tokens are that both dialects share: pure looks at the bytes ahead.

use super::cursor::{is_space, is_word, name_length, run};

/// The length of `!important` at the start, or 0.
pub(super) fn important_length(rest: &[u8]) -> usize {
    if rest.first() != Some(&b'!') {
        return 0;
    }
    let blanks = run(&rest[1..], |byte| byte == b' ');
    if rest[1 + blanks..].starts_with(b"important") {
        1 + blanks + 9
    } else {
        0
    }
}

/// The length of the name of a function at the start, the parenthesis behind it not included.
pub(super) fn call_name_length(rest: &[u8]) -> Option<usize> {
    let word = run(rest, is_word);
    if word > 0 && rest.get(word) == Some(&b'(') {
        return Some(word);
    }
    if rest.starts_with(b"%(") {
        return Some(1);
    }
    if rest.starts_with(b"progid:") {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        let name = run(&rest[7..], is_name);
        if name > 0 && rest.get(7 + name) == Some(&b'(') {
            return Some(7 + name);
        }
    }
    None
}

/// The length of what stands in an unquoted `url(…)`.
pub(super) fn raw_url_length(rest: &[u8]) -> usize {
    if let Some(data) = rest.strip_prefix(b"data:") {
        let closing = run(data, |byte| byte == b')');
        let text = run(&data[closing..], |byte| byte != b')');
        if text > 0 {
            return 5 + closing + text;
        }
    }
    let mut length = 0;
    while let Some(&byte) = rest.get(length) {
        let next = rest.get(length + 1).copied().unwrap_or(0);
        if byte == b'\\' && matches!(next, b'(' | b')' | b'\'' | b'"') {
            length += 2;
        } else if matches!(byte, b'(' | b')' | b'\'' | b'"') {
            break;
        } else {
            length += 1;
        }
    }
    length
}

/// The length of a percentage at the start.
pub(super) fn percentage_length(rest: &[u8]) -> Option<usize> {
    let whole = run(rest, |byte| byte.is_ascii_digit());
    if whole == 0 {
        return None;
    }
    let mut end = whole;
    if rest.get(whole) == Some(&b'.') {
        let fraction = run(&rest[whole + 1..], |byte| byte.is_ascii_digit());
        if fraction > 0 {
            end = whole + 1 + fraction;
        }
    }
    (rest.get(end) == Some(&b'%')).then_some(end + 1)
}

/// The length of a name, class, id or pseudo class at the start.
pub(super) fn simple_length(rest: &[u8]) -> Option<usize> {
    let prefix = match rest.first() {
        Some(b'.' | b'#') => 1,
        Some(b':') => run(rest, |byte| byte == b':'),
        _ => 0,
    };
    let name = name_length(&rest[prefix..], true);
    (name > 0).then_some(prefix + name)
}

/// `( … )` without `&`, `@` and inner parentheses, which is kept verbatim.
pub(super) fn raw_paren_length(rest: &[u8]) -> Option<usize> {
    let inner = run(&rest[1..], |byte| {
        !matches!(byte, b'&' | b'(' | b')' | b'@')
    });
    (inner > 0 && rest.get(1 + inner) == Some(&b')')).then_some(inner + 2)
}

/// The name without `@` and vendor prefix.
pub(super) fn without_vendor(name: &str) -> &str {
    let name = &name[1..];
    if let Some(rest) = name.strip_prefix('-')
        && let Some(dash) = rest.find('-')
    {
        return &rest[dash + 1..];
    }
    name
}

/// What PHP's `trim()` leaves.
pub(super) fn php_trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r', '\0', '\u{B}'])
}

/// The length of an attribute's name at the start, or 0.
pub(super) fn attribute_name_length(rest: &[u8]) -> usize {
    let space = run(rest, |byte| is_word(byte) || byte == b'*');
    if rest.get(space) == Some(&b'|') {
        let name = escaped_word_length(&rest[space + 1..]);
        if name > 0 {
            return space + 1 + name;
        }
    }
    escaped_word_length(rest)
}

fn escaped_word_length(rest: &[u8]) -> usize {
    let mut end = 0;
    loop {
        match rest.get(end) {
            Some(&byte) if is_word(byte) => end += 1,
            Some(b'\\') if rest.get(end + 1).is_some_and(|&next| next != b'\n') => end += 2,
            _ => return end,
        }
    }
}

/// Whether the `all` that ends the target of an extend is ahead.
pub(super) fn extend_all_ahead(rest: &[u8]) -> bool {
    rest.strip_prefix(b"all")
        .is_some_and(|rest| matches!(rest.get(run(rest, is_space)), Some(b')' | b',')))
}
