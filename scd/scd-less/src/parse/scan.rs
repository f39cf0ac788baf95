//! Kinds of bytes, and how long the tokens are that both dialects share: pure looks at the bytes ahead.

/// White space as `\s` means it.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)
}

/// A letter, digit, `_` or `-`.
pub(super) fn is_word(byte: u8) -> bool {
    KINDS[usize::from(byte)] & WORD != 0
}

/// What the name of a plain pair is made of (dialect 3).
pub(super) fn is_pair_name(byte: u8) -> bool {
    KINDS[usize::from(byte)] & PAIR_NAME != 0
}

/// What the value of a plain pair is made of (dialect 3).
pub(super) fn is_pair_value(byte: u8) -> bool {
    KINDS[usize::from(byte)] & PAIR_VALUE != 0
}

/// What says nothing of whether a statement has a block.
pub(super) fn is_neutral(byte: u8) -> bool {
    KINDS[usize::from(byte)] & NEUTRAL != 0
}

const WORD: u8 = 1;
const PAIR_NAME: u8 = 2;
const PAIR_VALUE: u8 = 4;
const NEUTRAL: u8 = 8;

/// The kinds of each byte, which are asked for at every other byte of a file.
static KINDS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        if character.is_ascii_alphanumeric() || matches!(character, b'_' | b'-') {
            table[byte] |= WORD;
        }
        if character.is_ascii_alphabetic() || character == b'-' {
            table[byte] |= PAIR_NAME;
        }
        if character.is_ascii_alphanumeric()
            || matches!(character, b'#' | b'-' | b'%' | b'.' | b',')
        {
            table[byte] |= PAIR_VALUE;
        }
        if !matches!(
            character,
            b';' | b'{' | b'}' | b'(' | b')' | b'"' | b'\'' | b'/' | b'\\' | b'`'
        ) {
            table[byte] |= NEUTRAL;
        }
        byte += 1;
    }
    table
};

/// The number of bytes at the start for which `test` holds.
pub(super) fn run(bytes: &[u8], test: impl Fn(u8) -> bool) -> usize {
    let mut rest = bytes;
    // Four at a time, which saves most of the looking for the end.
    while let Some((chunk, tail)) = rest.split_first_chunk::<4>() {
        if let Some(at) = chunk.iter().position(|&byte| !test(byte)) {
            return bytes.len() - rest.len() + at;
        }
        rest = tail;
    }
    let end = rest.iter().position(|&byte| !test(byte));
    bytes.len() - rest.len() + end.unwrap_or(rest.len())
}

/// The number of blanks, tabs and line ends at the start.
pub(super) fn blanks(bytes: &[u8]) -> usize {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    if !bytes.first().is_some_and(|&byte| is_blank(byte)) {
        return 0;
    }
    // Mostly a single blank, or a line end and the indentation behind it.
    let mut rest = &bytes[1..];
    while let Some(tail) = rest.strip_prefix(b"    ") {
        rest = tail;
    }
    while let Some((_, tail)) = rest.split_first().filter(|&(&byte, _)| is_blank(byte)) {
        rest = tail;
    }
    bytes.len() - rest.len()
}

/// The length of a CSS name with escapes at the start; `high` allows bytes from 0xA0 on.
pub(super) fn name_length(bytes: &[u8], high: bool) -> usize {
    let mut length = run(bytes, is_word);
    while let Some(&byte) = bytes.get(length) {
        if is_word(byte) || (high && byte >= 0xA0) {
            length += 1;
        } else if byte == b'\\' {
            let Some(&next) = bytes.get(length + 1) else {
                break;
            };
            if next.is_ascii_hexdigit() {
                let digits = run(&bytes[length + 1..], |b| b.is_ascii_hexdigit()).min(6);
                length += 1 + digits;
                if bytes.get(length) == Some(&b' ') {
                    length += 1;
                }
            } else {
                length += 2;
            }
        } else {
            break;
        }
    }
    length
}

/// The length of the name of a mixin and that of all up to the parenthesis behind it, if that is what stands at the start.
pub(super) fn definition_length(rest: &[u8]) -> Option<(usize, usize)> {
    if !matches!(rest.first(), Some(b'.' | b'#')) {
        return None;
    }
    let name = 1 + name_length(&rest[1..], false);
    let blanks = run(rest.get(name..)?, is_space);
    (name > 1 && rest.get(name + blanks) == Some(&b'(')).then_some((name, name + blanks + 1))
}

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

/// The length of the digits at the start, with a point among or before them.
pub(super) fn decimal_length(rest: &[u8]) -> usize {
    let whole = run(rest, |byte| byte.is_ascii_digit());
    if rest.get(whole) == Some(&b'.') {
        let fraction = run(&rest[whole + 1..], |byte| byte.is_ascii_digit());
        if fraction > 0 {
            return whole + 1 + fraction;
        }
    }
    whole
}

/// The length of a percentage at the start.
pub(super) fn percentage_length(rest: &[u8]) -> Option<usize> {
    if !rest.first()?.is_ascii_digit() {
        return None;
    }
    let end = decimal_length(rest);
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
