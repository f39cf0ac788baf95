//! Evaluation: from parsed files to a tree of rulesets in which only declarations are left.
//!
//! This mirrors the order of less.php exactly, because the order shows in the CSS. The rules that matter:
//!
//! * A ruleset is evaluated on a copy of its statement list. Imports are expanded first, then mixin definitions become closures,
//!   then calls are expanded in order, then everything else is evaluated in order.
//! * Outside mixin calls, evaluating a declaration or variable freezes it: later lookups see the result, not the expression.
//!   less.php overwrites the node; here the parsed tree is shared and the result goes into a [`Slot`] of the compile.
//! * A variable's expression is evaluated in the environment of whoever asks, until it is frozen.
//! * The variables of a frame are listed when one is first asked for. The list is dropped when an import or a call changes the
//!   statements, and at no other time.
//! * What a call yields is spliced into the caller's list and evaluated again there.
//!
//! In dialect 5 the steps are the same, but
//!
//! * nothing is frozen; only the list of a frame's variables still remembers what it saw first (`lookup`);
//! * imports are found and loaded before anything is evaluated (`import_visitor`);
//! * raw text is read as a value when something looks it up, and printed as that from then on (`lookup`, `property`);
//! * parentheses, `calc()` and `!important` of a caller do not reach into bodies, guards and defaults (`math`).

mod advice;
mod arena;
mod at_rule;
mod binding;
mod call;
mod compute;
mod declaration;
mod expression;
mod findings;
mod guard;
mod import;
mod import_visited;
mod import_visitor;
mod interpolation;
mod load;
mod lookup;
mod math;
mod mixin;
mod name;
mod namespace;
pub(crate) mod node;
mod problem;
mod property;
mod ruleset;
mod scope;
mod selector;
mod symbols;
mod url;
mod warning;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ast::SlotId;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Step};
use crate::function::{self, DefaultGuard};
use crate::importer::{ImportRequest, Importer, Purpose};
use crate::options::{Dialect, Options, Rewrite};
use crate::source::{Location, Source};
use crate::source_map::SourceMap;
use crate::value::{Text, Value};
use crate::{Compiled, Stylesheet, Variables, css};
use arena::Arena;
use findings::Findings;
use load::File;
use math::MathState;
use node::{Closure, Declaration, Detached, Env, Extend, FileId, PathId, Place, Symbol};
pub(crate) use problem::{Outcome, Problem};
pub(crate) use symbols::Symbols;
use warning::Doubt;

/// The state of a node that less.php would overwrite.
pub(crate) enum Slot<'a> {
    /// Not evaluated yet.
    Unset,
    /// A variable whose expression is being evaluated.
    Open,
    /// The result of a media feature or of `alpha()`.
    Value(Value),
    /// A frozen declaration or variable.
    Declaration(Rc<Declaration<'a>>),
    /// An evaluated `:extend()`.
    Extend(Rc<Extend<'a>>),
    /// A comment of a reference import that a mixin call brought out.
    Referenced,
}

/// What `default()` means at the moment.
#[derive(Clone, Copy)]
enum Default {
    Unset,
    Is(bool),
    Forbidden,
}

/// One compile.
pub(crate) struct Compiler<'a> {
    pub(crate) options: &'a Options,
    importer: &'a dyn Importer,
    arena: &'a Arena,
    entry: Arc<str>,
    pub(crate) symbols: Symbols,
    files: Vec<File<'a>>,
    /// Dialect 5: the files made of texts that evaluation yielded and lookups read.
    texts: FxHashMap<Text, FileId>,
    /// Dialect 5: whether a mixin call or a lookup yielded statements where a value is wanted.
    has_rules_as_values: bool,
    /// Whether a comment was met inside a value.
    pub(crate) has_value_comments: bool,
    slots: Vec<Slot<'a>>,
    /// The paths of mixin calls.
    paths: FxHashMap<Rc<[Symbol]>, PathId>,
    closures: Vec<Rc<Closure<'a>>>,
    detached: Vec<Rc<Detached<'a>>>,
    /// Dialect 5: what is known of imports before evaluation.
    imports: import_visitor::Imports,
    /// The canonical names of what was imported.
    imported: FxHashSet<Arc<str>>,
    /// How many mixin calls are open; nodes are frozen at 0 only.
    mixin_depth: u32,
    math: MathState,
    /// Dialect 5: whether a variable with `!important` was met, for every declaration that is being evaluated.
    important: Vec<bool>,
    /// Dialect 5: the uses of variables and properties that are being evaluated, by place.
    open_uses: Vec<(usize, FileId)>,
    default: Default,
    /// Whether `default()` was called since this was last reset.
    default_was_asked: bool,
    depth: u32,
    statements: u64,
    text_made: usize,
    last_id: u32,
    pub(crate) has_extends: bool,
    findings: Findings,
    /// Suspicious things in the statement that is being evaluated.
    doubts: Vec<Doubt>,
    /// Warnings from where the compile cannot be changed.
    late: RefCell<Vec<Problem>>,
    /// What so many files define, for hints.
    defined: RefCell<Option<(usize, Rc<name::Defined>)>>,
    /// Functions that are not built in, met so far.
    unknown_functions: FxHashSet<Text>,
    /// Whether the last call matched definitions of which none was applied.
    guards_failed: bool,
    /// By the number of a mixin's name: whether one of that name was applied.
    applied: Vec<bool>,
    /// Calls of which no guard held.
    idle_calls: Vec<(Symbol, Place)>,
    /// `@arguments`
    arguments: Symbol,
}

