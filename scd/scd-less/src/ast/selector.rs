//! Selectors before evaluation and before nesting is resolved.

use super::{Condition, Expr, NameId, SlotId, Variable};
use crate::value::Text;

/// What stands between an element and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combinator {
    /// Nothing: the element is glued to the one before.
    None,
    /// White space.
    Descendant,
    /// `>`
    Child,
    /// `+`
    Next,
    /// `~`
    Sibling,
    /// `|`
    Column,
    /// `^`
    Shadow,
    /// `^^`
    DeepShadow,
    /// `/deep/` (dialect 5)
    Deep,
}

impl Combinator {
    /// Whether it is empty or white space.
    pub(crate) fn is_blank(self) -> bool {
        matches!(self, Self::None | Self::Descendant)
    }

    /// The sign as the parser reads it.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Descendant => " ",
            Self::Child => ">",
            Self::Next => "+",
            Self::Sibling => "~",
            Self::Column => "|",
            Self::Shadow => "^",
            Self::DeepShadow => "^^",
            Self::Deep => "/deep/",
        }
    }
}

/// One selector of a list.
#[derive(Debug)]
pub(crate) struct Selector {
    /// Its elements.
    pub(crate) elements: Vec<Element>,
    /// `:extend(…)` on the selector itself.
    pub(crate) extends: Vec<Extend>,
    /// `when …`
    pub(crate) condition: Option<Condition>,
    /// The names by which mixin calls and extends find the selector; `None` if an element is not plain text.
    pub(crate) tokens: Option<Vec<NameId>>,
    /// Where it starts in the text.
    pub(crate) offset: u32,
}

/// A simple selector with its combinator.
#[derive(Debug)]
pub(crate) struct Element {
    /// What precedes it.
    pub(crate) combinator: Combinator,
    /// The simple selector.
    pub(crate) value: ElementValue,
}

/// A simple selector.
#[derive(Debug)]
pub(crate) enum ElementValue {
    /// `&`
    Parent,
    /// A name, class, id, pseudo class, percentage, `*` or parenthesised raw text.
    Text(Text),
    /// `@{name}`
    Variable(Variable),
    /// `[…]`
    Attribute(Box<Attribute>),
    /// `( selector )`
    Paren(Box<Selector>),
}

/// An attribute selector.
#[derive(Debug)]
pub(crate) struct Attribute {
    /// The attribute's name.
    pub(crate) key: AttributeKey,
    /// The sign, if there is one.
    pub(crate) op: Option<Text>,
    /// What is compared with.
    pub(crate) value: Option<AttributeValue>,
}

/// The name part of an attribute selector.
#[derive(Debug)]
pub(crate) enum AttributeKey {
    /// A plain name.
    Text(Text),
    /// `@{name}`
    Variable(Variable),
}

/// The value part of an attribute selector.
#[derive(Debug)]
pub(crate) enum AttributeValue {
    /// A bare word or percentage.
    Word(Text),
    /// A string.
    Quoted(Expr),
    /// `@{name}`
    Variable(Variable),
}

/// One `:extend()` target.
#[derive(Debug)]
pub(crate) struct Extend {
    /// What is looked for.
    pub(crate) selector: Selector,
    /// Whether it may match anywhere in a selector.
    pub(crate) all: bool,
    /// State of the node; also its identity in chains.
    pub(crate) slot: SlotId,
}
