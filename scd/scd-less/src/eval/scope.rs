//! Lookups in frames: variables and mixins.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Compiler;
use super::load::items;
use super::node::{
    DeclarationName, Env, FileId, Item, PathId, Ruleset, Selector, Symbol, VariableItem, Variables,
};
use super::problem::Outcome;
use crate::ast::{self, PropertyName, Statement};
use crate::options::Dialect;
use crate::value::Value;

/// From this many statements on, a frame gets an index of its mixins.
const INDEX_FROM: usize = 24;

/// From this many variables on, a frame keeps them in a hash map.
const MAP_FROM: usize = 12;

impl<'a> Ruleset<'a> {
    /// The last definition of a variable in this frame, from the list made at the first lookup.
    pub(super) fn variable(
        &self,
        name: Symbol,
        compiler: &Compiler<'a>,
    ) -> Option<VariableItem<'a>> {
        let mut variables = self.variables.borrow_mut();
        let variables = variables.get_or_insert_with(|| self.list_variables(compiler));
        match variables {
            Variables::Few(list) => list
                .iter()
                .rev()
                .find(|(key, _)| *key == name)
                .map(|(_, item)| item.clone()),
            Variables::Many(map) => map.get(&name).cloned(),
        }
    }

    /// The names of all variables in this frame.
    pub(super) fn variable_names(&self, compiler: &Compiler<'a>) -> Vec<Symbol> {
        let mut variables = self.variables.borrow_mut();
        match variables.get_or_insert_with(|| self.list_variables(compiler)) {
            Variables::Few(list) => list.iter().map(|(name, _)| *name).collect(),
            Variables::Many(map) => map.keys().copied().collect(),
        }
    }

    fn list_variables(&self, compiler: &Compiler<'a>) -> Variables<'a> {
        let rules = self.rules.borrow();
        let mut list = Vec::with_capacity(rules.len().min(MAP_FROM));
        for item in &*rules {
            match item {
                Item::Declaration(declaration, file) => {
                    if let PropertyName::Variable(name) = declaration.name {
                        let item = VariableItem::Tree(declaration, *file);
                        list.push((compiler.symbol(name, *file), item));
                    }
                }
                Item::Evaluated(declaration) => {
                    if let DeclarationName::Variable(name) = declaration.name {
                        list.push((name, VariableItem::Evaluated(Rc::clone(declaration))));
                    }
                }
                Item::Import(import, file) => compiler.list_imported(import, *file, &mut list),
                _ => {}
            }
        }
        if list.len() < MAP_FROM {
            Variables::Few(list)
        } else {
            Variables::Many(list.into_iter().collect())
        }
    }
}

