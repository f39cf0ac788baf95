//! Bytes of string literals and numbers, from their spelling in the source.

use super::value::PhpValue;

/// The content of a quoted literal as spelled, quotes included.
pub(crate) fn unquote(raw: &[u8]) -> Option<Vec<u8>> {
    let raw = match raw {
        [b'b' | b'B', rest @ ..] => rest,
        _ => raw,
    };
    match raw {
        [b'\'', inner @ .., b'\''] => Some(unescape_single(inner)),
        [b'"', inner @ .., b'"'] => Some(unescape_double(inner, Some(b'"'))),
        _ => None,
    }
}

fn unescape_single(inner: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.peek()) {
            (b'\\', Some(&next @ (b'\'' | b'\\'))) => {
                bytes.next();
                out.push(next);
            }
            _ => out.push(byte),
        }
    }
    out
}

/// Resolves the escapes of double quotes; `quote` is none in a heredoc, where `\"` stays as it is.
pub(crate) fn unescape_double(inner: &[u8], quote: Option<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(inner.len());
    let mut at = 0;
    while at < inner.len() {
        let byte = inner[at];
        at += 1;
        let Some(&next) = inner.get(at).filter(|_| byte == b'\\') else {
            out.push(byte);
            continue;
        };
        at += 1;
        match next {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'v' => out.push(0x0b),
            b'e' => out.push(0x1b),
            b'f' => out.push(0x0c),
            b'\\' | b'$' => out.push(next),
            _ if Some(next) == quote => out.push(next),
            b'0'..=b'7' => {
                let digits = digits(&inner[at - 1..], 3, |b| (b'0'..=b'7').contains(&b));
                let value = number(&inner[at - 1..at - 1 + digits], 8);
                // As in PHP, "\777" wraps to one byte.
                out.push((value & 0xff) as u8);
                at += digits - 1;
            }
            b'x' if inner.get(at).is_some_and(u8::is_ascii_hexdigit) => {
                let digits = digits(&inner[at..], 2, |b| b.is_ascii_hexdigit());
                out.push((number(&inner[at..at + digits], 16) & 0xff) as u8);
                at += digits;
            }
            b'u' if inner.get(at) == Some(&b'{') => {
                let digits = digits(&inner[at + 1..], 8, |b| b.is_ascii_hexdigit());
                let code = number(&inner[at + 1..at + 1 + digits], 16);
                let character = u32::try_from(code).ok().and_then(char::from_u32);
                match (character, inner.get(at + 1 + digits)) {
                    (Some(character), Some(b'}')) if digits > 0 => {
                        out.extend(character.to_string().bytes());
                        at += digits + 2;
                    }
                    _ => out.extend(b"\\u"),
                }
            }
            _ => out.extend([b'\\', next]),
        }
    }
    out
}

fn digits(bytes: &[u8], most: usize, accept: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take(most).take_while(|b| accept(**b)).count()
}

fn number(digits: &[u8], radix: u32) -> u64 {
    digits
        .iter()
        .filter_map(|b| char::from(*b).to_digit(radix))
        .fold(0, |value, digit| {
            value * u64::from(radix) + u64::from(digit)
        })
}

/// A whole number as spelled; one that does not fit becomes a float, as in PHP.
pub(crate) fn integer(raw: &[u8]) -> Option<PhpValue> {
    let text: String = raw
        .iter()
        .filter(|b| **b != b'_')
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    let (radix, digits) = if let Some(digits) = text.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = text.strip_prefix("0b") {
        (2, digits)
    } else if let Some(digits) = text.strip_prefix("0o") {
        (8, digits)
    } else if text.len() > 1 && text.starts_with('0') {
        (8, &text[1..])
    } else {
        (10, text.as_str())
    };
    if let Ok(value) = i64::from_str_radix(digits, radix) {
        return Some(PhpValue::Int(value));
    }
    let mut value = 0.0;
    for digit in digits.chars() {
        value = value * f64::from(radix) + f64::from(digit.to_digit(radix)?);
    }
    Some(PhpValue::Float(value))
}
