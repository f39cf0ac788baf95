//! The built-in functions, by name.
//!
//! less.php takes every method of its function class for a built-in, helpers included, and looks
//! names up without regard to case. The table below lists them all with the number of arguments
//! that PHP insists on; further arguments are ignored.

mod accidental;
mod arguments;
mod blend;
mod color;
mod color_change;
mod data_uri;
mod encode;
mod kind;
mod list;
mod math;
mod pattern;
mod pattern_syntax;
mod range;
mod string;
mod svg_gradient;

#[cfg(test)]
mod tests;

use crate::value::{Fault, FaultClass, Value};
use arguments::{Arguments, Outcome};
use std::sync::Arc;

/// What a call may see of its surroundings.
pub(crate) struct Context<'a> {
    /// Whether the output is compressed; some functions put printed values into their result.
    pub(crate) compress: bool,
    /// Where the call stands in its source, a byte offset that less.php appends to messages.
    pub(crate) index: usize,
    /// What `default()` is at the moment.
    pub(crate) default: DefaultGuard<'a>,
    /// The folder of the entry file, which `data-uri()` starts from; empty if there is none.
    pub(crate) entry_directory: &'a str,
    /// Reads a file for `data-uri()`, by the path in the stylesheet, which is relative to the entry
    /// file; `None` if it does not exist.
    pub(crate) read: &'a dyn Fn(&str) -> Option<Arc<[u8]>>,
}

/// What `default()` stands for (`Less_Tree_DefaultFunc`).
#[derive(Clone, Copy, Debug)]
pub(crate) enum DefaultGuard<'a> {
    /// Not inside a guard: the call is printed.
    Unset,
    /// The value that mixin guards are tried with.
    Is(bool),
    /// A place where it is forbidden, with the message.
    Forbidden(&'a str),
}

/// Calls a built-in function.
///
/// `None` means that there is none of that name, or that it leaves its arguments alone: the call is
/// then printed. Exceptions carry the name and the index of the call, errors only PHP's message.
pub(crate) fn call(
    name: &str,
    values: &[Value],
    context: &Context<'_>,
) -> Result<Option<Value>, Fault> {
    if name.eq_ignore_ascii_case("default") {
        return match context.default {
            DefaultGuard::Unset => Ok(None),
            DefaultGuard::Is(truth) => Ok(Some(Value::truth(truth))),
            DefaultGuard::Forbidden(message) => Err(Fault::exception(message)),
        };
    }
    let Some(builtin) = find(name) else {
        return Ok(None);
    };
    let outcome = builtin.call(&Arguments { values, context });
    outcome.map_err(|fault| match fault.class {
        FaultClass::Error => fault,
        FaultClass::Exception => Fault::exception(format!(
            "error evaluating function `{name}` {} index: {}",
            fault.message, context.index
        )),
    })
}

/// Whether there is a built-in function of a name.
pub(crate) fn exists(name: &str, _dialect: crate::options::Dialect) -> bool {
    name.eq_ignore_ascii_case("default") || find(name).is_some()
}

/// A function of the table.
struct Builtin {
    /// The lower-case name that stylesheets use.
    name: &'static str,
    /// The method of less.php, for messages.
    method: &'static str,
    /// How many arguments PHP insists on.
    required: usize,
    /// Whether it takes more.
    optional: bool,
    /// What it does; `None` for methods that cannot be called from outside.
    run: Option<fn(&Arguments<'_>) -> Outcome>,
}

impl Builtin {
    fn call(&self, arguments: &Arguments<'_>) -> Outcome {
        let method = self.method;
        let Some(run) = self.run else {
            return Err(Fault::error(format!(
                "call_user_func_array(): Argument #1 ($callback) must be a valid callback, cannot access private method Less_Functions::{method}()"
            )));
        };
        let given = arguments.values.len();
        if given < self.required {
            let bound = if self.optional { "at least" } else { "exactly" };
            let required = self.required;
            return Err(Fault::error(format!(
                "Too few arguments to function Less_Functions::{method}(), {given} passed and {bound} {required} expected"
            )));
        }
        run(arguments)
    }
}

fn find(name: &str) -> Option<&'static Builtin> {
    let mut buffer = [0_u8; LONGEST];
    let lower = buffer.get_mut(..name.len())?;
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let index = BUILTINS
        .binary_search_by(|builtin| builtin.name.as_bytes().cmp(lower))
        .ok()?;
    Some(&BUILTINS[index])
}

/// The length of the longest name.
const LONGEST: usize = 20;

