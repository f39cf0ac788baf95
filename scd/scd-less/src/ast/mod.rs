//! The syntax tree of one parsed file: immutable (but for one memo), shared between compiles and threads.
//!
//! less.php overwrites some nodes with their results while it evaluates (see `eval`). So that this tree can be shared all the
//! same, every node with such a state carries a [`SlotId`], dense per file; a compile keeps the states in a table of its own.
//! Names that the evaluator looks up are numbered per file ([`NameId`]) and mapped to per-compile symbols when a file is
//! loaded.
//!
//! Both dialects share the tree. What only dialect 5's parser makes says so; in a tree of dialect 3 it does not occur, and
//! `SimplePair`, `Alpha` and back-quotes that interpolate do not occur in one of dialect 5.

mod definitions;
mod expression;
mod rule;
mod selector;

pub(crate) use definitions::Definitions;
pub(crate) use expression::{
    Condition, ConditionOp, Expr, Lookup, LookupBase, LookupKey, MediaFeature, PropertyUse,
    Reading, Variable,
};
pub(crate) use rule::{
    Argument, AtRule, Comment, Declaration, DetachedCall, Import, ImportOptions, Media, Merge,
    MixinCall, MixinDefinition, NamePart, Parameter, PropertyName, Ruleset, SimplePair, Statement,
    compares_parameters,
};
pub(crate) use selector::{
    Attribute, AttributeKey, AttributeValue, Combinator, Element, ElementValue, Extend, Selector,
};

/// The number of a state slot inside its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotId(pub(crate) u32);

/// The number of a name (variable, mixin, selector token) inside its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NameId(pub(crate) u32);

/// Everything that parsing one file yields.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The statements at the top of the file.
    pub(crate) rules: Vec<Statement>,
    /// How many state slots the file needs.
    pub(crate) slot_count: u32,
    /// The text of every [`NameId`].
    pub(crate) names: Vec<crate::value::Text>,
    /// Which of the names the file defines.
    pub(crate) definitions: Definitions,
    /// What was read but is not in the tree: places and what is to be said.
    pub(crate) lost: Vec<(usize, &'static str)>,
}
