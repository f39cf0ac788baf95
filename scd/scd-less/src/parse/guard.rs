//! Guards: `when (a) and not (b), (c)`.

use super::cursor::{is_space, run};
use super::{Attempt, Parser};
use crate::ast::{Condition, ConditionOp, Expr};
use crate::value::Text;

impl Parser<'_> {
    /// Conditions joined by commas.
    pub(super) fn conditions(&mut self) -> Attempt<Condition> {
        let Some(mut left) = self.condition()? else {
            return Ok(None);
        };
        while self.another_condition() && self.cursor.eat(b',') {
            let Some(right) = self.condition()? else {
                break;
            };
            self.joined()?;
            left = Condition::Or(Box::new((left, right)));
        }
        Ok(Some(left))
    }

    fn another_condition(&self) -> bool {
        let Some(rest) = self.cursor.rest().strip_prefix(b",") else {
            return false;
        };
        let rest = &rest[run(rest, is_space)..];
        let rest = match rest.strip_prefix(b"not") {
            Some(rest) => &rest[run(rest, is_space)..],
            None => rest,
        };
        rest.first() == Some(&b'(')
    }

    fn condition(&mut self) -> Attempt<Condition> {
        let offset = self.cursor.position() as u32;
        let negate = self.cursor.eat_word(b"not");
        self.expect(b'(')?;
        let Some(left) = self.guard_value()? else {
            return Ok(None);
        };
        let mut op = ConditionOp::Equal;
        let mut right = Expr::Keyword(Text::from("true"));
        if let Some(found) = self.condition_op() {
            op = found;
            let Some(value) = self.guard_value()? else {
                return self.fail("Unexpected expression");
            };
            right = value;
        }
        self.expect(b')')?;
        let operands = Box::new((left, right));
        let this = Condition::Compare {
            op,
            operands,
            negate,
            offset,
        };
        if !self.cursor.eat_word(b"and") {
            return Ok(Some(this));
        }
        let Some(next) = self.nested(Self::condition)? else {
            return self.fail("expected a condition behind `and`");
        };
        Ok(Some(Condition::And(Box::new((this, next)))))
    }

    fn guard_value(&mut self) -> Attempt<Expr> {
        if let Some(sum) = self.sum()? {
            return Ok(Some(sum));
        }
        Ok(self.keyword().or_else(|| self.quoted_string()))
    }

    fn condition_op(&mut self) -> Option<ConditionOp> {
        let (op, length) = match (self.cursor.peek(), self.cursor.peek_at(1)) {
            (b'>', b'=') => (ConditionOp::GreaterOrEqual, 2),
            (b'<', b'=') | (b'=', b'<') => (ConditionOp::LessOrEqual, 2),
            (b'<', _) => (ConditionOp::Less, 1),
            (b'=', _) => (ConditionOp::Equal, 1),
            (b'>', _) => (ConditionOp::Greater, 1),
            _ => return None,
        };
        self.cursor.advance(length);
        Some(op)
    }
}