/// Compiles an entry.
pub(crate) fn compile(
    entry: &Arc<Stylesheet>,
    variables: &Variables,
    importer: &dyn Importer,
    options: &Options,
) -> Result<Compiled, Diagnostics> {
    let arena = Arena::default();
    let mut symbols = Symbols::default();
    let arguments = symbols.intern("@arguments");
    let mut compiler = Compiler {
        options,
        importer,
        arena: &arena,
        entry: Arc::clone(&entry.source().name),
        symbols,
        files: Vec::new(),
        texts: FxHashMap::default(),
        has_rules_as_values: false,
        has_value_comments: false,
        slots: Vec::new(),
        paths: FxHashMap::default(),
        closures: Vec::new(),
        detached: Vec::new(),
        imports: import_visitor::Imports::default(),
        imported: FxHashSet::default(),
        mixin_depth: 0,
        math: MathState::new(options.math()),
        important: Vec::new(),
        open_uses: Vec::new(),
        default: Default::Unset,
        default_was_asked: false,
        depth: 0,
        statements: 0,
        text_made: 0,
        // Ids below this belong to parsed rulesets.
        last_id: 1 << 31,
        has_extends: false,
        findings: Findings::default(),
        doubts: Vec::new(),
        late: RefCell::default(),
        defined: RefCell::default(),
        unknown_functions: FxHashSet::default(),
        guards_failed: false,
        applied: Vec::new(),
        idle_calls: Vec::new(),
        arguments,
    };
    let outcome = compiler.run(entry, variables);
    let (css, source_map) = outcome.unwrap_or_else(|problem| {
        compiler.record(*problem);
        (String::new(), None)
    });
    let warnings = compiler.finish()?;
    Ok(Compiled {
        css,
        warnings,
        source_map,
    })
}

impl<'a> Compiler<'a> {
    fn run(
        &mut self,
        entry: &Arc<Stylesheet>,
        variables: &Variables,
    ) -> Outcome<(String, Option<SourceMap>)> {
        self.imported.insert(Arc::clone(&entry.source().name));
        let file = self.load(Arc::clone(entry), false, self.root_directory(), None)?;
        let before = self.definitions(variables.before.as_ref())?;
        let behind = self.definitions(variables.behind.as_ref())?;
        if self.options.dialect == Dialect::V5 {
            import_visitor::visit_imports(self, file, [before, behind])?;
        }
        let files = [before, Some(file), behind].into_iter().flatten();
        let rules = files.flat_map(|file| self.file_items(file)).collect();
        let mut env = Env::default();
        let id = self.next_id();
        let root = self.ruleset_with(Vec::new(), rules, id, true, &mut env)?;
        self.warn_of_idle_calls();
        css::render(self, root)
    }

    /// Takes in a stylesheet that stands around the entry.
    fn definitions(&mut self, sheet: Option<&Arc<Stylesheet>>) -> Outcome<Option<FileId>> {
        sheet
            .map(|sheet| self.load(Arc::clone(sheet), false, self.root_directory(), None))
            .transpose()
    }

    /// An id that no other ruleset of the compile has.
    fn next_id(&mut self) -> u32 {
        self.last_id += 1;
        self.last_id
    }

    /// The place of a node's state.
    fn slot_index(&self, slot: SlotId, file: FileId) -> usize {
        self.files[file.0 as usize].slot_base + slot.0 as usize
    }

