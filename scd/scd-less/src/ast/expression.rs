//! Values, operations, calls, guards and media features before evaluation.

use super::{MixinCall, NameId, Ruleset, SlotId};
use crate::value::{Operator, Text};

/// An expression as written.
#[derive(Debug)]
pub(crate) enum Expr {
    /// A number with its unit.
    Number { value: f64, unit: Option<Text> },
    /// A hexadecimal colour, three or six digits without the sign; in dialect 5 also four or eight, and `#` with the digits is
    /// what is printed until something computes with the colour.
    HexColor(Text),
    /// A colour name, `transparent` included, as written.
    ColorName(Text),
    /// A string; `dynamic` if it holds `@{…}`, in dialect 3 a back-quote, in dialect 5 `${…}`. Inside a permissive value
    /// (dialect 5) the text includes its quotes and `escaped` is set.
    Quoted {
        quote: char,
        text: Text,
        escaped: bool,
        dynamic: bool,
        offset: u32,
    },
    /// Dialect 5: a stretch of a permissive value, an escaped string in which `@name` and `$name` without braces are replaced.
    /// `dynamic` if there is one.
    Loose {
        text: Text,
        dynamic: bool,
        offset: u32,
    },
    /// `U+26` and the like.
    Unicode(Text),
    /// A bare word.
    Keyword(Text),
    /// Raw text.
    Anonymous(Text),
    /// A block comment inside a value; empty for what was a `//` comment (dialect 5).
    Comment(Text),
    /// Code between back-quotes, never run.
    JavaScript,
    /// `@name` or `@@name`.
    Variable(Variable),
    /// Dialect 5: `$name`, the value of the property of that name.
    Property(PropertyUse),
    /// Dialect 5: what a call of a mixin or detached ruleset yields, looked up.
    Lookup(Box<Lookup>),
    /// Dialect 5: `.name(…)` as a value, without a lookup.
    MixinCall(Box<MixinCall>),
    /// Dialect 5: the first argument of `if()` and `boolean()`.
    Condition(Box<Condition>),
    /// `url(…)`.
    Url(Box<Expr>),
    /// A function call. In dialect 5, arguments separated by `;` are [`Comma`](Self::Comma) lists.
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
    /// Dialect 5: the pieces of a permissive value, printed without anything between them (`noSpacing`).
    Joined(Vec<Expr>),
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

    /// Whether it is a word, a string or a number, alone.
    pub(crate) fn is_literal(&self) -> bool {
        match self {
            Self::Keyword(_) | Self::Number { .. } | Self::Quoted { dynamic: false, .. } => true,
            Self::Space(items) | Self::Comma(items) => {
                matches!(&items[..], [item] if item.is_literal())
            }
            _ => false,
        }
    }
}

/// A use of a variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable {
    /// The name with its `@`; for `@@name` the inner `@name`.
    pub(crate) name: NameId,
    /// Whether the value of the variable is the name of the variable that is meant.
    pub(crate) indirect: bool,
    /// Where it stands in the text.
    pub(crate) offset: u32,
}

/// A use of a property as a variable (dialect 5).
#[derive(Clone, Copy, Debug)]
pub(crate) struct PropertyUse {
    /// The name with its `$`.
    pub(crate) name: NameId,
    /// Where it stands in the text.
    pub(crate) offset: u32,
}

/// A lookup in what a call yields: `@map[key]`, `.mixin()[@result][]` (dialect 5, `Less_Tree_NamespaceValue`).
#[derive(Debug)]
pub(crate) struct Lookup {
    /// What is called.
    pub(crate) base: LookupBase,
    /// What is looked up, one after the other. Only as a statement there may be none; less.php then evaluates the call, warns
    /// and leaves its ruleset.
    pub(crate) keys: Vec<LookupKey>,
    /// Where it starts in the text; less.php has none behind a mixin call.
    pub(crate) offset: Option<u32>,
}

/// What a lookup is done in.
#[derive(Debug)]
pub(crate) enum LookupBase {
    /// A detached ruleset, `@name` or `@@name`.
    Variable(Variable),
    /// A mixin call; never important.
    Mixin(MixinCall),
}

/// What stands in the brackets of a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LookupKey {
    /// `[]`: the last declaration.
    Last,
    /// `[@name]`; the name includes the `@`, and is nothing else in `[@]`.
    Variable(NameId),
    /// `[@@name]`: the variable whose name is the value of `@name`, which is what is kept here.
    VariableNamed(NameId),
    /// `[name]` or `[$name]`; the name includes the `$`.
    Property(NameId),
    /// `[$@name]`: the property whose name is the value of `@name`, which is what is kept here.
    PropertyNamed(NameId),
}

/// What the verbatim value of a declaration means once something asks for it as a value (dialect 5). less.php parses it then,
/// and so does [`Declaration::reading`](super::Declaration::reading).
#[derive(Debug)]
pub(crate) enum Reading {
    /// The whole text is a value. Nothing at all counts as one as well, without a value; less.php crashes when it uses that.
    Value(Option<Expr>),
    /// The text does not read as a value and stays as it is.
    Verbatim,
    /// less.php crashes on the attempt (text that ends in `!important`), with this message.
    Crash(&'static str),
}

/// A guard.
#[derive(Debug)]
pub(crate) enum Condition {
    /// Both hold.
    And(Box<(Condition, Condition)>),
    /// One holds.
    Or(Box<(Condition, Condition)>),
    /// Dialect 5: `not` before a whole `and` or `or`.
    Not(Box<Condition>),
    /// Dialect 5: nothing where a condition is expected; less.php crashes when it evaluates it.
    Missing,
    /// Two values compared, perhaps negated.
    Compare {
        op: ConditionOp,
        operands: Box<(Expr, Expr)>,
        negate: bool,
        offset: u32,
    },
}

impl Condition {
    /// Whether all comparisons in it are of a kind; `false` if there is anything but comparisons.
    pub(crate) fn comparisons(&self, is_of_kind: &mut dyn FnMut(&Expr, &Expr) -> bool) -> bool {
        match self {
            Self::And(sides) | Self::Or(sides) => {
                sides.0.comparisons(is_of_kind) && sides.1.comparisons(is_of_kind)
            }
            Self::Compare { operands, .. } => is_of_kind(&operands.0, &operands.1),
            Self::Not(_) | Self::Missing => false,
        }
    }
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
