//! Hostile input: whatever a text of up to a megabyte holds, compiling it ends, on a stack of the documented size and in less
//! than 200 MB of memory, with CSS or with a clear message.
//!
//! A binary of its own, because it counts every allocation; one test, because the counts are those of the process.
//! `SCD_HOSTILE` names a single case to run.
#![allow(missing_docs)]
#![expect(clippy::disallowed_methods, reason = "a test may be told what to run")]

mod counting;
mod inputs;

use std::sync::Arc;

use scd_less::{Dialect, MemoryImporter, Options, ParseOptions, Source, compile, parse};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// What the issue allows.
const MEMORY: usize = 200 << 20;

/// Compiles on a stack of the documented size: the length of the CSS, or the first message.
fn outcome(entry: &str, files: &[(&str, Vec<u8>)], dialect: Dialect) -> Result<usize, String> {
    let parsing = ParseOptions {
        dialect,
        ..ParseOptions::default()
    };
    let options = Options {
        dialect,
        ..Options::default()
    };
    let mut importer = MemoryImporter::new(parsing);
    for (name, content) in files {
        importer = importer.with(*name, content);
    }
    let run = || {
        parse(Source::new("a.less", entry), &parsing)
            .and_then(|sheet| compile(&Arc::new(sheet), &importer, &options))
            .map(|compiled| compiled.css.len())
            .map_err(|errors| {
                errors
                    .iter()
                    .next()
                    .map(|error| error.message.clone())
                    .unwrap_or_default()
            })
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(8 << 20);
        let thread = thread.spawn_scoped(scope, run).expect("a thread can start");
        thread.join().expect("no panic")
    })
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the peak is what a reader wants to see"
)]
fn hostile_input_is_bounded() {
    let only = std::env::var("SCD_HOSTILE").ok();
    let (mut failures, mut highest, mut count) = (Vec::new(), (0, ""), 0);
    for case in inputs::all() {
        if only.as_ref().is_some_and(|only| only != case.name) {
            continue;
        }
        if case.entry.len() > 1_100_000 {
            failures.push(format!("{} is too long: {}", case.name, case.entry.len()));
        }
        for (dialect, expected) in [(Dialect::V3, case.v3), (Dialect::V5, case.v5)] {
            count += 1;
            counting::reset();
            let found = outcome(&case.entry, &case.files, dialect);
            let peak = counting::peak();
            if peak > highest.0 {
                highest = (peak, case.name);
            }
            let is_expected = match &found {
                Ok(_) => expected.is_empty(),
                Err(message) => {
                    !expected.is_empty() && message.starts_with(expected) && message.len() < 2_000
                }
            };
            if !is_expected || peak > MEMORY {
                let found = found.map_err(|message| message.chars().take(200).collect::<String>());
                failures.push(format!(
                    "{} {dialect:?}: expected {expected:?}, found {found:?}, {} MB",
                    case.name,
                    peak >> 20
                ));
            }
        }
    }
    println!(
        "hostile: {} of {count} runs bounded, at most {} MB of memory (`{}`)",
        count - failures.len(),
        highest.0 >> 20,
        highest.1
    );
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
