//! The arguments of one call, and the checks that most built-in functions share.

use super::Context;
use crate::options::Dialect;
use crate::value::{
    Color, Dimension, Fault, Form, Number, NumericText, Property, Value, numeric_text,
};

/// What a built-in gives back: a value, or `None` to have the call printed as it stands.
pub(super) type Outcome = Result<Option<Value>, Fault>;

/// The arguments of one call.
pub(super) struct Arguments<'a> {
    /// The evaluated arguments.
    pub(super) values: &'a [Value],
    /// What the call may see of its surroundings.
    pub(super) context: &'a Context<'a>,
}

impl<'a> Arguments<'a> {
    /// The argument at a position, if it was given.
    pub(super) fn get(&self, index: usize) -> Option<&'a Value> {
        self.values.get(index)
    }

    /// The argument at a position that the table guarantees.
    pub(super) fn required(&self, index: usize) -> Result<&'a Value, Fault> {
        self.get(index)
            .ok_or_else(|| Fault::error("Too few arguments"))
    }

    /// The colour at a position, or the message that `function` wants a colour there.
    pub(super) fn color(&self, index: usize, function: &str) -> Result<&'a Color, Fault> {
        match self.get(index) {
            Some(Value::Color(color)) => Ok(color),
            other => Err(wrong(other, index, function, "a color")),
        }
    }

    /// The number at a position, or the message that `function` wants `kind` there.
    pub(super) fn dimension(
        &self,
        index: usize,
        function: &str,
        kind: &str,
    ) -> Result<&'a Dimension, Fault> {
        match self.get(index) {
            Some(Value::Dimension(dimension)) => Ok(dimension),
            other => Err(wrong(other, index, function, kind)),
        }
    }

    /// The printed text of an argument.
    pub(super) fn css(&self, value: &Value) -> Result<String, Fault> {
        crate::value::css(value, self.context.rules)
    }

    /// The dialect of the call.
    pub(super) fn dialect(&self) -> Dialect {
        self.context.rules.dialect
    }

    /// What less.php finds in the `value` property of an argument, with the warning if there is
    /// none.
    pub(super) fn read(&self, value: &Value) -> Result<Property, Fault> {
        value.read_property(self.dialect())
    }

    /// A colour that comes from a calculation.
    pub(super) fn computed(&self, rgb: [Number; 3], alpha: Number) -> Color {
        Color::new(rgb, alpha, Form::computed(self.dialect()))
    }
}

/// Names of the first positions, for messages.
pub(super) const ORDINALS: [&str; 3] = ["first", "second", "third"];

/// What messages add if a list with blanks was given.
pub(super) fn commas_hint(given: Option<&Value>) -> &'static str {
    if matches!(given, Some(Value::Space(_) | Value::Joined(_))) {
        " (did you forgot commas?)"
    } else {
        ""
    }
}

/// The message for an argument of the wrong kind.
pub(super) fn wrong(given: Option<&Value>, index: usize, function: &str, kind: &str) -> Fault {
    let ordinal = ORDINALS.get(index).unwrap_or(&"next");
    let hint = commas_hint(given);
    Fault::exception(format!(
        "The {ordinal} argument to {function} must be {kind}{hint}"
    ))
}

/// A number for a colour function: percentages become fractions (`Less_Functions::number`).
pub(super) fn number(value: Option<&Value>) -> Result<Number, Fault> {
    match value {
        Some(Value::Dimension(dimension)) if dimension.unit.is("%") => {
            Ok(Number::Float(dimension.value / 100.0))
        }
        Some(Value::Dimension(dimension)) => Ok(Number::Float(dimension.value)),
        Some(other) => numeric(other).ok_or_else(not_a_number),
        None => Err(not_a_number()),
    }
}

/// A channel: a percentage of 255, or the number itself (`Less_Functions::scaled`).
pub(super) fn scaled(value: Option<&Value>) -> Result<Number, Fault> {
    match value {
        Some(Value::Dimension(dimension)) if dimension.unit.is("%") => {
            Ok(Number::Float(dimension.value * 255.0 / 100.0))
        }
        other => number(other),
    }
}

