//! Bundles in PHP's own reading order beside those that PHP made, file by file: runs where `SCD_REFERENCE_ROOT` names the
//! reference tree and `SCD_EXPECTED` a directory with `min/static` and `nomin/static`, as PHP left them there. They must
//! not have been copied, because the order is that of their directories on the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use scd::bundle_text::ordered_entries;
use scd::compare::{Verdict, compare_files};
use scd::derive::bundle::{self, BundleConfig, BundleFile};
use scd::derive::bundle_choice::ReadingOrder;
use scd_magento::{Environment, FsTree, Project, ThemeId};
use scd_minify::Level;
use scd_tests::php_listing::{deploy_in_order, php_listing};
use scd_tests::reference::reference;
use scd_tests::say::say;
use toml::Table;

use crate::root::ScratchRoot;

/// The packages of a tree in the order in which PHP bundled them, which the times of the files tell.
fn packages(tree: &Path) -> Vec<String> {
    let mut found: Vec<(SystemTime, String)> = Vec::new();
    let mut open = vec![(String::new(), 0)];
    while let Some((path, depth)) = open.pop() {
        if depth == 4 {
            let first = bundles(tree, &path).into_iter().next();
            let first = first.unwrap_or_else(|| panic!("{path}: PHP made no bundle"));
            let about = fs::metadata(tree.join(&path).join(first)).expect("it was just listed");
            found.push((about.modified().expect("the system keeps times"), path));
            continue;
        }
        for entry in fs::read_dir(tree.join(&path)).expect("it can be read") {
            let name = entry.expect("it can be read").file_name();
            let name = name.to_string_lossy();
            let below = if path.is_empty() {
                name.into_owned()
            } else {
                format!("{path}/{name}")
            };
            if tree.join(&below).is_dir() {
                open.push((below, depth + 1));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, package)| package).collect()
}

/// The paths of a package's bundles, by number.
fn bundles(tree: &Path, package: &str) -> Vec<String> {
    let of = |sign: &str| -> Vec<String> {
        (0..)
            .map(|number| format!("js/bundle/bundle{number}{sign}.js"))
            .take_while(|path| tree.join(package).join(path).is_file())
            .collect()
    };
    let minified = of(".min");
    if minified.is_empty() {
        of("")
    } else {
        minified
    }
}

/// What PHP's `glob` found in a package before there were bundles.
fn listing(tree: &Path, package: &str) -> Vec<String> {
    let mut files = php_listing(&tree.join(package));
    files.retain(|path| !path.starts_with("js/bundle/"));
    files
}

/// Each of PHP's bundles made again from the files that PHP published, chosen and packed here.
fn packed_again(tree: &Path, packages: &[String], order: &ReadingOrder, root: &Path) -> usize {
    let project = Project::open(&FsTree, root, &Environment::default())
        .expect("the reference tree can be opened");
    let mut count = 0;
    for package in packages {
        let mut parts = package.splitn(2, '/');
        let area = parts.next().expect("a package has an area");
        let theme = parts.next().and_then(|rest| rest.rsplit_once('/'));
        let theme = ThemeId {
            area: area.into(),
            code: theme.expect("a package has a locale").0.into(),
        };
        let settings = project
            .view_config(&FsTree, &theme)
            .expect("its view.xml is sound");
        let paths = listing(tree, package);
        let contents: Vec<Vec<u8>> = paths
            .iter()
            .map(|path| fs::read(tree.join(package).join(path)).expect("it was just listed"))
            .collect();
        let files: Vec<BundleFile<'_>> = paths
            .iter()
            .zip(&contents)
            .map(|(path, content)| BundleFile {
                path,
                key: path,
                length: bundle::length(content),
            })
            .collect();
        let named = paths.iter().map(String::as_str);
        let contents: BTreeMap<&str, &[u8]> =
            named.zip(contents.iter().map(Vec::as_slice)).collect();
        let theirs = bundles(tree, package);
        let config = BundleConfig {
            limit: settings.bundle_kilobytes().expect("a size"),
            has_min_sign: theirs[0].ends_with(".min.js"),
        };
        let chosen = order.choose(package, &files, &settings.exclusions());
        let ours = bundle::plan(&chosen, &config);
        let names: Vec<&str> = ours.iter().map(|bundle| bundle.path.as_str()).collect();
        assert_eq!(names, theirs, "{package}");
        for bundle in ours {
            let recorded = fs::read(tree.join(package).join(&bundle.path)).expect("it is there");
            let keys = bundle.files.iter().map(|&place| chosen[place].key);
            let bytes = bundle.print(keys.map(|key| (key, contents[key])));
            assert!(bytes == recorded, "{package}/{} differs", bundle.path);
            count += 1;
        }
    }
    count
}

/// Bundles equal to the byte, and entries that follow each other as in PHP's bundles with the same meaning.
struct Tally {
    same_files: usize,
    files: usize,
    entries: usize,
}

fn beside(ours: &Path, theirs: &Path, packages: &[String]) -> Tally {
    let mut tally = Tally {
        same_files: 0,
        files: 0,
        entries: 0,
    };
    for package in packages {
        let read = |tree: &Path| -> Vec<Vec<u8>> {
            let paths = bundles(tree, package);
            let read = |path: &String| fs::read(tree.join(package).join(path));
            paths
                .iter()
                .map(|path| read(path).expect("it was just listed"))
                .collect()
        };
        let (ours, theirs) = (read(ours), read(theirs));
        tally.files += theirs.len();
        tally.same_files += ours
            .iter()
            .zip(&theirs)
            .filter(|(left, right)| left == right)
            .count();
        let entries = |bundles: &[Vec<u8>]| -> Vec<(String, String)> {
            let entries = |bytes: &Vec<u8>| ordered_entries(bytes).expect("it is a bundle");
            bundles.iter().flat_map(entries).collect()
        };
        let (ours, theirs) = (entries(&ours), entries(&theirs));
        let names = |entries: &[(String, String)]| -> Vec<String> {
            entries.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&ours), names(&theirs), "{package}");
        for ((name, left), (_, right)) in ours.iter().zip(&theirs) {
            let verdict = compare_files(name, left.as_bytes(), right.as_bytes(), Level::Compat);
            assert!(
                !matches!(verdict, Verdict::Different(_)),
                "{package}: {name}: {verdict:?}"
            );
            tally.entries += 1;
        }
    }
    tally
}

