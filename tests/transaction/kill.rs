//! Runs that are killed leave the old tree or the new one, whole, and nothing that the next run would mind.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Child;
use std::time::{Duration, Instant};

use scd_tests::say::say;

use crate::random::Random;
use crate::reader::assert_survivors;
use crate::rounds;
use crate::versions::{STATIC, TEMPLATES, Tree, Versions};

/// Both trees of one version.
#[derive(PartialEq, Eq)]
struct Trees {
    packages: Tree,
    templates: Tree,
}

fn trees(versions: &Versions) -> Trees {
    Trees {
        packages: versions.live(STATIC),
        templates: versions.live(TEMPLATES),
    }
}

/// How far a run had come, by what it left.
fn stage_of(
    live: &Trees,
    old: &Trees,
    new: &Trees,
    has_stage: bool,
    is_killed: bool,
) -> &'static str {
    assert!(
        live.packages == old.packages || live.packages == new.packages,
        "packages are neither old nor new"
    );
    assert!(
        live.templates == old.templates || live.templates == new.templates,
        "templates are neither old nor new"
    );
    match (
        live.templates == new.templates,
        live.packages == new.packages,
    ) {
        _ if !is_killed => "not at all, it was done",
        (false, false) if has_stage => "while staging",
        (false, false) => "before staging",
        (true, false) => "between templates and packages",
        (true, true) if has_stage => "while removing the old tree",
        (true, true) => "when all was published",
        (false, true) => panic!("packages went live before templates"),
    }
}

/// What a run is to have done before the clock of its end is started.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Started,
    HasStage,
    HasExchanged,
}

impl Mark {
    /// Waits until a run has come so far, or has ended, or too much time has passed.
    fn wait(self, versions: &Versions, child: &mut Child) {
        let before = inode(versions);
        let started = Instant::now();
        let is_reached = || match self {
            Self::Started => true,
            Self::HasStage => !versions.leftovers().is_empty(),
            Self::HasExchanged => inode(versions) != before,
        };
        while !is_reached()
            && child.try_wait().expect("it can be asked").is_none()
            && started.elapsed() < Duration::from_secs(20)
        {
            std::thread::yield_now();
        }
    }
}

/// The number of the packages' directory, which every exchange changes.
fn inode(versions: &Versions) -> u64 {
    fs::metadata(versions.shop.root().join(STATIC))
        .expect("it is always there")
        .ino()
}

#[test]
fn two_hundred_deploys_killed_at_any_moment() {
    let kills = rounds("SCD_TEST_KILLS");
    let versions = Versions::new();
    let mut known = Vec::new();
    for version in [1000, 1001] {
        versions.set(version);
        versions.deploy(version).expect_code(0);
        known.push(trees(&versions));
    }
    let mut random = Random::new(0x5CD);
    let mut stages: BTreeMap<&str, usize> = BTreeMap::new();
    let mut current = 1;
    // The longest wait behind each mark, in microseconds. It follows the load of the machine, so that not all runs are
    // killed early and not all of them too late.
    let mut limits: BTreeMap<Mark, u64> = BTreeMap::new();
    for round in 0..kills {
        let next = 1 - current;
        let version = 1000 + next as u64;
        versions.set(version);
        let mark = [Mark::Started, Mark::HasStage, Mark::HasExchanged][round % 3];
        let limit = limits.entry(mark).or_insert(2000);
        let mut child = versions.start(version);
        mark.wait(&versions, &mut child);
        std::thread::sleep(Duration::from_micros(random.below(*limit)));
        child.kill().expect("it can be killed");
        let status = child.wait().expect("it ends");
        let is_killed = status.code().is_none();
        *limit = if is_killed {
            *limit * 5 / 4
        } else {
            *limit / 2
        };
        let live = trees(&versions);
        let has_stage = !versions.leftovers().is_empty();
        let stage = stage_of(&live, &known[current], &known[next], has_stage, is_killed);
        *stages.entry(stage).or_default() += 1;
        if live == known[next] {
            current = next;
        }
        // Now and then the next run is killed, too.
        if random.below(4) > 0 {
            let next = 1 - current;
            versions.set(1000 + next as u64);
            versions.deploy(1000 + next as u64).expect_code(0);
            assert!(
                trees(&versions) == known[next],
                "the next run did not repair round {round}"
            );
            assert_eq!(versions.leftovers(), [] as [&str; 0]);
            current = next;
        }
    }
    say(&format!("{kills} deploys killed: {stages:?}"));
    let version = 1000 + current as u64;
    versions.set(version);
    versions.deploy(version).expect_code(0);
    assert!(trees(&versions) == known[current]);
    assert_eq!(versions.leftovers(), [] as [&str; 0]);
    assert_survivors(&versions.shop.root().join(STATIC));
}

#[test]
fn the_next_run_names_the_one_that_was_killed() {
    let versions = Versions::new();
    versions.set(1000);
    versions.deploy(1000).expect_code(0);
    let lock = versions.shop.root().join("var/.scd.lock");
    assert_eq!(fs::read_to_string(&lock).expect("it stays"), "");
    fs::write(&lock, "77\n1700000000\nweb1\npublishing\n").expect("it can be written");
    let run = versions.deploy(1001).expect_code(0);
    let expected = "the last deploy broke off: process 77 on `web1`, publishing since 22:13:20 UTC";
    run.expect_complaint(expected);
    assert!(!versions.deploy(1002).stderr.contains("broke off"));
}
