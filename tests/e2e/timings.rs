//! `--timings`: a trace that holds every job once and every stage in order.

use std::collections::{BTreeMap, BTreeSet};

use scd_tests::fixture::Fixture;
use scd_tests::shop::shop;
use serde_json::Value;

use crate::SCD;

/// Deploys with two threads and gives back the trace and the report.
fn traced(shop: &Fixture, arguments: &[&str]) -> (Value, Value) {
    let [trace, report] =
        ["trace.json", "report.json"].map(|name| shop.root().join("..").join(name));
    let [timings, to] = [&trace, &report].map(|path| path.to_str().expect("a path of this test"));
    let mut all = vec![
        "-j2",
        "--timings",
        timings,
        "--report",
        to,
        "en_US",
        "de_DE",
    ];
    all.extend(arguments);
    shop.deploy(SCD, &all).expect_code(0);
    let read = |path| {
        let text = std::fs::read_to_string(path).expect("it was written");
        serde_json::from_str(&text).expect("it is JSON")
    };
    (read(&trace), read(&report))
}

/// Times in nanoseconds: the file has microseconds with three digits behind the point.
fn times(event: &Value) -> (u64, u64) {
    let [start, length] =
        ["ts", "dur"].map(|key| (event[key].as_f64().expect("a number") * 1e3).round() as u64);
    (start, start + length)
}

fn slices(trace: &Value, is_wanted: impl Fn(&Value) -> bool) -> Vec<&Value> {
    let events = trace["traceEvents"].as_array().expect("a list");
    let slices = events.iter().filter(|event| event["ph"] == "X");
    slices.filter(|event| is_wanted(event)).collect()
}

#[test]
fn stages_follow_each_other_and_hold_what_belongs_to_them() {
    let (trace, report) = traced(&shop(), &[]);
    let stages = slices(&trace, |event| event["cat"] == "stage");
    let names: Vec<&str> = stages
        .iter()
        .filter_map(|stage| stage["name"].as_str())
        .collect();
    let reported = report["milliseconds"].as_object().expect("a table");
    assert_eq!(names, reported.keys().collect::<Vec<_>>());
    assert_eq!(names.first(), Some(&"recall"));
    assert_eq!(names.last(), Some(&"remember"));
    for pair in stages.windows(2) {
        assert!(times(pair[0]).1 <= times(pair[1]).0, "{pair:?}");
    }
    for part in slices(&trace, |event| event["cat"] != "stage") {
        // What packages share is derived while stylesheets are compiled.
        let (first, last) = match part["cat"].as_str().expect("a category") {
            "job" => ("execute", "execute"),
            "derive" => ("execute", "derive"),
            other => (other, other),
        };
        let [(start, _), (_, end)] = [first, last].map(|stage| {
            let at = names.iter().position(|name| *name == stage);
            times(stages[at.expect("a stage of that name")])
        });
        let own = times(part);
        assert!(
            start <= own.0 && own.1 <= end,
            "{part} is not within {first} and {last}"
        );
    }
}

#[test]
fn every_job_is_there_once_on_the_track_of_a_worker() {
    let (trace, report) = traced(&shop(), &[]);
    let jobs = slices(&trace, |event| event["cat"] == "job");
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let mut seen = Vec::new();
    for job in &jobs {
        let kind = job["args"]["kind"].as_str().expect("a kind");
        *kinds.entry(kind).or_default() += 1;
        seen.push((kind, job["args"]["source"].as_str().expect("a source")));
        assert!(
            (1..=2).contains(&job["tid"].as_u64().expect("a track")),
            "{job}"
        );
        assert_eq!(job["args"]["recalled"], false);
    }
    seen.sort_unstable();
    let all = seen.len();
    seen.dedup();
    assert_eq!(
        seen.len(),
        all,
        "no source of this shop has two jobs of a kind"
    );
    assert!(seen.contains(&("script", "lib/web/lib.js")), "{seen:?}");
    for kind in ["script", "css", "less", "template"] {
        let expected = report["counts"][format!("{kind}_jobs")].as_u64();
        assert_eq!(kinds.get(kind).copied(), expected, "{kind}");
    }
}

#[test]
fn slices_of_a_track_nest_and_tracks_are_named() {
    let (trace, _) = traced(&shop(), &[]);
    let names = trace["traceEvents"].as_array().expect("a list").iter();
    let names = names.filter(|event| event["ph"] == "M");
    let names: BTreeMap<u64, &str> = names
        .filter_map(|event| Some((event["tid"].as_u64()?, event["args"]["name"].as_str()?)))
        .collect();
    assert_eq!(names[&0], "stages");
    for (&track, name) in &names {
        let mut own = slices(&trace, |event| event["tid"] == track);
        assert!(track == 0 || *name == format!("worker {track}"));
        own.sort_by_key(|event| (times(event).0, std::cmp::Reverse(times(event).1)));
        let mut open: Vec<u64> = Vec::new();
        for slice in own {
            let (start, end) = times(slice);
            while open.last().is_some_and(|end| *end <= start) {
                open.pop();
            }
            let outer = open.last().copied().unwrap_or(u64::MAX);
            assert!(end <= outer, "{slice} ends after the one around it");
            open.push(end);
        }
    }
}

#[test]
fn parts_of_publishing_are_there_and_recalled_jobs_say_so() {
    let shop = shop();
    let (trace, report) = traced(&shop, &[]);
    let published = slices(&trace, |event| event["cat"] == "publish");
    let count = |part: &str| {
        published
            .iter()
            .filter(|event| event["name"] == part)
            .count()
    };
    for part in [
        "assemble",
        "prepare",
        "directories",
        "exchange",
        "remove",
        "ledger",
    ] {
        assert!(count(part) > 0, "{part}");
    }
    let outputs = report["outputs"].as_array().expect("a list");
    let writes = published.iter().filter(|event| event["name"] == "write");
    let written: BTreeSet<&str> = writes
        .filter_map(|event| event["args"]["of"].as_str())
        .collect();
    let paths = outputs.iter().filter_map(|output| output["path"].as_str());
    let paths: BTreeSet<&str> = paths.collect();
    assert!(
        !written.is_empty() && written.is_subset(&paths),
        "each write is named by the first path of its content"
    );

    shop.write(
        "app/code/Acme/One/view/frontend/web/js/one.js",
        "var one = 'changed';\n",
    );
    let (trace, report) = traced(&shop, &[]);
    let recalled = slices(&trace, |event| event["args"]["recalled"] == true).len();
    assert_eq!(
        Some(recalled as u64),
        report["reuse"]["recalled_jobs"].as_u64()
    );
    let made = slices(&trace, |event| event["args"]["recalled"] == false);
    let sources: Vec<&Value> = made.iter().map(|job| &job["args"]["source"]).collect();
    assert_eq!(sources, ["app/code/Acme/One/view/frontend/web/js/one.js"]);
}

#[test]
fn a_place_that_cannot_be_written_is_named_before_anything_is_done() {
    let shop = shop();
    let run = shop.deploy(SCD, &["--timings", "/nonexistent/trace.json", "en_US"]);
    run.expect_code(2)
        .expect_complaint("cannot write the timings to `/nonexistent/trace.json`");
    assert!(!shop.has("pub/static/deployed_version.txt"));
}
