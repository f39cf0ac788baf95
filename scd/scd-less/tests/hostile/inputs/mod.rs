//! The hostile texts, and the message that each ends with in either dialect; none for those that compile.

mod cycles;
mod depth;
mod growth;
mod tokens;

/// One text.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) entry: String,
    pub(crate) files: Vec<(&'static str, Vec<u8>)>,
    /// How the message of dialect 3 begins; empty if it compiles.
    pub(crate) v3: &'static str,
    /// The same of dialect 5.
    pub(crate) v5: &'static str,
}

/// How messages about nesting begin.
const DEEP: &str = "nested more than";

const MEGABYTE: usize = 1_000_000;

/// A text repeated up to a megabyte.
fn long(text: &str) -> String {
    text.repeat(MEGABYTE / text.len())
}

/// Openings and closings that nest as deeply as a megabyte allows.
fn deep(open: &str, middle: &str, close: &str) -> String {
    let depth = MEGABYTE / (open.len() + close.len());
    format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
}

/// Lines numbered from 1, each made from its number and the one before.
fn steps(count: usize, line: impl Fn(usize, usize) -> String) -> String {
    (1..=count).map(|step| line(step, step - 1)).collect()
}

/// Adds cases to a list.
struct List(Vec<Case>);

impl List {
    fn add(
        &mut self,
        name: &'static str,
        entry: impl Into<String>,
        v3: &'static str,
        v5: &'static str,
    ) {
        self.with(name, entry, Vec::new(), v3, v5);
    }

    fn both(&mut self, name: &'static str, entry: impl Into<String>, message: &'static str) {
        self.add(name, entry, message, message);
    }

    fn with(
        &mut self,
        name: &'static str,
        entry: impl Into<String>,
        files: Vec<(&'static str, Vec<u8>)>,
        v3: &'static str,
        v5: &'static str,
    ) {
        self.0.push(Case {
            name,
            entry: entry.into(),
            files,
            v3,
            v5,
        });
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    let mut list = List(Vec::new());
    depth::nesting(&mut list);
    depth::chains(&mut list);
    tokens::tokens(&mut list);
    tokens::unterminated(&mut list);
    growth::growth(&mut list);
    cycles::cycles(&mut list);
    cycles::bytes(&mut list);
    list.0
}
