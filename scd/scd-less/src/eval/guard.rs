//! Evaluating guards.

use std::cmp::Ordering;

use super::Compiler;
use super::node::{Env, FileId};
use super::problem::Outcome;
use crate::ast::{Condition, ConditionOp};
use crate::options::Dialect;
use crate::value;

impl<'a> Compiler<'a> {
    /// Whether a guard holds. Both sides of `and` and `or` are always evaluated.
    pub(super) fn condition(
        &mut self,
        condition: &'a Condition,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<bool> {
        match condition {
            Condition::And(sides) => {
                let left = self.condition(&sides.0, file, env)?;
                let right = self.condition(&sides.1, file, env)?;
                Ok(left && right)
            }
            Condition::Or(sides) => {
                let left = self.condition(&sides.0, file, env)?;
                let right = self.condition(&sides.1, file, env)?;
                Ok(left || right)
            }
            Condition::Not(_) | Condition::Missing => {
                Err(super::Problem::not_in_this_dialect(file))
            }
            Condition::Compare {
                op,
                operands,
                negate,
                offset,
            } => {
                let left = self.expr(&operands.0, file, env)?;
                let right = self.expr(&operands.1, file, env)?;
                let order = match self.options.dialect {
                    Dialect::V3 => value::compare(&left, &right, self.options.into()).map(Some),
                    Dialect::V5 => value::node_compare(&left, &right, self.options.into()),
                };
                let order = order
                    .map_err(|fault| Box::<super::Problem>::from(fault).or_at(file, *offset))?;
                Ok(order.is_some_and(|order| holds(*op, order)) != *negate)
            }
        }
    }
}

fn holds(op: ConditionOp, order: Ordering) -> bool {
    match order {
        Ordering::Less => matches!(op, ConditionOp::Less | ConditionOp::LessOrEqual),
        Ordering::Equal => matches!(
            op,
            ConditionOp::Equal | ConditionOp::GreaterOrEqual | ConditionOp::LessOrEqual
        ),
        Ordering::Greater => matches!(op, ConditionOp::Greater | ConditionOp::GreaterOrEqual),
    }
}
