//! One deploy per root.

use std::fs;

use scd_store::{Error, Lock};

#[test]
fn a_second_deploy_is_refused_and_told_who_runs() {
    let root = tempfile::tempdir().unwrap();
    let first = Lock::acquire(root.path()).unwrap();
    let Err(error) = Lock::acquire(root.path()) else {
        panic!("two locks on one root")
    };
    let Error::Locked { path, holder } = &error else {
        panic!("{error}")
    };
    assert_eq!(path, first.path());
    assert_eq!(*holder, Some(std::process::id()));
    assert!(
        error
            .to_string()
            .contains(&format!("(process {})", std::process::id())),
        "{error}"
    );
    assert!(error.hint().is_some());

    drop(first);
    let third = Lock::acquire(root.path()).unwrap();
    assert_eq!(
        fs::read_to_string(third.path()).unwrap(),
        format!("{}\n", std::process::id())
    );
}

#[test]
fn other_roots_are_free() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let _first = Lock::acquire(one.path()).unwrap();
    Lock::acquire(other.path()).unwrap();
}

#[test]
fn a_file_in_place_of_var_is_named() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("var"), "").unwrap();
    let error = Lock::acquire(root.path()).unwrap_err();
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
    let error = Lock::acquire("/nowhere/at/all".as_ref()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot create the directory `/nowhere/at/all/var`: no such file or directory"
    );
}
