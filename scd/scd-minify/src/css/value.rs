//! The canonical form of declarations: numbers, colours, strings and names in one spelling, and the shorthands that a minifier
//! may fold.

use super::colour_table::COLOURS;
use super::fold::fold;
use super::token::{Kind, Token};

/// A declaration as text, and whether it is important. What is no declaration stays as its tokens.
pub(super) fn declaration(tokens: &[Token]) -> (bool, Vec<u8>) {
    let solid: Vec<usize> = (0..tokens.len())
        .filter(|at| tokens[*at].kind != Kind::Space)
        .collect();
    let kind = |index: usize| solid.get(index).map(|at| &tokens[*at].kind);
    // The star that hides a declaration from all but old Internet Explorers is part of the name.
    let star = usize::from(kind(0) == Some(&Kind::Delim(b'*')));
    let (Some(Kind::Ident(property)), Some(Kind::Delim(b':'))) = (kind(star), kind(star + 1))
    else {
        let parts: Vec<_> = solid.iter().map(|at| plain(tokens, *at)).collect();
        return (false, parts.join(&b" "[..]));
    };
    let custom = property.starts_with(b"--");
    let mut text = vec![b'*'; star];
    let property = if custom {
        property.clone()
    } else {
        property.to_ascii_lowercase()
    };
    name(&property, &mut text);
    text.push(b':');
    let mut values = &solid[star + 2..];
    let mut important = false;
    if let [rest @ .., mark, word] = values
        && tokens[*mark].kind == Kind::Delim(b'!')
        && matches!(&tokens[*word].kind, Kind::Ident(w) if w.eq_ignore_ascii_case(b"important"))
    {
        important = true;
        values = rest;
    }
    let mut reader = Values {
        tokens,
        property: &property,
        at: 0,
        values,
    };
    let components = reader.components();
    text.extend_from_slice(&fold(&property, components).join(&b" "[..]));
    (important, text)
}

/// Properties with names of the author's choice: those keep their case, and none of them is a colour.
fn takes_names(property: &[u8]) -> bool {
    const NAMES: [&[u8]; 9] = [
        b"animation",
        b"grid",
        b"counter",
        b"will-change",
        b"container",
        b"view-transition",
        b"list-style",
        b"page",
        b"content",
    ];
    let bare = unprefixed(property);
    NAMES.iter().any(|name| bare.starts_with(name))
}

fn takes_colour(property: &[u8]) -> bool {
    let bare = unprefixed(property);
    !takes_names(property) && !bare.starts_with(b"font") && !bare.starts_with(b"transition")
}

/// A property without its vendor prefix.
fn unprefixed(property: &[u8]) -> &[u8] {
    match property {
        [b'-', rest @ ..] if !rest.starts_with(b"-") => {
            &rest[memchr::memchr(b'-', rest).map_or(0, |dash| dash + 1)..]
        }
        property => property,
    }
}

struct Values<'t> {
    tokens: &'t [Token],
    property: &'t [u8],
    at: usize,
    /// Indices of the tokens of the value, white space left out.
    values: &'t [usize],
}

