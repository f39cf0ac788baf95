//! One deploy by several machines: shares and their merge.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use scd::event::Silent;
use scd::options::{Cache, Options};
use scd::shard::Shard;
use scd_magento::Selection;
use scd_magento::selection::Filter;
use scd_tests::fixture::{Fixture, copy_tree};
use scd_tests::options::options;
use scd_tests::run::{Run, run};
use scd_tests::say::say;
use scd_tests::shop::{config, register, shop, theme};
use tempfile::TempDir;

use crate::SCD;

/// The version that all deploys here have.
const VERSION: &str = "--content-version=7";

/// Where the shards of a deploy go.
struct Shards {
    scratch: TempDir,
    count: usize,
}

impl Shards {
    /// Makes all shards of a deploy, by turns from one of two equal roots, as two machines would.
    fn make(roots: [&Path; 2], arguments: &[&str], count: usize) -> Self {
        let shards = Self {
            scratch: tempfile::tempdir().unwrap(),
            count,
        };
        for number in 1..=count {
            shards
                .make_one(roots[number % 2], arguments, number, number)
                .expect_code(0);
        }
        shards
    }

    /// Makes a shard into the tree of a number.
    fn make_one(&self, root: &Path, arguments: &[&str], number: usize, tree: usize) -> Run {
        let share = format!("--shard={number}/{}", self.count);
        let place = format!("--shard-to={}", self.tree(tree).display());
        let root = root.to_str().unwrap();
        run(
            SCD,
            &[&["deploy", "-f", "--root", root, &share, &place], arguments].concat(),
            &[],
        )
    }

    fn tree(&self, number: usize) -> PathBuf {
        self.scratch.path().join(format!("shard-{number}"))
    }

    /// Merges the trees of these numbers into a root.
    fn merge(&self, root: &Path, trees: &[usize]) -> Run {
        let trees: Vec<PathBuf> = trees.iter().map(|&number| self.tree(number)).collect();
        let mut arguments = vec!["merge", "--root", root.to_str().unwrap()];
        arguments.extend(trees.iter().map(|tree| tree.to_str().unwrap()));
        run(SCD, &arguments, &[])
    }

    fn merge_all(&self, root: &Path) -> Run {
        // The order does not matter.
        self.merge(root, &(1..=self.count).rev().collect::<Vec<_>>())
    }
}

/// Everything that is live in a root, the version file included.
fn live(root: &Fixture) -> BTreeMap<String, Vec<u8>> {
    let mut live = root.published();
    let version = "pub/static/deployed_version.txt";
    if root.has(version) {
        live.insert(version.to_owned(), root.read(version).into_bytes());
    }
    live
}

#[track_caller]
fn assert_same(merged: &Fixture, whole: &Fixture, what: &str) {
    let (merged, whole) = (live(merged), live(whole));
    let paths = |live: &BTreeMap<String, Vec<u8>>| live.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&merged), paths(&whole), "{what}");
    for (path, bytes) in &whole {
        assert!(merged[path] == *bytes, "{what}: `{path}` differs");
    }
}

/// Deploys by one machine and by one, two, three and seven.
#[track_caller]
fn shards_come_to_the_same(open: &dyn Fn() -> Fixture, arguments: &[&str]) {
    let arguments = [arguments, &[VERSION]].concat();
    let (whole, other) = (open(), open());
    whole.deploy(SCD, &arguments).expect_code(0);
    for count in [1, 2, 3, 7] {
        let shards = Shards::make([&whole.root(), &other.root()], &arguments, count);
        let merged = open();
        shards.merge_all(&merged.root()).expect_code(0);
        assert_same(&merged, &whole, &format!("{count} shards of {arguments:?}"));
    }
}

#[test]
fn packages_of_three_themes_and_three_locales() {
    let open = || Fixture::open("strategies");
    shards_come_to_the_same(&open, &["en_US", "de_DE", "fr_FR"]);
}

