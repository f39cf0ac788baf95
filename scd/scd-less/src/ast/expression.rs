//! Values, operations, calls, guards and media features before evaluation.

use super::{NameId, Ruleset, SlotId};
use crate::value::{Operator, Text};

/// An expression as written.
#[derive(Debug)]
pub(crate) enum Expr {
    /// A number with its unit.
    Number { value: f64, unit: Option<Text> },
    /// A hexadecimal colour, three or six digits without the sign.
    HexColor(Text),
    /// A colour name, `transparent` included.
    ColorName(Text),
    /// A string; `dynamic` if it holds `@{…}` or a back-quote.
    Quoted {
        quote: char,
        text: Text,
        escaped: bool,
        dynamic: bool,
    },
    /// `U+26` and the like.
    Unicode(Text),
    /// A bare word.
    Keyword(Text),
    /// Raw text.
    Anonymous(Text),
    /// A block comment inside a value.
    Comment(Text),
    /// Code between back-quotes, never run.
    JavaScript,
    /// `@name` or `@@name`.
    Variable(Variable),
    /// `url(…)`.
    Url(Box<Expr>),
    /// A function call.
    Call {
        name: Text,
        args: Vec<Expr>,
        offset: u32,
    },
    /// `alpha(opacity=…)`; less.php keeps the first result for good, hence the slot.
    Alpha { value: Box<Expr>, slot: SlotId },
    /// `key=value` in call arguments.
    Assignment { key: Text, value: Box<Expr> },
    /// `a + b`; `spaced` if white space preceded the sign.
    Operation {
        operator: Operator,
        operands: Box<(Expr, Expr)>,
        spaced: bool,
    },
    /// `-@x` or `-(…)`.
    Negative(Box<Expr>),
    /// `( sum )`; `operand` if it stands inside an operation or behind a minus.
    Sum { inner: Box<Expr>, operand: bool },
    /// Expressions separated by blanks, one or more.
    Space(Vec<Expr>),
    /// Expressions separated by commas, one or more.
    Comma(Vec<Expr>),
    /// A detached ruleset.
    Detached(Box<Ruleset>),
}

impl Expr {
    /// Notes that this expression is an operand, which takes its parentheses out of the strict-maths rule.
    pub(crate) fn mark_operand(&mut self) {
        if let Self::Sum { operand, .. } = self {
            *operand = true;
        }
    }
}

/// A use of a variable.
#[derive(Debug)]
pub(crate) struct Variable {
    /// The name with its `@`; for `@@name` the inner `@name`.
    pub(crate) name: NameId,
    /// Whether the value of the variable is the name of the variable that is meant.
    pub(crate) indirect: bool,
    /// Where it stands in the text.
    pub(crate) offset: u32,
}

/// A guard.
#[derive(Debug)]
pub(crate) enum Condition {
    /// Both hold.
    And(Box<(Condition, Condition)>),
    /// One holds.
    Or(Box<(Condition, Condition)>),
    /// Two values compared, perhaps negated.
    Compare {
        op: ConditionOp,
        operands: Box<(Expr, Expr)>,
        negate: bool,
        offset: u32,
    },
}

/// The sign of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConditionOp {
    Equal,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

/// One part of a media query.
#[derive(Debug)]
pub(crate) enum MediaFeature {
    /// A word or a variable.
    Plain(Expr),
    /// `(value)`.
    Paren(Expr),
    /// `(name: value)`; evaluated in place like a declaration.
    Named {
        name: Text,
        value: Expr,
        slot: SlotId,
    },
}