impl Values<'_> {
    /// The value as canonical texts, one for each token or function.
    fn components(&mut self) -> Vec<Vec<u8>> {
        let mut components: Vec<Vec<u8>> = Vec::new();
        let mut depth = 0usize;
        let mut math = 0usize;
        while let Some(&index) = self.values.get(self.at) {
            let kind = &self.tokens[index].kind;
            let mut closes = false;
            let text = match kind {
                Kind::Function(_) if self.alpha_filter() => {
                    components.truncate(components.len() - 6);
                    depth += 1;
                    b"alpha(".to_vec()
                }
                Kind::Function(function) => {
                    if let Some((colour, length)) = self.colour_function(function) {
                        self.at += length;
                        append(&mut components, colour, depth);
                        continue;
                    }
                    depth += 1;
                    if math > 0 || is_math(function) {
                        math += 1;
                    }
                    plain(self.tokens, index)
                }
                Kind::Delim(b'(' | b'[' | b'{') => {
                    depth += 1;
                    math += usize::from(math > 0);
                    plain(self.tokens, index)
                }
                Kind::Delim(b')' | b']' | b'}') => {
                    closes = depth > 0;
                    math = math.saturating_sub(1);
                    plain(self.tokens, index)
                }
                Kind::Number(value, unit) => self.number(*value, unit, math > 0),
                Kind::Hash(digits) => hex(digits).unwrap_or_else(|| plain(self.tokens, index)),
                Kind::Ident(word) => self.word(word, index),
                _ => plain(self.tokens, index),
            };
            self.at += 1;
            let opens = matches!(kind, Kind::Function(_) | Kind::Delim(b'(' | b'[' | b'{'));
            append(&mut components, text, if opens { depth - 1 } else { depth });
            if closes {
                depth -= 1;
            }
        }
        components
    }

    /// Whether the function at hand is `progid:DXImageTransform.Microsoft.Alpha(`.
    fn alpha_filter(&self) -> bool {
        const PARTS: [&[u8]; 7] = [
            b"progid",
            b":",
            b"dximagetransform",
            b".",
            b"microsoft",
            b".",
            b"alpha",
        ];
        let Some(first) = self.at.checked_sub(6) else {
            return false;
        };
        PARTS
            .iter()
            .zip(&self.values[first..=self.at])
            .all(|(part, index)| match &self.tokens[*index].kind {
                Kind::Ident(name) | Kind::Function(name) => name.eq_ignore_ascii_case(part),
                Kind::Delim(byte) => *part == [*byte],
                _ => false,
            })
    }

    fn number(&self, value: f64, unit: &[u8], math: bool) -> Vec<u8> {
        let (value, unit): (f64, &[u8]) = if unit == b"ms" {
            (value / 1000.0, b"s")
        } else {
            (value, unit)
        };
        let keeps = math || self.property.starts_with(b"--") || self.property.ends_with(b"flex");
        let mut text = digits(value).into_bytes();
        if !(text == b"0" && is_length(unit) && !keeps) {
            text.extend_from_slice(unit);
        }
        text
    }

    fn word(&self, word: &[u8], index: usize) -> Vec<u8> {
        let lower = word.to_ascii_lowercase();
        if takes_colour(self.property) {
            if lower == b"transparent" {
                return rgba([0.0, 0.0, 0.0, 0.0]);
            }
            if let Ok(found) = COLOURS.binary_search_by(|(name, _)| name.as_bytes().cmp(&lower)) {
                return rgb24(COLOURS[found].1);
            }
        }
        if self.property == b"font-weight" {
            match &lower[..] {
                b"bold" => return b"700".to_vec(),
                b"normal" => return b"400".to_vec(),
                _ => {}
            }
        }
        if takes_names(self.property) || self.property.starts_with(b"--") || word.starts_with(b"--")
        {
            return plain(self.tokens, index);
        }
        let mut text = Vec::new();
        name(&lower, &mut text);
        text
    }

    /// `rgb()`, `hsl()` and their relatives with plain numbers, and how many tokens they have.
    fn colour_function(&self, function: &[u8]) -> Option<(Vec<u8>, usize)> {
        let function = function.to_ascii_lowercase();
        let is_hsl = matches!(&function[..], b"hsl" | b"hsla");
        if !(is_hsl || matches!(&function[..], b"rgb" | b"rgba")) {
            return None;
        }
        let mut arguments = Vec::new();
        let mut commas = 0;
        let mut length = 1;
        loop {
            match &self.tokens[*self.values.get(self.at + length)?].kind {
                Kind::Number(value, unit) if unit.is_empty() || unit == b"%" => {
                    arguments.push((*value, !unit.is_empty()));
                }
                Kind::Delim(b',' | b'/') => commas += 1,
                Kind::Delim(b')') => break,
                _ => return None,
            }
            length += 1;
        }
        let count = arguments.len();
        if !(3..=4).contains(&count) || !(commas + 1 == count || (commas == count - 3)) {
            return None;
        }
        let alpha = arguments.get(3).map_or(1.0, |(value, percent)| {
            (if *percent { value / 100.0 } else { *value }).clamp(0.0, 1.0)
        });
        let [red, green, blue] = if is_hsl {
            hsl(arguments[0].0, arguments[1].0, arguments[2].0)
        } else {
            [0, 1, 2].map(|at: usize| {
                let (value, percent) = arguments[at];
                if percent { value * 2.55 } else { value }
            })
        };
        Some((rgba([red, green, blue, alpha]), length + 1))
    }
}

/// Adds a text: inside brackets to the last component, outside as a new one.
fn append(components: &mut Vec<Vec<u8>>, text: Vec<u8>, depth: usize) {
    match components.last_mut() {
        Some(last) if depth > 0 => {
            last.push(b' ');
            last.extend_from_slice(&text);
        }
        _ => components.push(text),
    }
}

fn is_math(function: &[u8]) -> bool {
    let lower = function.to_ascii_lowercase();
    lower.ends_with(b"calc") || matches!(&lower[..], b"min" | b"max" | b"clamp")
}

fn is_length(unit: &[u8]) -> bool {
    matches!(
        unit,
        b"px"
            | b"em"
            | b"rem"
            | b"ex"
            | b"ch"
            | b"cm"
            | b"mm"
            | b"in"
            | b"pt"
            | b"pc"
            | b"q"
            | b"vh"
            | b"vw"
            | b"vmin"
            | b"vmax"
            | b"gd"
    )
}

