//! A deploy is a transaction: readers, killed runs, full disks and everything else that comes between.
//!
//! `SCD_TEST_DEPLOYS` and `SCD_TEST_KILLS` change how often (200 times each).

mod choice;
mod disk;
mod kill;
mod namespace;
mod permission;
mod random;
mod reader;
mod signal;
mod time;
mod two;
mod versions;

/// The command as the tests run it.
const SCD: &str = env!("CARGO_BIN_EXE_scd-under-test");

/// How often something is done: 200 times unless a variable says otherwise.
fn rounds(variable: &str) -> usize {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200)
}
