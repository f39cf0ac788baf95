//! `svg-gradient()`: a gradient as an inline SVG image.

use super::arguments::{Arguments, Outcome};
use super::encode::base64;
use crate::value::{Fault, Number, Value};
use std::fmt::Write;
use std::rc::Rc;

const USAGE: &str = "svg-gradient expects direction, start_color [start_position], [color position,]..., end_color [end_position]";

const DIRECTIONS: &str = "svg-gradient direction must be 'to bottom', 'to right', 'to bottom right', 'to top right' or 'ellipse at center'";

/// The size of the rectangle that a linear gradient fills.
const UNIT_SQUARE: &str = r#"x="0" y="0" width="1" height="1""#;

/// `svg-gradient(direction, stop, stop…)`
pub(super) fn svg_gradient(arguments: &Arguments<'_>) -> Outcome {
    if arguments.values.len() < 3 {
        return Err(Fault::exception(USAGE));
    }
    let direction = arguments.css(arguments.required(0)?)?;
    let (kind, vector, area) = match direction.as_str() {
        "to bottom" => (
            "linear",
            r#"x1="0%" y1="0%" x2="0%" y2="100%""#,
            UNIT_SQUARE,
        ),
        "to right" => (
            "linear",
            r#"x1="0%" y1="0%" x2="100%" y2="0%""#,
            UNIT_SQUARE,
        ),
        "to bottom right" => (
            "linear",
            r#"x1="0%" y1="0%" x2="100%" y2="100%""#,
            UNIT_SQUARE,
        ),
        "to top right" => (
            "linear",
            r#"x1="0%" y1="100%" x2="100%" y2="0%""#,
            UNIT_SQUARE,
        ),
        "ellipse" | "ellipse at center" => (
            "radial",
            r#"cx="50%" cy="50%" r="75%""#,
            r#"x="-50" y="-50" width="101" height="101""#,
        ),
        _ => return Err(Fault::exception(DIRECTIONS)),
    };
    let mut svg = format!(
        r#"<?xml version="1.0" ?><svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="100%" height="100%" viewBox="0 0 1 1" preserveAspectRatio="none"><{kind}Gradient id="gradient" gradientUnits="userSpaceOnUse" {vector}>"#
    );
    let stops = &arguments.values[1..];
    for (index, stop) in stops.iter().enumerate() {
        let last = index + 1 == stops.len();
        let (color, position) = match stop {
            Value::Color(color) => (color, None),
            other => match other.list().map(|list| &**list) {
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
    let address = format!("'data:image/svg+xml;base64,{}'", base64(svg.as_bytes()));
    Ok(Some(Value::Url(Rc::new(Value::anonymous(address)))))
}
