//! Selectors, their elements and `:extend()`.

use super::Parser;
use crate::ast::{Combinator, Element, ElementValue, Extend, Selector};
use crate::parse::grammar::{Steps, guard, selector};
use crate::parse::scan::run;
use crate::parse::{Attempt, Failure};

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
                let Some(guard) = guard::conditions(self)? else {
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
        selector::finish(self, elements, extends, condition, offset)
    }

    /// An element with its combinator. A combinator without an element stays eaten.
    pub(super) fn element(&mut self) -> Attempt<Element> {
        let combinator = self.combinator()?;
        let value = selector::element_value(self)?;
        Ok(value.map(|value| Element { combinator, value }))
    }

    /// `( selector )` as an element.
    pub(super) fn paren_element(&mut self) -> Attempt<ElementValue> {
        self.save();
        self.skip(1);
        let inner = self.nested_attempt(|parser| parser.selector(false))?;
        if let Some(inner) = inner
            && self.eat(b')')
        {
            self.forget();
            return Ok(Some(ElementValue::Paren(Box::new(inner))));
        }
        self.restore();
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

    /// `:extend(…)`, with `&` in front and `;` behind if it is a statement.
    pub(super) fn extend(&mut self, statement: bool) -> Attempt<Vec<Extend>> {
        let head: &[u8] = if statement { b"&:extend(" } else { b":extend(" };
        if !self.eat_word(head) {
            return Ok(None);
        }
        if statement {
            self.odd_combinator = None;
        }
        let extends = selector::extend_targets(self)?;
        if statement {
            self.expect(b';')?;
            self.refuse_odd_combinator()?;
        }
        Ok(Some(extends))
    }
}
