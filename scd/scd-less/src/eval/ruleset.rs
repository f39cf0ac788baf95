//! Evaluating rulesets, in less.php's order of steps.

use std::rc::Rc;

use super::findings::Footing;
use super::load::items;
use super::node::{
    Closure, ClosureId, DeclarationName, Detached, DetachedBody, ElementValue, Env, FileId, Item,
    Ruleset, Selector,
};
use super::problem::{Outcome, Problem};
use super::warning::place_of;
use super::{Compiler, Default, Slot};
use crate::ast;
use crate::options::Dialect;
use crate::value::Value;

impl<'a> Compiler<'a> {
    /// Evaluates a parsed ruleset.
    pub(super) fn ruleset(
        &mut self,
        ruleset: &'a ast::Ruleset,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Rc<Ruleset<'a>>> {
        let mut selectors = Vec::with_capacity(ruleset.selectors.len());
        if !ruleset.selectors.is_empty() {
            self.default = Default::Forbidden;
            for selector in &ruleset.selectors {
                selectors.push(Rc::new(self.selector(selector, file, env)?));
            }
            self.default = Default::Unset;
        }
        let passes = selectors.is_empty() || selectors.iter().any(|selector| selector.passes);
        let rules = if passes {
            items(&ruleset.rules, file)
        } else {
            Vec::new()
        };
        let original = self.slot_index(ruleset.slot, file) as u32;
        self.ruleset_with(selectors, rules, original, false, env)
    }

    /// Evaluates an evaluated ruleset once more.
    pub(super) fn ruleset_again(
        &mut self,
        ruleset: &Ruleset<'a>,
        env: &mut Env<'a>,
    ) -> Outcome<Rc<Ruleset<'a>>> {
        let mut selectors = Vec::with_capacity(ruleset.selectors.len());
        for selector in &ruleset.selectors {
            selectors.push(self.selector_again(selector));
        }
        let passes = selectors.is_empty() || selectors.iter().any(|selector| selector.passes);
        let rules = if passes {
            ruleset.rules.borrow().clone()
        } else {
            Vec::new()
        };
        self.ruleset_with(selectors, rules, ruleset.id, ruleset.is_root.get(), env)
    }

