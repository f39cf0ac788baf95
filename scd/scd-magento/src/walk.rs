//! Listing every file below one directory, as Magento's shell-glob walk sees it.
//!
//! Mirrors `Magento\Framework\App\Utility\Files::getFiles`: names that start with a dot are not seen,
//! directories whose names read as patterns are not entered, links are followed.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::Error;
use crate::tree::{Entry, EntryKind, Tree};

/// Deeper trees are taken for a directory link that leads back to a directory above it. The walk
/// goes down before it goes sideways, so such a link is found after this many listings.
const DEEPEST: usize = 64;

/// Levels whose directories are listed in parallel: a theme may have all its files in one of them. Not all levels are, because
/// links that lead back would be followed on every way.
const SPREAD: usize = 2;

/// Why a collected file cannot be deployed although PHP tries to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A link that leads nowhere or in a circle, or something that is neither file nor directory.
    NotAFile,
    /// A backslash in the name, which Magento turns into a slash when it looks for the file.
    Backslash,
    /// A directory name that ends with a dot: PHP refuses paths with `./` outside `lib/web`.
    DotSlash,
    /// A name that is not UTF-8.
    NotUtf8,
}

impl Broken {
    /// What is wrong, to be put after the file's name.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotAFile => "it is no regular file, and no link to one",
            Self::Backslash => "its name contains a backslash, which Magento takes for a slash",
            Self::DotSlash => "its path contains `./`, which Magento refuses",
            Self::NotUtf8 => "its name is not valid UTF-8",
        }
    }
}

/// Which files a walk returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of them.
    Everything,
    /// Those whose name ends in `.phtml`.
    Templates,
}

/// One file of a walk.
#[derive(Debug)]
pub(crate) struct Walked {
    pub(crate) path: PathBuf,
    /// Below the directory that was walked, with `/`.
    pub(crate) relative: String,
    pub(crate) broken: Option<Broken>,
}

/// All wanted files below `directory`, sorted by relative path. A missing directory has none.
///
/// # Errors
/// A directory that cannot be listed, and directories that nest without end.
pub(crate) fn walk(
    tree: &dyn Tree,
    directory: &Path,
    wanted: Wanted,
) -> Result<Vec<Walked>, Error> {
    let entries = list_if_present(tree, directory)?;
    let mut files = descend(tree, directory, "", entries, wanted, 0)?;
    files.sort_unstable_by(|a, b| (&a.relative, &a.path).cmp(&(&b.relative, &b.path)));
    Ok(files)
}

fn descend(
    tree: &dyn Tree,
    directory: &Path,
    prefix: &str,
    entries: Vec<Entry>,
    wanted: Wanted,
    depth: usize,
) -> Result<Vec<Walked>, Error> {
    if depth > DEEPEST {
        return Err(Error::Inconsistent {
            path: Some(directory.to_owned()),
            message: format!(
                "directories nest deeper than {DEEPEST} levels at `{}`",
                directory.display()
            ),
            hint: Some("look for a link to a directory above it and remove it".to_owned()),
        });
    }
    let mut files = Vec::new();
    let mut inner = Vec::new();
    for entry in entries {
        let name = entry.name.as_encoded_bytes();
        if is_hidden(name) {
            continue;
        }
        let path = directory.join(&entry.name);
        let text = entry.name.to_string_lossy();
        if entry.kind == EntryKind::Directory {
            if !reads_as_pattern(name) {
                inner.push((path, format!("{prefix}{text}/")));
            }
            continue;
        }
        if wanted == Wanted::Templates && !name.ends_with(b".phtml") {
            continue;
        }
        let broken = if entry.kind == EntryKind::Other {
            Some(Broken::NotAFile)
        } else if path.to_str().is_none() {
            Some(Broken::NotUtf8)
        } else if name.contains(&b'\\') {
            Some(Broken::Backslash)
        } else {
            None
        };
        files.push(Walked {
            path,
            relative: format!("{prefix}{text}"),
            broken,
        });
    }
    let descend = |(path, prefix): &(PathBuf, String)| {
        let entries = list(tree, path)?;
        descend(tree, path, prefix, entries, wanted, depth + 1)
    };
    if depth < SPREAD {
        // Not collected into one result: which of several errors is reported must not depend on timing.
        let found: Vec<Result<Vec<Walked>, Error>> = inner.par_iter().map(descend).collect();
        for found in found {
            files.extend(found?);
        }
    } else {
        for directory in &inner {
            files.extend(descend(directory)?);
        }
    }
    Ok(files)
}

/// The entries of a directory that must exist.
pub(crate) fn list(tree: &dyn Tree, directory: &Path) -> Result<Vec<Entry>, Error> {
    tree.list(directory).map_err(|source| Error::Read {
        path: directory.to_owned(),
        source,
    })
}

/// The entries of a directory, none if it does not exist or is something else.
pub(crate) fn list_if_present(tree: &dyn Tree, directory: &Path) -> Result<Vec<Entry>, Error> {
    match tree.list(directory) {
        Ok(entries) => Ok(entries),
        Err(source) => match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(Vec::new()),
            _ => Err(Error::Read {
                path: directory.to_owned(),
                source,
            }),
        },
    }
}

/// The name of an entry that a glob `*` sees and can enter, if it is UTF-8.
pub(crate) fn visible_directory(entry: &Entry) -> Option<&str> {
    let name = entry.name.as_encoded_bytes();
    if entry.kind != EntryKind::Directory || is_hidden(name) || reads_as_pattern(name) {
        return None;
    }
    entry.name.to_str()
}

/// Whether a path has a part that PHP's `glob` reads as a pattern, so that it finds nothing below.
pub(crate) fn path_reads_as_pattern(path: &Path) -> bool {
    path.iter()
        .any(|part: &OsStr| reads_as_pattern(part.as_encoded_bytes()))
}

fn is_hidden(name: &[u8]) -> bool {
    name.first() == Some(&b'.')
}

/// Whether PHP's `glob` reads a name or path as a pattern: what lies below a folder of that name it does not find.
pub fn reads_as_pattern(name: &[u8]) -> bool {
    name.iter().any(|b| b"[]{}\\".contains(b))
}
