//! Finding and loading imports before evaluation (dialect 5, `Less_ImportVisitor`).
//!
//! All imports of a tree are found first, wherever they stand and whether or not the place is ever evaluated. Those whose path
//! holds variables wait until all others are loaded; variables are looked up in the rulesets around the import as they were
//! written, and in files imported there. An import whose path cannot be evaluated stays in the CSS.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::import::{has_extension, import_problem};
use super::load::items;
use super::node::{Env, FileId, Frames, Ruleset};
use super::problem::{Outcome, Problem};
use super::{Compiler, Severity};
use crate::ast::{self, Expr, Statement};
use crate::importer::Purpose;
use crate::value::{Text, Value};

/// What the visitor found out about imports, by file and place in its tree.
#[derive(Default)]
pub(super) struct Imports {
    states: FxHashMap<(FileId, usize), ImportState>,
}

/// What is known of an import when it is evaluated.
#[derive(Clone)]
pub(super) struct ImportState {
    pub(super) skip: Skip,
    pub(super) root: Root,
    /// Whether it stays in the CSS.
    pub(super) is_css: bool,
    /// The path, if it had to be evaluated to find the file.
    pub(super) name: Option<Arc<str>>,
}

/// Whether an import is passed over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Skip {
    Never,
    Always,
    /// If the file was imported before in the same environment.
    IfRepeated,
}

/// What an import stands for.
#[derive(Clone)]
pub(super) enum Root {
    Nothing,
    Tree(FileId),
    Text(Text),
}

impl Imports {
    pub(super) fn state(&self, import: &ast::Import, file: FileId) -> Option<&ImportState> {
        self.states.get(&key(import, file))
    }
}

fn key(import: &ast::Import, file: FileId) -> (FileId, usize) {
    (file, std::ptr::from_ref(import).addr())
}

/// A ruleset around an import, made a frame when a path needs one.
struct Around<'a> {
    statements: &'a [Statement],
    file: FileId,
    /// The caller's variables before and behind the statements, around the entry only.
    variables: [Option<FileId>; 2],
    frame: OnceCell<Rc<Ruleset<'a>>>,
    /// Whether a media block is right outside of it; less.php cannot look past that.
    in_media: bool,
}

/// An import that waits.
struct Waiting<'a> {
    import: &'a ast::Import,
    file: FileId,
    around: Vec<Rc<Around<'a>>>,
    multiple: bool,
}

struct Visitor<'c, 'a> {
    compiler: &'c mut Compiler<'a>,
    around: Vec<Rc<Around<'a>>>,
    waiting: std::collections::VecDeque<Waiting<'a>>,
    /// The files that were looked through, and what they were loaded as first.
    seen: FxHashSet<Arc<str>>,
    loaded: FxHashMap<Arc<str>, FileId>,
    /// What the first block has around its statements.
    variables: [Option<FileId>; 2],
}

/// Loads everything that a tree imports. `variables` are the caller's definitions before and behind it.
pub(super) fn visit_imports(
    compiler: &mut Compiler<'_>,
    entry: FileId,
    variables: [Option<FileId>; 2],
) -> Outcome<()> {
    let mut visitor = Visitor {
        compiler,
        around: Vec::new(),
        waiting: std::collections::VecDeque::new(),
        seen: FxHashSet::default(),
        loaded: FxHashMap::default(),
        variables,
    };
    visitor.file(entry, false)?;
    visitor.run_waiting()
}

