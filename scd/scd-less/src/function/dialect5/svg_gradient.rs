//! `svg-gradient()`: a gradient as an inline SVG image, percent-encoded.

use super::super::arguments::{Arguments, Outcome};
use super::super::encode::percent;
use super::super::svg_gradient::{Shape, USAGE, image, shape};
use crate::value::{Fault, Value};
use std::rc::Rc;

/// `svg-gradient(direction, stop, stop…)`
pub(super) fn svg_gradient(arguments: &Arguments<'_>) -> Outcome {
    if arguments.values.len() < 3 {
        return Err(Fault::exception(USAGE));
    }
    let shape: Shape = shape(&arguments.css(arguments.required(0)?)?)?;
    let stops = &arguments.values[1..];
    let svg = image(arguments, &shape, stops, |stop| match stop {
        Value::Space(list) if list.is_empty() => {
            Err(Fault::exception("Warning: Undefined array key 0"))
        }
        Value::Space(list) | Value::Joined(list) => Ok(Some(&**list)),
        _ => Ok(None),
    })?;
    let address = format!(
        "data:image/svg+xml,{}",
        percent(svg.as_bytes(), b"~!*'&,@+$()")
    );
    Ok(Some(Value::Url(Rc::new(Value::quoted(
        Some('\''),
        address,
        false,
    )))))
}
