//! Printing of colours.

use super::dimension::round_to_precision;
use super::{Color, Fault, Form, Number, round, round_half_up, text_of_float};

impl Color {
    /// Appends the colour: hexadecimal, or `rgba()` if it lets something shine through. Dialect 5
    /// prints it as it was written, and what `hsl()` made as `hsl()` again.
    pub(crate) fn print(&self, compress: bool, out: &mut String) -> Result<(), Fault> {
        let form = self.form();
        if form.is_written() {
            out.push_str(&self.spelling());
            return Ok(());
        }
        let mut alpha = match self.alpha() {
            Number::Int(0) => 0.0,
            other => round_to_precision(other.as_f64()),
        };
        let glue = if compress { "," } else { ", " };
        if matches!(form, Form::Hsl | Form::Hsla) {
            return self.print_hsl(alpha, glue, out);
        }
        if alpha < 1.0 {
            if form == Form::Transparent && alpha == 0.0 {
                out.push_str("transparent");
                return Ok(());
            }
            if form != Form::Unkept {
                alpha = alpha.max(0.0);
            }
            out.push_str("rgba(");
            for channel in self.rgb() {
                let rounded = Number::Float(round(channel.as_f64())).clamp(255);
                text_of_float_or_int(rounded, out);
                out.push_str(glue);
            }
            text_of_float(alpha, out);
            out.push(')');
            return Ok(());
        }
        let [red, green, blue] = [self.byte(0)?, self.byte(1)?, self.byte(2)?];
        out.push('#');
        let short = compress && [red, green, blue].iter().all(|byte| byte >> 4 == byte & 15);
        for byte in [red, green, blue] {
            if !short {
                out.push(hex_digit(byte >> 4));
            }
            out.push(hex_digit(byte & 15));
        }
        Ok(())
    }

    fn print_hsl(&self, alpha: f64, glue: &str, out: &mut String) -> Result<(), Fault> {
        let parts = self.to_hsl()?;
        let clear = alpha < 1.0;
        out.push_str(if clear { "hsla(" } else { "hsl(" });
        text_of_float(round_to_precision(parts.hue.as_f64()), out);
        for share in [parts.saturation, parts.level] {
            out.push_str(glue);
            text_of_float(round_to_precision(share.as_f64() * 100.0), out);
            out.push('%');
        }
        if clear {
            out.push_str(glue);
            text_of_float(alpha.max(0.0), out);
        }
        out.push(')');
        Ok(())
    }

    /// `#rrggbb` without regard to alpha.
    pub(crate) fn hex(&self) -> Result<String, Fault> {
        let mut out = String::from("#");
        for index in 0..3 {
            push_hex(self.byte(index)?, &mut out);
        }
        Ok(out)
    }

    /// `#aarrggbb`.
    pub(crate) fn hex_with_alpha(&self) -> Result<String, Fault> {
        let mut out = String::from("#");
        push_hex(
            byte_of(round_half_up(self.alpha().as_f64() * 255.0))?,
            &mut out,
        );
        for index in 0..3 {
            push_hex(self.byte(index)?, &mut out);
        }
        Ok(out)
    }

    fn byte(&self, index: usize) -> Result<u8, Fault> {
        byte_of(self.rgb()[index].as_f64())
    }
}

/// A channel rounded half up and limited to a byte. A channel that is not a number has no
/// hexadecimal form.
fn byte_of(channel: f64) -> Result<u8, Fault> {
    let rounded = Number::Float(round_half_up(channel)).clamp(255).as_f64();
    if rounded.is_nan() {
        return Err(Fault::error(
            "dechex(): Argument #1 ($num) must be of type int, float given",
        ));
    }
    Ok(rounded as u8)
}

fn text_of_float_or_int(number: Number, out: &mut String) {
    match number {
        Number::Int(value) => text_of_float(value as f64, out),
        Number::Float(value) => text_of_float(value, out),
    }
}

fn push_hex(byte: u8, out: &mut String) {
    out.push(hex_digit(byte >> 4));
    out.push(hex_digit(byte & 15));
}

fn hex_digit(nibble: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(nibble & 15)])
}
