//! Functions that make colours from numbers and read numbers off colours.

use super::arguments::{Arguments, Outcome, cast, number, scaled, whole};
use crate::options::Dialect;
use crate::value::{Color, Cylinder, Dimension, Fault, Form, Number, Value, round_half_up};

fn one() -> Number {
    Number::Int(1)
}

fn color(color: Color) -> Outcome {
    Ok(Some(Value::Color(color)))
}

/// `rgb(red, green, blue)`
pub(super) fn rgb(arguments: &Arguments<'_>) -> Outcome {
    if arguments.values.len() < 3 {
        return Err(Fault::exception("rgb expects three parameters"));
    }
    color(arguments.computed(channels(arguments)?, Number::Float(1.0)))
}

/// `rgba(red, green, blue, alpha)`
pub(super) fn rgba(arguments: &Arguments<'_>) -> Outcome {
    let channels = channels(arguments)?;
    color(arguments.computed(channels, number(arguments.get(3))?))
}

fn channels(arguments: &Arguments<'_>) -> Result<[Number; 3], Fault> {
    Ok([
        scaled(arguments.get(0))?,
        scaled(arguments.get(1))?,
        scaled(arguments.get(2))?,
    ])
}

/// `hsl(hue, saturation, lightness)`
pub(super) fn hsl(arguments: &Arguments<'_>) -> Outcome {
    hsl_with_alpha(arguments, Ok(Number::Float(1.0)))
}

/// `hsla(hue, saturation, lightness, alpha)`
pub(super) fn hsla(arguments: &Arguments<'_>) -> Outcome {
    hsl_with_alpha(arguments, number(arguments.get(3)))
}

fn hsl_with_alpha(arguments: &Arguments<'_>, alpha: Result<Number, Fault>) -> Outcome {
    let parts = Cylinder {
        hue: number(arguments.get(0))?,
        saturation: number(arguments.get(1))?,
        level: number(arguments.get(2))?,
        alpha: alpha?,
    };
    color(from_hsl(&parts, Form::Unkept))
}

/// The colour of a hue in degrees and of saturation, lightness and alpha, which are limited to 0 to
/// 1.
pub(super) fn from_hsl(parts: &Cylinder, form: Form) -> Color {
    let hue = parts.hue.as_f64() % 360.0 / 360.0;
    let saturation = parts.saturation.clamp(1);
    let lightness = parts.level.clamp(1);
    let alpha = parts.alpha.clamp(1);
    let high = if Number::Float(0.5).less_than(lightness) {
        lightness + saturation - lightness * saturation
    } else {
        lightness * (saturation + one())
    };
    let low = lightness * Number::Int(2) - high;
    let third = 1.0 / 3.0;
    let channel = |hue: f64| hue_channel(Number::Float(hue), low, high) * Number::Int(255);
    Color::new(
        [channel(hue + third), channel(hue), channel(hue - third)],
        alpha,
        form,
    )
}

/// The part of a channel that a hue (in turns) contributes between two bounds (`hsla_hue`).
pub(super) fn hue_channel(hue: Number, low: Number, high: Number) -> Number {
    let hue = fold_hue(hue);
    match HuePart::of(hue) {
        HuePart::Rising => low + (high - low) * hue * Number::Int(6),
        HuePart::High => high,
        HuePart::Falling => low + (high - low) * (Number::Float(2.0 / 3.0) - hue) * Number::Int(6),
        HuePart::Low => low,
    }
}

/// Brings a hue that is one turn too low or too high back.
pub(super) fn fold_hue(hue: Number) -> Number {
    if hue.less_than(Number::Int(0)) {
        hue + one()
    } else if one().less_than(hue) {
        hue - one()
    } else {
        hue
    }
}

/// Where on the circle a hue lies.
pub(super) enum HuePart {
    /// The first sixth.
    Rising,
    /// Up to one half.
    High,
    /// Up to two thirds.
    Falling,
    /// The rest.
    Low,
}

impl HuePart {
    /// The part of a hue between 0 and 1.
    pub(super) fn of(hue: Number) -> Self {
        if (hue * Number::Int(6)).less_than(one()) {
            Self::Rising
        } else if (hue * Number::Int(2)).less_than(one()) {
            Self::High
        } else if (hue * Number::Int(3)).less_than(Number::Int(2)) {
            Self::Falling
        } else {
            Self::Low
        }
    }
}

/// `hsv(hue, saturation, value)`
pub(super) fn hsv(arguments: &Arguments<'_>) -> Outcome {
    hsv_with_alpha(arguments, || Ok(Number::Float(1.0)))
}

/// `hsva(hue, saturation, value, alpha)`
pub(super) fn hsva(arguments: &Arguments<'_>) -> Outcome {
    hsv_with_alpha(arguments, || number(arguments.get(3)))
}

