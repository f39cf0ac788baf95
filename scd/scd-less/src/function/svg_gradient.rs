//! `svg-gradient()`: a gradient as an inline SVG image, in dialect 3 as base64.

use super::arguments::{Arguments, Outcome};
use super::encode::base64;
use crate::value::{Fault, Number, Value};
use std::fmt::Write;
use std::rc::Rc;

/// The failure for anything but a direction and at least two stops.
pub(super) const USAGE: &str = "svg-gradient expects direction, start_color [start_position], [color position,]..., end_color [end_position]";

const DIRECTIONS: &str = "svg-gradient direction must be 'to bottom', 'to right', 'to bottom right', 'to top right' or 'ellipse at center'";

/// The size of the rectangle that a linear gradient fills.
const UNIT_SQUARE: &str = r#"x="0" y="0" width="1" height="1""#;

/// What a direction stands for.
pub(super) struct Shape {
    kind: &'static str,
    vector: &'static str,
    area: &'static str,
}

/// `svg-gradient(direction, stop, stop…)`
pub(super) fn svg_gradient(arguments: &Arguments<'_>) -> Outcome {
    if arguments.values.len() < 3 {
        return Err(Fault::exception(USAGE));
    }
    let shape = shape(&arguments.css(arguments.required(0)?)?)?;
    let stops = &arguments.values[1..];
    let svg = image(arguments, &shape, stops, |stop| match stop {
        Value::Dimension(_) => Err(Fault::exception(
            "Warning: Trying to access array offset on value of type float",
        )),
        other => Ok(other.list().map(|list| &**list)),
    })?;
    let address = format!("'data:image/svg+xml;base64,{}'", base64(svg.as_bytes()));
    Ok(Some(Value::Url(Rc::new(Value::anonymous(address)))))
}

/// The shape of a printed direction.
pub(super) fn shape(direction: &str) -> Result<Shape, Fault> {
    let linear = |vector| Shape {
        kind: "linear",
        vector,
        area: UNIT_SQUARE,
    };
    Ok(match direction {
        "to bottom" => linear(r#"x1="0%" y1="0%" x2="0%" y2="100%""#),
        "to right" => linear(r#"x1="0%" y1="0%" x2="100%" y2="0%""#),
        "to bottom right" => linear(r#"x1="0%" y1="0%" x2="100%" y2="100%""#),
        "to top right" => linear(r#"x1="0%" y1="100%" x2="100%" y2="0%""#),
        "ellipse" | "ellipse at center" => Shape {
            kind: "radial",
            vector: r#"cx="50%" cy="50%" r="75%""#,
            area: r#"x="-50" y="-50" width="101" height="101""#,
        },
        _ => return Err(Fault::exception(DIRECTIONS)),
    })
}

/// The text of the image. `parts` says which stops consist of a colour and a position.
pub(super) fn image(
    arguments: &Arguments<'_>,
    shape: &Shape,
    stops: &[Value],
    parts: fn(&Value) -> Result<Option<&[Value]>, Fault>,
) -> Result<String, Fault> {
    let Shape { kind, vector, area } = shape;
    let mut svg = format!(
        r#"<?xml version="1.0" ?><svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="100%" height="100%" viewBox="0 0 1 1" preserveAspectRatio="none"><{kind}Gradient id="gradient" gradientUnits="userSpaceOnUse" {vector}>"#
    );
    for (index, stop) in stops.iter().enumerate() {
        let last = index + 1 == stops.len();
        let (color, position) = match stop {
            Value::Color(color) => (color, None),
            other => match parts(other)? {
                Some([Value::Color(color), position, ..]) => (color, Some(position)),
                _ => return Err(Fault::exception(USAGE)),
            },
        };
        let offset = match position {
            Some(position @ Value::Dimension(_)) => arguments.css(position)?,
            None if index == 0 => "0%".to_owned(),
            None if last => "100%".to_owned(),
            _ => return Err(Fault::exception(USAGE)),
        };
        let hex = color.hex()?;
        let _ = write!(svg, r#"<stop offset="{offset}" stop-color="{hex}""#);
        if color.alpha().less_than(Number::Int(1)) {
            let _ = write!(svg, r#" stop-opacity="{}""#, color.alpha().text());
        }
        svg.push_str("/>");
    }
    let _ = write!(
        svg,
        r#"</{kind}Gradient><rect {area} fill="url(#gradient)" /></svg>"#
    );
    Ok(svg)
}
