//! Properties used as variables, `$name` (dialect 5).

use std::rc::Rc;

use super::Compiler;
use super::lookup::crash;
use super::node::{DeclarationName, Env, FileId, Item, Ruleset, Symbol, VariableItem};
use super::problem::{Outcome, Problem};
use crate::ast::{Merge, NamePart, PropertyName, PropertyUse};
use crate::value::{Text, Value};

/// The properties of a frame, in order.
pub(super) type Properties<'a> = Vec<(Text, VariableItem<'a>)>;

impl<'a> Ruleset<'a> {
    /// The declarations of a property in this frame, from the list made at the first question; it is never made anew.
    pub(super) fn property(&self, name: &str) -> Outcome<Vec<VariableItem<'a>>> {
        let mut properties = self.properties.borrow_mut();
        if properties.is_none() {
            *properties = Some(Rc::new(self.list_properties()?));
        }
        let found = properties.iter().flat_map(|list| list.iter());
        let found = found.filter(|(own, _)| &**own == name);
        Ok(found.map(|(_, item)| item.clone()).collect())
    }

    fn list_properties(&self) -> Outcome<Properties<'a>> {
        let mut list = Vec::new();
        for item in &*self.rules.borrow() {
            match item {
                Item::Declaration(declaration, file) => match &declaration.name {
                    PropertyName::Plain(name) => {
                        let item = VariableItem::Tree(declaration, *file);
                        list.push((Text::clone(name), item));
                    }
                    PropertyName::Parts(parts)
                        if !matches!(parts.first(), Some(NamePart::Property(_))) =>
                    {
                        // less.php takes the list of parts for a text.
                        let message = "Warning: Array to string conversion";
                        return Err(Problem::new(message).at(*file, declaration.offset));
                    }
                    PropertyName::Parts(_) | PropertyName::Variable(_) => {}
                },
                Item::Evaluated(declaration) => {
                    if let DeclarationName::Property(name) = &declaration.name {
                        let item = VariableItem::Evaluated(Rc::clone(declaration));
                        list.push((Text::clone(name), item));
                    }
                }
                _ => {}
            }
        }
        Ok(list)
    }
}

impl<'a> Compiler<'a> {
    /// The value of a property in the nearest frame that has it.
    #[inline(never)]
    pub(super) fn property_use(
        &mut self,
        property: &PropertyUse,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        let name = self.symbol(property.name, file);
        if !self.open_use(property, file) {
            let text = self.symbols.text(name);
            let message = format!("Recursive property reference for {text}");
            return Err(Problem::new(message).at(file, property.offset));
        }
        let value = self.property_value(name, file, property.offset, env);
        self.open_uses.pop();
        value
    }

    /// The same by name.
    #[inline(never)]
    pub(super) fn property_value(
        &mut self,
        name: Symbol,
        file: FileId,
        offset: u32,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        self.count(1)?;
        let text = Text::clone(self.symbols.text(name));
        let bare = text.strip_prefix('$').unwrap_or(&text);
        let mut found = None;
        for frame in env.frames.iter() {
            let own = frame
                .property(bare)
                .map_err(|problem| problem.or_at(file, offset))?;
            if !own.is_empty() {
                found = Some(own);
                break;
            }
        }
        match found {
            Some(found) => {
                self.enter()
                    .map_err(|problem| problem.or_at(file, offset))?;
                let value = self.deeper(1, |compiler| compiler.merged_property(&found, env));
                self.leave();
                value.map_err(|problem| problem.or_at(file, offset))
            }
            None => {
                let message = format!("property '{text}' is undefined");
                Err(Problem::new(message).at(file, offset))
            }
        }
    }

    /// The value of the last of several declarations, joined with those that it merges with.
    #[inline(never)]
    fn merged_property(&mut self, found: &[VariableItem<'a>], env: &mut Env<'a>) -> Outcome<Value> {
        let mut facts: Vec<(Merge, bool)> = Vec::with_capacity(found.len());
        self.read_all(found)?;
        for item in found {
            if matches!(item, VariableItem::Tree(..)) && item.merge() != Merge::No {
                // less.php takes the list that a name still is for the key of an array.
                return Err(if item.important() {
                    Problem::new("Warning: Array to string conversion")
                } else {
                    crash("Illegal offset type in isset or empty")
                });
            }
            facts.push((item.merge(), self.is_important(item)?));
        }
        // Later parts of a group move to its first one, so the last declaration is the last that is no such part.
        let mut firsts: Vec<(bool, usize)> = Vec::new();
        let mut last = 0;
        for (index, &(merge, important)) in facts.iter().enumerate() {
            if merge == Merge::No {
                last = index;
            } else if !firsts.iter().any(|&(own, _)| own == important) {
                firsts.push((important, index));
                last = index;
            }
        }
        let (merge, important) = facts[last];
        if important && let Some(scope) = self.important.last_mut() {
            *scope = true;
        }
        if merge == Merge::No {
            return self.looked_up(&found[last], env);
        }
        let mut lists: Vec<Vec<Value>> = Vec::new();
        for (item, &(merge, own)) in found.iter().zip(&facts) {
            if merge == Merge::No || own != important {
                continue;
            }
            let value = self.looked_up(item, env)?;
            match lists.last_mut() {
                Some(list) if merge == Merge::Space => list.push(value),
                _ => lists.push(vec![value]),
            }
        }
        let mut lists: Vec<Value> = lists.into_iter().map(super::expression::list_of).collect();
        Ok(match lists.len() {
            1 => lists.remove(0),
            _ => Value::Comma(lists.into()),
        })
    }
}
