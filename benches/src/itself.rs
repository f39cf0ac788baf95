//! Benchmarks that run scd as a process of its own.

use std::process::ExitCode;

use anyhow::Result;

use crate::output::ended;

/// A benchmark that measures scd as a process of its own: called with a command of scd it is scd, so that the program measured is
/// the one just built.
pub(crate) fn ended_or_scd(run: fn() -> Result<()>) -> ExitCode {
    let command = std::env::args().nth(1);
    if command.is_some_and(|command| ["deploy", "watch"].contains(&command.as_str())) {
        return scd_cli::main();
    }
    ended(run())
}
