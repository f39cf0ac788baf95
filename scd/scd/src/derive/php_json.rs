//! Writes strings and dictionaries as PHP's `json_encode` does: pure ASCII, `<>&'` as they are.

use scd_magento::php::number::integer_key;

/// What becomes of a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slashes {
    /// `\/`, PHP's default.
    Escaped,
    /// `/`, as with `JSON_UNESCAPED_SLASHES`.
    Plain,
}

/// Encodes string entries in their order with default flags. An object, or a list if the keys are exactly `0` to `n-1`
/// in order.
///
/// ```
/// use scd::derive::php_json::encode;
///
/// assert_eq!(encode(&[("a/b", "\u{e9}")]), br#"{"a\/b":"\u00e9"}"#);
/// assert_eq!(encode(&[("0", "zero")]), br#"["zero"]"#);
/// assert_eq!(encode(&[]), b"[]");
/// ```
#[must_use]
pub fn encode(entries: &[(&str, &str)]) -> Vec<u8> {
    let is_list = (0i64..)
        .zip(entries)
        .all(|(place, (key, _))| integer_key(key.as_bytes()) == Some(place));
    let mut json = Vec::with_capacity(entries.iter().map(|(k, v)| k.len() + v.len() + 8).sum());
    json.push(if is_list { b'[' } else { b'{' });
    for (place, (key, value)) in entries.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        if !is_list {
            push_string(&mut json, key, Slashes::Escaped);
            json.push(b':');
        }
        push_string(&mut json, value, Slashes::Escaped);
    }
    json.push(if is_list { b']' } else { b'}' });
    json
}

/// What a byte becomes in a JSON string: itself, a letter after a backslash, `\u00xx`, or a part of a longer character.
const PLAIN: u8 = 0;
const CONTROL: u8 = 1;
const WIDE: u8 = 2;

/// One of the three above, or the letter after the backslash.
static ESCAPES: [u8; 256] = {
    let mut table = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = CONTROL;
        byte += 1;
    }
    byte = 0x80;
    while byte < 0x100 {
        table[byte] = WIDE;
        byte += 1;
    }
    table[0x08] = b'b';
    table[b'\t' as usize] = b't';
    table[b'\n' as usize] = b'n';
    table[0x0c] = b'f';
    table[b'\r' as usize] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// The same with an escaped slash.
static ESCAPES_AND_SLASH: [u8; 256] = {
    let mut table = ESCAPES;
    table[b'/' as usize] = b'/';
    table
};

/// Writes one quoted string.
pub fn push_string(json: &mut Vec<u8>, text: &str, slashes: Slashes) {
    let escapes = match slashes {
        Slashes::Escaped => &ESCAPES_AND_SLASH,
        Slashes::Plain => &ESCAPES,
    };
    json.push(b'"');
    let mut rest = text;
    loop {
        let plain = rest
            .bytes()
            .position(|byte| escapes[usize::from(byte)] != PLAIN)
            .unwrap_or(rest.len());
        let (head, tail) = rest.split_at(plain);
        json.extend_from_slice(head.as_bytes());
        let Some(character) = tail.chars().next() else {
            break;
        };
        match u8::try_from(character).map(|byte| escapes[usize::from(byte)]) {
            Ok(letter) if letter > WIDE => json.extend_from_slice(&[b'\\', letter]),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    push_unicode_escape(json, *unit);
                }
            }
        }
        rest = &tail[character.len_utf8()..];
    }
    json.push(b'"');
}

fn push_unicode_escape(json: &mut Vec<u8>, unit: u16) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    json.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        json.push(DIGITS[usize::from(unit >> shift & 0xf)]);
    }
}

#[cfg(test)]
mod tests {
    use super::{Slashes, encode, push_string};

    fn json(text: &str, slashes: Slashes) -> String {
        let mut bytes = Vec::new();
        push_string(&mut bytes, text, slashes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn strings_are_escaped_as_php_does() {
        assert_eq!(json("a/b<>&'", Slashes::Plain), "\"a/b<>&'\"");
        assert_eq!(json("a/b<>&'", Slashes::Escaped), "\"a\\/b<>&'\"");
        for slashes in [Slashes::Plain, Slashes::Escaped] {
            assert_eq!(
                json("\"\\\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}", slashes),
                "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}\""
            );
            assert_eq!(
                json("é\u{2028}\u{fffe}😀x", slashes),
                "\"\\u00e9\\u2028\\ufffe\\ud83d\\ude00x\""
            );
            assert_eq!(json("", slashes), "\"\"");
        }
    }

    #[test]
    fn only_keys_from_zero_in_order_make_a_list() {
        assert_eq!(encode(&[("0", "a"), ("1", "b")]), br#"["a","b"]"#);
        assert_eq!(encode(&[("1", "b")]), br#"{"1":"b"}"#);
        assert_eq!(encode(&[("-0", "a")]), br#"{"-0":"a"}"#);
    }
}