impl<'a> Visitor<'_, 'a> {
    fn file(&mut self, file: FileId, multiple: bool) -> Outcome<()> {
        let rules = &self.compiler.files[file.0 as usize].sheet.tree().rules;
        self.block(rules, file, false, multiple)
    }

    fn block(
        &mut self,
        statements: &'a [Statement],
        file: FileId,
        in_media: bool,
        multiple: bool,
    ) -> Outcome<()> {
        self.compiler.enter()?;
        self.around.push(Rc::new(Around {
            statements,
            file,
            variables: std::mem::take(&mut self.variables),
            frame: OnceCell::new(),
            in_media,
        }));
        for statement in statements {
            self.statement(statement, file, multiple)?;
        }
        self.around.pop();
        self.compiler.leave();
        Ok(())
    }

    fn statement(&mut self, statement: &'a Statement, file: FileId, multiple: bool) -> Outcome<()> {
        match statement {
            Statement::Import(import) => self.import(import, file, multiple),
            Statement::Ruleset(ruleset) => self.block(&ruleset.rules, file, false, multiple),
            Statement::Mixin(definition) => self.block(&definition.rules, file, false, multiple),
            Statement::Media(media) => self.block(&media.block.rules, file, true, multiple),
            Statement::AtRule(rule) => match &rule.block {
                Some(block) => self.block(&block.rules, file, false, multiple),
                None => Ok(()),
            },
            Statement::Declaration(declaration) => self.value(&declaration.value, file, multiple),
            Statement::Value(value) => self.value(value, file, multiple),
            _ => Ok(()),
        }
    }

    /// Detached rulesets may hold imports.
    fn value(&mut self, value: &'a Expr, file: FileId, multiple: bool) -> Outcome<()> {
        match value {
            Expr::Detached(ruleset) => self.block(&ruleset.rules, file, false, multiple),
            Expr::Comma(items) | Expr::Space(items) | Expr::Call { args: items, .. } => items
                .iter()
                .try_for_each(|item| self.value(item, file, multiple)),
            _ => Ok(()),
        }
    }

    fn import(&mut self, import: &'a ast::Import, file: FileId, multiple: bool) -> Outcome<()> {
        let options = import.options;
        if stays_in_css(options, written_path(&import.path)) && !options.inline {
            return Ok(());
        }
        let waiting = Waiting {
            import,
            file,
            around: self.around.clone(),
            multiple,
        };
        if is_variable(&import.path) {
            self.waiting.push_back(waiting);
            return Ok(());
        }
        self.load(&waiting)
    }

    /// The rulesets around an import as frames, up to the nearest media block, and whether there is one.
    fn frames(&mut self, around: &[Rc<Around<'a>>]) -> (Frames<'a>, bool) {
        let cut = around.iter().rposition(|around| around.in_media);
        let mut frames = Frames::default();
        for around in &around[cut.unwrap_or(0)..] {
            let frame = around.frame.get_or_init(|| {
                let id = self.compiler.next_id();
                let mut rules = items(around.statements, around.file);
                let [before, behind] = around.variables;
                if let Some(before) = before {
                    rules.splice(..0, self.compiler.file_items(before));
                }
                if let Some(behind) = behind {
                    rules.extend(self.compiler.file_items(behind));
                }
                Rc::new(Ruleset::new(id, id, Vec::new(), rules, false))
            });
            frames = frames.with(Rc::clone(frame));
        }
        (frames, cut.is_some())
    }

    fn run_waiting(&mut self) -> Outcome<()> {
        while let Some(waiting) = self.waiting.pop_front() {
            self.load(&waiting)?;
        }
        Ok(())
    }

    /// Finds, loads and looks through the file of an import.
    fn load(&mut self, waiting: &Waiting<'a>) -> Outcome<()> {
        let (import, file) = (waiting.import, waiting.file);
        let mut env = Env::default();
        let footing = self.compiler.footing(&env);
        let Err(problem) = self.load_inner(waiting) else {
            return Ok(());
        };
        let problem = problem.or_at(file, import.offset);
        self.compiler.recover(problem, footing, &mut env)?;
        let state = ImportState {
            skip: Skip::Always,
            root: Root::Nothing,
            is_css: false,
            name: None,
        };
        let states = &mut self.compiler.imports.states;
        states.insert(key(import, file), state);
        Ok(())
    }

    fn load_inner(&mut self, waiting: &Waiting<'a>) -> Outcome<()> {
        let (import, file, options) = (waiting.import, waiting.file, waiting.import.options);
        let Some(path) = self.path(waiting)? else {
            let state = ImportState {
                skip: Skip::Never,
                root: Root::Nothing,
                is_css: true,
                name: None,
            };
            self.note(import, file, state);
            return self.run_waiting();
        };
        let is_css = stays_in_css(options, Some(&path));
        if is_css && !options.inline {
            return self.run_waiting();
        }
        let multiple = waiting.multiple || options.multiple == Some(true);
        let mut path = without_query(&path).to_owned();
        if options.less.is_none() && !options.inline && !has_extension(&path) {
            path.push_str(".less");
        }
        let purpose = if options.inline {
            Purpose::Inline
        } else {
            Purpose::Stylesheet
        };
        let name = self.compiler.resolve(&path, file, purpose)?;
        let mut state = ImportState {
            skip: if multiple {
                Skip::Never
            } else {
                Skip::IfRepeated
            },
            root: Root::Nothing,
            is_css,
            name: name.clone(),
        };
        let Some(name) = name else {
            if !options.optional {
                return Err(self.compiler.missing(&path, file));
            }
            state.skip = Skip::Always;
            self.note(import, file, state);
            return Ok(());
        };
        let is_repeated = self.seen.contains(&name);
        if is_repeated && !multiple {
            state.skip = Skip::Always;
        }
        if options.inline {
            let bytes = self.compiler.importer.read(&name).map_err(import_problem)?;
            let text = String::from_utf8_lossy(&bytes);
            // What PHP holds for false is not kept.
            state.root = Root::Text(Text::from(if text == "0" { "" } else { &*text }));
        } else if is_repeated && !multiple {
            state.root = self
                .loaded
                .get(&name)
                .map_or(Root::Nothing, |&file| Root::Tree(file));
        } else {
            let sheet = match self.compiler.importer.stylesheet(&name) {
                Err(error) if !options.optional => return Err(import_problem(error)),
                Ok(sheet) if !options.optional || sheet.errors().is_empty() => sheet,
                // A broken file counts as missing where that is allowed.
                _ => {
                    state.skip = Skip::Always;
                    self.note(import, file, state);
                    return Ok(());
                }
            };
            let is_reference = options.reference || self.compiler.is_reference(file);
            let directory = self.compiler.directory_of_import(file, &path, &name);
            let inner =
                self.compiler
                    .load(sheet, is_reference, directory, Some((file, import.offset)))?;
            state.root = Root::Tree(inner);
            self.note(import, file, state);
            self.seen.insert(Arc::clone(&name));
            self.loaded.entry(Arc::clone(&name)).or_insert(inner);
            let around = std::mem::replace(&mut self.around, waiting.around.clone());
            let result = self.file(inner, multiple);
            self.around = around;
            return result;
        }
        self.note(import, file, state);
        Ok(())
    }

    /// Remembers what is known of an import.
    fn note(&mut self, import: &ast::Import, file: FileId, state: ImportState) {
        self.compiler
            .imports
            .states
            .insert(key(import, file), state);
    }

    /// The path of an import; `None` if it cannot be evaluated yet.
    fn path(&mut self, waiting: &Waiting<'a>) -> Outcome<Option<Text>> {
        let inner = match &waiting.import.path {
            Expr::Url(inner) => inner,
            path => path,
        };
        let (depth, uses) = (self.compiler.depth, self.compiler.open_uses.len());
        let math = self.compiler.math;
        let (frames, is_cut) = self.frames(&waiting.around);
        let mut env = Env::on(frames);
        match self.compiler.expr(inner, waiting.file, &mut env) {
            Ok(value) => Ok(Some(path_text(&value))),
            Err(problem) if problem.severity == Severity::Error => {
                self.compiler.depth = depth;
                self.compiler.open_uses.truncate(uses);
                self.compiler.important.clear();
                self.compiler.math = math;
                if is_cut && problem.message.ends_with("is undefined") {
                    let mut fatal = Problem::new("Call to a member function variable() on array");
                    fatal.severity = Severity::Fatal;
                    return Err(fatal);
                }
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }
}

/// The text of an evaluated path.
pub(super) fn path_text(value: &Value) -> Text {
    match value {
        Value::Quoted(quoted) => Text::clone(&quoted.text),
        Value::Anonymous(text) | Value::Keyword(text) => Text::clone(text),
        _ => Text::from(""),
    }
}

/// The path as it was written, if it is text.
fn written_path(path: &Expr) -> Option<&str> {
    match path {
        Expr::Quoted { text, .. } | Expr::Anonymous(text) => Some(text),
        Expr::Url(inner) => written_path(inner),
        _ => None,
    }
}

/// Whether the path may depend on variables; `url()` without quotes is taken for one that does.
fn is_variable(path: &Expr) -> bool {
    match path {
        Expr::Url(inner) => is_variable(inner),
        Expr::Quoted { text, dynamic, .. } => *dynamic && text.contains("@{"),
        _ => true,
    }
}

/// Whether an import is for the browser.
pub(super) fn stays_in_css(options: ast::ImportOptions, path: Option<&str>) -> bool {
    if options.less.is_some() || options.inline {
        return options.less != Some(true) || options.inline;
    }
    let Some(path) = path.map(without_query) else {
        return false;
    };
    let lower = path.to_ascii_lowercase();
    if lower.starts_with("//") || lower.starts_with("http://") || lower.starts_with("https://") {
        return true;
    }
    ends_in_css(path)
}

/// A path without its query and fragment.
fn without_query(path: &str) -> &str {
    match path.rfind('?').or_else(|| path.find('#')) {
        Some(cut) => &path[..cut],
        None => path,
    }
}

/// Whether a path ends in `css` behind a sign, but for what a `;` or `?` begins.
fn ends_in_css(path: &str) -> bool {
    path.match_indices("css").any(|(start, word)| {
        let before = path[..start].ends_with(['#', '.', '&', '?', '/']);
        let behind = &path[start + word.len()..];
        before && (behind.is_empty() || behind.starts_with(['?', ';']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_paths_stay_in_the_css() {
        let stays = |path| stays_in_css(ast::ImportOptions::default(), Some(path));
        assert!(stays("a.css") && stays("a.css?b") && stays("x/css") && stays("//a/b"));
        assert!(stays("HTTP://a/b.less") && stays("a&css;b"));
        assert!(!stays("a.less") && !stays("css") && !stays("a.css.less") && !stays("a?b.css"));
        let less = ast::ImportOptions {
            less: Some(true),
            ..ast::ImportOptions::default()
        };
        assert!(!stays_in_css(less, Some("a.css")));
    }

    #[test]
    fn query_and_fragment_name_no_file() {
        assert_eq!(without_query("a.less?b#c"), "a.less");
        assert_eq!(without_query("a#b?c"), "a#b");
        assert_eq!(without_query("a#b"), "a");
    }
}
