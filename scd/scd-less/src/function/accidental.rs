//! Helpers of less.php that stylesheets can call by accident, because every method of its function
//! class counts as a built-in: CSS `clamp()` is the one that hurts. They leak PHP scalars, which
//! nothing but another function can use.

use super::arguments::{Arguments, Outcome, number, numeric, scaled};
use super::blend::{averaged, negated};
use super::color::{HuePart, fold_hue, hue_channel};
use super::encode::percent;
use crate::value::{Fault, Number, Value, round_to_precision};

/// `operate(sign, a, b)`: no argument is ever one of the signs, so the call is printed.
pub(super) fn operate(_: &Arguments<'_>) -> Outcome {
    Ok(None)
}

/// `__construct(…)`: replaces the surroundings of the call, which is then printed.
pub(super) fn construct(arguments: &Arguments<'_>) -> Outcome {
    match arguments.get(1) {
        None => Ok(None),
        Some(other) => Err(Fault::error(format!(
            "Less_Functions::__construct(): Argument #2 ($currentFileInfo) must be of type ?array, {} given",
            other.class()
        ))),
    }
}

/// `clamp(value, limit)`: works on leaked scalars only; comparing a node with a number fails.
pub(super) fn clamp(arguments: &Arguments<'_>) -> Outcome {
    let value = scalar(arguments.required(0)?)?;
    let zero = Number::Int(0);
    let low = if value.less_than(zero) { zero } else { value };
    let limit = match arguments.get(1) {
        None => Number::Int(1),
        Some(limit) => scalar(limit)?,
    };
    Ok(Some(Value::Bare(if limit.less_than(low) {
        limit
    } else {
        low
    })))
}

fn scalar(value: &Value) -> Result<Number, Fault> {
    numeric(value).ok_or_else(|| {
        let class = value.class();
        Fault::exception(format!(
            "Notice: Object of class {class} could not be converted to int"
        ))
    })
}

/// `fround(number)`
pub(super) fn fround(arguments: &Arguments<'_>) -> Outcome {
    let value = arguments.required(0)?;
    match numeric(value) {
        Some(Number::Int(0)) => Ok(Some(value.clone())),
        Some(number) => Ok(Some(Value::Bare(
            round_to_precision(number.as_f64()).into(),
        ))),
        None => Err(unsupported(value.class(), "*", "int")),
    }
}

/// `number(number)`
pub(super) fn plain_number(arguments: &Arguments<'_>) -> Outcome {
    number(arguments.get(0)).map(|number| Some(Value::Bare(number)))
}

/// `scaled(number, size)`
pub(super) fn scaled_number(arguments: &Arguments<'_>) -> Outcome {
    let percent = matches!(arguments.get(0), Some(Value::Dimension(number)) if number.unit.is("%"));
    let Some(size) = arguments.get(1).filter(|_| percent) else {
        return scaled(arguments.get(0)).map(|number| Some(Value::Bare(number)));
    };
    let (Some(size), Some(Value::Dimension(share))) = (numeric(size), arguments.get(0)) else {
        return Err(unsupported(size.class(), "*", "float"));
    };
    let value = share.value * size.as_f64() / 100.0;
    Ok(Some(Value::Bare(Number::Float(value))))
}

/// `hsla_hue(hue, low, high)`
pub(super) fn hue_part(arguments: &Arguments<'_>) -> Outcome {
    let hue = scalar(arguments.required(0)?)?;
    let (low, high) = (arguments.required(1)?, arguments.required(2)?);
    if let (Some(low), Some(high)) = (numeric(low), numeric(high)) {
        return Ok(Some(Value::Bare(hue_channel(hue, low, high))));
    }
    match HuePart::of(fold_hue(hue)) {
        HuePart::High => Ok(Some(high.clone())),
        HuePart::Low => Ok(Some(low.clone())),
        HuePart::Rising | HuePart::Falling => Err(unsupported(high.class(), "-", low.class())),
    }
}

/// `encodeURIComponent(number)`: only numbers can become text by themselves.
pub(super) fn encode_component(arguments: &Arguments<'_>) -> Outcome {
    let text = coerced(arguments, "rawurlencode(): Argument #1 ($string)")?;
    Ok(Some(Value::BareText(
        percent(text.as_bytes(), b"~!*'()").into(),
    )))
}

/// `replace_flags(number)`: the flags of `replace()` that PCRE knows.
pub(super) fn replace_flags(arguments: &Arguments<'_>) -> Outcome {
    let text = coerced(arguments, "str_split(): Argument #1 ($string)")?;
    Ok(Some(Value::BareText(text.replace(['e', 'g'], "").into())))
}

fn coerced(arguments: &Arguments<'_>, parameter: &str) -> Result<String, Fault> {
    match arguments.required(0)? {
        value @ Value::Dimension(_) => arguments.css(value),
        Value::Bare(number) => Ok(number.text()),
        Value::BareText(text) => Ok(text.as_ref().to_owned()),
        other => {
            let class = other.class();
            Err(Fault::error(format!(
                "{parameter} must be of type string, {class} given"
            )))
        }
    }
}

/// `colorBlend(mode, color, color)`: no argument can be a mode.
pub(super) fn color_blend(arguments: &Arguments<'_>) -> Outcome {
    for index in 1..3 {
        if !matches!(arguments.get(index), Some(Value::Color(_))) {
            let class = arguments.required(index)?.class();
            return Err(Fault::undefined_property(class, "alpha"));
        }
    }
    Err(Fault::error(
        "call_user_func(): Argument #1 ($callback) must be a valid callback, no array or string given",
    ))
}

/// `colorBlendAverage(a, b)`
pub(super) fn blend_average(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, averaged)
}

/// `colorBlendNegation(a, b)`
pub(super) fn blend_negation(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, negated)
}

fn blend(arguments: &Arguments<'_>, mode: fn(Number, Number) -> Number) -> Outcome {
    let (left, right) = (arguments.required(0)?, arguments.required(1)?);
    match (numeric(left), numeric(right)) {
        (Some(left), Some(right)) => Ok(Some(Value::Bare(mode(left, right)))),
        _ => Err(unsupported(left.class(), "+", right.class())),
    }
}

fn unsupported(left: &str, operator: &str, right: &str) -> Fault {
    Fault::error(format!(
        "Unsupported operand types: {left} {operator} {right}"
    ))
}
