//! Evaluating guards.

use std::cmp::Ordering;

use super::expression::check_extent;
use super::mixin::Argument;
use super::node::{Env, FileId};
use super::problem::{Outcome, Problem};
use super::{Compiler, Severity};
use crate::ast::{Condition, ConditionOp, Expr, MixinDefinition, Parameter, Variable};
use crate::options::Dialect;
use crate::value::{self, Dimension, Quoted, Rules, Text, Value};

impl<'a> Compiler<'a> {
    /// Whether a guard holds. less.php always evaluates both sides of `and` and `or`; so does this.
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

/// The arguments that a guard is tried on before they are bound. Most definitions that a call of a library mixin finds are
/// there for other arguments, so that binding for all of them would be most of the work.
struct Given<'t, 'v> {
    params: &'t [Parameter],
    args: &'v [Argument],
    rules: Rules,
}

impl Compiler<'_> {
    /// Whether guards may be tried on arguments that are not bound yet: all are given by position, and binding, comparing
    /// and printing them does nothing that shows.
    pub(super) fn can_try_unbound(&self, args: &[Argument]) -> bool {
        self.options.dialect == Dialect::V3
            && args.iter().all(|(name, value)| {
                name.is_none()
                    && is_plain(value)
                    && self.is_stable(value)
                    && check_extent(value).is_ok()
            })
    }

    /// Whether a guard that [compares parameters](crate::ast::compares_parameters) holds; `None` if only evaluating it can tell.
    pub(super) fn holds_unbound(
        &self,
        definition: &MixinDefinition,
        args: &[Argument],
    ) -> Option<bool> {
        let condition = definition.condition.as_ref()?;
        let given = Given {
            params: &definition.params,
            args,
            rules: self.options.into(),
        };
        definition
            .is_simply_guarded
            .then(|| given.holds(condition))?
    }
}

impl Given<'_, '_> {
    /// As nothing in such a guard can fail, the second side matters only where the first does not decide.
    fn holds(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::And(sides) => Some(self.holds(&sides.0)? && self.holds(&sides.1)?),
            Condition::Or(sides) => Some(self.holds(&sides.0)? || self.holds(&sides.1)?),
            Condition::Compare {
                op,
                operands,
                negate,
                ..
            } => {
                let right = literal(&operands.1)?;
                let order = match &operands.0 {
                    Expr::Variable(variable) => self.compare(variable, None, &right)?,
                    Expr::Call { args, .. } => match &args[..] {
                        [Expr::Variable(variable), Expr::Number { value, .. }] => {
                            self.compare(variable, Some(*value), &right)?
                        }
                        _ => return None,
                    },
                    _ => return None,
                };
                Some(holds(*op, order) != *negate)
            }
            Condition::Not(_) | Condition::Missing => None,
        }
    }

    /// Compares the value of a parameter, or what `extract()` takes out of it, with a literal.
    fn compare(
        &self,
        variable: &Variable,
        place: Option<f64>,
        literal_value: &Value,
    ) -> Option<Ordering> {
        let name = Some(variable.name);
        let index = self.params.iter().position(|param| param.name == name)?;
        let default;
        let value = match self.args.get(index) {
            Some((_, value)) => value,
            None => {
                default = literal(self.params[index].value.as_ref()?)?;
                &default
            }
        };
        let part = match place {
            None => value,
            Some(place) => match part_of(value, place)? {
                Some(part) => part,
                // A call that is left alone has no rule of comparison, and these have one for everything.
                None => {
                    let decides = matches!(literal_value, Value::Keyword(_) | Value::Dimension(_));
                    return decides.then_some(Ordering::Less);
                }
            },
        };
        value::compare(part, literal_value, self.rules).ok()
    }
}

/// The value of a literal.
fn literal(expr: &Expr) -> Option<Value> {
    Some(match expr {
        Expr::Number { value, unit } => {
            Value::Dimension(Dimension::new(*value, unit.as_deref().unwrap_or("")))
        }
        Expr::Keyword(text) => Value::Keyword(Text::clone(text)),
        Expr::Quoted {
            quote,
            text,
            escaped,
            dynamic: false,
            ..
        } => Value::Quoted(Quoted {
            quote: Some(*quote),
            text: Text::clone(text),
            escaped: *escaped,
        }),
        Expr::Space(items) | Expr::Comma(items) => match &items[..] {
            [item] => literal(item)?,
            _ => return None,
        },
        _ => return None,
    })
}

/// What `extract()` finds at a place that is written in the source; `None` if the place is none.
fn part_of(value: &Value, place: f64) -> Option<Option<&Value>> {
    if place.fract() != 0.0 || !(1.0..=1e6).contains(&place) {
        return None;
    }
    let index = place as usize - 1;
    Some(match value.list() {
        Some(list) => list.get(index),
        None => (index == 0).then_some(value),
    })
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
