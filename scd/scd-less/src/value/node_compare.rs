//! Comparison of two values in conditions of dialect 5, which knows values that have no order.

use super::{Dimension, Fault, Rules, Value, compare_text, css};
use crate::options::Dialect;
use std::cmp::Ordering;

/// The order of two values, or `None` if every comparison of them fails (`Less_Tree::nodeCompare`).
///
/// Strings and raw text decide before numbers and colours do; two values of one kind without a rule
/// (keywords, lists, calls) are equal or have no order.
pub(crate) fn node_compare(
    left: &Value,
    right: &Value,
    rules: Rules,
) -> Result<Option<Ordering>, Fault> {
    if !is_text(right)
        && let Some(order) = ordered(left, right, rules)?
    {
        return Ok(order);
    }
    if let Some(order) = ordered(right, left, rules)? {
        return Ok(order.map(Ordering::reverse));
    }
    let equal = match (left, right) {
        (Value::Keyword(left), Value::Keyword(right))
        | (Value::UnicodeRange(left), Value::UnicodeRange(right))
        | (Value::Comment(left), Value::Comment(right)) => left == right,
        (Value::Alpha(left), Value::Alpha(right)) => match (&**left, &**right) {
            (Value::Anonymous(left), Value::Anonymous(right)) => left == right,
            _ => false,
        },
        (Value::Comma(left), Value::Comma(right))
        | (Value::Space(left) | Value::Joined(left), Value::Space(right) | Value::Joined(right)) => {
            if left.len() != right.len() {
                return Ok(None);
            }
            for (left, right) in left.iter().zip(right.iter()) {
                if node_compare(left, right, rules)? != Some(Ordering::Equal) {
                    return Ok(None);
                }
            }
            true
        }
        // These classes have no content of the name that less.php compares: any two are equal.
        (Value::Call(_), Value::Call(_))
        | (Value::Operation(_), Value::Operation(_))
        | (Value::Detached(_), Value::Detached(_)) => true,
        _ => false,
    };
    Ok(equal.then_some(Ordering::Equal))
}

/// Whether the value is a string or raw text.
fn is_text(value: &Value) -> bool {
    matches!(
        value,
        Value::Quoted(_)
            | Value::Anonymous(_)
            | Value::UnitText(_)
            | Value::NumberText(_)
            | Value::Unprintable(_)
    )
}

/// The outer `None` is for a value without a rule of its own.
fn ordered(own: &Value, other: &Value, rules: Rules) -> Result<Option<Option<Ordering>>, Fault> {
    Ok(Some(match (own, other) {
        (Value::Dimension(left), Value::Dimension(right)) => numbers(left, right),
        (Value::Color(left), Value::Color(right)) => {
            left.identical(right).then_some(Ordering::Equal)
        }
        (Value::Dimension(_) | Value::Color(_), _) => None,
        (Value::Quoted(left), Value::Quoted(right)) if !left.escaped && !right.escaped => {
            strings(&left.text, &right.text)
        }
        (own, other) if is_text(own) => {
            (css(own, rules)? == css(other, rules)?).then_some(Ordering::Equal)
        }
        _ => return Ok(None),
    }))
}

fn numbers(left: &Dimension, right: &Dimension) -> Option<Ordering> {
    if left.unit.is_empty() || right.unit.is_empty() {
        return left.value.partial_cmp(&right.value);
    }
    let (left, right) = (left.unify(Dialect::V5), right.unify(Dialect::V5));
    if left.unit.is_like(&right.unit.text()) {
        left.value.partial_cmp(&right.value)
    } else {
        None
    }
}

/// Texts that look like numbers have their order, but only the same text is equal.
fn strings(left: &str, right: &str) -> Option<Ordering> {
    match compare_text(left, right) {
        Ordering::Equal => (left == right).then_some(Ordering::Equal),
        order => Some(order),
    }
}
