//! Conditions: guards behind `when`, and the first argument of `if()` and `boolean()`.

use super::Parser;
use crate::ast::{Condition, ConditionOp, Expr};
use crate::parse::Attempt;
use crate::parse::grammar::expression::sum;
use crate::parse::grammar::{Steps, guard};
use crate::value::Text;

impl Parser<'_> {
    /// Conditions joined by `or`. With `needs_parens` every one stands in parentheses.
    pub(super) fn condition(&mut self, needs_parens: bool) -> Attempt<Condition> {
        let Some(left) = self.nested_attempt(|parser| parser.conjunction(needs_parens))? else {
            return Ok(None);
        };
        if !self.eat_word(b"or") {
            return Ok(Some(left));
        }
        let right = self.nested_attempt(|parser| parser.condition(needs_parens))?;
        Ok(right.map(|right| Condition::Or(Box::new((left, right)))))
    }

    fn conjunction(&mut self, needs_parens: bool) -> Attempt<Condition> {
        let mut left = self.negated(needs_parens)?;
        if left.is_none() {
            left = self.parenthesised_condition(needs_parens)?;
        }
        if left.is_none() && !needs_parens {
            left = self.comparison()?;
        }
        if !self.eat_word(b"and") {
            return Ok(left);
        }
        let right = self.nested_attempt(|parser| parser.conjunction(needs_parens))?;
        let left = left.unwrap_or(Condition::Missing);
        Ok(right.map(|right| Condition::And(Box::new((left, right)))))
    }

    fn negated(&mut self, needs_parens: bool) -> Attempt<Condition> {
        if !self.eat_word(b"not") {
            return Ok(None);
        }
        Ok(self.parenthesised_condition(needs_parens)?.map(negate))
    }

    fn parenthesised_condition(&mut self, needs_parens: bool) -> Attempt<Condition> {
        self.save();
        if !self.eat(b'(') {
            self.restore();
            return Ok(None);
        }
        self.save();
        if let Some(body) = self.condition(needs_parens)?
            && self.eat(b')')
        {
            self.forget();
            self.forget();
            return Ok(Some(body));
        }
        self.restore();
        let Some(body) = self.comparison()? else {
            self.restore();
            return Ok(None);
        };
        if !self.eat(b')') {
            // Found all the same, and one position more than was noted is dropped.
            self.restore();
        }
        self.forget();
        Ok(Some(body))
    }

    fn comparison(&mut self) -> Attempt<Condition> {
        let offset = self.position as u32;
        let Some(left) = self.compared_value()? else {
            return Ok(None);
        };
        let mut op = ConditionOp::Equal;
        let mut right = Expr::Keyword(Text::from("true"));
        if let Some(found) = guard::condition_op(self) {
            op = found;
            let Some(value) = self.compared_value()? else {
                return self.fail("Unexpected expression");
            };
            right = value;
        }
        Ok(Some(Condition::Compare {
            op,
            operands: Box::new((left, right)),
            negate: false,
            offset,
        }))
    }

    fn compared_value(&mut self) -> Attempt<Expr> {
        if let Some(sum) = sum(self)? {
            return Ok(Some(sum));
        }
        if let Some(word) = self.keyword().or_else(|| self.quoted(false)) {
            return Ok(Some(word));
        }
        self.mixin_lookup()
    }
}

fn negate(condition: Condition) -> Condition {
    match condition {
        Condition::Compare {
            op,
            operands,
            negate,
            offset,
        } => Condition::Compare {
            op,
            operands,
            negate: !negate,
            offset,
        },
        Condition::Not(inner) => *inner,
        other => Condition::Not(Box::new(other)),
    }
}