#[test]
fn the_strategy_compact_whose_maps_lead_from_package_to_package() {
    let open = || {
        let fixture = Fixture::open("strategies");
        let minified = fixture.read("app/etc/config.minified.php");
        fixture.write("app/etc/config.php", minified);
        fixture
    };
    shards_come_to_the_same(
        &open,
        &["-s", "compact", "-a", "frontend", "de_DE", "fr_FR"],
    );
}

#[test]
fn minified_scripts_bundles_and_templates_with_compressed_files() {
    let open = || Fixture::open("minified");
    shards_come_to_the_same(&open, &["--compress=gzip", "en_US", "de_DE"]);
}

#[test]
fn integrity_hashes_of_an_area_are_joined_with_those_that_are_live() {
    let open = || {
        let shop = shop();
        let folder = "app/code/Magento/Csp";
        register(&shop, folder, "module", "Magento_Csp");
        for class in [
            "Model/SubresourceIntegrityRepository.php",
            "Model/SubresourceIntegrity/Storage/File.php",
        ] {
            shop.write(
                &format!("{folder}/{class}"),
                "<?php\n// Nothing but a name.\n",
            );
        }
        let config =
            config("1").replace("'Acme_One' => 1,", "'Acme_One' => 1, 'Magento_Csp' => 1,");
        shop.write("app/etc/config.php", config);
        for name in ["other", "third"] {
            theme(&shop, name, None);
            shop.write(
                &format!("app/design/frontend/Acme/{name}/web/js/o.js"),
                format!("var {name};\n"),
            );
        }
        shop.deploy(SCD, &["-t", "Acme/third", "fr_FR"])
            .expect_code(0);
        shop
    };
    shards_come_to_the_same(
        &open,
        &["-t", "Acme/base", "-t", "Acme/other", "en_US", "de_DE"],
    );
    let shop = open();
    let before = shop.read("pub/static/frontend/sri-hashes.json");
    assert!(before.contains("fr_FR"), "{before}");
}

#[test]
fn a_version_of_the_content_is_that_of_the_whole() {
    let arguments = ["--content-version=content", "en_US", "de_DE"];
    let (whole, merged) = (Fixture::open("strategies"), Fixture::open("strategies"));
    whole.deploy(SCD, &arguments).expect_code(0);
    let shards = Shards::make([&whole.root(), &merged.root()], &arguments, 2);
    shards.merge_all(&merged.root()).expect_code(0);
    assert_same(&merged, &whole, "a version of the content");
}

#[test]
fn shares_that_say_no_version_get_the_time_of_the_merge() {
    let root = Fixture::open("strategies");
    let shards = Shards::make([&root.root(); 2], &["en_US"], 2);
    shards.merge_all(&root.root()).expect_code(0);
    let version = root.read("pub/static/deployed_version.txt");
    assert!(
        version.len() == 10 && version.bytes().all(|byte| byte.is_ascii_digit()),
        "{version}"
    );
}

#[test]
fn a_merge_takes_over_what_is_live_and_can_be_verified() {
    let root = Fixture::open("strategies");
    let arguments = [VERSION, "en_US", "de_DE"];
    let path = root.root();
    let shards = Shards::make([&path; 2], &arguments, 2);
    shards.merge_all(&path).expect_code(0);
    run(SCD, &["verify", "--root", path.to_str().unwrap()], &[]).expect_code(0);
    let again = shards.merge_all(&path).expect_code(0);
    assert!(
        !again.stdout.contains(" 0 left as they are"),
        "{}",
        again.stdout
    );
    // A shard made again into its tree is the same, whatever lies there and whatever is remembered.
    fs::write(shards.tree(1).join("static/stray.txt"), "stray").unwrap();
    fs::create_dir_all(shards.tree(1).join("static/frontend/Acme/gone/en_US")).unwrap();
    fs::write(
        shards.tree(1).join("static/frontend/Acme/gone/en_US/x.js"),
        "gone",
    )
    .unwrap();
    root.write("pub/static/frontend/Acme/gone/en_US/x.js", "kept");
    shards.make_one(&path, &arguments, 1, 1).expect_code(0);
    assert!(!shards.tree(1).join("static/stray.txt").exists());
    shards.merge_all(&path).expect_code(0);
    assert_eq!(
        root.read("pub/static/frontend/Acme/gone/en_US/x.js"),
        "kept"
    );
    assert!(!root.has("pub/static/stray.txt"));
}