/// Six significant digits, no sign for zero, no exponent.
fn digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let places = 5 - value.abs().log10().floor() as i32;
    let text = format!(
        "{value:.*}",
        usize::try_from(places.clamp(0, 20)).unwrap_or(0)
    );
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if matches!(text, "-0" | "") {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn rgb24(rgb: u32) -> Vec<u8> {
    let channel = |shift: u32| f64::from((rgb >> shift) & 255);
    rgba([channel(16), channel(8), channel(0), 1.0])
}

fn rgba([red, green, blue, alpha]: [f64; 4]) -> Vec<u8> {
    // PHP's rounding: `50%` of 255 is 128 although the product is a little less than 127.5.
    let channel = |value: f64| (value.clamp(0.0, 255.0) + 1e-9).round();
    let (red, green, blue) = (channel(red), channel(green), channel(blue));
    format!(
        "rgba({red},{green},{blue},{})",
        digits((alpha * 100.0).round() / 100.0)
    )
    .into_bytes()
}

fn hsl(hue: f64, saturation: f64, lightness: f64) -> [f64; 3] {
    let saturation = saturation.clamp(0.0, 100.0) / 100.0;
    let lightness = lightness.clamp(0.0, 100.0) / 100.0;
    [0.0, 8.0, 4.0].map(|shift| {
        let k = (shift + hue.rem_euclid(360.0) / 30.0) % 12.0;
        let span = saturation * lightness.min(1.0 - lightness);
        255.0 * (lightness - span * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0))
    })
}

/// A hexadecimal colour.
fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let digit = |at: usize| char::from(digits[at]).to_digit(16).map_or(0.0, f64::from);
    let long = matches!(digits.len(), 6 | 8);
    let channel = |at: usize| {
        if long {
            digit(2 * at) * 16.0 + digit(2 * at + 1)
        } else {
            digit(at) * 17.0
        }
    };
    match digits.len() {
        3 | 6 => Some(rgba([channel(0), channel(1), channel(2), 1.0])),
        4 | 8 => Some(rgba([
            channel(0),
            channel(1),
            channel(2),
            channel(3) / 255.0,
        ])),
        _ => Some([b"#", &digits.to_ascii_lowercase()[..]].concat()),
    }
}

/// One token in canonical spelling, without knowledge of its property.
pub(super) fn plain(tokens: &[Token], index: usize) -> Vec<u8> {
    let mut out = Vec::new();
    match &tokens[index].kind {
        Kind::Space => out.push(b' '),
        Kind::Ident(word) => name(word, &mut out),
        Kind::Function(function) => {
            let lower = function.to_ascii_lowercase();
            name(
                if function.starts_with(b"--") {
                    function
                } else {
                    &lower
                },
                &mut out,
            );
            out.push(b'(');
        }
        Kind::AtKeyword(word) => {
            out.push(b'@');
            name(word, &mut out);
        }
        Kind::Hash(word) => {
            out.push(b'#');
            name(word, &mut out);
        }
        Kind::Text(text) => quote(&shorten_alpha(text), &mut out),
        Kind::Url(url) => {
            out.extend_from_slice(b"url( ");
            quote(url, &mut out);
            out.extend_from_slice(b" )");
        }
        Kind::Number(value, unit) => {
            out.extend_from_slice(digits(*value).as_bytes());
            out.extend_from_slice(unit);
        }
        Kind::Delim(byte @ (b'+' | b'-')) => {
            out.push(*byte);
            // In a calculation an operator without spaces on both sides is an error.
            let space = |at: Option<usize>| {
                at.and_then(|at| tokens.get(at))
                    .is_some_and(|t| t.kind == Kind::Space)
            };
            if !(space(index.checked_sub(1)) && space(Some(index + 1))) {
                out.extend_from_slice(b"(tight)");
            }
        }
        Kind::Delim(byte) => out.push(*byte),
    }
    out
}

/// The old name of the opacity filter in a string is the short one.
fn shorten_alpha(text: &[u8]) -> Vec<u8> {
    const LONG: &[u8] = b"progid:dximagetransform.microsoft.alpha(opacity=";
    let lower = text.to_ascii_lowercase();
    let mut out = Vec::with_capacity(text.len());
    let mut copied = 0;
    for at in memchr::memmem::find_iter(&lower, LONG) {
        out.extend_from_slice(&text[copied..at]);
        out.extend_from_slice(b"alpha(opacity=");
        copied = at + LONG.len();
    }
    out.extend_from_slice(&text[copied..]);
    out
}

/// A name; what is no name character gets a backslash, so that no two names look alike.
pub(super) fn name(name: &[u8], out: &mut Vec<u8>) {
    for &byte in name {
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 0x80..)) {
            out.push(b'\\');
        }
        out.push(byte);
    }
}

/// A string in double quotes.
pub(super) fn quote(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}
