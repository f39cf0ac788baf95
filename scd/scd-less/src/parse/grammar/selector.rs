//! Simple selectors, the tokens of selectors, the targets of `:extend()` and the paths of mixin calls.

use super::Grammar;
use super::entity::{curly_variable, is_nothing};
use super::push;
use crate::ast::{
    Attribute, AttributeKey, AttributeValue, Combinator, Condition, Element, ElementValue, Extend,
    NameId, Selector,
};
use crate::parse::scan::{
    attribute_name_length, extend_all_ahead, is_word, name_length, percentage_length,
    raw_paren_length, run, simple_length,
};
use crate::parse::{Attempt, Failure};
use crate::value::Text;

/// An element without its combinator.
pub(in crate::parse) fn element_value<'s>(parser: &mut impl Grammar<'s>) -> Attempt<ElementValue> {
    let rest = parser.rest();
    if let Some(length) = percentage_length(rest).or_else(|| simple_length(rest)) {
        return Ok(Some(ElementValue::Text(parser.take_word(length))));
    }
    match parser.peek() {
        b'*' => Ok(Some(ElementValue::Text(parser.take(1)))),
        b'&' => {
            parser.skip(1);
            Ok(Some(ElementValue::Parent))
        }
        b'[' => attribute(parser).map(Some),
        b'(' => match raw_paren_length(rest) {
            Some(length) => Ok(Some(ElementValue::Text(parser.take(length)))),
            None => parser.paren_element(),
        },
        b'.' | b'#' | b':' if parser.peek_at(1) == b'@' => {
            Ok(Some(ElementValue::Text(parser.take(1))))
        }
        b'@' => Ok(curly_variable(parser).map(ElementValue::Variable)),
        _ => Ok(None),
    }
}

fn attribute<'s>(parser: &mut impl Grammar<'s>) -> Result<ElementValue, Box<Failure>> {
    parser.skip(1);
    let key = match curly_variable(parser) {
        Some(variable) => AttributeKey::Variable(variable),
        None => AttributeKey::Text(attribute_name(parser)?),
    };
    let rest = parser.rest();
    let sign = usize::from(matches!(
        rest.first(),
        Some(b'|' | b'~' | b'*' | b'$' | b'^')
    ));
    let mut op = None;
    let mut value = None;
    if rest.get(sign) == Some(&b'=') {
        op = Some(parser.take(sign + 1));
        value = attribute_value(parser);
    }
    parser.expect(b']')?;
    let attribute = Attribute { key, op, value };
    Ok(ElementValue::Attribute(Box::new(attribute)))
}

fn attribute_name<'s, P: Grammar<'s>>(parser: &mut P) -> Result<Text, Box<Failure>> {
    let length = attribute_name_length(parser.rest());
    let name = parser.take(length);
    if is_nothing(P::DIALECT, &name) {
        return parser.fail("expected the name of an attribute behind `[`");
    }
    Ok(name)
}

fn attribute_value<'s>(parser: &mut impl Grammar<'s>) -> Option<AttributeValue> {
    if let Some(quoted) = parser.quoted_string() {
        return Some(AttributeValue::Quoted(quoted));
    }
    let rest = parser.rest();
    let digits = run(rest, |byte| byte.is_ascii_digit());
    if digits > 0 && rest.get(digits) == Some(&b'%') {
        return Some(AttributeValue::Word(parser.take(digits + 1)));
    }
    let word = run(rest, is_word);
    if word > 0 {
        return Some(AttributeValue::Word(parser.take(word)));
    }
    curly_variable(parser).map(AttributeValue::Variable)
}

/// The selector of what was read; none of nothing.
pub(in crate::parse) fn finish<'s>(
    parser: &mut impl Grammar<'s>,
    elements: Vec<Element>,
    extends: Vec<Extend>,
    condition: Option<Condition>,
    offset: u32,
) -> Attempt<Selector> {
    if elements.is_empty() {
        if extends.is_empty() {
            return Ok(None);
        }
        return parser
            .fail("Extend must be used to extend a selector, it cannot be used on its own");
    }
    let tokens = tokens(parser, &elements);
    Ok(Some(Selector {
        elements,
        extends,
        condition,
        tokens,
        offset,
    }))
}

