//! Selectors, their elements and `:extend()`.

use super::Parser;
use crate::ast::{
    Attribute, AttributeKey, AttributeValue, Combinator, Element, ElementValue, Extend, NameId,
    Selector,
};
use crate::options::Dialect;
use crate::parse::cursor::{is_word, run};
use crate::parse::scan::{
    attribute_name_length, extend_all_ahead, percentage_length, raw_paren_length, simple_length,
};
use crate::parse::selector::plain_tokens;
use crate::parse::{Attempt, Failure, tokens};
use crate::value::Text;

impl Parser<'_> {
    /// One selector. With `full`, `:extend()` and a guard may follow its elements.
    pub(super) fn selector(&mut self, full: bool) -> Attempt<Selector> {
        let mut elements = Vec::new();
        let mut extends = Vec::new();
        let mut condition = None;
        let mut next = 0;
        let mut after_when = false;
        let offset = self.position as u32;
        loop {
            let mut found = None;
            let mut element = None;
            if full {
                found = self.extend(false)?;
                if found.is_none() {
                    after_when = self.eat_word(b"when");
                }
            }
            if found.is_none() && !after_when {
                element = self.element()?;
                if element.is_none() {
                    break;
                }
            }
            if after_when {
                // An extend behind a guard is dropped, and another guard is looked for.
                let Some(guard) = self.conditions()? else {
                    return self.fail("Expected condition");
                };
                condition = Some(guard);
            } else if condition.is_some() {
                // Elements and extends behind a guard are dropped.
            } else if let Some(found) = found {
                extends.extend(found);
            } else {
                if !self.at_end() {
                    next = self.peek();
                }
                elements.extend(element);
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
            tokens(&css, Dialect::V5)
                .into_iter()
                .map(|token| self.name(token))
                .collect(),
        )
    }

    /// An element with its combinator. A combinator without an element stays eaten.
    fn element(&mut self) -> Attempt<Element> {
        let combinator = self.combinator()?;
        let value = self.element_value()?;
        Ok(value.map(|value| Element { combinator, value }))
    }

    fn element_value(&mut self) -> Attempt<ElementValue> {
        let rest = self.rest();
        if let Some(length) = percentage_length(rest).or_else(|| simple_length(rest)) {
            return Ok(Some(ElementValue::Text(self.take(length))));
        }
        match self.peek() {
            b'*' => return Ok(Some(ElementValue::Text(self.take(1)))),
            b'&' => {
                self.skip(1);
                return Ok(Some(ElementValue::Parent));
            }
            b'[' => return self.attribute().map(Some),
            b'(' => {
                if let Some(length) = raw_paren_length(rest) {
                    return Ok(Some(ElementValue::Text(self.take(length))));
                }
                self.save();
                self.skip(1);
                let inner = self.nested(|parser| parser.selector(false))?;
                if let Some(inner) = inner
                    && self.eat(b')')
                {
                    self.forget();
                    return Ok(Some(ElementValue::Paren(Box::new(inner))));
                }
                self.restore();
            }
            b'.' | b'#' | b':' if self.peek_at(1) == b'@' => {
                return Ok(Some(ElementValue::Text(self.take(1))));
            }
            b'@' => return Ok(self.curly_variable().map(ElementValue::Variable)),
            _ => {}
        }
        Ok(None)
    }

    fn combinator(&mut self) -> Result<Combinator, Box<Failure>> {
        let combinator = match self.peek() {
            b'/' => {
                let letters = run(&self.rest()[1..], |byte| byte.is_ascii_alphabetic());
                if letters > 0 && self.peek_at(1 + letters) == b'/' {
                    if !self.rest().starts_with(b"/deep/") {
                        self.odd_combinator = Some(self.position);
                    }
                    self.skip(letters + 2);
                    return Ok(Combinator::Deep);
                }
                // Looking for the closing slash counts as an attempt.
                self.furthest = self.furthest.max(self.position);
                return Ok(self.blank_combinator());
            }
            b'>' => Combinator::Child,
            b'+' => Combinator::Next,
            b'~' => Combinator::Sibling,
            b'|' => Combinator::Column,
            b'^' if self.peek_at(1) == b'^' => Combinator::DeepShadow,
            b'^' => Combinator::Shadow,
            _ => return Ok(self.blank_combinator()),
        };
        self.skip(combinator.sign().len());
        Ok(combinator)
    }

    /// Ends parsing where a combinator in slashes that is not `/deep/` would have to be kept.
    pub(super) fn refuse_odd_combinator(&self) -> Result<(), Box<Failure>> {
        match self.odd_combinator {
            None => Ok(()),
            Some(offset) => Err(Box::new(Failure {
                message: "the only combinator in slashes is `/deep/`".to_owned(),
                offset,
                fatal: false,
            })),
        }
    }

    fn blank_combinator(&self) -> Combinator {
        if !self.at_end() && self.position > 0 && self.after_space() {
            Combinator::Descendant
        } else {
            Combinator::None
        }
    }

    fn attribute(&mut self) -> Result<ElementValue, Box<Failure>> {
        self.skip(1);
        let key = match self.curly_variable() {
            Some(variable) => AttributeKey::Variable(variable),
            None => AttributeKey::Text(self.attribute_name()?),
        };
        let rest = self.rest();
        let sign = usize::from(matches!(
            rest.first(),
            Some(b'|' | b'~' | b'*' | b'$' | b'^')
        ));
        let mut op = None;
        let mut value = None;
        if rest.get(sign) == Some(&b'=') {
            op = Some(self.take(sign + 1));
            value = self.attribute_value();
        }
        self.expect(b']')?;
        Ok(ElementValue::Attribute(Box::new(Attribute {
            key,
            op,
            value,
        })))
    }

    fn attribute_name(&mut self) -> Result<Text, Box<Failure>> {
        let length = attribute_name_length(self.rest());
        let name = self.take(length);
        // "0" is nothing to PHP.
        if length == 0 || &*name == "0" {
            return self.fail("expected the name of an attribute behind `[`");
        }
        Ok(name)
    }

    fn attribute_value(&mut self) -> Option<AttributeValue> {
        if let Some(quoted) = self.quoted(false) {
            return Some(AttributeValue::Quoted(quoted));
        }
        let rest = self.rest();
        let digits = run(rest, |byte| byte.is_ascii_digit());
        if digits > 0 && rest.get(digits) == Some(&b'%') {
            return Some(AttributeValue::Word(self.take(digits + 1)));
        }
        let word = run(rest, is_word);
        if word > 0 {
            return Some(AttributeValue::Word(self.take(word)));
        }
        self.curly_variable().map(AttributeValue::Variable)
    }

    /// `:extend(…)`, with `&` in front and `;` behind if it is a statement.
    pub(super) fn extend(&mut self, statement: bool) -> Attempt<Vec<Extend>> {
        let head: &[u8] = if statement { b"&:extend(" } else { b":extend(" };
        if !self.eat_word(head) {
            return Ok(None);
        }
        if statement {
            self.odd_combinator = None;
        }
        let mut extends = Vec::new();
        loop {
            let offset = self.position as u32;
            let mut elements = Vec::new();
            let mut all = false;
            loop {
                if extend_all_ahead(self.rest()) {
                    self.skip(3);
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
            if !self.eat(b',') {
                break;
            }
        }
        self.expect(b')')?;
        if statement {
            self.expect(b';')?;
            self.refuse_odd_combinator()?;
        }
        Ok(Some(extends))
    }
}
