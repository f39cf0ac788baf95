//! Colours in rule bodies: functions to hexadecimal, hexadecimal to shorter, names to hexadecimal where that is shorter.

use super::edit::{Edit, starts_with};
use crate::css::colour_table::{COLOURS, hex_digits};
use std::sync::LazyLock;

/// `rgb(...)` and `hsl(...)` with three numbers become hexadecimal. What cssmin would break goes to `kept`.
pub(super) fn functions(text: &[u8], out: &mut Vec<u8>, kept: &mut Vec<Vec<u8>>) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'(', &text[at..]) {
        let open = at + found;
        at = open + 1;
        let Some(start) = open.checked_sub(3) else {
            continue;
        };
        let name = &text[start..open];
        let is_hsl = name.eq_ignore_ascii_case(b"hsl");
        // A function that directly follows another one has lost its first letter to the match of that one.
        if start < edit.copied() || !(is_hsl || name.eq_ignore_ascii_case(b"rgb")) {
            continue;
        }
        let inner = &text[open + 1..];
        let length = inner
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b',' | b'.' | b'%' | b' ' | b'-'))
            .unwrap_or(inner.len());
        if length == 0 || inner.get(length) != Some(&b')') {
            continue;
        }
        let end = open + 1 + length + 1;
        let next = text.get(end).copied();
        let channels = if is_hsl && name != b"hsl" {
            None
        } else if is_hsl {
            hsl(&inner[..length])
        } else {
            rgb(&inner[..length])
        };
        let Some([red, green, blue]) = channels.filter(|_| next != Some(b'0')) else {
            kept.push(text[start..end].to_vec());
            continue;
        };
        let mut hex = Vec::with_capacity(9);
        hex.push(b'#');
        for channel in [red, green, blue] {
            hex.push(b"0123456789abcdef"[usize::from(channel >> 4)]);
            hex.push(b"0123456789abcdef"[usize::from(channel & 15)]);
        }
        match next {
            None | Some(b' ' | b',' | b')' | b';') => {}
            Some(_) => hex.push(b' '),
        }
        hex.extend(next);
        let end = end + usize::from(next.is_some());
        edit.replace(start..end, &hex);
        at = end;
    }
    edit.finish()
}

/// The three comma-separated parts, when there are three and each is a number.
fn parts(arguments: &[u8]) -> Option<[(f64, bool, bool); 3]> {
    let mut parts = arguments.split(|byte| *byte == b',').map(|part| {
        let part = std::str::from_utf8(part).ok()?.trim_matches(' ');
        let (digits, percent) = match part.strip_suffix('%') {
            Some(digits) => (digits, true),
            None => (part, false),
        };
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        let plain = unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
            && !unsigned.ends_with('.');
        let value: f64 = digits.parse().ok().filter(|_| plain)?;
        Some((value, percent, unsigned.contains('.')))
    });
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

fn rgb(arguments: &[u8]) -> Option<[u8; 3]> {
    Some(parts(arguments)?.map(|(value, percent, _)| {
        let value = if percent {
            php_round(value * 2.55)
        } else {
            value.trunc()
        };
        value.clamp(0.0, 255.0) as u8
    }))
}

fn hsl(arguments: &[u8]) -> Option<[u8; 3]> {
    let [
        (hue, hue_percent, fraction),
        (saturation, ..),
        (lightness, ..),
    ] = parts(arguments)?;
    // PHP raises a deprecation for a fractional hue, which aborts the deployment.
    if hue_percent || (fraction && hue.fract() != 0.0) || hue.abs() > 1e15 {
        return None;
    }
    let hue = (hue as i64).rem_euclid(360) as f64 / 360.0;
    let saturation = saturation.clamp(0.0, 100.0) / 100.0;
    let lightness = lightness.clamp(0.0, 100.0) / 100.0;
    let channels = if saturation == 0.0 {
        [255.0 * lightness; 3]
    } else {
        let high = if lightness < 0.5 {
            lightness * (1.0 + saturation)
        } else {
            (lightness + saturation) - (saturation * lightness)
        };
        let low = (2.0 * lightness) - high;
        let third = 1.0 / 3.0;
        [hue + third, hue, hue - third].map(|hue| 255.0 * channel(low, high, hue))
    };
    Some(channels.map(|value| php_round(value).clamp(0.0, 255.0) as u8))
}

fn channel(low: f64, high: f64, hue: f64) -> f64 {
    let hue = match hue {
        hue if hue < 0.0 => hue + 1.0,
        hue if hue > 1.0 => hue - 1.0,
        hue => hue,
    };
    if hue * 6.0 < 1.0 {
        low + (high - low) * 6.0 * hue
    } else if hue * 2.0 < 1.0 {
        high
    } else if hue * 3.0 < 2.0 {
        low + (high - low) * ((2.0 / 3.0) - hue) * 6.0
    } else {
        low
    }
}

/// PHP's `round()` before 8.4: rounds to 15 significant digits first, so `127.49999999999999` becomes 128.
fn php_round(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let half_up = |value: f64| (value.abs() + 0.5).floor().copysign(value);
    let places = 14 - value.abs().log10().floor() as i32;
    if places <= 0 || places >= 15 + 15 {
        return half_up(value);
    }
    let scale = 10f64.powi(places);
    half_up(half_up(value * scale) / scale)
}

/// Six digits of pairs become three, letters lower-case, and a name is taken when it is shorter.
pub(super) fn hex(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'#', &text[at..]) {
        let start = at + found;
        at = start + 1;
        let digits = text[at..]
            .iter()
            .take(7)
            .take_while(|b| b.is_ascii_hexdigit())
            .count();
        let end = at + digits;
        let closed = matches!(text.get(end), None | Some(b' ' | b',' | b')' | b';'));
        if !(3..=6).contains(&digits) || !closed || (start > 0 && text[start - 1] == b'=') {
            continue;
        }
        let mut hex = [0; 7];
        let mut length = digits + 1;
        hex[..length].copy_from_slice(&text[start..end]);
        hex.make_ascii_lowercase();
        if length == 7 && hex[1] == hex[2] && hex[3] == hex[4] && hex[5] == hex[6] {
            (hex[2], hex[3]) = (hex[3], hex[5]);
            length = 4;
        }
        let shortest = HEX_TO_NAME
            .binary_search_by(|(known, _)| known.as_slice().cmp(&hex[..length]))
            .map_or(&hex[..length], |index| HEX_TO_NAME[index].1.as_bytes());
        if shortest != &text[start..end] {
            edit.replace(start..end, shortest);
        }
        at = end;
    }
    edit.finish()
}