    /// Evaluates a list of statements under evaluated selectors.
    pub(super) fn ruleset_with(
        &mut self,
        selectors: Vec<Rc<Selector<'a>>>,
        rules: Vec<Item<'a>>,
        original: u32,
        is_root: bool,
        env: &mut Env<'a>,
    ) -> Outcome<Rc<Ruleset<'a>>> {
        let id = self.next_id();
        let ruleset = Rc::new(Ruleset::new(id, original, selectors, rules, is_root));
        if ruleset.rules.borrow().is_empty() {
            return Ok(ruleset);
        }
        self.enter()?;
        let outer = std::mem::take(&mut env.frames);
        env.frames = outer.with(Rc::clone(&ruleset));
        let media_before = env.media_blocks.len();
        let result = self.body(&ruleset, env);
        env.frames = outer;
        self.leave();
        result?;
        if media_before > 0 && !ruleset.selectors.is_empty() {
            for index in media_before..env.media_blocks.len() {
                let media = Rc::clone(&env.media_blocks[index]);
                let inner = Item::Ruleset(Rc::clone(&media.block.borrow()));
                let id = self.next_id();
                let selectors = ruleset.selectors.clone();
                let wrapped = Ruleset::new(id, id, selectors, vec![inner], false);
                *media.block.borrow_mut() = Rc::new(wrapped);
            }
        }
        Ok(ruleset)
    }

    fn body(&mut self, ruleset: &Rc<Ruleset<'a>>, env: &mut Env<'a>) -> Outcome<()> {
        self.count(1)?;
        let (mut has_imports, mut has_calls, mut has_definitions) = (false, false, false);
        for item in &*ruleset.rules.borrow() {
            match item {
                Item::Import(..) => has_imports = true,
                Item::MixinTree(..) => has_definitions = true,
                item => has_calls |= is_call(item),
            }
        }
        if has_imports {
            let rules = ruleset.rules.take();
            let (rules, changed) = self.expand_imports(ruleset, rules, env)?;
            *ruleset.rules.borrow_mut() = rules;
            if changed {
                ruleset.reset_lookups();
            }
            (has_calls, has_definitions) = (true, true);
        }
        if has_definitions {
            self.close_definitions(ruleset, env);
        }
        if has_calls {
            self.expand_calls(ruleset, env)?;
        }
        let length = ruleset.rules.borrow().len();
        self.count(length)?;
        let mut has_rulesets = false;
        let footing = self.footing(env);
        for index in 0..length {
            let item = match &ruleset.rules.borrow()[index] {
                Item::Simple { .. } | Item::Closure(_) | Item::Comment(..) => continue,
                Item::Evaluated(done) if done.is_stable => continue,
                item => item.clone(),
            };
            let evaluated = match self.item(item, env) {
                Ok(evaluated) => evaluated,
                Err(mut problem) => {
                    if self.mixin_depth == 0
                        && let Some((file, offset)) = place_of(&ruleset.rules.borrow()[index])
                    {
                        problem = problem.or_at(file, offset);
                    }
                    // What failed stays as it was, so that its name does not become unknown, too. The caller of a mixin
                    // evaluates it once more, where the parameters are unknown.
                    if self.mixin_depth > 0 {
                        self.note_failed_call();
                    }
                    self.recover(problem, footing, env)?;
                    continue;
                }
            };
            if !self.doubts.is_empty() {
                let place = place_of(&ruleset.rules.borrow()[index]);
                self.place_doubts(place);
            }
            has_rulesets |= matches!(evaluated, Item::Ruleset(_));
            ruleset.rules.borrow_mut()[index] = evaluated;
        }
        if has_rulesets {
            fold_parents(ruleset);
        }
        Ok(())
    }

    /// Turns mixin definitions into closures over the current frames.
    fn close_definitions(&mut self, ruleset: &Rc<Ruleset<'a>>, env: &Env<'a>) {
        for item in &mut *ruleset.rules.borrow_mut() {
            if let Item::MixinTree(definition, file) = *item {
                let frames = env.frames.clone();
                self.closures.push(Rc::new(Closure {
                    definition,
                    file,
                    frames,
                }));
                *item = Item::Closure(ClosureId(self.closures.len() as u32 - 1));
            }
        }
    }

    /// Expands calls of mixins and detached rulesets in order.
    fn expand_calls(&mut self, ruleset: &Rc<Ruleset<'a>>, env: &mut Env<'a>) -> Outcome<()> {
        let mut index = 0;
        let footing = self.footing(env);
        let next_call = |from: usize| {
            let rules = ruleset.rules.borrow();
            let rest = rules.iter().enumerate().skip(from);
            let mut calls = rest.filter(|(_, item)| is_call(item));
            calls.next().map(|(index, item)| (index, item.clone()))
        };
        while let Some((place, item)) = next_call(index) {
            index = place;
            let produced = match item {
                Item::MixinCall(call, file) => {
                    self.mixin_call(call, file, env).map(|mut produced| {
                        produced.retain(|item| match item {
                            Item::Evaluated(declaration) => match declaration.name {
                                DeclarationName::Variable(name) => {
                                    ruleset.variable(name, self).is_none()
                                }
                                DeclarationName::Property(_) => true,
                            },
                            _ => true,
                        });
                        produced
                    })
                }
                Item::DetachedCall(call, file) => {
                    self.detached_call(call, file, env).map(|mut produced| {
                        produced.retain(|item| !is_variable(item));
                        produced
                    })
                }
                other => Ok(vec![other]),
            };
            let produced = match produced {
                Ok(produced) => produced,
                Err(problem) => self.without_call(problem, footing, env)?,
            };
            let length = produced.len();
            ruleset.rules.borrow_mut().splice(index..=index, produced);
            index += length;
            ruleset.reset_lookups();
        }
        Ok(())
    }

    /// Goes on behind a call that failed.
    #[cold]
    fn without_call(
        &mut self,
        problem: Box<Problem>,
        footing: Footing,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        self.recover(problem, footing, env)?;
        self.note_failed_call();
        Ok(Vec::new())
    }

    fn detached_call(
        &mut self,
        call: &'a ast::DetachedCall,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        let value = self.variable(&call.variable, file, env)?;
        let place = (file, call.variable.offset);
        let before = self.findings.count();
        let ruleset = self.call_detached(&value, &call.variable, file, env);
        if ruleset.is_ok() && self.findings.count() == before {
            return ruleset.map(statements_of);
        }
        let name = self.symbol(call.variable.name, file);
        let name = self.symbols.text(name).clone();
        self.note_call(before, "ruleset", &name, place);
        ruleset.map(statements_of).map_err(|problem| {
            let mut problem = problem.or_at(place.0, place.1);
            problem.note("ruleset", &name, place.0, place.1);
            problem
        })
    }

    /// Evaluates the detached ruleset that a variable holds.
    pub(super) fn call_detached(
        &mut self,
        value: &Value,
        variable: &ast::Variable,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Rc<Ruleset<'a>>> {
        let Some(detached) = self.detached_of(value) else {
            let name = self.symbols.text(self.symbol(variable.name, file));
            if self.options.dialect == Dialect::V5 {
                let message = format!("Could not evaluate variable call {name}");
                return Err(Problem::new(message).at(file, variable.offset));
            }
            let message = format!("`{name}` is called but holds no detached ruleset");
            let mut problem = Problem::new(message).at(file, variable.offset);
            problem.severity = crate::Severity::Fatal;
            return Err(problem);
        };
        let mut inner = Env::on(detached.frames.followed_by(&env.frames));
        self.apart(|compiler| match &detached.body {
            DetachedBody::Tree(ruleset) => compiler.ruleset(ruleset, detached.file, &mut inner),
            DetachedBody::Items(items) => {
                let id = compiler.next_id();
                compiler.ruleset_with(Vec::new(), items.to_vec(), id, false, &mut inner)
            }
        })
    }

    /// The detached ruleset that a value stands for.
    pub(super) fn detached_of(&self, value: &Value) -> Option<Rc<Detached<'a>>> {
        match value {
            Value::Detached(handle) => handle
                .downcast_ref::<usize>()
                .and_then(|&index| self.detached.get(index))
                .cloned(),
            _ => None,
        }
    }

    /// Evaluates one statement that is neither a definition nor a call.
    fn item(&mut self, item: Item<'a>, env: &mut Env<'a>) -> Outcome<Item<'a>> {
        Ok(match item {
            Item::Declaration(declaration, file) => {
                Item::Evaluated(self.declaration(declaration, file, env)?)
            }
            Item::Evaluated(declaration) => {
                Item::Evaluated(self.declaration_again(&declaration, env)?)
            }
            Item::RulesetTree(ruleset, file) => Item::Ruleset(self.ruleset(ruleset, file, env)?),
            Item::Ruleset(ruleset) => Item::Ruleset(self.ruleset_again(&ruleset, env)?),
            Item::Extend(extend, file) => {
                self.extend(extend, file, env)?;
                Item::Extend(extend, file)
            }
            Item::MediaTree(media, file) => self.media(media, file, env)?,
            Item::MediaImport(media) => self.media_import(&media, env)?,
            Item::Media(media) => self.media_again(&media, env)?,
            Item::AtRuleTree(rule, file) => self.at_rule(rule, file, env)?,
            Item::AtRule(rule) => self.at_rule_again(&rule, env)?,
            Item::Value(expr, file) => Item::Result(Rc::new(self.expr(expr, file, env)?)),
            Item::Result(value) => Item::Result(Rc::new(self.again(&value, FileId(0), env)?)),
            other => other,
        })
    }

    /// Makes the results of a call count although they come from a reference import. In dialect 5 that includes everything
    /// inside them.
    pub(super) fn mark_referenced(&mut self, items: &[Item<'a>]) {
        let deep = self.options.dialect == Dialect::V5;
        for item in items {
            match item {
                Item::Ruleset(ruleset) => {
                    mark(ruleset);
                    if deep {
                        self.mark_inside(ruleset);
                    }
                }
                Item::Media(media) => {
                    let block = Rc::clone(&media.block.borrow());
                    mark(&block);
                    self.mark_inside(&block);
                }
                Item::Comment(comment, file) => {
                    let slot = self.slot_index(comment.slot, *file);
                    self.slots[slot] = Slot::Referenced;
                }
                Item::AtRule(rule) => {
                    rule.is_referenced.set(true);
                    if let Some(block) = &rule.block {
                        if deep {
                            mark(block);
                        }
                        self.mark_inside(block);
                    }
                }
                Item::Inline(inline) => inline.is_hidden.set(false),
                Item::Evaluated(declaration) if deep => {
                    let is_list = matches!(declaration.value, Value::Space(_));
                    declaration.is_referenced.set(is_list);
                }
                _ => {}
            }
        }
    }

    fn mark_inside(&mut self, ruleset: &Ruleset<'a>) {
        let inner = ruleset.rules.borrow().clone();
        self.mark_referenced(&inner);
    }

    /// Whether a comment of a reference import counts.
    pub(crate) fn is_comment_referenced(&self, comment: &ast::Comment, file: FileId) -> bool {
        matches!(
            self.slots[self.slot_index(comment.slot, file)],
            Slot::Referenced
        )
    }

    /// The evaluated form of an `&:extend()` statement.
    pub(crate) fn evaluated_extend(
        &self,
        extend: &ast::Extend,
        file: FileId,
    ) -> Option<Rc<super::node::Extend<'a>>> {
        match &self.slots[self.slot_index(extend.slot, file)] {
            Slot::Extend(done) => Some(Rc::clone(done)),
            _ => None,
        }
    }
}

