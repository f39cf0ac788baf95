//! Arithmetic on values.

use super::{Color, Dimension, Fault, Form, Number, Rules, Value};
use crate::options::Dialect;

/// The sign of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `./` (dialect 5): a division that needs no parentheses
    DotDivide,
}

impl Operator {
    /// The sign as it is printed.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::DotDivide => "./",
        }
    }

    /// The operation on two PHP numbers.
    pub(crate) fn apply(self, left: Number, right: Number) -> Result<Number, Fault> {
        Ok(match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide | Self::DotDivide => left.divide(right)?,
        })
    }
}

/// `left operator right`: numbers and colours, a number beside a colour counting for all its
/// channels. Anything else fails; dialect 5 has a single message for that.
pub(crate) fn operate(
    operator: Operator,
    left: &Value,
    right: &Value,
    rules: Rules,
) -> Result<Value, Fault> {
    match (left, right) {
        (Value::Dimension(left), Value::Dimension(right)) => {
            left.operate(operator, right, rules).map(Value::Dimension)
        }
        (Value::Color(left), Value::Color(right)) => {
            left.operate(operator, right).map(Value::Color)
        }
        (Value::Dimension(left), Value::Color(right)) => {
            grey(left, rules).operate(operator, right).map(Value::Color)
        }
        (Value::Color(left), Value::Dimension(right)) => left
            .operate(operator, &grey(right, rules))
            .map(Value::Color),
        _ if rules.dialect == Dialect::V5 => Err(Fault::exception("Operation on an invalid type")),
        (Value::Dimension(left), _) => Err(misfit(operator, left, right)),
        (Value::Color(_), _) => Err(Fault::undefined_property(right.class(), "alpha")),
        (Value::Bare(_), _) => Err(Fault::error(format!(
            "method_exists(): Argument #1 ($object_or_class) must be of type object|string, {} given",
            left.class()
        ))),
        _ => Err(Fault::exception("Operation on an invalid type")),
    }
}

/// `-value`, which less.php computes as a product with minus one.
pub(crate) fn negate(value: &Value, rules: Rules) -> Result<Value, Fault> {
    operate(Operator::Multiply, &Value::number(-1.0), value, rules)
}

/// The colour that a number becomes in an operation.
fn grey(dimension: &Dimension, rules: Rules) -> Color {
    let form = Form::computed(rules.dialect);
    Color::new([Number::Float(dimension.value); 3], Number::Int(1), form)
}

/// Why a number cannot be combined with something that is neither number nor colour: PHP first
/// tries the arithmetic on whatever the other side's `value` property holds, then misses its unit.
fn misfit(operator: Operator, left: &Dimension, right: &Value) -> Fault {
    let attempt = right
        .read_property(Dialect::V3)
        .and_then(|property| property.operand(operator.as_str(), "float", false))
        .and_then(|number| operator.apply(left.value.into(), number));
    match attempt {
        Err(fault) => fault,
        Ok(_) => Fault::undefined_property(right.class(), "unit"),
    }
}
