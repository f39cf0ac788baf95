//! Warm runs: whatever was changed since the last deploy, and whatever has become of the cache, the files and the report are
//! those of a run that starts from nothing.

#![allow(clippy::print_stdout)] // a failing test shows the edits that led to it

mod commands;
mod remote;
mod restyle;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use scd::diagnostic::Diagnostic;
use scd::event::{Silent, Stage};
use scd::options::{Cache, Options};
use scd::report::{Counts, Report};
use scd_tests::edits::{Editor, options_for, shop};
use scd_tests::fixture::Fixture;
use scd_tests::options::options;
use scd_tests::random::Random;
use scd_tests::run::Run;
use scd_tests::say::say;

/// The command under test.
const SCD: &str = env!("CARGO_BIN_EXE_scd-under-test");

/// Steps of the property test, unless `SCD_WARM_STEPS` says otherwise.
const STEPS: u32 = 120;

/// What two runs must agree on.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    packages: Vec<(String, usize, u64)>,
    outputs: Vec<String>,
    counts: Counts,
    diagnostics: Vec<Diagnostic>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Outcome {
    /// What a run has said, and what it has left in its targets.
    fn of(report: &Report, packages: &Path, templates: &Path) -> Outcome {
        let mut files = BTreeMap::new();
        for package in &report.packages {
            collect(packages, &package.name, &mut files);
        }
        let units = report.outputs.iter().filter_map(|output| {
            let is_template = output.target == scd::report::TargetKind::Templates;
            is_template.then(|| output.path.split('/').next().unwrap_or_default())
        });
        let mut units: Vec<&str> = units.collect();
        units.dedup();
        for unit in units {
            collect(templates, unit, &mut files);
        }
        // The version counts packages of earlier runs with other options, which a fresh target has not.
        let outputs = report.outputs.iter();
        let outputs = outputs.filter(|output| &*output.path != "deployed_version.txt");
        Outcome {
            packages: report
                .packages
                .iter()
                .map(|package| (package.name.clone(), package.file_count, package.byte_count))
                .collect(),
            outputs: outputs
                .map(|output| {
                    format!(
                        "{:?} {} {:?} {}",
                        output.target, output.path, output.source, output.digest
                    )
                })
                .collect(),
            counts: Counts {
                // Warm runs read less, which is the point of them.
                bytes_in: 0,
                ..report.counts
            },
            diagnostics: report.diagnostics.clone(),
            files,
        }
    }
}

fn collect(target: &Path, directory: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(target.join(directory)).into_iter().flatten() {
        let entry = entry.expect("it can be listed");
        let path = format!("{directory}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("it can be looked at").is_dir() {
            collect(target, &path, files);
        } else {
            files.insert(path, fs::read(entry.path()).expect("it can be read"));
        }
    }
}

/// Deploys into the root with a cache, and from nothing into a fresh directory, and compares.
fn compare(shop: &Fixture, wanted: &Options) -> Option<Report> {
    let root = shop.root();
    let warm = scd::deploy(
        &root,
        &Options {
            cache: Cache::InRoot,
            ..wanted.clone()
        },
        &Silent,
    );
    let fresh = tempfile::tempdir().expect("a scratch directory");
    let cold = Options {
        cache: Cache::Off,
        static_directory: Some(fresh.path().join("static")),
        template_directory: Some(fresh.path().join("templates")),
        lock_directory: Some(fresh.path().to_path_buf()),
        jobs: 3 - wanted.jobs,
        ..wanted.clone()
    };
    let cold = scd::deploy(&root, &cold, &Silent);
    let (warm, cold) = match (warm, cold) {
        (Ok(warm), Ok(cold)) => (warm, cold),
        (Err(warm), Err(cold)) => {
            assert_eq!(warm.to_string(), cold.to_string());
            return None;
        }
        (warm, cold) => panic!("warm: {warm:?}\ncold: {cold:?}"),
    };
    if warm.has_errors() {
        assert_eq!(warm.diagnostics, cold.diagnostics);
        return None;
    }
    let static_directory = root.join("pub/static");
    let templates = root.join("var/view_preprocessed/pub/static");
    let warm_outcome = Outcome::of(&warm, &static_directory, &templates);
    let (fresh_static, fresh_templates) =
        (fresh.path().join("static"), fresh.path().join("templates"));
    let cold_outcome = Outcome::of(&cold, &fresh_static, &fresh_templates);
    if warm_outcome != cold_outcome {
        let differing = |one: &Outcome, other: &Outcome| -> Vec<String> {
            let paths = one
                .files
                .iter()
                .filter(|(path, bytes)| other.files.get(*path) != Some(*bytes));
            paths.map(|(path, _)| path.clone()).collect()
        };
        panic!(
            "unchanged: {}\nonly or otherwise warm: {:?}\nonly or otherwise cold: {:?}\nwarm: {:?} {:?}\ncold: {:?} {:?}\noutputs equal: {}, packages: {:?} {:?}",
            warm.reuse.is_unchanged,
            differing(&warm_outcome, &cold_outcome),
            differing(&cold_outcome, &warm_outcome),
            warm_outcome.counts,
            warm_outcome.diagnostics,
            cold_outcome.counts,
            cold_outcome.diagnostics,
            warm_outcome.outputs == cold_outcome.outputs,
            warm_outcome.packages,
            cold_outcome.packages,
        );
    }
    Some(warm)
}

