//! Tokens with the white space and comments behind them, positions to go back to, and the alternatives that the shared parts of
//! the grammar choose from.

use super::{Parser, Pending};
use crate::ast::{Condition, Element, ElementValue, Expr};
use crate::options::Dialect;
use crate::parse::grammar::{Bounds, Grammar, Numbering, Steps};
use crate::parse::scan::is_space;
use crate::parse::{Attempt, Failure};
use crate::value::Text;

impl<'s> Steps<'s> for Parser<'s> {
    const DIALECT: Dialect = Dialect::V5;

    fn source(&self) -> &'s str {
        self.source
    }

    fn position(&self) -> usize {
        self.position
    }

    /// Comments count as white space, and are kept.
    fn skip(&mut self, length: usize) {
        self.position += length;
        while let Some(&byte) = self.bytes.get(self.position) {
            match byte {
                b' ' | b'\n' | b'\t' | b'\r' => self.position += 1,
                b'/' if self.absorbs && self.comment_ahead() => {}
                _ => break,
            }
        }
    }

    /// Behind the end, where less.php finds nothing, counts, too.
    fn after_space(&self) -> bool {
        self.before().is_none_or(is_space)
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
            offset: self.furthest.min(self.bytes.len()),
            // Behind a `//` comment that ends the file less.php cannot name the place.
            fatal: self.furthest > self.bytes.len(),
        }))
    }

    fn expect(&mut self, sign: u8) -> Result<(), Box<Failure>> {
        if self.eat(sign) {
            return Ok(());
        }
        let character = &self.rest()[..self.rest().len().min(4)];
        let rest = String::from_utf8_lossy(character);
        let found = rest.chars().next().map_or_else(String::new, String::from);
        self.fail(format!("Expected '{}' got '{found}'", char::from(sign)))
    }
}

impl<'s> Grammar<'s> for Parser<'s> {
    fn quoted_string(&mut self) -> Option<Expr> {
        self.quoted(false)
    }

    fn keyword(&mut self) -> Option<Expr> {
        Parser::keyword(self)
    }

    fn variable_value(&mut self) -> Attempt<Expr> {
        self.variable()
    }

    fn product(&mut self) -> Attempt<Expr> {
        Parser::product(self)
    }

    fn expression(&mut self) -> Attempt<Expr> {
        Parser::expression(self)
    }

    fn guard_condition(&mut self) -> Attempt<Condition> {
        self.condition(true)
    }

    fn paren_element(&mut self) -> Attempt<ElementValue> {
        Parser::paren_element(self)
    }

    fn element(&mut self) -> Attempt<Element> {
        Parser::element(self)
    }
}

impl Parser<'_> {
    /// The byte before the position; before the start, where an unbalanced stack can lead, the last one, as PHP counts from the
    /// end there.
    pub(super) fn before(&self) -> Option<u8> {
        match self.position.checked_sub(1) {
            Some(before) => self.bytes.get(before).copied(),
            None => self.bytes.last().copied(),
        }
    }

    /// Notes the position to go back to.
    pub(super) fn save(&mut self) {
        self.saved.push(self.position);
    }

    /// Goes back to the position noted last, the start if there is none.
    pub(super) fn restore(&mut self) {
        self.furthest = self.furthest.max(self.position);
        self.position = self.saved.pop().unwrap_or(0);
    }

    /// Drops the position noted last.
    pub(super) fn forget(&mut self) {
        self.saved.pop();
    }

    /// Moves a comment at the position to the queue.
    fn comment_ahead(&mut self) -> bool {
        let start = self.position;
        match self.peek_at(1) {
            b'/' => {
                let end = memchr::memchr(b'\n', &self.bytes[start + 2..])
                    .map(|length| start + 2 + length);
                // Behind the newline, or one behind the end of the file.
                self.position = end.unwrap_or(self.bytes.len()) + 1;
                self.pending.push_back(Pending {
                    text: Text::default(),
                    silent: true,
                    offset: start as u32,
                });
                true
            }
            b'*' => {
                let Some(length) = memchr::memmem::find(&self.bytes[start + 2..], b"*/") else {
                    return false;
                };
                self.position = start + 2 + length + 2;
                let text = self.text(start, self.position);
                self.pending.push_back(Pending {
                    text,
                    silent: false,
                    offset: start as u32,
                });
                true
            }
            _ => false,
        }
    }
}
