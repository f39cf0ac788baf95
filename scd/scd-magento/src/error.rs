//! What can keep a root from being read.

use std::path::{Path, PathBuf};

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

impl Error {
    /// [`Error::Malformed`] at a byte offset of `source`.
    pub(crate) fn at(
        path: &Path,
        source: &[u8],
        offset: usize,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Self {
        let (line, column) = line_and_column(source, offset);
        Self::Malformed {
            path: path.to_path_buf(),
            line,
            column,
            message: message.into(),
            hint,
        }
    }

    /// [`Error::Read`] as a function to map an error with.
    pub(crate) fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Read { path, source }
    }

    /// [`Error::Malformed`] where a JSON file stops making sense.
    pub(crate) fn json(path: &Path, error: &serde_json::Error) -> Self {
        Self::Malformed {
            path: path.to_path_buf(),
            line: error.line(),
            column: error.column(),
            message: format!("malformed JSON: {error}"),
            hint: Some("run `composer install` again".to_owned()),
        }
    }

    /// [`Error::Inconsistent`] about a file.
    pub(crate) fn inconsistent(
        path: &Path,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self::Inconsistent {
            path: Some(path.to_path_buf()),
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}

/// Line and column, both from 1, of a byte offset. Columns count characters; a stray byte counts as one.
pub(crate) fn line_and_column(source: &[u8], offset: usize) -> (usize, usize) {
    let before = &source[..offset.min(source.len())];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let column = before[start..]
        .iter()
        .filter(|b| (**b & 0xc0) != 0x80)
        .count()
        + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::line_and_column;

    #[test]
    fn columns_count_characters() {
        let source = "a\nüb\n".as_bytes();
        assert_eq!(line_and_column(source, 0), (1, 1));
        assert_eq!(line_and_column(source, 4), (2, 2));
        assert_eq!(line_and_column(source, 99), (3, 1));
    }
}
