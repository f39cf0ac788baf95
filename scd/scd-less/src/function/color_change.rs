//! Functions that make a colour from other colours: lighter, more saturated, mixed, contrasting.

use super::arguments::{Arguments, Outcome, number, wrong};
use super::color::from_hsl;
use crate::value::{Color, Cylinder, Dimension, Fault, Number, Value};

/// Changes one part of a colour by `amount / 100`.
fn change(
    arguments: &Arguments<'_>,
    name: &str,
    apply: impl FnOnce(&mut Cylinder, Number),
) -> Outcome {
    let color = arguments.color(0, name)?;
    let amount = arguments.dimension(1, name, "a percentage")?;
    changed(color, amount.value, apply)
}

fn changed(color: &Color, amount: f64, apply: impl FnOnce(&mut Cylinder, Number)) -> Outcome {
    let mut parts = color.to_hsl()?;
    apply(&mut parts, Number::Float(amount / 100.0));
    Ok(Some(Value::Color(from_hsl(&parts))))
}

/// `saturate(color, amount)`; a number is left alone for the CSS filter of that name.
pub(super) fn saturate(arguments: &Arguments<'_>) -> Outcome {
    if let Some(Value::Dimension(_)) = arguments.get(0) {
        return Ok(None);
    }
    change(arguments, "saturate", |parts, amount| {
        parts.saturation = parts.saturation + amount
    })
}

/// `desaturate(color, amount)`
pub(super) fn desaturate(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "desaturate", |parts, amount| {
        parts.saturation = parts.saturation - amount
    })
}

/// `greyscale(color)`
pub(super) fn greyscale(arguments: &Arguments<'_>) -> Outcome {
    changed(arguments.color(0, "desaturate")?, 100.0, |parts, amount| {
        parts.saturation = parts.saturation - amount;
    })
}

/// `lighten(color, amount)`
pub(super) fn lighten(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "lighten", |parts, amount| {
        parts.level = parts.level + amount
    })
}

/// `darken(color, amount)`
pub(super) fn darken(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "darken", |parts, amount| {
        parts.level = parts.level - amount
    })
}

/// `fadein(color, amount)`
pub(super) fn fade_in(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "fadein", |parts, amount| {
        parts.alpha = parts.alpha + amount
    })
}

/// `fadeout(color, amount)`
pub(super) fn fade_out(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "fadeout", |parts, amount| {
        parts.alpha = parts.alpha - amount
    })
}

/// `fade(color, amount)`
pub(super) fn fade(arguments: &Arguments<'_>) -> Outcome {
    change(arguments, "fade", |parts, amount| parts.alpha = amount)
}

/// `spin(color, degrees)`
pub(super) fn spin(arguments: &Arguments<'_>) -> Outcome {
    let color = arguments.color(0, "spin")?;
    let amount = arguments.dimension(1, "spin", "a number")?;
    let mut parts = color.to_hsl()?;
    let hue = (parts.hue.as_f64() + amount.value) % 360.0;
    parts.hue = Number::Float(if hue < 0.0 { 360.0 + hue } else { hue });
    Ok(Some(Value::Color(from_hsl(&parts))))
}

/// `mix(color, color, weight)`
pub(super) fn mix(arguments: &Arguments<'_>) -> Outcome {
    mixed(
        arguments.color(0, "mix")?,
        arguments.color(1, "mix")?,
        arguments.get(2),
    )
}

/// `tint(color, weight)`: mixed with white.
pub(super) fn tint(arguments: &Arguments<'_>) -> Outcome {
    with_grey(arguments, 255)
}

/// `shade(color, weight)`: mixed with black.
pub(super) fn shade(arguments: &Arguments<'_>) -> Outcome {
    with_grey(arguments, 0)
}

fn with_grey(arguments: &Arguments<'_>, level: i64) -> Outcome {
    // The colour is the second argument of the mix.
    let Some(Value::Color(color)) = arguments.get(0) else {
        return Err(wrong(arguments.get(0), 1, "mix", "a color"));
    };
    mixed(&grey(level), color, arguments.get(1))
}

fn grey(level: i64) -> Color {
    Color::new([Number::Int(level); 3], Number::Float(1.0))
}

fn mixed(first: &Color, second: &Color, weight: Option<&Value>) -> Outcome {
    let half = Dimension::new(50.0, "%");
    let weight = match weight {
        None => &half,
        Some(Value::Dimension(weight)) => weight,
        // The message names another function; less.php copied it from there.
        other => return Err(wrong(other, 2, "contrast", "a percentage")),
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
    Ok(Some(Value::Color(Color::new(
        [channel(0), channel(1), channel(2)],
        alpha,
    ))))
}

/// `contrast(color, dark, light, threshold)`; anything but a colour is left alone for the CSS
/// filter.
pub(super) fn contrast(arguments: &Arguments<'_>) -> Outcome {
    let Some(Value::Color(color)) = arguments.get(0) else {
        return Ok(None);
    };
    let choice = |index: usize, default: i64| -> Result<Color, Fault> {
        match arguments.get(index) {
            None => Ok(grey(default)),
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
