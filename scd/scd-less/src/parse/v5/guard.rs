//! Conditions: guards behind `when`, and the first argument of `if()` and `boolean()`.

use super::Parser;
use crate::ast::{Condition, ConditionOp, Expr};
use crate::parse::Attempt;
use crate::parse::cursor::{is_space, run};
use crate::value::Text;

impl Parser<'_> {
    /// Conditions joined by commas.
    pub(super) fn conditions(&mut self) -> Attempt<Condition> {
        let Some(mut left) = self.condition(true)? else {
            return Ok(None);
        };
        while self.another_condition() && self.eat(b',') {
            let Some(right) = self.condition(true)? else {
                break;
            };
            self.joined()?;
            left = Condition::Or(Box::new((left, right)));
        }
        Ok(Some(left))
    }

    fn another_condition(&self) -> bool {
        let Some(rest) = self.rest().strip_prefix(b",") else {
            return false;
        };
        let rest = &rest[run(rest, is_space)..];
        let rest = match rest.strip_prefix(b"not") {
            Some(rest) => &rest[run(rest, is_space)..],
            None => rest,
        };
        rest.first() == Some(&b'(')
    }

    /// Conditions joined by `or`. With `needs_parens` every one stands in parentheses.
    pub(super) fn condition(&mut self, needs_parens: bool) -> Attempt<Condition> {
        let Some(left) = self.nested(|parser| parser.conjunction(needs_parens))? else {
            return Ok(None);
        };
        if !self.eat_word(b"or") {
            return Ok(Some(left));
        }
        let right = self.nested(|parser| parser.condition(needs_parens))?;
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
        let right = self.nested(|parser| parser.conjunction(needs_parens))?;
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
        if let Some(found) = self.condition_op() {
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
        if let Some(sum) = self.sum()? {
            return Ok(Some(sum));
        }
        if let Some(word) = self.keyword().or_else(|| self.quoted(false)) {
            return Ok(Some(word));
        }
        self.mixin_lookup()
    }

    fn condition_op(&mut self) -> Option<ConditionOp> {
        let (op, length) = match (self.peek(), self.peek_at(1)) {
            (b'>', b'=') => (ConditionOp::GreaterOrEqual, 2),
            (b'<', b'=') | (b'=', b'<') => (ConditionOp::LessOrEqual, 2),
            (b'<', _) => (ConditionOp::Less, 1),
            (b'=', _) => (ConditionOp::Equal, 1),
            (b'>', _) => (ConditionOp::Greater, 1),
            _ => return None,
        };
        self.skip(length);
        Some(op)
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
