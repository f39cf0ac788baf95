//! Numeric strings as PHP 8 sees them: what counts as a number, loose equality and loose order of two strings.
//!
//! Magento compares phrases with `!=` and sorts them with `ksort`. Both treat `10`, `1e1` and ` 10 ` as the same
//! number, so the dictionary depends on these rules.

use std::cmp::Ordering;

/// A numeric string's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Written as an integer that fits 64 bits.
    Integer(i64),
    /// Everything else.
    Float {
        /// The nearest double.
        value: f64,
        /// For integers beyond 64 bits their direction, 1 or -1; 0 otherwise.
        overflow: i8,
    },
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | 0x09..=0x0D)
}

/// The length of the leading run of ASCII digits.
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The value of `text` if all of it is one number, with blanks allowed on both sides.
pub fn number(text: &[u8]) -> Option<Number> {
    let text = &text[text.iter().position(|&byte| !is_blank(byte))?..];
    let text = &text[..text.iter().rposition(|&byte| !is_blank(byte))? + 1];
    let sign_length = usize::from(matches!(text[0], b'+' | b'-'));
    let negative = text[0] == b'-';
    let whole = digits(&text[sign_length..]);
    let mut at = sign_length + whole;
    let mut is_float = false;
    if text.get(at) == Some(&b'.') {
        let fraction = digits(&text[at + 1..]);
        if whole + fraction == 0 {
            return None;
        }
        is_float = true;
        at += 1 + fraction;
    } else if whole == 0 {
        return None;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(&text[at + 1 + sign..]);
        if exponent > 0 {
            is_float = true;
            at += 1 + sign + exponent;
        }
    }
    if at != text.len() {
        return None;
    }
    let written = std::str::from_utf8(text).ok()?;
    let direction = if negative { -1 } else { 1 };
    if !is_float {
        if let Ok(value) = written.parse() {
            return Some(Number::Integer(value));
        }
        return Some(Number::Float {
            value: written.parse().ok()?,
            overflow: direction,
        });
    }
    // PHP stops counting at 20 digits and then calls it an overflow before it looks for a fraction.
    let leading_zeros = text[sign_length..sign_length + whole]
        .iter()
        .take_while(|&&byte| byte == b'0')
        .count();
    let overflow = if whole - leading_zeros >= 20 {
        direction
    } else {
        0
    };
    Some(Number::Float {
        value: written.parse().ok()?,
        overflow,
    })
}

/// How PHP's `==` and `<=>` relate two strings when both are numeric; `None` calls for a comparison as bytes.
fn numeric_order(left: &[u8], right: &[u8]) -> Option<Ordering> {
    // Cheap rejection of ordinary text: a number starts with a blank, a sign, a point or a digit.
    let may_be_number = |text: &[u8]| {
        text.first()
            .is_some_and(|&b| is_blank(b) || matches!(b, b'+' | b'-' | b'.' | b'0'..=b'9'))
    };
    if !may_be_number(left) || !may_be_number(right) {
        return None;
    }
    match (number(left)?, number(right)?) {
        (Number::Integer(l), Number::Integer(r)) => Some(l.cmp(&r)),
        (Number::Integer(l), Number::Float { value, overflow }) => Some(match overflow {
            0 => order(l as f64, value),
            1 => Ordering::Less,
            _ => Ordering::Greater,
        }),
        (Number::Float { value, overflow }, Number::Integer(r)) => Some(match overflow {
            0 => order(value, r as f64),
            1 => Ordering::Greater,
            _ => Ordering::Less,
        }),
        (
            Number::Float {
                value: l,
                overflow: l_overflow,
            },
            Number::Float {
                value: r,
                overflow: r_overflow,
            },
        ) => {
            let same_overflow = l_overflow != 0 && l_overflow == r_overflow && l - r == 0.0;
            // Two infinities say nothing about the digits that led there.
            let same_infinity = l == r && !l.is_finite();
            (!same_overflow && !same_infinity).then(|| order(l, r))
        }
    }
}

/// The order of two doubles, neither of which is NaN; differences that vanish count as equality.
fn order(left: f64, right: f64) -> Ordering {
    (left - right).partial_cmp(&0.0).unwrap_or(Ordering::Equal)
}

/// Whether PHP 8's `==` holds between two strings.
///
/// ```
/// use scd_magento::php::number::loosely_equal;
///
/// assert!(loosely_equal(b"10", b"1e1"));
/// assert!(!loosely_equal(b"10", b"10 items"));
/// ```
#[must_use]
pub fn loosely_equal(left: &[u8], right: &[u8]) -> bool {
    left == right || numeric_order(left, right) == Some(Ordering::Equal)
}

/// The order of two strings under PHP 8's `<=>`. It is not transitive.
#[must_use]
pub fn loose_order(left: &[u8], right: &[u8]) -> Ordering {
    numeric_order(left, right).unwrap_or_else(|| left.cmp(right))
}

/// The integer that PHP's arrays use as the key in place of this string, if they do.
#[must_use]
pub fn integer_key(key: &[u8]) -> Option<i64> {
    let magnitude = key.strip_prefix(b"-").unwrap_or(key);
    let canonical = match magnitude {
        [] => false,
        [b'0'] => key.len() == 1,
        [first, ..] => *first != b'0' && magnitude.iter().all(u8::is_ascii_digit),
    };
    if !canonical || key.len() > 20 {
        return None;
    }
    std::str::from_utf8(key).ok()?.parse().ok()
}

/// The order of an integer key and a string key under PHP 8's `<=>`.
pub(crate) fn integer_string_order(integer: i64, text: &[u8]) -> Ordering {
    match number(text) {
        Some(Number::Integer(value)) => integer.cmp(&value),
        Some(Number::Float { value, .. }) => order(integer as f64, value),
        None => integer.to_string().as_bytes().cmp(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{integer_key, loosely_equal};

    #[test]
    fn compares_as_php_does() {
        for (left, right, equal) in [
            ("10", "1e1", true),
            ("9", "9.0", true),
            (" 1", "1\n", true),
            ("0", "-0", true),
            ("1.", "1", true),
            ("abc", "ABC", false),
            ("1", "1x", false),
            ("", "0", false),
            ("0x1A", "26", false),
            ("99999999999999999999", "99999999999999999998", false),
            ("9007199254740993", "9007199254740992.0", true),
            ("1e1000", "2e1000", false),
        ] {
            assert_eq!(
                loosely_equal(left.as_bytes(), right.as_bytes()),
                equal,
                "{left} {right}"
            );
        }
    }

    #[test]
    fn integer_keys_are_canonical() {
        assert_eq!(integer_key(b"-5"), Some(-5));
        assert_eq!(integer_key(b"-9223372036854775808"), Some(i64::MIN));
        for text in ["", "-", "-0", "00", "+5", "1.0", "9223372036854775808"] {
            assert_eq!(integer_key(text.as_bytes()), None, "{text}");
        }
    }
}
