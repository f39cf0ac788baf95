//! Functions about what a value is, as far as dialect 5 has its own.

use super::super::arguments::{Arguments, Outcome};
use crate::value::{Dimension, Fault, Value};

/// `_self(value)`: the value, which less.php needs for variables inside `calc()`.
pub(super) fn itself(arguments: &Arguments<'_>) -> Outcome {
    Ok(Some(arguments.required(0)?.clone()))
}

/// `boolean(condition)`: anything but a condition is true.
pub(super) fn boolean(arguments: &Arguments<'_>) -> Outcome {
    let truth = !matches!(arguments.required(0)?, Value::Truth(false));
    Ok(Some(Value::truth(truth)))
}

/// `isruleset(value)`
pub(super) fn is_ruleset(arguments: &Arguments<'_>) -> Outcome {
    let truth = matches!(arguments.get(0), Some(Value::Detached(_)));
    Ok(Some(Value::truth(truth)))
}

/// `isunit(value, unit)`: in any case.
pub(super) fn is_unit(arguments: &Arguments<'_>) -> Outcome {
    let Some(Value::Dimension(dimension)) = arguments.get(0) else {
        return Ok(Some(Value::truth(false)));
    };
    let truth = match arguments.required(1)? {
        Value::Keyword(unit) => dimension.unit.is_like(unit),
        Value::Quoted(unit) => dimension.unit.is_like(&unit.text),
        // Numbers are the only nodes that PHP can turn into text.
        unit @ Value::Dimension(_) => dimension.unit.is_like(&arguments.css(unit)?),
        other => {
            let class = other.class();
            return Err(Fault::error(format!(
                "strtoupper(): Argument #1 ($string) must be of type string, {class} given"
            )));
        }
    };
    Ok(Some(Value::truth(truth)))
}

/// `unit(number, unit)`
pub(super) fn unit(arguments: &Arguments<'_>) -> Outcome {
    let number = match arguments.required(0)? {
        Value::Dimension(dimension) => dimension.value,
        Value::Operation(_) => {
            return Err(Fault::exception(
                "The first argument to unit must be a number. Have you forgotten parenthesis?",
            ));
        }
        _ => {
            return Err(Fault::exception(
                "The first argument to unit must be a number.",
            ));
        }
    };
    let dimension = match arguments.get(1) {
        None => Dimension::plain(number),
        Some(Value::Keyword(unit)) => Dimension::new(number, unit),
        Some(other) => Dimension::new(number, &arguments.css(other)?),
    };
    Ok(Some(Value::Dimension(dimension)))
}

/// `colorBlend(mode, color, color)`: no argument can be a mode.
pub(super) fn color_blend(arguments: &Arguments<'_>) -> Outcome {
    for index in 1..3 {
        let value = arguments.required(index)?;
        if !matches!(value, Value::Color(_)) {
            return Err(Fault::undefined_property(value.class(), "alpha"));
        }
    }
    Err(Fault::error(format!(
        "Object of type {} is not callable",
        arguments.required(0)?.class()
    )))
}
