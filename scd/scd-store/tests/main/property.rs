//! Whatever is asked for is what is there, over whatever was there.

use std::collections::BTreeMap;

use proptest::prelude::*;
use scd_store::{Digest, Placement};

use crate::support::{Root, files, place, place_file};

const UNITS: [&str; 3] = ["f/A/en_US", "f/A/de_DE", "vendor"];

/// Files of a run: path to text. Directories have names that files do not have, so that no path is both.
fn run() -> impl Strategy<Value = BTreeMap<String, String>> {
    let path = (0..UNITS.len(), "(d[a-c]/){0,3}[x-z]{1,2}\\.js")
        .prop_map(|(unit, rest)| format!("{}/{rest}", UNITS[unit]));
    proptest::collection::btree_map(path, "[a-c]{0,4}", 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_published_tree_equals_the_manifest(runs in proptest::collection::vec(run(), 1..4)) {
        let root = Root::new();
        for (number, run) in runs.iter().enumerate() {
            let mut tree = root.tree(&UNITS, &[]);
            tree.placements = run
                .iter()
                .map(|(path, text)| -> Placement {
                    // Half of the files come from a source of that text, shared by all that have it.
                    if path.len() % 2 == 0 {
                        let source = root.write(&format!("lib/{text}.txt"), text);
                        place_file(path, &source)
                    } else {
                        place(path, text)
                    }
                })
                .collect();
            tree.loose.push(place("v.txt", &number.to_string()));
            let published = root.publish(&[tree]).unwrap();

            let found = root.published();
            let mut expected = run.clone();
            expected.insert("v.txt".to_owned(), number.to_string());
            let expected_files: Vec<(&str, &str)> =
                expected.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            prop_assert_eq!(files(&found), expected_files);
            for directory in found.keys().filter(|path| path.ends_with('/')) {
                // The ways to units stay; inside units no directory is empty.
                let is_way = UNITS.iter().any(|unit| unit.starts_with(directory.trim_end_matches('/')));
                prop_assert!(is_way || expected.keys().any(|path| path.starts_with(directory)));
            }
            let manifest: Vec<(&str, Digest, u64)> = published.manifests[0]
                .entries()
                .iter()
                .map(|entry| (&*entry.path, entry.digest, entry.size()))
                .collect();
            let from_disk: Vec<(&str, Digest, u64)> = files(&found)
                .into_iter()
                .map(|(path, text)| (path, Digest::of(text.as_bytes()), text.len() as u64))
                .collect();
            prop_assert_eq!(manifest, from_disk);
        }
    }
}
