//! Colours: channels with PHP's number kinds, conversions to HSL and HSV, operations and printing
//! (`Less_Tree_Color`).

use super::color_name::hex_of_name;
use super::{Fault, Form, Number, Operator};

/// A colour. Channels run from 0 to 255 but are only limited when printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Color {
    /// Red, green, blue and alpha.
    parts: [f64; 4],
    /// Which parts are PHP integers, one bit each; guards tell 255 from 255.0.
    integers: u8,
    /// How it was written or made.
    form: Form,
}

/// Hue (degrees), saturation, lightness (or value) and alpha of a colour, the latter three from 0
/// to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cylinder {
    /// Hue in degrees.
    pub(crate) hue: Number,
    /// Saturation.
    pub(crate) saturation: Number,
    /// Lightness in HSL, value in HSV.
    pub(crate) level: Number,
    /// Alpha.
    pub(crate) alpha: Number,
}

impl Color {
    /// A colour of the given origin.
    pub(crate) fn new(rgb: [Number; 3], alpha: Number, form: Form) -> Self {
        let [red, green, blue] = rgb;
        let all = [red, green, blue, alpha];
        let mut integers = 0;
        for (index, part) in all.iter().enumerate() {
            integers |= u8::from(matches!(part, Number::Int(_))) << index;
        }
        Self {
            parts: all.map(Number::as_f64),
            integers,
            form,
        }
    }

    /// A colour with integer channels, as hexadecimal notation and colour names make them.
    pub(crate) fn opaque(red: u8, green: u8, blue: u8) -> Self {
        Self::new(
            [red, green, blue].map(|channel| Number::Int(channel.into())),
            Number::Int(1),
            Form::Unkept,
        )
    }

    /// How it was written or made.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// The same colour of another origin.
    pub(crate) fn with_form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// A colour of dialect 3 from 3 or 6 hexadecimal digits without the `#`; `None` for anything else.
    pub(crate) fn from_hex(digits: &str) -> Option<Self> {
        let value = |text: &str| u8::from_str_radix(text, 16).ok();
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        match digits.len() {
            3 => {
                let nibble = |at: usize| value(&digits[at..=at]).map(|nibble| nibble * 17);
                Some(Self::opaque(nibble(0)?, nibble(1)?, nibble(2)?))
            }
            6 => Some(Self::opaque(
                value(&digits[..2])?,
                value(&digits[2..4])?,
                value(&digits[4..])?,
            )),
            _ => None,
        }
    }

    /// The colour of a keyword of dialect 3 in any case, `transparent` included.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("transparent") {
            let zero = Number::Int(0);
            return Some(Self::new([zero; 3], zero, Form::Transparent));
        }
        let [_, red, green, blue] = hex_of_name(name)?.to_be_bytes();
        Some(Self::opaque(red, green, blue))
    }

    fn part(&self, index: usize) -> Number {
        if self.integers & (1 << index) == 0 {
            Number::Float(self.parts[index])
        } else {
            Number::Int(self.parts[index] as i64)
        }
    }

    /// Red, green and blue.
    pub(crate) fn rgb(&self) -> [Number; 3] {
        [self.part(0), self.part(1), self.part(2)]
    }

    /// Alpha, 0 to 1.
    pub(crate) fn alpha(&self) -> Number {
        self.part(3)
    }

    /// Whether a guard takes both for the same colour.
    pub(crate) fn identical(&self, other: &Self) -> bool {
        (0..4).all(|index| self.part(index).identical(other.part(index)))
    }

    /// `left operator right` per channel, without limits. The spelling is lost.
    pub(crate) fn operate(&self, operator: Operator, other: &Self) -> Result<Self, Fault> {
        let alpha = self.alpha() * (Number::Int(1) - other.alpha()) + other.alpha();
        let ([a, b, c], [x, y, z]) = (self.rgb(), other.rgb());
        let rgb = [
            operator.apply(a, x)?,
            operator.apply(b, y)?,
            operator.apply(c, z)?,
        ];
        let form = match self.form {
            Form::Unkept | Form::Transparent => Form::Unkept,
            _ => Form::Computed,
        };
        Ok(Self::new(rgb, alpha, form))
    }

    /// Channels as fractions of 255.
    pub(crate) fn fractions(&self) -> [Number; 3] {
        self.rgb().map(|channel| match channel {
            Number::Int(value) if value % 255 == 0 => Number::Int(value / 255),
            _ => Number::Float(channel.as_f64() / 255.0),
        })
    }

    /// Relative luminance, gamma-corrected.
    pub(crate) fn luma(&self) -> f64 {
        let [red, green, blue] = self.fractions().map(|fraction| {
            let fraction = fraction.as_f64();
            if fraction <= 0.03928 {
                fraction / 12.92
            } else {
                ((fraction + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Hue, saturation and lightness.
    pub(crate) fn to_hsl(self) -> Result<Cylinder, Fault> {
        let (fractions, max, min) = self.extremes();
        let level = (max + min).divide(Number::Int(2))?;
        let distance = max - min;
        let (mut hue, mut saturation) = (Number::Int(0), Number::Int(0));
        if !max.identical(min) {
            saturation = if Number::Float(0.5).less_than(level) {
                distance.divide(Number::Int(2) - max - min)?
            } else {
                distance.divide(max + min)?
            };
            hue = hue_of(fractions, max, distance)?;
        }
        let alpha = self.alpha();
        Ok(Cylinder {
            hue: hue * Number::Int(360),
            saturation,
            level,
            alpha,
        })
    }

    /// Hue, saturation and value.
    pub(crate) fn to_hsv(self) -> Result<Cylinder, Fault> {
        let (fractions, max, min) = self.extremes();
        let distance = max - min;
        let saturation = if max.identical(Number::Int(0)) {
            Number::Int(0)
        } else {
            distance.divide(max)?
        };
        let hue = if max.identical(min) {
            Number::Int(0)
        } else {
            hue_of(fractions, max, distance)?
        };
        let alpha = self.alpha();
        Ok(Cylinder {
            hue: hue * Number::Int(360),
            saturation,
            level: max,
            alpha,
        })
    }

    fn extremes(&self) -> ([Number; 3], Number, Number) {
        let fractions = self.fractions();
        let [red, green, blue] = fractions;
        (
            fractions,
            Number::max3(red, green, blue),
            Number::min3(red, green, blue),
        )
    }
}

/// The hue in sixths of a circle divided by six, decided by which channel is the largest.
fn hue_of(fractions: [Number; 3], max: Number, distance: Number) -> Result<Number, Fault> {
    let [red, green, blue] = fractions;
    let sixths = if max.equals(red) {
        let turn = Number::Int(if green.less_than(blue) { 6 } else { 0 });
        (green - blue).divide(distance)? + turn
    } else if max.equals(green) {
        (blue - red).divide(distance)? + Number::Int(2)
    } else {
        (red - green).divide(distance)? + Number::Int(4)
    };
    sixths.divide(Number::Int(6))
}
