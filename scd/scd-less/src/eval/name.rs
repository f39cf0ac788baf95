//! Finding the name that was meant where one is undefined.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::Compiler;
use super::node::{Env, Item, Symbol};
use crate::diagnostic::nearest;
use crate::value::Text;

/// What the loaded files define anywhere: see [`crate::ast::Definitions`].
#[derive(Default)]
pub(super) struct Defined {
    variables: SymbolSet,
    mixins: SymbolSet,
    parts: SymbolSet,
}

/// A set of names, by their numbers.
#[derive(Default)]
struct SymbolSet(Vec<bool>);

impl SymbolSet {
    fn insert(&mut self, symbol: Symbol) {
        let index = symbol.0 as usize;
        if index >= self.0.len() {
            self.0.resize(index + 1, false);
        }
        self.0[index] = true;
    }

    fn contains(&self, symbol: Symbol) -> bool {
        self.0.get(symbol.0 as usize) == Some(&true)
    }

    /// In the order in which the names were met first.
    fn iter(&self) -> impl Iterator<Item = Symbol> {
        let numbered = self.0.iter().zip(0..);
        numbered
            .filter(|(is_in, _)| **is_in)
            .map(|(_, number)| Symbol(number))
    }
}

impl<'a> Compiler<'a> {
    /// The visible variable nearest to a name, else the nearest of all.
    pub(super) fn variable_hint(&self, name: &str, env: &Env<'a>) -> Option<String> {
        if !self.findings.may_search() {
            return None;
        }
        let mut visible = Vec::new();
        for frame in env.frames.iter() {
            for symbol in frame.variable_names(self) {
                visible.push(self.symbols.text(symbol));
            }
        }
        if let Some(found) = nearest(name, visible.into_iter()) {
            return Some(format!("did you mean `{found}`?"));
        }
        let defined = self.defined();
        let all: Vec<&Text> = defined
            .variables
            .iter()
            .map(|symbol| self.symbols.text(symbol))
            .collect();
        if all.iter().any(|other| &***other == name) {
            return Some(format!(
                "`{name}` is defined, but not in a block around this place"
            ));
        }
        nearest(name, all.into_iter()).map(|found| {
            format!("`{found}` is similar, but not defined in a block around this place")
        })
    }

    /// The mixin nearest to the path of a call.
    pub(crate) fn mixin_hint(&self, path: &[Symbol]) -> Option<String> {
        if !self.findings.may_search() {
            return None;
        }
        let defined = self.defined();
        let names: Vec<&Text> = defined
            .mixins
            .iter()
            .map(|symbol| self.symbols.text(symbol))
            .collect();
        let is_part = |part: &&Symbol| defined.parts.contains(**part);
        let mut unknown = path.iter().filter(|part| !defined.mixins.contains(**part));
        let wrong = unknown
            .clone()
            .find(|part| !is_part(part))
            .or(unknown.next());
        let Some(wrong) = wrong else {
            let last = self.symbols.text(*path.last()?);
            return Some(match path {
                [_] => format!("`{last}` is defined, but not in a block around this place"),
                [first, ..] => format!(
                    "`{last}` is defined, but not in this way inside of `{}`, or a guard around it does not hold",
                    self.symbols.text(*first)
                ),
                [] => return None,
            });
        };
        let is_part = is_part(&wrong);
        let wrong = self.symbols.text(*wrong);
        if is_part {
            return Some(format!(
                "`{wrong}` stands only as a part of selectors; a call names all parts, and nothing but classes and ids"
            ));
        }
        nearest(wrong, names.into_iter()).map(|found| format!("did you mean `{found}`?"))
    }

    /// What a name that is known takes, with the places of its definitions.
    pub(super) fn signatures(&mut self, path: &[Symbol], name: &str, env: &Env<'a>) -> String {
        const MOST: usize = 4;
        let mut forms: Vec<String> = Vec::new();
        let id = self.path_id(path);
        for frame in env.frames.clone().iter() {
            for item in self
                .find_mixins(frame, path, id)
                .iter()
                .flat_map(|found| found.iter())
            {
                let (definition, file) = match item {
                    Item::MixinTree(definition, file) => (*definition, *file),
                    Item::Closure(id) => {
                        let closure = &self.closures[id.0 as usize];
                        (closure.definition, closure.file)
                    }
                    _ => {
                        forms.push(format!(
                            "`{name}`, which takes no arguments and cannot call itself"
                        ));
                        continue;
                    }
                };
                let source = self.files[file.0 as usize].sheet.source();
                let head = &source.text[definition.offset as usize..];
                // Less.php reads the head as bytes, so the end of the parameters may be searched for like that, too.
                let end = head.find('{').unwrap_or(head.len());
                let words: Vec<&str> = head[..end].split_whitespace().collect();
                let location = source.locate(definition.offset as usize);
                forms.push(format!(
                    "`{}` at {}:{}",
                    words.join(" "),
                    location.file,
                    location.line
                ));
            }
        }
        let mut seen = FxHashSet::default();
        forms.retain(|form| seen.insert(form.clone()));
        let more = forms.len().saturating_sub(MOST);
        forms.truncate(MOST);
        if more > 0 {
            forms.push(format!("{more} more"));
        }
        format!("there is {}", forms.join(", "))
    }

    /// Whether any loaded file defines a variable or a mixin of this name.
    pub(super) fn is_defined_somewhere(&self, name: &str, is_variable: bool) -> bool {
        let Some(symbol) = self.symbols.known(name) else {
            return false;
        };
        let defined = self.defined();
        if is_variable {
            defined.variables.contains(symbol)
        } else {
            defined.mixins.contains(symbol) || defined.parts.contains(symbol)
        }
    }

    /// Takes away the names that stand in a selector of any loaded file.
    pub(crate) fn remove_defined(&self, names: &mut FxHashSet<Symbol>) {
        let defined = self.defined();
        names.retain(|name| !defined.mixins.contains(*name) && !defined.parts.contains(*name));
    }

    /// What the files that are loaded by now define; listed anew only if there are more than at the last question.
    fn defined(&self) -> Rc<Defined> {
        let mut known = self.defined.borrow_mut();
        match &*known {
            Some((files, defined)) if *files == self.files.len() => Rc::clone(defined),
            _ => {
                let mut defined = Defined::default();
                for file in &self.files {
                    let definitions = &file.sheet.tree().definitions;
                    for (set, names) in [
                        (&mut defined.variables, &definitions.variables),
                        (&mut defined.mixins, &definitions.mixins),
                        (&mut defined.parts, &definitions.parts),
                    ] {
                        for name in names {
                            set.insert(file.symbols[name.0 as usize]);
                        }
                    }
                }
                let defined = Rc::new(defined);
                *known = Some((self.files.len(), Rc::clone(&defined)));
                defined
            }
        }
    }
}
