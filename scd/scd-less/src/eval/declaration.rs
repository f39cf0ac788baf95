//! Evaluating declarations and variable definitions.

use std::rc::Rc;
use std::sync::Arc;

use super::expression::is_stable;
use super::node::{Declaration, DeclarationName, Env, FileId, Item};
use super::problem::{Outcome, Problem};
use super::{Compiler, Slot};
use crate::ast::{self, Merge, NamePart, PropertyName};
use crate::value::{Text, Value};

impl<'a> Compiler<'a> {
    /// Evaluates a parsed declaration; outside mixin calls the result replaces it.
    pub(super) fn declaration(
        &mut self,
        declaration: &'a ast::Declaration,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Item<'a>> {
        let slot = self.slot_index(declaration.slot, file);
        if let Slot::Declaration(done) = &self.slots[slot] {
            let done = Rc::clone(done);
            if done.is_stable {
                return Ok(Item::Evaluated(done));
            }
            let again = self.declaration_again(&done, env)?;
            if self.mixin_depth == 0 {
                self.slots[slot] = Slot::Declaration(Rc::clone(&again));
            }
            return Ok(Item::Evaluated(again));
        }
        let name = match &declaration.name {
            PropertyName::Variable(name) => DeclarationName::Variable(self.symbol(*name, file)),
            PropertyName::Plain(name) => DeclarationName::Property(Arc::clone(name)),
            PropertyName::Parts(parts) => {
                DeclarationName::Property(self.property(parts, file, env)?)
            }
        };
        let value = self
            .strictly(is_font(&name), |compiler| {
                compiler.expr(&declaration.value, file, env)
            })
            .map_err(|problem| problem.or_at(file, declaration.offset))?;
        if matches!(value, Value::Detached(_)) && matches!(name, DeclarationName::Property(_)) {
            let message = "Rulesets cannot be evaluated on a property.";
            return Err(Problem::new(message).at(file, declaration.offset));
        }
        let done = Rc::new(Declaration {
            name,
            is_stable: is_stable(&value),
            value,
            important: declaration.important,
            merge: declaration.merge,
            file,
            offset: declaration.offset,
            value_offset: declaration.value_offset,
        });
        if self.mixin_depth == 0 {
            self.slots[slot] = Slot::Declaration(Rc::clone(&done));
        }
        Ok(Item::Evaluated(done))
    }

    /// Evaluates an evaluated declaration once more.
    pub(super) fn declaration_again(
        &mut self,
        declaration: &Rc<Declaration>,
        env: &mut Env<'a>,
    ) -> Outcome<Rc<Declaration>> {
        if declaration.is_stable {
            return Ok(Rc::clone(declaration));
        }
        let value = self.strictly(is_font(&declaration.name), |compiler| {
            compiler.again(&declaration.value, declaration.file, env)
        })?;
        let is_stable = is_stable(&value);
        Ok(Rc::new(Declaration {
            value,
            is_stable,
            ..Declaration::clone(declaration)
        }))
    }

    /// Runs `inner` with strict maths if `strict` says so.
    pub(super) fn strictly<T>(
        &mut self,
        strict: bool,
        inner: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        let before = self.strict_math;
        self.strict_math |= strict;
        let result = inner(self);
        self.strict_math = before;
        result
    }

    fn property(&mut self, parts: &[NamePart], file: FileId, env: &mut Env<'a>) -> Outcome<Text> {
        let mut name = String::new();
        for part in parts {
            match part {
                NamePart::Text(text) => name.push_str(text),
                NamePart::Variable(variable) => {
                    let value = self.variable(variable, file, env)?;
                    crate::value::to_css(&value, self.options.into(), &mut name)?;
                }
                NamePart::Property(_) => {
                    return Err(super::Problem::not_in_this_dialect(file));
                }
            }
        }
        Ok(Text::from(name))
    }

    /// A declaration made by the evaluator: a parameter of a mixin.
    pub(super) fn parameter(
        &self,
        name: super::node::Symbol,
        value: Value,
        file: FileId,
    ) -> Item<'a> {
        Item::Evaluated(Rc::new(Declaration {
            name: DeclarationName::Variable(name),
            is_stable: is_stable(&value),
            value,
            important: false,
            merge: Merge::No,
            file,
            offset: 0,
            value_offset: 0,
        }))
    }
}

/// Whether a property has the strict maths of `font`.
fn is_font(name: &DeclarationName) -> bool {
    matches!(name, DeclarationName::Property(name) if &**name == "font")
}
