//! Evaluating imports whose files are loaded already (dialect 5).

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::import_visitor::{ImportState, Root, Skip, path_text, stays_in_css};
use super::node::{Env, FileId, Inline, Item, Symbol, VariableItem};
use super::problem::{Outcome, Problem};
use super::{Compiler, Severity};
use crate::ast::{self, PropertyName, Statement};
use crate::options::Dialect;
use crate::value::{Text, Value};

impl<'a> Compiler<'a> {
    /// The statements that an import stands for.
    pub(super) fn import_visited(
        &mut self,
        import: &'a ast::Import,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        let state = self.imports.state(import, file).cloned();
        let Some(state) = state else {
            // Not looked into because it is for the browser, or because the visitor does not come here.
            let path = self.expr(&import.path, file, env)?;
            if stays_in_css(import.options, Some(&css_path(&path))) {
                return self.browser_import(import, file, path, env);
            }
            return Err(not_loaded());
        };
        if self.is_skipped(&state, env) {
            return Ok(Vec::new());
        }
        match state.root {
            Root::Text(text) => {
                let inline = Inline {
                    text,
                    is_hidden: Cell::new(self.is_reference(file)),
                };
                let rules = vec![Item::Inline(Rc::new(inline))];
                Ok(self.with_features(import, file, rules))
            }
            Root::Nothing if state.is_css => {
                let path = self.expr(&import.path, file, env)?;
                if !stays_in_css(import.options, Some(&css_path(&path))) {
                    return Err(not_loaded());
                }
                self.browser_import(import, file, path, env)
            }
            Root::Nothing => Err(not_loaded()),
            Root::Tree(root) => {
                self.enter()?;
                let mut rules = Vec::new();
                for item in self.file_items(root) {
                    match item {
                        Item::Import(inner, own) => {
                            rules.extend(self.import(inner, own, false, env)?);
                        }
                        other => rules.push(other),
                    }
                }
                self.leave();
                Ok(self.with_features(import, file, rules))
            }
        }
    }

    fn is_skipped(&self, state: &ImportState, env: &mut Env<'a>) -> bool {
        match (state.skip, &state.name) {
            (Skip::Always, _) => true,
            (Skip::IfRepeated, Some(name)) => !env.imported.insert(Arc::clone(name)),
            _ => false,
        }
    }

    /// An import that stays in the CSS, unless its file is only there for reference.
    fn browser_import(
        &mut self,
        import: &'a ast::Import,
        file: FileId,
        path: Value,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        let items = self.css_import(import, file, path, env)?;
        if self.is_reference(file) {
            return Ok(Vec::new());
        }
        Ok(items)
    }

    /// Adds the variables of a file whose import is not evaluated yet, so that other imports can use them.
    pub(super) fn list_imported(
        &self,
        import: &ast::Import,
        file: FileId,
        list: &mut Vec<(Symbol, VariableItem<'a>)>,
    ) {
        if self.options.dialect == Dialect::V3 {
            return;
        }
        let mut open = vec![(import, file)];
        let mut budget = self.options.limits.imports;
        while let Some((import, file)) = open.pop() {
            let Some(ImportState {
                root: Root::Tree(root),
                ..
            }) = self.imports.state(import, file)
            else {
                continue;
            };
            let Some(left) = budget.checked_sub(1) else {
                return;
            };
            budget = left;
            for statement in &self.files[root.0 as usize].sheet.tree().rules {
                match statement {
                    Statement::Declaration(declaration) => {
                        if let PropertyName::Variable(name) = declaration.name {
                            let item = VariableItem::Tree(declaration, *root);
                            list.push((self.symbol(name, *root), item));
                        }
                    }
                    Statement::Import(inner) => open.push((inner, *root)),
                    _ => {}
                }
            }
        }
    }
}

/// The path that decides whether an import is for the browser.
fn css_path(path: &Value) -> Text {
    match path {
        Value::Url(inner) => path_text(inner),
        path => path_text(path),
    }
}

/// What PHP says when the tree of an import that was never loaded is used.
fn not_loaded() -> Box<Problem> {
    let mut problem = Problem::new("Warning: Attempt to read property \"rules\" on null");
    problem.severity = Severity::Error;
    problem
}
