//! Expanding imports.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::Compiler;
use super::node::{Env, FileId, Inline, Item, MediaImport, Ruleset};
use super::problem::{Kind, Outcome, Problem};
use crate::ast;
use crate::importer::{ImportError, ImportRequest, Purpose};
use crate::options::{Dialect, Rewrite};
use crate::value::{Quoted, Text, Value, is_relative_path, normalize_path};

/// What an import is about, after its path is evaluated.
struct Target {
    path: String,
    is_css: bool,
}

impl<'a> Compiler<'a> {
    /// Expands the imports in the statement list of `ruleset`, which is empty meanwhile; says whether there were any.
    pub(super) fn expand_imports(
        &mut self,
        ruleset: &Rc<Ruleset<'a>>,
        rules: Vec<Item<'a>>,
        env: &mut Env<'a>,
    ) -> Outcome<(Vec<Item<'a>>, bool)> {
        // Paths with variables see the list as it is at that moment, so it goes back for as long as one is evaluated.
        *ruleset.rules.borrow_mut() = rules;
        let mut changed = false;
        let mut index = 0;
        loop {
            let item = ruleset.rules.borrow().get(index).cloned();
            match item {
                None => break,
                Some(Item::Import(import, file)) => {
                    let footing = self.footing(env);
                    let produced = match self.import(import, file, false, env) {
                        Ok(produced) => produced,
                        Err(problem) => {
                            self.recover(problem, footing, env)?;
                            Vec::new()
                        }
                    };
                    let length = produced.len();
                    ruleset.rules.borrow_mut().splice(index..=index, produced);
                    index += length;
                    ruleset.reset_lookups();
                    changed = true;
                }
                Some(_) => index += 1,
            }
        }
        Ok((ruleset.rules.take(), changed))
    }

    /// The statements that an import stands for. `multiple` is inherited from the import around it.
    pub(super) fn import(
        &mut self,
        import: &'a ast::Import,
        file: FileId,
        multiple: bool,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        let produced = match self.options.dialect {
            Dialect::V3 => self.import_inner(import, file, multiple, env),
            Dialect::V5 => self.import_visited(import, file, env),
        };
        produced.map_err(|problem| problem.or_at(file, import.offset))
    }

    fn import_inner(
        &mut self,
        import: &'a ast::Import,
        file: FileId,
        multiple: bool,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        let options = import.options;
        let path = self.expr(&import.path, file, env)?;
        let target = target(&path, options);
        let purpose = match (options.inline, target.is_css) {
            (true, _) => Purpose::Inline,
            (false, true) => Purpose::Css,
            (false, false) => Purpose::Stylesheet,
        };
        let name = self.resolve(&target.path, file, purpose)?;
        if let Some(name) = &name
            && self.imported.contains(name)
        {
            let again = options.multiple.is_some() || multiple;
            if self.is_reference(file) || !again {
                if target.is_css && !options.inline {
                    self.warn(
                        format!("the CSS import of `{}` is dropped", target.path),
                        Some((file, import.start)),
                        "the file was imported already; `(multiple)` imports it again",
                    );
                }
                return Ok(Vec::new());
            }
        }
        if options.inline {
            return self.inline(import, file, &target.path, name);
        }
        if options.optional && name.is_none() {
            return Ok(Vec::new());
        }
        if target.is_css {
            return self.css_import(import, file, path, env);
        }
        let Some(name) = name else {
            return Err(self.missing(&target.path, file));
        };
        self.stylesheet(import, file, &target.path, name, multiple, env)
    }

    pub(super) fn resolve(
        &self,
        path: &str,
        file: FileId,
        purpose: Purpose,
    ) -> Outcome<Option<Arc<str>>> {
        if path.is_empty() {
            return Ok(None);
        }
        let from = &*self.files[file.0 as usize].sheet.source().name;
        let mut request = ImportRequest {
            path,
            from,
            entry: &self.entry,
            purpose,
        };
        if let Some(name) = self.importer.resolve(&request).map_err(import_problem)? {
            return Ok(Some(name));
        }
        let longer = format!("{path}.less");
        request.path = &longer;
        self.importer.resolve(&request).map_err(import_problem)
    }

    #[cold]
    pub(super) fn missing(&self, path: &str, file: FileId) -> Box<Problem> {
        let from = &*self.files[file.0 as usize].sheet.source().name;
        let request = ImportRequest {
            path,
            from,
            entry: &self.entry,
            purpose: Purpose::Stylesheet,
        };
        let mut hint = format!("looked for `{path}`");
        if !path.ends_with(".less") && !path.ends_with(".css") {
            hint.push_str(&format!(" and `{path}.less`"));
        }
        hint.push_str(&format!(" from `{from}`"));
        if let Some(similar) = self.importer.similar(&request) {
            hint.push_str(&format!("; there is `{similar}`"));
        }
        Problem::new(format!("File `{path}` not found."))
            .of_kind(Kind::Import)
            .hint(Some(hint))
    }

