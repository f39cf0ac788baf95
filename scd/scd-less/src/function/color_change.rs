//! Functions that make a colour from other colours: lighter, more saturated, mixed, contrasting.

use super::arguments::{Arguments, ORDINALS, Outcome, commas_hint, number, wrong};
use super::color::from_hsl;
use crate::options::Dialect;
use crate::value::{Color, Cylinder, Dimension, Fault, Form, Number, Operator, Property, Value};

/// The part of a colour that a function changes.
type Part = fn(&mut Cylinder) -> &mut Number;

const SATURATION: Part = |parts| &mut parts.saturation;
const LEVEL: Part = |parts| &mut parts.level;
const ALPHA: Part = |parts| &mut parts.alpha;

/// Adds `amount / 100` to one part of a colour, or takes it away. With the method `relative` of
/// dialect 5 the amount is a share of what the part was.
fn change(arguments: &Arguments<'_>, name: &str, part: Part, operator: Operator) -> Outcome {
    let color = arguments.color(0, name)?;
    let amount = arguments.dimension(1, name, "a percentage")?.value;
    let relative = match (arguments.dialect(), arguments.get(2)) {
        (Dialect::V5, Some(method)) => {
            matches!(arguments.read(method)?, Property::Text(text) if &*text == "relative")
        }
        _ => false,
    };
    let mut parts = color.to_hsl()?;
    let part = part(&mut parts);
    let step = if relative {
        part.as_f64() * amount / 100.0
    } else {
        amount / 100.0
    };
    *part = operator.apply(*part, Number::Float(step))?;
    changed(color, &parts)
}

/// The colour of changed parts. Dialect 5 prints it by the function that the original was made
/// with.
fn changed(color: &Color, parts: &Cylinder) -> Outcome {
    let form = match color.form() {
        Form::Unkept | Form::Transparent => Form::Unkept,
        form @ (Form::Rgba | Form::Hsl | Form::Hsla) => form,
        _ => Form::Rgb,
    };
    Ok(Some(Value::Color(from_hsl(parts, form))))
}

/// `saturate(color, amount, method)`; a number is left alone for the CSS filter of that name.
pub(super) fn saturate(arguments: &Arguments<'_>) -> Outcome {
    if let Some(Value::Dimension(_)) = arguments.get(0) {
        return Ok(None);
    }
    change(arguments, "saturate", SATURATION, Operator::Add)
}

/// `desaturate(color, amount, method)`
pub(super) fn desaturate(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "desaturate", SATURATION, Operator::Subtract)
}

/// `greyscale(color)`
pub(super) fn greyscale(arguments: &Arguments<'_>) -> Outcome {
    let color = arguments.color(0, "desaturate")?;
    let mut parts = color.to_hsl()?;
    parts.saturation = parts.saturation - Number::Float(1.0);
    changed(color, &parts)
}

/// `lighten(color, amount, method)`
pub(super) fn lighten(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "lighten", LEVEL, Operator::Add)
}

/// `darken(color, amount, method)`
pub(super) fn darken(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "darken", LEVEL, Operator::Subtract)
}

/// `fadein(color, amount, method)`
pub(super) fn fade_in(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "fadein", ALPHA, Operator::Add)
}

/// `fadeout(color, amount, method)`
pub(super) fn fade_out(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "fadeout", ALPHA, Operator::Subtract)
}

/// `fade(color, amount)`
pub(super) fn fade(arguments: &Arguments<'_>) -> Outcome {
    let color = arguments.color(0, "fade")?;
    let amount = arguments.dimension(1, "fade", "a percentage")?;
    let mut parts = color.to_hsl()?;
    parts.alpha = Number::Float(amount.value / 100.0);
    changed(color, &parts)
}

/// `spin(color, degrees)`
pub(super) fn spin(arguments: &Arguments<'_>) -> Outcome {
    let color = arguments.color(0, "spin")?;
    let amount = arguments.dimension(1, "spin", "a number")?;
    let mut parts = color.to_hsl()?;
    let hue = (parts.hue.as_f64() + amount.value) % 360.0;
    parts.hue = Number::Float(if hue < 0.0 { 360.0 + hue } else { hue });
    changed(color, &parts)
}

