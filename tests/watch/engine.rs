//! The engine in the process of the test, told what has changed by its own look at the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use scd::diagnostic::Diagnostic;
use scd::event::Silent;
use scd::options::{Options, Strategy};
use scd::watch::{Build, Watch};
use scd_tests::edits::{Editor, options_for, shop, with_strategy};
use scd_tests::fixture::{Fixture, copy_tree};
use scd_tests::options::options;
use scd_tests::random::Random;
use scd_tests::say::say;

/// Edits of each run of the property test, unless `SCD_WATCH_STEPS` says otherwise.
const STEPS: u32 = 40;

/// Every file below the targets of a root, by path below the root; the version, which a watch leaves alone, is not told.
fn live(shop: &Fixture) -> BTreeMap<String, Vec<u8>> {
    let mut files = shop.published();
    // Shipped with the shop.
    files.remove("pub/static/.htaccess");
    files
}

/// Files and findings.
type Deployed = (BTreeMap<String, Vec<u8>>, Vec<Diagnostic>);

/// What a deploy from nothing makes of the root, or the errors that keep it from that.
fn cold(shop: &Fixture, options: &Options) -> Result<Deployed, String> {
    let fresh = Fixture::empty();
    let target = |name: &str| Some(fresh.root().join(name));
    let options = Options {
        static_directory: target("pub/static"),
        template_directory: target("var/view_preprocessed/pub/static"),
        lock_directory: target(""),
        keep_going: true,
        ..options.clone()
    };
    let report = scd::deploy(&shop.root(), &options, &Silent).map_err(|error| error.to_string())?;
    let findings = report.diagnostics.clone();
    let mut files = fresh.published();
    files.retain(|path, _| !path.starts_with("var/scd") && !path.starts_with("var/.scd"));
    Ok((files, findings))
}

/// Tells the watch of everything that has changed.
fn catch_up(watch: &mut Watch) -> Result<Build, String> {
    let overdue = watch.overdue();
    let build = watch.changed(&overdue).map_err(|error| error.to_string())?;
    watch.restore().map_err(|error| error.to_string())?;
    Ok(build)
}

#[track_caller]
fn assert_as_cold(shop: &Fixture, build: &Result<Build, String>, options: &Options) -> bool {
    let (build, (files, findings)) = match (build, cold(shop, options)) {
        (Ok(build), Ok(cold)) => (build, cold),
        (Err(one), Err(other)) => {
            assert_eq!(*one, other);
            return false;
        }
        (build, cold) => panic!(
            "watch: {build:?}\ncold: {:?}",
            cold.map(|(files, _)| files.len())
        ),
    };
    assert_eq!(build.findings, findings);
    if build.has_errors() {
        return false;
    }
    let live = live(shop);
    let differing: Vec<&String> = files
        .iter()
        .filter(|(path, bytes)| live.get(*path) != Some(*bytes))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(differing, Vec::<&String>::new(), "missing or different");
    // What somebody else has put there is none of the watch's business.
    let is_foreign = |path: &&String| path.contains("/foreign");
    let extra: Vec<&String> = live
        .keys()
        .filter(|path| !files.contains_key(*path) && !is_foreign(path))
        .collect();
    assert_eq!(extra, Vec::<&String>::new(), "should be gone");
    true
}

fn open(shop: &Fixture, options: &Options) -> Watch {
    Watch::open(&shop.root(), options).expect("the shop can be opened")
}

