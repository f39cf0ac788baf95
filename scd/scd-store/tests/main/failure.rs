//! Whatever goes wrong, the live tree stays as it was and no stage remains.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::AtomicBool;

use scd_store::{Error, PublishOptions, TargetTree, publish};
use tempfile::TempDir;

use crate::support::{Mount, Root, place, place_file, traces};

/// A root with a live package, and what is in it.
fn live() -> (Root, BTreeMap<String, String>) {
    let root = Root::new();
    root.write("pub/static/a/b/x.js", "old");
    root.write("pub/static/c/y.js", "old");
    root.write("pub/static/deployed_version.txt", "1");
    let before = root.published();
    (root, before)
}

fn assert_untouched(root: &Root, before: &BTreeMap<String, String>) {
    assert_eq!(&root.published(), before);
    assert_eq!(traces(&root.path("pub")), [] as [&str; 0]);
}

fn request(root: &Root) -> TargetTree {
    let mut tree = root.tree(&["a/b", "d"], &[("a/b/x.js", "new"), ("d/z.js", "new")]);
    tree.loose.push(place("deployed_version.txt", "2"));
    tree
}

#[test]
fn a_source_that_vanished() {
    let (root, before) = live();
    let mut tree = request(&root);
    tree.placements
        .push(place_file("d/gone.png", &root.path("lib/gone.png")));
    let error = root.publish(&[tree]).unwrap_err();
    let path = root.path("lib/gone.png");
    assert_eq!(
        error.to_string(),
        format!(
            "cannot read `{}`: no such file or directory",
            path.display()
        )
    );
    assert_eq!(
        error.hint(),
        Some("it vanished during the run; restore it and deploy again")
    );
    assert_untouched(&root, &before);
}

#[test]
fn of_many_vanished_sources_the_first_is_named() {
    let (root, before) = live();
    let mut tree = request(&root);
    for number in 0..500 {
        let path = format!("lib/gone-{number:03}.png");
        tree.placements
            .push(place_file(&format!("d/{number}.png"), &root.path(&path)));
    }
    for _ in 0..5 {
        let error = root.publish(&[tree.clone()]).unwrap_err();
        assert!(error.to_string().contains("gone-000.png"), "{error}");
    }
    assert_untouched(&root, &before);
}

#[test]
fn a_directory_as_source() {
    let (root, before) = live();
    let mut tree = request(&root);
    tree.placements.push(place_file("d/lib", &root.path("var")));
    let error = root.publish(&[tree]).unwrap_err();
    let path = root.path("var");
    assert_eq!(
        error.to_string(),
        format!("cannot read `{}`: is a directory", path.display())
    );
    assert_untouched(&root, &before);
}

#[test]
fn the_interrupt_flag() {
    let (root, before) = live();
    let flag = AtomicBool::new(true);
    let options = PublishOptions {
        interrupted: Some(&flag),
        ..PublishOptions::new(&root.lock)
    };
    let error = publish(&[request(&root)], &options).unwrap_err();
    assert!(matches!(error, Error::Interrupted));
    assert_untouched(&root, &before);
    flag.store(false, std::sync::atomic::Ordering::Relaxed);
    publish(&[request(&root)], &options).unwrap();
    assert_eq!(root.published()["a/b/x.js"], "new");
}

#[test]
fn a_file_on_the_way_to_a_unit() {
    let (root, _) = live();
    root.write("pub/static/frontend", "a file");
    let before = root.published();
    let mut tree = request(&root);
    tree.units.push("frontend/A/b/en_US".to_owned());
    tree.placements.push(place("frontend/A/b/en_US/x.js", "x"));
    let error = root.publish(&[tree]).unwrap_err();
    let path = root.path("pub/static/frontend");
    assert_eq!(
        error.to_string(),
        format!("cannot write into `{}`: not a directory", path.display())
    );
    assert_untouched(&root, &before);
}

#[test]
fn a_dangling_link_on_the_way_to_a_unit() {
    let (root, _) = live();
    symlink("nowhere", root.path("pub/static/frontend")).unwrap();
    let before = root.published();
    let mut tree = request(&root);
    tree.units.push("frontend/A".to_owned());
    tree.placements.push(place("frontend/A/x.js", "x"));
    let error = root.publish(&[tree]).unwrap_err();
    let path = root.path("pub/static/frontend");
    assert_eq!(
        error.to_string(),
        format!(
            "cannot write into `{}`: no such file or directory",
            path.display()
        )
    );
    assert_untouched(&root, &before);
}

#[test]
fn a_directory_in_place_of_the_version_file() {
    let (root, _) = live();
    fs::remove_file(root.path("pub/static/deployed_version.txt")).unwrap();
    root.write("pub/static/deployed_version.txt/x", "");
    let before = root.published();
    let error = root.publish(&[request(&root)]).unwrap_err();
    let path = root.path("pub/static/deployed_version.txt");
    assert_eq!(
        error.to_string(),
        format!("cannot replace `{}`: is a directory", path.display())
    );
    assert_untouched(&root, &before);
}

