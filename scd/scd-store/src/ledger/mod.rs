//! What a target directory holds, as it was left: every file of every unit with digest, size and source, on disk between runs.
//!
//! A ledger is no cache: it says what is live, whoever made it. It outlives runs that replace other units, so it covers all that
//! scd has published into its target. With the stamps of files and directories it tells without reading whether a unit is as
//! it was left, foreign files included.

mod as_left;
mod finder;
mod kept;

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::digest::{Digest, Hasher};
use crate::glance::{Symlinks, glance};
use crate::manifest::{Manifest, ManifestEntry};
use crate::publish::is_below;
use crate::stamp::Stamp;

pub use finder::Finder;

/// One directory of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Directory {
    path: String,
    stamp: Stamp,
    is_young: bool,
}

/// A directory that is exchanged as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerUnit {
    /// Sorted by path.
    pub files: Vec<ManifestEntry>,
    directories: Vec<Directory>,
}

/// What a target directory holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// By their paths below the target.
    pub units: BTreeMap<String, LedgerUnit>,
    /// Files outside the units, sorted by path.
    pub loose: Vec<ManifestEntry>,
}

impl Ledger {
    /// Takes note of what a run has published into `target` since `exchanged` (nanoseconds since 1970): the units that it
    /// replaced and the loose files that it placed.
    pub fn enter(&mut self, target: &Path, units: &[String], manifest: Manifest, exchanged: i64) {
        for unit in units {
            self.units.remove(unit);
        }
        // Other units may have been carried over into new directories.
        for directory in self
            .units
            .values_mut()
            .flat_map(|unit| &mut unit.directories)
        {
            directory.is_young = true;
        }
        let mut of_unit: BTreeMap<&str, Vec<ManifestEntry>> = BTreeMap::new();
        let mut unit = None;
        let mut own = Vec::new();
        for mut entry in manifest.into_entries() {
            entry.is_young = !entry.stamp.is_settled_when_published(exchanged);
            // Entries are sorted, so those of a unit follow each other.
            if !unit.is_some_and(|unit| is_below(&entry.path, unit)) {
                if let Some(unit) = unit {
                    of_unit.insert(unit, std::mem::take(&mut own));
                }
                unit = units
                    .iter()
                    .map(String::as_str)
                    .find(|unit| is_below(&entry.path, unit));
            }
            if unit.is_some() {
                own.push(entry);
            } else {
                self.loose.retain(|known| known.path != entry.path);
                self.loose.push(entry);
            }
        }
        if let Some(unit) = unit {
            of_unit.insert(unit, own);
        }
        self.loose.sort_by(|one, other| one.path.cmp(&other.path));
        let units: Vec<(String, LedgerUnit)> = of_unit
            .into_par_iter()
            .map(|(name, mut files)| {
                files.shrink_to_fit();
                let directories = directories(target, name, &files, exchanged);
                (name.to_owned(), LedgerUnit { files, directories })
            })
            .collect();
        self.units.extend(units);
    }

    /// Looks files up by their paths.
    #[must_use]
    pub fn finder(&self) -> Finder<'_> {
        Finder::new(self)
    }

    /// All files: those of the units, then the loose ones.
    pub fn files(&self) -> impl Iterator<Item = &ManifestEntry> {
        self.units
            .values()
            .flat_map(|unit| &unit.files)
            .chain(&self.loose)
    }
}

impl LedgerUnit {
    /// Its outputs, without what is merely kept.
    pub fn outputs(&self) -> impl Iterator<Item = &ManifestEntry> {
        self.files.iter().filter(|file| file.kept == 0)
    }

    /// A digest of the paths and contents of its outputs: equal for units that hold the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest_of(self.outputs().map(|file| (&*file.path, &file.digest)))
    }

    /// Whether something of it is too young to be told by its stamp.
    #[must_use]
    pub fn has_young(&self) -> bool {
        self.files.iter().any(|file| file.is_young)
            || self.directories.iter().any(|directory| directory.is_young)
    }

    /// Takes new stamps of directories, and of what was too young, at `now` (nanoseconds since 1970). To be called when it
    /// was found to be as it was left.
    pub fn settle(&mut self, target: &Path, now: i64) {
        for file in self.files.iter_mut().filter(|file| file.is_young) {
            file.is_young = !file.stamp.is_settled_when_published(now);
        }
        for directory in &mut self.directories {
            if directory.is_young {
                let stamp = Stamp::at(&target.join(&directory.path)).unwrap_or_default();
                directory.stamp = stamp;
                directory.is_young = !stamp.is_settled_when_published(now);
            }
        }
    }

    /// The paths of its directories, itself included, sorted.
    pub fn directories(&self) -> impl Iterator<Item = &str> {
        self.directories
            .iter()
            .map(|directory| directory.path.as_str())
    }
}

