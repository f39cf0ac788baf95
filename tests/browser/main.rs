//! The level `modern` in a browser: every RequireJS module of the three themes that defines itself in PHP's tree does so in scd's, and
//! every stylesheet loads.
//!
//! Needs `SCD_CHROMIUM`, the program, besides `SCD_REFERENCE_ROOT` and `SCD_EXPECTED`, as it takes some minutes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use scd_tests::browser::Browser;
use scd_tests::reference::reference;
use scd_tests::run::run;
use scd_tests::say::say;
use scd_tests::server;

const PACKAGES: [&str; 3] = [
    "frontend/Magento/blank/en_US",
    "frontend/Magento/luma/en_US",
    "adminhtml/Magento/backend/en_US",
];

/// Loaded by the page itself, before anything is asked for.
const LOADED: [&str; 4] = [
    "requirejs/require",
    "requirejs-config",
    "requirejs-min-resolver",
    "mage/requirejs/mixins",
];

/// What became of each module and stylesheet.
type Outcome = BTreeMap<String, String>;

/// Adds the paths below a directory, relative to `base`.
fn list(directory: &Path, base: &Path, paths: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).expect("the directory can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            list(&path, base, paths);
        } else {
            let path = path.strip_prefix(base).expect("it is below");
            paths.push(path.to_str().expect("paths are UTF-8").to_owned());
        }
    }
}

/// The page that loads everything of a package.
fn page(tree: &Path, package: &str) -> String {
    let mut paths = Vec::new();
    let directory = tree.join(package);
    list(&directory, &directory, &mut paths);
    paths.sort();
    let modules: Vec<&str> = paths
        .iter()
        .filter(|path| !path.starts_with("js/bundle/"))
        .filter_map(|path| path.strip_suffix(".min.js"))
        .filter(|id| !LOADED.contains(id))
        .collect();
    let is_style = |path: &&String| path.ends_with(".min.css");
    let styles: Vec<&String> = paths.iter().filter(is_style).collect();
    let json = |list: serde_json::Value| list.to_string();
    include_str!("page.html")
        .replace("%BASE%", &format!("/{package}"))
        .replace("%MODULES%", &json(modules.into()))
        .replace("%STYLES%", &json(serde_json::json!(styles)))
}

/// Loads everything of a package in a browser of its own.
fn outcome(browser: &OsStr, tree: &Path, package: &str) -> Outcome {
    let (address, results) = server::serve(tree, page(tree, package));
    let browser = Browser::open(browser, &format!("http://{address}/page"));
    let answer = results.recv_timeout(Duration::from_secs(600));
    drop(browser);
    let answer = answer.expect("the page comes to its end");
    serde_json::from_slice(&answer).expect("the page answers in JSON")
}

#[test]
fn modern_trees_load_as_those_of_php() {
    let test = "modern_trees_load_as_those_of_php";
    let Some((root, expected)) = reference(test) else {
        return;
    };
    let Some(browser) = std::env::var_os("SCD_CHROMIUM") else {
        say(&format!("{test}: skipped: SCD_CHROMIUM is not set"));
        return;
    };
    let scratch = tempfile::tempdir().expect("a directory for the tree");
    let place = |name: &str| scratch.path().join(name).display().to_string();
    let (tree, templates) = (place("static"), place("templates"));
    let root = root.display().to_string();
    run(
        env!("CARGO_BIN_EXE_scd-under-test"),
        &[
            "deploy",
            "-f",
            "-q",
            "--minify=modern",
            "--root",
            &root,
            "--static",
            &tree,
            "--templates",
            &templates,
            "en_US",
        ],
        &[],
    )
    .expect_code(0);
    for package in PACKAGES {
        let of_php = outcome(&browser, &expected.join("min/static"), package);
        let ours = outcome(&browser, Path::new(&tree), package);
        let is_good = |what: &str| what.starts_with("defined ") || what == "loaded";
        let good = of_php.iter().filter(|(_, what)| is_good(what));
        let worse: Vec<_> = good
            .clone()
            .filter(|(name, what)| ours.get(*name) != Some(*what))
            .map(|(name, what)| format!("{name}: PHP's {what}, ours {:?}", ours.get(name)))
            .collect();
        let own = ours.values().filter(|what| is_good(what)).count();
        say(&format!(
            "{package}: {} modules and stylesheets, {} good in PHP's tree, {own} in scd's",
            of_php.len(),
            good.count()
        ));
        assert_eq!(worse, Vec::<String>::new(), "{package}");
    }
}
