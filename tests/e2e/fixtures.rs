//! Every shipped fixture against what PHP made of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use scd::compare::{Verdict, bundle_difference, compare_files};
use scd_tests::fixture::{Fixture, fixtures};
use sha2::{Digest, Sha256};

use crate::SCD;

/// What `case.toml` says.
struct Case {
    name: String,
    arguments: Vec<String>,
    is_error: bool,
}

fn case(name: &str) -> Case {
    let text = fs::read_to_string(fixtures().join(name).join("case.toml"))
        .expect("every fixture has a case");
    // The three keys hold strings and lists of strings, which TOML writes like JSON.
    let value = |key: &str| -> serde_json::Value {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap_or_else(|| panic!("{name}: no `{key}`"));
        serde_json::from_str(line.trim_start_matches([' ', '='])).expect("a JSON value")
    };
    let arguments = value("arguments")
        .as_array()
        .expect("a list")
        .iter()
        .map(|argument| argument.as_str().expect("a text").to_owned())
        .collect();
    Case {
        name: name.to_owned(),
        arguments,
        is_error: value("expected") == "error",
    }
}

/// The recorded hashes: path to SHA-256.
fn hashes(expected: &Path) -> BTreeMap<String, String> {
    let text =
        fs::read_to_string(expected.join("hashes.txt")).expect("every expectation has hashes");
    text.lines()
        .map(|line| {
            let (hash, path) = line.split_once("  ").expect("hash, two blanks, path");
            (path.to_owned(), hash.to_owned())
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Our outputs under the names that recordings use.
fn outputs(fixture: &Fixture) -> BTreeMap<String, Vec<u8>> {
    fixture
        .published()
        .into_iter()
        .map(|(path, bytes)| {
            let name = match path.strip_prefix("pub/static/") {
                Some(rest) => format!("static/{rest}"),
                None => path.replacen("var/view_preprocessed/pub/static/", "view_preprocessed/", 1),
            };
            (name, bytes)
        })
        .collect()
}

/// Splits the bundles off: they are compared as one.
fn without_bundles<T>(files: BTreeMap<String, T>) -> (BTreeMap<String, T>, BTreeMap<String, T>) {
    files
        .into_iter()
        .partition(|(path, _)| !path.contains("/js/bundle/"))
}

/// All differences between a deploy of a fixture and its recording.
fn differences(case: &Case) -> Vec<String> {
    let fixture = Fixture::open(&case.name);
    let arguments: Vec<&str> = case.arguments.iter().map(String::as_str).collect();
    let expected = fixtures().join(&case.name).join("expected");
    let run = fixture.deploy(SCD, &arguments);
    if case.is_error {
        let is_refused = matches!(run.code, Some(1 | 2)) && run.stderr.contains("error");
        let is_untouched = fixture.published().is_empty();
        return if is_refused && is_untouched {
            Vec::new()
        } else {
            vec![format!("not refused: {run:?}")]
        };
    }
    if run.code != Some(0) {
        return vec![format!("{run:?}")];
    }
    let (ours, our_bundles) = without_bundles(outputs(&fixture));
    let (theirs, their_bundles) = without_bundles(hashes(&expected));
    let mut found = Vec::new();
    for path in theirs.keys().filter(|path| !ours.contains_key(*path)) {
        found.push(format!("missing: {path}"));
    }
    for (path, bytes) in &ours {
        match theirs.get(path) {
            None => found.push(format!("extra: {path}")),
            Some(hash) if *hash == sha256(bytes) => {}
            // Recordings keep the text of whatever may differ without changing its meaning.
            Some(_) => match fs::read(expected.join(path)) {
                Ok(recorded) => match compare_files(path, bytes, &recorded) {
                    Verdict::SameMeaning if path.ends_with(".min.js") => {}
                    verdict => found.push(format!(
                        "{path}: {verdict:?}\n--- ours\n{}\n--- PHP's\n{}",
                        String::from_utf8_lossy(bytes),
                        String::from_utf8_lossy(&recorded)
                    )),
                },
                Err(_) => found.push(format!(
                    "other bytes: {path}: {}",
                    String::from_utf8_lossy(bytes)
                )),
            },
        }
    }
    let recorded: Vec<(String, Vec<u8>)> = their_bundles
        .keys()
        .map(|path| {
            (
                path.clone(),
                fs::read(expected.join(path)).unwrap_or_default(),
            )
        })
        .collect();
    let our_bundles: Vec<(String, Vec<u8>)> = our_bundles.into_iter().collect();
    let packages = |bundles: &[(String, Vec<u8>)]| -> BTreeMap<String, Vec<(String, Vec<u8>)>> {
        let mut by_package: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
        for (path, bytes) in bundles {
            let package = path.split("/js/bundle/").next().unwrap_or(path);
            by_package
                .entry(package.to_owned())
                .or_default()
                .push((path.clone(), bytes.clone()));
        }
        by_package
    };
    let (ours, theirs) = (packages(&our_bundles), packages(&recorded));
    if !ours.keys().eq(theirs.keys()) {
        found.push(format!(
            "bundles of {:?} against {:?}",
            ours.keys(),
            theirs.keys()
        ));
    }
    for (package, bundles) in &ours {
        let Some(recorded) = theirs.get(package) else {
            continue;
        };
        if let Some(difference) = bundle_difference(bundles, recorded) {
            found.push(format!("{package}: {difference}"));
        }
    }
    found
}

#[test]
fn every_fixture_becomes_what_php_made_of_it() {
    let mut names: Vec<String> = fs::read_dir(fixtures())
        .expect("the fixtures are there")
        .map(|entry| entry.expect("it can be read"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 12, "{names:?}");
    let mut failed = Vec::new();
    for name in &names {
        let found = differences(&case(name));
        if !found.is_empty() {
            failed.push(format!("{name}:\n  {}", found.join("\n  ")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
