//! Guards of namespaces, and which arguments count for a mixin's arity (dialect 5).

use std::rc::Rc;

use super::Compiler;
use super::binding::Bound;
use super::mixin::{Argument, Mixin, is_required};
use super::node::{Env, FileId, Inside, Item};
use super::problem::Outcome;
use crate::ast::MixinDefinition;

impl<'a> Compiler<'a> {
    /// Adds what was found in a namespace, with the namespace; nothing if the namespace cannot be called without arguments.
    pub(super) fn add_guarded(
        &self,
        namespace: &Item<'a>,
        inner: &[Item<'a>],
        found: &mut Vec<Item<'a>>,
    ) {
        let definition = match namespace {
            Item::MixinTree(definition, _) => Some(*definition),
            Item::Closure(id) => Some(self.closures[id.0 as usize].definition),
            _ => None,
        };
        if let Some(definition) = definition {
            let required = definition.params.iter().filter(|param| is_required(param));
            if required.count() > usize::from(definition.variadic) {
                return;
            }
        }
        for item in inner {
            let (item, mut namespaces) = match item {
                Item::Inside(inside) => (inside.item.clone(), inside.namespaces.clone()),
                item => (item.clone(), Vec::new()),
            };
            namespaces.push(namespace.clone());
            found.push(Item::Inside(Rc::new(Inside { item, namespaces })));
        }
    }

    /// Whether a mixin's guard and those of the namespaces it was found in hold.
    pub(super) fn guards_hold(
        &mut self,
        item: &Item<'a>,
        mixin: &Mixin<'a>,
        bound: Option<&Bound<'a>>,
        env: &mut Env<'a>,
    ) -> Outcome<bool> {
        if let Item::Inside(inside) = item {
            for namespace in &inside.namespaces {
                let Some(namespace) = self.as_mixin(namespace) else {
                    continue;
                };
                let bound = self.bind(&namespace, &[], env)?;
                if !self.guard_holds(&namespace, bound.as_ref())? {
                    return Ok(false);
                }
            }
        }
        self.guard_holds(mixin, bound)
    }

    /// How many arguments count towards what a mixin requires: all but those that name an optional parameter.
    pub(super) fn required_count(
        &self,
        definition: &MixinDefinition,
        file: FileId,
        args: &[Argument],
    ) -> usize {
        let optional = definition.params.iter().filter(|param| !is_required(param));
        let optional: Vec<_> = optional
            .filter_map(|param| param.name)
            .map(|name| self.symbol(name, file))
            .collect();
        let counts = |(name, _): &&Argument| name.is_none_or(|name| !optional.contains(&name));
        args.iter().filter(counts).count()
    }
}
