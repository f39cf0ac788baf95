//! The two roundings of less.php: PHP's own `round()`, which first rounds to 15 significant digits,
//! and the compiler's "half up".

/// `round($value)` of PHP 5.3 to 8.3 without a precision.
///
/// Values of 1 and more are first rounded to 15 significant digits, so that `0.49999999999999994`
/// below a half after a multiplication still counts as the half that it stands for; the result is
/// then rounded half away from zero.
pub(crate) fn round(value: f64) -> f64 {
    if !value.is_finite() || value == value.trunc() {
        return value;
    }
    // Not an integer, hence below 2^52: `places` is never negative.
    let places = 14 - value.abs().log10().floor() as i32;
    let scaled = match POWERS.get(places.max(0) as usize) {
        Some(power) if places > 0 => half_away(value * power) / power,
        _ => value,
    };
    if scaled.abs() >= 1e15 {
        value
    } else {
        half_away(scaled)
    }
}

/// `Less_Parser::round`: the nearest integer, halves towards positive infinity.
pub(crate) fn round_half_up(value: f64) -> f64 {
    let (ceil, floor) = (value.ceil(), value.floor());
    if ceil - value <= value - floor {
        ceil
    } else {
        floor
    }
}

/// Powers of ten for the significant digits that pre-rounding keeps behind the point of a number of
/// 1 and more.
const POWERS: [f64; 15] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
];

fn half_away(value: f64) -> f64 {
    if value >= 0.0 {
        (value + 0.5).floor()
    } else {
        (value - 0.5).ceil()
    }
}
