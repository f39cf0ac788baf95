//! Zero units and repeated values, for the properties for which cssmin knows them to be safe.

use super::edit::{Edit, ends_with, starts_with};

const UNITS: [&[u8]; 16] = [
    b"ch", b"cm", b"em", b"ex", b"gd", b"in", b"mm", b"px", b"pt", b"pc", b"q", b"rem", b"vh",
    b"vmax", b"vmin", b"vw",
];

/// Length of the unit at the start of `text`.
fn unit(text: &[u8]) -> usize {
    if text.first() == Some(&b'%') {
        return 1;
    }
    UNITS
        .iter()
        .find(|unit| starts_with(text, unit))
        .map_or(0, |unit| unit.len())
}

/// Length of the number, with or without a unit, at the start of `text`.
fn number(text: &[u8]) -> usize {
    let digits = |from: usize| {
        text.get(from..).map_or(0, |rest| {
            rest.iter().take_while(|b| b.is_ascii_digit()).count()
        })
    };
    let minus = usize::from(text.first() == Some(&b'-'));
    let whole = minus + digits(minus);
    let fraction = if text.get(whole) == Some(&b'.') {
        digits(whole + 1)
    } else {
        0
    };
    let end = if fraction > 0 {
        whole + 1 + fraction
    } else {
        whole
    };
    if end == minus {
        0
    } else {
        end + unit(&text[end..])
    }
}

const POSITIONS: [&[u8]; 5] = [b"top", b"left", b"bottom", b"right", b"center"];

/// Whether a value ends here: at ` !`, `;` or the end of the body.
fn is_end(rest: &[u8]) -> bool {
    rest.is_empty() || rest[0] == b';' || rest.starts_with(b" !")
}

/// Whether the zero of this property (lower-case) may lose its unit.
fn drops_first(property: &[u8]) -> bool {
    let side = |rest: &[u8]| matches!(rest, b"-top" | b"-left" | b"-bottom" | b"-right");
    match property {
        b"height"
        | b"line-height"
        | b"width"
        | b"min-width"
        | b"max-width"
        | b"top"
        | b"left"
        | b"bottom"
        | b"right"
        | b"background-position"
        | b"border"
        | b"border-radius"
        | b"border-width"
        | b"border-top-left-radius"
        | b"border-top-right-radius"
        | b"border-bottom-left-radius"
        | b"border-bottom-right-radius"
        | b"column-gap"
        | b"column-width"
        | b"margin"
        | b"outline-width"
        | b"padding" => true,
        _ => {
            let behind = |prefix: &[u8]| property.strip_prefix(prefix).is_some_and(side);
            let border = property.strip_suffix(b"-width").unwrap_or(property);
            behind(b"margin")
                || behind(b"padding")
                || border.strip_prefix(b"border").is_some_and(side)
        }
    }
}

fn has_more(property: &[u8]) -> bool {
    matches!(
        property,
        b"margin" | b"padding" | b"border-width" | b"border-radius" | b"background-position"
    )
}

/// Longest property name of [`drops_first`].
const LONGEST: usize = b"border-bottom-right-radius".len();

/// `0px` to `0` in the first value of a safe property, and in the next three of some.
pub(super) fn zero_units(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    for colon in memchr::memchr_iter(b':', text) {
        let from = colon.saturating_sub(LONGEST + 1);
        let start = memchr::memrchr(b';', &text[from..colon]).map(|found| from + found + 1);
        let start = if from == 0 {
            start.unwrap_or(0)
        } else {
            start.unwrap_or(colon)
        };
        // Of `a:b:c` only the first colon ends a property; the second one has no `;` behind which a name could begin.
        let mut name = [0; LONGEST];
        let length = colon - start;
        if length == 0 || length > LONGEST {
            continue;
        }
        name[..length].copy_from_slice(&text[start..colon]);
        name.make_ascii_lowercase();
        if !drops_first(&name[..length]) {
            continue;
        }
        let more = has_more(&name[..length]);
        let mut at = colon + 1;
        for _ in 0..4 {
            let zero = text.get(at) == Some(&b'0');
            let dropped = if zero { unit(&text[at + 1..]) } else { 0 };
            if dropped > 0 {
                edit.remove(at + 1..at + 1 + dropped);
                at += 1 + dropped;
            } else {
                let rest = &text[at..];
                let position = POSITIONS.iter().find(|word| starts_with(rest, word));
                at += position.map_or_else(|| number(rest), |word| word.len());
            }
            if !more || text.get(at) != Some(&b' ') {
                break;
            }
            at += 1;
        }
    }
    edit.finish()
}

/// `0 0 0` and `0 0 0 0` to `0 0` for the position of a background.
pub(super) fn zero_positions(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    for colon in memchr::memchr_iter(b':', text) {
        if !text[colon + 1..].starts_with(b"0 0 0")
            || !ends_with(&text[..colon], b"background-position")
        {
            continue;
        }
        let mut end = colon + 1 + 5;
        if text[end..].starts_with(b" 0") && !is_end(&text[end..]) {
            end += 2;
        }
        if is_end(&text[end..]) {
            edit.replace(colon + 1..end, b"0 0");
        }
    }
    edit.finish()
}

/// How a property repeats its values.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Numbers,
    Words,
}

/// Kind of the property that ends at the end of `text`.
fn kind(text: &[u8]) -> Option<Kind> {
    let last = text.last()?.to_ascii_lowercase();
    let is = |name: &[u8]| ends_with(text, name);
    match last {
        b'n' if is(b"margin") => Some(Kind::Numbers),
        b'g' if is(b"padding") => Some(Kind::Numbers),
        b'h' if is(b"border-width") => Some(Kind::Numbers),
        b's' if is(b"border-radius") => Some(Kind::Numbers),
        b'e' if is(b"border-style") => Some(Kind::Words),
        b'r' if is(b"border-color") => Some(Kind::Words),
        _ => None,
    }
}

/// The values of one to four sides: `A A A A` to `A`, `A B A B` to `A B`, `A B C B` to `A B C`.
pub(super) fn repeated_values(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut edit = Edit::new(text, out);
    for colon in memchr::memchr_iter(b':', text) {
        let Some(kind) = kind(&text[..colon]) else {
            continue;
        };
        let mut values: [&[u8]; 4] = [b""; 4];
        let mut count = 0;
        let mut all_equal = true;
        let mut at = colon + 1;
        loop {
            let rest = &text[at..];
            let length = match kind {
                Kind::Numbers => number(rest),
                Kind::Words => rest
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || **b == b'#')
                    .count(),
            };
            if length == 0 {
                count = 0;
                break;
            }
            if count < 4 {
                values[count] = &rest[..length];
            }
            all_equal &= rest[..length].eq_ignore_ascii_case(values[0]);
            count += 1;
            at += length;
            if is_end(&text[at..]) {
                break;
            }
            if text.get(at) != Some(&b' ') {
                count = 0;
                break;
            }
            at += 1;
        }
        let same = |left: usize, right: usize| values[left].eq_ignore_ascii_case(values[right]);
        let keep = match count {
            2.. if all_equal => 1,
            4 if same(0, 2) && same(1, 3) => 2,
            4 if same(1, 3) => 3,
            _ => continue,
        };
        let length: usize = values[..keep]
            .iter()
            .map(|value| value.len() + 1)
            .sum::<usize>()
            - 1;
        edit.remove(colon + 1 + length..at);
    }
    edit.finish()
}
