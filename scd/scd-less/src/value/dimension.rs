//! Numbers with units: arithmetic, conversion, comparison and printing as in `Less_Tree_Dimension`.

use super::unit::Targets;
use super::{Fault, Operator, Rules, Unit, round, text_of_float};
use crate::options::Dialect;
use std::cmp::Ordering;

/// A number with a unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dimension {
    /// The number.
    pub(crate) value: f64,
    /// Its unit.
    pub(crate) unit: Unit,
}

impl Dimension {
    /// A number with the given unit name; an empty name is no unit.
    pub(crate) fn new(value: f64, unit: &str) -> Self {
        Self {
            value,
            unit: Unit::new(unit),
        }
    }

    /// A number without a unit.
    pub(crate) fn plain(value: f64) -> Self {
        Self {
            value,
            unit: Unit::None,
        }
    }

    /// `left operator right` for two numbers. A division by zero is an error that PHP does not
    /// catch; different units are an exception if units are strict.
    pub(crate) fn operate(
        &self,
        operator: Operator,
        other: &Self,
        rules: Rules,
    ) -> Result<Self, Fault> {
        // The result without conversion comes first: it decides about the division by zero.
        let value = operator
            .apply(self.value.into(), other.value.into())?
            .as_f64();
        let unit = match operator {
            Operator::Add | Operator::Subtract => {
                if self.unit.is_empty() || other.unit.is_empty() || self.same_symbol(other) {
                    self.unit.sum(&other.unit, rules.dialect)
                } else {
                    let (converted, unit) =
                        other
                            .unit
                            .convert(other.value, &self.unit.used(), rules.dialect);
                    if rules.strict_units && !unit.is(self.unit.printed(rules)) {
                        return Err(Fault::exception(format!(
                            "Incompatible units. Change the units or use the unit function. Bad units: '{}' and {}'.",
                            self.unit.text(),
                            unit.text()
                        )));
                    }
                    let value = operator
                        .apply(self.value.into(), converted.into())?
                        .as_f64();
                    return Ok(Self {
                        value,
                        unit: self.unit.clone(),
                    });
                }
            }
            Operator::Multiply => self.unit.product(&other.unit, rules.dialect),
            Operator::Divide | Operator::DotDivide => {
                self.unit.quotient(&other.unit, rules.dialect)
            }
        };
        Ok(Self { value, unit })
    }

    /// Whether both have the same single unit, so that a conversion would multiply by one.
    fn same_symbol(&self, other: &Self) -> bool {
        matches!((&self.unit, &other.unit), (Unit::One(left), Unit::One(right)) if left == right)
    }

    /// The number in `px`, `s` or `rad` if its unit has such a group.
    pub(crate) fn unify(&self, dialect: Dialect) -> Self {
        self.convert(&Targets::unified(), dialect)
    }

    /// The number in the named unit; unchanged if the name has no group or another one.
    pub(crate) fn convert_to(&self, name: &str, dialect: Dialect) -> Self {
        self.convert(&Targets::named(name), dialect)
    }

    fn convert(&self, targets: &Targets, dialect: Dialect) -> Self {
        let (value, unit) = self.unit.convert(self.value, targets, dialect);
        Self { value, unit }
    }

    /// Order of two numbers in guards of dialect 3: different units that do not convert make the
    /// left one smaller.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        if self.unit.is_empty() || other.unit.is_empty() {
            return order(self.value, other.value);
        }
        let (left, right) = (self.unify(Dialect::V3), other.unify(Dialect::V3));
        if left.unit.text() == right.unit.text() {
            order(left.value, right.value)
        } else {
            Ordering::Less
        }
    }

    /// Appends the number and its unit. Strict units must have cancelled out.
    pub(crate) fn print(&self, rules: Rules, out: &mut String) -> Result<(), Fault> {
        if rules.strict_units && !self.unit.is_singular() {
            return Err(Fault::exception(format!(
                "Multiple units in dimension. Correct the units or use the unit function. Bad unit: {}",
                self.unit.text()
            )));
        }
        print_number(self.value, rules.compress, out);
        out.push_str(self.unit.printed(rules));
        Ok(())
    }
}

fn order(left: f64, right: f64) -> Ordering {
    // Unordered values count as equal, because neither of PHP's two tests holds.
    left.partial_cmp(&right).unwrap_or(Ordering::Equal)
}

/// The precision that numbers are rounded to: 8 decimals.
const PRECISION: f64 = 1e8;

/// Rounds to 8 decimals (`Less_Functions::fround` of a float).
pub(crate) fn round_to_precision(value: f64) -> f64 {
    round(value * PRECISION) / PRECISION
}

/// Appends a number as a stylesheet shows it: 8 decimals, then 16 significant digits.
fn print_number(value: f64, compress: bool, out: &mut String) {
    let scaled = round(value * PRECISION);
    let magnitude = scaled.abs();
    let negative = scaled < 0.0;
    // Below 10^15 the eight decimals are an exact integer.
    if magnitude >= 1e15 || magnitude.is_nan() {
        return text_of_float(scaled / PRECISION, out);
    }
    let units = magnitude as u64;
    if negative {
        out.push('-');
    }
    // Tiny numbers are printed with ten decimals, the last two of which are always zero.
    if units < 100 {
        if units == 0 {
            out.push('0');
        } else {
            out.push_str(if compress && !negative { "." } else { "0." });
            push_decimals(units, out);
        }
        return;
    }
    let rounded = magnitude / PRECISION;
    // 0.000001 to 0.0001 have an exponent; otherwise the decimals are the text wherever 16 digits
    // cannot show the binary error.
    if units < 10_000 || !shows_as_written(rounded, units) {
        let start = out.len();
        text_of_float(rounded, out);
        if compress && !negative && rounded < 1.0 && out[start..].starts_with('0') {
            out.remove(start);
        }
        return;
    }
    let (whole, decimals) = (units / 100_000_000, units % 100_000_000);
    if whole != 0 || !compress || negative {
        push_integer(whole, out);
    }
    if decimals != 0 {
        out.push('.');
        push_decimals(decimals, out);
    }
}

/// Whether the 16-digit text of `rounded`, the float nearest to `units` / 10^8, is exactly that
/// quotient: true if half the distance to the next float is less than half of the sixteenth digit's
/// place.
fn shows_as_written(rounded: f64, units: u64) -> bool {
    if units.is_multiple_of(100_000_000) {
        return true;
    }
    let distance = f64::from_bits(rounded.to_bits() + 1) - rounded;
    // `units` has at most 15 digits; its k-digit value has its sixteenth digit at 10^(k - 16 - 8).
    let digits = units.ilog10() as usize;
    distance < SIXTEENTH[digits]
}

/// The place value of the sixteenth significant digit by the number of digits of the
/// hundred-millionths, less one.
const SIXTEENTH: [f64; 16] = [
    1e-23, 1e-22, 1e-21, 1e-20, 1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11,
    1e-10, 1e-9, 1e-8,
];

fn push_integer(value: u64, out: &mut String) {
    if value < 10 {
        out.push(char::from(b'0' + value as u8));
    } else {
        use std::fmt::Write;
        let _ = write!(out, "{value}");
    }
}

/// Appends hundred-millionths as decimals without trailing zeros.
fn push_decimals(units: u64, out: &mut String) {
    let mut digits = [b'0'; 8];
    let mut rest = units;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let used = digits
        .iter()
        .rposition(|digit| *digit != b'0')
        .map_or(0, |last| last + 1);
    out.extend(digits[..used].iter().map(|digit| char::from(*digit)));
}