#[test]
fn a_file_in_place_of_the_target() {
    let root = Root::new();
    root.write("pub/static", "a file");
    let error = root.publish(&[request(&root)]).unwrap_err();
    let path = root.path("pub/static");
    assert_eq!(
        error.to_string(),
        format!("cannot open `{}`: not a directory", path.display())
    );
    assert!(error.hint().unwrap().contains("a directory was expected"));
    assert_eq!(traces(&root.path("pub")), [] as [&str; 0]);
}

#[test]
fn one_path_placed_twice_or_as_file_and_directory() {
    let (root, before) = live();
    for extra in ["d/z.js", "d/z.js/inner.js"] {
        let mut tree = request(&root);
        tree.placements.push(place(extra, "twice"));
        let error = root.publish(&[tree]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot publish `d/z.js`: it is placed twice, or is both a file and a directory"
        );
        assert_untouched(&root, &before);
    }
}

#[test]
fn a_failure_in_a_later_target_takes_the_earlier_one_along() {
    let (root, before) = live();
    let broken = TargetTree {
        target: root.path("var/view_preprocessed/pub/static"),
        units: vec!["vendor".to_owned()],
        placements: vec![place_file("vendor/t.phtml", &root.path("gone.phtml"))],
        loose: Vec::new(),
        keep_versions: 0,
    };
    root.publish(&[request(&root), broken]).unwrap_err();
    assert_untouched(&root, &before);
    // What was created for the failed run is gone, too.
    assert!(!root.path("var/view_preprocessed").exists());
}

#[test]
fn a_full_disk() {
    let root = Root::new();
    let Some(_mount) = Mount::small(root.path("pub")) else {
        return;
    };
    root.write("pub/static/a/b/x.js", "old");
    let before = root.published();
    let mut tree = request(&root);
    let large = root.write("lib/large.bin", &"x".repeat(3 << 20));
    tree.placements.push(place_file("d/large.bin", &large));
    let error = root.publish(&[tree]).unwrap_err();
    let path = root.path("pub/static/d/large.bin");
    assert_eq!(
        error.to_string(),
        format!("cannot write `{}`: no space left on device", path.display())
    );
    assert_eq!(
        error.hint(),
        Some("the disk is full; free some space and deploy again")
    );
    assert_untouched(&root, &before);
}

#[test]
fn a_read_only_disk() {
    let root = Root::new();
    let Some(mount) = Mount::small(root.path("pub")) else {
        return;
    };
    root.write("pub/static/a/b/x.js", "old");
    let before = root.published();
    mount.make_read_only();
    let error = root.publish(&[request(&root)]).unwrap_err();
    assert!(
        error.to_string().ends_with("read-only file system"),
        "{error}"
    );
    assert_eq!(
        error.hint(),
        Some("the file system is read-only; deploy where it is writable")
    );
    assert_untouched(&root, &before);
}

#[test]
fn a_mounted_target_and_a_mounted_unit() {
    let root = Root::at(TempDir::new().unwrap());
    let Some(_target) = Mount::small(root.path("pub/static")) else {
        return;
    };
    root.write("pub/static/c/y.js", "kept");
    root.publish(&[request(&root)]).unwrap();
    let expected: &[(&str, &str)] = &[
        ("a/b/x.js", "new"),
        ("c/y.js", "kept"),
        ("d/z.js", "new"),
        ("deployed_version.txt", "2"),
    ];
    assert_eq!(crate::support::files(&root.published()), expected);
    assert_eq!(traces(&root.path("pub/static")), [] as [&str; 0]);

    let Some(_unit) = Mount::small(root.path("pub/static/d")) else {
        return;
    };
    root.write("pub/static/d/stale.js", "stale");
    root.publish(&[request(&root)]).unwrap();
    assert_eq!(crate::support::files(&root.published()), expected);
}

#[test]
fn an_exchange_that_fails_half_way_is_taken_back() {
    // The second unit cannot be exchanged: its parent is a file system that is read-only.
    let (root, _) = live();
    let Some(mount) = Mount::small(root.path("pub/static/frozen")) else {
        return;
    };
    root.write("pub/static/frozen/unit/x.js", "old");
    mount.make_read_only();
    let before = root.published();
    let mut tree = request(&root);
    tree.units.push("frozen/unit".to_owned());
    tree.placements.push(place("frozen/unit/x.js", "new"));
    let error = root.publish(&[tree]).unwrap_err();
    assert!(
        error.to_string().contains("read-only file system"),
        "{error}"
    );
    assert_untouched(&root, &before);
}