    fn stylesheet(
        &mut self,
        import: &'a ast::Import,
        file: FileId,
        path: &str,
        name: Arc<str>,
        multiple: bool,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        self.enter()?;
        let sheet = self.importer.stylesheet(&name).map_err(import_problem)?;
        self.imported.insert(Arc::clone(&name));
        let is_reference = import.options.reference || self.is_reference(file);
        let directory = self.directory_of_import(file, path, &name);
        let inner = self.load(sheet, is_reference, directory, Some((file, import.offset)))?;
        let multiple = import.options.multiple == Some(true) || multiple;
        let mut rules = Vec::new();
        for item in self.file_items(inner) {
            match item {
                Item::Import(nested, own) => {
                    let footing = self.footing(env);
                    match self.import(nested, own, multiple, env) {
                        Ok(produced) => rules.extend(produced),
                        Err(problem) => self.recover(problem, footing, env)?,
                    }
                }
                other => rules.push(other),
            }
        }
        self.leave();
        Ok(self.with_features(import, file, rules))
    }

    pub(super) fn with_features(
        &mut self,
        import: &'a ast::Import,
        file: FileId,
        rules: Vec<Item<'a>>,
    ) -> Vec<Item<'a>> {
        let Some(features) = &import.features else {
            return rules;
        };
        let id = self.next_id();
        vec![Item::MediaImport(Rc::new(MediaImport {
            features,
            rules,
            file,
            id,
            offset: import.start,
        }))]
    }

    fn inline(
        &mut self,
        import: &'a ast::Import,
        file: FileId,
        path: &str,
        name: Option<Arc<str>>,
    ) -> Outcome<Vec<Item<'a>>> {
        let Some(name) = name else {
            return Err(self.missing(path, file));
        };
        let bytes = self.importer.read(&name).map_err(import_problem)?;
        self.imported.insert(name);
        let inline = Rc::new(Inline {
            text: Text::from(String::from_utf8_lossy(&bytes)),
            is_hidden: Cell::new(false),
        });
        Ok(self.with_features(import, file, vec![Item::Inline(inline)]))
    }

    pub(super) fn css_import(
        &mut self,
        import: &'a ast::Import,
        file: FileId,
        path: Value,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Item<'a>>> {
        let compress = self.options.compress;
        let path = match path {
            Value::Quoted(quoted) => {
                let mut text = quoted.text.to_string();
                let urls = &self.options.urls;
                if !text.is_empty() && is_relative_path(&text, self.options.dialect) {
                    let directory = match urls.rewrite {
                        Rewrite::Local if !text.starts_with('.') => Text::from(""),
                        Rewrite::Off if !urls.root_path.is_empty() => self.root_directory(),
                        _ => Text::clone(&self.files[file.0 as usize].directory),
                    };
                    text.insert_str(0, &directory);
                }
                Value::Quoted(Quoted {
                    text: Text::from(normalize_path(&text)),
                    ..quoted
                })
            }
            Value::Url(inner) => {
                let inner = Value::clone(&inner);
                Value::Url(Rc::new(self.addresses(file).evaluated_again(inner)))
            }
            other => other,
        };
        let mut css = String::new();
        self.write(&path, &mut css)?;
        if let Some(features) = &import.features {
            // Unlike in `@media`, maths is not strict here.
            let before = self.math.parens;
            if self.options.dialect == Dialect::V3 {
                self.math.parens = 1;
            }
            let features = self.features(features, file, env);
            self.math.parens = before;
            css.push(' ');
            css.push_str(&features?.join(if compress { "," } else { ", " }));
        }
        Ok(vec![Item::CssImport(Rc::new((
            Text::from(css),
            (file, import.start),
        )))])
    }
}

/// The path that is looked for, and whether the import stays in the CSS.
fn target(path: &Value, options: ast::ImportOptions) -> Target {
    let forced = match (options.less, options.inline) {
        (None, false) => None,
        (less, inline) => Some(less != Some(true) || inline),
    };
    let (mut text, is_url) = match path {
        Value::Quoted(quoted) => (quoted.text.to_string(), false),
        Value::Url(inner) => match &**inner {
            Value::Quoted(Quoted { text, .. }) | Value::Anonymous(text) | Value::Keyword(text) => {
                (text.to_string(), true)
            }
            _ => (String::new(), true),
        },
        _ => (String::new(), true),
    };
    if !is_url && forced.is_none() && !has_extension(&text) {
        text.push_str(".less");
    }
    // Query and fragment do not name a file.
    if let Some(cut) = text.rfind('?').or_else(|| text.find('#')) {
        text.truncate(cut);
    }
    let lower = text.to_ascii_lowercase();
    let is_remote =
        lower.starts_with("//") || lower.starts_with("http://") || lower.starts_with("https://");
    let is_css = forced.unwrap_or(is_remote || lower.ends_with(".css"));
    Target { path: text, is_css }
}

/// Whether a path ends in a lower-case extension or holds a query.
pub(super) fn has_extension(path: &str) -> bool {
    if path.contains(['?', ';']) {
        return true;
    }
    path.rfind('.')
        .is_some_and(|dot| path[dot + 1..].bytes().all(|b| b.is_ascii_lowercase()))
}

pub(super) fn import_problem(error: ImportError) -> Box<Problem> {
    match error {
        ImportError::Unavailable(message) => Problem::new(message).of_kind(Kind::Import),
        ImportError::Broken(diagnostics) => {
            let message = "the imported file could not be parsed";
            let mut problem = Problem::new(message).of_kind(Kind::Import);
            problem.parsing = Some(diagnostics);
            problem
        }
    }
}
