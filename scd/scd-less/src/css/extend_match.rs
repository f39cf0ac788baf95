//! Comparing the needle of an `:extend()` with the elements of a path.
//!
//! Texts equal each other, attributes by name and value, parentheses by what is in them. less.php cannot compare every pair of
//! elements: where it ends with an error, so does this.

use std::rc::Rc;

use crate::ast::Combinator;
use crate::eval::node::{AttributeValue, Element, ElementValue, Extend, Selector};
use crate::eval::{Outcome, Problem};

/// Where a needle was found in a path.
pub(super) struct Match {
    /// The selector and the element in it that the match begins with.
    pub(super) selector: usize,
    pub(super) element: usize,
    /// How that element is joined to what stands before it.
    pub(super) combinator: Combinator,
    /// The selector in which the match ends, and the element behind its last one.
    pub(super) end_selector: usize,
    pub(super) end_element: usize,
}

/// A place where a needle has matched so far.
struct Attempt {
    selector: usize,
    element: usize,
    matched: usize,
    combinator: Combinator,
}

/// All places of a needle in a path; they do not overlap.
pub(super) fn find_matches(extend: &Extend<'_>, path: &[Rc<Selector<'_>>]) -> Outcome<Vec<Match>> {
    let needle = &extend.selector.elements;
    let Some(head) = needle.first() else {
        return Ok(Vec::new());
    };
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut matches = Vec::new();
    for (selector_index, selector) in path.iter().enumerate() {
        for (element_index, element) in selector.elements.iter().enumerate() {
            let may_begin = extend.all || (selector_index == 0 && element_index == 0);
            if !may_begin && attempts.is_empty() {
                return Ok(matches);
            }
            if may_begin && equal(&head.value, &element.value)? {
                attempts.push(Attempt {
                    selector: selector_index,
                    element: element_index,
                    matched: 0,
                    combinator: element.combinator,
                });
            }
            if attempts.is_empty() {
                continue;
            }
            let is_last =
                selector_index + 1 == path.len() && element_index + 1 == selector.elements.len();
            let mut index = 0;
            while let Some(attempt) = attempts.get_mut(index) {
                let Some(wanted) = needle.get(attempt.matched) else {
                    break;
                };
                let goes_on = fits(wanted, element, element_index, attempt.matched > 0)?;
                attempt.matched += 1;
                let is_complete = attempt.matched == needle.len();
                if !goes_on || (is_complete && !extend.all && !is_last) {
                    attempts.remove(index);
                    continue;
                }
                if is_complete {
                    matches.push(Match {
                        selector: attempt.selector,
                        element: attempt.element,
                        combinator: attempt.combinator,
                        end_selector: selector_index,
                        end_element: element_index + 1,
                    });
                    attempts.clear();
                    break;
                }
                index += 1;
            }
        }
    }
    Ok(matches)
}

fn fits(
    wanted: &Element<'_>,
    element: &Element<'_>,
    element_index: usize,
    with_combinator: bool,
) -> Outcome<bool> {
    if with_combinator {
        let mut combinator = element.combinator;
        if combinator == Combinator::None && element_index == 0 {
            combinator = Combinator::Descendant;
        }
        if wanted.combinator != combinator {
            return Ok(false);
        }
    }
    equal(&wanted.value, &element.value)
}

fn equal(left: &ElementValue<'_>, right: &ElementValue<'_>) -> Outcome<bool> {
    if let (Some(left), Some(right)) = (text(left), text(right)) {
        return Ok(left == right);
    }
    match (left, right) {
        (ElementValue::Attribute(left), ElementValue::Attribute(right)) => {
            if left.head != right.head {
                return Ok(false);
            }
            match (&left.value, &right.value) {
                (AttributeValue::Missing, AttributeValue::Missing) => Ok(true),
                (AttributeValue::Missing, _) | (_, AttributeValue::Missing) => Ok(false),
                (
                    AttributeValue::Quoted(left) | AttributeValue::Plain(left),
                    AttributeValue::Quoted(right) | AttributeValue::Plain(right),
                ) => Ok(left == right),
                (AttributeValue::Unique, _) | (_, AttributeValue::Unique) => Ok(false),
                _ => {
                    let message =
                        "an attribute selector whose value has no quotes cannot be extended";
                    Err(Problem::new(message))
                }
            }
        }
        (ElementValue::Attribute(_), right) if text(right).is_none() => {
            let message = "an attribute selector cannot be extended where variables or parentheses stand in a selector";
            Err(Problem::new(message))
        }
        (ElementValue::Paren(left), ElementValue::Paren(right)) => {
            if left.elements.len() != right.elements.len() {
                return Ok(false);
            }
            for (index, (one, other)) in left.elements.iter().zip(&*right.elements).enumerate() {
                let combinators_differ = index > 0 && one.combinator != other.combinator;
                if combinators_differ || !equal(&one.value, &other.value)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// The text of an element that is nothing but text.
pub(super) fn text<'e>(value: &'e ElementValue<'_>) -> Option<&'e str> {
    match value {
        ElementValue::Text(text) => Some(text),
        ElementValue::Parent => Some("&"),
        ElementValue::Empty => Some(""),
        _ => None,
    }
}
