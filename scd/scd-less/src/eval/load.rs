//! Taking parsed files into a compile.

use std::rc::Rc;
use std::sync::Arc;

use super::node::{FileId, Item, Place, Symbol};
use super::problem::{Outcome, Problem};
use super::{Compiler, Slot};
use crate::Stylesheet;
use crate::ast::{Declaration, NameId, Statement};
use crate::options::ParseOptions;
use crate::parse;
use crate::source::{Damage, Source};
use crate::value::Text;

/// A file as loaded by the entry or by one import.
pub(super) struct File<'a> {
    pub(super) sheet: &'a Stylesheet,
    /// Where the states of its nodes begin.
    pub(super) slot_base: usize,
    /// The symbol of every name.
    pub(super) symbols: Rc<[Symbol]>,
    /// Whether it was imported by reference.
    pub(super) is_reference: bool,
    /// The directory as seen from the entry, empty or ending in `/`; CSS imports get it in front.
    pub(super) directory: Text,
    /// The import that asked for it.
    pub(super) imported_at: Option<Place>,
}

impl<'a> Compiler<'a> {
    /// Takes a file in.
    pub(super) fn load(
        &mut self,
        sheet: Arc<Stylesheet>,
        is_reference: bool,
        directory: Text,
        imported_at: Option<Place>,
    ) -> Outcome<FileId> {
        let index = self.files.len();
        let limit = self.options.limits.imports as usize;
        let parsed = sheet.options();
        let wanted = (self.options.compress, self.options.dialect);
        if (parsed.compress, parsed.dialect) != wanted {
            return Err(Problem::limit(format!(
                "`{}` was parsed with compress = {} and dialect = {:?} and is compiled with compress = {} and dialect = {:?}",
                sheet.source().name,
                parsed.compress,
                parsed.dialect,
                wanted.0,
                wanted.1
            )));
        }
        let sheet = (index - self.texts.len() <= limit)
            .then(|| self.arena.store(index, sheet))
            .flatten();
        let Some(sheet) = sheet else {
            return Err(Problem::limit(format!("more than {limit} imports")));
        };
        self.admit(sheet, is_reference, directory, imported_at)
    }

    /// The declaration that stands for text which evaluation made, and its file.
    pub(super) fn read_text(&mut self, text: &Text) -> Outcome<(&'a Declaration, FileId)> {
        let file = match self.texts.get(text) {
            Some(&file) => file,
            None => {
                let options = ParseOptions {
                    compress: self.options.compress,
                    dialect: self.options.dialect,
                    ..ParseOptions::default()
                };
                let source = Source::new("", Text::clone(text));
                let tree = parse::read_alone(text);
                let sheet = Stylesheet::new(source, options, tree, Damage::default());
                let stored = self.arena.store(self.files.len(), Arc::new(sheet));
                let Some(sheet) = stored else {
                    return Err(Problem::limit("too many texts are read as values"));
                };
                let file = self.admit(sheet, false, Text::from(""), None)?;
                self.texts.insert(Text::clone(text), file);
                file
            }
        };
        match self.files[file.0 as usize].sheet.tree().rules.first() {
            Some(Statement::Declaration(declaration)) => Ok((declaration, file)),
            _ => Err(Problem::not_in_this_dialect(file)),
        }
    }

    fn admit(
        &mut self,
        sheet: &'a Stylesheet,
        is_reference: bool,
        directory: Text,
        imported_at: Option<Place>,
    ) -> Outcome<FileId> {
        let index = self.files.len();
        let tree = sheet.tree();
        let symbols = tree
            .names
            .iter()
            .map(|name| self.symbols.intern_text(name))
            .collect();
        let slot_base = self.slots.len();
        self.slots.extend((0..tree.slot_count).map(|_| Slot::Unset));
        self.files.push(File {
            sheet,
            slot_base,
            symbols,
            is_reference,
            directory,
            imported_at,
        });
        let file = FileId(index as u32);
        self.add_parse_errors(file);
        for &(offset, what) in &tree.lost {
            let hint = "escape the value as `~\"…\"` to have it printed as it is written";
            let sign = sheet.source().text.as_bytes().get(offset);
            let sign = sign.map_or(String::new(), |&sign| format!("`{}`", char::from(sign)));
            self.warn(
                what.replacen("`?`", &sign, 1),
                Some((file, offset as u32)),
                hint,
            );
        }
        Ok(file)
    }

    /// The statements at the top of a file.
    pub(super) fn file_items(&self, file: FileId) -> Vec<Item<'a>> {
        items(&self.files[file.0 as usize].sheet.tree().rules, file)
    }

    /// The symbol of a name in a file.
    pub(super) fn symbol(&self, name: NameId, file: FileId) -> Symbol {
        self.files[file.0 as usize].symbols[name.0 as usize]
    }

    /// Whether a file was imported by reference.
    pub(crate) fn is_reference(&self, file: FileId) -> bool {
        self.files[file.0 as usize].is_reference
    }
}

/// Parsed statements as items.
pub(super) fn items<'a>(statements: &'a [Statement], file: FileId) -> Vec<Item<'a>> {
    statements
        .iter()
        .map(|statement| item(statement, file))
        .collect()
}

fn item(statement: &Statement, file: FileId) -> Item<'_> {
    match statement {
        Statement::Extend(extend) => Item::Extend(extend, file),
        Statement::Mixin(definition) => Item::MixinTree(definition, file),
        Statement::Simple(pair) => Item::Simple {
            pair,
            file,
            important: false,
        },
        Statement::Declaration(declaration) => Item::Declaration(declaration, file),
        Statement::Ruleset(ruleset) => Item::RulesetTree(ruleset, file),
        Statement::MixinCall(call) => Item::MixinCall(call, file),
        Statement::Comment(comment) => Item::Comment(comment, file),
        Statement::DetachedCall(call) => Item::DetachedCall(call, file),
        Statement::Import(import) => Item::Import(import, file),
        Statement::Media(media) => Item::MediaTree(media, file),
        Statement::AtRule(rule) => Item::AtRuleTree(rule, file),
        Statement::Value(value) => Item::Value(value, file),
    }
}
