//! Decides which names of a script stay, and makes up short ones for the others.

use rustc_hash::FxHashSet;
use swc_core::atoms::Atom;
use swc_core::ecma::ast::{ArrowExpr, Function, Id, Ident, Pat, Script, WithStmt};
use swc_core::ecma::transforms::base::rename::{Renamer, contains_eval};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::modern::Marks;

/// Names with a meaning to code that reads a function's text, or to module loaders.
const RESERVED: [&str; 6] = ["$super", "_super", "require", "exports", "module", "define"];

/// First and following letters of short names, the ones most frequent in code first.
const LETTERS: &[u8; 64] = b"etnrisouaflchpdvmgybwESxTNCkLAOM_DPHBjFIqRUzWXV$JKQGYZ0516372984";
/// How many of [`LETTERS`] may begin a name.
const INITIALS: usize = 54;

/// Words of up to five letters that are no names, or not everywhere.
const WORDS: [&str; 31] = [
    "do", "if", "in", "of", "as", "is", "for", "let", "new", "try", "var", "get", "set", "case",
    "else", "enum", "eval", "null", "this", "true", "void", "with", "async", "await", "break",
    "catch", "class", "const", "false", "super", "yield",
];

/// The variables that keep their names, and all names that no other variable may take.
pub(super) struct KeptNames {
    ids: FxHashSet<Id>,
    names: FxHashSet<Atom>,
    /// Names that stay wherever they are declared, besides [`RESERVED`].
    reserved: &'static [&'static str],
}

impl KeptNames {
    /// Collects them from a resolved script; `reserved` names stay wherever they are declared.
    pub(super) fn collect(
        script: &Script,
        marks: &Marks,
        reserved: &'static [&'static str],
    ) -> Self {
        let mut collector = Collector {
            marks,
            evaluates: contains_eval(script, true),
            all: false,
            kept: Self {
                ids: FxHashSet::default(),
                names: FxHashSet::default(),
                reserved,
            },
        };
        let reserved = RESERVED.iter().chain(reserved).copied();
        collector.kept.names.extend(reserved.map(Atom::from));
        collector.all = collector.evaluates;
        script.visit_with(&mut collector);
        collector.kept
    }
}

struct Collector<'a> {
    marks: &'a Marks,
    /// Whether the script evaluates code at run time that may use any name it can see.
    evaluates: bool,
    /// Whether the code being visited is a function that does, or is inside `with`.
    all: bool,
    kept: KeptNames,
}

impl Collector<'_> {
    fn function(&mut self, evaluates: bool, visit: impl FnOnce(&mut Self)) {
        let outer = self.all;
        self.all = evaluates;
        visit(self);
        self.all = outer;
    }

    /// Prototype reads the parameters of a function whose first one is `$super`.
    fn parameters<'p>(&mut self, patterns: impl Iterator<Item = &'p Pat> + Clone) {
        let is_super = |pattern: &Pat| pattern.as_ident().is_some_and(|it| it.id.sym == "$super");
        if patterns.clone().any(is_super) {
            for name in patterns.filter_map(Pat::as_ident) {
                self.kept.ids.insert(name.to_id());
                self.kept.names.insert(name.id.sym.clone());
            }
        }
    }
}

impl Visit for Collector<'_> {
    fn visit_ident(&mut self, name: &Ident) {
        if self.all || !self.marks.is_local(name.ctxt) {
            self.kept.ids.insert(name.to_id());
            self.kept.names.insert(name.sym.clone());
        }
    }

    fn visit_function(&mut self, function: &Function) {
        self.parameters(function.params.iter().map(|parameter| &parameter.pat));
        let evaluates = self.evaluates && contains_eval(function, true);
        self.function(evaluates, |it| function.visit_children_with(it));
    }

    fn visit_arrow_expr(&mut self, function: &ArrowExpr) {
        self.parameters(function.params.iter());
        let evaluates = self.evaluates && contains_eval(function, true);
        self.function(evaluates, |it| function.visit_children_with(it));
    }

    fn visit_with_stmt(&mut self, with: &WithStmt) {
        let mut inside = EveryName(&mut self.kept);
        with.visit_with(&mut inside);
    }
}

/// Keeps all names in a piece of code, those of nested functions too.
struct EveryName<'a>(&'a mut KeptNames);

impl Visit for EveryName<'_> {
    fn visit_ident(&mut self, name: &Ident) {
        self.0.ids.insert(name.to_id());
        self.0.names.insert(name.sym.clone());
    }
}

/// Hands out short names.
pub(super) struct ShortNames {
    kept: KeptNames,
}

impl ShortNames {
    pub(super) fn new(kept: KeptNames) -> Self {
        Self { kept }
    }
}

impl Renamer for ShortNames {
    type Target = Atom;

    const MANGLE: bool = true;
    const RESET_N: bool = false;

    fn new_name_for(&self, _: &Id, n: &mut usize) -> Atom {
        loop {
            let name = short_name(*n);
            *n += 1;
            if !WORDS.contains(&name.as_str()) {
                return name.into();
            }
        }
    }

    fn unresolved_symbols(&self) -> Vec<Atom> {
        let mut names: Vec<Atom> = self.kept.names.iter().cloned().collect();
        names.sort_unstable();
        names
    }

    fn preserve_name(&self, variable: &Id) -> bool {
        self.kept.ids.contains(variable)
            || RESERVED.contains(&&*variable.0)
            || self.kept.reserved.contains(&&*variable.0)
    }
}

/// The `n`th short name.
fn short_name(mut n: usize) -> String {
    let mut name = String::new();
    let mut choices = INITIALS;
    loop {
        name.push(char::from(LETTERS[n % choices]));
        n /= choices;
        if n == 0 {
            return name;
        }
        n -= 1;
        choices = LETTERS.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_distinct_and_begin_with_no_digit() {
        let names: FxHashSet<String> = (0..20_000).map(short_name).collect();
        assert_eq!(names.len(), 20_000);
        assert!(
            names
                .iter()
                .all(|name| !name.as_bytes()[0].is_ascii_digit())
        );
    }
}
