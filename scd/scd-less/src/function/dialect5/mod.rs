//! The built-in functions of dialect 5: the public methods of the function class of less.php 5.5,
//! with what they do differently from dialect 3.

mod color;
mod data_uri;
mod image_size;
mod kind;
mod range;
mod string;
mod svg_gradient;

use super::builtin::{Builtin, Index, at_least, exactly};
use super::{
    accidental, blend, color as common, color_change, kind as kinds, list, math, string as text,
};

/// How many there are.
const COUNT: usize = 95;

/// Where each is.
pub(super) static INDEX: Index = Index::of(&BUILTINS);

/// All functions in alphabetical order. Those that take any number of arguments behind the first
/// say 'exactly' like PHP.
pub(super) static BUILTINS: [Builtin; COUNT] = [
    exactly("%", 1, string::format).method("_percent"),
    at_least("__construct", 1, accidental::construct),
    exactly("_percent", 1, string::format),
    exactly("_self", 1, kind::itself),
    exactly("abs", 1, math::abs),
    exactly("acos", 1, math::acos),
    at_least("alpha", 0, common::alpha),
    exactly("argb", 1, common::argb),
    exactly("asin", 1, math::asin),
    exactly("atan", 1, math::atan),
    at_least("average", 0, blend::average),
    at_least("blue", 0, common::blue),
    exactly("boolean", 1, kind::boolean),
    exactly("ceil", 1, math::ceil),
    exactly("color", 1, color::parse),
    exactly("colorblend", 3, kind::color_blend).method("colorBlend"),
    at_least("contrast", 1, color_change::contrast),
    exactly("convert", 2, kinds::convert),
    exactly("cos", 1, math::cos),
    at_least("darken", 0, color_change::darken),
    at_least("data-uri", 1, data_uri::data_uri).method("datauri"),
    at_least("datauri", 1, data_uri::data_uri),
    at_least("desaturate", 0, color_change::desaturate),
    at_least("difference", 0, blend::difference),
    exactly("e", 1, text::unquote),
    exactly("escape", 1, text::escape),
    at_least("exclusion", 0, blend::exclusion),
    exactly("extract", 2, list::extract),
    at_least("fade", 0, color_change::fade),
    at_least("fadein", 0, color_change::fade_in),
    at_least("fadeout", 0, color_change::fade_out),
    exactly("floor", 1, math::floor),
    exactly("get-unit", 1, kinds::get_unit).method("getunit"),
    exactly("getunit", 1, kinds::get_unit),
    at_least("green", 0, common::green),
    exactly("greyscale", 1, color_change::greyscale),
    at_least("hardlight", 0, blend::hardlight),
    exactly("hsl", 3, color::hsl),
    at_least("hsla", 0, color::hsla),
    exactly("hsla_hue", 3, accidental::hue_part),
    exactly("hsv", 3, common::hsv),
    exactly("hsva", 4, common::hsva),
    at_least("hsvhue", 0, common::hsv_hue),
    at_least("hsvsaturation", 0, common::hsv_saturation),
    at_least("hsvvalue", 0, common::hsv_value),
    at_least("hue", 0, common::hue),
    at_least("image-height", 0, image_size::height),
    at_least("image-size", 0, image_size::size),
    at_least("image-width", 0, image_size::width),
    at_least("imageheight", 0, image_size::height),
    at_least("imagesize", 0, image_size::size),
    at_least("imagewidth", 0, image_size::width),
    exactly("iscolor", 1, kinds::is_color),
    exactly("isem", 1, kinds::is_em),
    exactly("iskeyword", 1, kinds::is_keyword),
    exactly("isnumber", 1, kinds::is_number),
    exactly("ispercentage", 1, kinds::is_percentage),
    exactly("ispixel", 1, kinds::is_pixel),
    exactly("isruleset", 1, kind::is_ruleset),
    exactly("isstring", 1, kinds::is_string),
    exactly("isunit", 2, kind::is_unit),
    exactly("isurl", 1, kinds::is_url),
    exactly("length", 1, list::length),
    at_least("lighten", 0, color_change::lighten),
    at_least("lightness", 0, common::lightness),
    at_least("luma", 0, common::luma),
    at_least("luminance", 0, common::luminance),
    at_least("max", 0, range::max),
    at_least("min", 0, range::min),
    at_least("mix", 0, color_change::mix),
    exactly("mod", 2, math::modulo),
    at_least("multiply", 0, blend::multiply),
    at_least("negation", 0, blend::negation),
    at_least("overlay", 0, blend::overlay),
    exactly("percentage", 1, math::percentage),
    exactly("pi", 0, math::pi),
    exactly("pow", 2, math::pow),
    at_least("red", 0, common::red),
    at_least("replace", 3, string::replace),
    at_least("rgb", 0, color::rgb),
    at_least("rgba", 0, color::rgba),
    at_least("round", 1, math::round),
    at_least("saturate", 0, color_change::saturate),
    at_least("saturation", 0, common::saturation),
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
