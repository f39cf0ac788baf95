//! Mathematical functions on numbers.

use super::arguments::{Arguments, Outcome, numeric, whole};
use crate::value::{Dimension, Fault, Number, Unit, Value, round_half_up};

/// The unit of a result.
enum ResultUnit {
    /// That of the argument.
    Same,
    /// A fixed one; the argument is converted to the usual unit of its group before.
    Fixed(&'static str),
}

fn apply(arguments: &Arguments<'_>, unit: ResultUnit, function: fn(f64) -> f64) -> Outcome {
    match arguments.required(0)? {
        Value::Dimension(dimension) => Ok(Some(Value::Dimension(match unit {
            ResultUnit::Same => Dimension {
                value: function(dimension.value),
                unit: dimension.unit.clone(),
            },
            ResultUnit::Fixed(unit) => {
                Dimension::new(function(dimension.unify(arguments.dialect()).value), unit)
            }
        }))),
        other => match numeric(other) {
            Some(number) => Ok(Some(Value::Bare(Number::Float(function(number.as_f64()))))),
            None => Err(Fault::exception(
                "math functions take numbers as parameters",
            )),
        },
    }
}

/// `ceil(number)`
pub(super) fn ceil(arguments: &Arguments<'_>) -> Outcome {
    apply(arguments, ResultUnit::Same, f64::ceil)
}

/// `floor(number)`
pub(super) fn floor(arguments: &Arguments<'_>) -> Outcome {
    apply(arguments, ResultUnit::Same, f64::floor)
}

/// `sqrt(number)`
pub(super) fn sqrt(arguments: &Arguments<'_>) -> Outcome {
    apply(arguments, ResultUnit::Same, f64::sqrt)
}

/// `abs(number)`
pub(super) fn abs(arguments: &Arguments<'_>) -> Outcome {
    if let Some(Value::Bare(number)) = arguments.get(0) {
        return Ok(Some(Value::Bare(number.abs())));
    }
    apply(arguments, ResultUnit::Same, f64::abs)
}

/// `tan(angle)`
pub(super) fn tan(arguments: &Arguments<'_>) -> Outcome {
    apply(arguments, ResultUnit::Fixed(""), f64::tan)
}

/// `sin(angle)`
pub(super) fn sin(arguments: &Arguments<'_>) -> Outcome {
    apply(arguments, ResultUnit::Fixed(""), f64::sin)
}

/// `cos(angle)`
pub(super) fn cos(arguments: &Arguments<'_>) -> Outcome {
    apply(arguments, ResultUnit::Fixed(""), f64::cos)
}

/// `atan(number)`
pub(super) fn atan(arguments: &Arguments<'_>) -> Outcome {
    apply(arguments, ResultUnit::Fixed("rad"), f64::atan)
}

/// `asin(number)`
pub(super) fn asin(arguments: &Arguments<'_>) -> Outcome {
    apply(arguments, ResultUnit::Fixed("rad"), f64::asin)
}

/// `acos(number)`
pub(super) fn acos(arguments: &Arguments<'_>) -> Outcome {
    apply(arguments, ResultUnit::Fixed("rad"), f64::acos)
}

/// `round(number, places)`: halves go up.
pub(super) fn round(arguments: &Arguments<'_>) -> Outcome {
    let places = arguments
        .get(1)
        .map(|value| arguments.read(value))
        .transpose()?;
    let (value, unit) = match arguments.required(0)? {
        Value::Dimension(dimension) => (dimension.value, Some(dimension.unit.clone())),
        other => match numeric(other) {
            Some(number) => (number.as_f64(), None),
            None => {
                return Err(Fault::exception(
                    "math functions take numbers as parameters",
                ));
            }
        },
    };
    let scale = match places {
        None => 1.0,
        Some(places) => 10_f64.powf(places.operand("**", "int", false)?.as_f64()),
    };
    let rounded = Number::Float(round_half_up(value * scale)).divide(Number::Float(scale))?;
    Ok(Some(match unit {
        Some(unit) => Value::Dimension(Dimension {
            value: rounded.as_f64(),
            unit,
        }),
        None => Value::Bare(rounded),
    }))
}

/// `pi()`
pub(super) fn pi(_: &Arguments<'_>) -> Outcome {
    Ok(Some(Value::number(std::f64::consts::PI)))
}

/// `mod(number, number)`: the remainder of a division of integers.
pub(super) fn modulo(arguments: &Arguments<'_>) -> Outcome {
    let (left, right) = (arguments.required(0)?, arguments.required(1)?);
    let (a, b) = (arguments.read(left)?, arguments.read(right)?);
    let dividend = whole(a.operand("%", b.php_type(), true)?)?;
    let divisor = whole(b.operand("%", a.php_type(), false)?)?;
    if divisor == 0 {
        return Err(Fault::error("Modulo by zero"));
    }
    let Value::Dimension(Dimension { unit, .. }) = left else {
        return Err(Fault::undefined_property(left.class(), "unit"));
    };
    let value = dividend.wrapping_rem(divisor) as f64;
    Ok(Some(Value::Dimension(Dimension {
        value,
        unit: unit.clone(),
    })))
}

/// `pow(number, number)`
pub(super) fn pow(arguments: &Arguments<'_>) -> Outcome {
    let (base, exponent) = (arguments.required(0)?, arguments.required(1)?);
    let (base, exponent, unit) = match (base, exponent) {
        (Value::Dimension(base), Value::Dimension(exponent)) => {
            (base.value, exponent.value, base.unit.clone())
        }
        _ => match (numeric(base), numeric(exponent)) {
            (Some(base), Some(exponent)) => (base.as_f64(), exponent.as_f64(), Unit::None),
            _ => return Err(Fault::exception("Arguments must be numbers")),
        },
    };
    Ok(Some(Value::Dimension(Dimension {
        value: base.powf(exponent),
        unit,
    })))
}

/// `percentage(number)`
pub(super) fn percentage(arguments: &Arguments<'_>) -> Outcome {
    let number = arguments
        .read(arguments.required(0)?)?
        .operand("*", "int", true)?;
    let value = (number * Number::Int(100)).as_f64();
    Ok(Some(Value::Dimension(Dimension::new(value, "%"))))
}
