//! A clock that steps back, and files from the future.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::reader::assert_survivors;
use crate::versions::{STATIC, Versions};

fn set_times(directory: &Path, time: SystemTime) {
    for entry in fs::read_dir(directory).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            set_times(&path, time);
        }
        fs::File::open(&path)
            .and_then(|file| file.set_modified(time))
            .expect("it can be set");
    }
}

#[test]
fn a_clock_that_steps_back() {
    let versions = Versions::new();
    let future = SystemTime::now() + Duration::from_secs(30 * 365 * 86_400);
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    versions.set(2001);
    versions.deploy(2001).expect_code(0);
    let expected = versions.live(STATIC);
    versions.set(2000);
    versions.deploy(2000).expect_code(0);
    // The live tree comes from the future, and the version and the times of the sources are older than those of the tree.
    for (live, sources) in [(future, past), (past, future), (future, future)] {
        set_times(&versions.shop.root().join(STATIC), live);
        versions.set(2001);
        set_times(&versions.shop.root().join("app"), sources);
        versions.deploy(2001).expect_code(0);
        assert!(versions.live(STATIC) == expected);
        versions.set(2000);
        set_times(&versions.shop.root().join("app"), sources);
        versions.deploy(2000).expect_code(0);
        assert_eq!(
            versions.shop.read("pub/static/deployed_version.txt"),
            "2000"
        );
    }
    assert_survivors(&versions.shop.root().join(STATIC));
    assert_eq!(versions.leftovers(), [] as [&str; 0]);
}
