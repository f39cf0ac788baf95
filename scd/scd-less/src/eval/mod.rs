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

mod arena;
mod at_rule;
mod call;
mod compute;
mod declaration;
mod expression;
mod guard;
mod import;
mod import_visited;
mod import_visitor;
mod interpolation;
mod load;
mod lookup;
mod math;
mod mixin;
mod namespace;
pub(crate) mod node;
mod problem;
mod property;
mod ruleset;
mod scope;
mod selector;
mod symbols;

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ast::SlotId;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Step};
use crate::function::{self, DefaultGuard};
use crate::importer::{ImportRequest, Importer, Purpose};
use crate::options::{Dialect, Options};
use crate::value::{Text, Value};
use crate::{Compiled, Stylesheet, css};
use arena::Arena;
use load::File;
use math::MathState;
use node::{Closure, Declaration, Detached, Env, Extend, FileId, Symbol};
pub(crate) use problem::{Outcome, Problem};
pub(crate) use symbols::Symbols;

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
    /// The directory of the entry, empty or ending in `/`.
    entry_directory: Arc<str>,
    pub(crate) symbols: Symbols,
    files: Vec<File<'a>>,
    /// Dialect 5: the files made of texts that evaluation yielded and lookups read.
    texts: FxHashMap<Text, FileId>,
    /// Dialect 5: whether a mixin call or a lookup yielded statements where a value is wanted.
    has_rules_as_values: bool,
    /// Whether a comment was met inside a value.
    pub(crate) has_value_comments: bool,
    slots: Vec<Slot<'a>>,
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
    last_id: u32,
    pub(crate) has_extends: bool,
    /// `@arguments`
    arguments: Symbol,
}

/// Compiles an entry.
pub(crate) fn compile(
    entry: &Arc<Stylesheet>,
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
        entry_directory: directory_of(&entry.source().name).into(),
        symbols,
        files: Vec::new(),
        texts: FxHashMap::default(),
        has_rules_as_values: false,
        has_value_comments: false,
        slots: Vec::new(),
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
        // Ids below this belong to parsed rulesets.
        last_id: 1 << 31,
        has_extends: false,
        arguments,
    };
    match compiler.run(entry) {
        Ok(css) => Ok(Compiled {
            css,
            warnings: Diagnostics::default(),
        }),
        Err(problem) => Err(compiler.diagnose(*problem)),
    }
}

impl<'a> Compiler<'a> {
    fn run(&mut self, entry: &Arc<Stylesheet>) -> Outcome<String> {
        self.imported.insert(Arc::clone(&entry.source().name));
        let file = self.load(Arc::clone(entry), false, Text::from(""))?;
        if self.options.dialect == Dialect::V5 {
            import_visitor::visit_imports(self, file)?;
        }
        let rules = self.file_items(file);
        let mut env = Env::default();
        let id = self.next_id();
        let root = self.ruleset_with(Vec::new(), rules, id, true, &mut env)?;
        css::render(self, root)
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
        let hint = "a mixin or variable that uses itself needs a guard that ends it".to_owned();
        Err(Problem::new(message).hint(Some(hint)))
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
        Err(Problem::new(format!(
            "more than {} statements to evaluate",
            self.options.limits.statements
        )))
    }

    /// Whether dialect 5 has made a detached ruleset of anything.
    pub(crate) fn has_detached(&self) -> bool {
        self.options.dialect == Dialect::V5 && !self.detached.is_empty()
    }

    /// Bounds a text under construction.
    pub(crate) fn check_text(&self, length: usize) -> Outcome<()> {
        if length <= self.options.limits.output {
            return Ok(());
        }
        Err(Problem::new(format!(
            "more than {} bytes of output",
            self.options.limits.output
        )))
    }

    /// Calls a function, built in or not.
    fn call(&mut self, name: &Text, args: Vec<Value>, file: FileId, offset: u32) -> Outcome<Value> {
        if let Some(value) = self.builtin(name, &args, file, offset)? {
            return Ok(value);
        }
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
        let from = match self.options.dialect {
            Dialect::V3 => entry,
            Dialect::V5 => &*self.files[file.0 as usize].sheet.source().name,
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
            index: offset as usize,
            default: match self.default {
                Default::Unset => DefaultGuard::Unset,
                Default::Is(truth) => DefaultGuard::Is(truth),
                Default::Forbidden => DefaultGuard::Forbidden(DEFAULT_FORBIDDEN),
            },
            entry_directory: &self.entry_directory,
            read: &read,
        };
        function::call(name, args, &context)
            .map_err(|fault| Box::<Problem>::from(fault).or_at(file, offset))
    }

    /// The finding that a problem becomes once it has reached the top.
    fn diagnose(&self, problem: Problem) -> Diagnostics {
        if let Some(parsing) = problem.parsing {
            return parsing;
        }
        let mut diagnostic = Diagnostic::error(problem.message);
        diagnostic.severity = problem.severity;
        diagnostic.hint = problem.hint;
        let locate = |file: FileId, offset: u32| {
            self.files[file.0 as usize]
                .sheet
                .source()
                .locate(offset as usize)
        };
        diagnostic.location = problem.place.map(|(file, offset)| locate(file, offset));
        diagnostic.chain = problem
            .chain
            .into_iter()
            .map(|(action, name, file, offset)| Step {
                action,
                name,
                location: locate(file, offset),
            })
            .collect();
        diagnostic.into()
    }
}

/// A path up to and with its last slash.
fn directory_of(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..=slash])
}

const DEFAULT_FORBIDDEN: &str = "it is currently only allowed in parametric mixin guards,";