#[test]
fn bundles_in_php_s_order_are_php_s() {
    const TEST: &str = "bundles_in_php_s_order_are_php_s";
    let Some((reference, expected)) = reference(TEST) else {
        return;
    };
    let root = ScratchRoot::make(&reference);
    for (name, minified) in [("min", "1"), ("nomin", "0")] {
        let tree: PathBuf = expected.join(name).join("static");
        let packages = packages(&tree);
        let listed = packages
            .iter()
            .map(|package| (package.clone(), listing(&tree, package)));
        let order = ReadingOrder::new(listed);
        let mut config = Table::new();
        for kind in ["js", "css"] {
            config.insert(
                format!("system/default/dev/{kind}/minify_files"),
                minified.into(),
            );
        }
        let _laid = root.configure(&config, &Table::new(), &[]);
        let again = packed_again(&tree, &packages, &order, &root.path());
        let scratch = root.scratch("bundles");
        deploy_in_order(&root.path(), &scratch, &packages, order);
        let tally = beside(&scratch.join("static"), &tree, &packages);
        say(&format!(
            "{TEST}: {name}: {} packages; PHP's files packed here: {again} of {} bundles equal to the byte; \
             scd's run: {} of {} bundles equal to the byte, {} entries in PHP's order equal in bytes or meaning",
            packages.len(),
            tally.files,
            tally.same_files,
            tally.files,
            tally.entries
        ));
        assert_eq!(again, tally.files);
        // Minified scripts are shorter here than PHP's, so that a bundle takes more of them.
        if minified == "0" {
            assert_eq!(tally.same_files, tally.files);
        }
        assert!(tally.entries > 1000, "only {} entries", tally.entries);
    }
}
