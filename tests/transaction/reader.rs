//! Visitors read while deploys go on: no file is missing, half written or of another version than the rest.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use scd_tests::say::say;

use crate::rounds;
use crate::versions::{STATIC, Tree, Versions};

/// What one reader saw between two looks at the version file.
struct Sight {
    before: u64,
    after: u64,
    /// None where the file was missing.
    files: Vec<(usize, Option<blake3::Hash>)>,
}

struct Reader<'a> {
    target: PathBuf,
    /// The paths of even and of odd versions.
    paths: &'a [Vec<String>; 2],
}

impl Reader<'_> {
    fn version(&self) -> u64 {
        let path = self.target.join("deployed_version.txt");
        let text = fs::read_to_string(path).expect("the version file is always there");
        text.parse().expect("it holds a whole number")
    }

    fn look(&self) -> Sight {
        let before = self.version();
        let paths = &self.paths[parity(before)];
        let files = paths.iter().enumerate().map(|(index, path)| {
            let bytes = fs::read(self.target.join(path)).ok();
            (index, bytes.map(|bytes| blake3::hash(&bytes)))
        });
        let files = files.collect();
        Sight {
            before,
            after: self.version(),
            files,
        }
    }
}

fn parity(version: u64) -> usize {
    usize::from(version % 2 == 1)
}

fn paths(tree: &Tree) -> Vec<String> {
    tree.keys()
        .filter(|path| path.as_str() != "deployed_version.txt")
        .cloned()
        .collect()
}

/// What is wrong with a sight, if anything.
fn fault(
    sight: &Sight,
    paths: &[Vec<String>; 2],
    expected: &BTreeMap<u64, Tree>,
) -> Option<String> {
    let listed = &paths[parity(sight.before)];
    let spanned = || expected.range(sight.before..=sight.after);
    for (index, found) in &sight.files {
        let path = &listed[*index];
        let possible: Vec<_> = spanned().map(|(_, tree)| tree.get(path).copied()).collect();
        if !possible.contains(found) {
            return Some(format!(
                "`{path}` between versions {} and {}: {}",
                sight.before,
                sight.after,
                if found.is_none() {
                    "missing"
                } else {
                    "partial or of another version"
                }
            ));
        }
    }
    None
}

#[test]
fn two_hundred_deploys_under_the_eyes_of_readers() {
    let deploys = rounds("SCD_TEST_DEPLOYS") as u64;
    let versions = Versions::new();
    let mut expected = BTreeMap::new();
    let deploy = |version: u64, expected: &mut BTreeMap<u64, Tree>| {
        versions.set(version);
        versions.deploy(version).expect_code(0);
        expected.insert(version, versions.live(STATIC));
    };
    deploy(1000, &mut expected);
    deploy(1001, &mut expected);
    let paths = [paths(&expected[&1000]), paths(&expected[&1001])];
    assert!(paths[0] != paths[1] && paths[0].len() > 60);
    let is_over = AtomicBool::new(false);
    let reader = Reader {
        target: versions.shop.root().join(STATIC),
        paths: &paths,
    };
    let sights: Vec<Sight> = std::thread::scope(|scope| {
        let read = || {
            let mut sights = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                sights.push(reader.look());
            }
            sights
        };
        let readers = [scope.spawn(read), scope.spawn(read)];
        for number in 0..deploys {
            deploy(1002 + number, &mut expected);
        }
        is_over.store(true, Ordering::Relaxed);
        let sights = readers.map(|reader| reader.join().expect("a reader sees the version"));
        sights.into_iter().flatten().collect()
    });
    let files: usize = sights.iter().map(|sight| sight.files.len()).sum();
    let spanning = sights.iter().filter(|sight| sight.before != sight.after);
    say(&format!(
        "{deploys} deploys of {} files, {} readings of the whole tree ({files} files), {} of them across an exchange",
        expected[&1000].len(),
        sights.len(),
        spanning.count(),
    ));
    let faults: Vec<String> = sights
        .iter()
        .filter_map(|sight| fault(sight, &paths, &expected))
        .collect();
    assert_eq!(faults, [] as [&str; 0]);
    assert!(sights.len() as u64 > deploys / 2, "the readers hardly read");
    assert_survivors(&versions.shop.root().join(STATIC));
}

/// What no deploy brings and none may lose.
#[track_caller]
pub(crate) fn assert_survivors(target: &Path) {
    for (path, text) in [
        ("_cache/merged/m.js", "merged"),
        (".htaccess", "# kept\n"),
        ("frontend/Acme/other/en_US/o.js", "of another run"),
    ] {
        assert_eq!(fs::read_to_string(target.join(path)).expect(path), text);
    }
}