    /// Notes one more level of recursion.
    fn enter(&mut self) -> Outcome<()> {
        self.depth += 1;
        if self.depth <= self.options.limits.depth {
            return Ok(());
        }
        let message = format!("nested more than {} levels deep", self.options.limits.depth);
        let hint = "a mixin or block that calls itself needs a guard that ends it, and a file must not import itself by \
                    `(multiple)`"
            .to_owned();
        Err(Problem::limit(message).hint(Some(hint)))
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Runs `inner` as so many levels of recursion more, for what takes more stack than others do.
    fn deeper<T>(
        &mut self,
        levels: u32,
        inner: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        self.depth += levels - 1;
        self.enter()?;
        let result = inner(self);
        self.depth -= levels;
        result
    }

    /// Counts evaluated statements.
    fn count(&mut self, statements: usize) -> Outcome<()> {
        self.statements += statements as u64;
        if self.statements <= self.options.limits.statements {
            return Ok(());
        }
        Err(Problem::limit(format!(
            "more than {} statements to evaluate",
            self.options.limits.statements
        )))
    }

    /// Whether dialect 5 has made a detached ruleset of anything.
    pub(crate) fn has_detached(&self) -> bool {
        self.options.dialect == Dialect::V5 && !self.detached.is_empty()
    }

    /// Counts the bytes of texts that evaluation makes, before it makes them.
    fn grow_text(&mut self, bytes: usize) -> Outcome<()> {
        self.text_made = self.text_made.saturating_add(bytes);
        if self.text_made <= self.options.limits.text {
            return Ok(());
        }
        Err(Problem::limit(format!(
            "more than {} bytes of text to make",
            self.options.limits.text
        )))
    }

    /// Bounds a text under construction.
    pub(crate) fn check_text(&self, length: usize) -> Outcome<()> {
        if length <= self.options.limits.output {
            return Ok(());
        }
        Err(Problem::limit(format!(
            "more than {} bytes of output",
            self.options.limits.output
        )))
    }

    /// Calls a function, built in or not.
    fn call(&mut self, name: &Text, args: Vec<Value>, file: FileId, offset: u32) -> Outcome<Value> {
        if let Some(value) = self.builtin(name, &args, file, offset)? {
            return Ok(value);
        }
        self.doubt_function(name, file, offset);
        let name = Arc::clone(name);
        Ok(Value::Call(Rc::new(crate::value::Call { name, args })))
    }

    /// Calls a built-in function; `None` if there is none of the name or it leaves the call alone.
    fn builtin(
        &mut self,
        name: &Text,
        args: &[Value],
        file: FileId,
        offset: u32,
    ) -> Outcome<Option<Value>> {
        self.default_was_asked |= name.eq_ignore_ascii_case("default");
        let (entry, importer) = (&*self.entry, self.importer);
        // Dialect 3 starts from the entry if addresses stay as they are.
        let is_own =
            self.options.dialect == Dialect::V5 || self.options.urls.rewrite == Rewrite::All;
        let from = match is_own {
            false => entry,
            true => &*self.files[file.0 as usize].sheet.source().name,
        };
        let read = |path: &str| {
            let request = ImportRequest {
                path,
                from,
                entry,
                purpose: Purpose::Data,
            };
            let name = importer.resolve(&request).ok().flatten()?;
            importer.read(&name).ok()
        };
        let context = function::Context {
            rules: self.options.into(),
            default: match self.default {
                Default::Unset => DefaultGuard::Unset,
                Default::Is(truth) => DefaultGuard::Is(truth),
                Default::Forbidden => DefaultGuard::Forbidden(DEFAULT_FORBIDDEN),
            },
            caller: from,
            addresses: self.addresses(file),
            read: &read,
        };
        let value = function::call(name, args, &context)
            .map_err(|fault| Box::<Problem>::from(fault).or_at(file, offset))?;
        if let Some(Value::Quoted(quoted)) = &value {
            self.grow_text(quoted.text.len())?;
        }
        Ok(value)
    }

    /// The sources of all files, by number.
    pub(crate) fn sources(&self) -> Vec<&'a Source> {
        let sheets = self.files.iter().map(|file| file.sheet);
        sheets.map(Stylesheet::source).collect()
    }

    /// A place, for people.
    fn locate(&self, (file, offset): Place) -> Location {
        let source = self.files[file.0 as usize].sheet.source();
        source.locate(offset as usize)
    }

    /// The finding that a problem becomes once it has reached the top.
    fn diagnose(&self, problem: Problem) -> Diagnostics {
        if let Some(parsing) = problem.parsing {
            return parsing;
        }
        let mut diagnostic = Diagnostic::error(problem.message);
        diagnostic.severity = problem.severity;
        diagnostic.hint = problem
            .hint
            .or_else(|| advice::advice(&diagnostic.message, self.options.dialect));
        diagnostic.location = problem.place.map(|place| self.locate(place));
        diagnostic.chain = problem
            .chain
            .into_iter()
            .map(|(action, name, file, offset)| Step {
                action,
                name,
                location: self.locate((file, offset)),
            })
            .collect();
        diagnostic.into()
    }
}

const DEFAULT_FORBIDDEN: &str = "it is currently only allowed in parametric mixin guards,";
