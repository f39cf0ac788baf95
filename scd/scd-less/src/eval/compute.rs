//! Arithmetic, comparison and printing of values under the options of the compile.

use std::cmp::Ordering;

use super::{Compiler, Outcome};
use crate::options::Dialect;
use crate::value::{self, Operator, Value};

impl Compiler<'_> {
    /// The text of a value on its own.
    pub(super) fn css(&self, value: &Value) -> Outcome<String> {
        Ok(value::css(value, self.options.into())?)
    }

    /// Appends a value as it is printed inside something else.
    pub(crate) fn write(&self, value: &Value, out: &mut String) -> Outcome<()> {
        Ok(value::to_css(value, self.options.into(), out)?)
    }

    pub(super) fn operate(
        &self,
        operator: Operator,
        left: &Value,
        right: &Value,
    ) -> Outcome<Value> {
        Ok(value::operate(operator, left, right, self.options.into())?)
    }

    pub(super) fn negate(&self, value: &Value) -> Outcome<Value> {
        Ok(value::negate(value, self.options.into())?)
    }

    /// How two values compare in a guard; `None` if they do not.
    pub(super) fn compare(&self, left: &Value, right: &Value) -> Outcome<Option<Ordering>> {
        let rules = self.options.into();
        Ok(match self.options.dialect {
            Dialect::V3 => Some(value::compare(left, right, rules)?),
            Dialect::V5 => value::node_compare(left, right, rules)?,
        })
    }
}
