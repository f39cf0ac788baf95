//! Arithmetic, comparison and printing of values under the options of the compile.

use std::cmp::Ordering;

use super::{Compiler, Outcome};
use crate::value::{self, Operator, Value};

impl Compiler<'_> {
    /// The text of a value on its own.
    pub(super) fn css(&self, value: &Value) -> Outcome<String> {
        Ok(value::css(value, self.options.compress)?)
    }

    /// Appends a value as it is printed inside something else.
    pub(crate) fn write(&self, value: &Value, out: &mut String) -> Outcome<()> {
        Ok(value::to_css(value, self.options.compress, out)?)
    }

    pub(super) fn operate(
        &self,
        operator: Operator,
        left: &Value,
        right: &Value,
    ) -> Outcome<Value> {
        Ok(value::operate(operator, left, right)?)
    }

    pub(super) fn negate(&self, value: &Value) -> Outcome<Value> {
        Ok(value::negate(value)?)
    }

    /// How two values compare in a guard.
    pub(super) fn compare(&self, left: &Value, right: &Value) -> Outcome<Ordering> {
        Ok(value::compare(left, right, self.options.compress)?)
    }
}
