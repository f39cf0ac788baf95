//! Sets of characters of the regular expressions of `replace()`.

use super::pattern::{Flags, fold, is_word};

/// A set of characters.
#[derive(Debug, Default)]
pub(super) struct Set {
    /// Whether it holds what is not listed.
    pub(super) negated: bool,
    /// First and last characters.
    pub(super) ranges: Vec<(u32, u32)>,
    /// Named sets, and whether they are meant negated.
    pub(super) kinds: Vec<(Kind, bool)>,
}

/// The named sets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Digit,
    Word,
    Space,
    Blank,
    /// Everything but a newline.
    Line,
    Any,
}

impl Kind {
    fn contains(self, unit: u32, unicode: bool) -> bool {
        let sign = char::from_u32(unit);
        match self {
            Self::Digit => sign
                .is_some_and(|s| s.is_ascii_digit() || unicode && !s.is_ascii() && s.is_numeric()),
            Self::Word => is_word(unit, unicode),
            Self::Space => {
                matches!(unit, 9..=13 | 32) || unicode && sign.is_some_and(char::is_whitespace)
            }
            Self::Blank => matches!(unit, 9 | 32 | 0xa0),
            Self::Line => unit != 10,
            Self::Any => true,
        }
    }
}

impl Set {
    /// A single character.
    pub(super) fn one(unit: u32) -> Self {
        Self {
            ranges: vec![(unit, unit)],
            ..Self::default()
        }
    }

    /// A named set.
    pub(super) fn kind(kind: Kind, negated: bool) -> Self {
        Self {
            kinds: vec![(kind, negated)],
            ..Self::default()
        }
    }

    /// Whether the set holds a character.
    pub(super) fn contains(&self, unit: u32, flags: Flags) -> bool {
        let inside = |unit: u32| {
            self.ranges
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&unit))
        };
        let folded = fold(unit, flags);
        let upper =
            || char::from_u32(folded).map_or(folded, |sign| u32::from(sign.to_ascii_uppercase()));
        let found = inside(unit)
            || flags.ignore_case
                && (inside(folded)
                    || inside(upper())
                    || self
                        .ranges
                        .iter()
                        .any(|(from, to)| from == to && fold(*from, flags) == folded))
            || self
                .kinds
                .iter()
                .any(|(kind, no)| kind.contains(unit, flags.unicode) != *no);
        found != self.negated
    }
}

/// The ranges of a named class such as `alpha` among ASCII characters.
pub(super) fn named_class(name: &str) -> Option<&'static [(u8, u8)]> {
    Some(match name {
        "alpha" => &[(b'A', b'Z'), (b'a', b'z')],
        "alnum" => &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')],
        "word" => &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'_', b'_')],
        "digit" => &[(b'0', b'9')],
        "lower" => &[(b'a', b'z')],
        "upper" => &[(b'A', b'Z')],
        "xdigit" => &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')],
        "space" => &[(9, 13), (32, 32)],
        "blank" => &[(9, 9), (32, 32)],
        "punct" => &[(33, 47), (58, 64), (91, 96), (123, 126)],
        "graph" => &[(33, 126)],
        "print" => &[(32, 126)],
        "cntrl" => &[(0, 31), (127, 127)],
        "ascii" => &[(0, 127)],
        _ => return None,
    })
}
