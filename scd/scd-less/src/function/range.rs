//! `min()` and `max()` of dialect 3, which compare what can be converted and refuse the rest.

use super::arguments::{Arguments, Outcome};
use crate::options::Dialect;
use crate::value::{Dimension, Fault, Value};

/// `min(number…)`
pub(super) fn min(arguments: &Arguments<'_>) -> Outcome {
    select(arguments, "min", |candidate, best| candidate < best)
}

/// `max(number…)`
pub(super) fn max(arguments: &Arguments<'_>) -> Outcome {
    select(arguments, "max", |candidate, best| candidate > best)
}

/// Keeps the best number of each group of units. Only an order of arguments in which no unit
/// follows a different one gets through; several groups can remain if the numbers without unit come
/// last, and are then printed as a CSS function.
fn select(arguments: &Arguments<'_>, name: &str, better: fn(f64, f64) -> bool) -> Outcome {
    if arguments.values.is_empty() {
        return Err(Fault::exception("one or more arguments required"));
    }
    // The best ones so far in order of appearance, and for each converted unit (`None` and the
    // empty text are the same) where its best one stands.
    let mut best: Vec<&Dimension> = Vec::new();
    let mut places: Vec<(String, usize)> = Vec::new();
    // The converted unit that all must have, and the unit that numbers without one take on.
    let mut common: Option<String> = None;
    let mut adopted: Option<String> = None;
    for value in arguments.values {
        let current = match value {
            Value::Dimension(dimension) => dimension,
            Value::Bare(_) | Value::BareText(_) => return Err(not_an_object(value)),
            _ => continue,
        };
        let unified = current.unify(Dialect::V3);
        let unified_unit = unified.unit.text();
        let unit = if unified_unit.is_empty() && common.is_none() {
            None
        } else {
            Some(unified_unit)
        };
        let named = unit.as_ref().is_none_or(|unit| !unit.is_empty());
        let first_is_plain = || {
            best.first()
                .is_some_and(|first| first.unify(Dialect::V3).unit.is_empty())
        };
        if named && (common.is_none() || first_is_plain()) {
            common.clone_from(&unit);
        }
        if unit.as_ref().is_some_and(|unit| !unit.is_empty()) && adopted.is_none() {
            adopted = Some(current.unit.text());
        }
        let place_of = |unit: &str| {
            places
                .iter()
                .find(|(known, _)| known == unit)
                .map(|(_, place)| *place)
        };
        let key = unit.as_deref().unwrap_or("");
        let place = match place_of("").filter(|_| named && unit == common) {
            Some(place) => Some(place),
            None => place_of(key),
        };
        let Some(place) = place else {
            if common.is_some() && unit != common {
                return Err(Fault::exception("incompatible types"));
            }
            places.push((key.to_owned(), best.len()));
            best.push(current);
            continue;
        };
        let reference = match &adopted {
            Some(unit) if best[place].unit.is_empty() => {
                Dimension::new(best[place].value, unit).unify(Dialect::V3)
            }
            _ => best[place].unify(Dialect::V3),
        };
        if better(unified.value, reference.value) {
            best[place] = current;
        }
    }
    if let [only] = best.as_slice() {
        return Ok(Some(Value::Dimension(Dimension::clone(only))));
    }
    let mut text = format!("{name}(");
    for (index, dimension) in best.iter().enumerate() {
        if index > 0 {
            text.push_str(if arguments.context.rules.compress {
                ","
            } else {
                ", "
            });
        }
        dimension.print(arguments.context.rules, &mut text)?;
    }
    text.push(')');
    Ok(Some(Value::anonymous(text)))
}

/// The error for a leaked scalar where less.php looks into a node.
pub(super) fn not_an_object(value: &Value) -> Fault {
    Fault::error(format!(
        "property_exists(): Argument #1 ($object_or_class) must be of type object|string, {} given",
        value.class()
    ))
}
