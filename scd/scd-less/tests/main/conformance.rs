//! Scoreboard of less.php's own fixtures and of those of less.js.
//!
//! `conformance.tsv`, made by `oracle.php`, names the fixtures and says by digest what they expect and what less.php makes of
//! them. The fixtures themselves are never committed: they are read where `SCD_LESSPHP3`, `SCD_LESSPHP5` and
//! `SCD_LESS_TEST_DATA` name less.php 3.2.1, less.php 5.5.1 and the npm package `@less/test-data`. The result is
//! `conformance.txt`; the test fails if it changes, and rewrites it when `SCD_BLESS` is set.
#![expect(clippy::disallowed_methods, reason = "tests read fixtures")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scd_less::{Diagnostics, Dialect, Math, Options, ParseOptions, Rewrite, Source, Urls};
use scd_less::{Variable, Variables, compile_with, parse};

use super::conformance_errors::{Errors, Told};
use super::disk::{Disk, folded, text};

/// A row of the table.
struct Fixture {
    dialect: Dialect,
    group: String,
    name: String,
    sheet: PathBuf,
    root: PathBuf,
    /// The digest of the expected css; `-` in a suite of errors.
    expected: String,
    /// The digest of less.php's output, or the kind of its failure.
    reference: String,
    /// What less.php tells if it fails.
    told: Option<Told>,
    options: Vec<String>,
}

/// FNV-1a (64 bits) of a text without white space at its ends, in hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\0' || c == '\x0B');
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

fn compiled(fixture: &Fixture) -> Result<String, Diagnostics> {
    let has = |word: &str| fixture.options.iter().any(|option| option == word);
    let value = |key: &str| {
        let mut values = fixture
            .options
            .iter()
            .filter_map(|option| option.strip_prefix(key));
        values.next().unwrap_or_default()
    };
    let parsing = ParseOptions {
        compress: has("compress"),
        dialect: fixture.dialect,
        ..ParseOptions::default()
    };
    let mut options = Options {
        compress: parsing.compress,
        dialect: fixture.dialect,
        strict_units: has("units=strict"),
        urls: Urls {
            rewrite: match () {
                () if has("relative") => Rewrite::All,
                () if has("local") => Rewrite::Local,
                () => Rewrite::Off,
            },
            root_path: value("root=").to_owned(),
            args: value("args=").to_owned(),
        },
        ..Options::default()
    };
    options.math = match () {
        () if has("math=parens") => Some(Math::Parens),
        // less.php 3 only knows strict maths or none.
        () if fixture.dialect == Dialect::V3 => None,
        () if has("math=always") => Some(Math::Always),
        () if has("math=parens-division") => Some(Math::ParensDivision),
        () => None,
    };
    let include = fixture
        .options
        .iter()
        .filter_map(|option| option.strip_prefix("include="))
        .map(|directory| (fixture.root.join(directory), String::new()))
        .collect();
    let importer = Disk { include, parsing };
    let name = folded(&fixture.sheet).to_string_lossy().into_owned();
    let source = text(&fixture.sheet)
        .map_err(|error| Diagnostics::from(scd_less::Diagnostic::error(error.to_string())))?;
    let (globals, modified) = match value("variables=") {
        "global" => (variables(&fixture.sheet), Vec::new()),
        "modify" => (Vec::new(), variables(&fixture.sheet)),
        _ => (Vec::new(), Vec::new()),
    };
    let run = || {
        let sheet = parse(Source::new(name, source), &parsing)?;
        let around = Variables::new(&globals, &modified, &parsing)?;
        let css = compile_with(&Arc::new(sheet), &around, &importer, &options)?.css;
        // As the oracle does it: dialect 3 names files that are not there by their whole path.
        let own = folded(&fixture.sheet).with_file_name("");
        Ok(css.replace(&*own.to_string_lossy(), ""))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(8 << 20);
        let thread = thread.spawn_scoped(scope, run).expect("a thread can start");
        thread.join().expect("no panic")
    })
}

