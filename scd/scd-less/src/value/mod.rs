//! Evaluated values: what variables hold, mixins receive and declarations print.
//!
//! A [`Value`] is the result of evaluating an expression of the syntax tree. It is cheap to clone
//! (text is shared, lists are shared) and never refers back into the tree. Texts are `Arc<str>` so
//! that the immutable, thread-shared tree and the values of one compile can share them; the values
//! themselves stay on one thread.
//!
//! The arithmetic of less.php is that of PHP numbers, so its integer and float kinds are kept apart
//! in [`Number`] wherever the difference can be seen (colour channels in guards). [`Fault`] keeps
//! apart what PHP throws as an exception and what it raises as an error, because the deploy
//! survives the former only.

mod address;
mod color;
mod color_name;
mod color_print;
mod compare;
mod dimension;
mod fault;
mod node_compare;
mod number;
mod operate;
mod path;
mod print;
mod property;
mod round;
mod rules;
mod spelling;
mod unit;

#[cfg(test)]
mod tests;

pub(crate) use address::Addresses;
pub(crate) use color::{Color, Cylinder};
pub(crate) use compare::compare;
pub(crate) use dimension::{Dimension, round_to_precision};
pub(crate) use fault::{Fault, FaultClass};
pub(crate) use node_compare::node_compare;
pub(crate) use number::{Number, NumericText, compare_text, numeric_text, text_of_float};
pub(crate) use operate::{Operator, negate, operate};
pub(crate) use path::{is_relative_path, normalize_path};
pub(crate) use print::{css, to_css};
pub(crate) use property::Property;
pub(crate) use round::{round, round_half_up};
pub(crate) use rules::Rules;
pub(crate) use spelling::Form;
pub(crate) use unit::Unit;

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

/// Shared immutable text.
pub(crate) type Text = Arc<str>;

/// An evaluated value (`Less_Tree_*` after `compile`).
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A number with a unit (`Less_Tree_Dimension`).
    Dimension(Dimension),
    /// A colour (`Less_Tree_Color`).
    Color(Color),
    /// A string, with quotes or escaped by `~` (`Less_Tree_Quoted`).
    Quoted(Quoted),
    /// A bare word (`Less_Tree_Keyword`).
    Keyword(Text),
    /// Text that is printed as it stands (`Less_Tree_Anonymous`).
    Anonymous(Text),
    /// `url(…)` around a string or raw text, already normalised (`Less_Tree_Url`).
    Url(Rc<Value>),
    /// Values separated by commas (`Less_Tree_Value`), two or more.
    Comma(Rc<[Value]>),
    /// Values separated by blanks (`Less_Tree_Expression`), two or more, or none.
    Space(Rc<[Value]>),
    /// The pieces of a permissive value of dialect 5, printed without anything between them (`Less_Tree_Expression` too).
    Joined(Rc<[Value]>),
    /// A call of a function that is not built in, or that a built-in left alone (`Less_Tree_Call`).
    Call(Rc<Call>),
    /// An operation left as it is because maths is strict (`Less_Tree_Operation`).
    Operation(Rc<Operation>),
    /// A parenthesised value left as it is because maths is strict (`Less_Tree_Paren`).
    Paren(Rc<Value>),
    /// A negation left as it is because maths is strict (`Less_Tree_Negative`).
    Negative(Rc<Value>),
    /// `key=value` inside a call (`Less_Tree_Assignment`).
    Assignment(Rc<Assignment>),
    /// `alpha(opacity=…)` with the value after the sign; plain digits are [`Value::Anonymous`]
    /// (`Less_Tree_Alpha`).
    Alpha(Rc<Value>),
    /// `U+26` and the like (`Less_Tree_UnicodeDescriptor`).
    UnicodeRange(Text),
    /// A block comment that stands inside a value (`Less_Tree_Comment`).
    Comment(Text),
    /// A unit taken off its number by `get-unit()`: prints as text but is never equal to one.
    UnitText(Unit),
    /// A number that `e()` took out of its node: prints without its unit and unrounded.
    NumberText(f64),
    /// A list or node that `e()` took out of its node: raw text to everything but printing, which
    /// fails.
    Unprintable(Rc<Property>),
    /// A number without a node around it, as helper functions such as `number()` leak it. Only
    /// functions can read it.
    Bare(Number),
    /// A text without a node around it, likewise.
    BareText(Text),
    /// What a condition comes to when it is an argument, for `boolean()` alone.
    Truth(bool),
    /// A detached ruleset; the evaluator alone knows what it holds (`Less_Tree_DetachedRuleset`).
    Detached(Rc<dyn Any>),
}

