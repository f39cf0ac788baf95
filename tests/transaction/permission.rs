//! Deploys by a user who may not do everything.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use scd_tests::run::Run;
use scd_tests::say::say;

use crate::SCD;
use crate::reader::assert_survivors;
use crate::versions::{STATIC, Versions};

/// Somebody who is not root.
const USER: u32 = 65534;

/// A shop that belongs to [`USER`], or none where this process may not give files away.
fn shop_of_user() -> Option<Versions> {
    let versions = Versions::new();
    versions.set(1000);
    versions.deploy(1000).expect_code(0);
    let root = versions.shop.root();
    let outer = root.parent().expect("it lies in a scratch directory");
    let is_given = Command::new("chown")
        .args(["-R", &format!("{USER}:{USER}")])
        .arg(outer)
        .status();
    let can_switch = Command::new("setpriv").args(SWITCH).arg("true").status();
    if [is_given, can_switch]
        .iter()
        .all(|status| status.as_ref().is_ok_and(|status| status.success()))
    {
        return Some(versions);
    }
    say("skipped: this user cannot act as another one");
    None
}

const SWITCH: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/// Every deploy has a version of its own.
fn deploy_as_user(versions: &Versions, version: u64) -> Run {
    versions.set(version);
    let version = format!("--content-version={version}");
    as_user(versions, &["deploy", "-f", "-v", &version, "en_US"])
}

/// The findings of `scd doctor`, which looks as the user who deploys.
fn doctor_as_user(versions: &Versions) -> String {
    as_user(versions, &["doctor"]).stdout
}

fn as_user(versions: &Versions, arguments: &[&str]) -> Run {
    let root = versions.shop.root();
    let root = root.to_str().expect("a path in Unicode");
    // The command may lie where that user cannot go.
    let copy = versions.shop.root().join("scd");
    fs::copy(SCD, &copy).expect("it can be copied");
    let mut all: Vec<&str> = SWITCH.to_vec();
    all.push(copy.to_str().expect("a path in Unicode"));
    all.extend(arguments);
    all.extend(["--root", root]);
    let run = scd_tests::run::run("/usr/bin/setpriv", &all, &[]);
    fs::remove_file(copy).expect("it is there");
    run
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it can be set");
}

fn inode(path: &Path) -> u64 {
    fs::metadata(path).expect("it is there").ino()
}

#[test]
fn what_may_not_be_exchanged_goes_package_by_package() {
    let Some(versions) = shop_of_user() else {
        return;
    };
    let target = versions.shop.root().join(STATIC);
    let before = inode(&target);
    // The web server's own directory, which its user alone may make.
    chown(target.join("_cache"), Some(1234), Some(1234)).expect("it can be given away");
    deploy_as_user(&versions, 1001)
        .expect_code(0)
        .expect_complaint("cannot carry over `_cache`: operation not permitted");
    assert_eq!(inode(&target), before);
    assert_eq!(
        fs::metadata(target.join("_cache"))
            .expect("it is there")
            .uid(),
        1234
    );
    assert_eq!(
        versions.shop.read("pub/static/deployed_version.txt"),
        "1001"
    );
    assert_survivors(&target);
    assert_eq!(versions.leftovers(), [] as [&str; 0]);
    let finding = |obstacle: &str| format!("package by package, not in one step: {obstacle}");
    let said = doctor_as_user(&versions);
    assert!(
        said.contains(&finding("`_cache` belongs to another user (1234)")),
        "{said}"
    );
    chown(target.join("_cache"), Some(USER), Some(USER)).expect("it can be given away");
    assert!(!doctor_as_user(&versions).contains(&finding("")));

    // A parent in which nothing can be made.
    let parent = versions.shop.root().join("pub");
    chown(&parent, Some(0), Some(0)).expect("it can be given away");
    deploy_as_user(&versions, 1002)
        .expect_code(0)
        .expect_complaint("its parent directory cannot be written");
    assert_eq!(inode(&target), before);
    let said = doctor_as_user(&versions);
    assert!(
        said.contains(&finding("its parent directory cannot be written")),
        "{said}"
    );
    chown(&parent, Some(USER), Some(USER)).expect("it can be given away");

    deploy_as_user(&versions, 1003).expect_code(0);
    assert_ne!(inode(&target), before);
    assert_survivors(&target);
}

#[test]
fn a_target_of_somebody_else_is_left_alone() {
    let Some(versions) = shop_of_user() else {
        return;
    };
    let target = versions.shop.root().join(STATIC);
    let before = versions.live(STATIC);
    chown(&target, Some(0), Some(0)).expect("it can be given away");
    set_mode(&target, 0o755);
    deploy_as_user(&versions, 1004)
        .expect_code(2)
        .expect_complaint("permission denied");
    assert!(versions.live(STATIC) == before);
    assert_eq!(versions.leftovers(), [] as [&str; 0]);
    // The mode lets somebody write, but not this user.
    let said = doctor_as_user(&versions);
    assert!(said.contains("cannot be written by this user"), "{said}");

    // A target that nobody may read is not exchanged blindly.
    chown(&target, Some(USER), Some(USER)).expect("it can be given away");
    let hidden = target.join("_cache/hidden");
    fs::create_dir(&hidden).expect("it can be made");
    set_mode(&hidden, 0o700);
    fs::write(hidden.join("x"), "x").expect("it can be written");
    deploy_as_user(&versions, 1005).expect_code(0);
    assert_eq!(
        fs::read_to_string(hidden.join("x")).expect("it is kept"),
        "x"
    );
}
