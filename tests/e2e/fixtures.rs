//! Every shipped fixture against what PHP made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use scd::bundle_text::entries;
use scd::compare::{Verdict, compare_files};
use scd::derive::bundle_choice::ReadingOrder;
use scd::derive::requirejs::min_resolver;
use scd_magento::{Environment, FsTree, Mode, Project};
use scd_minify::Level;
use scd_tests::fixture::{Fixture, fixtures};
use scd_tests::php_listing::deploy_in_order;
use sha2::{Digest, Sha256};

use crate::SCD;

/// What `case.toml`, or `case.<configuration>.toml`, says.
struct Case {
    /// The fixture.
    fixture: String,
    /// What stands behind `case`, `root` and `expected`: empty, or a dot and the configuration's name.
    mark: String,
    arguments: Vec<String>,
    /// A file beside `config.php` that takes its place.
    config: Option<String>,
    is_error: bool,
    /// What the refusal has to say.
    complaint: String,
}

impl Case {
    fn read(fixture: &str, mark: &str) -> Self {
        let path = fixtures().join(fixture).join(format!("case{mark}.toml"));
        let text = fs::read_to_string(&path).expect("it can be read");
        let table: toml::Table = text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = |value: &toml::Value| value.as_str().expect("a text").to_owned();
        let arguments = table["arguments"].as_array().expect("a list");
        Self {
            fixture: fixture.to_owned(),
            mark: mark.to_owned(),
            arguments: arguments.iter().map(text).collect(),
            config: table.get("config").map(text),
            is_error: text(&table["expected"]) == "error",
            complaint: table.get("complaint").map(text).unwrap_or_default(),
        }
    }

    /// The configurations of a fixture, in the order of their names.
    fn all(fixture: &str) -> Vec<Self> {
        let entries = fs::read_dir(fixtures().join(fixture)).expect("it can be read");
        let mut marks: Vec<String> = entries
            .filter_map(|entry| {
                let name = entry.expect("it can be read").file_name();
                let mark = name.to_str()?.strip_prefix("case")?.strip_suffix(".toml")?;
                Some(mark.to_owned())
            })
            .collect();
        marks.sort();
        marks.iter().map(|mark| Self::read(fixture, mark)).collect()
    }

    /// The fixture with the configuration's settings.
    fn open(&self) -> Fixture {
        let fixture = Fixture::open(&self.fixture);
        if let Some(config) = &self.config {
            let settings = fixture.read(&format!("app/etc/{config}"));
            fixture.write("app/etc/config.php", settings);
        }
        fixture
    }

    fn expected(&self) -> PathBuf {
        fixtures()
            .join(&self.fixture)
            .join(format!("expected{}", self.mark))
    }
}

/// The recorded hashes of everything but bundles.
fn hashes(expected: &Path) -> BTreeMap<String, String> {
    recorded_hashes(&expected.join("hashes.txt"))
}

/// Recorded hashes: path to SHA-256.
fn recorded_hashes(file: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(file).expect("every expectation has hashes");
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

/// Which scripts the configuration of a fixture leaves unminified.
fn script_exclusions(fixture: &Fixture) -> Vec<String> {
    let project = Project::open(&FsTree, &fixture.root(), &Environment::default())
        .expect("the fixture was deployed");
    let minification = project
        .minification_in(Mode::Production)
        .expect("the fixture was deployed");
    minification.excludes("js").to_vec()
}

/// All differences between a deploy of a fixture and its recording.
fn differences(case: &Case) -> Vec<String> {
    let fixture = case.open();
    let mut arguments: Vec<&str> = case.arguments.iter().map(String::as_str).collect();
    let expected = case.expected();
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
            Some(_) => {
                let resolver = min_resolver(&script_exclusions(&fixture));
                found.extend(difference_in_text(path, bytes, &expected, resolver));
            }
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
/// changing their meaning, and of the maps of `compact`, which PHP writes in the order of the file system; that of the
/// RequireJS resolver is Magento's own, so it is compared with the unminified
/// one, whose bytes the unminified fixtures pin.
fn difference_in_text(
    path: &str,
    bytes: &[u8],
    expected: &Path,
    resolver: Vec<u8>,
) -> Option<String> {
    let recorded = if path.ends_with("/requirejs-min-resolver.min.js") {
        resolver
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
    match compare_files(path, bytes, &recorded, Level::Compat) {
        Verdict::Same | Verdict::SameMeaning => None,
        verdict => Some(format!(
            "{path}: {verdict:?}\n--- ours\n{}\n--- PHP's\n{}",
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&recorded)
        )),
    }
}

/// One of the maps that the strategy `compact` writes.
fn is_map(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    ["map.json", "result_map.json", "requirejs-map.js"].contains(&name)
}

/// The directory below `pub/static` that a package's file is published in: in the compact strategy its map knows.
fn holder(package: &str, name: &str, published: &BTreeMap<String, Vec<u8>>) -> String {
    let map = published.get(&format!("static/{package}/result_map.json"));
    let map: serde_json::Value = map.map_or_else(Default::default, |map| {
        serde_json::from_slice(map).expect("a map")
    });
    let is_meant = |id: &str| {
        let path = id.replace("::", "/");
        path == name || path.replace(".js", ".min.js") == name
    };
    let found = map
        .as_object()
        .into_iter()
        .flatten()
        .find(|(id, _)| is_meant(id));
    found.map_or_else(
        || package.to_owned(),
        |(_, place)| {
            let part = |key: &str| place[key].as_str().expect("a name").to_owned();
            format!("{}/{}/{}", part("area"), part("theme"), part("locale"))
        },
    )
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
            let under = |name: &str| published.get(&format!("static/{holder}/{name}"));
            // A script that is excluded from minification by its whole path has its min sign in the bundle all the same.
            let known = under(&name).or_else(|| under(&name.replace(".min.js", ".js")));
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

/// The bundles of a fixture in the order in which PHP read its files, beside PHP's, file by file.
fn bundles_in_php_s_order(name: &str) -> usize {
    let expected = fixtures().join(name).join("expected");
    let text = fs::read_to_string(expected.join("bundle-order.txt")).expect("it was recorded");
    let mut listing: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        let (package, path) = line.split_once("  ").expect("package, two blanks, path");
        match listing.last_mut().filter(|(last, _)| last == package) {
            Some((_, paths)) => paths.push(path.to_owned()),
            None => listing.push((package.to_owned(), vec![path.to_owned()])),
        }
    }
    let packages: Vec<String> = listing.iter().map(|(package, _)| package.clone()).collect();
    let fixture = Fixture::open(name);
    let to = fixture.root().join("pub");
    deploy_in_order(&fixture.root(), &to, &packages, ReadingOrder::new(listing));
    let (_, ours) = without_bundles(outputs(&fixture));
    let ours: BTreeMap<String, String> = ours
        .into_iter()
        .map(|(path, bytes)| (path, sha256(&bytes)))
        .collect();
    let theirs = recorded_hashes(&expected.join("bundle-hashes.txt"));
    assert_eq!(ours, theirs, "{name}");
    theirs.len()
}

#[test]
fn bundles_in_php_s_order_are_php_s_file_by_file() {
    assert_eq!(bundles_in_php_s_order("bundles"), 22);
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
    for case in names.iter().flat_map(|name| Case::all(name)) {
        let found = differences(&case);
        if !found.is_empty() {
            let found = found.join("\n  ");
            failed.push(format!("{}{}:\n  {found}", case.fixture, case.mark));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
