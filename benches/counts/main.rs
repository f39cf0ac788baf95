//! What a run does, counted and pinned: jobs, sources, bytes, files, allocations and system calls. A change that makes scd do more
//! work than before shows here without any timing, and one that makes it do less is recorded by `SCD_BLESS=1`.
//!
//! Every run has one thread and no store. Only system calls that name something in the root count, so that neither the machine nor
//! the way to the scratch directory matters; they are counted where `strace` is there. Allocations are those of the development
//! profile, in which tests are built. With `SCD_REFERENCE_ROOT` the reference tree is counted, too.

#[path = "../src/allocator.rs"]
mod allocator;
#[path = "../src/root_copy.rs"]
mod root_copy;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use scd::event::Silent;
use scd::options::Options;
use scd_tests::fixture::fixtures;
use scd_tests::options::options;
use scd_tests::say::say;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

/// The command, with strace in front of it where that is wanted.
const SCD: &str = env!("CARGO_BIN_EXE_bench");

/// The fixtures that are counted, and what they are deployed with.
const FIXTURES: [(&str, &[&str]); 4] = [
    ("minified", &["en_US"]),
    ("minified", &["en_US", "de_DE", "fr_FR"]),
    ("inheritance-chain", &["en_US", "de_DE"]),
    ("strategies", &["-s", "compact", "en_US"]),
];

/// System calls that depend on the way to the scratch directory, or on debug assertions.
const UNSTEADY: [&str; 4] = ["readlink", "lstat", "execve", "fcntl"];

// One test, because allocations are counted for the whole process.
#[test]
fn no_run_does_more_than_it_did() {
    let mut found = BTreeMap::new();
    for (name, arguments) in FIXTURES {
        let root = fixtures().join(name).join("root");
        let title = format!("{name} {}", arguments.join(" "));
        found.insert(title, counts(&root, arguments));
    }
    compare("fixtures.json", &found);
    match std::env::var_os("SCD_REFERENCE_ROOT") {
        None => say("the counts of the reference tree: skipped: SCD_REFERENCE_ROOT is not set"),
        Some(root) => {
            let themes = [
                "-t",
                "Magento/blank",
                "-t",
                "Magento/luma",
                "-t",
                "Magento/backend",
            ];
            let mut found = BTreeMap::new();
            for locales in [&["en_US"][..], &["en_US", "de_DE"]] {
                let arguments: Vec<&str> = themes.iter().chain(locales).copied().collect();
                let counted = counts(Path::new(&root), &arguments);
                found.insert(format!("three themes, {}", locales.join(" ")), counted);
            }
            compare("reference.json", &found);
        }
    }
}

/// Everything that is counted of one run.
fn counts(root: &Path, arguments: &[&str]) -> Value {
    let beside = root.canonicalize().expect("the root is there");
    let beside = beside.parent().expect("it lies in a directory");
    // Links do not cross file systems; a shipped root is copied to where scratch files belong.
    let scratch = match root.starts_with(fixtures()) {
        true => tempfile::tempdir(),
        false => tempfile::tempdir_in(beside),
    };
    let scratch = scratch.expect("a scratch directory");
    let copy = scratch.path().join("root");
    root_copy::copy_root(root, &copy).expect("a root can be copied");
    let report = scratch.path().join("report.json");
    let log = scratch.path().join("calls.txt");
    let has_strace = Command::new("strace").arg("--version").output().is_ok();
    let mut command = Command::new(if has_strace { "strace" } else { SCD });
    if has_strace {
        command
            .args(["-f", "-y", "-qq", "-s", "4096", "-o"])
            .arg(&log)
            .arg(SCD);
    }
    command
        .args(["deploy", "-f", "-q", "-j", "1", "--no-cache", "--report"])
        .arg(&report);
    command.arg("--root").arg(&copy).args(arguments);
    let output = command.output().expect("the command starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value =
        serde_json::from_slice(&fs::read(&report).expect("a report")).expect("JSON");
    let mut found = json!({
        "counts": report["counts"],
        "written_files": report["reuse"]["written_files"],
    });
    if has_strace {
        let log = fs::read_to_string(log).expect("strace has written");
        found["system_calls"] = json!(system_calls(&log, &copy));
    } else {
        say("system calls: skipped: strace is not there");
    }
    if cfg!(debug_assertions) && arguments.len() == 1 {
        found["allocations"] = json!(allocations(root, &scratch.path().join("again")));
    }
    found
}

/// How often each system call named something in the root. A call that another thread interrupts has its name in the first half.
fn system_calls(log: &str, root: &Path) -> BTreeMap<String, u64> {
    let root = root.to_str().expect("a path of this test");
    let mut calls = BTreeMap::new();
    for line in log.lines().filter(|line| line.contains(root)) {
        let call = line
            .split_once(' ')
            .map_or(line, |(_, call)| call.trim_start());
        let Some((name, _)) = call.split_once('(') else {
            continue;
        };
        if !name.starts_with('<') && !UNSTEADY.contains(&name) {
            *calls.entry(name.to_owned()).or_default() += 1;
        }
    }
    calls
}

/// Allocations of a run within this process.
fn allocations(root: &Path, copy: &Path) -> u64 {
    root_copy::copy_root(root, copy).expect("a root can be copied");
    let options = Options {
        jobs: 1,
        ..options()
    };
    let before = allocator::count();
    scd::deploy(copy, &options, &Silent).expect("the root deploys");
    allocator::count() - before
}

/// How much more or less allocations may be: maps with random seeds grow at other times.
const LEEWAY: f64 = 0.01;

/// Compares with what is committed, or commits it.
fn compare(file: &str, found: &BTreeMap<String, Value>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("counts")
        .join(file);
    if std::env::var_os("SCD_BLESS").is_some() {
        let text = serde_json::to_string_pretty(found).expect("counts are JSON");
        fs::write(&path, text + "\n").expect("it can be written");
        return;
    }
    let text = fs::read_to_string(&path).expect("pinned counts");
    let pinned: BTreeMap<String, Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        pinned.keys().collect::<Vec<_>>(),
        found.keys().collect::<Vec<_>>(),
        "{file} pins other runs; look at what SCD_BLESS=1 makes of it"
    );
    let mut changed = Vec::new();
    for (title, found) in found {
        let (found, pinned) = (flat(found), flat(&pinned[title]));
        for (name, found) in &found {
            let pinned = pinned.get(name).copied().unwrap_or_default();
            let leeway = if name == "allocations" { LEEWAY } else { 0.0 };
            if (found - pinned).abs() > pinned * leeway {
                changed.push(format!("{title}: {name} is {found}, was {pinned}"));
            }
        }
    }
    assert!(
        changed.is_empty(),
        "a run does other work than it did:\n{}\nif that is meant, SCD_BLESS=1 pins it in benches/counts/{file}",
        changed.join("\n")
    );
}

/// Counts by name, whatever group they are in.
fn flat(counts: &Value) -> BTreeMap<String, f64> {
    let mut flat = BTreeMap::new();
    for (name, value) in counts.as_object().expect("a table") {
        match value {
            Value::Object(group) => {
                let group = group.iter();
                flat.extend(
                    group.filter_map(|(own, value)| {
                        Some((format!("{name}.{own}"), value.as_f64()?))
                    }),
                );
            }
            value => {
                flat.insert(name.clone(), value.as_f64().unwrap_or_default());
            }
        }
    }
    flat
}