/// The statements of a body that was evaluated for a call. Frames that closures kept need theirs still.
pub(super) fn statements_of<'a>(ruleset: Rc<Ruleset<'a>>) -> Vec<Item<'a>> {
    match Rc::try_unwrap(ruleset) {
        Ok(ruleset) => ruleset.rules.into_inner(),
        Err(shared) => shared.rules.borrow().clone(),
    }
}

fn mark(ruleset: &Ruleset<'_>) {
    for selector in &ruleset.selectors {
        selector.is_referenced.set(true);
    }
}

fn is_call(item: &Item<'_>) -> bool {
    matches!(item, Item::MixinCall(..) | Item::DetachedCall(..))
}

fn is_variable(item: &Item<'_>) -> bool {
    match item {
        Item::Evaluated(declaration) => {
            matches!(declaration.name, DeclarationName::Variable(_))
        }
        Item::Declaration(declaration, _) => {
            matches!(declaration.name, ast::PropertyName::Variable(_))
        }
        _ => false,
    }
}

/// Replaces child rulesets whose selector is a lone `&` (with or without a guard) by their statements, variables excepted.
fn fold_parents(ruleset: &Ruleset<'_>) {
    let is_lone_parent = |item: &Item<'_>| match item {
        Item::Ruleset(inner) => match &inner.selectors[..] {
            [selector] => {
                !selector.is_media
                    && matches!(
                        &selector.elements[..],
                        [element] if element.combinator.is_blank()
                            && matches!(element.value, ElementValue::Parent)
                    )
            }
            _ => false,
        },
        _ => false,
    };
    if !ruleset.rules.borrow().iter().any(is_lone_parent) {
        return;
    }
    let rules = ruleset.rules.take();
    let mut folded = Vec::with_capacity(rules.len());
    for item in rules {
        match &item {
            Item::Ruleset(inner) if is_lone_parent(&item) => {
                let inner = inner.rules.borrow();
                folded.extend(inner.iter().filter(|item| !is_variable(item)).cloned());
            }
            _ => folded.push(item),
        }
    }
    *ruleset.rules.borrow_mut() = folded;
    if let Some(mixins) = &mut *ruleset.mixins.borrow_mut() {
        mixins.places = None;
    }
}
