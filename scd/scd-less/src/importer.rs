//! How a compile gets at other files: through the caller, never through a disk.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::diagnostic::nearest;
use crate::options::ParseOptions;
use crate::source::{Source, Stylesheet};

/// One `@import`, or a file that a function wants.
#[derive(Clone, Copy, Debug)]
pub struct ImportRequest<'a> {
    /// The path as written, variables replaced, query and fragment cut, `.less` added if it had no extension.
    pub path: &'a str,
    /// The name of the file that asks.
    pub from: &'a str,
    /// The name of the entry, for paths that begin with `/` and for `data-uri()`.
    pub entry: &'a str,
    /// What the file is wanted for.
    pub purpose: Purpose,
}

/// What a file is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be evaluated in place.
    Stylesheet,
    /// To be printed as it is: `@import (inline)`.
    Inline,
    /// Only to know whether it was imported before: an import that stays in the CSS.
    Css,
    /// The content for `data-uri()`.
    Data,
}

/// Why a file could not be had.
#[derive(Clone, Debug)]
pub enum ImportError {
    /// It cannot be read, or an answer cannot be given.
    Unavailable(String),
    /// It could not be parsed.
    Broken(crate::Diagnostics),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(message) => f.write_str(message),
            Self::Broken(diagnostics) => write!(f, "{diagnostics}"),
        }
    }
}

impl std::error::Error for ImportError {}

/// The caller's files. Finding and loading are apart because a file that was imported before is found again but not loaded.
pub trait Importer: Sync {
    /// The canonical name of the file that is meant, or `None` if there is none. Equal names are imported once.
    ///
    /// A path without a file is asked for a second time with `.less` appended.
    ///
    /// # Errors
    /// If the answer cannot be found out.
    fn resolve(&self, request: &ImportRequest<'_>) -> Result<Option<Arc<str>>, ImportError>;

    /// The parsed form of a file that `resolve` named. Its source's name should be the canonical one.
    ///
    /// # Errors
    /// If the file cannot be read or parsed.
    fn stylesheet(&self, name: &str) -> Result<Arc<Stylesheet>, ImportError>;

    /// The content of a file that `resolve` named.
    ///
    /// # Errors
    /// If the file cannot be read.
    fn read(&self, name: &str) -> Result<Arc<[u8]>, ImportError>;

    /// The address of the directory that the path of `request` was looked up in when `name` was found, empty or ending in `/`, if
    /// that is another one than the directory of the file that asks (`import_dirs` of less.php). By default, there is none.
    fn base_address(&self, _request: &ImportRequest<'_>, _name: &str) -> Option<String> {
        None
    }

    /// The name of the file that was probably meant by a request that found none; for a hint. By default, nothing is known.
    fn similar(&self, _request: &ImportRequest<'_>) -> Option<String> {
        None
    }
}

/// Files held in memory, by slash-separated path.
#[derive(Debug, Default)]
pub struct MemoryImporter {
    files: BTreeMap<String, Arc<[u8]>>,
    options: ParseOptions,
}

impl MemoryImporter {
    /// No files yet; they will be parsed with `options`.
    #[must_use]
    pub fn new(options: ParseOptions) -> Self {
        Self {
            files: BTreeMap::new(),
            options,
        }
    }

    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, content: impl AsRef<[u8]>) -> Self {
        self.files.insert(path.into(), Arc::from(content.as_ref()));
        self
    }
}

impl Importer for MemoryImporter {
    fn resolve(&self, request: &ImportRequest<'_>) -> Result<Option<Arc<str>>, ImportError> {
        let path = join(request.from, request.path);
        Ok(self.files.contains_key(&path).then(|| Arc::from(path)))
    }

    fn stylesheet(&self, name: &str) -> Result<Arc<Stylesheet>, ImportError> {
        let bytes = self.read(name)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| ImportError::Unavailable(format!("`{name}`: {error}")))?;
        let source = Source::new(name, text);
        Ok(Arc::new(crate::parse_recovering(source, &self.options)))
    }

    fn similar(&self, request: &ImportRequest<'_>) -> Option<String> {
        let wanted = join(request.from, request.path);
        let names: Vec<Arc<str>> = self.files.keys().map(|name| Arc::from(&**name)).collect();
        let found = nearest(&wanted, names.iter()).or_else(|| {
            // The right file in the wrong directory.
            let base = |path: &str| path.rsplit('/').next().map(str::to_owned);
            names
                .iter()
                .find(|name| base(name) == base(&wanted))
                .cloned()
        })?;
        Some(found.to_string())
    }

    fn read(&self, name: &str) -> Result<Arc<[u8]>, ImportError> {
        self.files
            .get(name)
            .cloned()
            .ok_or_else(|| ImportError::Unavailable(format!("there is no file `{name}`")))
    }
}

/// `path` seen from the directory of `from`, with `.` and `..` folded away.
fn join(from: &str, path: &str) -> String {
    let directory = match from.rfind('/') {
        Some(slash) if !path.starts_with('/') => &from[..slash],
        _ => "",
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_are_seen_from_the_importing_file() {
        assert_eq!(join("css/a.less", "../b/./c.less"), "b/c.less");
        assert_eq!(join("a.less", "b.less"), "b.less");
        assert_eq!(join("css/a.less", "/b.less"), "b.less");
    }
}
