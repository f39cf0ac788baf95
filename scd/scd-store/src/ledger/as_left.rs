//! Whether files and directories are as a ledger describes them. Contents are read only of what is too young to be told by its
//! stamp, and only such directories are listed.

use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Directory, Ledger, LedgerUnit};
use crate::digest::Digest;
use crate::glance::{Sight, Symlinks, glance};
use crate::manifest::ManifestEntry;

impl LedgerUnit {
    /// Whether everything in `target` is as it was left and there is nothing else.
    #[must_use]
    pub fn is_as_left(&self, target: &Path) -> bool {
        self.is_as_left_with(target, |_| u64::MAX)
    }

    /// The same, where no file has another name than the one that `spare` may have for it.
    #[must_use]
    pub fn is_as_left_unshared(&self, target: &Path, spare: Option<&Ledger>) -> bool {
        let mut finder = spare.map(Ledger::finder);
        self.is_as_left_with(target, |file| {
            let spare = finder.as_mut().and_then(|finder| finder.find(&file.path));
            let is_shared = spare.is_some_and(|spare| spare.stamp.inode == file.stamp.inode);
            1 + u64::from(is_shared)
        })
    }

    /// The same, where `names` says how many names a file may have.
    fn is_as_left_with(&self, target: &Path, mut names: impl FnMut(&ManifestEntry) -> u64) -> bool {
        let expected = self.files.iter();
        let expected = expected.map(|file| Expected {
            file,
            names: names(file),
        });
        let expected: Vec<Expected<'_>> = expected.collect();
        let is_as_left = |expected: &Expected<'_>, seen| expected.is_seen(target, seen);
        let files = glance(target, &expected, Symlinks::Seen, is_as_left);
        let seen = || self.look_at_directories(target);
        !files.contains(&false) && self.has_directories_as_left(target, &seen(), |_| true)
    }

    /// What there is in `target` in the places of the files, in their order.
    pub(crate) fn look_at_files(&self, target: &Path) -> Vec<Option<Sight>> {
        glance(target, &self.files, Symlinks::Seen, |_, seen| seen.ok()?)
    }

    /// What there is in `target` in the places of the directories, in their order.
    pub(crate) fn look_at_directories(&self, target: &Path) -> Vec<Option<Sight>> {
        let directories = &self.directories;
        glance(target, directories, Symlinks::Seen, |_, seen| seen.ok()?)
    }

    /// Whether every directory in `target`, where it is `seen`, is as it was left, and `is_right` says so, too.
    pub(crate) fn has_directories_as_left(
        &self,
        target: &Path,
        seen: &[Option<Sight>],
        is_right: impl Fn(&Sight) -> bool + Sync,
    ) -> bool {
        let directories = self.directories.par_iter().zip(seen).with_min_len(64);
        let answers = directories.map(|(directory, seen)| {
            seen.is_some_and(|seen| is_right(&seen) && directory.is_seen(target, &seen, self))
        });
        self.directories.len() == seen.len() && answers.all(|is_as_left| is_as_left)
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

/// A file as it should be.
struct Expected<'a> {
    file: &'a ManifestEntry,
    /// How many names it may have.
    names: u64,
}

impl AsRef<Path> for Expected<'_> {
    fn as_ref(&self) -> &Path {
        Path::new(&*self.file.path)
    }
}

impl Expected<'_> {
    /// Whether what is seen in its place in `target` is the file as it was left.
    fn is_seen(&self, target: &Path, seen: io::Result<Option<Sight>>) -> bool {
        let file = self.file;
        seen.ok().flatten().is_some_and(|seen| {
            seen.is_file
                && seen.names <= self.names
                && seen.stamp.is_published_as(&file.stamp)
                && (!file.is_young || file.holds(&target.join(&*file.path)))
        })
    }
}

impl ManifestEntry {
    /// Whether the file in `target` is as it was left.
    #[must_use]
    pub fn is_as_left(&self, target: &Path) -> bool {
        let expected = [Expected {
            file: self,
            names: u64::MAX,
        }];
        let is_as_left = |expected: &Expected<'_>, seen| expected.is_seen(target, seen);
        glance(target, &expected, Symlinks::Seen, is_as_left) == [true]
    }

    /// Whether the file at `path` holds the recorded bytes.
    fn holds(&self, path: &Path) -> bool {
        fs::read(path).is_ok_and(|bytes| Digest::of(&bytes) == self.digest)
    }
}

impl AsRef<Path> for ManifestEntry {
    fn as_ref(&self) -> &Path {
        Path::new(&*self.path)
    }
}

impl AsRef<Path> for Directory {
    fn as_ref(&self) -> &Path {
        Path::new(&self.path)
    }
}

impl Directory {
    /// Whether what is seen in its place in `target` is the directory as it was left.
    fn is_seen(&self, target: &Path, seen: &Sight, unit: &LedgerUnit) -> bool {
        if !seen.is_directory {
            return false;
        }
        if !self.is_young {
            return seen.stamp.is_published_as(&self.stamp);
        }
        let known = unit.names_in(&self.path);
        let Ok(entries) = fs::read_dir(target.join(&self.path)) else {
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
