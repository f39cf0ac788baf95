//! From text to tree, in the order in which less.php tries its alternatives.
//!
//! less.php's grammar is a set of hand-written attempts with backtracking, and several attempts leave the position where they
//! failed. Both show in what parses (`1/foo` loses its slash), so the functions here return `Ok(None)` where less.php goes on to
//! the next alternative and say so where they do not restore the position. `Err` ends parsing.

mod at_rule;
mod declaration;
mod entity;
mod expression;
mod failure;
mod grammar;
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

use crate::ast::{Condition, Element, ElementValue, Expr, Reading, Statement, Tree};
use crate::diagnostic::Diagnostics;
use crate::options::{Dialect, ParseOptions};
use crate::source::{Damage, Source, Stylesheet};
use crate::value::Text;
use grammar::{Bounds, Grammar, Numbering, Steps};
use scan::{blanks, is_space};

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
    source: &'s str,
    position: usize,
    /// The furthest offset that was given up so far.
    furthest: usize,
    /// Text that is read past and lost, by place; what is read again otherwise is forgotten.
    lost: Vec<(usize, &'static str)>,
    /// Whether attempts are made that cannot succeed, as less.php does. They only tell where a broken file fails.
    thorough: bool,
    compress: bool,
    /// Statements that may still be tried; bounds the cost of nested attempts.
    budget: u64,
    /// The statements of the blocks that are being read, one behind the other.
    statements: Vec<Statement>,
    numbering: Numbering,
    bounds: Bounds,
}

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
    let mark = if bytes.starts_with(b"\xEF\xBB\xBF") {
        3
    } else {
        0
    };
    let mut parser = Parser {
        source: text,
        position: mark,
        furthest: mark,
        lost: Vec::new(),
        thorough,
        compress: options.compress,
        budget: 10_000 + 64 * bytes.len() as u64,
        statements: Vec::with_capacity((bytes.len() / 64).clamp(16, 1024)),
        numbering: Numbering::for_text(text.len()),
        bounds: Bounds::new(options),
    };
    let rules = parser.primary().map_err(|failure| Stop {
        position: parser.position,
        failure: *failure,
    })?;
    if !parser.at_end() {
        let furthest = parser.furthest;
        return Err(Box::new(Stop {
            failure: failure::unexpected(&bytes[mark..], mark, furthest),
            position: furthest,
        }));
    }
    Ok(parser.numbering.into_tree(rules, parser.lost))
}

/// What verbatim text reads as when it is asked for as a value (dialect 5).
pub(crate) fn read(text: &str) -> Reading {
    v5::read(text)
}

/// The same for text that evaluation made, which may hold anything: a tree with a single declaration.
pub(crate) fn read_alone(text: &Text) -> Tree {
    v5::read_alone(text)
}

impl<'s> Steps<'s> for Parser<'s> {
    const DIALECT: Dialect = Dialect::V3;

    fn source(&self) -> &'s str {
        self.source
    }

    fn position(&self) -> usize {
        self.position
    }

    fn skip(&mut self, length: usize) {
        self.position += length;
        self.position += blanks(self.rest());
    }

    fn after_space(&self) -> bool {
        self.position > 0 && is_space(self.source.as_bytes()[self.position - 1])
    }

    #[cold]
    fn lose(&mut self, place: usize, what: &'static str) {
        self.lost.push((place, what));
    }

    fn numbering(&mut self) -> &mut Numbering {
        &mut self.numbering
    }

    fn bounds(&mut self) -> &mut Bounds {
        &mut self.bounds
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Box<Failure>> {
        Err(Box::new(Failure {
            message: message.into(),
            offset: self.furthest,
            fatal: false,
        }))
    }

    fn expect(&mut self, sign: u8) -> Result<(), Box<Failure>> {
        if self.eat(sign) {
            return Ok(());
        }
        let found = self.rest().first().map_or_else(
            || "the end of the file".to_owned(),
            |&byte| format!("'{}'", byte.escape_ascii()),
        );
        self.fail(format!("Expected '{}' got {found}", char::from(sign)))
    }
}

impl<'s> Grammar<'s> for Parser<'s> {
    fn quoted_string(&mut self) -> Option<Expr> {
        Parser::quoted_string(self)
    }

    fn keyword(&mut self) -> Option<Expr> {
        Parser::keyword(self)
    }

    fn variable_value(&mut self) -> Attempt<Expr> {
        Ok(self.variable())
    }

    fn product(&mut self) -> Attempt<Expr> {
        Parser::product(self)
    }

    fn expression(&mut self) -> Attempt<Expr> {
        Parser::expression(self)
    }

    fn guard_condition(&mut self) -> Attempt<Condition> {
        self.condition()
    }

    fn paren_element(&mut self) -> Attempt<ElementValue> {
        Parser::paren_element(self)
    }

    fn element(&mut self) -> Attempt<Element> {
        Parser::element(self)
    }
}

impl Parser<'_> {
    /// Goes back to `position`.
    fn restore(&mut self, position: usize) {
        self.furthest = self.furthest.max(self.position);
        self.position = position;
        while self.lost.pop_if(|(place, _)| *place >= position).is_some() {}
    }
}
