//! Comma lists, blank-separated lists, sums, products and operands.

use super::cursor::is_space;
use super::{Attempt, Parser};
use crate::ast::Expr;
use crate::value::{Operator, Text};

impl Parser<'_> {
    /// A comma list of expressions; a comma behind the last one is eaten.
    pub(super) fn value(&mut self) -> Attempt<Expr> {
        let Some(first) = self.expression()? else {
            return Ok(None);
        };
        if !self.cursor.eat(b',') {
            return Ok(Some(first));
        }
        let mut items = vec![first];
        while let Some(item) = self.expression()? {
            items.push(item);
            if !self.cursor.eat(b',') {
                break;
            }
        }
        Ok(Some(list(items, Expr::Comma)))
    }

    /// Sums and entities separated by blanks or by a `/` that is no division.
    pub(super) fn expression(&mut self) -> Attempt<Expr> {
        let mut items = Vec::new();
        while !self.cursor.at_end() {
            let item = match self.sum()? {
                Some(item) => item,
                None => match self.entity()? {
                    Some(item) => item,
                    None => break,
                },
            };
            if items.is_empty() && matches!(self.cursor.peek(), b',' | b';' | b')' | b'}') {
                return Ok(Some(item));
            }
            items.push(item);
            if self.cursor.peek() == b'/'
                && !matches!(self.cursor.peek_at(1), b'/' | b'*')
                && self.cursor.eat(b'/')
            {
                items.push(Expr::Anonymous(Text::from("/")));
            }
        }
        Ok((!items.is_empty()).then(|| list(items, Expr::Space)))
    }

    /// Products joined by `+` and `-`. A sign without a second operand stays eaten.
    pub(super) fn sum(&mut self) -> Attempt<Expr> {
        let Some(mut left) = self.product()? else {
            return Ok(None);
        };
        loop {
            let spaced = self.cursor.after_space();
            let sign = self.cursor.peek();
            let operator = match sign {
                b'+' => Operator::Add,
                b'-' => Operator::Subtract,
                _ => break,
            };
            let rest = self.cursor.rest();
            let blanks = super::cursor::run(&rest[1..], is_space);
            if blanks == 0 && spaced {
                break;
            }
            let at = self.cursor.position();
            self.cursor.advance(1 + blanks);
            let Some(right) = self.product()? else {
                self.cursor.lose(at, LOST_SIGN);
                break;
            };
            self.joined()?;
            left = operation(operator, left, right, spaced);
        }
        Ok(Some(left))
    }

    /// Operands joined by `*` and `/`. A sign without a second operand stays eaten.
    fn product(&mut self) -> Attempt<Expr> {
        let Some(mut left) = self.operand()? else {
            return Ok(None);
        };
        loop {
            let spaced = self.cursor.after_space();
            let operator = match self.cursor.peek() {
                b'/' if matches!(self.cursor.peek_at(1), b'/' | b'*') => break,
                b'/' => Operator::Divide,
                b'*' => Operator::Multiply,
                _ => break,
            };
            let sign = self.cursor.position();
            self.cursor.advance(1);
            let Some(right) = self.operand()? else {
                self.cursor.lose(sign, LOST_SIGN);
                break;
            };
            self.joined()?;
            left = operation(operator, left, right, spaced);
        }
        Ok(Some(left))
    }

    /// A number, colour, variable, call or parenthesised sum, perhaps negated.
    fn operand(&mut self) -> Attempt<Expr> {
        let rest = self.cursor.rest();
        if rest.len() < 2 {
            return Ok(None);
        }
        let negative = matches!(rest[1], b'@' | b'(') && self.cursor.eat(b'-');
        let mut found = self.parenthesised()?;
        if found.is_none() && !self.cursor.at_end() {
            found = self.number().or_else(|| self.hex_color());
            if found.is_none() {
                found = self.variable();
            }
            if found.is_none() {
                found = self.call()?;
            }
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
        if !self.cursor.eat(b'(') {
            return Ok(None);
        }
        let Some(inner) = self.nested(Self::sum)? else {
            return Ok(None);
        };
        self.expect(b')')?;
        Ok(Some(Expr::Sum {
            inner: Box::new(inner),
            operand: false,
        }))
    }
}

const LOST_SIGN: &str = "`?` is dropped, as nothing behind it can be computed with";

/// A list; a single item stands for itself, as evaluating a list of one yields the item.
fn list(mut items: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match items.len() {
        1 => items.remove(0),
        _ => many(items),
    }
}

fn operation(operator: Operator, mut left: Expr, mut right: Expr, spaced: bool) -> Expr {
    left.mark_operand();
    right.mark_operand();
    Expr::Operation {
        operator,
        operands: Box::new((left, right)),
        spaced,
    }
}