#[test]
fn after_any_edits_the_outputs_are_those_of_a_deploy_from_nothing() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u32>().ok())
    };
    let steps = number("SCD_WATCH_STEPS").unwrap_or(STEPS);
    for (seed, strategy) in [
        (1, Strategy::Quick),
        (2, Strategy::Standard),
        (3, Strategy::Compact),
    ] {
        let mut random = Random::new(seed + u64::from(number("SCD_WATCH_SEED").unwrap_or(0)));
        let shop = shop();
        let mut editor = Editor::new(&shop);
        let wanted = with_strategy(options_for(&mut random, options()), strategy);
        let mut watch = open(&shop, &wanted);
        let first = watch
            .changed(&BTreeSet::new())
            .map_err(|error| error.to_string());
        assert!(assert_as_cold(&shop, &first, &wanted));
        let (mut equal, mut refused_in_a_row) = (0, 0);
        for step in 0..steps {
            let mut said = Vec::new();
            if refused_in_a_row > 1 {
                said.push(editor.heal());
            }
            for _ in 0..1 + random.below(2) {
                said.push(editor.edit(&mut random));
            }
            say(&format!("{strategy:?} {step}: {}", said.join(", ")));
            let build = catch_up(&mut watch);
            if assert_as_cold(&shop, &build, &wanted) {
                (equal, refused_in_a_row) = (equal + 1, 0);
            } else {
                refused_in_a_row += 1;
            }
        }
        say(&format!("{strategy:?}: {equal} of {steps} compared"));
        if steps >= STEPS {
            assert!(equal > 15);
        }
    }
}

/// Where the shop's stylesheet goes.
const STYLES: &str = "pub/static/frontend/Acme/base/en_US/css/styles.min.css";

/// The partial of that stylesheet.
const PARTIAL: &str = "app/design/frontend/Acme/base/web/css/source/_x.less";

fn english() -> Options {
    let mut options = options();
    options.selection.groups = vec![scd_magento::Group {
        locales: scd_magento::Filter::only(["en_US"]),
        ..scd_magento::Group::default()
    }];
    options
}

fn tell(watch: &mut Watch, shop: &Fixture, path: &str) -> Build {
    let paths = BTreeSet::from([shop.root().canonicalize().expect("it is there").join(path)]);
    watch.changed(&paths).expect("it can be built")
}

fn written(build: &Build) -> Vec<&str> {
    build
        .changes
        .written
        .iter()
        .map(|(_, path)| path.as_str())
        .collect()
}

#[test]
fn a_partial_touches_the_stylesheets_that_import_it_and_nothing_else() {
    let shop = shop();
    let mut watch = open(&shop, &english());
    let first = watch.changed(&BTreeSet::new()).expect("it can be built");
    assert!(first.changes.written.len() > 20, "{:?}", written(&first));
    shop.write(PARTIAL, "@c: #00ff00;\n");
    let build = tell(&mut watch, &shop, PARTIAL);
    assert_eq!(
        written(&build),
        [
            "frontend/Acme/base/en_US/css/all.min.css",
            "frontend/Acme/base/en_US/css/styles.min.css",
            "frontend/Acme/child/en_US/css/all.min.css",
            "frontend/Acme/child/en_US/css/styles.min.css",
        ]
    );
    assert_eq!(build.saved.len(), 1);
    assert_eq!(build.anew, None);
    // The same text again is nothing to talk about, and neither is a file that nobody asked for.
    shop.write(PARTIAL, "@c: #00ff00;\n");
    assert!(tell(&mut watch, &shop, PARTIAL).is_idle());
    shop.write(
        "app/design/frontend/Acme/base/web/css/.styles.less.swp",
        "x",
    );
    assert!(
        tell(
            &mut watch,
            &shop,
            "app/design/frontend/Acme/base/web/css/.styles.less.swp"
        )
        .is_idle()
    );
    assert!(
        tell(
            &mut watch,
            &shop,
            "app/design/frontend/Acme/base/web/css/4913"
        )
        .is_idle()
    );
}

#[test]
fn errors_leave_the_old_output_and_end_with_their_cause() {
    let shop = shop();
    let mut watch = open(&shop, &english());
    watch.changed(&BTreeSet::new()).expect("it can be built");
    let before = shop.read(STYLES);
    shop.write(PARTIAL, "@c: .nope(;\n");
    let build = tell(&mut watch, &shop, PARTIAL);
    assert!(build.has_errors() && build.changes.is_empty(), "{build:?}");
    let place = build.fresh[0].place.as_ref().expect("it has a place");
    assert!(
        place.path.ends_with(PARTIAL) && place.line == 1 && place.column > 0,
        "{place:?}"
    );
    assert_eq!(shop.read(STYLES), before);
    // Other files go on, and what was said once is not said again.
    shop.write("lib/web/lib.js", "var lib = 3;\n");
    let build = tell(&mut watch, &shop, "lib/web/lib.js");
    assert!(build.has_errors() && build.fresh.is_empty(), "{build:?}");
    assert!(
        written(&build).contains(&"frontend/Acme/base/en_US/lib.min.js"),
        "{build:?}"
    );
    shop.write(PARTIAL, "@c: #0000ff;\n");
    let build = tell(&mut watch, &shop, PARTIAL);
    assert!(!build.has_errors(), "{build:?}");
    assert!(shop.read(STYLES).contains("#00f"), "{}", shop.read(STYLES));
}

