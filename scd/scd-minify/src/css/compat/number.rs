//! Numbers in rule bodies: signs, milliseconds, leading and trailing zeros.
//!
//! Every rule looks at a number behind a space, colon, comma or parenthesis. Three of them consume the character behind the
//! number as well, so they skip the number that follows it: `1.10,2.20` becomes `1.1,2.20`. That is cssmin's result.

use super::edit::Edit;

/// Position behind the next byte that a number may follow.
fn next_start(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let found = rest.iter().position(|byte| STARTS[usize::from(*byte)])?;
    Some(from + found + 1)
}

static STARTS: [bool; 256] = {
    let mut table = [false; 256];
    table[b' ' as usize] = true;
    table[b':' as usize] = true;
    table[b',' as usize] = true;
    table[b'(' as usize] = true;
    table
};

fn digits(text: &[u8], from: usize) -> usize {
    text[from..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

fn is_digit(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(u8::is_ascii_digit)
}

fn behind_minus(text: &[u8], at: usize) -> usize {
    at + usize::from(text.get(at) == Some(&b'-'))
}

/// `+1.2em` to `1.2em`.
pub(super) fn plus_signs(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while let Some(start) = next_start(text, at) {
        at = start;
        if text.get(start) == Some(&b'+') {
            let dot = usize::from(text.get(start + 1) == Some(&b'.'));
            if is_digit(text, start + 1 + dot) {
                edit.remove(start..start + 1);
                at = start + 1;
            }
        }
    }
    edit.finish()
}

/// `300ms` to `0.3s`; at least three digits, so `50ms` stays.
pub(super) fn milliseconds(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while let Some(start) = next_start(text, at) {
        at = start;
        let number = behind_minus(text, start);
        let count = digits(text, number);
        let end = number + count;
        let unit = text
            .get(end..end + 2)
            .is_some_and(|unit| unit.eq_ignore_ascii_case(b"ms"));
        // With 15 digits and more PHP prints an exponent, which is another time.
        if !unit || !(3..15).contains(&count) {
            continue;
        }
        let value = text[number..end]
            .iter()
            .fold(0u64, |sum, d| sum * 10 + u64::from(d - b'0'));
        let mut seconds = (value / 1000).to_string();
        let rest = value % 1000;
        if rest > 0 {
            seconds.push_str(format!(".{rest:03}").trim_end_matches('0'));
        }
        seconds.push('s');
        edit.replace(number..end + 2, seconds.as_bytes());
        at = end + 2;
    }
    edit.finish()
}

/// `000.6` to `.6`, `-0.8` to `-.8`, `0050` to `50`. Where `allowed` says no, the number is left alone and goes to `kept`.
pub(super) fn leading_zeros(
    text: &[u8],
    out: &mut Vec<u8>,
    kept: &mut Vec<Vec<u8>>,
    allowed: impl Fn(usize) -> bool,
) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while let Some(start) = next_start(text, at) {
        at = start;
        let number = behind_minus(text, start);
        if text.get(number) != Some(&b'0') {
            continue;
        }
        let zeros = text[number..]
            .iter()
            .take_while(|byte| **byte == b'0')
            .count();
        let behind = number + zeros;
        let dot = usize::from(text.get(behind) == Some(&b'.'));
        let end = if is_digit(text, behind + dot) {
            behind
        } else {
            behind - 1
        };
        if end == number {
            continue;
        }
        if allowed(number) {
            edit.remove(number..end);
        } else {
            kept.push(text[number..behind].to_vec());
        }
        at = end;
    }
    edit.finish()
}

/// `-6.0100em` to `-6.01em`; at most one digit before the point.
pub(super) fn trailing_zeros(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while let Some(start) = next_start(text, at) {
        at = start;
        let number = behind_minus(text, start);
        let point = number + usize::from(is_digit(text, number));
        if text.get(point) != Some(&b'.') {
            continue;
        }
        let end = point + 1 + digits(text, point + 1);
        if end >= text.len() || end < point + 3 || text[end - 1] != b'0' {
            continue;
        }
        let fraction = &text[point + 2..end];
        let significant = fraction
            .iter()
            .rposition(|byte| *byte != b'0')
            .map_or(0, |last| last + 1);
        edit.remove(point + 2 + significant..end);
        at = end + 1;
    }
    edit.finish()
}

/// `-9.0` to `-9`.
pub(super) fn zero_fractions(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while let Some(start) = next_start(text, at) {
        at = start;
        let number = behind_minus(text, start);
        let count = digits(text, number);
        let point = number + count;
        if count > 0
            && text.get(point..point + 2) == Some(b".0".as_slice())
            && point + 2 < text.len()
            && !is_digit(text, point + 2)
        {
            edit.remove(point..point + 2);
            at = point + 3;
        }
    }
    edit.finish()
}

/// `-0`, `.0`, `-.00` and `00` to `0`.
pub(super) fn zeros(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    let mut at = 0;
    while let Some(start) = next_start(text, at) {
        at = start;
        let number = behind_minus(text, start);
        let first = number + usize::from(text.get(number) == Some(&b'.'));
        let count = text[first.min(text.len())..]
            .iter()
            .take_while(|byte| **byte == b'0')
            .count();
        let end = first + count;
        if count == 0 || end >= text.len() || text[end].is_ascii_digit() {
            continue;
        }
        if end - start > 1 {
            edit.replace(start..end, b"0");
        }
        at = end + 1;
    }
    edit.finish()
}