#[test]
fn shards_that_do_not_belong_together_are_refused_and_nothing_changes() {
    let root = Fixture::open("strategies");
    let path = root.root();
    root.deploy(SCD, &["--content-version=before", "en_US"])
        .expect_code(0);
    let before = live(&root);
    let arguments = [VERSION, "en_US", "de_DE"];
    let shards = Shards::make([&path; 2], &arguments, 3);
    // The trees 4 to 8 are foreign to those.
    shards
        .make_one(&path, &["--content-version=8", "en_US", "de_DE"], 3, 4)
        .expect_code(0);
    shards
        .make_one(&path, &[VERSION, "en_US"], 3, 5)
        .expect_code(0);
    let two = Shards { count: 2, ..shards };
    two.make_one(&path, &arguments, 2, 6).expect_code(0);
    let shards = Shards { count: 3, ..two };
    copy_tree(&shards.tree(3), &shards.tree(7));
    assert!(edit_a_file(&shards.tree(7).join("static")));
    fs::create_dir_all(shards.tree(8)).unwrap();
    for (trees, complaint) in [
        (&[1, 2][..], "of 3 shares there is no `3/3`"),
        (&[1], "there is no `2/3`, `3/3`"),
        (&[1, 2, 3, 2], "are both share 2/3"),
        (&[1, 2, 4], "is to have the content version `8`, but"),
        (&[1, 2, 5], "belongs to another deploy than"),
        (&[1, 2, 6], "is share 2/2, but"),
        (&[1, 2, 7], "is not as the shard has left it"),
        (&[1, 2, 8], "is no shard's tree"),
        (&[1, 2, 9], "is no shard's tree"),
    ] {
        shards
            .merge(&path, trees)
            .expect_code(2)
            .expect_complaint(complaint);
        assert!(
            live(&root) == before,
            "{complaint}: the live tree has changed"
        );
    }
    // A root with another source makes other shares.
    root.write("lib/web/js/lib.js", "var another;\n");
    shards.make_one(&path, &arguments, 3, 4).expect_code(0);
    shards
        .merge(&path, &[1, 2, 4])
        .expect_code(2)
        .expect_complaint("belongs to another deploy than");
    assert!(live(&root) == before);
}

#[test]
fn shares_made_from_other_translations_or_settings_are_refused() {
    let root = Fixture::open("strategies");
    let path = root.root();
    let arguments = [VERSION, "en_US", "de_DE"];
    let shards = Shards::make([&path; 2], &arguments, 2);
    let view = |size: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<view><vars module=\"Js_Bundle\"><var name=\"bundle_size\">{size}</var></vars></view>\n"
        )
    };
    let environment = "<?php return ['system' => ['default' => ['dev' => ['js' => ['minify_exclude' => 'tiny']]]]];\n";
    for (file, text) in [
        (
            "app/code/Acme/One/i18n/de_DE.csv",
            "\"Good day\",\"Guten Tag\"\n",
        ),
        (
            "app/design/frontend/Acme/root/i18n/de_DE.csv",
            "\"Good day\",\"Moin\"\n",
        ),
        ("app/design/frontend/Acme/root/etc/view.xml", &view("7MB")),
        (
            "app/code/Acme/One/view/frontend/requirejs-config.js",
            "var config = {deps: ['x']};\n",
        ),
        ("app/etc/env.php", environment),
    ] {
        let before = fs::read(path.join(file)).ok();
        root.write(file, text);
        shards.make_one(&path, &arguments, 2, 2).expect_code(0);
        shards
            .merge(&path, &[1, 2])
            .expect_code(2)
            .expect_complaint("belongs to another deploy than");
        match before {
            Some(before) => root.write(file, before),
            None => root.remove(file),
        };
    }
    shards.make_one(&path, &arguments, 2, 2).expect_code(0);
    shards.merge(&path, &[1, 2]).expect_code(0);
}