fn hsv_with_alpha(
    arguments: &Arguments<'_>,
    alpha: impl FnOnce() -> Result<Number, Fault>,
) -> Outcome {
    let degrees = number(arguments.get(0))?;
    let degrees = match arguments.dialect() {
        Dialect::V3 => whole(degrees)?,
        Dialect::V5 => cast(degrees),
    };
    let degrees = Number::Int(degrees % 360);
    let hue = degrees.divide(Number::Int(360))? * Number::Int(360);
    let saturation = number(arguments.get(1))?;
    let value = number(arguments.get(2))?;
    let alpha = alpha()?;
    let sixths = hue.divide(Number::Int(60))?;
    let sector = sixths.as_f64() as i64 % 6;
    let fraction = sixths
        - match arguments.dialect() {
            Dialect::V3 => Number::Float(sector as f64),
            Dialect::V5 => Number::Int(sector),
        };
    let steps = [
        value,
        value * (one() - saturation),
        value * (one() - fraction * saturation),
        value * (one() - (one() - fraction) * saturation),
    ];
    const ORDER: [[usize; 3]; 6] = [
        [0, 3, 1],
        [2, 0, 1],
        [1, 0, 3],
        [1, 2, 0],
        [3, 1, 0],
        [0, 1, 2],
    ];
    let order = usize::try_from(sector)
        .ok()
        .and_then(|sector| ORDER.get(sector))
        .ok_or_else(|| Fault::exception(format!("Warning: Undefined array key {sector}")))?;
    let form = match arguments.dialect() {
        Dialect::V3 => Form::Unkept,
        Dialect::V5 => Form::Rgba,
    };
    let channels = order.map(|step| steps[step] * Number::Int(255));
    color(Color::new(channels, alpha, form))
}

/// A number read off a colour, a whole one in dialect 3.
fn read(arguments: &Arguments<'_>, value: f64, unit: &str) -> Outcome {
    let value = match arguments.dialect() {
        Dialect::V3 => round_half_up(value),
        Dialect::V5 => value,
    };
    Ok(Some(Value::Dimension(Dimension::new(value, unit))))
}

/// `hue(color)`
pub(super) fn hue(arguments: &Arguments<'_>) -> Outcome {
    read(
        arguments,
        arguments.color(0, "hue")?.to_hsl()?.hue.as_f64(),
        "",
    )
}

/// `saturation(color)`
pub(super) fn saturation(arguments: &Arguments<'_>) -> Outcome {
    read(
        arguments,
        arguments
            .color(0, "saturation")?
            .to_hsl()?
            .saturation
            .as_f64()
            * 100.0,
        "%",
    )
}

/// `lightness(color)`
pub(super) fn lightness(arguments: &Arguments<'_>) -> Outcome {
    read(
        arguments,
        arguments.color(0, "lightness")?.to_hsl()?.level.as_f64() * 100.0,
        "%",
    )
}

/// `hsvhue(color)`
pub(super) fn hsv_hue(arguments: &Arguments<'_>) -> Outcome {
    read(
        arguments,
        arguments.color(0, "hsvhue")?.to_hsv()?.hue.as_f64(),
        "",
    )
}

/// `hsvsaturation(color)`
pub(super) fn hsv_saturation(arguments: &Arguments<'_>) -> Outcome {
    read(
        arguments,
        arguments
            .color(0, "hsvsaturation")?
            .to_hsv()?
            .saturation
            .as_f64()
            * 100.0,
        "%",
    )
}

/// `hsvvalue(color)`
pub(super) fn hsv_value(arguments: &Arguments<'_>) -> Outcome {
    read(
        arguments,
        arguments.color(0, "hsvvalue")?.to_hsv()?.level.as_f64() * 100.0,
        "%",
    )
}

fn channel(arguments: &Arguments<'_>, index: usize, name: &str) -> Outcome {
    Ok(Some(Value::number(
        arguments.color(0, name)?.rgb()[index].as_f64(),
    )))
}

/// `red(color)`
pub(super) fn red(arguments: &Arguments<'_>) -> Outcome {
    channel(arguments, 0, "red")
}

/// `green(color)`
pub(super) fn green(arguments: &Arguments<'_>) -> Outcome {
    channel(arguments, 1, "green")
}

/// `blue(color)`
pub(super) fn blue(arguments: &Arguments<'_>) -> Outcome {
    channel(arguments, 2, "blue")
}

/// `alpha(color)`
pub(super) fn alpha(arguments: &Arguments<'_>) -> Outcome {
    Ok(Some(Value::number(
        arguments.color(0, "alpha")?.to_hsl()?.alpha.as_f64(),
    )))
}

/// `luma(color)`
pub(super) fn luma(arguments: &Arguments<'_>) -> Outcome {
    let color = arguments.color(0, "luma")?;
    read(
        arguments,
        color.luma() * color.alpha().as_f64() * 100.0,
        "%",
    )
}

/// `luminance(color)`
pub(super) fn luminance(arguments: &Arguments<'_>) -> Outcome {
    let color = arguments.color(0, "luminance")?;
    let [red, green, blue] = color.rgb().map(Number::as_f64);
    let luminance = 0.2126 * red / 255.0 + 0.7152 * green / 255.0 + 0.0722 * blue / 255.0;
    read(arguments, luminance * color.alpha().as_f64() * 100.0, "%")
}

/// `argb(color)`
pub(super) fn argb(arguments: &Arguments<'_>) -> Outcome {
    Ok(Some(Value::anonymous(
        arguments.color(0, "argb")?.hex_with_alpha()?,
    )))
}

/// `color(string)`
pub(super) fn parse(arguments: &Arguments<'_>) -> Outcome {
    let Value::Quoted(string) = arguments.required(0)? else {
        return Err(Fault::exception("argument must be a string"));
    };
    if let Some(named) = Color::from_name(&string.text) {
        return color(named);
    }
    let digits = string.text.strip_prefix('#').unwrap_or("");
    let hex = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    if hex < 3 {
        return Err(Fault::exception(
            "argument must be a color keyword or 3/6 digit hex e.g. #FFF",
        ));
    }
    if hex < digits.len() {
        return Err(Fault::exception(
            "Deprecated Functionality: Invalid characters passed for attempted conversion, these have been ignored",
        ));
    }
    // Unless there are six digits, each one counts as a channel; further ones do not matter to a
    // compressed colour.
    let used = if hex == 6 { digits } else { &digits[..3] };
    Ok(Color::from_hex(used).map(Value::Color))
}
