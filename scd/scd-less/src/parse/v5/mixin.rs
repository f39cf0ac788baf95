//! Mixin definitions and calls with their argument lists.

use super::Parser;
use crate::ast::{Expr, Lookup, LookupBase, MixinCall, MixinDefinition, NameId};
use crate::parse::grammar::selector::mixin_path;
use crate::parse::grammar::{Entries, Steps, entity, guard, without_comments};
use crate::parse::scan::definition_length;
use crate::parse::{Attempt, Failure};

/// What a mixin call in a value is followed by.
enum Called {
    Call(MixinCall),
    Lookup(Expr),
}

impl Parser<'_> {
    /// `.name(params) when (guard) { … }`
    pub(super) fn mixin_definition(&mut self) -> Attempt<MixinDefinition> {
        let Some((name, head)) = definition_length(self.rest()) else {
            return Ok(None);
        };
        let offset = self.position as u32;
        let text = self.text(self.position, self.position + name);
        self.save();
        self.skip(head);
        let entries = self.nested_attempt(Self::parameters)?;
        if !self.eat(b')') {
            self.restore();
            return Ok(None);
        }
        self.pending.clear();
        let mut condition = None;
        if self.eat_word(b"when") {
            condition = guard::conditions(self)?;
            if condition.is_none() {
                return self.fail("Expected conditions");
            }
        }
        let Some(rules) = self.block()? else {
            self.restore();
            return Ok(None);
        };
        self.forget();
        let (params, variadic) = entries.into_parameters();
        let tokens = self.tokens_of(&text);
        let name = self.name(&text);
        Ok(Some(MixinDefinition {
            name,
            tokens,
            params,
            variadic,
            condition,
            is_simply_guarded: false,
            rules,
            offset,
        }))
    }

    fn parameters(&mut self) -> Result<Entries, Box<Failure>> {
        let mut entries = Entries::default();
        self.save();
        loop {
            self.pending.clear();
            if entries.eat_rest(None, self) {
                break;
            }
            let Some(value) = self.parameter()? else {
                break;
            };
            let Some(name) = plain_name(&value) else {
                entries.push(None, Some(value));
                entries.separator(self)?;
                continue;
            };
            if self.eat(b':') {
                entries.note_named(self)?;
                let Some(value) = self.named_value()? else {
                    self.restore();
                    return Ok(Entries::default());
                };
                entries.push(Some(name), Some(value));
            } else if entries.eat_rest(Some(name), self) {
                break;
            } else {
                entries.push(Some(name), None);
            }
            entries.separator(self)?;
        }
        self.forget();
        Ok(entries)
    }

    fn parameter(&mut self) -> Attempt<Expr> {
        if let Some(variable) = self.variable()? {
            return Ok(Some(variable));
        }
        Ok(self
            .property()
            .or_else(|| self.literal())
            .or_else(|| self.keyword()))
    }

    /// What stands behind `@name:`.
    fn named_value(&mut self) -> Attempt<Expr> {
        match self.bare_block()? {
            Some(block) => Ok(Some(Expr::Detached(Box::new(block)))),
            None => self.expression(),
        }
    }

    fn arguments(&mut self) -> Result<Entries, Box<Failure>> {
        let mut entries = Entries::default();
        self.save();
        let mut start = self.position;
        while let Some(value) = self.named_value()? {
            let value = without_comments(value);
            let name = plain_name(&value);
            if let Some(name) = name
                && self.eat(b':')
            {
                entries.note_named(self)?;
                let value = self.named_value()?;
                if value.is_none() {
                    return self.fail("could not understand value for named argument");
                }
                entries.push(Some(name), value);
            } else if name.is_some() && self.eat_word(b"...") {
                entries.push_expanded(value);
            } else {
                entries.push(None, Some(value));
            }
            entries.separator(self)?;
            self.progressed(start)?;
            start = self.position;
        }
        self.forget();
        Ok(entries)
    }

    /// `.name(args) !important;`
    pub(super) fn mixin_call_statement(&mut self) -> Attempt<MixinCall> {
        if !matches!(self.peek(), b'.' | b'#') {
            return Ok(None);
        }
        self.save();
        if let Some((mut call, _)) = self.called_mixin()? {
            call.important = entity::important(self);
            if entity::end_of_declaration(self) {
                self.forget();
                return Ok(Some(call));
            }
        }
        self.restore();
        Ok(None)
    }

    /// `.name(args)`, perhaps with lookups, in a value.
    pub(super) fn mixin_call_value(&mut self) -> Attempt<Expr> {
        Ok(self.mixin_in_value(false)?.map(|called| match called {
            Called::Call(call) => Expr::MixinCall(Box::new(call)),
            Called::Lookup(lookup) => lookup,
        }))
    }

    /// `.name(args)[key]` or `.name[key]`
    pub(super) fn mixin_lookup(&mut self) -> Attempt<Expr> {
        Ok(match self.mixin_in_value(true)? {
            Some(Called::Lookup(lookup)) => Some(lookup),
            _ => None,
        })
    }

    fn mixin_in_value(&mut self, needs_lookup: bool) -> Attempt<Called> {
        if !matches!(self.peek(), b'.' | b'#') {
            return Ok(None);
        }
        self.save();
        if let Some((call, has_parens)) = self.called_mixin()? {
            let keys = self.lookup_keys();
            if !keys.is_empty() || (has_parens && !needs_lookup) {
                self.forget();
                if keys.is_empty() {
                    return Ok(Some(Called::Call(call)));
                }
                return Ok(Some(Called::Lookup(Expr::Lookup(Box::new(Lookup {
                    base: LookupBase::Mixin(call),
                    keys,
                    offset: None,
                })))));
            }
        }
        self.restore();
        Ok(None)
    }

    /// The path and the arguments of a call, and whether there were parentheses.
    fn called_mixin(&mut self) -> Attempt<(MixinCall, bool)> {
        let offset = self.position as u32;
        let (path, text) = mixin_path(self, self.compress);
        if path.is_empty() {
            return Ok(None);
        }
        let mut args = Vec::new();
        let has_parens = self.eat(b'(');
        if has_parens {
            args = self.nested_attempt(Self::arguments)?.into_arguments();
            self.expect(b')')?;
        }
        let call = MixinCall {
            path,
            text,
            args,
            important: false,
            offset,
        };
        Ok(Some((call, has_parens)))
    }
}

/// The name of a variable or property.
fn plain_name(value: &Expr) -> Option<NameId> {
    match value {
        Expr::Variable(variable) => Some(variable.name),
        Expr::Property(property) => Some(property.name),
        _ => None,
    }
}