/// A string value.
#[derive(Clone, Debug)]
pub(crate) struct Quoted {
    /// The quote sign, `'"'` or `'\''`; `None` if a function made the string from something without
    /// one.
    pub(crate) quote: Option<char>,
    /// The text between the quotes, escapes untouched.
    pub(crate) text: Text,
    /// Whether the string was written with `~`, so that it prints without quotes.
    pub(crate) escaped: bool,
}

impl Quoted {
    /// Whether both print the same quotes around their texts.
    fn is_alike(&self, other: &Self) -> bool {
        self.quote.is_some() && self.quote == other.quote && !self.escaped && !other.escaped
    }
}

/// A call that prints as it was written, with evaluated arguments.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The name in the case of the source.
    pub(crate) name: Text,
    /// The evaluated arguments.
    pub(crate) args: Vec<Value>,
}

/// Two operands that strict maths kept apart.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// The sign between the operands.
    pub(crate) operator: Operator,
    /// The left operand.
    pub(crate) left: Value,
    /// The right operand.
    pub(crate) right: Value,
    /// Whether white space followed the left operand in the source; prints one blank on both sides.
    pub(crate) spaced: bool,
}

/// A `key=value` argument.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    /// The text before the sign.
    pub(crate) key: Text,
    /// The value after it.
    pub(crate) value: Value,
}

impl Value {
    /// A keyword from a text.
    #[must_use]
    pub(crate) fn keyword(text: &str) -> Self {
        Self::Keyword(text.into())
    }

    /// `true` or `false` as the keyword that guards and type functions use.
    #[must_use]
    pub(crate) fn truth(value: bool) -> Self {
        Self::keyword(if value { "true" } else { "false" })
    }

    /// Raw text.
    #[must_use]
    pub(crate) fn anonymous(text: impl Into<Text>) -> Self {
        Self::Anonymous(text.into())
    }

    /// A number without a unit.
    #[must_use]
    pub(crate) fn number(value: f64) -> Self {
        Self::Dimension(Dimension::plain(value))
    }

    /// A string with its quote sign and whether it is escaped.
    #[must_use]
    pub(crate) fn quoted(quote: Option<char>, text: impl Into<Text>, escaped: bool) -> Self {
        Self::Quoted(Quoted {
            quote,
            text: text.into(),
            escaped,
        })
    }

    /// Whether a detached ruleset is part of what is printed of it.
    #[must_use]
    pub(crate) fn holds_detached(&self) -> bool {
        match self {
            Self::Detached(_) => true,
            Self::Comma(list) | Self::Space(list) | Self::Joined(list) => {
                list.iter().any(Self::holds_detached)
            }
            Self::Call(call) => call.args.iter().any(Self::holds_detached),
            Self::Operation(operation) => {
                operation.left.holds_detached() || operation.right.holds_detached()
            }
            Self::Paren(inner) | Self::Url(inner) => inner.holds_detached(),
            Self::Assignment(assignment) => assignment.value.holds_detached(),
            _ => false,
        }
    }

    /// Whether it holds other values.
    #[must_use]
    pub(crate) fn has_parts(&self) -> bool {
        matches!(
            self,
            Self::Comma(_)
                | Self::Space(_)
                | Self::Joined(_)
                | Self::Call(_)
                | Self::Operation(_)
                | Self::Paren(_)
                | Self::Negative(_)
                | Self::Assignment(_)
                | Self::Alpha(_)
                | Self::Url(_)
        )
    }

    /// The class name that less.php has for this kind of value, for messages.
    #[must_use]
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Dimension(_) => "Less_Tree_Dimension",
            Self::Color(_) => "Less_Tree_Color",
            Self::Quoted(_) => "Less_Tree_Quoted",
            Self::Keyword(_) => "Less_Tree_Keyword",
            Self::Anonymous(_) | Self::UnitText(_) | Self::NumberText(_) | Self::Unprintable(_) => {
                "Less_Tree_Anonymous"
            }
            Self::Url(_) => "Less_Tree_Url",
            Self::Comma(_) => "Less_Tree_Value",
            Self::Space(_) | Self::Joined(_) => "Less_Tree_Expression",
            Self::Call(_) => "Less_Tree_Call",
            Self::Operation(_) => "Less_Tree_Operation",
            Self::Paren(_) => "Less_Tree_Paren",
            Self::Negative(_) => "Less_Tree_Negative",
            Self::Assignment(_) => "Less_Tree_Assignment",
            Self::Alpha(_) => "Less_Tree_Alpha",
            Self::UnicodeRange(_) => "Less_Tree_UnicodeDescriptor",
            Self::Comment(_) => "Less_Tree_Comment",
            Self::Bare(Number::Int(_)) => "int",
            Self::Bare(Number::Float(_)) => "float",
            Self::BareText(_) => "string",
            Self::Truth(_) => "bool",
            Self::Detached(_) => "Less_Tree_DetachedRuleset",
        }
    }
}
