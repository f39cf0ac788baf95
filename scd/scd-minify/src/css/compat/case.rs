//! Lower case for what cssmin knows: function and property names in bodies; at-keywords, media types and pseudo-classes in
//! preludes.

use super::edit::{ends_with, starts_with};

/// Functions, each matched as the end of a name, so `xURL(` becomes `xurl(`. The longest comes first where one ends
/// another.
const FUNCTIONS: [&[u8]; 36] = [
    b"-webkit-gradient",
    b"attr",
    b"blur",
    b"brightness",
    b"circle",
    b"contrast",
    b"cubic-bezier",
    b"drop-shadow",
    b"ellipse",
    b"from",
    b"grayscale",
    b"hsla",
    b"hsl",
    b"hue-rotate",
    b"inset",
    b"invert",
    b"local",
    b"minmax",
    b"opacity",
    b"perspective",
    b"polygon",
    b"rgba",
    b"rgb",
    b"rect",
    b"repeat",
    b"saturate",
    b"sepia",
    b"steps",
    b"to",
    b"url",
    b"var",
    b"calc",
    b"repeating-linear-gradient",
    b"repeating-radial-gradient",
    b"linear-gradient",
    b"radial-gradient",
];

const VENDORS: [&[u8]; 7] = [
    b"-atsc-",
    b"-khtml-",
    b"-moz-",
    b"-ms-",
    b"-o-",
    b"-wap-",
    b"-webkit-",
];

/// Lower-cases known functions in place.
pub(super) fn functions(text: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'(', &text[at..]) {
        let open = at + found;
        let name = &text[at..open];
        at = open + 1;
        let letters = name
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphabetic() || **b == b'-');
        let letters = letters.count();
        let name = &name[name.len() - letters..];
        if !name.iter().any(u8::is_ascii_uppercase) {
            continue;
        }
        let mut longest = 0;
        for function in FUNCTIONS
            .iter()
            .filter(|function| ends_with(name, function))
        {
            longest = longest.max(function.len());
            if function.ends_with(b"calc")
                || function.ends_with(b"r-gradient")
                || function.ends_with(b"l-gradient")
            {
                let before = &name[..name.len() - function.len()];
                let vendor = VENDORS.iter().find(|vendor| ends_with(before, vendor));
                longest = longest.max(function.len() + vendor.map_or(0, |vendor| vendor.len()));
            }
        }
        text[open - longest..open].make_ascii_lowercase();
    }
}

/// Lower-cases property names written in capitals, in place. Names of custom properties are the author's: those go to
/// `kept`.
pub(super) fn properties(text: &mut [u8], kept: &mut Vec<Vec<u8>>) {
    let mut start = 0;
    loop {
        let rest = &mut text[start..];
        let length = rest
            .iter()
            .take_while(|b| b.is_ascii_uppercase() || **b == b'-')
            .count();
        if length > 0 && rest.get(length) == Some(&b':') {
            if !rest.starts_with(b"--") {
                rest[..length].make_ascii_lowercase();
            } else if rest[..length].iter().any(u8::is_ascii_uppercase) {
                kept.push(rest[..length].to_vec());
            }
        }
        match memchr::memchr(b';', rest) {
            Some(found) => start += found + 1,
            None => return,
        }
    }
}

const DIRECTIVES: [&[u8]; 9] = [
    b"charset",
    b"document",
    b"font-face",
    b"import",
    b"media",
    b"namespace",
    b"page",
    b"supports",
    b"viewport",
];

const MEDIA_TYPES: [&[u8]; 11] = [
    b"all",
    b"aural",
    b"braille",
    b"handheld",
    b"print",
    b"projection",
    b"screen",
    b"tty",
    b"tv",
    b"embossed",
    b"speech",
];

const PSEUDO_CLASSES: [&[u8]; 39] = [
    b"active",
    b"after",
    b"before",
    b"checked",
    b"default",
    b"disabled",
    b"empty",
    b"enabled",
    b"first-child",
    b"first-of-type",
    b"focus-within",
    b"focus",
    b"hover",
    b"indeterminate",
    b"in-range",
    b"invalid",
    b"lang(",
    b"last-child",
    b"last-of-type",
    b"left",
    b"link",
    b"not(",
    b"nth-child(",
    b"nth-of-type(",
    b"nth-last-child(",
    b"nth-last-of-type(",
    b"only-child",
    b"only-of-type",
    b"optional",
    b"out-of-range",
    b"read-only",
    b"read-write",
    b"required",
    b"right",
    b"root",
    b":selection",
    b"target",
    b"valid",
    b"visited",
];

/// Lower-cases at-keywords, media types and pseudo-classes in place.
pub(super) fn prelude(text: &mut [u8]) {
    if !text.iter().any(u8::is_ascii_uppercase) {
        return;
    }
    let mut consumed = 0;
    for at in 0..text.len() {
        match text[at] {
            b'@' | b':' if at > 0 && text[at - 1] == b'\\' => {}
            b'@' => {
                let name = &text[at + 1..];
                let prefix = VENDORS.iter().find(|vendor| starts_with(name, vendor));
                let prefix = prefix.map_or(0, |vendor| vendor.len());
                let length = if starts_with(&name[prefix..], b"keyframes") {
                    prefix + 9
                } else {
                    DIRECTIVES
                        .iter()
                        .find(|d| starts_with(name, d))
                        .map_or(0, |d| d.len())
                };
                text[at + 1..at + 1 + length].make_ascii_lowercase();
            }
            b':' => {
                let name = &text[at + 1..];
                let length = PSEUDO_CLASSES
                    .iter()
                    .find(|c| starts_with(name, c))
                    .map_or(0, |c| c.len());
                text[at + 1..at + 1 + length].make_ascii_lowercase();
            }
            b' ' | b',' if at >= consumed => {
                let name = &text[at + 1..];
                let found = MEDIA_TYPES.iter().find(|kind| {
                    let end = name.get(kind.len());
                    starts_with(name, kind) && matches!(end, Some(b' ' | b',' | b';' | b'{'))
                });
                if let Some(kind) = found {
                    text[at + 1..at + 1 + kind.len()].make_ascii_lowercase();
                    // The character behind the type belongs to this match and starts no other one.
                    consumed = at + kind.len() + 2;
                }
            }
            _ => {}
        }
    }
}
