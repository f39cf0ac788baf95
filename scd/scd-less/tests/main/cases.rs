//! Our own inputs with what less.php of each dialect makes of them; see `record.php` for how the expectations are made.
//!
//! `NAME.v3.css` and `NAME.v5.css` hold less.php's output or the text of its error; `NAME.diagnostics` holds what this crate
//! says where it fails or warns, in its own words, places and hints (rewritten when `SCD_BLESS` is set; read it before
//! committing). `differences.txt` names the sections that are known to differ, each with a reason.
#![expect(clippy::disallowed_methods, reason = "tests read their cases")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scd_less::{Compiled, Diagnostic, Diagnostics, Dialect, Severity};
use scd_less::{MemoryImporter, Options, ParseOptions, Source};

const DIALECTS: [(&str, Dialect); 2] = [("v3", Dialect::V3), ("v5", Dialect::V5)];

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The names of the case files.
fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(tests().join("cases"))
        .expect("the cases can be listed")
        .map(|entry| entry.expect("the entry can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "less")
        })
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// The sections of a file in the cases' format by title, in order.
fn sections(file: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(tests().join("cases").join(file)).unwrap_or_default();
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("// === "), sections.last_mut()) {
            (Some(title), _) => sections.push((title.trim_end().to_owned(), String::new())),
            (None, Some(last)) => last.1.push_str(line),
            (None, None) => panic!("{file}: text before the first title"),
        }
    }
    let titles: BTreeSet<&str> = sections.iter().map(|(title, _)| &**title).collect();
    assert_eq!(titles.len(), sections.len(), "{file}: a title twice");
    sections
}

/// Compiles a section on a stack of the documented size.
pub(crate) fn compiled(
    less: &str,
    dialect: Dialect,
    compress: bool,
) -> Result<Compiled, Diagnostics> {
    let parsing = ParseOptions {
        compress,
        dialect,
        ..ParseOptions::default()
    };
    let options = Options {
        compress,
        dialect,
        ..Options::default()
    };
    let mut files = less.split("// --- ");
    let entry = files.next().unwrap_or_default();
    let mut importer = MemoryImporter::new(parsing);
    for file in files {
        let (name, text) = file.split_once('\n').expect("a file has a name and a text");
        importer = importer.with(name, text);
    }
    let run = || {
        scd_less::parse(Source::new("case.less", entry), &parsing)
            .and_then(|sheet| scd_less::compile(&Arc::new(sheet), &importer, &options))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(8 << 20);
        let thread = thread.spawn_scoped(scope, run).expect("a thread can start");
        thread.join().expect("no panic")
    })
}

/// How a result is written down: the CSS, or how bad the failure is.
fn outcome(result: &Result<Compiled, Diagnostics>) -> String {
    match result {
        Ok(compiled) => format!("{}\n", compiled.css.trim_end_matches('\n')),
        Err(error) if error.iter().any(|one| one.severity == Severity::Fatal) => {
            "! fatal\n".to_owned()
        }
        Err(_) => "! error\n".to_owned(),
    }
}

/// What less.php made of a section, expanded and compressed; of a failure only how bad it was. PHP running out of memory or
/// stack is a failure that must be an ordinary one here.
fn expectation(recorded: &str) -> [String; 2] {
    let (expanded, compressed) = recorded
        .split_once("// --- compressed\n")
        .unwrap_or((recorded, recorded));
    [expanded, compressed].map(|text| match text.strip_prefix("! ") {
        Some(failure) if failure.starts_with("fatal") => "! fatal\n".to_owned(),
        Some(_) => "! error\n".to_owned(),
        None => text.to_owned(),
    })
}

/// The known differences: dialect, file and section, with the reason.
fn differences() -> BTreeMap<[String; 3], String> {
    let text = std::fs::read_to_string(tests().join("differences.txt")).expect("the list is there");
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let fields: Vec<&str> = line.splitn(4, " | ").collect();
            let [dialect, file, section, reason] = fields[..] else {
                panic!("`{line}` is not `dialect | file | section | reason`");
            };
            (
                [dialect, file, section].map(str::to_owned),
                reason.to_owned(),
            )
        })
        .collect()
}

