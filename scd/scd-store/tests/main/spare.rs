//! Units are made from those that the last exchange brought out, and it never shows in what is published.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;
use scd_store::{Ledger, Preview, PublishOptions, Published, Spare, TargetTree, publish};

use crate::support::{Root, files, place, traces};

/// One shop over several deploys, with its ledger and its spare.
struct Shop {
    root: Root,
    ledger: Ledger,
    held: Option<Ledger>,
    version: usize,
}

const UNITS: [&str; 2] = ["f/A/en_US", "f/B/en_US"];

impl Shop {
    fn new() -> Shop {
        Shop {
            root: Root::new(),
            ledger: Ledger::default(),
            held: None,
            version: 0,
        }
    }

    fn spare(&self) -> PathBuf {
        self.root.path("var/scd/spare/static")
    }

    fn live(&self, path: &str) -> PathBuf {
        self.root.path("pub/static").join(path)
    }

    fn deploy(&mut self, files: &[(&str, &str)]) -> Published {
        self.deploy_with(files, true)
    }

    fn deploy_with(&mut self, files: &[(&str, &str)], is_wanted: bool) -> Published {
        self.version += 1;
        // Longer than a step of the clock of file systems.
        std::thread::sleep(Duration::from_millis(8));
        let tree = TargetTree {
            loose: vec![place("v.txt", &self.version.to_string())],
            ..self.root.tree(&UNITS, files)
        };
        let holds = self.held.take();
        // Every other deploy has looked at its spare before.
        let ledger = holds.as_ref().filter(|_| self.version.is_multiple_of(2));
        let preview = ledger.map(|ledger| Preview::of(ledger, &self.spare()));
        let spare = Spare {
            directory: self.spare(),
            holds,
            preview,
            is_wanted,
        };
        let options = PublishOptions {
            digests: true,
            outgoing: &[&self.ledger],
            spares: &[Some(spare)],
            ..PublishOptions::new(&self.root.lock)
        };
        let published = publish(std::slice::from_ref(&tree), &options).unwrap();
        if published.spared[0] {
            self.held = Some(self.ledger.clone());
        }
        let [manifest] = published.manifests.clone().try_into().unwrap();
        let exchanged = published.exchanged;
        self.ledger
            .enter(&tree.target, &tree.units, manifest, exchanged);
        assert!(traces(&self.root.path("pub")).is_empty());
        published
    }

    /// Asserts that exactly these files are live, beside the version.
    fn assert_live(&self, wanted: &[(&str, &str)]) {
        let version = self.version.to_string();
        let mut wanted = wanted.to_vec();
        wanted.push(("v.txt", &version));
        wanted.sort_unstable();
        let found = self.root.published();
        assert_eq!(files(&found), wanted);
        for directory in found.keys().filter(|path| path.ends_with('/')) {
            assert!(
                wanted.iter().any(|(path, _)| path.starts_with(directory))
                    || UNITS.iter().any(|unit| unit.starts_with(directory)),
                "{directory} is empty"
            );
        }
        for unit in self.ledger.units.values() {
            assert!(unit.is_as_left_unshared(&self.root.path("pub/static"), self.held.as_ref()));
        }
    }

    /// Tells whether a file or directory is the one that it was; a number alone may be given again.
    fn identity(&self, path: &str) -> (u64, i64, i64) {
        let about = fs::metadata(self.live(path)).unwrap();
        (about.ino(), about.mtime(), about.mtime_nsec())
    }
}

const FIRST: [(&str, &str); 4] = [
    ("f/A/en_US/a/x.js", "x"),
    ("f/A/en_US/b/y.js", "y"),
    ("f/A/en_US/b/z.js", "z"),
    ("f/B/en_US/x.js", "x"),
];

#[test]
fn directories_and_files_take_turns() {
    let mut shop = Shop::new();
    shop.deploy(&FIRST);
    shop.assert_live(&FIRST);
    let file = shop.identity("f/A/en_US/a/x.js");
    let directory = shop.identity("f/A/en_US/a");
    // The first exchange brought out an empty target, so there is nothing to go by yet.
    let second = [FIRST[0], ("f/A/en_US/b/y.js", "changed"), FIRST[3]];
    assert_eq!(shop.deploy(&second).unchanged_count, 2);
    shop.assert_live(&second);
    assert_ne!(shop.identity("f/A/en_US/a"), directory);
    assert_eq!(
        fs::metadata(shop.live("f/B/en_US/x.js")).unwrap().nlink(),
        2
    );
    assert_eq!(
        fs::metadata(shop.live("f/A/en_US/b/y.js")).unwrap().nlink(),
        1
    );

    let third = [
        FIRST[0],
        ("f/A/en_US/b/y.js", "again"),
        FIRST[3],
        ("f/B/en_US/new/z.js", "z"),
    ];
    assert_eq!(shop.deploy(&third).unchanged_count, 2);
    shop.assert_live(&third);
    // The directory of the first run is back, and the file never was another one.
    assert_eq!(shop.identity("f/A/en_US/a"), directory);
    assert_eq!(shop.identity("f/A/en_US/a/x.js"), file);

    // A file takes the place of a directory, a directory that of a file, and one unit becomes empty.
    let fourth = [("f/A/en_US/a", "file"), ("f/A/en_US/b/y.js/z.js", "below")];
    shop.deploy(&fourth);
    shop.assert_live(&fourth);
    shop.deploy(&third);
    shop.assert_live(&third);

    shop.deploy_with(&third, false);
    shop.assert_live(&third);
    assert!(!shop.spare().exists() && shop.held.is_none());
    assert_eq!(
        fs::metadata(shop.live("f/B/en_US/x.js")).unwrap().nlink(),
        1
    );
}

