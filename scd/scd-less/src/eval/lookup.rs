//! Variables in dialect 5, and lookups in what calls yield: `@map[key]`, `.mixin()[@result]`.
//!
//! Nothing is frozen in this dialect: a variable's expression is evaluated anew for whoever asks. A variable that leads back to
//! the same use of itself is an error; strings make a new use each time, so there only the depth limit ends the search.

use std::rc::Rc;

use super::expression::list_of;
use super::node::{Detached, DetachedBody, Env, FileId, Item, Ruleset, Symbol, VariableItem};
use super::problem::{Kind, Outcome, Problem};
use super::{Compiler, Severity, Slot};
use crate::ast::{self, Lookup, LookupBase, LookupKey, Merge, Reading};
use crate::value::{Number, Text, Value};

impl<'a> VariableItem<'a> {
    pub(super) fn merge(&self) -> Merge {
        match self {
            Self::Tree(declaration, _) => declaration.merge,
            Self::Evaluated(declaration) => declaration.merge,
        }
    }

    pub(super) fn important(&self) -> bool {
        match self {
            Self::Tree(declaration, _) => declaration.important,
            Self::Evaluated(declaration) => declaration.important,
        }
    }
}

impl<'a> Compiler<'a> {
    /// Notes that a use of a name is being evaluated; false if it is so already.
    pub(super) fn open_use<T>(&mut self, node: &T, file: FileId) -> bool {
        let place = (std::ptr::from_ref(node).addr(), file);
        if self.open_uses.contains(&place) {
            return false;
        }
        self.open_uses.push(place);
        true
    }

    /// The value of a variable (dialect 5).
    #[inline(never)]
    pub(super) fn variable_use(
        &mut self,
        variable: &ast::Variable,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        let mut symbol = self.symbol(variable.name, file);
        if variable.indirect {
            let inner = self.variable_value(symbol, file, variable.offset + 1, env)?;
            symbol = self.named_by(&inner, '@')?;
        }
        if !self.open_use(variable, file) {
            let name = self.symbols.text(symbol);
            let message = format!("Recursive variable definition for {name}");
            let kind = Kind::Cycle(vec![Text::clone(name)]);
            return Err(Problem::new(message)
                .of_kind(kind)
                .at(file, variable.offset));
        }
        let value = self.variable_value(symbol, file, variable.offset, env);
        self.open_uses.pop();
        value
    }

    /// The name that a value stands for.
    fn named_by(&mut self, value: &Value, sign: char) -> Outcome<Symbol> {
        let name = self.name_in(value, sign)?;
        Ok(self.symbols.intern(&name))
    }

    /// The same by name.
    #[inline(never)]
    pub(super) fn variable_value(
        &mut self,
        symbol: Symbol,
        file: FileId,
        offset: u32,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        self.count(1)?;
        let Some(found) = self.find_variable(symbol, env) else {
            let name = Text::clone(self.symbols.text(symbol));
            return Err(self.undefined_variable(&name, file, offset, env));
        };
        if self.is_important(&found)?
            && let Some(scope) = self.important.last_mut()
        {
            *scope = true;
        }
        if let VariableItem::Evaluated(declaration) = &found
            && declaration.is_stable
            && self.math.calc == 0
            && raw_text(&declaration.value).is_none()
        {
            return Ok(declaration.value.clone());
        }
        self.enter()
            .map_err(|problem| problem.or_at(file, offset))?;
        let value = if self.math.calc > 0 {
            // As if the variable were wrapped in a function, whose arguments are computed.
            let before = self.math;
            self.math.on = true;
            self.math.calc += 1;
            let value = self.looked_up(&found, env);
            self.math.on = before.on;
            self.math.calc = before.calc;
            value.map(argument)
        } else {
            self.looked_up(&found, env)
        };
        self.leave();
        value.map_err(|problem| {
            problem
                .or_at(file, offset)
                .through(self.symbols.text(symbol))
        })
    }

    /// What the raw text of a definition means now that it is looked up, and the file that the meaning belongs to. less.php
    /// parses it at that moment, whatever it comes from.
    #[inline(never)]
    fn reading(&mut self, item: &VariableItem<'a>) -> Outcome<Option<(&'a Reading, FileId)>> {
        let (written, file) = match item {
            VariableItem::Tree(declaration, file) => (Some(*declaration), *file),
            VariableItem::Evaluated(declaration) => (declaration.verbatim, declaration.file),
        };
        if let Some(written) = written {
            return Ok(written.reading().map(|reading| (reading, file)));
        }
        let VariableItem::Evaluated(declaration) = item else {
            return Ok(None);
        };
        let Some(text) = raw_text(&declaration.value) else {
            return Ok(None);
        };
        let (made, file) = self.read_text(&text)?;
        Ok(made.reading().map(|reading| (reading, file)))
    }