/// The variables of the file beside a stylesheet: a JSON object of texts without escapes.
fn variables(sheet: &Path) -> Vec<Variable> {
    let json = text(&sheet.with_extension("json")).unwrap_or_default();
    let texts: Vec<&str> = json.split('"').skip(1).step_by(2).collect();
    texts
        .chunks_exact(2)
        .map(|pair| Variable {
            name: pair[0].to_owned(),
            value: pair[1].to_owned(),
        })
        .collect()
}

/// Why a fixture cannot be run by this crate at all.
fn unsupported(fixture: &Fixture) -> Option<&'static str> {
    let group = fixture.group.rsplit(' ').next().unwrap_or_default();
    let javascript = ["javascript", "plugin", "plugin-module", "plugin-preeval"];
    if javascript.contains(&&*fixture.name) || group.ends_with("Plugin") {
        return Some("needs JavaScript");
    }
    None
}

/// The rows whose roots are set, or the variable that is missing.
fn fixtures(table: &str) -> Result<Vec<Fixture>, String> {
    table
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [
                dialect,
                group,
                name,
                variable,
                sheet,
                _,
                options,
                expected,
                reference,
                ref told @ ..,
            ] = fields[..]
            else {
                panic!("`{line}` has less than nine columns");
            };
            let told = match told {
                [place, kind, words] => Some(Told {
                    place: (*place).to_owned(),
                    kind: (*kind).to_owned(),
                    words: (*words).to_owned(),
                }),
                _ => None,
            };
            let root = std::env::var_os(variable).ok_or_else(|| variable.to_owned())?;
            let root = PathBuf::from(root);
            Ok(Fixture {
                dialect: if dialect == "v3" {
                    Dialect::V3
                } else {
                    Dialect::V5
                },
                group: format!("{dialect} {group}"),
                name: name.to_owned(),
                sheet: root.join(sheet),
                root,
                expected: expected.to_owned(),
                reference: reference.to_owned(),
                told,
                options: options.split(',').map(str::to_owned).collect(),
            })
        })
        .collect()
}

/// The counts of a group, and a line for each fixture that is not passed.
#[derive(Default)]
struct Score {
    passed: u32,
    failed: u32,
    skipped: u32,
    as_reference: u32,
    reference_passed: u32,
    lines: Vec<String>,
}