/// A function of exactly `required` arguments.
const fn exactly(
    name: &'static str,
    required: usize,
    run: fn(&Arguments<'_>) -> Outcome,
) -> Builtin {
    Builtin {
        name,
        method: name,
        required,
        optional: false,
        run: Some(run),
    }
}

/// A function of `required` arguments or more.
const fn at_least(
    name: &'static str,
    required: usize,
    run: fn(&Arguments<'_>) -> Outcome,
) -> Builtin {
    Builtin {
        name,
        method: name,
        required,
        optional: true,
        run: Some(run),
    }
}

/// A method that exists and cannot be called.
const fn private(name: &'static str, method: &'static str) -> Builtin {
    Builtin {
        name,
        method,
        required: 0,
        optional: true,
        run: None,
    }
}

impl Builtin {
    /// The same function under a method name that differs from the one in stylesheets.
    const fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }
}

/// All functions in alphabetical order.
static BUILTINS: [Builtin; 105] = [
    at_least("%", 0, string::format).method("_percent"),
    at_least("__construct", 1, accidental::construct),
    private("_isa", "_isa"),
    private("_math", "_math"),
    private("_minmax", "_minmax"),
    at_least("_percent", 0, string::format),
    exactly("abs", 1, math::abs),
    exactly("acos", 1, math::acos),
    at_least("alpha", 0, color::alpha),
    exactly("argb", 1, color::argb),
    exactly("asin", 1, math::asin),
    exactly("atan", 1, math::atan),
    at_least("average", 0, blend::average),
    at_least("blue", 0, color::blue),
    exactly("ceil", 1, math::ceil),
    at_least("clamp", 1, accidental::clamp),
    exactly("color", 1, color::parse),
    exactly("colorblend", 3, accidental::color_blend).method("colorBlend"),
    exactly("colorblendaverage", 2, accidental::blend_average).method("colorBlendAverage"),
    private("colorblenddifference", "colorBlendDifference"),
    private("colorblendexclusion", "colorBlendExclusion"),
    private("colorblendhardlight", "colorBlendHardlight"),
    private("colorblendmultiply", "colorBlendMultiply"),
    exactly("colorblendnegation", 2, accidental::blend_negation).method("colorBlendNegation"),
    private("colorblendoverlay", "colorBlendOverlay"),
    private("colorblendscreen", "colorBlendScreen"),
    private("colorblendsoftlight", "colorBlendSoftlight"),
    at_least("contrast", 1, color_change::contrast),
    exactly("convert", 2, kind::convert),
    exactly("cos", 1, math::cos),
    at_least("darken", 0, color_change::darken),
    at_least("data-uri", 1, data_uri::data_uri).method("datauri"),
    at_least("datauri", 1, data_uri::data_uri),
    at_least("desaturate", 0, color_change::desaturate),
    at_least("difference", 0, blend::difference),
    exactly("e", 1, string::unquote),
    exactly("encodeuricomponent", 1, accidental::encode_component).method("encodeURIComponent"),
    exactly("escape", 1, string::escape),
    at_least("exclusion", 0, blend::exclusion),
    exactly("extract", 2, list::extract),
    at_least("fade", 0, color_change::fade),
    at_least("fadein", 0, color_change::fade_in),
    at_least("fadeout", 0, color_change::fade_out),
    exactly("floor", 1, math::floor),
    exactly("fround", 1, accidental::fround),
    exactly("get-unit", 1, kind::get_unit).method("getunit"),
    exactly("getunit", 1, kind::get_unit),
    at_least("green", 0, color::green),
    exactly("greyscale", 1, color_change::greyscale),
    at_least("hardlight", 0, blend::hardlight),
    exactly("hsl", 3, color::hsl),
    exactly("hsla", 4, color::hsla),
    exactly("hsla_hue", 3, accidental::hue_part),
    exactly("hsv", 3, color::hsv),
    exactly("hsva", 4, color::hsva),
    at_least("hsvhue", 0, color::hsv_hue),
    at_least("hsvsaturation", 0, color::hsv_saturation),
    at_least("hsvvalue", 0, color::hsv_value),
    at_least("hue", 0, color::hue),
    exactly("iscolor", 1, kind::is_color),
    exactly("isem", 1, kind::is_em),
    exactly("iskeyword", 1, kind::is_keyword),
    exactly("isnumber", 1, kind::is_number),
    exactly("ispercentage", 1, kind::is_percentage),
    exactly("ispixel", 1, kind::is_pixel),
    exactly("isstring", 1, kind::is_string),
    exactly("isunit", 2, kind::is_unit),
    exactly("isurl", 1, kind::is_url),
    exactly("length", 1, list::length),
    at_least("lighten", 0, color_change::lighten),
    at_least("lightness", 0, color::lightness),
    at_least("luma", 0, color::luma),
    at_least("luminance", 0, color::luminance),
    at_least("max", 0, range::max),
    at_least("min", 0, range::min),
    at_least("mix", 0, color_change::mix),
    exactly("mod", 2, math::modulo),
    at_least("multiply", 0, blend::multiply),
    at_least("negation", 0, blend::negation),
    exactly("number", 1, accidental::plain_number),
    exactly("operate", 3, accidental::operate),
    at_least("overlay", 0, blend::overlay),
    exactly("percentage", 1, math::percentage),
    exactly("pi", 0, math::pi),
    exactly("pow", 2, math::pow),
    at_least("red", 0, color::red),
    at_least("replace", 3, string::replace),
    exactly("replace_flags", 1, accidental::replace_flags),
    at_least("rgb", 0, color::rgb),
    at_least("rgba", 0, color::rgba),
    at_least("round", 1, math::round),
    at_least("saturate", 0, color_change::saturate),
    at_least("saturation", 0, color::saturation),
    at_least("scaled", 1, accidental::scaled_number),
    at_least("screen", 0, blend::screen),
    at_least("shade", 1, color_change::shade),
    exactly("sin", 1, math::sin),
    at_least("softlight", 0, blend::softlight),
    at_least("spin", 0, color_change::spin),
    exactly("sqrt", 1, math::sqrt),
    exactly("svg-gradient", 1, svg_gradient::svg_gradient).method("svggradient"),
    exactly("svggradient", 1, svg_gradient::svg_gradient),
    exactly("tan", 1, math::tan),
    at_least("tint", 1, color_change::tint),
    at_least("unit", 1, kind::unit),
];
