//! From text to tree, in the order in which less.php tries its alternatives.
//!
//! less.php's grammar is a set of hand-written attempts with backtracking, and several attempts leave the position where they
//! failed. Both show in what parses (`1/foo` loses its slash), so the functions here return `Ok(None)` where less.php goes on to
//! the next alternative and say so where they do not restore the position. `Err` ends parsing.

mod at_rule;
mod cursor;
mod declaration;
mod entity;
mod expression;
mod failure;
mod guard;
mod hint;
mod mixin;
mod recover;
mod scan;
mod selector;
mod statement;
mod statement_range;
mod token;
mod trap;
mod v5;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ast::{NameId, Reading, SlotId, Tree};
use crate::diagnostic::Diagnostics;
use crate::options::{Dialect, ParseOptions};
use crate::source::{Damage, Source, Stylesheet};
use crate::value::Text;
use cursor::Cursor;

pub(crate) use hint::span_length;
pub(crate) use token::tokens;

/// Why parsing ended; the message is less.php's.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    offset: usize,
    /// Whether less.php ends with a PHP error here.
    fatal: bool,
}

/// The result of one attempt: found, not found, or the end of parsing.
type Attempt<T> = Result<Option<T>, Box<Failure>>;

/// The state of parsing one file.
struct Parser<'s> {
    cursor: Cursor<'s>,
    /// Whether attempts are made that cannot succeed, as less.php does. They only tell where a broken file fails.
    thorough: bool,
    compress: bool,
    depth: u32,
    depth_limit: u32,
    /// How many statements the file may still have.
    statements_left: u32,
    /// Operators of the statement so far.
    operators: u32,
    /// Statements that may still be tried; bounds the cost of nested attempts.
    budget: u64,
    slot_count: u32,
    names: Vec<Text>,
    name_ids: FxHashMap<Text, NameId>,
}

/// The message at the limit of statements.
const TOO_MANY_STATEMENTS: &str = "the file has too many statements";

/// How many operators a statement may have for each level that parentheses may nest; they take less stack.
const OPERATORS_FOR_DEPTH: u32 = 8;

/// Reads one file.
///
/// # Errors
/// Every error of the file that does not follow from another one, in order of discovery. The first is the one that less.php
/// ends with: its message, at the furthest place that any attempt reached.
pub fn parse(source: Source, options: &ParseOptions) -> Result<Stylesheet, Diagnostics> {
    let sheet = parse_recovering(source, options);
    if sheet.errors().is_empty() {
        return Ok(sheet);
    }
    Err(sheet.errors().clone())
}

/// Reads one file, broken or not. Of a broken one the stylesheet holds what can be read, and [`Stylesheet::errors`] tells the
/// rest; [`compile`](crate::compile) then fails with those errors and with all others that it comes upon.
///
/// An [`Importer`](crate::Importer) that uses this instead of [`parse`] lets one run tell everything that is wrong with an entry.
///
/// ```
/// use scd_less::{MemoryImporter, Options, ParseOptions, Source, compile, parse_recovering};
///
/// let source = Source::new("a.less", ".a { color: (red); width: @wide; }");
/// let sheet = std::sync::Arc::new(parse_recovering(source, &ParseOptions::default()));
/// let errors = compile(&sheet, &MemoryImporter::default(), &Options::default()).unwrap_err();
/// let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
/// assert_eq!(messages, ["ParseError: Unexpected input", "variable @wide is undefined"]);
/// ```
#[must_use]
pub fn parse_recovering(source: Source, options: &ParseOptions) -> Stylesheet {
    let (tree, damage) = match attempt(&source.text, options) {
        Ok(tree) => (tree, Damage::default()),
        Err(stop) => recover::recover(&source, options, *stop),
    };
    Stylesheet::new(source, *options, tree, damage)
}

/// A failure, and where the parser stood when it gave up, which less.php does not tell.
#[derive(Debug)]
struct Stop {
    failure: Failure,
    position: usize,
}

