//! Lists separated by blanks, products and operands.

use super::Parser;
use crate::ast::Expr;
use crate::parse::Attempt;
use crate::parse::grammar::Steps;
use crate::parse::grammar::expression::{list, operation, sum};
use crate::value::{Operator, Text};

impl Parser<'_> {
    /// Sums, entities and comments separated by blanks or by a `/` that is no division.
    pub(super) fn expression(&mut self) -> Attempt<Expr> {
        let mut items = Vec::new();
        loop {
            if let Some(comment) = self.pending.pop_front() {
                items.push(Expr::Comment(comment.text));
                continue;
            }
            let start = self.position;
            let item = match sum(self)? {
                Some(item) => Some(item),
                None => self.entity()?,
            };
            // A comment that an attempt just left behind ends the expression and is lost.
            let Some(item) = item.filter(|item| !matches!(item, Expr::Comment(_))) else {
                break;
            };
            self.progressed(start)?;
            if items.is_empty()
                && self.pending.is_empty()
                && matches!(self.peek(), b',' | b';' | b')' | b'}')
            {
                // Nothing that could go on is ahead, though less.php looks for it and comes back.
                self.furthest = self.furthest.max(self.position);
                return Ok(Some(item));
            }
            items.push(item);
            if self.peek() == b'/' && !matches!(self.peek_at(1), b'/' | b'*') {
                self.skip(1);
                items.push(Expr::Anonymous(Text::from("/")));
            }
        }
        Ok((!items.is_empty()).then(|| list(items, Expr::Space)))
    }

    /// Operands joined by `*`, `/` and `./`.
    pub(super) fn product(&mut self) -> Attempt<Expr> {
        let Some(mut left) = self.operand()? else {
            return Ok(None);
        };
        loop {
            let spaced = self.after_space();
            let (operator, length) = match (self.peek(), self.peek_at(1)) {
                (b'/', b'/' | b'*') => break,
                (b'/', _) => (Operator::Divide, 1),
                (b'*', _) => (Operator::Multiply, 1),
                (b'.', b'/') => (Operator::DotDivide, 2),
                _ => break,
            };
            self.save();
            self.skip(length);
            let Some(right) = self.operand()? else {
                self.restore();
                break;
            };
            self.forget();
            self.joined()?;
            left = operation(operator, left, right, spaced);
        }
        Ok(Some(left))
    }

    /// Anything that an operation can be done with, perhaps negated.
    fn operand(&mut self) -> Attempt<Expr> {
        let next = self.peek_at(1);
        if self.position + 1 >= self.bytes.len() {
            return Ok(None);
        }
        let negative = matches!(next, b'@' | b'(' | b'$') && self.eat(b'-');
        let found = self.plain_operand()?;
        if !negative {
            return Ok(found);
        }
        let Some(mut inner) = found else {
            return self.crash("Attempt to assign property \"parensInOp\" on null");
        };
        inner.mark_operand();
        Ok(Some(Expr::Negative(Box::new(inner))))
    }

    fn plain_operand(&mut self) -> Attempt<Expr> {
        if self.peek().is_ascii_alphabetic() {
            // Nothing but a call begins with a letter; the attempts before it are given up here.
            self.furthest = self.furthest.max(self.position);
        } else {
            if let Some(sum) = self.parenthesised()? {
                return Ok(Some(sum));
            }
            if let Some(found) = self.number().or_else(|| self.hex_color()) {
                return Ok(Some(found));
            }
            if let Some(found) = self.variable()? {
                return Ok(Some(found));
            }
            if let Some(found) = self.property() {
                return Ok(Some(found));
            }
        }
        if let Some(found) = self.call()? {
            return Ok(Some(found));
        }
        if let Some(found) = self.quoted(true) {
            return Ok(Some(found));
        }
        self.mixin_lookup()
    }

    /// `( sum )`
    fn parenthesised(&mut self) -> Attempt<Expr> {
        self.save();
        if self.eat(b'(')
            && let Some(inner) = self.nested_attempt(sum)?
            && self.eat(b')')
        {
            self.forget();
            return Ok(Some(Expr::Sum {
                inner: Box::new(inner),
                operand: false,
            }));
        }
        self.restore();
        Ok(None)
    }
}
