//! Every shipped fixture against what PHP made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use scd::bundle_text::entries;
use scd::compare::{Verdict, compare_files};
use scd::derive::requirejs::min_resolver;
use scd_tests::fixture::{Fixture, fixtures};
use sha2::{Digest, Sha256};

use crate::SCD;

/// What `case.toml` says.
struct Case {
    name: String,
    /// The fixture whose root is deployed.
    root: String,
    /// The file below `app/etc` that is the configuration.
    config: String,
    arguments: Vec<String>,
    is_error: bool,
    /// What the refusal has to say.
    complaint: String,
}

fn case(name: &str) -> Case {
    let text = fs::read_to_string(fixtures().join(name).join("case.toml"))
        .expect("every fixture has a case");
    // The keys hold strings and lists of strings, which TOML writes like JSON.
    let optional = |key: &str| -> Option<serde_json::Value> {
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "))?;
        Some(serde_json::from_str(value).expect("a JSON value"))
    };
    let value = |key: &str| optional(key).unwrap_or_else(|| panic!("{name}: no `{key}`"));
    let text_or = |key: &str, otherwise: &str| {
        let value = optional(key);
        let text = value.as_ref().and_then(serde_json::Value::as_str);
        text.unwrap_or(otherwise).to_owned()
    };
    let arguments = value("arguments")
        .as_array()
        .expect("a list")
        .iter()
        .map(|argument| argument.as_str().expect("a text").to_owned())
        .collect();
    let is_error = value("expected") == "error";
    let complaint = if is_error {
        value("complaint")
    } else {
        serde_json::Value::Null
    };
    let complaint = complaint.as_str().unwrap_or_default().to_owned();
    Case {
        name: name.to_owned(),
        root: text_or("root", name),
        config: text_or("config", "config.php"),
        arguments,
        is_error,
        complaint,
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
    let fixture = Fixture::open(&case.root);
    if case.config != "config.php" {
        let config = fixture.read(&format!("app/etc/{}", case.config));
        fixture.write("app/etc/config.php", config);
    }
    let mut arguments: Vec<&str> = case.arguments.iter().map(String::as_str).collect();
    let expected = fixtures().join(&case.name).join("expected");
    let theirs = hashes(&expected);
    let mut run = fixture.deploy(SCD, &arguments);
    if case.is_error {
        let is_refused = matches!(run.code, Some(1 | 2)) && run.stderr.contains(&case.complaint);
        if !is_refused || !fixture.published().is_empty() {
            return vec![format!("not refused: {run:?}")];
        }
        if theirs.is_empty() {
            return Vec::new();
        }
        // What PHP publishes all the same, scd publishes when told to.
        arguments.push("--keep-going");
        run = fixture.deploy(SCD, &arguments);
    }
    if run.code != Some(0) {
        return vec![format!("{run:?}")];
    }
    let (ours, our_bundles) = without_bundles(outputs(&fixture));
    let mut found = Vec::new();
    for path in theirs.keys().filter(|path| !ours.contains_key(*path)) {
        found.push(format!("missing: {path}"));
    }
    for (path, bytes) in &ours {
        match theirs.get(path) {
            None => found.push(format!("extra: {path}")),
            Some(hash) if *hash == sha256(bytes) => {}
            Some(_) => found.extend(difference_in_text(path, bytes, &expected)),
        }
    }
    let recorded = fs::read_to_string(expected.join("bundles.txt")).unwrap_or_default();
    let recorded: BTreeSet<&str> = recorded.lines().collect();
    let (entries, inconsistent) = bundled(&our_bundles, &ours);
    found.extend(inconsistent);
    let entries: BTreeSet<&str> = entries.iter().map(String::as_str).collect();
    for entry in recorded.symmetric_difference(&entries) {
        found.push(format!("only one side bundles `{entry}`"));
    }
    found
}

/// Compares a file whose hash is another. Recordings keep the text of minified scripts, which may differ without
/// changing their meaning; that of the RequireJS resolver is Magento's own, so it is compared with the unminified
/// one, whose bytes the unminified fixtures pin.
fn difference_in_text(path: &str, bytes: &[u8], expected: &Path) -> Option<String> {
    let recorded = if path.ends_with("/requirejs-min-resolver.min.js") {
        min_resolver(&[])
    } else {
        match fs::read(expected.join(path)) {
            Ok(recorded) if path.ends_with(".min.js") || is_map(path) => recorded,
            _ => {
                return Some(format!(
                    "other bytes: {path}: {}",
                    String::from_utf8_lossy(bytes)
                ));
            }
        }
    };
    match compare_files(path, bytes, &recorded) {
        Verdict::Same | Verdict::SameMeaning => None,
        verdict => Some(format!(
            "{path}: {verdict:?}\n--- ours\n{}\n--- PHP's\n{}",
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&recorded)
        )),
    }
}

/// Whether a file is a map of the compact strategy, whose entries have no order.
fn is_map(path: &str) -> bool {
    ["/map.json", "/result_map.json", "/requirejs-map.js"]
        .iter()
        .any(|name| path.ends_with(name))
}

/// The directory below `pub/static` that a package's file is published in: in the compact strategy its map knows.
fn holder(package: &str, name: &str, published: &BTreeMap<String, Vec<u8>>) -> String {
    let map = published.get(&format!("static/{package}/result_map.json"));
    let map: Option<serde_json::Value> = map.and_then(|map| serde_json::from_slice(map).ok());
    let found = map
        .as_ref()
        .and_then(serde_json::Value::as_object)
        .and_then(|map| {
            let is_meant = |id: &str| {
                let path = id.replace("::", "/");
                path == name || path.replace(".js", ".min.js") == name
            };
            map.iter().find(|(id, _)| is_meant(id))
        });
    match found {
        Some((_, place)) => ["area", "theme", "locale"]
            .map(|part| place[part].as_str().expect("a name").to_owned())
            .join("/"),
        None => package.to_owned(),
    }
}

/// What our bundles hold, as `package  entry`; and entries that are not what is published under that name.
fn bundled(
    bundles: &BTreeMap<String, Vec<u8>>,
    published: &BTreeMap<String, Vec<u8>>,
) -> (Vec<String>, Vec<String>) {
    let (mut names, mut inconsistent) = (Vec::new(), Vec::new());
    for (path, bytes) in bundles {
        let package = path
            .strip_prefix("static/")
            .and_then(|path| path.split("/js/bundle/").next());
        let package = package.unwrap_or_default();
        let Some(entries) = entries(bytes) else {
            inconsistent.push(format!("not a bundle: {path}"));
            continue;
        };
        for (name, content) in entries {
            let holder = holder(package, &name, published);
            let known = published.get(&format!("static/{holder}/{name}"));
            if known.map(Vec::as_slice) != Some(content.as_bytes()) {
                inconsistent.push(format!(
                    "bundled otherwise than published: {package}/{name}"
                ));
            }
            names.push(format!("{package}  {name}"));
        }
    }
    (names, inconsistent)
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
