//! Single files in a live target: replaced in one step, never written through links.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use scd_store::{Laying, Lock, stamp_of_laid};

#[test]
fn files_are_replaced_and_links_are_not_followed() {
    let scratch = tempfile::tempdir().expect("a directory");
    let root = scratch.path();
    let lock = Lock::acquire(root, "watching").expect("it is free");
    let target = root.join("pub/static");
    fs::create_dir_all(target.join("a")).expect("it can be made");
    fs::create_dir_all(root.join("sources/css")).expect("it can be made");
    fs::write(root.join("sources/x.js"), "source").expect("it can be written");
    fs::write(root.join("sources/css/y.css"), "source").expect("it can be written");
    symlink(root.join("sources/x.js"), target.join("a/x.js")).expect("it can be linked");
    symlink(root.join("sources/css"), target.join("a/css")).expect("it can be linked");

    let mut laying = Laying::open(&target, 0o027, &lock).expect("it can be opened");
    // What a link leads to is not held, whatever it is.
    assert_eq!(laying.holds("a/x.js", b"source"), None);
    assert_eq!(laying.holds("a/css/y.css", b"source"), None);
    laying
        .remove("a/css/y.css")
        .expect("there is nothing to do");
    assert!(!laying.has_replaced_way());
    laying.lay("a/x.js", b"laid").expect("it can be laid");
    assert!(!laying.has_replaced_way());
    laying.lay("a/css/y.css", b"laid").expect("it can be laid");
    assert!(laying.has_replaced_way());
    for source in ["sources/x.js", "sources/css/y.css"] {
        assert_eq!(fs::read(root.join(source)).expect("it is there"), b"source");
    }

    let path = target.join("a/b/c.txt");
    let stamp = laying.lay("a/b/c.txt", b"1").expect("it can be laid");
    assert_eq!(laying.holds("a/b/c.txt", b"1"), stamp_of_laid(&path));
    assert_eq!(stamp_of_laid(&path), Some(stamp));
    let mode = |path: &std::path::Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode(&path), mode(&target.join("a/b"))), (0o640, 0o750));
    // Whoever has the old file open keeps it.
    let before = fs::metadata(&path).expect("it is there").ino();
    laying.lay("a/b/c.txt", b"2").expect("it can be laid");
    assert_ne!(fs::metadata(&path).expect("it is there").ino(), before);
    assert_eq!(
        fs::read_dir(target.join("a/b"))
            .expect("it is there")
            .count(),
        1
    );

    // A directory in the place of a file, and a file in the place of a directory.
    laying.lay("a/b/d", b"file").expect("it can be laid");
    fs::create_dir_all(target.join("e/f/g")).expect("it can be made");
    laying.lay("e/f", b"file").expect("it can be laid");
    let mut again = Laying::open(&target, 0o027, &lock).expect("it can be opened");
    again.lay("a/b/d/e", b"file").expect("it can be laid");
    assert_eq!(fs::read(target.join("e/f")).expect("it is there"), b"file");

    laying.remove("e/f").expect("it can be removed");
    laying.remove("e/f").expect("it is gone already");
    assert_eq!(stamp_of_laid(&target.join("e/f")), None);
    for odd in ["../x", "a//b", "./a", ""] {
        assert!(laying.lay(odd, b"x").is_err(), "{odd}");
    }
}
