//! Something about the sources that a person should know, though the root can be read.

use std::path::PathBuf;

/// A remark about a file or directory of the root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file or directory.
    pub path: PathBuf,
    /// What is odd about it: lower case, no full stop, names in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}
