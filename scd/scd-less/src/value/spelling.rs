//! How a colour was written: dialect 5 prints an untouched colour as it stands in the source.
//!
//! The spelling is kept as the difference to what the channels say, so that a colour stays small
//! and copyable.

use super::color_name::{NAMES, index_of_name};
use super::{Color, Number, round};
use crate::options::Dialect;

/// What dialect 5 knows about the origin of a colour (the `value` property of `Less_Tree_Color`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Dialect 3: nothing is known.
    Unkept,
    /// Dialect 3: the keyword `transparent`, the only spelling that it keeps.
    Transparent,
    /// Dialect 5: computed.
    Computed,
    /// Made by `rgb()` or derived from such a colour.
    Rgb,
    /// Made by `rgba()`.
    Rgba,
    /// Made by `hsl()`.
    Hsl,
    /// Made by `hsla()`.
    Hsla,
    /// Hexadecimal: how many digits, and which of them are upper case.
    Hex {
        /// 3, 4, 6 or 8.
        digits: u8,
        /// One bit for each digit.
        upper: u8,
    },
    /// A keyword.
    Name {
        /// Its place among [`NAMES`]; one beyond is `transparent`.
        index: u8,
        /// One bit for each letter in upper case, the lowest byte first.
        upper: [u8; 3],
    },
}

impl Form {
    /// What a colour is that comes from a calculation.
    pub(crate) fn computed(dialect: Dialect) -> Self {
        match dialect {
            Dialect::V3 => Self::Unkept,
            Dialect::V5 => Self::Computed,
        }
    }

    /// Whether it prints as it was written.
    pub(crate) fn is_written(self) -> bool {
        matches!(self, Self::Hex { .. } | Self::Name { .. })
    }
}

impl Color {
    /// A colour of dialect 5 from 3, 4, 6 or 8 hexadecimal digits without the `#`; `None` for
    /// anything else.
    pub(crate) fn written_hex(digits: &str) -> Option<Self> {
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let parts: Vec<u8> = match digits.len() {
            3 | 4 => digits.bytes().map(|digit| nibble(digit) * 17).collect(),
            6 | 8 => digits
                .as_bytes()
                .chunks(2)
                .map(|pair| nibble(pair[0]) << 4 | nibble(pair[1]))
                .collect(),
            _ => return None,
        };
        let [red, green, blue, ref alpha @ ..] = parts[..] else {
            return None;
        };
        let alpha = match alpha.first() {
            None | Some(255) => Number::Int(1),
            Some(0) => Number::Int(0),
            Some(alpha) => Number::Float(f64::from(*alpha) / 255.0),
        };
        let upper = digits.bytes().enumerate().fold(0, |mask, (index, digit)| {
            mask | u8::from(digit.is_ascii_uppercase()) << index
        });
        let form = Form::Hex {
            digits: digits.len() as u8,
            upper,
        };
        let channels = [red, green, blue].map(|channel| Number::Int(channel.into()));
        Some(Self::new(channels, alpha, form))
    }

    /// The colour of a keyword of dialect 5 in any case, `transparent` included.
    pub(crate) fn written_name(name: &str) -> Option<Self> {
        let mut mask = 0_u32;
        for (index, letter) in name.bytes().enumerate().take(24) {
            mask |= u32::from(letter.is_ascii_uppercase()) << index;
        }
        let [first, second, third, _] = mask.to_le_bytes();
        let upper = [first, second, third];
        if name.eq_ignore_ascii_case(TRANSPARENT) {
            let index = NAMES.len() as u8;
            let zero = Number::Int(0);
            return Some(Self::new([zero; 3], zero, Form::Name { index, upper }));
        }
        let index = index_of_name(name)?;
        let [_, red, green, blue] = NAMES[index].1.to_be_bytes();
        let channels = [red, green, blue].map(|channel| Number::Int(channel.into()));
        let index = index as u8;
        Some(Self::new(
            channels,
            Number::Int(1),
            Form::Name { index, upper },
        ))
    }

    /// What dialect 5 keeps of the origin as a text: the colour as it was written, or the function
    /// that made it; empty if it was computed.
    pub(crate) fn spelling(&self) -> String {
        match self.form() {
            Form::Unkept | Form::Computed => String::new(),
            Form::Rgb => "rgb".to_owned(),
            Form::Rgba => "rgba".to_owned(),
            Form::Hsl => "hsl".to_owned(),
            Form::Hsla => "hsla".to_owned(),
            Form::Transparent => TRANSPARENT.to_owned(),
            Form::Hex { digits, upper } => self.hex_spelling(digits, upper),
            Form::Name { index, upper } => {
                let name = NAMES
                    .get(usize::from(index))
                    .map_or(TRANSPARENT, |(name, _)| name);
                let [first, second, third] = upper;
                let mask = u32::from_le_bytes([first, second, third, 0]);
                let letters = name.bytes().enumerate().map(|(index, letter)| {
                    if mask & (1 << index) == 0 {
                        char::from(letter)
                    } else {
                        char::from(letter.to_ascii_uppercase())
                    }
                });
                letters.collect()
            }
        }
    }

    fn hex_spelling(&self, digits: u8, upper: u8) -> String {
        let alpha = round(self.alpha().as_f64() * 255.0);
        let [red, green, blue] = self.rgb().map(Number::as_f64);
        let all: String = [red, green, blue, alpha]
            .iter()
            .map(|part| format!("{:02x}", *part as u8))
            .collect();
        let step = if digits < 6 { 2 } else { 1 };
        let mut text = String::from("#");
        for (index, digit) in all.chars().step_by(step).take(digits.into()).enumerate() {
            text.push(if upper & (1 << index) == 0 {
                digit
            } else {
                digit.to_ascii_uppercase()
            });
        }
        text
    }
}

const TRANSPARENT: &str = "transparent";

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_hexadecimal_spelling() {
        for digits in [
            "fff", "AbC", "aBcD", "00Ff7F", "12aBcDeF", "00000000", "F0f0F00a",
        ] {
            let color = Color::written_hex(digits).expect("hexadecimal digits");
            assert_eq!(color.spelling(), format!("#{digits}"));
        }
        for digits in ["", "ff", "fffff", "fffffff", "fffffffff", "ggg"] {
            assert!(Color::written_hex(digits).is_none(), "{digits}");
        }
    }

    #[test]
    fn keeps_the_case_of_names() {
        for name in [
            "red",
            "Red",
            "lightGoldenrodYELLOW",
            "TransParent",
            "GREY",
            "gray",
        ] {
            let color = Color::written_name(name).expect("a colour name");
            assert_eq!(color.spelling(), name);
        }
        assert!(Color::written_name("redd").is_none());
    }
}