/// Colour names that have a shorter hexadecimal form. `allowed` tells whether a colour can stand at a position; where it
/// cannot, the name goes to `kept`.
pub(super) fn names(
    text: &[u8],
    out: &mut Vec<u8>,
    kept: &mut Vec<Vec<u8>>,
    allowed: impl Fn(usize) -> bool,
) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while at < text.len() {
        let start = at + 1;
        if !matches!(text[at], b' ' | b':' | b',' | b'(') {
            at += 1;
            continue;
        }
        at = start;
        let first = text.get(start).map_or(0, |byte| byte | 0x20);
        if !first.is_ascii_lowercase() || LENGTHS[usize::from(first - b'a')] == 0 {
            continue;
        }
        let length = text[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        at = start + length;
        if length > 20 || LENGTHS[usize::from(first - b'a')] & (1 << length) == 0 {
            continue;
        }
        let closed = matches!(text.get(at), None | Some(b' ' | b',' | b')' | b';'));
        let Some((_, hex)) = NAME_TO_HEX.iter().find(|(name, _)| {
            closed && starts_with(&text[start..at], name.as_bytes()) && name.len() == length
        }) else {
            continue;
        };
        if allowed(start) {
            edit.replace(start..at, hex);
        } else {
            kept.push(text[start..at].to_vec());
        }
    }
    edit.finish()
}

/// Names whose shortest hexadecimal form is shorter, with the form cssmin gives them: `magenta` is missing from its table,
/// and three of its entries are longer than needed.
static NAME_TO_HEX: LazyLock<Vec<(&'static str, Vec<u8>)>> = LazyLock::new(|| {
    COLOURS
        .iter()
        .filter(|(name, _)| *name != "magenta")
        .map(|(name, rgb)| {
            let long = matches!(*name, "lightslategray" | "lightslategrey" | "rebeccapurple");
            (*name, hex_digits(*rgb, !long))
        })
        .filter(|(name, hex)| name.len() > hex.len())
        .collect()
});

/// The reverse, for names that are shorter; plus `oldlace`, which is not.
static HEX_TO_NAME: LazyLock<Vec<(Vec<u8>, &'static str)>> = LazyLock::new(|| {
    let mut table: Vec<_> = COLOURS
        .iter()
        .map(|(name, rgb)| (hex_digits(*rgb, true), *name))
        .filter(|(hex, name)| name.len() < hex.len() || *name == "oldlace")
        .filter(|(_, name)| *name != "grey")
        .collect();
    table.sort();
    table
});

/// For each first letter, the lengths of the names in [`NAME_TO_HEX`] as bits.
static LENGTHS: LazyLock<[u32; 26]> = LazyLock::new(|| {
    let mut lengths = [0; 26];
    for (name, _) in NAME_TO_HEX.iter() {
        lengths[usize::from(name.as_bytes()[0] - b'a')] |= 1 << name.len();
    }
    lengths
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_the_size_of_cssmins() {
        assert_eq!(NAME_TO_HEX.len(), 103);
        assert_eq!(HEX_TO_NAME.len(), 32);
    }

    #[test]
    fn rounds_as_php_does() {
        assert_eq!(rgb(b"50%,0%,100%"), Some([128, 0, 255]));
        assert_eq!(rgb(b"1,2,3,.5"), None);
        assert_eq!(hsl(b"120,100%,50%"), Some([0, 255, 0]));
        assert_eq!(hsl(b".5,50%,50%"), None);
    }
}
