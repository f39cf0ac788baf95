//! Lists separated by blanks, products and operands.

use super::grammar::expression::{LOST_SIGN, list, operation, sum};
use super::grammar::{Steps, push};
use super::{Attempt, Parser};
use crate::ast::Expr;
use crate::value::{Operator, Text};

impl Parser<'_> {
    /// Sums and entities separated by blanks or by a `/` that is no division.
    pub(super) fn expression(&mut self) -> Attempt<Expr> {
        let mut items = Vec::new();
        while !self.at_end() {
            if matches!(self.peek(), b';' | b')' | b',' | b'}' | b'{' | b':' | b'!') {
                // Nothing begins with these.
                break;
            }
            let mut item = self.simple_item();
            if item.is_none() {
                item = sum(self)?;
            }
            if item.is_none() {
                item = self.entity()?;
            }
            let Some(item) = item else { break };
            if items.is_empty() && matches!(self.peek(), b',' | b';' | b')' | b'}') {
                return Ok(Some(item));
            }
            push(&mut items, item, 2);
            if self.peek() == b'/' && !matches!(self.peek_at(1), b'/' | b'*') && self.eat(b'/') {
                items.push(Expr::Anonymous(Text::from("/")));
            }
        }
        Ok((!items.is_empty()).then(|| list(items, Expr::Space)))
    }

    /// Operands joined by `*` and `/`. A sign without a second operand stays eaten.
    pub(super) fn product(&mut self) -> Attempt<Expr> {
        let Some(mut left) = self.operand()? else {
            return Ok(None);
        };
        loop {
            let spaced = self.after_space();
            let operator = match self.peek() {
                b'/' if matches!(self.peek_at(1), b'/' | b'*') => break,
                b'/' => Operator::Divide,
                b'*' => Operator::Multiply,
                _ => break,
            };
            let sign = self.position;
            self.skip(1);
            let Some(right) = self.operand()? else {
                self.lose(sign, LOST_SIGN);
                break;
            };
            self.joined()?;
            left = operation(operator, left, right, spaced);
        }
        Ok(Some(left))
    }

    /// A number, colour, variable, call or parenthesised sum, perhaps negated.
    fn operand(&mut self) -> Attempt<Expr> {
        let rest = self.rest();
        if rest.len() < 2 {
            return Ok(None);
        }
        let negative = matches!(rest[1], b'@' | b'(') && self.eat(b'-');
        let mut found = self.parenthesised()?;
        if found.is_none() {
            found = match self.peek() {
                b'0'..=b'9' | b'.' | b'+' => self.number(),
                b'#' => self.hex_color(),
                b'@' => self.variable(),
                b'-' => match self.number() {
                    Some(number) => Some(number),
                    None => self.call()?,
                },
                _ => self.call()?,
            };
        }
        if !negative {
            return Ok(found);
        }
        let Some(mut inner) = found else {
            return self.fail("expected a variable or a sum behind `-`");
        };
        inner.mark_operand();
        Ok(Some(Expr::Negative(Box::new(inner))))
    }

    /// `( sum )`. A parenthesis before anything else stays eaten.
    fn parenthesised(&mut self) -> Attempt<Expr> {
        if !self.eat(b'(') {
            return Ok(None);
        }
        let Some(inner) = self.nested(sum)? else {
            return Ok(None);
        };
        self.expect(b')')?;
        Ok(Some(Expr::Sum {
            inner: Box::new(inner),
            operand: false,
        }))
    }
}