impl<'a> Compiler<'a> {
    /// The innermost definition of a variable.
    pub(super) fn find_variable(&self, name: Symbol, env: &Env<'a>) -> Option<VariableItem<'a>> {
        let mut frames = env.frames.iter();
        frames.find_map(|frame| frame.variable(name, self))
    }

    /// The name that a value stands for, behind its sign.
    pub(super) fn name_in(&self, value: &Value, sign: char) -> Outcome<String> {
        Ok(match value {
            Value::Quoted(quoted) => format!("{sign}{}", quoted.text),
            Value::Keyword(text) | Value::Anonymous(text) | Value::UnicodeRange(text) => {
                format!("{sign}{text}")
            }
            other => format!("{sign}{}", self.css(other)?),
        })
    }

    /// The rulesets and definitions of a frame that a path names, as they were at the first lookup of the path.
    pub(super) fn find_mixins(
        &mut self,
        frame: &Ruleset<'a>,
        path: &[Symbol],
        id: PathId,
    ) -> Option<Rc<[Item<'a>]>> {
        if let Some(mixins) = &*frame.mixins.borrow()
            && let Some(found) = mixins.found.get(&id)
        {
            return found.clone();
        }
        let mut found = Vec::new();
        if frame.rules.borrow().len() < INDEX_FROM {
            for item in &*frame.rules.borrow() {
                self.match_item(item, path, &mut found);
            }
        } else {
            for place in self.places(frame, path[0]) {
                let rules = frame.rules.borrow();
                if let Some(item) = rules.get(place as usize) {
                    self.match_item(item, path, &mut found);
                }
            }
        }
        let found = (!found.is_empty()).then(|| Rc::from(found));
        let mut mixins = frame.mixins.borrow_mut();
        let mixins = mixins.get_or_insert_default();
        mixins.found.insert(id, Option::clone(&found));
        found
    }

    /// A path as it is written, and its number.
    pub(super) fn path(&mut self, names: &[ast::NameId], file: FileId) -> (Rc<[Symbol]>, PathId) {
        // Nearly all calls name a mixin or a namespace and a mixin.
        let mut room = [Symbol(0); 2];
        match room.get_mut(..names.len()) {
            Some(path) => {
                for (part, &name) in path.iter_mut().zip(names) {
                    *part = self.symbol(name, file);
                }
                self.numbered(path)
            }
            None => {
                let path: Vec<Symbol> = names.iter().map(|&name| self.symbol(name, file)).collect();
                self.numbered(&path)
            }
        }
    }

    /// The number of a path.
    pub(super) fn path_id(&mut self, path: &[Symbol]) -> PathId {
        self.numbered(path).1
    }

    fn numbered(&mut self, path: &[Symbol]) -> (Rc<[Symbol]>, PathId) {
        if let Some((path, &id)) = self.paths.get_key_value(path) {
            return (Rc::clone(path), id);
        }
        let id = PathId(self.paths.len() as u32);
        let path: Rc<[Symbol]> = path.into();
        self.paths.insert(Rc::clone(&path), id);
        (path, id)
    }

    /// The places of statements that have a selector beginning with a token.
    fn places(&mut self, frame: &Ruleset<'a>, first: Symbol) -> Vec<u32> {
        let mut mixins = frame.mixins.borrow_mut();
        let places = &mut mixins.get_or_insert_default().places;
        let places = places.get_or_insert_with(|| {
            let mut places: FxHashMap<Symbol, Vec<u32>> = FxHashMap::default();
            for (index, item) in frame.rules.borrow().iter().enumerate() {
                self.first_tokens(item, &mut |token| {
                    let list = places.entry(token).or_default();
                    if list.last() != Some(&(index as u32)) {
                        list.push(index as u32);
                    }
                });
            }
            places
        });
        places.get(&first).cloned().unwrap_or_default()
    }

    fn first_tokens(&mut self, item: &Item<'a>, note: &mut dyn FnMut(Symbol)) {
        match item {
            Item::RulesetTree(ruleset, file) => {
                for selector in &ruleset.selectors {
                    if let Some(&first) = selector.tokens.as_ref().and_then(|list| list.first()) {
                        note(self.symbol(first, *file));
                    }
                }
            }
            Item::Ruleset(ruleset) => {
                for selector in &ruleset.selectors {
                    if let Some(&first) =
                        self.tokens(selector).as_ref().and_then(|list| list.first())
                    {
                        note(first);
                    }
                }
            }
            Item::MixinTree(definition, file) => {
                if let Some(&first) = definition.tokens.first() {
                    note(self.symbol(first, *file));
                }
            }
            Item::Closure(id) => {
                let closure = Rc::clone(&self.closures[id.0 as usize]);
                if let Some(&first) = closure.definition.tokens.first() {
                    note(self.symbol(first, closure.file));
                }
            }
            _ => {}
        }
    }

    /// Adds what `path` names in or under a statement.
    fn match_item(&mut self, item: &Item<'a>, path: &[Symbol], found: &mut Vec<Item<'a>>) {
        match item {
            Item::RulesetTree(ruleset, file) => {
                if let Some(length) = self.match_tree(&ruleset.selectors, *file, path) {
                    self.descend(item, &ruleset.rules, *file, &path[length..], found);
                }
            }
            Item::Ruleset(ruleset) => {
                let length = ruleset.selectors.iter().find_map(|selector| {
                    prefix_length(self.tokens(selector).as_deref().unwrap_or_default(), path)
                });
                match length {
                    Some(length) if length < path.len() => {
                        let rest = &path[length..];
                        let id = self.path_id(rest);
                        if let Some(inner) = self.find_mixins(ruleset, rest, id) {
                            self.add_inner(item, &inner, found);
                        }
                    }
                    Some(_) => found.push(item.clone()),
                    None => {}
                }
            }
            Item::MixinTree(definition, file) => {
                if let Some(length) = self.match_names(&definition.tokens, *file, path) {
                    self.descend(item, &definition.rules, *file, &path[length..], found);
                }
            }
            Item::Closure(id) => {
                let closure = Rc::clone(&self.closures[id.0 as usize]);
                let definition = closure.definition;
                if let Some(length) = self.match_names(&definition.tokens, closure.file, path) {
                    self.descend(
                        item,
                        &definition.rules,
                        closure.file,
                        &path[length..],
                        found,
                    );
                }
            }
            _ => {}
        }
    }

    fn descend(
        &mut self,
        item: &Item<'a>,
        rules: &'a [Statement],
        file: FileId,
        rest: &[Symbol],
        found: &mut Vec<Item<'a>>,
    ) {
        if rest.is_empty() {
            found.push(item.clone());
            return;
        }
        let mut inner = Vec::new();
        for statement in &items(rules, file) {
            self.match_item(statement, rest, &mut inner);
        }
        self.add_inner(item, &inner, found);
    }

    /// Adds what was found in a namespace.
    fn add_inner(&self, namespace: &Item<'a>, inner: &[Item<'a>], found: &mut Vec<Item<'a>>) {
        match self.options.dialect {
            Dialect::V3 => found.extend_from_slice(inner),
            Dialect::V5 => self.add_guarded(namespace, inner, found),
        }
    }

    fn match_tree(
        &self,
        selectors: &[ast::Selector],
        file: FileId,
        path: &[Symbol],
    ) -> Option<usize> {
        selectors.iter().find_map(|selector| {
            self.match_names(selector.tokens.as_deref().unwrap_or_default(), file, path)
        })
    }

    fn match_names(&self, names: &[ast::NameId], file: FileId, path: &[Symbol]) -> Option<usize> {
        let fits = !names.is_empty()
            && names.len() <= path.len()
            && names
                .iter()
                .zip(path)
                .all(|(&name, &part)| self.symbol(name, file) == part);
        fits.then_some(names.len())
    }

    /// The tokens of an evaluated selector, made at the first use.
    pub(crate) fn tokens(&mut self, selector: &Selector<'a>) -> Option<Rc<[Symbol]>> {
        if let Some(tokens) = selector.tokens.get() {
            return tokens.clone();
        }
        let tokens = self.tokens_of(&selector.elements);
        // Set by nobody else in between: `tokens_of` does not see the cell.
        selector.tokens.get_or_init(|| tokens).clone()
    }
}

/// The number of tokens if all of them begin the path.
fn prefix_length(tokens: &[Symbol], path: &[Symbol]) -> Option<usize> {
    (!tokens.is_empty() && path.starts_with(tokens)).then_some(tokens.len())
}
