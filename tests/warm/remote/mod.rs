//! Machines that share results: the second one compiles nothing, and whatever becomes of the service, both publish the same.

mod bucket;
mod redis;
mod s3;
mod service;

use std::fs;
use std::path::{Path, PathBuf};

use scd_tests::fixture::Fixture;
use scd_tests::run::{Run, run};
use serde_json::Value;

use crate::SCD;
use scd_tests::edits::shop;

/// What the environment of a deploy holds.
type Variables<'a> = &'a [(&'a str, &'a str)];

/// Deploys and returns what was said and the report.
fn deploy(machine: &Fixture, url: &str, arguments: &[&str]) -> (Run, Value) {
    deploy_with(machine, url, &[], arguments)
}

/// The same with some variables.
fn deploy_with(
    machine: &Fixture,
    url: &str,
    variables: Variables<'_>,
    arguments: &[&str],
) -> (Run, Value) {
    let path = machine.root().join("../report.json");
    let mut all = vec!["--report", path.to_str().expect("a path in Unicode")];
    all.extend(["--compress=gzip", "en_US", "de_DE"]);
    all.extend(arguments);
    let variables = [variables, &[("SCD_REMOTE_CACHE", url)]].concat();
    let said = machine.deploy_with(SCD, &all, &variables);
    let said = said.expect_code(0);
    let report = fs::read(&path).expect("it is there");
    (said, serde_json::from_slice(&report).expect("it is JSON"))
}

/// How many of how many jobs were done before.
fn recalled(report: &Value) -> (u64, u64) {
    let number = |name: &str| report["reuse"][name].as_u64().expect("a number");
    (number("recalled_jobs"), number("jobs"))
}

fn fetched(report: &Value) -> u64 {
    report["remote_cache"]["fetched_entries"]
        .as_u64()
        .expect("a number")
}

/// How often the service was asked.
fn asked(report: &Value) -> u64 {
    report["remote_cache"]["round_trips"].as_u64().unwrap_or(0)
}

fn warnings(said: &Run) -> usize {
    said.stderr.matches("the remote cache").count()
}

/// Two machines that share, through the service at `url`, and one that does not. Returns how often the service was asked.
fn share(url: &str, variables: Variables<'_>) -> u64 {
    let deploy = |machine: &Fixture| deploy_with(machine, url, variables, &[]);
    let alone = shop();
    alone
        .deploy(SCD, &["--no-cache", "--compress=gzip", "en_US", "de_DE"])
        .expect_code(0);
    let [one, two] = [shop(), shop()];
    let (said, report) = deploy(&one);
    let mut questions = asked(&report);
    let (recalled_jobs, jobs) = recalled(&report);
    assert_eq!(
        (recalled_jobs, fetched(&report), warnings(&said)),
        (0, 0, 0)
    );
    assert!(jobs > 10, "{jobs} jobs");
    assert!(
        said.stdout.contains("remote cache: asked"),
        "{}",
        said.stdout
    );
    let (said, report) = deploy(&two);
    assert_eq!((recalled(&report), warnings(&said)), ((jobs, jobs), 0));
    assert!(fetched(&report) >= 2 * jobs, "results and what says which");
    let compressed = report["reuse"]["recalled_compressions"].as_u64();
    assert!(compressed > Some(0), "compressed files are shared, too");
    assert!(
        asked(&report) <= 6,
        "{} questions for one small pack",
        asked(&report)
    );
    questions += asked(&report);
    for machine in [&one, &two] {
        assert!(machine.published() == alone.published());
    }
    // Nothing has changed: nobody is asked.
    let (_, report) = deploy(&two);
    assert!(report["remote_cache"].is_null() && report["reuse"]["unchanged"] == true);
    // What the second one changes, the first one gets, and nothing else.
    for machine in [&two, &one] {
        machine.write("lib/web/lib.js", "var lib = 2;\n");
    }
    for (machine, recalled_jobs) in [(&two, jobs - 1), (&one, jobs)] {
        let (_, report) = deploy(machine);
        assert_eq!(recalled(&report), (recalled_jobs, jobs));
        questions += asked(&report);
    }
    assert!(one.published() == two.published());
    questions
}

