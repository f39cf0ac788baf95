//! What benchmarks print, and how they end.

use std::process::ExitCode;

use anyhow::Result;

/// Prints a line.
pub(crate) fn say(line: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stdout(), format!("{line}\n").as_bytes());
}

/// The end of a benchmark, whose error is printed.
pub(crate) fn ended(result: Result<()>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    let text = format!("error: {error:#}\n");
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    ExitCode::FAILURE
}
