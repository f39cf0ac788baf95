//! What equal outputs have in common.

use std::fs;
use std::os::unix::fs::MetadataExt;

use scd_store::{Ledger, Link, Manifest, PublishOptions, Published, TargetTree, publish};

use crate::support::{Root, ledger, place, place_file, traces};

fn request(root: &Root) -> TargetTree {
    let source = root.write("lib/s.js", "equal");
    let large = root.write("lib/large.bin", &"x".repeat(3 << 20));
    let mut tree = root.tree(
        &["a", "b"],
        &[
            ("a/1.js", "equal"),
            ("b/1.js", "equal"),
            ("b/2.js", "other"),
        ],
    );
    for path in ["a/s.js", "b/s.js"] {
        tree.placements.push(place_file(path, &source));
    }
    for path in ["a/large.bin", "b/large.bin"] {
        tree.placements.push(place_file(path, &large));
    }
    tree.loose.push(place("version.txt", "equal"));
    tree
}

fn run(root: &Root, link: Link, left: &[Manifest]) -> Published {
    let tree = request(root);
    let ledgers: Vec<Ledger> = left.iter().map(|left| ledger(&tree, left)).collect();
    let outgoing: Vec<&Ledger> = ledgers.iter().collect();
    let options = PublishOptions {
        digests: true,
        outgoing: &outgoing,
        link,
        ..PublishOptions::new(&root.lock)
    };
    // One thread, so that it does not depend on the moment which of two equal files is first.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let published = pool
        .unwrap()
        .install(|| publish(&[tree], &options))
        .unwrap();
    assert_eq!(traces(&root.path("pub")), [] as [&str; 0]);
    for entry in published.manifests[0].entries() {
        let bytes = fs::read(root.path("pub/static").join(&*entry.path)).unwrap();
        assert_eq!(
            scd_store::Digest::of(&bytes),
            entry.digest,
            "{}",
            entry.path
        );
    }
    published
}

/// How many names each file has, in the order of the paths.
fn names(root: &Root, published: &Published) -> Vec<u64> {
    let entries = published.manifests[0].entries().iter();
    entries
        .map(|entry| {
            let path = root.path("pub/static").join(&*entry.path);
            fs::metadata(path).unwrap().nlink()
        })
        .collect()
}

const SEPARATE: [u64; 8] = [1; 8];

// a/1.js a/large.bin a/s.js b/1.js b/2.js b/large.bin b/s.js version.txt
const SHARED: [u64; 8] = [5, 2, 5, 5, 1, 2, 5, 5];

#[test]
fn equal_outputs_are_one_file_if_asked_for_and_never_the_source() {
    let root = Root::new();
    let copied = run(&root, Link::Copy, &[]);
    assert_eq!(names(&root, &copied), SEPARATE);
    let cloned = run(&root, Link::Reflink, &[]);
    assert_eq!(names(&root, &cloned), SEPARATE);
    let linked = run(&root, Link::Hardlink, &[]);
    assert_eq!(names(&root, &linked), SHARED);
    for source in ["lib/s.js", "lib/large.bin"] {
        assert_eq!(fs::metadata(root.path(source)).unwrap().nlink(), 1);
    }
}

#[test]
fn the_manner_can_change_from_run_to_run() {
    let root = Root::new();
    let copied = run(&root, Link::Copy, &[]);
    let linked = run(&root, Link::Hardlink, &copied.manifests);
    assert_eq!(names(&root, &linked), SHARED);
    let again = run(&root, Link::Hardlink, &linked.manifests);
    assert_eq!(names(&root, &again), SHARED);
    assert_eq!(again.unchanged_count, 8);
    // Files that share their bytes are not taken over where each is to stand by itself.
    let apart = run(&root, Link::Copy, &again.manifests);
    assert_eq!(names(&root, &apart), SEPARATE);
    assert_eq!(apart.unchanged_count, 1);
    assert_eq!(run(&root, Link::Copy, &apart.manifests).unchanged_count, 8);
}

#[test]
fn targets_on_two_disks_share_nothing() {
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("skipped: /dev/shm cannot be written");
        return;
    };
    let root = Root::new();
    let mut far = request(&root);
    far.target = other.path().join("static");
    let options = PublishOptions {
        digests: true,
        link: Link::Hardlink,
        ..PublishOptions::new(&root.lock)
    };
    let published = publish(&[request(&root), far], &options).unwrap();
    assert_eq!(published.file_count, 16);
    assert_eq!(
        fs::read_to_string(other.path().join("static/a/s.js")).unwrap(),
        "equal"
    );
}