/// Changes one file below a directory; false if there is none.
fn edit_a_file(directory: &Path) -> bool {
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if !path.ends_with("deployed_version.txt") {
                fs::write(path, "edited").unwrap();
                return true;
            }
        }
    }
    false
}

#[test]
fn a_share_cannot_go_live_by_itself() {
    let root = Fixture::open("strategies");
    root.deploy(SCD, &["--shard=1/2", "en_US"])
        .expect_code(2)
        .expect_complaint("--shard needs --shard-to DIR");
    for share in ["0/2", "3/2", "2", "a/b"] {
        root.deploy(SCD, &["--shard", share, "--shard-to=x", "en_US"])
            .expect_code(2);
    }
    root.deploy(SCD, &["--shard-to=x", "en_US"])
        .expect_code(2)
        .expect_complaint("--shard");
    assert!(live(&root).is_empty());
}

#[test]
fn plan_says_what_each_share_would_make() {
    let root = Fixture::open("strategies");
    let path = root.root();
    let plan = |share: &[&str]| -> Vec<String> {
        let arguments = [
            &[
                "plan",
                "-f",
                "--root",
                path.to_str().unwrap(),
                "en_US",
                "de_DE",
            ],
            share,
        ]
        .concat();
        let said = run(SCD, &arguments, &[]).expect_code(0).stdout;
        let lines = said.lines().filter(|line| line.ends_with(" files"));
        lines.map(str::to_owned).collect()
    };
    let parts = [plan(&["--shard=1/2"]), plan(&["--shard=2/2"])];
    assert!(parts.iter().all(|part| !part.is_empty()), "{parts:?}");
    let mut joined = parts.concat();
    let mut whole = plan(&[]);
    joined.sort();
    whole.sort();
    assert_eq!(joined, whole);
}

#[test]
fn the_reference_tree_in_three_shares() {
    let Some(root) = std::env::var_os("SCD_REFERENCE_ROOT") else {
        say("shards of the reference tree: skipped: SCD_REFERENCE_ROOT is not set");
        return;
    };
    let root = PathBuf::from(root);
    let scratch = tempfile::tempdir().unwrap();
    let place = |name: &str| scratch.path().join(name);
    let mut selection = Selection::default();
    selection.groups[0].locales = Filter::only(["en_US", "de_DE"]);
    // Everything is written to the scratch directory, nothing to the reference tree.
    let options = |name: &str| Options {
        selection: selection.clone(),
        cache: Cache::Directory(place("cache")),
        static_directory: Some(place(name).join("static")),
        template_directory: Some(place(name).join("templates")),
        lock_directory: Some(scratch.path().to_path_buf()),
        ..options()
    };
    let deploy = |options: &Options| {
        let report = scd::deploy(&root, options, &Silent).unwrap();
        assert!(!report.has_errors(), "{:?}", report.diagnostics);
    };
    deploy(&options("whole"));
    let trees: Vec<PathBuf> = (1..=3)
        .map(|number| place(&format!("shard-{number}")))
        .collect();
    for (number, tree) in (1..).zip(&trees) {
        deploy(&Options {
            shard: Shard::new(number, 3),
            shard_directory: Some(tree.clone()),
            exclusive: true,
            ..options("unused")
        });
    }
    scd::shard::merge(&trees, scratch.path(), &options("merged")).unwrap();
    for target in ["static", "templates"] {
        let difference = std::process::Command::new("diff")
            .arg("-rq")
            .args(["whole", "merged"].map(|name| place(name).join(target)))
            .output()
            .unwrap();
        assert!(
            difference.status.success(),
            "{}",
            String::from_utf8_lossy(&difference.stdout)
        );
    }
    say(
        "shards of the reference tree: three themes, two locales, three shares: the same as one deploy",
    );
}
