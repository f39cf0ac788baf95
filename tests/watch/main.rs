//! Watching: whatever is edited, the outputs are those of a deploy from nothing; and the command with its lines, its events
//! and a browser.

#![allow(clippy::print_stdout)] // a failing test shows the edits that led to it

mod browser;
mod command;
mod engine;
mod events;

/// The command under test.
const SCD: &str = env!("CARGO_BIN_EXE_scd-under-test");