impl Score {
    fn count(&mut self, fixture: &Fixture, errors: &mut Errors) {
        let Fixture { name, expected, .. } = fixture;
        let php = match fixture.dialect {
            Dialect::V3 => "less.php 3.2.1",
            _ => "less.php 5.5.1",
        };
        let failures = ["error", "fatal", "crash"];
        let reference_failed = failures.contains(&&*fixture.reference);
        let reference_passes = match &**expected {
            "-" => reference_failed,
            digest => *digest == fixture.reference,
        };
        self.reference_passed += u32::from(reference_passes);
        if let Some(reason) = unsupported(fixture) {
            self.skipped += 1;
            let also = if reference_passes {
                ""
            } else {
                &format!("; {php} does not pass it either")
            };
            self.lines
                .push(format!("  {name}: skipped, {reason}{also}"));
            return;
        }
        let outcome = compiled(fixture);
        if let (Some(told), Err(found)) = (&fixture.told, &outcome)
            && fixture.reference != "crash"
        {
            errors.compare(&fixture.group, name, told, found);
        }
        let found = outcome.as_deref().map_or_else(|_| String::new(), digest);
        let passes = match &**expected {
            "-" => outcome.is_err(),
            digest => *digest == found,
        };
        let is_alike = match outcome {
            Ok(_) => found == fixture.reference,
            Err(_) => reference_failed,
        };
        self.as_reference += u32::from(is_alike);
        let made = match (&outcome, is_alike) {
            (_, true) => format!("{php} makes the same"),
            (Ok(_), false) if reference_failed => format!("compiles here, fails in {php}"),
            (Ok(_), false) => format!("{php} makes something else"),
            (Err(error), false) => {
                let first = error.iter().next().map(|one| one.message.clone());
                format!("fails here: {}", first.unwrap_or_default())
            }
        };
        match (passes, reference_passes) {
            (true, true) => self.passed += 1,
            (true, false) => {
                self.passed += 1;
                self.lines
                    .push(format!("  {name}: passed, but {php} differs from less.js"));
            }
            (false, true) => {
                self.failed += 1;
                self.lines
                    .push(format!("  {name}: FAILED, {php} passes it; {made}"));
            }
            (false, false) if *expected == "-" => {
                self.failed += 1;
                self.lines.push(format!("  {name}: no error here; {made}"));
            }
            (false, false) => {
                self.failed += 1;
                self.lines
                    .push(format!("  {name}: {php} differs from less.js; {made}"));
            }
        }
    }
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "a skipped test says so, others give the sums"
)]
fn fixtures_of_others_are_as_recorded() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let table = std::fs::read_to_string(tests.join("conformance.tsv")).expect("the table is there");
    let fixtures = match fixtures(&table) {
        Ok(fixtures) => fixtures,
        Err(variable) => {
            println!("skipped: {variable} is not set");
            return;
        }
    };
    let mut errors = Errors::new(&tests);
    let mut groups: Vec<(String, Score)> = Vec::new();
    for fixture in &fixtures {
        if groups
            .last()
            .is_none_or(|(group, _)| *group != fixture.group)
        {
            groups.push((fixture.group.clone(), Score::default()));
        }
        if let Some((_, score)) = groups.last_mut() {
            score.count(fixture, &mut errors);
        }
    }
    let mut board = String::from(
        "Fixtures of less.php and less.js. A fixture is passed if the output is what it expects, or an error is raised where it\n\
         expects one. Each that is not passed has its reason; `makes the same` compares with less.php's own output.\n",
    );
    let mut sums: BTreeMap<&str, [u32; 5]> = BTreeMap::new();
    for (group, score) in &groups {
        let run = score.passed + score.failed;
        let counts = [
            score.passed,
            score.failed,
            score.skipped,
            score.as_reference,
            score.reference_passed,
        ];
        let dialect = group.split(' ').next().unwrap_or_default();
        let sum = sums.entry(dialect).or_default();
        for (total, count) in sum.iter_mut().zip(counts) {
            *total += count;
        }
        let _ = writeln!(
            board,
            "\n{group}: {} passed, {} failed, {} skipped; {} of {run} as less.php, which passes {}",
            score.passed, score.failed, score.skipped, score.as_reference, score.reference_passed,
        );
        for line in &score.lines {
            let _ = writeln!(board, "{line}");
        }
    }
    let _ = writeln!(board);
    for (dialect, [passed, failed, skipped, alike, reference]) in sums {
        let line = format!(
            "{dialect} in all: {passed} passed, {failed} failed, {skipped} skipped; {alike} of {} as less.php, which passes {reference}",
            passed + failed
        );
        println!("conformance: {line}");
        let _ = writeln!(board, "{line}");
    }
    let (board_of_errors, unexplained) = errors.finish();
    for line in board_of_errors.lines().rev().take(2) {
        println!("conformance: {line}");
    }
    let boards = [
        ("conformance.txt", board),
        ("conformance_errors.txt", board_of_errors),
    ];
    for (name, board) in boards {
        let path = tests.join(name);
        if std::env::var_os("SCD_BLESS").is_some() {
            std::fs::write(&path, &board).expect("the scoreboard can be written");
        }
        let recorded = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            recorded == board,
            "{name} changed; look at what SCD_BLESS=1 makes of it\n{board}"
        );
    }
    assert!(
        unexplained.is_empty(),
        "conformance_errors_reasons.txt does not fit:\n{}",
        unexplained.join("\n")
    );
}