#[test]
fn other_files_and_settings_make_the_plan_anew() {
    let shop = shop();
    let wanted = english();
    let mut watch = open(&shop, &wanted);
    watch.changed(&BTreeSet::new()).expect("it can be built");
    let module = "app/design/frontend/Acme/child/Acme_One/web/css/source/_module.less";
    shop.write(module, ".from-child { top: 0 }\n");
    // The system tells of the first directory that is new; those below were never watched.
    let build = tell(&mut watch, &shop, "app/design/frontend/Acme/child/Acme_One");
    assert!(build.anew.is_some(), "{build:?}");
    assert_eq!(
        written(&build),
        ["frontend/Acme/child/en_US/css/all.min.css"]
    );
    shop.remove(module);
    let build = tell(&mut watch, &shop, module);
    assert!(build.anew.is_some(), "{build:?}");
    // A settings file that is broken keeps everything as it is, until it is whole again.
    let config = shop.read("app/etc/config.php");
    shop.write("app/etc/config.php", "<?php return [");
    let path = shop
        .root()
        .canonicalize()
        .expect("it is there")
        .join("app/etc/config.php");
    watch
        .changed(&BTreeSet::from([path]))
        .expect_err("it is broken");
    shop.write(
        "app/etc/config.php",
        config.replace("'minify_files' => '1'", "'minify_files' => '0'"),
    );
    let build = tell(&mut watch, &shop, "app/etc/config.php");
    assert!(
        written(&build).contains(&"frontend/Acme/base/en_US/css/styles.css"),
        "{build:?}"
    );
    assert!(!shop.has(STYLES));
    assert!(assert_as_cold(&shop, &Ok(build), &wanted));
    // A removed source takes its output along.
    shop.remove("lib/web/lib.js");
    let build = tell(&mut watch, &shop, "lib/web/lib.js");
    assert!(
        build
            .changes
            .removed
            .iter()
            .any(|(_, path)| path == "frontend/Acme/base/en_US/lib.js"),
        "{build:?}"
    );
    assert!(assert_as_cold(&shop, &Ok(build), &wanted));
}

#[test]
fn what_others_do_to_the_outputs_is_put_right() {
    let shop = shop();
    let wanted = english();
    let mut watch = open(&shop, &wanted);
    watch.changed(&BTreeSet::new()).expect("it can be built");
    shop.remove(STYLES);
    fs::remove_dir_all(shop.root().join("pub/static/frontend/Acme/child")).expect("it is there");
    let build = watch.restore().expect("it can be put right");
    assert!(
        written(&build).contains(&"frontend/Acme/base/en_US/css/styles.min.css"),
        "{build:?}"
    );
    assert!(assert_as_cold(&shop, &Ok(build), &wanted));
    // A whole deploy in between puts other files there, with the same bytes.
    let report = scd::deploy(&shop.root(), &wanted, &Silent).expect("it deploys");
    assert!(!report.has_errors());
    let build = watch.restore().expect("there is nothing to do");
    assert!(build.changes.is_empty(), "{build:?}");
    assert!(
        watch
            .scope()
            .directories()
            .iter()
            .any(|path| path.ends_with("pub/static/frontend/Acme/child/en_US"))
    );
}

