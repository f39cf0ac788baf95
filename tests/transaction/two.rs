//! Two deploys of one root at once.

use scd_store::Lock;

use crate::reader::assert_survivors;
use crate::versions::{STATIC, Versions};

#[test]
fn the_second_one_is_told_who_runs_and_touches_nothing() {
    let versions = Versions::new();
    versions.set(1000);
    versions.deploy(1000).expect_code(0);
    let before = versions.live(STATIC);
    versions.set(1001);
    let lock = Lock::acquire(&versions.shop.root(), "being tested").expect("nobody holds it");
    versions
        .deploy(1001)
        .expect_code(2)
        .expect_complaint(&format!("(process {} on `", std::process::id()))
        .expect_complaint("being tested since ")
        .expect_complaint("wait for it to finish");
    assert!(versions.live(STATIC) == before);
    drop(lock);
    versions.deploy(1001).expect_code(0);
}

#[test]
fn of_many_at_once_one_wins_and_the_tree_is_whole() {
    let versions = Versions::new();
    versions.set(1000);
    versions.deploy(1000).expect_code(0);
    let expected = versions.live(STATIC);
    for _ in 0..5 {
        let children: Vec<_> = (0..6).map(|_| versions.start(1000)).collect();
        let codes: Vec<Option<i32>> = children
            .into_iter()
            .map(|mut child| child.wait().expect("it ends").code())
            .collect();
        assert!(codes.contains(&Some(0)), "{codes:?}");
        let is_expected = |code: &Option<i32>| matches!(code, Some(0 | 2));
        assert!(codes.iter().all(is_expected), "{codes:?}");
        assert!(versions.live(STATIC) == expected);
        assert_eq!(versions.leftovers(), [] as [&str; 0]);
    }
    assert_survivors(&versions.shop.root().join(STATIC));
}
