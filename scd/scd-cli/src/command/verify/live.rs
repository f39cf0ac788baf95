//! The live tree of a root as it looks from outside, to be sure that nobody has touched it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Inode, size and times of change of everything that is published in a root.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LiveTree(BTreeMap<PathBuf, [i64; 4]>);

impl LiveTree {
    /// Looks at `pub/static` and `var/view_preprocessed`.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub(super) fn of(root: &Path) -> Result<Self> {
        let mut seen = BTreeMap::new();
        let mut open = vec![root.join("pub/static"), root.join("var/view_preprocessed")];
        open.retain(|directory| directory.is_dir());
        while let Some(directory) = open.pop() {
            let failed = || format!("cannot read `{}`", directory.display());
            for entry in fs::read_dir(&directory).with_context(failed)? {
                let path = entry.with_context(failed)?.path();
                let Ok(about) = fs::symlink_metadata(&path) else {
                    continue;
                };
                if about.is_dir() {
                    open.push(path.clone());
                }
                let size = i64::try_from(about.len()).unwrap_or(i64::MAX);
                let inode = about.ino().cast_signed();
                seen.insert(path, [inode, size, about.mtime(), about.mtime_nsec()]);
            }
        }
        Ok(Self(seen))
    }

    /// Something that is otherwise in the other one.
    pub(super) fn first_change<'a>(&'a self, later: &'a Self) -> Option<&'a Path> {
        let changed = |one: &'a Self, other: &Self| {
            let mut paths = one.0.iter();
            paths.find_map(|(path, about)| {
                (other.0.get(path) != Some(about)).then_some(path.as_path())
            })
        };
        changed(self, later).or_else(|| changed(later, self))
    }
}
