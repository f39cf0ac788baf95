//! Evaluating guards.

use std::cmp::Ordering;

use super::node::{Env, FileId, VariableItem};
use super::problem::{Outcome, Problem};
use super::{Compiler, Severity};
use crate::ast::{Condition, ConditionOp, Expr, Variable};
use crate::options::Dialect;
use crate::value::Value;

impl<'a> Compiler<'a> {
    /// Whether a guard holds. less.php always evaluates both sides of `and` and `or`; so does this, unless it makes no difference.
    pub(super) fn condition(
        &mut self,
        condition: &'a Condition,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<bool> {
        match condition {
            Condition::And(sides) => {
                let left = self.condition(&sides.0, file, env)?;
                if !left && self.is_harmless(&sides.1, file, env) {
                    return Ok(false);
                }
                let right = self.condition(&sides.1, file, env)?;
                Ok(left && right)
            }
            Condition::Or(sides) => {
                let left = self.condition(&sides.0, file, env)?;
                if left && self.is_harmless(&sides.1, file, env) {
                    return Ok(true);
                }
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

impl<'a> Compiler<'a> {
    /// Whether evaluating a condition can neither fail nor change anything: parameters, or parts of them, compared with words,
    /// strings or numbers. Libraries are full of `@value = '' and extract(@value, 2) = false and …`.
    fn is_harmless(&self, condition: &Condition, file: FileId, env: &Env<'a>) -> bool {
        if self.options.dialect != Dialect::V3 {
            return false;
        }
        let operands = match condition {
            Condition::And(sides) | Condition::Or(sides) => {
                return self.is_harmless(&sides.0, file, env)
                    && self.is_harmless(&sides.1, file, env);
            }
            Condition::Compare { operands, .. } => operands,
            Condition::Not(_) | Condition::Missing => return false,
        };
        let is_literal = matches!(
            operands.1,
            Expr::Keyword(_) | Expr::Number { .. } | Expr::Quoted { dynamic: false, .. }
        );
        is_literal
            && match &operands.0 {
                Expr::Variable(variable) => self.is_plain_parameter(variable, file, env),
                Expr::Call { name, args, .. } if &**name == "extract" => match &args[..] {
                    [Expr::Variable(variable), Expr::Number { .. }] => {
                        self.is_plain_parameter(variable, file, env)
                    }
                    _ => false,
                },
                _ => false,
            }
    }

    /// Whether a variable of the innermost frame has a value that looking it up only hands out.
    fn is_plain_parameter(&self, variable: &Variable, file: FileId, env: &Env<'a>) -> bool {
        let name = self.symbol(variable.name, file);
        let frame = env.frames.iter().next();
        match frame.and_then(|frame| frame.variable(name, self)) {
            Some(VariableItem::Evaluated(declaration)) => {
                !variable.indirect && declaration.is_stable && is_plain(&declaration.value)
            }
            _ => false,
        }
    }
}

/// Whether a value can be compared and printed without an error.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Dimension(_) | Value::Color(_) | Value::Quoted(_) | Value::Anonymous(_) => true,
        Value::Keyword(word) => &**word != "%",
        Value::Space(list) | Value::Comma(list) => list.iter().all(is_plain),
        _ => false,
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
