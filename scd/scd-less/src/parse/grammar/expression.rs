//! Comma lists and sums, which are the same in both dialects but for what they are made of.

use super::Grammar;
use crate::ast::Expr;
use crate::parse::Attempt;
use crate::parse::scan::{is_space, run};
use crate::value::Operator;

/// Said of an operator that reads past itself.
pub(in crate::parse) const LOST_SIGN: &str =
    "`?` is dropped, as nothing behind it can be computed with";

/// A comma list of expressions; a comma behind the last one is eaten.
pub(in crate::parse) fn value<'s>(parser: &mut impl Grammar<'s>) -> Attempt<Expr> {
    let Some(first) = parser.expression()? else {
        return Ok(None);
    };
    if !parser.eat(b',') {
        return Ok(Some(first));
    }
    let mut items = vec![first];
    while let Some(item) = parser.expression()? {
        items.push(item);
        if !parser.eat(b',') {
            break;
        }
    }
    Ok(Some(list(items, Expr::Comma)))
}

/// Products joined by `+` and `-`. A sign without a second operand stays eaten.
pub(in crate::parse) fn sum<'s>(parser: &mut impl Grammar<'s>) -> Attempt<Expr> {
    let Some(mut left) = parser.product()? else {
        return Ok(None);
    };
    loop {
        let spaced = parser.after_space();
        let operator = match parser.peek() {
            b'+' => Operator::Add,
            b'-' => Operator::Subtract,
            _ => break,
        };
        let blanks = run(&parser.rest()[1..], is_space);
        if blanks == 0 && spaced {
            break;
        }
        let at = parser.position();
        parser.skip(1 + blanks);
        let Some(right) = parser.product()? else {
            parser.lose(at, LOST_SIGN);
            break;
        };
        parser.joined()?;
        left = operation(operator, left, right, spaced);
    }
    Ok(Some(left))
}

/// A list; a single item stands for itself, as evaluating a list of one yields the item.
pub(in crate::parse) fn list(mut items: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match items.len() {
        1 => items.remove(0),
        _ => many(items),
    }
}

/// Two operands joined by a sign.
pub(in crate::parse) fn operation(
    operator: Operator,
    mut left: Expr,
    mut right: Expr,
    spaced: bool,
) -> Expr {
    left.mark_operand();
    right.mark_operand();
    Expr::Operation {
        operator,
        operands: Box::new((left, right)),
        spaced,
    }
}
