//! Writes a dictionary as PHP's `json_encode` does with default flags.

use scd_magento::php::number::integer_key;

/// Encodes string entries in their order. An object, or a list if the keys are exactly `0` to `n-1` in order.
///
/// ```
/// use scd::derive::php_json::encode;
///
/// assert_eq!(encode(&[("a/b", "\u{e9}")]), r#"{"a\/b":"\u00e9"}"#);
/// assert_eq!(encode(&[("0", "zero")]), r#"["zero"]"#);
/// assert_eq!(encode(&[]), "[]");
/// ```
#[must_use]
pub fn encode(entries: &[(&str, &str)]) -> String {
    let is_list = (0i64..)
        .zip(entries)
        .all(|(place, (key, _))| integer_key(key.as_bytes()) == Some(place));
    let mut json = String::with_capacity(entries.iter().map(|(k, v)| k.len() + v.len() + 8).sum());
    json.push(if is_list { '[' } else { '{' });
    for (place, (key, value)) in entries.iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        if !is_list {
            write_string(&mut json, key);
            json.push(':');
        }
        write_string(&mut json, value);
    }
    json.push(if is_list { ']' } else { '}' });
    json
}

/// Writes one quoted string: the slash escaped, everything beyond ASCII as UTF-16 code units.
pub(super) fn write_string(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '/' => json.push_str("\\/"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            ' '..='\u{7f}' => json.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    json.push_str("\\u");
                    for shift in [12, 8, 4, 0] {
                        let digit = u32::from(*unit >> shift & 0xF);
                        json.extend(char::from_digit(digit, 16));
                    }
                }
            }
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn encodes_as_php_does() {
        assert_eq!(
            encode(&[("<a href='&'>", "\u{1f600}\u{2028}\u{7f}\u{1}\t\"\\/")]),
            "{\"<a href='&'>\":\"\\ud83d\\ude00\\u2028\u{7f}\\u0001\\t\\\"\\\\\\/\"}"
        );
    }

    #[test]
    fn only_keys_from_zero_in_order_make_a_list() {
        assert_eq!(encode(&[("0", "a"), ("1", "b")]), r#"["a","b"]"#);
        assert_eq!(encode(&[("1", "b")]), r#"{"1":"b"}"#);
        assert_eq!(encode(&[("-0", "a")]), r#"{"-0":"a"}"#);
    }
}