    /// Reads all definitions of a property, which shows in how they are printed. Fails if less.php crashes on one.
    pub(super) fn read_all(&mut self, items: &[VariableItem<'a>]) -> Outcome<()> {
        for item in items {
            match self.reading(item)? {
                Some((Reading::Crash(message), _)) => return Err(crash(message)),
                Some((Reading::Value(Some(expr)), own)) => {
                    let value = self.expr(expr, own, &mut Env::default())?;
                    match item {
                        VariableItem::Tree(declaration, file) => {
                            let slot = self.slot_index(declaration.slot, *file);
                            self.slots[slot] = Slot::Value(value);
                        }
                        VariableItem::Evaluated(declaration) => {
                            declaration.read.get_or_init(|| Box::new(value));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether a definition is important; reading raw text makes it forget that.
    pub(super) fn is_important(&mut self, item: &VariableItem<'a>) -> Outcome<bool> {
        Ok(item.important() && !matches!(self.reading(item)?, Some((Reading::Value(_), _))))
    }

    /// The value of a definition that a lookup found.
    #[inline(never)]
    pub(super) fn looked_up(
        &mut self,
        item: &VariableItem<'a>,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        let (file, offset) = match item {
            VariableItem::Tree(declaration, file) => (*file, declaration.offset),
            VariableItem::Evaluated(declaration) => (declaration.file, declaration.offset),
        };
        match self.reading(item)? {
            Some((Reading::Value(Some(value)), own)) => return self.expr(value, own, env),
            Some((Reading::Value(None), _)) => {
                return Err(crash("Call to a member function compile() on null").at(file, offset));
            }
            Some((Reading::Crash(message), _)) => return Err(crash(message).at(file, offset)),
            Some((Reading::Verbatim, _)) | None => {}
        }
        match item {
            VariableItem::Tree(declaration, _) => self.expr(&declaration.value, file, env),
            VariableItem::Evaluated(declaration) => self.again(&declaration.value, file, env),
        }
    }

    /// What a lookup yields.
    #[inline(never)]
    pub(super) fn lookup_in_call(
        &mut self,
        lookup: &'a Lookup,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        let mut found = match &lookup.base {
            LookupBase::Variable(variable) => {
                let value = self.variable_use(variable, file, env)?;
                let ruleset = self.call_detached(&value, variable, file, env)?;
                Found::Rules(ruleset)
            }
            LookupBase::Mixin(call) => {
                let items = self.mixin_call(call, file, env)?;
                Found::Rules(self.bare_ruleset(items))
            }
        };
        let place = |problem: Box<Problem>| match lookup.offset {
            Some(offset) => problem.or_at(file, offset),
            None => problem,
        };
        if lookup.keys.is_empty() {
            let message =
                "Warning: foreach() argument must be of type array|object, null given".to_owned();
            return Err(place(Problem::new(message)));
        }
        for key in &lookup.keys {
            found = self.look_up(found, *key, file, env).map_err(place)?;
        }
        Ok(match found {
            Found::Value(value) => value,
            Found::Rules(ruleset) => {
                let items = ruleset.rules.borrow().clone();
                self.detached_items(items)
            }
        })
    }

    #[inline(never)]
    fn look_up(
        &mut self,
        found: Found<'a>,
        key: LookupKey,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Found<'a>> {
        let Found::Rules(ruleset) = found else {
            return Err(Problem::new("only rulesets can be looked into"));
        };
        let item = match key {
            LookupKey::Last => last_declaration(&ruleset)
                .ok_or_else(|| Problem::new("the ruleset holds no declaration to look up"))?,
            LookupKey::Variable(_) | LookupKey::VariableNamed(_) => {
                let name = match key {
                    LookupKey::VariableNamed(inner) => {
                        let inner = self.symbol(inner, file);
                        let inner = self.variable_value(inner, file, 0, env)?;
                        self.named_by(&inner, '@')?
                    }
                    LookupKey::Variable(name) => self.symbol(name, file),
                    _ => return Err(Problem::not_in_this_dialect(file)),
                };
                ruleset.variable(name, self).ok_or_else(|| {
                    Problem::new(format!("Variable {} not found", self.symbols.text(name)))
                })?
            }
            LookupKey::Property(_) | LookupKey::PropertyNamed(_) => {
                let name = match key {
                    LookupKey::PropertyNamed(inner) => {
                        let inner = self.symbol(inner, file);
                        let inner = self.variable_value(inner, file, 0, env)?;
                        self.named_by(&inner, '$')?
                    }
                    LookupKey::Property(name) => self.symbol(name, file),
                    _ => return Err(Problem::not_in_this_dialect(file)),
                };
                let text = Text::clone(self.symbols.text(name));
                let found = ruleset.property(text.strip_prefix('$').unwrap_or(&text))?;
                self.read_all(&found)?;
                found
                    .last()
                    .cloned()
                    .ok_or_else(|| Problem::new(format!("Property {text} not found")))?
            }
        };
        self.enter()?;
        let value = self.cascaded(&item, env);
        self.leave();
        match value? {
            Value::Detached(handle) => {
                let detached = self.detached_of(&Value::Detached(Rc::clone(&handle)));
                let Some(detached) = detached else {
                    return Ok(Found::Value(Value::Detached(handle)));
                };
                // Unlike a call, this does not see what is around the ruleset's definition.
                let ruleset = match &detached.body {
                    DetachedBody::Tree(ruleset) => self.ruleset(ruleset, detached.file, env)?,
                    DetachedBody::Items(items) => self.bare_ruleset(items.to_vec()),
                };
                Ok(Found::Rules(ruleset))
            }
            value => Ok(Found::Value(value)),
        }
    }

    /// The value of a declaration that was looked up, evaluated like the declaration.
    #[inline(never)]
    fn cascaded(&mut self, item: &VariableItem<'a>, env: &mut Env<'a>) -> Outcome<Value> {
        let property = match item {
            VariableItem::Tree(declaration, _) => match &declaration.name {
                ast::PropertyName::Plain(name) => Some(Text::clone(name)),
                _ => None,
            },
            VariableItem::Evaluated(declaration) => match &declaration.name {
                super::node::DeclarationName::Property(name) => Some(Text::clone(name)),
                super::node::DeclarationName::Variable(_) => None,
            },
        };
        let mode = property.and_then(|name| self.mode_for(&name));
        self.important.push(false);
        let value = self.with_mode(mode, |compiler| compiler.looked_up(item, env));
        self.important.pop();
        value
    }

    /// Fails if a value to be printed holds what a mixin call or a lookup yielded.
    pub(super) fn check_printable(&self, value: &Value) -> Outcome<()> {
        match value {
            Value::Space(items) | Value::Comma(items) | Value::Joined(items) => {
                items.iter().try_for_each(|item| self.check_printable(item))
            }
            Value::Detached(_) => match self.detached_of(value).map(|found| found.body.clone()) {
                Some(DetachedBody::Items(_)) => Err(Problem::new(
                    "Warning: foreach() argument must be of type array|object, null given",
                )),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Statements as a ruleset that can be looked into.
    pub(super) fn bare_ruleset(&mut self, items: Vec<Item<'a>>) -> Rc<Ruleset<'a>> {
        let id = self.next_id();
        Rc::new(Ruleset::new(id, id, Vec::new(), items, false))
    }

    /// Statements as a value.
    #[inline(never)]
    pub(super) fn detached_items(&mut self, items: Vec<Item<'a>>) -> Value {
        self.has_rules_as_values = true;
        self.detached.push(Rc::new(Detached {
            body: DetachedBody::Items(items.into()),
            file: FileId(0),
            frames: super::node::Frames::default(),
        }));
        Value::Detached(Rc::new(self.detached.len() - 1))
    }
}

/// What a lookup has led to.
enum Found<'a> {
    Rules(Rc<Ruleset<'a>>),
    Value(Value),
}

fn last_declaration<'a>(ruleset: &Ruleset<'a>) -> Option<VariableItem<'a>> {
    ruleset
        .rules
        .borrow()
        .iter()
        .rev()
        .find_map(|item| match item {
            Item::Declaration(declaration, file) => Some(VariableItem::Tree(declaration, *file)),
            Item::Evaluated(declaration) => Some(VariableItem::Evaluated(Rc::clone(declaration))),
            _ => None,
        })
}

/// The text of a value that is nothing but raw text.
fn raw_text(value: &Value) -> Option<Text> {
    match value {
        Value::Anonymous(text) => Some(Text::clone(text)),
        Value::UnitText(unit) => Some(Text::from(unit.text())),
        Value::NumberText(number) => Some(Text::from(Number::Float(*number).text())),
        _ => None,
    }
}

/// A PHP error, which no deployment survives.
pub(super) fn crash(message: &str) -> Box<Problem> {
    let mut problem = Problem::new(message);
    problem.severity = Severity::Fatal;
    problem
}

/// A value as functions get it: without comments, and a list of one is what it holds.
pub(super) fn argument(value: Value) -> Value {
    match value {
        Value::Space(items) if items.iter().any(|item| matches!(item, Value::Comment(_))) => {
            let kept = items
                .iter()
                .filter(|item| !matches!(item, Value::Comment(_)));
            list_of(kept.cloned().collect())
        }
        other => other,
    }
}
