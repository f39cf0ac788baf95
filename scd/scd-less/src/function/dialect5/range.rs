//! `min()` and `max()`, which compare what can be converted and refuse the rest.

use super::super::arguments::{Arguments, Outcome};
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

/// A number in the usual unit of its group, as if it had the given unit in case it has none.
fn unified(number: &Dimension, adopted: Option<&str>) -> Dimension {
    match adopted {
        Some(unit) if number.unit.text().is_empty() => {
            Dimension::new(number.value, unit).unify(Dialect::V5)
        }
        _ => number.unify(Dialect::V5),
    }
}

/// Keeps the best number of each group of units; more than one group can only remain if some of
/// them have no unit, and is then printed as a CSS function. What is not a number is passed over.
fn select(arguments: &Arguments<'_>, name: &str, better: fn(f64, f64) -> bool) -> Outcome {
    if arguments.values.is_empty() {
        return Err(Fault::exception("one or more arguments required"));
    }
    // The best ones so far in order of appearance, and for each converted unit where its best one
    // stands.
    let mut best: Vec<&Dimension> = Vec::new();
    let mut places: Vec<(String, usize)> = Vec::new();
    // The converted unit that all must have, and the unit that numbers without one take on.
    let mut common: Option<String> = None;
    let mut adopted: Option<String> = None;
    for value in arguments.values {
        let Value::Dimension(current) = value else {
            continue;
        };
        let candidate = unified(current, adopted.as_deref());
        let unit = match (candidate.unit.text(), &common) {
            (unit, Some(common)) if unit.is_empty() => common.clone(),
            (unit, _) => unit,
        };
        let first_is_plain = best
            .first()
            .is_some_and(|first| first.unify(Dialect::V5).unit.text().is_empty());
        if !unit.is_empty() && (common.is_none() || first_is_plain) {
            common = Some(unit.clone());
        }
        if !unit.is_empty() && adopted.is_none() {
            adopted = Some(current.unit.text());
        }
        let place_of = |unit: &str| {
            places
                .iter()
                .find(|(known, _)| known == unit)
                .map(|(_, place)| *place)
        };
        let plain = place_of("").filter(|_| !unit.is_empty() && Some(&unit) == common.as_ref());
        let Some(place) = plain.or_else(|| place_of(&unit)) else {
            if common.as_ref().is_some_and(|common| unit != *common) {
                return Err(Fault::exception("incompatible types"));
            }
            places.push((unit, best.len()));
            best.push(current);
            continue;
        };
        let reference = unified(best[place], adopted.as_deref());
        if better(candidate.value, reference.value) {
            best[place] = current;
        }
    }
    if let [only] = best.as_slice() {
        return Ok(Some(Value::Dimension(Dimension::clone(only))));
    }
    let rules = arguments.context.rules;
    let mut text = format!("{name}(");
    for (index, dimension) in best.iter().enumerate() {
        if index > 0 {
            text.push_str(if rules.compress { "," } else { ", " });
        }
        dimension.print(rules, &mut text)?;
    }
    text.push(')');
    Ok(Some(Value::anonymous(text)))
}