/// The number that a leaked PHP scalar is, if it is one.
pub(super) fn numeric(value: &Value) -> Option<Number> {
    match value {
        Value::Bare(number) => Some(*number),
        Value::BareText(text) => match numeric_text(text) {
            NumericText::Number(number) => Some(number),
            _ => None,
        },
        _ => None,
    }
}

fn not_a_number() -> Fault {
    Fault::exception("color functions take numbers as parameters")
}

/// A parameter of one of PHP's string functions, for messages.
pub(super) struct Parameter {
    function: &'static str,
    place: &'static str,
    kind: &'static str,
}

impl Parameter {
    const fn new(function: &'static str, place: &'static str, kind: &'static str) -> Self {
        Self {
            function,
            place,
            kind,
        }
    }

    /// `rawurlencode($string)`
    pub(super) const RAW_URL: Self = Self::new("rawurlencode", "#1 ($string)", "string");
    /// `str_split($string)`
    pub(super) const SPLIT: Self = Self::new("str_split", "#1 ($string)", "string");
    /// The template of `%()`.
    pub(super) const MATCH: Self = Self::new("preg_match", "#2 ($subject)", "string");
    /// What is put into a template.
    pub(super) const REPLACEMENT: Self =
        Self::new("preg_replace", "#2 ($replacement)", "array|string");
    /// What is searched.
    pub(super) const SUBJECT: Self = Self::new("preg_replace", "#3 ($subject)", "array|string");
    /// A text whose slashes are exchanged.
    pub(super) const PATH: Self = Self::new("str_replace", "#3 ($subject)", "array|string");
}

/// The text that PHP makes of a node's `value` property when it is handed to a string function.
pub(super) fn text_parameter(property: &Property, parameter: &Parameter) -> Result<String, Fault> {
    let Parameter {
        function,
        place,
        kind,
    } = parameter;
    match property {
        Property::Text(text) => Ok(text.as_ref().to_owned()),
        Property::Number(number) => Ok(Number::Float(*number).text()),
        Property::Unit(unit) => Ok(unit.text()),
        Property::Undefined | Property::Null => Err(Fault::exception(format!(
            "Deprecated Functionality: {function}(): Passing null to parameter {place} of type {kind} is deprecated"
        ))),
        Property::List(_) if *place == Parameter::REPLACEMENT.place => Err(Fault::error(
            "preg_replace(): Argument #1 ($pattern) must be of type array when argument #2 ($replacement) is an array, string given",
        )),
        other @ (Property::List(_) | Property::Node(_)) => Err(Fault::error(format!(
            "{function}(): Argument {place} must be of type {kind}, {} given",
            other.php_type()
        ))),
    }
}

/// A float as the whole number that PHP's `%` wants. Losing a fraction is deprecated, which Magento
/// treats as a failure.
pub(super) fn whole(number: Number) -> Result<i64, Fault> {
    match number {
        Number::Int(value) => Ok(value),
        Number::Float(value) if value == value.trunc() && value.abs() < 9.2e18 => Ok(value as i64),
        Number::Float(value) => Err(Fault::exception(format!(
            "Deprecated Functionality: Implicit conversion from float {} to int loses precision",
            shortest_text(value)
        ))),
    }
}

/// A float in the fewest digits that tell it, as PHP's own messages show it.
fn shortest_text(value: f64) -> String {
    if !value.is_finite() {
        return Number::Float(value).text();
    }
    let exact = format!("{value:e}");
    let (digits, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..17).contains(&exponent) {
        return value.to_string();
    }
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent:+}")
}

/// `(int)` of a number: what lies beyond the range of integers wraps around, and what is not finite
/// is 0.
pub(super) fn cast(number: Number) -> i64 {
    match number {
        Number::Int(value) => value,
        Number::Float(value) if value.abs() < 9.2e18 => value as i64,
        Number::Float(value) => {
            const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
            let rest = value % TWO_TO_64;
            let wrapped = if rest < 0.0 { rest + TWO_TO_64 } else { rest };
            // Not finite: `rest` is not a number, which becomes 0.
            wrapped as u64 as i64
        }
    }
}
