//! Evaluating declarations and variable definitions.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;

use super::expression::check_extent;
use super::node::{Declaration, DeclarationName, Env, FileId, Symbol};
use super::problem::{Outcome, Problem};
use super::{Compiler, Slot};
use crate::ast::{self, Expr, Merge, NamePart, PropertyName};
use crate::options::Dialect;
use crate::value::{Text, Value};

impl<'a> Compiler<'a> {
    /// Evaluates a parsed declaration; in dialect 3 the result replaces it outside mixin calls.
    pub(super) fn declaration(
        &mut self,
        declaration: &'a ast::Declaration,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Rc<Declaration<'a>>> {
        if self.options.dialect == Dialect::V5 {
            return self.fresh_declaration(declaration, file, env);
        }
        let slot = self.slot_index(declaration.slot, file);
        let done = if let Slot::Declaration(done) = &self.slots[slot] {
            let done = Rc::clone(done);
            if done.is_stable {
                return Ok(done);
            }
            self.declaration_again(&done, env)?
        } else {
            self.fresh_declaration(declaration, file, env)?
        };
        if self.mixin_depth == 0 {
            self.slots[slot] = Slot::Declaration(Rc::clone(&done));
        }
        Ok(done)
    }

    fn fresh_declaration(
        &mut self,
        declaration: &'a ast::Declaration,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Rc<Declaration<'a>>> {
        let name = match &declaration.name {
            PropertyName::Variable(name) => DeclarationName::Variable(self.symbol(*name, file)),
            PropertyName::Plain(name) => DeclarationName::Property(Arc::clone(name)),
            PropertyName::Parts(parts) => {
                DeclarationName::Property(self.property(parts, file, env)?)
            }
        };
        let (value, important) = self
            .declared(&name, |compiler| {
                match compiler.was_read(declaration, file) {
                    Some(value) => Ok(value),
                    None => compiler.expr(&declaration.value, file, env),
                }
            })
            .map_err(|problem| problem.or_at(file, declaration.offset))?;
        if matches!(value, Value::Detached(_)) && matches!(name, DeclarationName::Property(_)) {
            let message = "Rulesets cannot be evaluated on a property.";
            return Err(Problem::new(message).at(file, declaration.offset));
        }
        if declaration.important && matches!(name, DeclarationName::Variable(_)) {
            self.doubt_important((file, declaration.offset));
        }
        if self.has_rules_as_values && matches!(name, DeclarationName::Property(_)) {
            self.check_printable(&value)
                .map_err(|problem| problem.or_at(file, declaration.offset))?;
        }
        check_extent(&value).map_err(|problem| problem.or_at(file, declaration.offset))?;
        let is_verbatim =
            matches!(value, Value::Anonymous(_)) && matches!(declaration.value, Expr::Anonymous(_));
        Ok(Rc::new(Declaration {
            name,
            is_stable: self.is_stable(&value),
            value,
            is_referenced: Cell::new(false),
            read: OnceCell::new(),
            verbatim: (is_verbatim && self.options.dialect == Dialect::V5).then_some(declaration),
            important: declaration.important || important,
            merge: declaration.merge,
            file,
            offset: declaration.offset,
            value_offset: declaration.value_offset,
        }))
    }

    /// What the verbatim value of a declaration was read as when something looked it up (dialect 5).
    fn was_read(&self, declaration: &ast::Declaration, file: FileId) -> Option<Value> {
        if self.options.dialect == Dialect::V3 {
            return None;
        }
        match &self.slots[self.slot_index(declaration.slot, file)] {
            Slot::Value(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// Evaluates an evaluated declaration once more.
    pub(super) fn declaration_again(
        &mut self,
        declaration: &Rc<Declaration<'a>>,
        env: &mut Env<'a>,
    ) -> Outcome<Rc<Declaration<'a>>> {
        if declaration.is_stable {
            return Ok(Rc::clone(declaration));
        }
        let (value, important) = self.declared(&declaration.name, |compiler| {
            let (file, offset) = (declaration.file, declaration.value_offset);
            let value = compiler.again(&declaration.value, file, env);
            value.map_err(|problem| problem.in_value(file, offset))
        })?;
        check_extent(&value)?;
        let is_stable = self.is_stable(&value);
        Ok(Rc::new(Declaration {
            value,
            is_stable,
            important: declaration.important || important,
            ..Declaration::clone(declaration)
        }))
    }

    /// Evaluates the value of a declaration, and says whether a variable brought an `!important` along (dialect 5).
    pub(super) fn declared(
        &mut self,
        name: &DeclarationName,
        value: impl FnOnce(&mut Self) -> Outcome<Value>,
    ) -> Outcome<(Value, bool)> {
        let mode = match name {
            DeclarationName::Property(name) => self.mode_for(name),
            DeclarationName::Variable(_) => None,
        };
        if self.options.dialect == Dialect::V3 {
            return Ok((self.with_mode(mode, value)?, false));
        }
        self.important.push(false);
        let value = self.with_mode(mode, value);
        let important = self.important.pop().unwrap_or(false);
        Ok((value?, important))
    }

    fn property(&mut self, parts: &[NamePart], file: FileId, env: &mut Env<'a>) -> Outcome<Text> {
        let mut name = String::new();
        for part in parts {
            match part {
                NamePart::Text(text) => name.push_str(text),
                NamePart::Variable(variable) => {
                    let value = self.variable(variable, file, env)?;
                    self.write(&value, &mut name)?;
                }
                NamePart::Property(property) => {
                    let value = self.property_use(property, file, env)?;
                    self.write(&value, &mut name)?;
                }
            }
        }
        Ok(Text::from(name))
    }

    /// A declaration made by the evaluator: a parameter of a mixin.
    pub(super) fn parameter(
        &self,
        name: Symbol,
        value: Value,
        file: FileId,
    ) -> Outcome<Rc<Declaration<'a>>> {
        check_extent(&value)?;
        Ok(Rc::new(Declaration {
            name: DeclarationName::Variable(name),
            is_stable: self.is_stable(&value),
            value,
            is_referenced: Cell::new(false),
            read: OnceCell::new(),
            verbatim: None,
            important: false,
            merge: Merge::No,
            file,
            offset: 0,
            value_offset: 0,
        }))
    }
}
