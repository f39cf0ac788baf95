//! What can keep a root from being read.

use std::path::PathBuf;

/// A failure while reading a Magento root. Every variant names the file it is about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory could not be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file was read but does not say what it must.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// Column in characters, counted from 1.
        column: usize,
        /// What was found and what was expected: lower case, no full stop, names in backticks.
        message: String,
        /// What to do about it, printed on a line of its own.
        hint: Option<String>,
    },
    /// The parts of the root contradict each other or the request.
    #[error("{message}")]
    Inconsistent {
        /// The file that is to be changed, where there is one.
        path: Option<PathBuf>,
        /// What is wrong: lower case, no full stop, names in backticks.
        message: String,
        /// What to do about it, printed on a line of its own.
        hint: Option<String>,
    },
}
