//! Where and why less.php fails on fixtures, and what this crate says about them: place and words of the first error.
//!
//! `conformance_errors.txt` is the result, `conformance_errors_reasons.txt` says why, where they differ. Of less.php's messages
//! only places, kinds and digests are known here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use scd_less::{Diagnostic, Diagnostics};

use super::conformance::digest;
use super::disk::text;

/// What less.php tells about a failure.
pub(crate) struct Told {
    /// File, line and column; `-` if it tells none.
    pub(crate) place: String,
    pub(crate) kind: String,
    /// The digest of its words.
    pub(crate) words: String,
}

/// The comparison of all fixtures.
#[derive(Default)]
pub(crate) struct Errors {
    reasons: BTreeMap<String, String>,
    lines: Vec<String>,
    /// By dialect: fixtures, same place, without a place, same words.
    sums: BTreeMap<String, [u32; 4]>,
    unexplained: Vec<String>,
}

impl Errors {
    /// Reads the reasons, `fixture | reason` in each line.
    pub(crate) fn new(tests: &Path) -> Self {
        let text = text(&tests.join("conformance_errors_reasons.txt"));
        let text = text.expect("the reasons are there");
        let rows = text.lines().filter(|line| !line.starts_with('#'));
        let reasons = rows.map(|line| {
            let (fixture, reason) = line.split_once(" | ").expect("`fixture | reason`");
            (fixture.to_owned(), reason.to_owned())
        });
        Self {
            reasons: reasons.collect(),
            ..Self::default()
        }
    }

    /// Compares a fixture of which less.php says why it fails.
    pub(crate) fn compare(&mut self, group: &str, name: &str, told: &Told, errors: &Diagnostics) {
        let Some(first) = errors.iter().next() else {
            return;
        };
        let fixture = format!("{group} {name}");
        let place = place_of(first);
        let line = |place: &str| place.rsplit_once(':').map(|(line, _)| line.to_owned());
        let has_place = told.place != "-";
        let is_same_line = has_place && line(&told.place) == line(&place);
        let has_same_words = digest(&first.message) == told.words;
        let dialect = group.split(' ').next().unwrap_or_default().to_owned();
        let sums = self.sums.entry(dialect).or_default();
        let counted = [true, is_same_line, !has_place, has_same_words];
        for (sum, is_counted) in sums.iter_mut().zip(counted) {
            *sum += u32::from(is_counted);
        }
        let reason = self.reasons.remove(&fixture);
        let differs = has_place && !is_same_line || !has_same_words;
        match (&reason, differs) {
            (None, true) => self.unexplained.push(format!("{fixture}: {first}")),
            (Some(_), false) => self.unexplained.push(format!("{fixture}: is equal now")),
            _ => {}
        }
        let mut text = format!("{fixture}: {}: ", told.kind);
        let _ = match (has_place, is_same_line) {
            (false, _) => write!(text, "less.php tells no place, ours {place}"),
            (true, true) => write!(text, "same line, less.php {}, ours {place}", told.place),
            (true, false) => write!(text, "OTHER LINE, less.php {}, ours {place}", told.place),
        };
        text.push_str(if has_same_words {
            "; same words"
        } else {
            "; other words"
        });
        if let Some(reason) = reason {
            let _ = write!(text, ": {reason}");
        }
        self.lines.push(text);
    }

    /// The result; what differs without a reason, if anything does.
    pub(crate) fn finish(mut self) -> (String, Vec<String>) {
        let mut board = String::from(
            "Errors of fixtures: the kind of less.php's, its place and ours (file:line:column), and whether our words are its words.\n\n",
        );
        for line in &self.lines {
            let _ = writeln!(board, "{line}");
        }
        let _ = writeln!(board);
        for (dialect, [fixtures, same, without, words]) in &self.sums {
            let _ = writeln!(
                board,
                "{dialect} in all: {same} of {} on less.php's line, {without} for which it tells none; {words} of {fixtures} in its words",
                fixtures - without,
            );
        }
        let stale = self
            .reasons
            .keys()
            .map(|fixture| format!("{fixture}: no such fixture"));
        self.unexplained.extend(stale);
        (board, self.unexplained)
    }
}

fn place_of(error: &Diagnostic) -> String {
    let Some(location) = &error.location else {
        return "-".to_owned();
    };
    let name = Path::new(&*location.file).file_name().unwrap_or_default();
    format!(
        "{}:{}:{}",
        name.to_string_lossy(),
        location.line,
        location.column
    )
}