/// `mix(color, color, weight)`
pub(super) fn mix(arguments: &Arguments<'_>) -> Outcome {
    let first = match arguments.get(0) {
        Some(Value::Color(color)) => color,
        other => return Err(unmixable(arguments, other, 0)),
    };
    mixed(arguments, first, arguments.get(1), arguments.get(2))
}

/// `tint(color, weight)`: mixed with white.
pub(super) fn tint(arguments: &Arguments<'_>) -> Outcome {
    let white = grey(arguments, 255);
    mixed(arguments, &white, arguments.get(0), arguments.get(1))
}

/// `shade(color, weight)`: mixed with black.
pub(super) fn shade(arguments: &Arguments<'_>) -> Outcome {
    let black = grey(arguments, 0);
    mixed(arguments, &black, arguments.get(0), arguments.get(1))
}

fn grey(arguments: &Arguments<'_>, level: i64) -> Color {
    arguments.computed([Number::Int(level); 3], Number::Float(1.0))
}

/// The failure for an argument that cannot be mixed; dialect 5 names its class.
fn unmixable(arguments: &Arguments<'_>, given: Option<&Value>, index: usize) -> Fault {
    let kind = if index == 2 {
        "a percentage"
    } else {
        "a color"
    };
    if arguments.dialect() == Dialect::V3 {
        // less.php copied the last message from another function.
        let function = if index == 2 { "contrast" } else { "mix" };
        return wrong(given, index, function, kind);
    }
    let ordinal = ORDINALS.get(index).unwrap_or(&"next");
    let class = given.map_or("NULL", Value::class);
    let hint = commas_hint(given);
    Fault::exception(format!(
        "The {ordinal} argument must be {kind}, {class} given{hint}"
    ))
}

fn mixed(
    arguments: &Arguments<'_>,
    first: &Color,
    second: Option<&Value>,
    weight: Option<&Value>,
) -> Outcome {
    let Some(Value::Color(second)) = second else {
        return Err(unmixable(arguments, second, 1));
    };
    let half = Dimension::new(50.0, "%");
    let weight = match weight {
        None => &half,
        Some(Value::Dimension(weight)) => weight,
        other => return Err(unmixable(arguments, other, 2)),
    };
    let share = weight.value / 100.0;
    let balance = share * 2.0 - 1.0;
    let distance = (first.to_hsl()?.alpha - second.to_hsl()?.alpha).as_f64();
    let product = balance * distance;
    let tilt = if product == -1.0 {
        balance
    } else {
        (balance + distance) / (1.0 + product)
    };
    let own = (tilt + 1.0) / 2.0;
    let other = 1.0 - own;
    let (a, b) = (first.rgb(), second.rgb());
    let channel = |index: usize| {
        let (a, b): (Number, Number) = (a[index], b[index]);
        a * Number::Float(own) + b * Number::Float(other)
    };
    let alpha =
        first.alpha() * Number::Float(share) + second.alpha() * (Number::Float(1.0 - share));
    Ok(Some(Value::Color(
        arguments.computed([channel(0), channel(1), channel(2)], alpha),
    )))
}

/// `contrast(color, dark, light, threshold)`; anything but a colour is left alone for the CSS
/// filter.
pub(super) fn contrast(arguments: &Arguments<'_>) -> Outcome {
    let Some(Value::Color(color)) = arguments.get(0) else {
        return Ok(None);
    };
    let choice = |index: usize, default: i64| -> Result<Color, Fault> {
        match arguments.get(index) {
            None => Ok(match arguments.dialect() {
                Dialect::V3 => grey(arguments, default),
                Dialect::V5 => grey(arguments, default).with_form(Form::Rgba),
            }),
            Some(_) => arguments.color(index, "contrast").copied(),
        }
    };
    let (mut dark, mut light) = (choice(1, 0)?, choice(2, 255)?);
    if dark.luma() > light.luma() {
        std::mem::swap(&mut dark, &mut light);
    }
    let threshold = match arguments.get(3) {
        None => 0.43,
        given => number(given)?.as_f64(),
    };
    Ok(Some(Value::Color(if color.luma() < threshold {
        light
    } else {
        dark
    })))
}
