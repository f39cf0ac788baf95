//! Mixin calls: candidates, arguments, guards, bodies.

use std::rc::Rc;

use super::binding::Bound;
use super::expression::list_of;
use super::load::items;
use super::node::{Env, FileId, Frames, Item, Ruleset, Symbol};
use super::problem::{Kind, Outcome, Problem};
use super::ruleset::statements_of;
use super::{Compiler, Default};
use crate::ast::{self, MixinDefinition, Parameter};
use crate::options::Dialect;
use crate::value::Value;

/// An evaluated argument.
pub(super) type Argument = (Option<Symbol>, Value);

/// Something that a call may expand to.
pub(super) enum Mixin<'a> {
    Definition {
        definition: &'a MixinDefinition,
        file: FileId,
        frames: Frames<'a>,
    },
    Ruleset {
        body: PlainBody<'a>,
        id: u32,
        original: u32,
        last_passes: bool,
    },
}

/// The statements of a plain ruleset.
pub(super) enum PlainBody<'a> {
    Tree(&'a ast::Ruleset, FileId),
    Evaluated(Rc<Ruleset<'a>>),
}

/// How a guard depends on `default()`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Always,
    IfDefault,
    UnlessDefault,
}

impl<'a> Compiler<'a> {
    /// Expands a call to the statements that it yields.
    pub(super) fn mixin_call(
        &mut self,
        call: &'a ast::MixinCall,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        let mut args: Vec<Argument> = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            let name = arg.name.map(|name| self.symbol(name, file));
            let value = self.expr(&arg.value, file, env)?;
            match value.list() {
                Some(list) if arg.expand => {
                    args.extend(list.iter().map(|value| (None, value.clone())));
                }
                _ => args.push((name, value)),
            }
        }
        let (path, id) = self.path(&call.path, file);
        let mut is_known = false;
        for frame in env.frames.clone().iter() {
            let Some(found) = self.find_mixins(frame, &path, id) else {
                continue;
            };
            is_known = true;
            let before = self.findings.count();
            let outcome = self.try_candidates(&found, &args, call.important, env);
            let outcome = outcome.map_err(|mut problem| {
                if matches!(problem.kind, Kind::Arguments) && problem.hint.is_none() {
                    problem.hint = Some(self.signatures(&path, &call.text, env));
                }
                problem = problem.or_at(file, call.offset);
                problem.note("mixin", &call.text, file, call.offset);
                problem
            })?;
            if self.findings.count() > before {
                self.note_call(before, "mixin", &call.text, (file, call.offset));
            }
            if let Some(rules) = outcome {
                if rules.is_empty() && self.guards_failed {
                    self.note_idle_call(call, file);
                } else {
                    self.note_applied(path[path.len() - 1]);
                }
                if !self.is_reference(file) {
                    self.mark_referenced(&rules);
                }
                return Ok(rules);
            }
        }
        if is_known {
            let args = self.argument_text(&args);
            let message = match self.options.dialect {
                Dialect::V3 => format!("No matching definition was found for `{args}`"),
                Dialect::V5 => format!(
                    "No matching definition was found for {} with args `{args}`",
                    call.text
                ),
            };
            let hint = self.signatures(&path, &call.text, env);
            return Err(Problem::new(message).at(file, call.offset).hint(Some(hint)));
        }
        let advice = "correct the name, or import the file that defines it";
        let hint = self.mixin_hint(&path).unwrap_or_else(|| advice.to_owned());
        let kind = Kind::Mixin(call.text.clone());
        Err(Problem::new(format!("{} is undefined", call.text))
            .of_kind(kind)
            .at(file, call.offset)
            .hint(Some(hint)))
    }

    /// Applies what was found in one frame; `None` if nothing takes the arguments.
    fn try_candidates(
        &mut self,
        found: &[Item<'a>],
        args: &[Argument],
        important: bool,
        env: &mut Env<'a>,
    ) -> Outcome<Option<Vec<Item<'a>>>> {
        let mixins: Vec<Mixin<'a>> = found
            .iter()
            .filter_map(|item| self.as_mixin(item))
            .collect();
        let mut candidates = Vec::new();
        let mut is_match = false;
        let try_unbound = self.can_try_unbound(args);
        for (item, mixin) in found.iter().zip(&mixins) {
            if is_recursive(mixin, env) || !self.takes(mixin, args, env)? {
                continue;
            }
            is_match = true;
            let known = match mixin {
                Mixin::Definition { definition, .. } if try_unbound => {
                    self.holds_unbound(definition, args)
                }
                _ => None,
            };
            if let Some(holds) = known {
                if holds {
                    candidates.push((mixin, self.bind(mixin, args, env)?, Group::Always));
                }
                continue;
            }
            let bound = self.bind(mixin, args, env)?;
            // A guard that asks for `default()` is tried with both answers so that the order of definitions does not matter.
            self.default = Default::Is(false);
            self.default_was_asked = false;
            let without = self.guards_hold(item, mixin, bound.as_ref(), env)?;
            let mut with = without;
            if self.default_was_asked {
                self.default = Default::Is(true);
                with = self.guards_hold(item, mixin, bound.as_ref(), env)?;
            }
            self.default = Default::Unset;
            let group = match (without, with) {
                (true, true) => Group::Always,
                (false, true) => Group::IfDefault,
                (true, false) => Group::UnlessDefault,
                (false, false) => continue,
            };
            candidates.push((mixin, bound, group));
        }
        self.guards_failed = is_match && candidates.is_empty();
        let mut wanted = Group::UnlessDefault;
        if !candidates.iter().any(|(.., group)| *group == Group::Always) {
            wanted = Group::IfDefault;
            if candidates.len() > 1 {
                return Err(Problem::new(format!(
                    "Ambiguous use of `default()` found when matching for `{}`",
                    self.argument_text(args)
                )));
            }
        }
        let mut produced = Vec::new();
        for (place, (mixin, bound, group)) in candidates.into_iter().enumerate() {
            if group != Group::Always && group != wanted {
                continue;
            }
            let identity = match self.options.dialect {
                // less.php 3 takes it from the list of what was found, at the candidate's place.
                Dialect::V3 => mixins.get(place).map_or(0, Mixin::original),
                Dialect::V5 => mixin.original(),
            };
            let rules = self.apply(mixin, identity, bound, important, env)?;
            if produced.is_empty() {
                produced = rules;
            } else {
                produced.extend(rules);
            }
        }
        Ok(is_match.then_some(produced))
    }

    pub(super) fn as_mixin(&self, item: &Item<'a>) -> Option<Mixin<'a>> {
        Some(match item {
            Item::Closure(id) => {
                let closure = &self.closures[id.0 as usize];
                let frames = closure.frames.clone();
                Mixin::Definition {
                    definition: closure.definition,
                    file: closure.file,
                    frames,
                }
            }
            Item::MixinTree(definition, file) => Mixin::Definition {
                definition,
                file: *file,
                frames: Frames::default(),
            },
            Item::RulesetTree(ruleset, file) => {
                let id = self.slot_index(ruleset.slot, *file) as u32;
                // A guard that was not evaluated does not pass.
                let last = ruleset.selectors.last();
                let last_passes = last.is_some_and(|selector| selector.condition.is_none());
                Mixin::Ruleset {
                    body: PlainBody::Tree(ruleset, *file),
                    id,
                    original: id,
                    last_passes,
                }
            }
            Item::Ruleset(ruleset) => Mixin::Ruleset {
                body: PlainBody::Evaluated(Rc::clone(ruleset)),
                id: ruleset.id,
                original: ruleset.original,
                last_passes: ruleset
                    .selectors
                    .last()
                    .is_some_and(|selector| selector.passes),
            },
            Item::Inside(inside) => return self.as_mixin(&inside.item),
            _ => return None,
        })
    }

    /// Whether the number of arguments and the patterns fit.
    fn takes(&mut self, mixin: &Mixin<'a>, args: &[Argument], env: &mut Env<'a>) -> Outcome<bool> {
        let Mixin::Definition {
            definition, file, ..
        } = mixin
        else {
            return Ok(args.is_empty());
        };
        let params = &definition.params;
        let count = match self.options.dialect {
            Dialect::V3 => args.len(),
            Dialect::V5 => self.required_count(definition, *file, args),
        };
        let required = params.iter().filter(|param| is_required(param)).count();
        let fits = if definition.variadic {
            count + 1 >= required
        } else {
            count >= required && args.len() <= params.len()
        };
        if !fits {
            return Ok(false);
        }
        for (param, (_, arg)) in params.iter().zip(args).take(count) {
            if let (None, false, Some(pattern)) = (param.name, param.rest, &param.value) {
                let pattern = self.expr(pattern, *file, env)?;
                let pattern = self.css(&pattern)?;
                if !loosely_equal(&self.css(arg)?, &pattern) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Evaluates a mixin's body for a call.
    fn apply(
        &mut self,
        mixin: &Mixin<'a>,
        identity: u32,
        bound: Option<Bound<'a>>,
        important: bool,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        self.mixin_depth += 1;
        let name = self.arguments;
        let (frame, frames, rules) = match (mixin, bound) {
            (
                Mixin::Definition {
                    definition, file, ..
                },
                Some(bound),
            ) => {
                let mut arguments = bound.arguments;
                if self.options.urls.has_args() {
                    // The list is evaluated on its own, which shows in addresses only.
                    arguments = self.list_again(&arguments, *file, env)?;
                }
                let arguments = self.parameter(name, list_of(arguments), *file)?;
                bound.frame.add_parameter(name, arguments);
                (bound.frame, bound.frames, items(&definition.rules, *file))
            }
            (mixin, _) => {
                let arguments = self.parameter(name, list_of(Vec::new()), FileId(0))?;
                let id = self.next_id();
                // The frame of the parameters also says which plain ruleset is open.
                let frame = Ruleset::of_parameters(id, identity, 1);
                frame.add_parameter(name, arguments);
                (Rc::new(frame), env.frames.clone(), mixin.rules())
            }
        };
        let mut inner = Env::on(frames.with(frame));
        let id = self.next_id();
        let ruleset =
            self.apart(|compiler| compiler.ruleset_with(Vec::new(), rules, id, false, &mut inner))?;
        drop(inner);
        let mut rules = statements_of(ruleset);
        if important {
            rules = self.all_important(rules);
        }
        self.mixin_depth -= 1;
        Ok(rules)
    }

    /// Adds `!important` to declarations, nested rulesets included.
    fn all_important(&mut self, rules: Vec<Item<'a>>) -> Vec<Item<'a>> {
        rules
            .into_iter()
            .map(|item| match item {
                Item::Evaluated(declaration) => {
                    let declaration = super::node::Declaration::clone(&declaration);
                    Item::Evaluated(Rc::new(super::node::Declaration {
                        important: true,
                        ..declaration
                    }))
                }
                Item::Simple { pair, file, .. } => Item::Simple {
                    pair,
                    file,
                    important: true,
                },
                Item::Ruleset(ruleset) => {
                    let inner = ruleset.rules.borrow().clone();
                    let inner = self.all_important(inner);
                    let id = self.next_id();
                    let selectors = ruleset.selectors.clone();
                    Item::Ruleset(Rc::new(Ruleset::new(id, id, selectors, inner, false)))
                }
                other => other,
            })
            .collect()
    }

    fn argument_text(&self, args: &[Argument]) -> String {
        let texts: Vec<String> = args
            .iter()
            .map(|(name, value)| {
                let value = self.css(value).unwrap_or_else(|_| "???".to_owned());
                match name {
                    Some(name) => format!("{}:{value}", self.symbols.text(*name)),
                    None => value,
                }
            })
            .collect();
        texts.join(", ")
    }
}

impl<'a> Mixin<'a> {
    fn original(&self) -> u32 {
        match self {
            Self::Definition { .. } => 0,
            Self::Ruleset { original, .. } => *original,
        }
    }

    fn rules(&self) -> Vec<Item<'a>> {
        match self {
            Self::Definition { .. } => Vec::new(),
            Self::Ruleset { body, .. } => match body {
                PlainBody::Tree(ruleset, file) => items(&ruleset.rules, *file),
                PlainBody::Evaluated(ruleset) => ruleset.rules.borrow().clone(),
            },
        }
    }
}

/// Whether a plain ruleset is open already.
fn is_recursive(mixin: &Mixin<'_>, env: &Env<'_>) -> bool {
    match mixin {
        Mixin::Definition { .. } => false,
        Mixin::Ruleset { id, .. } => env
            .frames
            .iter()
            .any(|frame| frame.id == *id || frame.original == *id),
    }
}

pub(super) fn is_required(param: &Parameter) -> bool {
    param.name.is_none() || param.value.is_none()
}

/// PHP's `==` on strings: numbers are compared by value.
fn loosely_equal(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    let number = |text: &str| {
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'E' | b'+'));
        if plain {
            text.parse::<f64>().ok()
        } else {
            None
        }
    };
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => false,
    }
}