#[test]
fn a_directory_is_shared() {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let url = format!("fs:{}?prefix=shop/a", scratch.path().display());
    share(&url, &[]);
    let directory = scratch.path().join("shop/a/v1");
    assert!(directory.join("catalogue").is_file());

    // The other cache of `scd cache`.
    let said = run(
        SCD,
        &["cache", "--cache", "/nowhere", "--remote-cache", &url],
        &[],
    );
    let said = said.expect_code(0).stdout;
    assert!(
        said.contains("?prefix=shop/a") && said.contains("packs"),
        "{said}"
    );
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("it can be listed") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// What may become of an object.
type Damage<'a> = &'a dyn Fn(&mut Vec<u8>);

/// Damages the objects of a service in several ways, by `put` in the place of the `whole` ones that `one` has made. All of them
/// are misses, and what is made instead takes their place.
fn damage(
    one: &Fixture,
    url: &str,
    variables: Variables<'_>,
    whole: &[Vec<u8>],
    put: impl Fn(usize, Vec<u8>),
) {
    assert!(whole.len() >= 2);
    let length = whole[0].len();
    let damages: [Damage<'_>; 4] = [
        &|bytes| bytes.truncate(length / 2),
        &|bytes| bytes.clear(),
        &|bytes| bytes.iter_mut().for_each(|byte| *byte ^= 1),
        &|bytes| *bytes = b"something else".to_vec(),
    ];
    for damage in damages {
        for (number, bytes) in whole.iter().enumerate() {
            let mut bytes = bytes.clone();
            damage(&mut bytes);
            put(number, bytes);
        }
        let two = shop();
        let (said, report) = deploy_with(&two, url, variables, &[]);
        assert_eq!((recalled(&report).0, warnings(&said)), (0, 0));
        assert!(one.published() == two.published());
        // What that run has made stands in the place of what was damaged.
        let (_, report) = deploy_with(&shop(), url, variables, &[]);
        let (recalled_jobs, jobs) = recalled(&report);
        assert_eq!(recalled_jobs, jobs);
    }
}

#[test]
fn damaged_and_foreign_objects_are_misses() {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let url = format!("fs:{}", scratch.path().display());
    let one = shop();
    deploy(&one, &url, &[]);
    let objects = files(scratch.path());
    let whole: Vec<Vec<u8>> = objects
        .iter()
        .map(|path| fs::read(path).expect("it can be read"))
        .collect();
    damage(&one, &url, &[], &whole, |number, bytes| {
        fs::write(&objects[number], bytes).expect("it can be written");
    });
}

#[test]
fn a_directory_that_cannot_be_made_is_warned_of_once() {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let file = scratch.path().join("file");
    fs::write(&file, "").expect("it can be written");
    let (said, report) = deploy(&shop(), &format!("fs:{}/x", file.display()), &[]);
    assert_eq!((warnings(&said), recalled(&report).0), (1, 0));
    assert!(
        said.stderr.contains("is not used any more"),
        "{}",
        said.stderr
    );
}

#[test]
fn addresses_that_make_no_sense_are_refused_and_passwords_are_not_repeated() {
    let shop = shop();
    for url in [
        "memcached://:hush@x",
        "redis://:hush@x/shop",
        "redis://me:hush",
        "s3://hush:hush@bucket/shop",
        "s3://hush:hush",
        "s3://bucket?key=hush&region=eu-west-1",
        "s3://bucket",
    ] {
        let said = shop.deploy(SCD, &["en_US", "--remote-cache", url]);
        let said = said
            .expect_code(2)
            .expect_complaint("--remote-cache: expected");
        assert!(!said.stderr.contains("hush"), "{}", said.stderr);
    }
    shop.deploy_with(SCD, &["en_US"], &[("SCD_REMOTE_CACHE", "fs:x")])
        .expect_code(2)
        .expect_complaint("SCD_REMOTE_CACHE: expected an absolute path");
    // Empty is as good as not set, and --no-cache uses none.
    for (arguments, url) in [(&["en_US"][..], ""), (&["en_US", "--no-cache"], "fs:x")] {
        shop.deploy_with(SCD, arguments, &[("SCD_REMOTE_CACHE", url)])
            .expect_code(0);
    }
    shop.deploy(SCD, &["en_US", "--no-cache", "--remote-cache=fs:/x"])
        .expect_code(2);
}