#[test]
fn a_spare_that_was_tampered_with_goes() {
    let inside = |shop: &Shop| shop.spare().join("f/A/en_US/b");
    type Damage<'a> = (&'a str, &'a dyn Fn(&Shop));
    let mischief: [Damage<'_>; 5] = [
        ("a file more", &|shop| {
            fs::write(inside(shop).join("evil.js"), "").unwrap()
        }),
        ("a file less", &|shop| {
            fs::remove_file(inside(shop).join("z.js")).unwrap()
        }),
        ("another mode", &|shop| {
            fs::set_permissions(inside(shop), fs::Permissions::from_mode(0o777)).unwrap();
        }),
        ("a link", &|shop| {
            fs::rename(inside(shop), shop.spare().join("elsewhere")).unwrap();
            std::os::unix::fs::symlink("../../../elsewhere", inside(shop)).unwrap();
        }),
        ("nothing there", &|shop| {
            fs::remove_dir_all(shop.spare()).unwrap()
        }),
    ];
    for (name, mischief) in mischief {
        let mut shop = Shop::new();
        shop.deploy(&FIRST);
        shop.deploy(&FIRST);
        let (first, other) = (shop.identity("f/A/en_US/b"), shop.identity("f/B/en_US"));
        shop.deploy(&FIRST);
        mischief(&shop);
        shop.deploy(&FIRST);
        shop.assert_live(&FIRST);
        // A directory that is new lies somewhere else than the one that was live two deploys ago; the other unit is kept.
        assert!(
            name == "nothing there" || shop.identity("f/B/en_US") == other,
            "{name}"
        );
        let is_same = shop.identity("f/A/en_US/b") == first;
        assert!(
            !is_same || name == "another mode" || name == "nothing there",
            "{name}"
        );
        assert_eq!(
            fs::metadata(shop.live("f/A/en_US/b")).unwrap().mode() & 0o7777,
            0o775
        );
    }
}

/// What somebody does to a file or beside it.
#[derive(Clone, Debug)]
enum Mischief {
    Remove,
    Append,
    Replace,
    AddBeside,
}

fn mischief() -> impl Strategy<Value = Mischief> {
    prop_oneof![
        Just(Mischief::Remove),
        Just(Mischief::Append),
        Just(Mischief::Replace),
        Just(Mischief::AddBeside),
    ]
}

/// Files by path; directories have names that files do not have.
fn run() -> impl Strategy<Value = BTreeMap<String, String>> {
    let path = (0..UNITS.len(), "(d[a-b]/){0,2}[x-z]\\.js")
        .prop_map(|(unit, rest)| format!("{}/{rest}", UNITS[unit]));
    proptest::collection::btree_map(path, "[a-b]{0,2}", 0..14)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_to_live_tree_and_spare_the_next_deploy_is_right(
        runs in proptest::collection::vec(
            (run(), proptest::collection::vec((any::<bool>(), any::<prop::sample::Index>(), mischief()), 0..3)),
            2..7,
        )
    ) {
        let mut shop = Shop::new();
        for (run, mischiefs) in &runs {
            let wanted: Vec<(&str, &str)> =
                run.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            shop.deploy(&wanted);
            shop.assert_live(&wanted);
            for (is_live, index, mischief) in mischiefs.iter().filter(|_| !wanted.is_empty()) {
                let path = index.get(&wanted).0;
                let path = if *is_live { shop.live(path) } else { shop.spare().join(path) };
                // The other one may have no such file.
                let _ = match mischief {
                    Mischief::Remove => fs::remove_file(&path),
                    Mischief::Append => fs::read(&path)
                        .and_then(|bytes| fs::write(&path, [&bytes[..], b"appended"].concat())),
                    Mischief::Replace => fs::write(path.with_extension("new"), "replaced")
                        .and_then(|()| fs::rename(path.with_extension("new"), &path)),
                    Mischief::AddBeside => fs::write(path.with_extension("foreign"), "foreign"),
                };
            }
        }
    }
}
