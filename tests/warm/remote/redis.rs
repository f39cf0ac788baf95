//! A real Redis, one that is down, and one that never answers.

use std::sync::{Arc, Mutex};

use scd_tests::run::run;
use scd_tests::say::say;

use super::service::{Redis, closed, door_that_closes, silent};
use super::{asked, deploy, recalled, share, warnings};
use crate::SCD;
use scd_tests::edits::shop;

const PASSWORD: &str = "hush%40"; // as in an address: `hush@`

const TYPED: &str = "hush@";

fn redis(test: &str) -> Option<(tempfile::TempDir, Redis)> {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let started = Redis::start(scratch.path(), TYPED);
    if started.is_none() {
        say(&format!(
            "{test}: skipped, there is no redis-server (apt-get install redis-server)"
        ));
    }
    Some((scratch, started?))
}

fn url(port: u16) -> String {
    format!("redis://:{PASSWORD}@127.0.0.1:{port}/3?prefix=shop&timeout=1")
}

#[test]
fn a_redis_is_shared() {
    let Some((_scratch, redis)) = redis("a_redis_is_shared") else {
        return;
    };
    share(&url(redis.port), &[]);
    let said = redis.say(TYPED, "INFO commandstats");
    say(&format!("commands for six deploys: {}", commands(&said)));
    let said = redis.say(TYPED, "INFO keyspace");
    assert!(said.contains("db3:keys="), "{said}");

    let url = url(redis.port);
    let said = run(
        SCD,
        &["cache", "--cache=/nowhere", "--remote-cache", &url],
        &[],
    );
    let said = said.expect_code(0);
    assert!(said.stdout.contains("/3?prefix=shop\n"), "{}", said.stdout);
    assert!(
        said.stdout.contains("packs") && !said.stdout.contains("hush"),
        "{}",
        said.stdout
    );

    // A password that is wrong is said without repeating it.
    let wrong = url.replace(PASSWORD, "hushes");
    let (said, _) = deploy(&shop(), &wrong, &[]);
    assert_eq!(warnings(&said), 1);
    assert!(
        !said.stderr.contains("hush") && said.stderr.contains("authentication failed"),
        "{}",
        said.stderr
    );
}

/// `name calls` of each command.
fn commands(said: &str) -> String {
    let calls = said.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        Some(format!("{} {name}", rest.split(',').next()?))
    });
    calls.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_redis_that_is_killed_in_the_middle_is_a_miss() {
    let alone = shop();
    alone
        .deploy(SCD, &["--no-cache", "--compress=gzip", "en_US", "de_DE"])
        .expect_code(0);
    for after in [0, 2, 5] {
        let Some((_scratch, redis)) = redis("a_redis_that_is_killed_in_the_middle_is_a_miss")
        else {
            return;
        };
        let full = shop();
        deploy(&full, &url(redis.port), &[]);
        full.write("lib/web/lib.js", "var lib = 2;\n");
        let redis = Arc::new(Mutex::new(redis));
        let (port, killed) = (redis.lock().expect("nobody panics").port, redis.clone());
        let port = door_that_closes(format!("127.0.0.1:{port}"), after, move || {
            killed.lock().expect("nobody panics").kill();
        });
        let machine = shop();
        let (said, report) = deploy(&machine, &url(port), &[]);
        let (recalled_jobs, jobs) = recalled(&report);
        say(&format!(
            "killed after {after} requests: {recalled_jobs} of {jobs} jobs came before"
        ));
        assert!(warnings(&said) <= 1, "{}", said.stderr);
        assert!(
            recalled_jobs == jobs || warnings(&said) == 1,
            "{}",
            said.stderr
        );
        assert!(machine.published() == alone.published());
        // Before the next deploy it is down already.
        redis.lock().expect("nobody panics").kill();
        machine.write("lib/web/other.js", "var other = 1;\n");
        let (said, _) = deploy(&machine, &url(port), &[]);
        assert_eq!(warnings(&said), 1, "{}", said.stderr);
        assert!(machine.has("pub/static/frontend/Acme/base/en_US/other.min.js"));
    }
}

#[test]
fn a_service_that_is_down_or_silent_is_warned_of_once() {
    let alone = shop();
    alone
        .deploy(SCD, &["--no-cache", "--compress=gzip", "en_US", "de_DE"])
        .expect_code(0);
    let (_listener, silent) = silent();
    for (port, said_of_it) in [(closed(), "connection refused"), (silent, "")] {
        let machine = shop();
        let (said, report) = deploy(&machine, &url(port), &[]);
        assert_eq!(
            (warnings(&said), recalled(&report).0),
            (1, 0),
            "{}",
            said.stderr
        );
        assert!(said.stderr.contains(said_of_it), "{}", said.stderr);
        assert!(!said.stderr.contains("hush"), "{}", said.stderr);
        assert!(machine.published() == alone.published());
        assert_eq!(asked(&report), 1, "nobody asks a second time");
        assert!(!report.to_string().contains("hush"));
    }
}
