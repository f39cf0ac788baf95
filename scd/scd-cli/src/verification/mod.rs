//! What `scd verify` found, as text, JSON or a page of HTML.

mod html;
mod json;
mod text;

use std::time::Duration;

use scd::child::Took;
use scd::compare::{Comparison, FileComparison, PackageComparison, Verdict};
use scd::diagnostic::Diagnostic;

pub(crate) use html::html;
pub(crate) use json::json;
pub(crate) use text::text;

/// Two trees side by side, and how they came about.
#[derive(Debug)]
pub(crate) struct Verification {
    /// The trees.
    pub(crate) comparison: Comparison,
    /// The runs that made them, when they were made for this.
    pub(crate) runs: Option<Runs>,
}

/// The run of PHP and the run of scd.
#[derive(Debug)]
pub(crate) struct Runs {
    /// The arguments of both, as PHP got them.
    pub(crate) arguments: Vec<String>,
    /// What PHP took.
    pub(crate) php: Took,
    /// What PHP complained about although it ended with 0.
    pub(crate) complaints: Vec<String>,
    /// What scd took.
    pub(crate) scd: Took,
    /// The findings of scd.
    pub(crate) findings: Vec<Diagnostic>,
}

/// A file that is not equal: the word for it, and what is known about the difference.
fn difference(file: &FileComparison) -> Option<(&'static str, Option<&str>)> {
    match &file.verdict {
        Verdict::Same | Verdict::SameMeaning => None,
        Verdict::Known(reason) => Some(("known", Some(reason))),
        Verdict::Different(detail) => Some(("different", Some(detail))),
        Verdict::Missing => Some(("missing", None)),
        Verdict::Extra => Some(("extra", None)),
    }
}

/// What a package is called.
fn name(package: &PackageComparison) -> &str {
    if package.name.is_empty() {
        "(outside of packages)"
    } else {
        &package.name
    }
}

/// The columns of the table behind the package's name.
const COLUMNS: [&str; 7] = [
    "files",
    "bytes",
    "meaning",
    "known",
    "different",
    "missing",
    "extra",
];

/// The numbers of a row.
fn numbers(tally: &scd::compare::Tally) -> [usize; 7] {
    [
        tally.files,
        tally.same,
        tally.same_meaning,
        tally.known,
        tally.different,
        tally.missing,
        tally.extra,
    ]
}

/// The table's last words.
fn sentence(comparison: &Comparison) -> &'static str {
    if comparison.is_equal() {
        "the trees are equal"
    } else {
        "the trees differ"
    }
}

/// Seconds, as people read them; a dash where they are not known.
fn seconds(duration: Option<Duration>) -> String {
    duration.map_or("-".to_owned(), |duration| {
        format!("{:.2}", duration.as_secs_f64())
    })
}