/// Reads a text up to the first failure.
fn attempt(text: &str, options: &ParseOptions) -> Result<Tree, Box<Stop>> {
    match options.dialect {
        // Shortcuts lead to the same tree but not to the same place of failure.
        Dialect::V3 => parse_v3(text, options, false).or_else(|_| parse_v3(text, options, true)),
        Dialect::V5 => v5::parse(text, options),
    }
}

fn parse_v3(text: &str, options: &ParseOptions, thorough: bool) -> Result<Tree, Box<Stop>> {
    let bytes = text.as_bytes();
    let mut parser = Parser {
        cursor: Cursor::new(text),
        thorough,
        compress: options.compress,
        depth: 0,
        operators: 0,
        statements_left: options.statement_limit,
        depth_limit: options.depth_limit,
        budget: 10_000 + 64 * bytes.len() as u64,
        slot_count: 0,
        names: Vec::new(),
        name_ids: FxHashMap::default(),
    };
    let mark = parser.cursor.position();
    let rules = parser.primary().map_err(|failure| Stop {
        position: parser.cursor.position(),
        failure: *failure,
    })?;
    if !parser.cursor.at_end() {
        let furthest = parser.cursor.furthest();
        return Err(Box::new(Stop {
            failure: failure::unexpected(&bytes[mark..], mark, furthest),
            position: furthest,
        }));
    }
    Ok(Tree {
        rules,
        slot_count: parser.slot_count,
        names: parser.names,
        lost: parser.cursor.into_lost(),
    })
}

/// What verbatim text reads as when it is asked for as a value (dialect 5).
pub(crate) fn read(text: &str) -> Reading {
    v5::read(text)
}

/// The same for text that evaluation made, which may hold anything: a tree with a single declaration.
pub(crate) fn read_alone(text: &Text) -> Tree {
    v5::read_alone(text)
}

impl Parser<'_> {
    /// A fresh state slot.
    fn slot(&mut self) -> SlotId {
        let slot = SlotId(self.slot_count);
        self.slot_count += 1;
        slot
    }

    /// The number of a name.
    fn name(&mut self, text: &str) -> NameId {
        if let Some(&id) = self.name_ids.get(text) {
            return id;
        }
        let id = NameId(self.names.len() as u32);
        let text: Text = Arc::from(text);
        self.names.push(Arc::clone(&text));
        self.name_ids.insert(text, id);
        id
    }

    /// A failure at the furthest place so far.
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Box<Failure>> {
        Err(Box::new(Failure {
            message: message.into(),
            offset: self.cursor.furthest(),
            fatal: false,
        }))
    }

    /// Counts a statement of the file, or fails if there are too many.
    fn counted(&mut self) -> Result<(), Box<Failure>> {
        if self.statements_left == 0 {
            return self.fail(TOO_MANY_STATEMENTS);
        }
        self.statements_left -= 1;
        Ok(())
    }

    /// Counts an operator of the statement, or fails if there are too many: each makes the tree one level deeper.
    fn joined(&mut self) -> Result<(), Box<Failure>> {
        self.operators += 1;
        let limit = self.depth_limit.saturating_mul(OPERATORS_FOR_DEPTH);
        if self.operators <= limit {
            return Ok(());
        }
        self.fail(format!("more than {limit} operators in a statement"))
    }

    /// Runs `inner` one level deeper, or fails if the input nests too deep.
    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, Box<Failure>>,
    ) -> Result<T, Box<Failure>> {
        if self.depth >= self.depth_limit {
            let message = format!("nested more than {} levels deep", self.depth_limit);
            return Err(Box::new(Failure {
                message,
                offset: self.cursor.position(),
                fatal: false,
            }));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Eats `sign` or ends parsing.
    fn expect(&mut self, sign: u8) -> Result<(), Box<Failure>> {
        if self.cursor.eat(sign) {
            return Ok(());
        }
        let found = self.cursor.rest().first().map_or_else(
            || "the end of the file".to_owned(),
            |&byte| format!("'{}'", byte.escape_ascii()),
        );
        self.fail(format!("Expected '{}' got {found}", char::from(sign)))
    }
}
