//! Functions about what kind of value something is and which unit it has.

use super::arguments::{Arguments, Outcome};
use crate::options::Dialect;
use crate::value::{Dimension, Fault, Property, Value};

fn answer(truth: bool) -> Outcome {
    Ok(Some(Value::truth(truth)))
}

/// `iscolor(value)`
pub(super) fn is_color(arguments: &Arguments<'_>) -> Outcome {
    answer(matches!(arguments.get(0), Some(Value::Color(_))))
}

/// `isnumber(value)`
pub(super) fn is_number(arguments: &Arguments<'_>) -> Outcome {
    answer(matches!(arguments.get(0), Some(Value::Dimension(_))))
}

/// `isstring(value)`
pub(super) fn is_string(arguments: &Arguments<'_>) -> Outcome {
    answer(matches!(arguments.get(0), Some(Value::Quoted(_))))
}

/// `iskeyword(value)`
pub(super) fn is_keyword(arguments: &Arguments<'_>) -> Outcome {
    answer(matches!(arguments.get(0), Some(Value::Keyword(_))))
}

/// `isurl(value)`
pub(super) fn is_url(arguments: &Arguments<'_>) -> Outcome {
    answer(matches!(arguments.get(0), Some(Value::Url(_))))
}

fn has_unit(arguments: &Arguments<'_>, name: &str) -> bool {
    let Some(Value::Dimension(dimension)) = arguments.get(0) else {
        return false;
    };
    match arguments.dialect() {
        Dialect::V3 => dimension.unit.is(name),
        Dialect::V5 => dimension.unit.is_like(name),
    }
}

/// `ispixel(value)`
pub(super) fn is_pixel(arguments: &Arguments<'_>) -> Outcome {
    answer(has_unit(arguments, "px"))
}

/// `ispercentage(value)`
pub(super) fn is_percentage(arguments: &Arguments<'_>) -> Outcome {
    answer(has_unit(arguments, "%"))
}

/// `isem(value)`
pub(super) fn is_em(arguments: &Arguments<'_>) -> Outcome {
    answer(has_unit(arguments, "em"))
}

/// `isunit(value, unit)`
pub(super) fn is_unit(arguments: &Arguments<'_>) -> Outcome {
    answer(match arguments.required(1)?.property(arguments.dialect()) {
        Property::Text(unit) => has_unit(arguments, &unit),
        _ => match arguments.get(1) {
            Some(Value::BareText(unit)) => has_unit(arguments, unit),
            _ => false,
        },
    })
}

/// `unit(number, unit)`
pub(super) fn unit(arguments: &Arguments<'_>) -> Outcome {
    let number = match arguments.required(0)? {
        Value::Dimension(dimension) => dimension.value,
        other => {
            let hint = if matches!(other, Value::Operation(_)) {
                "Have you forgotten parenthesis?"
            } else {
                ""
            };
            let gap = if hint.is_empty() { "" } else { " " };
            return Err(Fault::exception(format!(
                "The first argument to unit must be a number.{gap}{hint}"
            )));
        }
    };
    let dimension = match arguments.get(1) {
        None => Dimension::plain(number),
        Some(Value::UnitText(unit)) => Dimension {
            value: number,
            unit: unit.clone(),
        },
        Some(Value::Keyword(unit)) => Dimension::new(number, unit),
        Some(other) => Dimension::new(number, &arguments.css(other)?),
    };
    Ok(Some(Value::Dimension(dimension)))
}

/// `get-unit(number)`
pub(super) fn get_unit(arguments: &Arguments<'_>) -> Outcome {
    match arguments.required(0)? {
        Value::Dimension(dimension) => Ok(Some(Value::UnitText(dimension.unit.clone()))),
        other => Err(Fault::undefined_property(other.class(), "unit")),
    }
}

/// `convert(number, unit)`
pub(super) fn convert(arguments: &Arguments<'_>) -> Outcome {
    let number = match arguments.required(0)? {
        Value::Dimension(dimension) => dimension,
        other @ (Value::Bare(_) | Value::BareText(_)) => {
            let class = other.class();
            return Err(Fault::error(format!(
                "Call to a member function convertTo() on {class}"
            )));
        }
        other => {
            let class = other.class();
            return Err(Fault::error(format!(
                "Call to undefined method {class}::convertTo()"
            )));
        }
    };
    let target = arguments.read(arguments.required(1)?)?;
    match target {
        Property::Text(unit) => Ok(Some(Value::Dimension(
            number.convert_to(&unit, arguments.dialect()),
        ))),
        Property::List(_) | Property::Node(_) | Property::Unit(_) => Err(Fault::error(
            "Access to undeclared static property Less_Tree_UnitConversions::$0",
        )),
        other => Err(Fault::exception(format!(
            "Warning: foreach() argument must be of type array|object, {} given",
            other.php_type()
        ))),
    }
}