/// A digest of paths and contents, in the order given.
pub fn digest_of<'a>(files: impl Iterator<Item = (&'a str, &'a Digest)>) -> Digest {
    // Long pieces are hashed several blocks at a time, which takes a third of the time.
    const PIECE: usize = 1 << 16;
    let mut hasher = Hasher::default();
    let mut piece = Vec::with_capacity(PIECE);
    for (path, digest) in files {
        if piece.len() + path.len() + 8 + Digest::LENGTH > PIECE {
            hasher.update(&piece);
            piece.clear();
        }
        piece.extend_from_slice(&(path.len() as u64).to_le_bytes());
        piece.extend_from_slice(path.as_bytes());
        piece.extend_from_slice(digest.as_bytes());
    }
    hasher.update(&piece);
    hasher.finish()
}

/// The directories of a unit as they are now, itself included.
fn directories(
    target: &Path,
    unit: &str,
    files: &[ManifestEntry],
    exchanged: i64,
) -> Vec<Directory> {
    let mut paths: FxHashSet<&str> = FxHashSet::default();
    for file in files {
        let mut path = &*file.path;
        while let Some((directory, _)) = path.rsplit_once('/') {
            if directory.len() < unit.len() || !paths.insert(directory) {
                break;
            }
            path = directory;
        }
    }
    let mut paths: Vec<&str> = paths.into_iter().collect();
    paths.sort_unstable();
    glance(target, &paths, Symlinks::Followed, |path, seen| {
        // A directory that is gone already will not be found as it was left.
        let seen = seen.ok().flatten();
        let stamp = seen.map_or_else(Stamp::default, |seen| seen.stamp);
        Directory {
            path: (*path).to_owned(),
            stamp,
            is_young: !stamp.is_settled_when_published(exchanged),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn published(target: &Path, files: &[(&str, &str)]) -> Manifest {
        let entries = files.iter().map(|(path, text)| {
            let full = target.join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(&full, text).unwrap();
            ManifestEntry {
                path: (*path).into(),
                digest: Digest::of(text.as_bytes()),
                stamp: Stamp::at(&full).unwrap(),
                source: (*path == "a/b/x.js").then(|| Path::new("/src/x.js").into()),
                kept: 0,
                is_young: false,
            }
        });
        Manifest::new(entries.collect())
    }

    /// Everything is settled long before the first, and nothing before the second.
    const TIMES: [i64; 2] = [i64::MAX, 0];

    #[test]
    fn a_ledger_is_kept_and_shows_what_has_changed() {
        for time in TIMES {
            let scratch = tempfile::tempdir().unwrap();
            let target = &scratch.path().join("static");
            let files = [
                ("a/b/x.js", "x"),
                ("a/b/y/z.css", "z"),
                ("a/c/x.js", "x"),
                ("v", "1"),
            ];
            let units = ["a/b".to_owned(), "a/c".to_owned()];
            let mut ledger = Ledger::default();
            ledger.enter(target, &units, published(target, &files), time);
            assert_eq!(ledger.files().count(), 4);
            assert_eq!(ledger.loose.len(), 1);
            let mut finder = ledger.finder();
            for path in ["a/c/x.js", "v", "a/b/x.js", "a/b/y/z.css", "a/b/x.js"] {
                assert_eq!(&*finder.find(path).unwrap().path, path);
            }
            for path in ["a", "a/b", "a/b/w", "a/b/y", "a/b/z", "a/bc/x", "w", ""] {
                assert!(finder.find(path).is_none(), "{path}");
            }
            let unit = &ledger.units["a/b"];
            assert!(unit.directories().eq(["a/b", "a/b/y"]));
            assert_ne!(unit.digest(), ledger.units["a/c"].digest());

            let path = scratch.path().join("ledger");
            ledger.save(&path).unwrap();
            assert_eq!(Ledger::load(&path).as_ref(), Some(&ledger));
            let is_as_left = || ledger.units["a/b"].is_as_left(target);
            assert!(is_as_left());

            fs::write(target.join("a/b/foreign"), "").unwrap();
            assert!(!is_as_left());
            fs::remove_file(target.join("a/b/foreign")).unwrap();
            let mut again = ledger.clone();
            again.enter(target, &units[..1], published(target, &files[..2]), time);
            assert_eq!(again.files().count(), 4);
            let unit = &again.units["a/b"];
            assert!(unit.is_as_left(target));
            fs::remove_file(target.join("a/b/y/z.css")).unwrap();
            assert!(!unit.is_as_left(target));
            again.enter(target, &units[..1], Manifest::default(), time);
            assert!(again.units.keys().eq(["a/c"]));
        }
    }

    #[test]
    fn a_change_within_one_step_of_the_clock_is_seen() {
        let scratch = tempfile::tempdir().unwrap();
        let target = scratch.path();
        let manifest = published(target, &[("a/x", "one")]);
        let mut ledger = Ledger::default();
        ledger.enter(target, &["a".to_owned()], manifest, 0);
        let stamp = Stamp::at(&target.join("a/x")).unwrap();
        fs::write(target.join("a/x"), "two").unwrap();
        let time =
            std::time::UNIX_EPOCH + std::time::Duration::from_nanos(stamp.modified.unsigned_abs());
        let file = fs::File::options()
            .write(true)
            .open(target.join("a/x"))
            .unwrap();
        file.set_modified(time).unwrap();
        assert!(!ledger.units["a"].is_as_left(target));
    }
}