/// The names by which a selector with these elements is found; none if an element is not plain text.
fn tokens<'s>(parser: &mut impl Grammar<'s>, elements: &[Element]) -> Option<Vec<NameId>> {
    if let Some(tokens) = plain_tokens(parser, elements) {
        return Some(tokens);
    }
    let mut css = String::with_capacity(64);
    for element in elements {
        css.push_str(element.combinator.sign());
        match &element.value {
            ElementValue::Parent => css.push('&'),
            ElementValue::Text(text) => css.push_str(text),
            ElementValue::Attribute(attribute) => match &attribute.value {
                // less.php takes the word of `[a=word]` for the element's text.
                Some(AttributeValue::Word(word)) => css.push_str(word),
                _ => return None,
            },
            ElementValue::Variable(_) | ElementValue::Paren(_) => return None,
        }
    }
    Some(parser.tokens_of(&css))
}

/// The tokens of elements each of which is one token, or a pseudo class or element whose name is one.
fn plain_tokens<'s>(parser: &mut impl Grammar<'s>, elements: &[Element]) -> Option<Vec<NameId>> {
    let mut tokens = Vec::new();
    for element in elements {
        let ElementValue::Text(text) = &element.value else {
            return None;
        };
        let (sign, name) = split_sign(text);
        let is_glued =
            sign.is_empty() && element.combinator == Combinator::None && !tokens.is_empty();
        let has_word = element.combinator == Combinator::Deep;
        let is_word = !name.is_empty() && run(name.as_bytes(), is_word) == name.len();
        if is_glued || has_word || !is_word {
            return None;
        }
        let token = if sign.starts_with(':') {
            parser.name(name)
        } else {
            parser.name_of(text)
        };
        push(&mut tokens, token, elements.len());
    }
    Some(tokens)
}

/// The sign of a class, id or pseudo class or element, and its name.
fn split_sign(text: &str) -> (&str, &str) {
    let length = match text.as_bytes() {
        [b':', b':', ..] => 2,
        [b'.' | b'#' | b':', ..] => 1,
        _ => 0,
    };
    text.split_at(length)
}

/// What stands in the parentheses of `:extend(…)`, and the closing one.
pub(in crate::parse) fn extend_targets<'s>(
    parser: &mut impl Grammar<'s>,
) -> Result<Vec<Extend>, Box<Failure>> {
    let mut extends = Vec::new();
    loop {
        let offset = parser.position() as u32;
        let mut elements = Vec::new();
        let mut all = false;
        loop {
            if extend_all_ahead(parser.rest()) {
                parser.skip(3);
                all = true;
                break;
            }
            let Some(element) = parser.element()? else {
                break;
            };
            elements.push(element);
        }
        let tokens = tokens(parser, &elements);
        let selector = Selector {
            elements,
            extends: Vec::new(),
            condition: None,
            tokens,
            offset,
        };
        let slot = parser.slot();
        extends.push(Extend {
            selector,
            all,
            slot,
        });
        if !parser.eat(b',') {
            break;
        }
    }
    parser.expect(b')')?;
    Ok(extends)
}

/// The path of a mixin call, and how less.php prints it in messages.
pub(in crate::parse) fn mixin_path<'s>(
    parser: &mut impl Grammar<'s>,
    compress: bool,
) -> (Vec<NameId>, Text) {
    let glue = if compress { ">" } else { " > " };
    let mut path = Vec::new();
    let mut printed: Option<String> = None;
    let mut child = false;
    while matches!(parser.peek(), b'.' | b'#') {
        let length = 1 + name_length(&parser.rest()[1..], false);
        if length == 1 {
            break;
        }
        let start = parser.position();
        let element = parser.slice(start, start + length);
        parser.skip(length);
        let name = parser.name(&element);
        if let Some(&first) = path.first() {
            let printed = printed.get_or_insert_with(|| parser.numbering().text(first).to_string());
            printed.push_str(if child { glue } else { "" });
            printed.push_str(&element);
        }
        push(&mut path, name, 1);
        child = parser.eat(b'>');
    }
    let text = match (printed, path.first()) {
        (Some(printed), _) => Text::from(printed),
        (None, Some(&only)) => Text::clone(parser.numbering().text(only)),
        (None, None) => Text::default(),
    };
    (path, text)
}
