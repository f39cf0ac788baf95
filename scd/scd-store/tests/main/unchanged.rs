//! Files that are to hold the same bytes again are taken over, and only those.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::{Duration, SystemTime};

use scd_store::{Digest, Manifest, PublishOptions, Published, Stamp, TargetTree, publish};

use crate::support::{Root, files, ledger, place, place_file};

fn again(root: &Root, tree: &TargetTree, left: &[Manifest]) -> Published {
    let ledger = ledger(tree, &left[0]);
    let options = PublishOptions {
        digests: true,
        outgoing: &[&ledger],
        ..PublishOptions::new(&root.lock)
    };
    publish(std::slice::from_ref(tree), &options).unwrap()
}

fn request(root: &Root) -> TargetTree {
    let source = root.write("lib/s.js", "source");
    let large = root.write("lib/large.bin", &"x".repeat(3 << 20));
    let mut tree = root.tree(&["a"], &[("a/x.css", "x"), ("a/y.css", "y")]);
    tree.placements.push(place_file("a/s.js", &source));
    tree.placements.push(place_file("a/large.bin", &large));
    tree.loose.push(place("v.txt", "1"));
    tree
}

#[test]
fn unchanged_files_are_linked_and_keep_their_time() {
    let root = Root::new();
    let mut tree = request(&root);
    let first = root.publish(std::slice::from_ref(&tree)).unwrap();
    assert_eq!(first.unchanged_count, 0);
    let inode = |path: &str| {
        fs::metadata(root.path("pub/static").join(path))
            .unwrap()
            .ino()
    };
    let before: Vec<u64> = ["a/x.css", "a/s.js", "a/large.bin"].map(inode).to_vec();

    tree.placements[1] = place("a/y.css", "z");
    tree.loose[0] = place("v.txt", "2");
    let second = again(&root, &tree, &first.manifests);
    assert_eq!(second.unchanged_count, 3);
    assert_eq!(
        ["a/x.css", "a/s.js", "a/large.bin"].map(inode).to_vec(),
        before
    );
    assert_eq!(root.published()["a/y.css"], "z");
    assert_eq!(root.published()["v.txt"], "2");
    for entry in second.manifests[0].entries() {
        let path = root.path("pub/static").join(&*entry.path);
        let stamp = Stamp::at(&path).unwrap();
        assert!(stamp.is_published_as(&entry.stamp), "{}", entry.path);
        assert_eq!(entry.digest, Digest::of(&fs::read(&path).unwrap()));
        assert_eq!(fs::metadata(&path).unwrap().nlink(), 1, "{}", entry.path);
    }
    // And so on: what was recorded of a linked file holds for the next run.
    assert_eq!(again(&root, &tree, &second.manifests).unchanged_count, 5);
}

#[test]
fn a_known_digest_spares_the_reading() {
    let root = Root::new();
    let mut tree = request(&root);
    let first = root.publish(std::slice::from_ref(&tree)).unwrap();
    for placement in &mut tree.placements {
        placement.digest = Some(first.manifests[0].find(&placement.path).unwrap().digest);
    }
    fs::remove_dir_all(root.path("lib")).unwrap();
    let second = again(&root, &tree, &first.manifests);
    assert_eq!(second.unchanged_count, 5);
    assert_eq!(
        (second.file_count, second.byte_count),
        (5, first.byte_count)
    );
}

#[test]
fn what_was_touched_is_written_anew() {
    let root = Root::new();
    let tree = request(&root);
    let first = root.publish(std::slice::from_ref(&tree)).unwrap();
    let expected = root.published();
    let live = |path: &str| root.path("pub/static").join(path);
    // Another file of equal size, an edit that keeps the size, a time set back, a mode, a link, nothing at all.
    fs::write(live("new"), "q").unwrap();
    fs::rename(live("new"), live("a/x.css")).unwrap();
    fs::write(live("a/y.css"), "q").unwrap();
    let past = SystemTime::now() - Duration::from_secs(100);
    fs::File::open(live("a/s.js"))
        .unwrap()
        .set_modified(past)
        .unwrap();
    fs::set_permissions(live("v.txt"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(live("a/large.bin"), live("moved")).unwrap();
    std::os::unix::fs::symlink("../moved", live("a/large.bin")).unwrap();
    let second = again(&root, &tree, &first.manifests);
    assert_eq!(second.unchanged_count, 0);
    fs::remove_file(live("moved")).unwrap();
    assert_eq!(root.published(), expected);
    fs::remove_dir_all(live("a")).unwrap();
    assert_eq!(again(&root, &tree, &second.manifests).unchanged_count, 1);
    assert_eq!(root.published(), expected);
}

#[test]
fn a_wrong_record_is_no_harm() {
    let root = Root::new();
    let tree = request(&root);
    let first = root.publish(std::slice::from_ref(&tree)).unwrap();
    let mut other = root.tree(&["a"], &[("a/x.css", "y"), ("a/y.css", "x")]);
    other.loose.push(place("a.txt", "y"));
    again(&root, &other, &first.manifests);
    assert_eq!(
        files(&root.published()),
        [
            ("a.txt", "y"),
            ("a/x.css", "y"),
            ("a/y.css", "x"),
            ("v.txt", "1")
        ]
    );
}
