//! Mixin definitions and calls with their argument lists.

use super::cursor::{is_space, name_length, run};
use super::{Attempt, Failure, Parser, tokens};
use crate::ast::{
    Argument, Expr, MixinCall, MixinDefinition, NameId, Parameter, compares_parameters,
};
use crate::options::Dialect;
use crate::value::Text;

/// One entry of an argument or parameter list.
struct Entry {
    name: Option<NameId>,
    value: Option<Expr>,
    rest: bool,
}

/// An argument or parameter list while it is read.
#[derive(Default)]
struct Entries {
    by_comma: Vec<Entry>,
    by_semicolon: Vec<Entry>,
    /// Whether a `;` was met, which turns commas into list separators.
    semicolons: bool,
    variadic: bool,
    /// The values since the last `;`, as places in `by_comma`.
    pending: usize,
    pending_name: Option<NameId>,
    named_among_pending: bool,
}

impl Parser<'_> {
    /// `.name(params) when (guard) { … }`
    pub(super) fn mixin_definition(&mut self) -> Attempt<MixinDefinition> {
        let start = self.cursor.position();
        let rest = self.cursor.rest();
        let name = 1 + name_length(&rest[1..], false);
        let blanks = run(&rest[name..], is_space);
        if name == 1 || rest.get(name + blanks) != Some(&b'(') {
            return Ok(None);
        }
        let text = self.cursor.slice(start, start + name);
        self.cursor.advance(name + blanks + 1);
        let Some(entries) = self.parameters()? else {
            self.cursor.restore(start);
            return Ok(None);
        };
        if !self.cursor.eat(b')') {
            self.cursor.restore(start);
            return Ok(None);
        }
        self.comments();
        let mut condition = None;
        if self.cursor.eat_word(b"when") {
            condition = self.conditions()?;
            if condition.is_none() {
                return self.fail("Expected conditions");
            }
        }
        let Some(rules) = self.block()? else {
            self.cursor.restore(start);
            return Ok(None);
        };
        let variadic = entries.variadic;
        let params: Vec<Parameter> = entries
            .finish()
            .into_iter()
            .map(|entry| Parameter {
                name: entry.name,
                value: entry.value,
                rest: entry.rest,
            })
            .collect();
        let tokens = tokens(&text, Dialect::V3)
            .into_iter()
            .map(|token| self.name(token))
            .collect();
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
            if self.cursor.eat_word(b"...") {
                let semicolon = self.cursor.eat(b';');
                entries.rest(None, semicolon);
                break;
            }
            if let Some(variable) = self.variable_use() {
                let name = variable.name;
                if self.cursor.eat(b':') {
                    if !entries.note_named() {
                        return self.fail("Cannot mix ; and , as delimiter types");
                    }
                    let Some(value) = self.expression()? else {
                        return Ok(None);
                    };
                    entries.push(Some(name), Some(value));
                } else if self.cursor.eat_word(b"...") {
                    let semicolon = self.cursor.eat(b';');
                    entries.rest(Some(name), semicolon);
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
            self.separator(&mut entries)?;
        }
        Ok(Some(entries))
    }

    fn arguments(&mut self) -> Result<Entries, Box<Failure>> {
        let mut entries = Entries::default();
        while !self.cursor.at_end() {
            let value = match self.detached_ruleset()? {
                Some(block) => Expr::Detached(Box::new(block)),
                None => match self.expression()? {
                    Some(value) => without_comments(value),
                    None => break,
                },
            };
            if let Some(name) = lone_variable(&value)
                && self.cursor.eat(b':')
            {
                if !entries.note_named() {
                    return self.fail("Cannot mix ; and , as delimiter types");
                }
                let value = match self.detached_ruleset()? {
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
            self.separator(&mut entries)?;
        }
        Ok(entries)
    }

    /// Eats `,` or `;` behind an entry.
    fn separator(&mut self, entries: &mut Entries) -> Result<(), Box<Failure>> {
        if !self.cursor.eat(b',') && (self.cursor.eat(b';') || entries.semicolons) {
            if entries.named_among_pending {
                return self.fail("Cannot mix ; and , as delimiter types");
            }
            entries.close_group();
        }
        Ok(())
    }

    /// `.name(args) !important;`
    pub(super) fn mixin_call(&mut self) -> Attempt<MixinCall> {
        let start = self.cursor.position();
        let mut path = Vec::new();
        let mut text = String::new();
        let mut child = false;
        while matches!(self.cursor.peek(), b'.' | b'#') {
            let length = 1 + name_length(&self.cursor.rest()[1..], false);
            if length == 1 {
                break;
            }
            let element = self.cursor.take(length);
            if child {
                text.push_str(if self.compress { ">" } else { " > " });
            }
            text.push_str(&element);
            path.push(self.name(&element));
            child = self.cursor.eat(b'>');
        }
        if !path.is_empty() {
            let mut args = Vec::new();
            if self.cursor.eat(b'(') {
                args = self.nested(Self::arguments)?.finish();
                self.expect(b')')?;
            }
            let important = self.important();
            if self.end_of_declaration() {
                let args = args
                    .into_iter()
                    .filter_map(|entry| {
                        entry.value.map(|value| Argument {
                            name: entry.name,
                            value,
                            expand: false,
                        })
                    })
                    .collect();
                let (text, offset) = (Text::from(text), start as u32);
                return Ok(Some(MixinCall {
                    path,
                    text,
                    args,
                    important,
                    offset,
                }));
            }
        }
        self.cursor.restore(start);
        Ok(None)
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
        });
    }

    /// Turns the entries since the last `;` into one.
    fn close_group(&mut self) {
        self.semicolons = true;
        let mut values: Vec<Expr> = self
            .by_comma
            .drain(..)
            .filter_map(|entry| entry.value)
            .collect();
        let value = if values.len() > 1 {
            Some(Expr::Comma(values))
        } else {
            values.pop()
        };
        self.by_semicolon.push(Entry {
            name: self.pending_name.take(),
            value,
            rest: false,
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

fn lone_variable(value: &Expr) -> Option<NameId> {
    match value {
        Expr::Variable(variable) => Some(variable.name),
        _ => None,
    }
}

fn without_comments(value: Expr) -> Expr {
    match value {
        Expr::Space(mut items) => {
            items.retain(|item| !matches!(item, Expr::Comment(_)));
            match items.len() {
                1 => items.remove(0),
                _ => Expr::Space(items),
            }
        }
        Expr::Comment(_) => Expr::Space(Vec::new()),
        other => other,
    }
}
