//! Bundles and RequireJS texts against those that PHP made: runs where `SCD_EXPECTED` names a directory with the trees `min`
//! and `nomin` of recorded deploys.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use scd_magento::BundleExclusions;

use super::bundle::{self, BundleConfig, BundleFile};
use super::bundle_choice::by_path;
use super::requirejs::{assemble, min_resolver};

const PACKAGES: [&str; 3] = [
    "frontend/Magento/blank/en_US",
    "frontend/Magento/luma/en_US",
    "adminhtml/Magento/backend/en_US",
];

/// The stock themes say `1MB`.
const LIMIT: i64 = 1024;

#[allow(clippy::print_stderr)] // the one way for a skipped test to say so
fn expected() -> Option<PathBuf> {
    let directory = std::env::var_os("SCD_EXPECTED").map(PathBuf::from);
    if directory.is_none() {
        eprintln!("skipped: SCD_EXPECTED is not set");
    }
    directory
}

/// The text of a bundle.
struct Packed {
    path: String,
    bytes: Vec<u8>,
}

/// What we make of files with their contents by name.
fn pack(
    files: &[BundleFile<'_>],
    contents: &BTreeMap<&str, &[u8]>,
    config: &BundleConfig,
) -> Vec<Packed> {
    let bundles = bundle::plan(files, config).into_iter();
    let print = |bundle: bundle::Bundle| {
        let keys = bundle.files.iter().map(|&place| files[place].key);
        Packed {
            bytes: bundle.print(keys.map(|key| (key, contents[key]))),
            path: bundle.path,
        }
    };
    bundles.map(print).collect()
}

/// PHP's bundles of a package in their order.
fn recorded(package: &Path, sign: &str) -> Vec<Packed> {
    (0..)
        .map(|number| format!("js/bundle/bundle{number}{sign}.js"))
        .map_while(|path| {
            let bytes = fs::read(package.join(&path)).ok()?;
            Some(Packed { path, bytes })
        })
        .collect()
}

/// The entries of a bundle in their order: between the first colon after the pool and the line that ends the call.
fn entries(bundle: &Packed) -> Map<String, Value> {
    let text = std::str::from_utf8(&bundle.bytes).unwrap();
    let json = text.lines().nth(1).unwrap().split_once("\":").unwrap().1;
    serde_json::from_str(json).unwrap()
}

fn all_entries(bundles: &[Packed]) -> BTreeMap<String, Value> {
    bundles.iter().flat_map(entries).collect()
}

#[test]
fn bundles_of_the_recorded_files_in_the_recorded_order_are_equal_to_the_byte() {
    let Some(expected) = expected() else { return };
    let mut compared = 0;
    for (tree, sign) in [("min", ".min"), ("nomin", "")] {
        for package in PACKAGES {
            let directory = expected.join(tree).join("static").join(package);
            let recorded = recorded(&directory, sign);
            let names: Vec<String> = recorded
                .iter()
                .flat_map(|bundle| entries(bundle).into_iter().map(|(key, _)| key))
                .collect();
            let contents: Vec<Vec<u8>> = names
                .iter()
                .map(|name| fs::read(directory.join(name)).unwrap())
                .collect();
            let files: Vec<BundleFile<'_>> = names
                .iter()
                .zip(&contents)
                .map(|(name, content)| BundleFile {
                    path: name,
                    key: name,
                    length: bundle::length(content),
                })
                .collect();
            let names = names.iter().map(String::as_str);
            let contents = names.zip(contents.iter().map(Vec::as_slice)).collect();
            let config = BundleConfig {
                limit: LIMIT,
                has_min_sign: !sign.is_empty(),
            };
            let packed = pack(&files, &contents, &config);
            assert_eq!(packed.len(), recorded.len(), "{tree} {package}");
            for (ours, theirs) in packed.iter().zip(&recorded) {
                assert_eq!(ours.path, theirs.path);
                assert!(
                    ours.bytes == theirs.bytes,
                    "{tree} {package} {} differs",
                    ours.path
                );
                compared += 1;
            }
            // In the order of the paths the bundles hold the same.
            let chosen = by_path(&files, &BundleExclusions::default());
            let sorted = pack(&chosen, &contents, &config);
            let (ours, theirs) = (all_entries(&sorted), all_entries(&recorded));
            let missing: Vec<&String> = theirs
                .keys()
                .filter(|key| !ours.contains_key(*key))
                .collect();
            assert!(ours.iter().all(|(key, text)| theirs.get(key) == Some(text)));
            // PHP may take both twins of the first package, depending on the order of a directory.
            for key in missing {
                let twin = key.replace(".js", ".min.js");
                assert!(
                    ours.contains_key(&twin),
                    "{tree} {package} {key} is missing"
                );
            }
        }
    }
    assert!(compared > 20, "only {compared} bundles were found");
}

#[test]
fn the_resolver_is_equal_to_the_byte() {
    let Some(expected) = expected() else { return };
    let excludes = ["/tiny_mce/", "/v1/songbird", "/pay.google.com/"].map(str::to_owned);
    for package in PACKAGES {
        let path = expected
            .join("nomin/static")
            .join(package)
            .join("requirejs-min-resolver.js");
        let theirs = fs::read(&path).unwrap();
        assert_eq!(
            String::from_utf8(min_resolver(&excludes)).unwrap(),
            String::from_utf8(theirs).unwrap()
        );
    }
}

#[test]
fn a_config_taken_apart_and_put_together_is_equal_to_the_byte() {
    let Some(expected) = expected() else { return };
    for package in PACKAGES {
        let path = expected
            .join("nomin/static")
            .join(package)
            .join("requirejs-config.js");
        let theirs = fs::read_to_string(&path).unwrap();
        let inner = theirs
            .strip_prefix("(function(require){\n(function() {\n")
            .and_then(|rest| {
                rest.strip_suffix("\nrequire.config(config);\n})();\n\n\n\n})(require);")
            })
            .unwrap();
        let parts: Vec<&[u8]> = inner
            .split("\nrequire.config(config);\n})();\n(function() {\n")
            .map(str::as_bytes)
            .collect();
        assert!(parts.len() > 10, "{package} has only {} parts", parts.len());
        assert!(assemble(&parts) == theirs.as_bytes(), "{package} differs");
    }
}
