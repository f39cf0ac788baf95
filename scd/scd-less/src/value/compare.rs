//! Comparison of two values in guards of dialect 3. The rule belongs to the left side's kind, or to the right
//! side's if the left has none.

use super::{Fault, Rules, Value, compare_text, css};
use std::cmp::Ordering;

/// The order that a guard's comparison sees: `Less` satisfies `<`, `=<` and `<=`, `Equal` satisfies
/// `=`, `>=`, `=<` and `<=`, `Greater` satisfies `>` and `>=`.
///
/// `rules` matter because strings are compared with the printed form of the other side. Two
/// kinds without a rule (lists, urls, calls) are an exception.
pub(crate) fn compare(left: &Value, right: &Value, rules: Rules) -> Result<Ordering, Fault> {
    if let Some(rule) = ordered(left, right, rules) {
        return rule;
    }
    // Not mirrored: less.php passes the sides on as they come.
    ordered(right, left, rules)
        .unwrap_or_else(|| Err(Fault::exception("Unable to perform comparison")))
}

fn ordered(own: &Value, other: &Value, rules: Rules) -> Option<Result<Ordering, Fault>> {
    Some(match own {
        Value::Dimension(dimension) => Ok(match other {
            Value::Dimension(other) => dimension.compare(other),
            _ => Ordering::Less,
        }),
        Value::Color(color) => match other {
            Value::Color(other) if color.identical(other) => Ok(Ordering::Equal),
            Value::Bare(_) => Err(Fault::error(format!(
                "property_exists(): Argument #1 ($object_or_class) must be of type object|string, {} given",
                other.class()
            ))),
            _ => Ok(Ordering::Less),
        },
        Value::Keyword(word) => Ok(match other {
            Value::Keyword(other) if word == other => Ordering::Equal,
            Value::Keyword(_) => Ordering::Greater,
            _ => Ordering::Less,
        }),
        Value::Quoted(_)
        | Value::Anonymous(_)
        | Value::UnitText(_)
        | Value::NumberText(_)
        | Value::Unprintable(_) => {
            if matches!(other, Value::Bare(_) | Value::BareText(_)) {
                return Some(Ok(Ordering::Less));
            }
            printed(own, other, rules)
        }
        _ => return None,
    })
}

fn printed(own: &Value, other: &Value, rules: Rules) -> Result<Ordering, Fault> {
    match (own, other) {
        (Value::Quoted(left), Value::Quoted(right)) if left.is_alike(right) => {
            // With quotes around them texts are no numbers, so that no printing is needed.
            let close = left.quote.unwrap_or_default() as u8;
            let (left, right) = (left.text.bytes(), right.text.bytes());
            return Ok(left.chain([close]).cmp(right.chain([close])));
        }
        (Value::NumberText(left), Value::NumberText(right)) => {
            return Ok(left.partial_cmp(right).unwrap_or(Ordering::Greater));
        }
        (Value::NumberText(_), Value::UnitText(_)) | (Value::UnitText(_), Value::NumberText(_)) => {
            return Err(Fault::exception(
                "Notice: Object of class Less_Tree_Unit could not be converted to float",
            ));
        }
        _ => {}
    }
    let (left, right) = (css(own, rules)?, css(other, rules)?);
    // A unit from `get-unit()` is an object in PHP and a number from `e()` is a float, never
    // identical to a text.
    let object = [own, other]
        .iter()
        .any(|value| matches!(value, Value::UnitText(_) | Value::NumberText(_)));
    if left == right && !object {
        return Ok(Ordering::Equal);
    }
    Ok(if compare_text(&left, &right).is_lt() {
        Ordering::Less
    } else {
        Ordering::Greater
    })
}
