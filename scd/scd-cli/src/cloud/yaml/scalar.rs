//! What an unquoted scalar means: numbers, booleans, nothing, or a text.

use super::Value;

/// What an unquoted scalar means. Mirrors `Symfony\Component\Yaml\Inline::evaluateScalar`; what it makes of dates is left a
/// string, since no setting takes one.
pub(super) fn plain(text: &str) -> Value {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "" | "~" | "null" => return Value::Null,
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        ".inf" | ".nan" => return Value::Float(f64::INFINITY),
        "-.inf" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    number(text).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let octal = |digits: &str| {
        let number = i64::from_str_radix(&digits.replace('_', ""), 8).ok()?;
        Some(Value::Int(sign * number))
    };
    if let Some(digits) = digits.strip_prefix("0o") {
        let is_octal = |byte: u8| matches!(byte, b'0'..=b'7' | b'_');
        return (!digits.is_empty() && digits.bytes().all(is_octal))
            .then(|| octal(digits))
            .flatten();
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(&digits.replace('_', ""), 16)
            .ok()
            .map(Value::Int);
    }
    let mut plain = text.to_owned();
    if digits.starts_with(|first: char| first.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    {
        plain = plain.replace('_', "");
        let bare = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
        let is_octal = |byte: u8| matches!(byte, b'0'..=b'7');
        if bare.len() > 1
            && bare.starts_with('0')
            && bare.bytes().all(is_octal)
            && !text.starts_with('+')
        {
            return octal(bare);
        }
        if plain.starts_with('+') {
            return plain.parse().ok().map(Value::Float);
        }
        // What PHP's integers cannot hold, or would print otherwise, stays a string.
        return match plain.parse::<i64>() {
            Ok(number) if number.to_string() == plain => Some(Value::Int(number)),
            _ => Some(Value::String(plain)),
        };
    }
    let first = digits.bytes().next()?;
    let is_decimal =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'e' | b'E' | b'+' | b'-');
    if !(first.is_ascii_digit() || first == b'.') || !digits.bytes().all(is_decimal) {
        return None;
    }
    if plain.contains('_') && plain.contains(['e', 'E']) {
        return None;
    }
    plain.retain(|letter| letter != '_');
    plain.parse().ok().map(Value::Float)
}
