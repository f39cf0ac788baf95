//! Guards joined by commas, and the signs of comparisons.

use super::Grammar;
use crate::ast::{Condition, ConditionOp};
use crate::parse::Attempt;
use crate::parse::scan::{is_space, run};

/// Conditions joined by commas.
pub(in crate::parse) fn conditions<'s>(parser: &mut impl Grammar<'s>) -> Attempt<Condition> {
    let Some(mut left) = parser.guard_condition()? else {
        return Ok(None);
    };
    while another_condition(parser.rest()) && parser.eat(b',') {
        let Some(right) = parser.guard_condition()? else {
            break;
        };
        parser.joined()?;
        left = Condition::Or(Box::new((left, right)));
    }
    Ok(Some(left))
}

fn another_condition(rest: &[u8]) -> bool {
    let Some(rest) = rest.strip_prefix(b",") else {
        return false;
    };
    let rest = &rest[run(rest, is_space)..];
    let rest = match rest.strip_prefix(b"not") {
        Some(rest) => &rest[run(rest, is_space)..],
        None => rest,
    };
    rest.first() == Some(&b'(')
}

/// The sign of a comparison, eaten.
pub(in crate::parse) fn condition_op<'s>(parser: &mut impl Grammar<'s>) -> Option<ConditionOp> {
    let (op, length) = match (parser.peek(), parser.peek_at(1)) {
        (b'>', b'=') => (ConditionOp::GreaterOrEqual, 2),
        (b'<', b'=') | (b'=', b'<') => (ConditionOp::LessOrEqual, 2),
        (b'<', _) => (ConditionOp::Less, 1),
        (b'=', _) => (ConditionOp::Equal, 1),
        (b'>', _) => (ConditionOp::Greater, 1),
        _ => return None,
    };
    parser.skip(length);
    Some(op)
}
