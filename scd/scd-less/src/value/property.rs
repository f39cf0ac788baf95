//! What less.php finds in the `value` property of a node: most of its functions read it without
//! asking for the node's type, so the type juggling of PHP decides about the result.

use super::{Fault, Form, Number, NumericText, Text, Unit, Value, numeric_text};
use crate::options::Dialect;
use std::rc::Rc;

/// The content of a node's `value` property.
#[derive(Clone, Debug)]
pub(crate) enum Property {
    /// The node's class has no such property; reading it raises a warning.
    Undefined,
    /// The property exists and is empty.
    Null,
    /// A float.
    Number(f64),
    /// A text.
    Text(Text),
    /// A list of nodes.
    List(Rc<[Value]>),
    /// Another node.
    Node(&'static str),
    /// A unit, which PHP turns into text where a text is wanted.
    Unit(Unit),
}

impl Value {
    /// The `value` property.
    pub(crate) fn property(&self, dialect: Dialect) -> Property {
        match self {
            Self::Dimension(dimension) => Property::Number(dimension.value),
            Self::Quoted(quoted) => Property::Text(quoted.text.clone()),
            Self::Keyword(text)
            | Self::Anonymous(text)
            | Self::UnicodeRange(text)
            | Self::Comment(text) => Property::Text(text.clone()),
            Self::Comma(list) | Self::Space(list) | Self::Joined(list) => {
                Property::List(list.clone())
            }
            Self::Call(_) if dialect == Dialect::V5 => Property::Undefined,
            Self::Call(_) => Property::Null,
            Self::Url(inner) | Self::Paren(inner) | Self::Negative(inner) => {
                Property::Node(inner.class())
            }
            Self::Assignment(assignment) => Property::Node(assignment.value.class()),
            Self::Alpha(inner) => match &**inner {
                Self::Anonymous(text) => Property::Text(text.clone()),
                other => Property::Node(other.class()),
            },
            Self::UnitText(unit) => Property::Unit(unit.clone()),
            Self::NumberText(number) => Property::Number(*number),
            Self::Unprintable(property) => Property::clone(property),
            Self::Color(color) => match color.form() {
                Form::Unkept | Form::Transparent => Property::Undefined,
                Form::Computed => Property::Null,
                _ => Property::Text(color.spelling().into()),
            },
            Self::Operation(_)
            | Self::Bare(_)
            | Self::BareText(_)
            | Self::Truth(_)
            | Self::Detached(_) => Property::Undefined,
        }
    }

    /// The `value` property, with the warning if there is none.
    pub(crate) fn read_property(&self, dialect: Dialect) -> Result<Property, Fault> {
        match self.property(dialect) {
            Property::Undefined => Err(Fault::undefined_property(self.class(), "value")),
            other => Ok(other),
        }
    }

    /// The list inside, if the `value` property is one.
    pub(crate) fn list(&self) -> Option<&Rc<[Self]>> {
        match self {
            Self::Comma(list) | Self::Space(list) | Self::Joined(list) => Some(list),
            _ => None,
        }
    }
}

impl Property {
    /// Why PHP cannot make text of it where it is printed.
    pub(crate) fn unprintable(&self) -> Fault {
        match self {
            Self::Node(class) => Fault::error(format!(
                "Object of class {class} could not be converted to string"
            )),
            _ => Fault::exception("Warning: Array to string conversion"),
        }
    }

    /// The name of the PHP type, for messages.
    pub(crate) fn php_type(&self) -> &'static str {
        match self {
            Self::Undefined | Self::Null => "null",
            Self::Number(_) => "float",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Node(class) => class,
            Self::Unit(_) => "Less_Tree_Unit",
        }
    }

    /// The number that arithmetic makes of it, as one side of `operator`; `other` is the PHP type
    /// of the other side and `left` tells whether this one stands to the left.
    pub(crate) fn operand(&self, operator: &str, other: &str, left: bool) -> Result<Number, Fault> {
        let refuse = || {
            let (a, b) = if left {
                (self.php_type(), other)
            } else {
                (other, self.php_type())
            };
            Fault::error(format!("Unsupported operand types: {a} {operator} {b}"))
        };
        match self {
            Self::Undefined | Self::Null => Ok(Number::Int(0)),
            Self::Number(value) => Ok(Number::Float(*value)),
            Self::Text(text) => match numeric_text(text) {
                NumericText::Number(number) => Ok(number),
                NumericText::Leading => {
                    Err(Fault::exception("Warning: A non-numeric value encountered"))
                }
                NumericText::No => Err(refuse()),
            },
            Self::List(_) | Self::Node(_) | Self::Unit(_) => Err(refuse()),
        }
    }
}
