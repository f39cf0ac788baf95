//! Runs that are asked to end: the old tree or the new one, and nothing left behind.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use scd_tests::say::say;

use crate::random::Random;
use crate::versions::{STATIC, TEMPLATES, Versions};

#[test]
fn interrupted_and_terminated_runs_end_in_order() {
    let versions = Versions::new();
    let mut known = Vec::new();
    let mut longest = Duration::ZERO;
    for version in [1000, 1001] {
        versions.set(version);
        let started = Instant::now();
        versions.deploy(version).expect_code(0);
        longest = longest.max(started.elapsed());
        known.push((versions.live(STATIC), versions.live(TEMPLATES)));
    }
    let mut random = Random::new(0x51614A1);
    let mut codes: BTreeMap<(&str, Option<i32>), usize> = BTreeMap::new();
    let mut current = 1;
    for signal in ["-INT", "-TERM"] {
        for _ in 0..20 {
            let next = 1 - current;
            let version = 1000 + next as u64;
            versions.set(version);
            let mut child = versions.start(version);
            let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
            std::thread::sleep(Duration::from_micros(random.below(micros)));
            let sent = Command::new("kill")
                .args([signal, &child.id().to_string()])
                .status();
            sent.expect("there is a command `kill`");
            let code = child.wait().expect("it ends").code();
            *codes.entry((signal, code)).or_default() += 1;
            let live = (versions.live(STATIC), versions.live(TEMPLATES));
            match code {
                Some(0) => {
                    assert!(live == known[next], "done, but not live");
                    current = next;
                }
                // None: before the program could listen.
                Some(130) | None => {
                    assert!(live == known[current], "interrupted, but not as before")
                }
                other => panic!("exit code {other:?}"),
            }
            assert_eq!(versions.leftovers(), [] as [&str; 0]);
        }
    }
    say(&format!("signals and exit codes: {codes:?}"));
}
