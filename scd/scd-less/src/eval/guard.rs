//! Evaluating guards.

use std::cmp::Ordering;

use super::node::{Env, FileId};
use super::problem::{Outcome, Problem};
use super::{Compiler, Severity};
use crate::ast::{Condition, ConditionOp};

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
            Condition::Not(inner) => Ok(!self.condition(inner, file, env)?),
            Condition::Missing => {
                let mut problem = Problem::new("Call to a member function compile() on null");
                problem.severity = Severity::Fatal;
                Err(problem)
            }
            Condition::Compare {
                op,
                operands,
                negate,
                offset,
            } => {
                let left = self.expr(&operands.0, file, env)?;
                let right = self.expr(&operands.1, file, env)?;
                let order = self
                    .compare(&left, &right)
                    .map_err(|problem| problem.or_at(file, *offset))?;
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
