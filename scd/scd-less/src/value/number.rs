//! PHP numbers: integers and floats with PHP's promotions, comparisons and texts.

use super::Fault;
use std::cmp::Ordering;
use std::fmt::Write;

/// A PHP number. `===` tells the two kinds apart, which guards on colours can see.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    /// A PHP `int`.
    Int(i64),
    /// A PHP `float`.
    Float(f64),
}

impl Number {
    /// The value as a float.
    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// `===`.
    pub(crate) fn identical(self, other: Self) -> bool {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => left == right,
            _ => false,
        }
    }

    /// `<`.
    pub(crate) fn less_than(self, other: Self) -> bool {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => left < right,
            _ => self.as_f64() < other.as_f64(),
        }
    }

    /// `==`.
    pub(crate) fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => left == right,
            _ => self.as_f64() == other.as_f64(),
        }
    }

    /// `/`, an integer only if both are and the result is exact.
    pub(crate) fn divide(self, other: Self) -> Result<Self, Fault> {
        if other.as_f64() == 0.0 {
            return Err(Fault::error("Division by zero"));
        }
        Ok(match (self, other) {
            (Self::Int(left), Self::Int(right)) if left.checked_rem(right) == Some(0) => {
                Self::Int(left / right)
            }
            _ => Self::Float(self.as_f64() / other.as_f64()),
        })
    }

    /// `min(max($this, 0), $limit)`: like PHP, the first of two equal values is kept, and so is its
    /// kind.
    pub(crate) fn clamp(self, limit: i64) -> Self {
        let low = Self::Int(0).larger_or(self);
        let limit = Self::Int(limit);
        if limit.less_than(low) { limit } else { low }
    }

    /// The larger of `first` and `self`, `first` if they are equal. NaN counts as larger, as in
    /// PHP's comparison.
    fn larger_or(self, first: Self) -> Self {
        let keep = self.less_than(first) || self.equals(first);
        if keep { first } else { self }
    }

    /// `abs()`.
    pub(crate) fn abs(self) -> Self {
        match self {
            Self::Int(value) => value
                .checked_abs()
                .map_or_else(|| Self::Float((value as f64).abs()), Self::Int),
            Self::Float(value) => Self::Float(value.abs()),
        }
    }

    /// The larger of three, as PHP's `max()`.
    pub(crate) fn max3(a: Self, b: Self, c: Self) -> Self {
        c.larger_or(b.larger_or(a))
    }

    /// The smaller of three, as PHP's `min()`.
    pub(crate) fn min3(a: Self, b: Self, c: Self) -> Self {
        let ab = if b.less_than(a) { b } else { a };
        if c.less_than(ab) { c } else { ab }
    }

    /// `(string)`.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Int(value) => value.to_string(),
            Self::Float(value) => {
                let mut text = String::new();
                text_of_float(value, &mut text);
                text
            }
        }
    }
}

macro_rules! arithmetic {
    ($trait:ident, $method:ident, $checked:ident, $sign:tt) => {
        impl std::ops::$trait for Number {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                if let (Self::Int(left), Self::Int(right)) = (self, other) {
                    if let Some(result) = left.$checked(right) {
                        return Self::Int(result);
                    }
                }
                Self::Float(self.as_f64() $sign other.as_f64())
            }
        }
    };
}

arithmetic!(Add, add, checked_add, +);
arithmetic!(Sub, sub, checked_sub, -);
arithmetic!(Mul, mul, checked_mul, *);

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

/// Appends `(string)$float` at the precision of 16 digits that the compiler sets.
pub(crate) fn text_of_float(value: f64, out: &mut String) {
    if value.is_nan() {
        return out.push_str("NAN");
    }
    if value.is_infinite() {
        return out.push_str(if value > 0.0 { "INF" } else { "-INF" });
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    let value = value.abs();
    if value < 1e15 && value == value.trunc() {
        let _ = write!(out, "{}", value as u64);
        return;
    }
    // One digit, the point, 15 digits, the exponent.
    let exact = format!("{value:.15e}");
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mut digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.truncate(digits.trim_end_matches('0').len().max(1));
    if !(-4..16).contains(&exponent) {
        out.push_str(&digits[..1]);
        out.push('.');
        out.push_str(if digits.len() > 1 { &digits[1..] } else { "0" });
        let _ = write!(out, "E{exponent:+}");
    } else if exponent < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
        out.push_str(&digits);
    } else {
        let whole = exponent as usize + 1;
        if digits.len() > whole {
            out.push_str(&digits[..whole]);
            out.push('.');
            out.push_str(&digits[whole..]);
        } else {
            out.push_str(&digits);
            out.extend(std::iter::repeat_n('0', whole - digits.len()));
        }
    }
}

/// How PHP reads a text as a number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NumericText {
    /// The whole text is a number, white space around it allowed.
    Number(Number),
    /// It begins with a number; using it as one raises a warning.
    Leading,
    /// It does not begin with a number; using it as one is a type error.
    No,
}

/// Reads a text as PHP's arithmetic does.
pub(crate) fn numeric_text(text: &str) -> NumericText {
    let bytes = text.as_bytes();
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let start = bytes.iter().take_while(|byte| blank(byte)).count();
    let mut at = start;
    if matches!(bytes.get(at), Some(b'+' | b'-')) {
        at += 1;
    }
    let whole = digits(at);
    at += whole;
    let mut float = false;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if whole == 0 && fraction == 0 {
            return NumericText::No;
        }
        at += 1 + fraction;
        float = true;
    } else if whole == 0 {
        return NumericText::No;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
            at += 1 + sign;
            at += digits(at);
            float = true;
        }
    }
    if !bytes[at..].iter().all(blank) {
        return NumericText::Leading;
    }
    let number = &text[start..at];
    if !float && let Ok(value) = number.parse::<i64>() {
        return NumericText::Number(Number::Int(value));
    }
    NumericText::Number(Number::Float(number.parse().unwrap_or(0.0)))
}

/// `$left < $right`, `==`, `>` on two strings: numerically if both are numbers, else byte by byte.
pub(crate) fn compare_text(left: &str, right: &str) -> Ordering {
    if let (NumericText::Number(a), NumericText::Number(b)) =
        (numeric_text(left), numeric_text(right))
    {
        // Two integers too long for PHP that collapse into the same float are compared as text.
        let long = |number: Number, text: &str| {
            matches!(number, Number::Float(_)) && !text.contains(['.', 'e', 'E'])
        };
        let same = a.equals(b);
        if same && ((long(a, left) && long(b, right)) || !a.as_f64().is_finite()) {
            return left.as_bytes().cmp(right.as_bytes());
        }
        return if same {
            Ordering::Equal
        } else if a.less_than(b) {
            Ordering::Less
        } else {
            Ordering::Greater
        };
    }
    left.as_bytes().cmp(right.as_bytes())
}
