//! What tests tell whoever watches: figures, and that they were skipped.

use std::io::Write;

/// A line on the terminal, whether the test passes or not.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
