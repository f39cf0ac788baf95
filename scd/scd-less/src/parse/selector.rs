//! Selectors, their elements and `:extend()`.

use super::grammar::{Steps, guard, push, selector};
use super::{Attempt, Parser};
use crate::ast::{Combinator, Element, ElementValue, Extend, Selector};

impl Parser<'_> {
    /// One selector. With `full`, `:extend()` and a guard may follow its elements.
    pub(super) fn selector(&mut self, full: bool) -> Attempt<Selector> {
        let mut elements = Vec::new();
        let mut extends = Vec::new();
        let mut condition = None;
        let mut next = 0;
        let offset = self.position as u32;
        loop {
            let next_byte = if full { self.peek() } else { 0 };
            if next_byte == b':'
                && let Some(found) = self.extend(false)?
            {
                if condition.is_none() {
                    extends.extend(found);
                }
            } else if next_byte == b'w' && self.eat_word(b"when") {
                let Some(guard) = guard::conditions(self)? else {
                    return self.fail("expected condition");
                };
                condition = Some(guard);
            } else if let Some(element) = self.element()? {
                // less.php drops elements behind a guard.
                if condition.is_none() {
                    next = if self.at_end() { next } else { self.peek() };
                    push(&mut elements, element, 2);
                }
            } else {
                break;
            }
            if matches!(next, b'{' | b'}' | b';' | b',' | b')') {
                break;
            }
        }
        selector::finish(self, elements, extends, condition, offset)
    }

    /// An element with its combinator. A combinator without an element stays eaten.
    pub(super) fn element(&mut self) -> Attempt<Element> {
        let combinator = self.combinator();
        let value = selector::element_value(self)?;
        Ok(value.map(|value| Element { combinator, value }))
    }

    /// `( selector )` as an element.
    pub(super) fn paren_element(&mut self) -> Attempt<ElementValue> {
        let start = self.position;
        self.skip(1);
        let inner = self.nested(|parser| parser.selector(false))?;
        if let Some(inner) = inner
            && self.eat(b')')
        {
            return Ok(Some(ElementValue::Paren(Box::new(inner))));
        }
        self.restore(start);
        Ok(None)
    }

    fn combinator(&mut self) -> Combinator {
        let mut combinator = match self.peek() {
            b'>' => Combinator::Child,
            b'+' => Combinator::Next,
            b'~' => Combinator::Sibling,
            b'|' => Combinator::Column,
            b'^' => Combinator::Shadow,
            _ if !self.at_end() && self.after_space() => {
                return Combinator::Descendant;
            }
            _ => return Combinator::None,
        };
        if self.peek_at(1) == b'^' {
            combinator = Combinator::DeepShadow;
            self.skip(2);
        } else {
            self.skip(1);
        }
        combinator
    }

    /// `:extend(…)`, with `&` in front and `;` behind if it is a statement.
    pub(super) fn extend(&mut self, statement: bool) -> Attempt<Vec<Extend>> {
        let head: &[u8] = if statement { b"&:extend(" } else { b":extend(" };
        if !self.eat_word(head) {
            return Ok(None);
        }
        let extends = selector::extend_targets(self)?;
        if statement {
            self.expect(b';')?;
        }
        Ok(Some(extends))
    }
}
