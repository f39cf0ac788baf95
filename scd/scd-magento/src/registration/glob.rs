//! Patterns of `registration_globlist.php`, as PHP's `glob()` reads them.

use std::io;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use crate::error::Error;
use crate::tree::{EntryKind, Tree};

/// Existing paths below `root` that match `pattern`, sorted. Hidden names match only a pattern that spells the dot.
pub(super) fn expand(
    tree: &dyn Tree,
    root: &Path,
    pattern: &str,
    list: &Path,
) -> Result<Vec<PathBuf>, Error> {
    let mut found = vec![root.to_path_buf()];
    let mut parts = pattern
        .split('/')
        .filter(|part| !part.is_empty())
        .peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        if !part.contains(['*', '?', '[', '\\']) {
            for path in &mut found {
                path.push(part);
            }
            continue;
        }
        let matcher = GlobBuilder::new(part)
            .literal_separator(true)
            .build()
            .map_err(|error| {
                Error::inconsistent(
                    list,
                    format!("`{pattern}` is not a pattern: {error}"),
                    "use `*`, `?` and `[...]` only",
                )
            })?
            .compile_matcher();
        let mut next = Vec::new();
        for path in found {
            let entries = match tree.list(&path) {
                Ok(entries) => entries,
                Err(error) if is_absent(&error) => continue,
                Err(error) => return Err(Error::read(&path)(error)),
            };
            for entry in entries {
                let hidden =
                    entry.name.as_encoded_bytes().starts_with(b".") && !part.starts_with('.');
                let usable = is_last || entry.kind == EntryKind::Directory;
                if usable && !hidden && matcher.is_match(&entry.name) {
                    next.push(path.join(&entry.name));
                }
            }
        }
        found = next;
    }
    let mut existing = Vec::new();
    for path in found {
        if tree.stat(&path).map_err(Error::read(&path))?.is_some() {
            existing.push(path);
        }
    }
    Ok(existing)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
