//! Blending of two colours, channel by channel, after the W3C compositing rules.

use super::arguments::{Arguments, Outcome};
use crate::value::{Number, Value};

const ONE: Number = Number::Int(1);
const TWO: Number = Number::Int(2);

/// Blends the channels of a backdrop and a source with `mode` and lays the result over the
/// backdrop.
fn blend(
    arguments: &Arguments<'_>,
    name: &str,
    mode: fn(backdrop: Number, source: Number) -> Number,
) -> Outcome {
    let backdrop = arguments.color(0, name)?;
    let source = arguments.color(1, name)?;
    let (below, above) = (backdrop.alpha(), source.alpha());
    let alpha = above + below * (ONE - above);
    let (backdrops, sources) = (backdrop.fractions(), source.fractions());
    let mut channels = [ONE; 3];
    for (index, channel) in channels.iter_mut().enumerate() {
        let (b, s) = (backdrops[index], sources[index]);
        let mut result = mode(b, s);
        if !alpha.equals(Number::Int(0)) {
            result = (above * s + below * (b - above * (b + s - result))).divide(alpha)?;
        }
        *channel = result * Number::Int(255);
    }
    Ok(Some(Value::Color(arguments.computed(channels, alpha))))
}

/// `multiply(color, color)`
pub(super) fn multiply(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, "multiply", multiplied)
}

/// `screen(color, color)`
pub(super) fn screen(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, "screen", screened)
}

/// `overlay(color, color)`
pub(super) fn overlay(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, "overlay", overlaid)
}

/// `softlight(color, color)`
pub(super) fn softlight(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, "softlight", |b, s| {
        let (mut d, mut e) = (ONE, b);
        if Number::Float(0.5).less_than(s) {
            e = ONE;
            d = if Number::Float(0.25).less_than(b) {
                Number::Float(b.as_f64().sqrt())
            } else {
                ((Number::Int(16) * b - Number::Int(12)) * b + Number::Int(4)) * b
            };
        }
        b - (ONE - TWO * s) * e * (d - b)
    })
}

/// `hardlight(color, color)`
pub(super) fn hardlight(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, "hardlight", |b, s| overlaid(s, b))
}

/// `difference(color, color)`
pub(super) fn difference(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, "difference", |b, s| (b - s).abs())
}

/// `exclusion(color, color)`
pub(super) fn exclusion(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, "exclusion", |b, s| b + s - TWO * b * s)
}

/// `average(color, color)`
pub(super) fn average(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, "average", averaged)
}

/// `negation(color, color)`
pub(super) fn negation(arguments: &Arguments<'_>) -> Outcome {
    blend(arguments, "negation", negated)
}

/// The mean of two channels.
pub(super) fn averaged(backdrop: Number, source: Number) -> Number {
    match backdrop + source {
        Number::Int(sum) if sum % 2 == 0 => Number::Int(sum / 2),
        sum => Number::Float(sum.as_f64() / 2.0),
    }
}

/// One less the distance of the sum from one.
pub(super) fn negated(backdrop: Number, source: Number) -> Number {
    ONE - (backdrop + source - ONE).abs()
}

fn multiplied(backdrop: Number, source: Number) -> Number {
    backdrop * source
}

fn screened(backdrop: Number, source: Number) -> Number {
    backdrop + source - backdrop * source
}

fn overlaid(backdrop: Number, source: Number) -> Number {
    let double = backdrop * TWO;
    if ONE.less_than(double) {
        screened(double - ONE, source)
    } else {
        multiplied(double, source)
    }
}