/// Whether a run has compiled stylesheets again and done nothing else.
fn is_restyled(report: &Report) -> bool {
    let has = |wanted| report.timings.iter().any(|(stage, _)| *stage == wanted);
    has(Stage::Execute) && !has(Stage::Plan)
}

fn steps() -> u32 {
    let asked = std::env::var("SCD_WARM_STEPS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(STEPS)
}

#[test]
fn after_any_edits_a_warm_run_is_a_cold_run() {
    let seed = std::env::var("SCD_WARM_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let mut random = Random::new(seed.unwrap_or(5));
    let shop = shop();
    let mut editor = Editor::new(&shop);
    let mut wanted = options_for(&mut random, options());
    let (mut published, mut unchanged, mut recalled, mut restyled) = (0, 0, 0, 0);
    let (mut refused, mut refused_in_a_row) = (0, 0);
    for step in 0..steps() {
        let mut said = Vec::new();
        if refused_in_a_row > 1 {
            said.push(editor.heal());
        }
        for _ in 0..random.below(3) {
            said.push(editor.edit(&mut random));
        }
        if random.below(6) == 0 {
            wanted = options_for(&mut random, options());
            said.push("other options".to_owned());
        }
        say(&format!("step {step}: {}", said.join(", ")));
        match compare(&shop, &wanted) {
            Some(report) => {
                refused_in_a_row = 0;
                published += 1;
                unchanged += usize::from(report.reuse.is_unchanged);
                recalled += report.reuse.recalled_jobs;
                restyled += usize::from(is_restyled(&report));
            }
            None => {
                refused += 1;
                refused_in_a_row += 1;
            }
        }
    }
    say(&format!(
        "{published} published, {unchanged} of them unchanged, {restyled} restyled, {refused} refused, {recalled} jobs recalled"
    ));
    if steps() >= STEPS {
        // Otherwise the test would compare cold runs with cold runs.
        assert!(published > 40 && unchanged > 5 && recalled > 200 && refused > 0);
    }
}

fn deploy(shop: &Fixture, arguments: &[&str]) -> Run {
    shop.deploy(SCD, arguments)
}

fn report(shop: &Fixture, arguments: &[&str]) -> serde_json::Value {
    let path = shop.root().join("../report.json");
    let path = path.to_str().expect("a path in Unicode");
    let mut all = vec!["--report", path];
    all.extend(arguments);
    deploy(shop, &all).expect_code(0);
    serde_json::from_slice(&fs::read(path).expect("it is there")).expect("it is JSON")
}

#[test]
fn an_unchanged_run_writes_the_version_alone_and_says_the_same() {
    let shop = shop();
    shop.write(
        "app/design/frontend/Acme/base/web/js/broken.js",
        "var = ;\n",
    );
    let first = report(&shop, &["en_US", "--content-version=1"]);
    let page = shop
        .root()
        .join("pub/static/frontend/Acme/base/en_US/css/styles.min.css");
    let before = fs::metadata(&page).expect("it is there");
    let second = report(&shop, &["en_US", "--content-version=2"]);
    assert_eq!(second["reuse"]["unchanged"], true);
    assert_eq!(first["reuse"]["unchanged"], false);
    for field in ["packages", "counts", "diagnostics"] {
        assert_eq!(first[field], second[field], "{field}");
    }
    assert_eq!(shop.read("pub/static/deployed_version.txt"), "2");
    let after = fs::metadata(&page).expect("it is there");
    assert_eq!(
        (before.ino(), before.mtime_nsec()),
        (after.ino(), after.mtime_nsec())
    );
    let said = deploy(&shop, &["en_US"]).expect_code(0);
    assert!(
        said.stderr.contains("broken.js") && said.stdout.contains("nothing has changed"),
        "{said:?}"
    );
}

#[test]
fn unchanged_files_keep_their_time_when_others_change() {
    let shop = shop();
    deploy(&shop, &["en_US"]).expect_code(0);
    let path = |name: &str| {
        shop.root()
            .join("pub/static/frontend/Acme/base/en_US")
            .join(name)
    };
    let times = || {
        ["css/plain.min.css", "lib.min.js", "css/styles.min.css"].map(|name| {
            let about = fs::metadata(path(name)).expect("it is there");
            (about.ino(), about.mtime_nsec())
        })
    };
    let before = times();
    shop.write(
        "app/design/frontend/Acme/base/web/css/source/_x.less",
        "@c: #00ff00;\n",
    );
    let said = report(&shop, &["en_US"]);
    let after = times();
    assert_eq!(before[..2], after[..2]);
    assert_ne!(before[2], after[2]);
    assert_eq!(said["reuse"]["unchanged"], false);
    let jobs = said["reuse"]["recalled_jobs"].as_u64().expect("a number");
    assert!(
        jobs > 0 && said["reuse"]["written_files"].as_u64() < Some(10),
        "{}",
        said["reuse"]
    );
}

#[test]
fn the_version_of_equal_content_is_equal() {
    let (one, other) = (shop(), shop());
    let version = |shop: &Fixture| shop.read("pub/static/deployed_version.txt");
    deploy(&one, &["en_US", "de_DE", "--content-version=content"]).expect_code(0);
    // In two runs, the first of them without a cache and with another version.
    deploy(&other, &["de_DE", "--no-cache", "--content-version=7"]).expect_code(0);
    deploy(&other, &["en_US", "--content-version=content", "-j", "1"]).expect_code(0);
    let first = version(&one);
    assert_eq!(first, version(&other));
    assert!(
        first.len() == 18 && first.bytes().all(|byte| byte.is_ascii_digit()),
        "{first}"
    );
    // What nobody wrote down counts all the same.
    fs::remove_dir_all(other.root().join("var/scd")).expect("it is there");
    deploy(&other, &["en_US", "--content-version=content"]).expect_code(0);
    assert_eq!(first, version(&other));
    deploy(
        &other,
        &[
            "--refresh-content-version-only",
            "--content-version=content",
        ],
    )
    .expect_code(0);
    assert_eq!(first, version(&other));

    let file = one.root().join("pub/static/deployed_version.txt");
    let before = fs::metadata(&file).expect("it is there").ino();
    deploy(&one, &["en_US", "de_DE", "--content-version=content"]).expect_code(0);
    assert_eq!(before, fs::metadata(&file).expect("it is there").ino());
    one.write("lib/web/lib.js", "var lib = 2;\n");
    deploy(&one, &["en_US", "de_DE", "--content-version=content"]).expect_code(0);
    assert_ne!(first, version(&one));
}

#[test]
fn without_a_cache_nothing_is_kept_and_the_bytes_are_the_same() {
    let (warm, off) = (shop(), shop());
    for _ in 0..2 {
        deploy(&warm, &["en_US"]).expect_code(0);
        deploy(&off, &["en_US", "--no-cache"]).expect_code(0);
    }
    assert_eq!(warm.published(), off.published());
    assert!(warm.has("var/scd/v1/index") && !off.has("var/scd/v1"));
    // What is live is written down in any case.
    assert!(off.has("var/scd/ledgers"));

    let elsewhere = warm.root().join("../cache");
    let elsewhere = elsewhere.to_str().expect("a path in Unicode");
    let other = shop();
    deploy(&other, &["en_US", "--cache", elsewhere]).expect_code(0);
    assert!(!other.has("var/scd/v1") && Path::new(elsewhere).join("v1/index").is_file());
    // Another root gets its results from there.
    let third = shop();
    let said = report(&third, &["en_US", "--cache", elsewhere]);
    assert_eq!(said["reuse"]["recalled_jobs"], said["reuse"]["jobs"]);
    assert_eq!(third.published(), warm.published());
}

#[test]
fn a_cache_that_cannot_be_written_is_a_warning() {
    let shop = shop();
    shop.write("var/file", "");
    let file = shop.root().join("var/file");
    let said = deploy(
        &shop,
        &["en_US", "--cache", file.to_str().expect("Unicode")],
    );
    said.expect_code(0)
        .expect_complaint("results cannot be kept for the next deploy");
    assert!(shop.has("pub/static/frontend/Acme/base/en_US/css/styles.min.css"));
}

#[test]
fn variables_that_were_looked_at_count_and_others_do_not() {
    let shop = shop();
    let unchanged = |variables: &[(&str, &str)]| {
        let run = shop.deploy_with(SCD, &["en_US", "--config-env"], variables);
        run.expect_code(0).stdout.contains("nothing has changed")
    };
    assert!(!unchanged(&[("OTHER", "1")]));
    assert!(unchanged(&[("OTHER", "2")]));
    assert!(!unchanged(&[(
        "CONFIG__DEFAULT__DEV__CSS__MINIFY_FILES",
        "0"
    )]));
    assert!(shop.has("pub/static/frontend/Acme/base/en_US/css/styles.css"));
    assert!(unchanged(&[(
        "CONFIG__DEFAULT__DEV__CSS__MINIFY_FILES",
        "0"
    )]));
    assert!(!unchanged(&[]));
}
