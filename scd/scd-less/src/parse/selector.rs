//! Selectors, their elements and `:extend()`.

use super::cursor::{is_word, run};
use super::scan::{
    attribute_name_length, extend_all_ahead, percentage_length, raw_paren_length, simple_length,
};
use super::{Attempt, Failure, Parser, tokens};
use crate::ast::{
    Attribute, AttributeKey, AttributeValue, Combinator, Element, ElementValue, Expr, Extend,
    NameId, Selector,
};
use crate::options::Dialect;
use crate::value::Text;

impl Parser<'_> {
    /// One selector. With `full`, `:extend()` and a guard may follow its elements.
    pub(super) fn selector(&mut self, full: bool) -> Attempt<Selector> {
        let mut elements = Vec::new();
        let mut extends = Vec::new();
        let mut condition = None;
        let mut next = 0;
        let offset = self.cursor.position() as u32;
        loop {
            if full && let Some(found) = self.extend(false)? {
                if condition.is_none() {
                    extends.extend(found);
                }
            } else if full && self.cursor.eat_word(b"when") {
                let guard = self.conditions()?;
                let Some(guard) = guard else {
                    return self.fail("expected condition");
                };
                condition = Some(guard);
            } else if let Some(element) = self.element()? {
                // less.php drops elements behind a guard.
                if condition.is_none() {
                    next = if self.cursor.at_end() {
                        next
                    } else {
                        self.cursor.peek()
                    };
                    elements.push(element);
                }
            } else {
                break;
            }
            if matches!(next, b'{' | b'}' | b';' | b',' | b')') {
                break;
            }
        }
        if elements.is_empty() {
            if extends.is_empty() {
                return Ok(None);
            }
            return self
                .fail("Extend must be used to extend a selector, it cannot be used on its own");
        }
        let tokens = self.selector_tokens(&elements);
        Ok(Some(Selector {
            elements,
            extends,
            condition,
            tokens,
            offset,
        }))
    }

    fn selector_tokens(&mut self, elements: &[Element]) -> Option<Vec<NameId>> {
        if let Some(tokens) = plain_tokens(elements, |token| self.name(token)) {
            return Some(tokens);
        }
        let mut css = String::new();
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
        Some(
            tokens(&css, Dialect::V3)
                .into_iter()
                .map(|token| self.name(token))
                .collect(),
        )
    }

    /// An element with its combinator. A combinator without an element stays eaten.
    fn element(&mut self) -> Attempt<Element> {
        let combinator = self.combinator();
        let Some(value) = self.element_value()? else {
            return Ok(None);
        };
        Ok(Some(Element { combinator, value }))
    }

    fn element_value(&mut self) -> Attempt<ElementValue> {
        let rest = self.cursor.rest();
        if let Some(length) = percentage_length(rest).or_else(|| simple_length(rest)) {
            return Ok(Some(ElementValue::Text(self.cursor.take(length))));
        }
        match self.cursor.peek() {
            b'*' => return Ok(Some(ElementValue::Text(self.cursor.take(1)))),
            b'&' => {
                self.cursor.advance(1);
                return Ok(Some(ElementValue::Parent));
            }
            b'[' => return self.attribute(),
            b'(' => {
                if let Some(length) = raw_paren_length(rest) {
                    return Ok(Some(ElementValue::Text(self.cursor.take(length))));
                }
                let start = self.cursor.position();
                self.cursor.advance(1);
                let inner = self.nested(|parser| parser.selector(false))?;
                if let Some(inner) = inner
                    && self.cursor.eat(b')')
                {
                    return Ok(Some(ElementValue::Paren(Box::new(inner))));
                }
                self.cursor.restore(start);
            }
            b'.' | b'#' | b':' if self.cursor.peek_at(1) == b'@' => {
                return Ok(Some(ElementValue::Text(self.cursor.take(1))));
            }
            b'@' => return Ok(self.curly_variable().map(ElementValue::Variable)),
            _ => {}
        }
        Ok(None)
    }

    fn combinator(&mut self) -> Combinator {
        let mut combinator = match self.cursor.peek() {
            b'>' => Combinator::Child,
            b'+' => Combinator::Next,
            b'~' => Combinator::Sibling,
            b'|' => Combinator::Column,
            b'^' => Combinator::Shadow,
            _ if !self.cursor.at_end() && self.cursor.after_space() => {
                return Combinator::Descendant;
            }
            _ => return Combinator::None,
        };
        if self.cursor.peek_at(1) == b'^' {
            combinator = Combinator::DeepShadow;
            self.cursor.advance(2);
        } else {
            self.cursor.advance(1);
        }
        combinator
    }

    fn attribute(&mut self) -> Attempt<ElementValue> {
        self.cursor.advance(1);
        let key = match self.curly_variable() {
            Some(variable) => AttributeKey::Variable(variable),
            None => AttributeKey::Text(self.attribute_name()?),
        };
        let rest = self.cursor.rest();
        let sign = usize::from(matches!(
            rest.first(),
            Some(b'|' | b'~' | b'*' | b'$' | b'^')
        ));
        let mut op = None;
        let mut value = None;
        if rest.get(sign) == Some(&b'=') {
            op = Some(self.cursor.take(sign + 1));
            value = self.attribute_value();
        }
        self.expect(b']')?;
        Ok(Some(ElementValue::Attribute(Box::new(Attribute {
            key,
            op,
            value,
        }))))
    }

    fn attribute_name(&mut self) -> Result<Text, Box<Failure>> {
        match attribute_name_length(self.cursor.rest()) {
            0 => self.fail("expected the name of an attribute behind `[`"),
            length => Ok(self.cursor.take(length)),
        }
    }

    fn attribute_value(&mut self) -> Option<AttributeValue> {
        if let Some(quoted) = self.quoted() {
            return Some(AttributeValue::Quoted(quoted));
        }
        let rest = self.cursor.rest();
        let digits = run(rest, |byte| byte.is_ascii_digit());
        if digits > 0 && rest.get(digits) == Some(&b'%') {
            return Some(AttributeValue::Word(self.cursor.take(digits + 1)));
        }
        let word = run(rest, is_word);
        if word > 0 {
            return Some(AttributeValue::Word(self.cursor.take(word)));
        }
        self.curly_variable().map(AttributeValue::Variable)
    }

    /// `:extend(…)`, with `&` in front and `;` behind if it is a statement.
    pub(super) fn extend(&mut self, statement: bool) -> Attempt<Vec<Extend>> {
        let head: &[u8] = if statement { b"&:extend(" } else { b":extend(" };
        if !self.cursor.eat_word(head) {
            return Ok(None);
        }
        let mut extends = Vec::new();
        loop {
            let offset = self.cursor.position() as u32;
            let mut elements = Vec::new();
            let mut all = false;
            loop {
                if self.extend_all() {
                    all = true;
                    break;
                }
                let Some(element) = self.element()? else {
                    break;
                };
                elements.push(element);
            }
            let tokens = self.selector_tokens(&elements);
            let selector = Selector {
                elements,
                extends: Vec::new(),
                condition: None,
                tokens,
                offset,
            };
            let slot = self.slot();
            extends.push(Extend {
                selector,
                all,
                slot,
            });
            if !self.cursor.eat(b',') {
                break;
            }
        }
        self.expect(b')')?;
        if statement {
            self.expect(b';')?;
        }
        Ok(Some(extends))
    }

    fn extend_all(&mut self) -> bool {
        let found = extend_all_ahead(self.cursor.rest());
        if found {
            self.cursor.advance(3);
        }
        found
    }

    /// A string as an expression, for attribute values.
    fn quoted(&mut self) -> Option<Expr> {
        self.quoted_string()
    }
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

/// The tokens of a selector each of whose elements is one token, or a pseudo class or element whose name is one.
pub(super) fn plain_tokens(
    elements: &[Element],
    mut number: impl FnMut(&str) -> NameId,
) -> Option<Vec<NameId>> {
    let is_plain = |(index, element): (usize, &Element)| {
        let ElementValue::Text(text) = &element.value else {
            return false;
        };
        let (sign, name) = split_sign(text);
        let is_glued = sign.is_empty() && element.combinator == Combinator::None && index > 0;
        let has_word = element.combinator == Combinator::Deep;
        !is_glued && !has_word && !name.is_empty() && name.bytes().all(is_word)
    };
    if !elements.iter().enumerate().all(is_plain) {
        return None;
    }
    let mut tokens = Vec::with_capacity(elements.len());
    for element in elements {
        if let ElementValue::Text(text) = &element.value {
            let (sign, name) = split_sign(text);
            let is_pseudo = sign.starts_with(':');
            tokens.push(number(if is_pseudo { name } else { text }));
        }
    }
    Some(tokens)
}
