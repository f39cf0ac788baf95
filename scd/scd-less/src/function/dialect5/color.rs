//! Functions that make a colour. What they cannot read, as the blanks and slashes of newer CSS, is
//! left alone and printed as it stands.

use super::super::arguments::{Arguments, Outcome, number, scaled};
use super::super::color::from_hsl;
use crate::value::{Color, Cylinder, Fault, FaultClass, Form, Number, Property, Value};

/// Turns an exception into a call that is left alone.
fn or_leave(result: Result<Color, Fault>) -> Outcome {
    match result {
        Ok(color) => Ok(Some(Value::Color(color))),
        Err(fault) if fault.class == FaultClass::Exception => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A colour given in place of channels, with another alpha if there is a second argument.
fn again(color: &Color, arguments: &Arguments<'_>, form: Form) -> Result<Color, Fault> {
    let alpha = match arguments.get(1) {
        Some(alpha) => number(Some(alpha))?,
        None => color.alpha(),
    };
    Ok(Color::new(color.rgb(), alpha, form))
}

/// `rgb(red, green, blue)` or `rgb(color, alpha)`
pub(super) fn rgb(arguments: &Arguments<'_>) -> Outcome {
    or_leave(from_channels(
        arguments,
        |_| Ok(Number::Float(1.0)),
        Form::Rgb,
    ))
}

/// `rgba(red, green, blue, alpha)` or `rgba(color, alpha)`
pub(super) fn rgba(arguments: &Arguments<'_>) -> Outcome {
    or_leave(from_channels(arguments, fourth, Form::Rgba))
}

fn fourth(arguments: &Arguments<'_>) -> Result<Number, Fault> {
    number(arguments.get(3))
}

/// Where the alpha of a colour comes from.
type Alpha = fn(&Arguments<'_>) -> Result<Number, Fault>;

fn from_channels(arguments: &Arguments<'_>, alpha: Alpha, form: Form) -> Result<Color, Fault> {
    if let Some(Value::Color(color)) = arguments.get(0) {
        return again(color, arguments, form);
    }
    let channels = [
        scaled(arguments.get(0))?,
        scaled(arguments.get(1))?,
        scaled(arguments.get(2))?,
    ];
    Ok(Color::new(channels, alpha(arguments)?, form))
}

/// `hsl(hue, saturation, lightness)`
pub(super) fn hsl(arguments: &Arguments<'_>) -> Outcome {
    or_leave(from_cylinder(
        arguments,
        |_| Ok(Number::Float(1.0)),
        Form::Hsl,
    ))
}

/// `hsla(hue, saturation, lightness, alpha)` or `hsla(color, alpha)`
pub(super) fn hsla(arguments: &Arguments<'_>) -> Outcome {
    or_leave(from_cylinder(arguments, fourth, Form::Hsla))
}

fn from_cylinder(arguments: &Arguments<'_>, alpha: Alpha, form: Form) -> Result<Color, Fault> {
    if let Some(Value::Color(color)) = arguments.get(0) {
        return again(color, arguments, form);
    }
    let parts = Cylinder {
        hue: number(arguments.get(0))?,
        saturation: number(arguments.get(1))?,
        level: number(arguments.get(2))?,
        alpha: alpha(arguments)?,
    };
    Ok(from_hsl(&parts, form))
}

/// `color(string)`: hexadecimal digits are kept as they are written, a name or a colour is not.
pub(super) fn parse(arguments: &Arguments<'_>) -> Outcome {
    let value = arguments.required(0)?;
    if let Value::Quoted(string) = value
        && let Some(digits) = string.text.strip_prefix('#')
        && let Some(color) = Color::written_hex(digits)
    {
        return Ok(Some(Value::Color(color)));
    }
    if let Value::Color(color) = value {
        return Ok(Some(Value::Color(color.with_form(Form::Computed))));
    }
    let name = match arguments.read(value)? {
        Property::Text(name) => name,
        Property::Undefined | Property::Null => {
            return Err(Fault::exception(
                "Deprecated Functionality: strtolower(): Passing null to parameter #1 ($string) of type string is deprecated",
            ));
        }
        other @ (Property::List(_) | Property::Node(_)) => {
            return Err(Fault::error(format!(
                "strtolower(): Argument #1 ($string) must be of type string, {} given",
                other.php_type()
            )));
        }
        Property::Number(_) | Property::Unit(_) => "".into(),
    };
    match Color::written_name(&name) {
        Some(color) => Ok(Some(Value::Color(color.with_form(Form::Computed)))),
        None => Err(Fault::exception(
            "argument must be a color keyword or 3|4|6|8 digit hex e.g. #FFF",
        )),
    }
}
