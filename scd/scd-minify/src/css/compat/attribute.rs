//! Attribute selectors whose quotes cssmin removes.

use super::edit::is_space;

/// `[name op "value"]` as far as cssmin removes its quotes.
pub(super) struct Attribute {
    pub(super) name: std::ops::Range<usize>,
    pub(super) operator: std::ops::Range<usize>,
    pub(super) value: std::ops::Range<usize>,
    pub(super) length: usize,
    pub(super) quotes_match: bool,
}

/// Reads a quoted attribute selector at the start of `text`, which begins with `[`.
pub(super) fn attribute_at(text: &[u8]) -> Option<Attribute> {
    let byte = |at: usize| text.get(at).copied().unwrap_or(0);
    let run = |from: usize, ok: fn(u8) -> bool| {
        from + text
            .get(from..)
            .map_or(0, |rest| rest.iter().take_while(|b| ok(**b)).count())
    };
    let name = run(1, is_space);
    let name_end = run(name, |b| b.is_ascii_alphabetic() || b == b'-');
    if name_end - name < 2 || byte(name) == b'-' {
        return None;
    }
    let operator = run(name_end, is_space);
    let equals = operator + usize::from(matches!(byte(operator), b'*' | b'|' | b'^' | b'$' | b'~'));
    if byte(equals) != b'=' {
        return None;
    }
    let open = run(equals + 1, is_space);
    let value = open + 1;
    let first = value + usize::from(byte(value) == b'-');
    let close = run(first, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')
    });
    let starts = byte(first).is_ascii_alphabetic() || byte(first) == b'_';
    let quoted = |at: usize| matches!(byte(at), b'"' | b'\'');
    let bracket = run(close + 1, is_space);
    if !quoted(open) || !starts || close - first < 2 || !quoted(close) || byte(bracket) != b']' {
        return None;
    }
    Some(Attribute {
        name: name..name_end,
        operator: operator..equals + 1,
        value: value..close,
        length: bracket + 1,
        quotes_match: byte(open) == byte(close),
    })
}
