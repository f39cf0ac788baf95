//! Disks that are full, read-only, mounted or elsewhere.

use std::fs;

use scd_tests::say::say;

use crate::namespace::in_namespace;
use crate::reader::assert_survivors;
use crate::versions::{STATIC, Versions, tree};

/// `sums DIRECTORY` prints what is below, hidden stages included.
const FUNCTIONS: &str = r#"
sums() { (cd "$1" && find . -type f -exec sha256sum {} + | sort -k2); }
deploy() { "$SCD" deploy -f -j2 --root "$ROOT" "$@" en_US > /dev/null; }
"#;

fn prepared() -> Versions {
    let versions = Versions::new();
    versions.set(1000);
    versions.deploy(1000).expect_code(0);
    versions.set(1001);
    versions
}

#[test]
fn a_disk_that_fills_up_at_any_point() {
    let versions = prepared();
    // With every step there is room for a little more of the new tree beside the old one.
    let script = r#"
failed=0; done=0; disk="$ROOT/media"; mkdir "$disk"
for room in 20 100 200 300 400 500 600 800 8000; do
    mount -t tmpfs -o size=99999k tmpfs "$disk"
    cp -a "$ROOT/pub/static" "$disk/"
    used=$(du -sk "$disk" | cut -f1)
    mount -o remount,size=$((used + room))k "$disk"
    sums "$disk" > "$ROOT/before"
    if deploy --content-version=1001 --static "$disk/static" 2> "$ROOT/said"; then
        done=$((done + 1))
        test "$(cat "$disk/static/deployed_version.txt")" = 1001
    else
        failed=$((failed + 1))
        grep -q 'no space left on device' "$ROOT/said"
        grep -q 'free some space' "$ROOT/said"
        sums "$disk" | cmp - "$ROOT/before"
    fi
    test -z "$(find "$disk" -name '.scd-*')"
    umount "$disk"
done
echo "full disk: $failed deploys refused, $done done"
test $failed -gt 2 -a $done -gt 0
"#;
    in_namespace(&versions.shop.root(), &format!("{FUNCTIONS}{script}"));
}

#[test]
fn a_mount_point_as_pub_static() {
    let versions = prepared();
    let script = r#"
cp -a "$ROOT/pub/static" "$ROOT/pub/seed"
mount -t tmpfs tmpfs "$ROOT/pub/static"
cp -a "$ROOT/pub/seed/." "$ROOT/pub/static/"
deploy -v --content-version=1001 2> "$ROOT/said"
grep -q 'it is a mount point' "$ROOT/said"
test "$(cat "$ROOT/pub/static/deployed_version.txt")" = 1001
test -z "$(find "$ROOT/pub" -name '.scd-*')"
rm -rf "$ROOT/pub/seed"; mkdir "$ROOT/pub/seed"
cp -a "$ROOT/pub/static/." "$ROOT/pub/seed/"
"#;
    if in_namespace(&versions.shop.root(), &format!("{FUNCTIONS}{script}")).is_none() {
        return;
    }
    let poured = tree(&versions.shop.root().join("pub/seed"));
    assert_survivors(&versions.shop.root().join("pub/seed"));
    fs::remove_dir_all(versions.shop.root().join("pub/seed")).expect("it can be removed");
    versions.deploy(1001).expect_code(0);
    assert!(versions.live(STATIC) == poured);
}

#[test]
fn a_disk_that_is_read_only() {
    let versions = prepared();
    let script = r#"
refused() { deploy 2> "$ROOT/said" && return 1; grep -q "$1" "$ROOT/said"; }
mount --bind "$ROOT/pub" "$ROOT/pub"
mount -o remount,bind,ro "$ROOT/pub"
sums "$ROOT/pub" > "$ROOT/before"
refused 'read-only file system'
refused 'deploy where it is writable'
sums "$ROOT/pub" | cmp - "$ROOT/before"
mount --bind "$ROOT/var" "$ROOT/var"
mount -o remount,bind,ro "$ROOT/var"
refused '/var/.*read-only file system'
"#;
    in_namespace(&versions.shop.root(), &format!("{FUNCTIONS}{script}"));
}

#[test]
fn a_target_on_another_disk() {
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
        say("skipped: /dev/shm cannot be written");
        return;
    };
    let versions = prepared();
    let link = versions.shop.root().join(STATIC);
    let target = other.path().join("static");
    scd_tests::fixture::copy_tree(&link, &target);
    fs::remove_dir_all(&link).expect("it can be removed");
    std::os::unix::fs::symlink(&target, &link).expect("it can be linked");
    versions.deploy(1001).expect_code(0);
    assert!(link.is_symlink());
    assert_eq!(
        versions.shop.read("pub/static/deployed_version.txt"),
        "1001"
    );
    assert_survivors(&target);
    let names = fs::read_dir(other.path()).expect("it is there").count();
    assert_eq!(names, 1, "nothing but the target is left there");
}