/// Compares all cases with less.php of a dialect.
#[expect(
    clippy::print_stdout,
    reason = "the count is what a reader wants to see"
)]
fn check(name: &str, dialect: Dialect) {
    let mut known = differences();
    known.retain(|key, _| key[0] == name);
    let (mut failures, mut total, mut differing) = (Vec::new(), 0, 0);
    for file in names() {
        let recorded: BTreeMap<String, String> = sections(&format!("{file}.{name}.css"))
            .into_iter()
            .collect();
        let cases = sections(&format!("{file}.less"));
        assert_eq!(cases.len(), recorded.len(), "{file}: run record.php");
        for (title, less) in cases {
            total += 1;
            let recorded = recorded.get(&title).expect("run record.php");
            let found = [false, true].map(|compress| outcome(&compiled(&less, dialect, compress)));
            let expected = expectation(recorded);
            let is_known = known
                .remove(&[name.to_owned(), file.clone(), title.clone()])
                .is_some();
            match (found == expected, is_known) {
                (true, true) => failures.push(format!(
                    "{file}: {title}\nis equal now: take it out of differences.txt"
                )),
                (false, true) => differing += 1,
                (false, false) => {
                    let at = usize::from(found[0] == expected[0]);
                    failures.push(format!(
                        "{file}: {title} (compressed: {})\n{less}expected:\n{recorded}found:\n{}",
                        at == 1,
                        found[at]
                    ));
                }
                (true, false) => {}
            }
        }
    }
    println!(
        "cases: {name}: {} of {total} sections equal, {differing} known differences",
        total - differing - failures.len()
    );
    assert!(
        known.is_empty(),
        "differences.txt names what is not there: {known:?}"
    );
    assert!(
        failures.is_empty(),
        "{} failures\n\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn dialect_3_equals_less_php_3() {
    check("v3", Dialect::V3);
}

#[test]
fn dialect_5_equals_less_php_5() {
    if std::env::var_os("SCD_LESS_V5").is_none() {
        return;
    }
    check("v5", Dialect::V5);
}

/// A finding with everything a person gets to see.
pub(crate) fn described(finding: &Diagnostic) -> String {
    let mut text = String::new();
    let place = |at: &scd_less::Location| format!("{}:{}:{}", at.file, at.line, at.column);
    if let Some(location) = &finding.location {
        let _ = write!(text, "{}: ", place(location));
    }
    let severity = match finding.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Fatal => "fatal error",
    };
    let _ = writeln!(text, "{severity}: {}", finding.message);
    for step in &finding.chain {
        let at = place(&step.location);
        let _ = writeln!(text, "  {} {} at {at}", step.action, step.name);
    }
    if let Some(hint) = &finding.hint {
        let _ = writeln!(text, "  hint: {hint}");
    }
    text
}

/// What this crate says about a section in all four variants, equal ones together; nothing if it says nothing.
fn findings(less: &str) -> String {
    let mut variants: Vec<(String, Vec<String>)> = Vec::new();
    for (name, dialect) in DIALECTS {
        for compress in [false, true] {
            let said = match compiled(less, dialect, compress) {
                Ok(compiled) => compiled.warnings,
                Err(errors) => errors,
            };
            let said: String = said.iter().map(described).collect();
            let variant = format!("{name}{}", if compress { " compressed" } else { "" });
            match variants.iter_mut().find(|(text, _)| *text == said) {
                Some((_, names)) => names.push(variant),
                None => variants.push((said, vec![variant])),
            }
        }
    }
    if let [(only, _)] = &variants[..] {
        return only.clone();
    }
    variants
        .into_iter()
        .filter(|(said, _)| !said.is_empty())
        .map(|(said, names)| format!("// --- {}\n{said}", names.join(", ")))
        .collect()
}

#[test]
fn diagnostics_are_as_recorded() {
    let bless = std::env::var_os("SCD_BLESS").is_some();
    let mut failures = Vec::new();
    for file in names() {
        let mut found = String::new();
        for (title, less) in sections(&format!("{file}.less")) {
            let said = findings(&less);
            if !said.is_empty() {
                let _ = write!(found, "// === {title}\n{said}");
            }
        }
        let path = tests().join("cases").join(format!("{file}.diagnostics"));
        let recorded = std::fs::read_to_string(&path).unwrap_or_default();
        if recorded == found {
            continue;
        }
        if bless && found.is_empty() {
            std::fs::remove_file(&path).expect("the record can be removed");
        } else if bless {
            std::fs::write(&path, &found).expect("the record can be written");
        } else {
            let mut lines = found.lines().zip(recorded.lines());
            let first = lines.find(|(left, right)| left != right);
            failures.push(format!("{file}: {first:?}"));
        }
    }
    assert!(
        failures.is_empty(),
        "found and recorded differ; look at them, then set SCD_BLESS\n{}",
        failures.join("\n")
    );
}
