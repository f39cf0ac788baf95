//! Guards: `when (a) and not (b), (c)`.

use super::grammar::expression::sum;
use super::grammar::{Steps, guard};
use super::{Attempt, Parser};
use crate::ast::{Condition, ConditionOp, Expr};
use crate::value::Text;

impl Parser<'_> {
    /// One condition, perhaps with others joined by `and`.
    pub(super) fn condition(&mut self) -> Attempt<Condition> {
        let offset = self.position as u32;
        let negate = self.eat_word(b"not");
        self.expect(b'(')?;
        let Some(left) = self.guard_value()? else {
            return Ok(None);
        };
        let mut op = ConditionOp::Equal;
        let mut right = Expr::Keyword(Text::from("true"));
        if let Some(found) = guard::condition_op(self) {
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
        if !self.eat_word(b"and") {
            return Ok(Some(this));
        }
        let Some(next) = self.nested(Self::condition)? else {
            return self.fail("expected a condition behind `and`");
        };
        Ok(Some(Condition::And(Box::new((this, next)))))
    }

    fn guard_value(&mut self) -> Attempt<Expr> {
        if let Some(sum) = sum(self)? {
            return Ok(Some(sum));
        }
        Ok(self.keyword().or_else(|| self.quoted_string()))
    }
}
