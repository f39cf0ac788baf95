//! Printing selectors.

use super::Path;
use crate::ast::Combinator;
use crate::eval::node::{Element, ElementValue, Selector};

/// Prints a path: its selectors with a blank between them where no combinator stands.
pub(super) fn print_path(path: &Path<'_>, compress: bool, out: &mut String) {
    for (index, selector) in path.iter().enumerate() {
        print_selector(selector, index == 0, compress, out);
    }
}

pub(super) fn print_selector(
    selector: &Selector<'_>,
    is_first: bool,
    compress: bool,
    out: &mut String,
) {
    for (index, element) in selector.elements.iter().enumerate() {
        let mut combinator = element.combinator;
        if index == 0 && is_first && combinator == Combinator::Descendant {
            combinator = Combinator::None;
        } else if index == 0 && !is_first && combinator == Combinator::None {
            combinator = Combinator::Descendant;
        }
        out.push_str(sign(combinator, compress));
        print_value(element, compress, out);
    }
}

fn print_value(element: &Element<'_>, compress: bool, out: &mut String) {
    match &element.value {
        ElementValue::Parent => out.push('&'),
        ElementValue::Empty => {}
        ElementValue::Text(text) => out.push_str(text),
        ElementValue::Value { css, .. } => out.push_str(css),
        ElementValue::Attribute(attribute) => out.push_str(&attribute.css),
        ElementValue::Paren(inner) => {
            out.push('(');
            print_nested(inner, compress, out);
            out.push(')');
        }
        ElementValue::Nested(inner) => print_nested(inner, compress, out),
    }
}

fn print_nested(selector: &Selector<'_>, compress: bool, out: &mut String) {
    for element in &*selector.elements {
        out.push_str(sign(element.combinator, compress));
        print_value(element, compress, out);
    }
}

fn sign(combinator: Combinator, compress: bool) -> &'static str {
    match combinator {
        Combinator::None => "",
        Combinator::Descendant => " ",
        Combinator::Column => "|",
        Combinator::Child if !compress => " > ",
        Combinator::Next if !compress => " + ",
        Combinator::Sibling if !compress => " ~ ",
        Combinator::Shadow if !compress => " ^ ",
        Combinator::DeepShadow if !compress => " ^^ ",
        Combinator::Deep if !compress => " /deep/ ",
        other => other.sign(),
    }
}
