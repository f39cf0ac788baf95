//! The grammar of dialect 5, less.php 5.x.
//!
//! It differs from dialect 3's in more than its rules. Comments are read along with the white space behind every token and kept
//! in a queue from which statements and values take them; an attempt that is given up does not put them back, so a comment may
//! come twice. Positions to go back to are on a stack, which one attempt (a parenthesised guard without its `)`) unbalances,
//! with effects on everything around it. Both show in what parses and where errors are reported, so both are done here alike.

mod at_rule;
mod call;
mod declaration;
mod entity;
mod expression;
mod guard;
mod lookup;
mod mixin;
#[cfg(test)]
mod outline;
mod permissive;
mod selector;
mod statement;
mod steps;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use super::grammar::entity::important;
use super::grammar::expression::value;
use super::grammar::{Bounds, Numbering, Steps};
use super::{Failure, Stop, failure};
use crate::ast::{Declaration, Expr, Merge, PropertyName, Reading, Statement, Tree};
use crate::options::ParseOptions;
use crate::value::Text;

/// A comment that was read with the white space behind a token.
struct Pending {
    /// The whole text; empty for a `//` comment, as less.php forgets it.
    text: Text,
    /// Whether it is a `//` comment.
    silent: bool,
    /// Where it starts.
    offset: u32,
}

/// The state of parsing one file.
struct Parser<'s> {
    source: &'s str,
    bytes: &'s [u8],
    /// May be one behind the end: a `//` comment that ends the file is left that way.
    position: usize,
    furthest: usize,
    saved: Vec<usize>,
    pending: VecDeque<Pending>,
    /// Whether comments count as white space; not inside `url(`.
    absorbs: bool,
    /// Attempts that may still be made; bounds the cost of nested attempts.
    budget: u64,
    /// Where the selector being read has a combinator such as `/name/` that the tree has no place for.
    odd_combinator: Option<usize>,
    /// For the spelling of mixin paths in messages.
    compress: bool,
    numbering: Numbering,
    bounds: Bounds,
}

/// Reads one file.
pub(super) fn parse(source: &str, options: &ParseOptions) -> Result<Tree, Box<Stop>> {
    let bytes = source.as_bytes();
    let mut parser = Parser::new(source, options);
    parser.compress = options.compress;
    while parser.rest().starts_with(b"\xEF\xBB\xBF") {
        parser.position += 3;
    }
    let mark = parser.position;
    parser.furthest = mark;
    parser.skip(0);
    let rules = parser.primary().map_err(|failure| Stop {
        position: parser.position,
        failure: *failure,
    })?;
    if parser.position < bytes.len() {
        let furthest = parser.furthest.min(bytes.len());
        return Err(Box::new(Stop {
            failure: failure::unexpected(&bytes[mark..], mark, furthest),
            position: furthest,
        }));
    }
    Ok(parser.numbering.into_tree(rules, Vec::new()))
}

/// What verbatim text reads as when it is asked for as a value.
pub(super) fn read(text: &str) -> Reading {
    Parser::new(text, &ParseOptions::default()).reading()
}

/// Text that evaluation made, with what it reads as: a tree whose only statement declares it.
pub(super) fn read_alone(text: &Text) -> Tree {
    let mut parser = Parser::new(text, &ParseOptions::default());
    let reading = parser.reading();
    let declaration = Declaration {
        name: PropertyName::Variable(parser.name("@")),
        value: Expr::Anonymous(Arc::clone(text)),
        memo: OnceLock::from(Box::new(reading)),
        important: false,
        merge: Merge::No,
        slot: parser.slot(),
        offset: 0,
        value_offset: 0,
    };
    let rules = vec![Statement::Declaration(Box::new(declaration))];
    parser.numbering.into_tree(rules, Vec::new())
}

impl<'s> Parser<'s> {
    fn new(source: &'s str, options: &ParseOptions) -> Self {
        let bytes = source.as_bytes();
        Self {
            source,
            bytes,
            position: 0,
            furthest: 0,
            saved: Vec::new(),
            pending: VecDeque::new(),
            absorbs: true,
            budget: 10_000 + 16 * bytes.len() as u64,
            odd_combinator: None,
            compress: false,
            numbering: Numbering::default(),
            bounds: Bounds::new(options),
        }
    }

    /// The whole text as a value.
    fn reading(&mut self) -> Reading {
        self.skip(0);
        let Ok(value) = value(self) else {
            return Reading::Verbatim;
        };
        if important(self) {
            return Reading::Crash("Attempt to assign property \"index\" on string");
        }
        if self.position < self.bytes.len() {
            return Reading::Verbatim;
        }
        Reading::Value(value)
    }

    /// A failure where less.php ends with a PHP error.
    fn crash<T>(&self, message: &str) -> Result<T, Box<Failure>> {
        Err(Box::new(Failure {
            message: message.to_owned(),
            offset: self.position.min(self.bytes.len()),
            fatal: true,
        }))
    }

    /// Counts an attempt, or fails if there were too many.
    fn attempt(&mut self) -> Result<(), Box<Failure>> {
        if self.budget == 0 {
            return self.fail("the file needs too many attempts to be read");
        }
        self.budget -= 1;
        Ok(())
    }

    /// Fails if a part of a list that began at `start` read nothing but left a comment, which makes the next part: less.php goes
    /// on with that until its memory ends.
    fn progressed(&mut self, start: usize) -> Result<(), Box<Failure>> {
        if self.position > start {
            return Ok(());
        }
        if self.position == start && !self.pending.is_empty() {
            self.budget = 0;
        } else if self.position < start {
            // Where an unbalanced stack leads back, it may end: a thousand times are enough.
            self.budget = self
                .budget
                .saturating_sub(10 + self.bytes.len() as u64 / 64);
        }
        self.attempt()
    }

    /// The same as [`nested`](Steps::nested), counted as an attempt.
    fn nested_attempt<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, Box<Failure>>,
    ) -> Result<T, Box<Failure>> {
        self.attempt()?;
        self.nested(inner)
    }
}
