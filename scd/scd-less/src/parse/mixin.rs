//! Mixin definitions and calls with their argument lists.

use super::grammar::selector::mixin_path;
use super::grammar::{Entries, Steps, entity, guard, without_comments};
use super::scan::definition_length;
use super::{Attempt, Failure, Parser};
use crate::ast::{Expr, MixinCall, MixinDefinition, NameId, compares_parameters};

impl Parser<'_> {
    /// `.name(params) when (guard) { … }`
    pub(super) fn mixin_definition(&mut self) -> Attempt<MixinDefinition> {
        let start = self.position;
        let Some((name, head)) = definition_length(self.rest()) else {
            return Ok(None);
        };
        let text = self.slice(start, start + name);
        self.skip(head);
        let Some(entries) = self.parameters()? else {
            self.restore(start);
            return Ok(None);
        };
        if !self.eat(b')') {
            self.restore(start);
            return Ok(None);
        }
        self.comments();
        let mut condition = None;
        if self.eat_word(b"when") {
            condition = guard::conditions(self)?;
            if condition.is_none() {
                return self.fail("Expected conditions");
            }
        }
        let Some(rules) = self.block()? else {
            self.restore(start);
            return Ok(None);
        };
        let (params, variadic) = entries.into_parameters();
        let tokens = self.tokens_of(&text);
        let name = self.name(&text);
        let guard = condition.as_ref();
        let is_simply_guarded = guard.is_some_and(|guard| compares_parameters(&params, guard));
        Ok(Some(MixinDefinition {
            name,
            tokens,
            params,
            variadic,
            condition,
            is_simply_guarded,
            rules,
            offset: start as u32,
        }))
    }

    /// `None` if a default is missing behind a colon, which gives up the whole definition.
    fn parameters(&mut self) -> Attempt<Entries> {
        let mut entries = Entries::default();
        loop {
            self.comments();
            if entries.eat_rest(None, self) {
                break;
            }
            if let Some(variable) = entity::variable(self) {
                let name = variable.name;
                if self.eat(b':') {
                    entries.note_named(self)?;
                    let Some(value) = self.expression()? else {
                        return Ok(None);
                    };
                    entries.push(Some(name), Some(value));
                } else if entries.eat_rest(Some(name), self) {
                    break;
                } else {
                    entries.push(Some(name), None);
                }
            } else {
                let Some(value) = self.literal().or_else(|| self.keyword()) else {
                    break;
                };
                entries.push(None, Some(value));
            }
            // Without a separator less.php tries for another entry all the same.
            entries.separator(self)?;
        }
        Ok(Some(entries))
    }

    fn arguments(&mut self) -> Result<Entries, Box<Failure>> {
        let mut entries = Entries::default();
        while !self.at_end() {
            let value = match self.bare_block()? {
                Some(block) => Expr::Detached(Box::new(block)),
                None => match self.expression()? {
                    Some(value) => without_comments(value),
                    None => break,
                },
            };
            if let Some(name) = lone_variable(&value)
                && self.eat(b':')
            {
                entries.note_named(self)?;
                let value = match self.bare_block()? {
                    Some(block) => Some(Expr::Detached(Box::new(block))),
                    None => self.expression()?,
                };
                if value.is_none() {
                    return self.fail("could not understand value for named argument");
                }
                entries.push(Some(name), value);
            } else {
                entries.push(None, Some(value));
            }
            entries.separator(self)?;
        }
        Ok(entries)
    }

    /// `.name(args) !important;`
    pub(super) fn mixin_call(&mut self) -> Attempt<MixinCall> {
        let start = self.position;
        let (path, text) = mixin_path(self, self.compress);
        if !path.is_empty() {
            let mut args = Vec::new();
            if self.eat(b'(') {
                args = self.nested(Self::arguments)?.into_arguments();
                self.expect(b')')?;
            }
            let important = entity::important(self);
            if entity::end_of_declaration(self) {
                let offset = start as u32;
                return Ok(Some(MixinCall {
                    path,
                    text,
                    args,
                    important,
                    offset,
                }));
            }
        }
        self.restore(start);
        Ok(None)
    }
}

fn lone_variable(value: &Expr) -> Option<NameId> {
    match value {
        Expr::Variable(variable) => Some(variable.name),
        _ => None,
    }
}
