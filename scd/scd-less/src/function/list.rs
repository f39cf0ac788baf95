//! Functions on lists.

use super::arguments::{Arguments, Outcome, cast};
use super::range::not_an_object;
use crate::value::{Fault, Number, NumericText, Property, Value, numeric_text};

/// `length(list)`: anything that is not a list counts as one.
pub(super) fn length(arguments: &Arguments<'_>) -> Outcome {
    let value = arguments.required(0)?;
    if matches!(value, Value::Bare(_) | Value::BareText(_)) {
        return Err(not_an_object(value));
    }
    let length = value.list().map_or(1, |list| list.len());
    Ok(Some(Value::number(length as f64)))
}

/// `extract(list, index)`: the index counts from one; out of range leaves the call alone.
pub(super) fn extract(arguments: &Arguments<'_>) -> Outcome {
    let index = integer(&arguments.read(arguments.required(1)?)?)?.wrapping_sub(1);
    let value = arguments.required(0)?;
    if matches!(value, Value::Bare(_) | Value::BareText(_)) {
        return Err(not_an_object(value));
    }
    Ok(match value.list() {
        Some(list) => usize::try_from(index)
            .ok()
            .and_then(|index| list.get(index))
            .cloned(),
        None => (index == 0).then(|| value.clone()),
    })
}

/// `(int)` of a node's `value` property.
pub(super) fn integer(property: &Property) -> Result<i64, Fault> {
    Ok(match property {
        Property::Undefined | Property::Null => 0,
        Property::Number(number) => truncate(*number),
        Property::Text(text) => leading_integer(text),
        Property::List(list) => i64::from(!list.is_empty()),
        Property::Node(class) => return Err(not_an_integer(class)),
        Property::Unit(_) => return Err(not_an_integer("Less_Tree_Unit")),
    })
}

fn not_an_integer(class: &str) -> Fault {
    Fault::exception(format!(
        "Warning: Object of class {class} could not be converted to int"
    ))
}

fn truncate(number: f64) -> i64 {
    cast(Number::Float(number))
}

/// The number that a text begins with, without its fraction; 0 if it begins with none.
fn leading_integer(text: &str) -> i64 {
    // Shorter and shorter beginnings: the longest one that is a number counts.
    let limit = text.len().min(64);
    (1..=limit)
        .rev()
        .filter_map(|end| text.get(..end))
        .find_map(|start| match numeric_text(start) {
            NumericText::Number(number) => Some(truncate(number.as_f64())),
            _ => None,
        })
        .unwrap_or(0)
}
