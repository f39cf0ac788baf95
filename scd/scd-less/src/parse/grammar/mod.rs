//! What the grammars of both dialects do alike, over the steps and alternatives in which they differ.

pub(super) mod entity;
mod entries;
pub(super) mod expression;
pub(super) mod guard;
pub(super) mod media;
pub(super) mod selector;
mod steps;

use super::Attempt;
use crate::ast::{Condition, Element, ElementValue, Expr};

pub(super) use entries::{Entries, without_comments};
pub(super) use steps::{Bounds, Numbering, Steps, TOO_MANY_STATEMENTS};

/// Adds to a list that mostly has no more than `usual` items: the first growth of an empty one would make room for four.
pub(super) fn push<T>(list: &mut Vec<T>, item: T, usual: usize) {
    if list.capacity() == 0 {
        *list = Vec::with_capacity(usual);
    }
    list.push(item);
}

/// The alternatives of a dialect that the shared parts of the grammar choose from.
pub(super) trait Grammar<'s>: Steps<'s> {
    /// `"…"`, `'…'`, with `~` in front if escaped.
    fn quoted_string(&mut self) -> Option<Expr>;

    /// A bare word or colour name.
    fn keyword(&mut self) -> Option<Expr>;

    /// `@name` and what else may stand in its place.
    fn variable_value(&mut self) -> Attempt<Expr>;

    /// Operands joined by `*` and `/`.
    fn product(&mut self) -> Attempt<Expr>;

    /// What commas separate in a value.
    fn expression(&mut self) -> Attempt<Expr>;

    /// What commas separate in a guard.
    fn guard_condition(&mut self) -> Attempt<Condition>;

    /// `( selector )` as an element; the parenthesis is known to be there.
    fn paren_element(&mut self) -> Attempt<ElementValue>;

    /// A combinator and a simple selector. A combinator without an element stays eaten.
    fn element(&mut self) -> Attempt<Element>;
}
