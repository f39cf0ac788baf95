//! The table for people.

use std::fmt::Write;

use scd::compare::Tally;

use super::{COLUMNS, Runs, Verification, difference, name, numbers, seconds, sentence};

/// How many differing files are named for each package.
const NAMED: usize = 20;

/// The table, the differing files below their package, and the runs; `names_all` names every differing file.
pub(crate) fn text(verification: &Verification, names_all: bool) -> String {
    let comparison = &verification.comparison;
    let mut text = row("package", COLUMNS);
    for package in &comparison.packages {
        text.push_str(&counted(name(package), &package.tally()));
        let differing: Vec<String> = package
            .files
            .iter()
            .filter_map(|file| {
                let (word, detail) = difference(file)?;
                let detail = detail.map(|detail| format!(": {detail}"));
                let detail = detail.unwrap_or_default();
                Some(format!("  {word:<9} {}{detail}\n", file.path))
            })
            .collect();
        let named = if names_all { differing.len() } else { NAMED };
        text.extend(differing.iter().take(named).map(String::as_str));
        if let Some(more) = differing.len().checked_sub(named).filter(|&more| more > 0) {
            let _ = writeln!(text, "  … and {more} more (-v names all)");
        }
    }
    text.push_str(&counted("all", &comparison.tally()));
    if let Some(runs) = &verification.runs {
        text.push_str(&timings(runs));
    }
    text.push_str(sentence(comparison));
    text.push('\n');
    text
}

fn counted(name: &str, tally: &Tally) -> String {
    row(name, numbers(tally).map(|number| number.to_string()))
}

fn row(name: &str, cells: [impl AsRef<str>; 7]) -> String {
    let mut row = format!("{name:<40}");
    for cell in cells {
        let _ = write!(row, " {:>9}", cell.as_ref());
    }
    row + "\n"
}

fn timings(runs: &Runs) -> String {
    let mut text = format!("\n{:<40} {:>9} {:>9}\n", "", "wall s", "CPU s");
    for (name, took) in [("PHP", runs.php), ("scd", runs.scd)] {
        let (wall, cpu) = (seconds(Some(took.wall)), seconds(took.cpu));
        let _ = writeln!(text, "{name:<40} {wall:>9} {cpu:>9}");
    }
    if !runs.complaints.is_empty() {
        let count = runs.complaints.len();
        let _ = writeln!(text, "\nPHP ended with 0 but complained in {count} lines:");
        for line in &runs.complaints {
            let _ = writeln!(text, "  {line}");
        }
    }
    text + "\n"
}
