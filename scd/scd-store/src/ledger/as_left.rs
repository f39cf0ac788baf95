//! Whether files and directories are as a ledger describes them. Contents are read only of what is too young to be told by its
//! stamp, and only such directories are listed.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Directory, Ledger, LedgerUnit};
use crate::digest::Digest;
use crate::manifest::ManifestEntry;
use crate::stamp::Stamp;

impl LedgerUnit {
    /// Whether everything in `target` is as it was left and there is nothing else.
    #[must_use]
    pub fn is_as_left(&self, target: &Path) -> bool {
        let files = self.files.par_iter().with_min_len(64);
        files.all(|file| file.is_as_left(target)) && self.has_directories_as_left(target, &|_| true)
    }

    /// The same, where no file has another name than the one that `spare` may have for it.
    #[must_use]
    pub fn is_as_left_unshared(&self, target: &Path, spare: Option<&Ledger>) -> bool {
        let finder = || spare.map(Ledger::finder);
        let files = self.files.par_iter().with_min_len(64);
        let are_as_left = files.map_init(finder, |finder, file| {
            let spare = finder.as_mut().and_then(|finder| finder.find(&file.path));
            let is_shared = spare.is_some_and(|spare| spare.stamp.inode == file.stamp.inode);
            file.is_as_left_with(target, 1 + u64::from(is_shared))
        });
        are_as_left.all(|is_as_left| is_as_left) && self.has_directories_as_left(target, &|_| true)
    }

    /// Whether every directory in `target` is as it was left, and `is_right` says so, too.
    pub(crate) fn has_directories_as_left(
        &self,
        target: &Path,
        is_right: &(impl Fn(&fs::Metadata) -> bool + Sync),
    ) -> bool {
        self.directories
            .par_iter()
            .with_min_len(16)
            .all(|directory| directory.is_as_left(target, self, is_right))
    }

    /// The names in a directory of the unit, each with whether it is a directory.
    fn names_in<'a>(&'a self, directory: &str) -> FxHashMap<&'a str, bool> {
        let below = format!("{directory}/");
        let files = names(&self.files, |file| &file.path, &below);
        let directories = names(&self.directories, |directory| &directory.path, &below);
        let files = files.map(|name| (name, false));
        files.chain(directories.map(|name| (name, true))).collect()
    }
}

/// What follows `prefix` in sorted paths, where that is a single name.
fn names<'a, T>(
    sorted: &'a [T],
    path: impl Fn(&T) -> &str,
    prefix: &str,
) -> impl Iterator<Item = &'a str> {
    // What lies below a directory follows each other.
    let start = sorted.partition_point(|one| path(one) < prefix);
    let rests = sorted[start..].iter();
    rests
        .map_while(move |one| path(one).strip_prefix(prefix))
        .filter(|rest| !rest.contains('/'))
}

impl ManifestEntry {
    /// Whether the file in `target` is as it was left.
    #[must_use]
    pub fn is_as_left(&self, target: &Path) -> bool {
        self.is_as_left_with(target, u64::MAX)
    }

    /// The same for a file with at most so many names.
    fn is_as_left_with(&self, target: &Path, names: u64) -> bool {
        let path = target.join(&*self.path);
        let Ok(about) = fs::symlink_metadata(&path) else {
            return false;
        };
        about.is_file()
            && about.nlink() <= names
            && Stamp::of(&about).is_published_as(&self.stamp)
            && (!self.is_young || self.holds(&path))
    }

    /// Whether the file at `path` holds the recorded bytes.
    fn holds(&self, path: &Path) -> bool {
        fs::read(path).is_ok_and(|bytes| Digest::of(&bytes) == self.digest)
    }
}

impl Directory {
    fn is_as_left(
        &self,
        target: &Path,
        unit: &LedgerUnit,
        is_right: &impl Fn(&fs::Metadata) -> bool,
    ) -> bool {
        let path = target.join(&self.path);
        let Ok(about) = fs::symlink_metadata(&path) else {
            return false;
        };
        if !about.is_dir() || !is_right(&about) {
            return false;
        }
        if !self.is_young {
            return Stamp::of(&about).is_published_as(&self.stamp);
        }
        let known = unit.names_in(&self.path);
        let Ok(entries) = fs::read_dir(&path) else {
            return false;
        };
        let mut found = 0;
        let is_known = |entry: &fs::DirEntry| {
            let name = entry.file_name();
            let is_directory = name.to_str().and_then(|name| known.get(name));
            let kind = entry.file_type();
            is_directory.is_some_and(|wanted| kind.is_ok_and(|kind| kind.is_dir() == *wanted))
        };
        let all_known = entries.into_iter().all(|entry| {
            found += 1;
            entry.is_ok_and(|entry| is_known(&entry))
        });
        all_known && found == known.len()
    }
}
