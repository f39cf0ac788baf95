//! Mixin definitions and calls with their argument lists.

use super::Parser;
use super::expression::list;
use crate::ast::{
    Argument, Expr, Lookup, LookupBase, MixinCall, MixinDefinition, NameId, Parameter,
};
use crate::options::Dialect;
use crate::parse::cursor::{is_space, name_length, run};
use crate::parse::{Attempt, Failure, tokens};
use crate::value::Text;

/// One entry of an argument or parameter list.
struct Entry {
    name: Option<NameId>,
    value: Option<Expr>,
    rest: bool,
    expand: bool,
}

/// An argument or parameter list while it is read.
#[derive(Default)]
struct Entries {
    by_comma: Vec<Entry>,
    by_semicolon: Vec<Entry>,
    /// Whether a `;` was met, which turns commas into list separators.
    semicolons: bool,
    variadic: bool,
    /// How many values came since the last `;`.
    pending: usize,
    pending_name: Option<NameId>,
    named_among_pending: bool,
    /// Set by `...` behind an argument, for all that follow as well.
    expand: bool,
}

/// What a mixin call in a value is followed by.
enum Called {
    Call(MixinCall),
    Lookup(Expr),
}

impl Parser<'_> {
    /// `.name(params) when (guard) { … }`
    pub(super) fn mixin_definition(&mut self) -> Attempt<MixinDefinition> {
        if !matches!(self.peek(), b'.' | b'#') {
            return Ok(None);
        }
        let rest = self.rest();
        let name = 1 + name_length(&rest[1..], false);
        let blanks = run(&rest[name..], is_space);
        if name == 1 || rest.get(name + blanks) != Some(&b'(') {
            return Ok(None);
        }
        let offset = self.position as u32;
        let text = self.text(self.position, self.position + name);
        self.save();
        self.skip(name + blanks + 1);
        let entries = self.nested(Self::parameters)?;
        if !self.eat(b')') {
            self.restore();
            return Ok(None);
        }
        self.pending.clear();
        let mut condition = None;
        if self.eat_word(b"when") {
            condition = self.conditions()?;
            if condition.is_none() {
                return self.fail("Expected conditions");
            }
        }
        let Some(rules) = self.block()? else {
            self.restore();
            return Ok(None);
        };
        self.forget();
        let variadic = entries.variadic;
        let params = entries
            .finish()
            .into_iter()
            .map(|entry| Parameter {
                name: entry.name,
                value: entry.value,
                rest: entry.rest,
            })
            .collect();
        let tokens = tokens(&text, Dialect::V5)
            .into_iter()
            .map(|token| self.name(token))
            .collect();
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
            if self.eat_word(b"...") {
                let semicolon = self.eat(b';');
                entries.rest(None, semicolon);
                break;
            }
            let Some(value) = self.parameter()? else {
                break;
            };
            let Some(name) = plain_name(&value) else {
                entries.push(None, Some(value));
                self.separator(&mut entries)?;
                continue;
            };
            if self.eat(b':') {
                if !entries.note_named() {
                    return self.fail("Cannot mix ; and , as delimiter types");
                }
                let Some(value) = self.named_value()? else {
                    self.restore();
                    return Ok(Entries::default());
                };
                entries.push(Some(name), Some(value));
            } else if self.eat_word(b"...") {
                let semicolon = self.eat(b';');
                entries.rest(Some(name), semicolon);
                break;
            } else {
                entries.push(Some(name), None);
            }
            self.separator(&mut entries)?;
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
                if !entries.note_named() {
                    return self.fail("Cannot mix ; and , as delimiter types");
                }
                let value = self.named_value()?;
                if value.is_none() {
                    return self.fail("could not understand value for named argument");
                }
                entries.push(Some(name), value);
            } else {
                if name.is_some() && self.eat_word(b"...") {
                    entries.expand = true;
                }
                entries.push(None, Some(value));
            }
            self.separator(&mut entries)?;
            self.progressed(start)?;
            start = self.position;
        }
        self.forget();
        Ok(entries)
    }

    /// Eats `,` or `;` behind an entry; without one, another entry may follow all the same.
    fn separator(&mut self, entries: &mut Entries) -> Result<(), Box<Failure>> {
        if !self.eat(b',') && (self.eat(b';') || entries.semicolons) {
            if entries.named_among_pending {
                return self.fail("Cannot mix ; and , as delimiter types");
            }
            entries.close_group();
        }
        Ok(())
    }

    /// `.name(args) !important;`
    pub(super) fn mixin_call_statement(&mut self) -> Attempt<MixinCall> {
        if !matches!(self.peek(), b'.' | b'#') {
            return Ok(None);
        }
        self.save();
        if let Some((mut call, _)) = self.called_mixin()? {
            call.important = self.important();
            if self.end_of_declaration() {
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
        let mut path = Vec::new();
        let mut text = String::new();
        let mut child = false;
        while matches!(self.peek(), b'.' | b'#') {
            let length = 1 + name_length(&self.rest()[1..], false);
            if length == 1 {
                break;
            }
            let element = self.slice(self.position, self.position + length);
            self.skip(length);
            if child {
                text.push_str(if self.compress { ">" } else { " > " });
            }
            text.push_str(&element);
            path.push(self.name(&element));
            child = self.eat(b'>');
        }
        if path.is_empty() {
            return Ok(None);
        }
        let mut args = Vec::new();
        let has_parens = self.eat(b'(');
        if has_parens {
            args = self.nested(Self::arguments)?.finish();
            self.expect(b')')?;
        }
        let args = args
            .into_iter()
            .filter_map(|entry| {
                entry.value.map(|value| Argument {
                    name: entry.name,
                    value,
                    expand: entry.expand,
                })
            })
            .collect();
        let call = MixinCall {
            path,
            text: Text::from(text),
            args,
            important: false,
            offset,
        };
        Ok(Some((call, has_parens)))
    }
}

impl Entries {
    /// Notes a named entry behind others; false if that is forbidden here.
    fn note_named(&mut self) -> bool {
        if self.pending == 0 {
            return true;
        }
        if self.semicolons {
            return false;
        }
        self.named_among_pending = true;
        true
    }

    fn push(&mut self, name: Option<NameId>, value: Option<Expr>) {
        if value.is_some() {
            self.pending += 1;
        }
        if name.is_some() {
            self.pending_name = name;
        }
        self.by_comma.push(Entry {
            name,
            value,
            rest: false,
            expand: self.expand,
        });
    }

    fn rest(&mut self, name: Option<NameId>, semicolon: bool) {
        self.variadic = true;
        self.semicolons |= semicolon;
        let list = if self.semicolons {
            &mut self.by_semicolon
        } else {
            &mut self.by_comma
        };
        list.push(Entry {
            name,
            value: None,
            rest: true,
            expand: false,
        });
    }

    /// Turns the entries since the last `;` into one: a list of their values, or the value of the last one.
    fn close_group(&mut self) {
        self.semicolons = true;
        let value = if self.pending > 1 {
            let values = self.by_comma.drain(..).filter_map(|entry| entry.value);
            Some(Expr::Comma(values.collect()))
        } else {
            self.by_comma.pop().and_then(|entry| entry.value)
        };
        self.by_comma.clear();
        self.by_semicolon.push(Entry {
            name: self.pending_name.take(),
            value,
            rest: false,
            expand: self.expand,
        });
        self.pending = 0;
        self.named_among_pending = false;
    }

    fn finish(self) -> Vec<Entry> {
        if self.semicolons {
            self.by_semicolon
        } else {
            self.by_comma
        }
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

fn without_comments(value: Expr) -> Expr {
    match value {
        Expr::Space(mut items) => {
            items.retain(|item| !matches!(item, Expr::Comment(_)));
            list(items, Expr::Space)
        }
        Expr::Comment(_) => Expr::Space(Vec::new()),
        other => other,
    }
}
