//! One deploy per root.

use std::fs;

use scd_store::{Error, Lock};

#[test]
fn a_second_deploy_is_refused_and_told_who_runs() {
    let root = tempfile::tempdir().unwrap();
    let first = Lock::acquire(root.path(), "testing").unwrap();
    let Err(error) = Lock::acquire(root.path(), "testing") else {
        panic!("two locks on one root")
    };
    let Error::Locked { path, holder } = &error else {
        panic!("{error}")
    };
    assert_eq!(path, first.path());
    let holder = holder.as_ref().unwrap();
    assert_eq!(holder.process, std::process::id());
    assert_eq!(holder.activity, "testing");
    assert!(holder.since > 1_700_000_000 && !holder.host.is_empty());
    assert!(
        error.to_string().contains(&format!("({holder})")),
        "{error}"
    );
    assert!(error.hint().is_some());

    drop(first);
    let third = Lock::acquire(root.path(), "testing").unwrap();
    assert_eq!(third.crashed(), None);
}

#[test]
fn a_holder_that_crashed_is_named() {
    let root = tempfile::tempdir().unwrap();
    let lock = Lock::acquire(root.path(), "testing").unwrap();
    let path = lock.path().to_owned();
    drop(lock);
    // What a killed process leaves: its name in a file that nobody locks.
    fs::write(
        &path,
        "77\n1700000000\nweb1\npublishing a tree with a long name\n",
    )
    .unwrap();
    let lock = Lock::acquire(root.path(), "testing").unwrap();
    let crashed = lock.crashed().unwrap();
    assert_eq!(
        crashed.to_string(),
        "process 77 on `web1`, publishing a tree with a long name since 22:13:20 UTC"
    );
    // Its name does not outlive the next holder, however short that one's is.
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.ends_with("\ntesting\n"), "{text}");
    drop(lock);
    // It is forgotten when what it left behind has been swept.
    let lock = Lock::acquire(root.path(), "testing").unwrap();
    assert!(lock.crashed().is_some());
    fs::create_dir_all(root.path().join("static/.scd-stage.77/new")).unwrap();
    let target = root.path().join("static");
    let resisting = scd_store::sweep([target.as_path()].into_iter(), &lock);
    assert_eq!(resisting, [] as [&std::path::Path; 0]);
    assert_eq!(fs::read_dir(target).unwrap().count(), 0);
    drop(lock);
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
}

#[test]
fn other_roots_are_free() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let _first = Lock::acquire(one.path(), "testing").unwrap();
    Lock::acquire(other.path(), "testing").unwrap();
}

#[test]
fn a_file_in_place_of_var_is_named() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("var"), "").unwrap();
    let error = Lock::acquire(root.path(), "testing").unwrap_err();
    let expected = format!(
        "cannot open `{}/var/.scd.lock`: not a directory",
        root.path().display()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        error.hint(),
        Some("a directory was expected there; move away what lies in its place")
    );
}

#[test]
fn a_missing_root_is_named() {
    let error = Lock::acquire("/nowhere/at/all".as_ref(), "testing").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot create the directory `/nowhere/at/all/var`: no such file or directory"
    );
}
