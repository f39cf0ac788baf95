//! The reference tree and the outputs that PHP made from it, where a developer has them.

use std::path::PathBuf;

use crate::say::say;

/// The root named by `SCD_REFERENCE_ROOT`, and PHP's outputs named by `SCD_EXPECTED`; none, with a line that says
/// so, when either is not set.
pub fn reference(test: &str) -> Option<(PathBuf, PathBuf)> {
    let found = std::env::var_os("SCD_REFERENCE_ROOT").zip(std::env::var_os("SCD_EXPECTED"));
    if found.is_none() {
        say(&format!(
            "{test}: skipped: SCD_REFERENCE_ROOT or SCD_EXPECTED is not set"
        ));
    }
    found.map(|(root, expected)| (root.into(), expected.into()))
}