#[test]
fn nothing_is_written_through_links() {
    let shop = shop();
    let package = shop.root().join("pub/static/frontend/Acme/base/en_US");
    fs::create_dir_all(package.join("js")).expect("it can be made");
    // As developer mode leaves it: files that are links into the sources; and a directory that somebody has linked.
    let plain = "app/design/frontend/Acme/base/web/css/plain.css";
    let before = shop.read(plain);
    let library = shop.root().join("lib/web/lib.js");
    symlink(&library, package.join("lib.min.js")).expect("it can be linked");
    symlink(
        shop.root().join("app/design/frontend/Acme/base/web/css"),
        package.join("css"),
    )
    .expect("it can be linked");
    let wanted = english();
    let mut watch = open(&shop, &wanted);
    let build = watch
        .changed(&BTreeSet::new())
        .map_err(|error| error.to_string());
    assert!(assert_as_cold(&shop, &build, &wanted));
    assert_eq!(shop.read("lib/web/lib.js"), "var lib = 1; // a comment\n");
    assert_eq!(shop.read(plain), before);
    assert!(!shop.has("app/design/frontend/Acme/base/web/css/plain.min.css"));
    assert!(!package.join("lib.min.js").is_symlink() && !package.join("css").is_symlink());
    // The link comes back while the watch runs, and leads to a file that is an output's source.
    fs::remove_file(package.join("lib.min.js")).expect("it is there");
    symlink(&library, package.join("lib.min.js")).expect("it can be linked");
    shop.write("lib/web/lib.js", "var lib = 2; // another\n");
    let build = catch_up(&mut watch);
    assert!(assert_as_cold(&shop, &build, &wanted));
    assert_eq!(shop.read("lib/web/lib.js"), "var lib = 2; // another\n");
}

#[test]
fn linked_sources_are_watched_where_they_are() {
    let shop = shop();
    let elsewhere = tempfile::tempdir().expect("a directory");
    let theme = shop.root().join("app/design/frontend/Acme/child");
    copy_tree(&theme, &elsewhere.path().join("theme"));
    fs::remove_dir_all(&theme).expect("it is there");
    symlink(elsewhere.path().join("theme"), &theme).expect("it can be linked");
    let wanted = english();
    let mut watch = open(&shop, &wanted);
    watch.changed(&BTreeSet::new()).expect("it can be built");
    let real = elsewhere
        .path()
        .canonicalize()
        .expect("it is there")
        .join("theme");
    let directories = watch.scope().directories().clone();
    assert!(
        directories.contains(&real.join("web/css")),
        "{directories:?}"
    );
    assert!(
        directories
            .iter()
            .all(|path| path.canonicalize().is_ok_and(|real| real == *path))
    );
    let path = real.join("web/css/own.css");
    fs::write(&path, "b { color: blue }\n").expect("it can be written");
    let build = watch
        .changed(&BTreeSet::from([path]))
        .map_err(|error| error.to_string());
    assert!(assert_as_cold(&shop, &build, &wanted));
    assert_eq!(
        written(&build.expect("it was built")),
        ["frontend/Acme/child/en_US/css/own.min.css"]
    );
    // A single file that is a link.
    shop.write("shared/linked.js", "var linked = 2;\n");
    assert!(
        directories.contains(
            &shop
                .root()
                .canonicalize()
                .expect("it is there")
                .join("shared")
        )
    );
    let build = tell(&mut watch, &shop, "shared/linked.js");
    let mut scripts = written(&build);
    scripts.retain(|path| !path.contains("/bundle/"));
    assert_eq!(
        scripts,
        [
            "frontend/Acme/base/en_US/js/linked.min.js",
            "frontend/Acme/child/en_US/js/linked.min.js"
        ]
    );
}

#[test]
fn a_deploy_that_runs_is_waited_for() {
    let shop = shop();
    let mut watch = open(&shop, &english());
    watch.changed(&BTreeSet::new()).expect("it can be built");
    let lock = scd_store::Lock::acquire(&shop.root(), "publishing").expect("it is free");
    shop.write(PARTIAL, "@c: #00ff00;\n");
    let path = shop
        .root()
        .canonicalize()
        .expect("it is there")
        .join(PARTIAL);
    let error = watch
        .changed(&BTreeSet::from([path]))
        .expect_err("the lock is held");
    assert!(error.is_locked(), "{error}");
    drop(lock);
    let build = watch.changed(&BTreeSet::new()).expect("the lock is free");
    assert_eq!((build.saved.len(), build.changes.written.len()), (1, 4));
    assert!(Path::new(&shop.root().join(STYLES)).is_file());
}
