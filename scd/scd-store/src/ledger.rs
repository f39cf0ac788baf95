//! What a target directory holds, as it was left: every file of every unit with digest, size and source, on disk between runs.
//!
//! A ledger is no cache: it says what is live, whoever made it. It outlives runs that replace other units, so it covers all that
//! scd has published into its target. With the stamps of files and directories it tells without reading whether a unit is as
//! it was left, foreign files included.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::codec::{Reader, Writer};
use crate::digest::{Digest, Hasher};
use crate::error::Error;
use crate::glance::{Links, Sight, glance};
use crate::manifest::{Content, Manifest, ManifestEntry};
use crate::record::Record;
use crate::stamp::Stamp;

/// One published file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerFile {
    /// Relative to the target directory.
    pub path: String,
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
    /// The file as it was left.
    pub stamp: Stamp,
    /// For how many versions it has been kept although it is no output any more; 0 for outputs.
    pub kept: u32,
    /// What it was made from; none for files that are made from many.
    pub source: Option<Arc<Path>>,
    /// Whether a change since could hide behind the same stamp.
    pub is_young: bool,
}

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
    pub files: Vec<LedgerFile>,
    directories: Vec<Directory>,
}

/// What a target directory holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// By their paths below the target.
    pub units: BTreeMap<String, LedgerUnit>,
    /// Files outside the units, sorted by path.
    pub loose: Vec<LedgerFile>,
}

fn kind() -> Digest {
    Digest::of(b"scd ledger 1")
}

impl Ledger {
    /// Reads the ledger at `path`; none if there is none that is whole.
    #[must_use]
    pub fn load(path: &Path) -> Option<Ledger> {
        Ledger::decode(Record::load(path, &kind())?.payload())
    }

    /// Writes the ledger to `path`.
    ///
    /// # Errors
    /// [`Error::System`] if it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut writer = Writer::new();
        writer.length(self.units.len());
        for (name, unit) in &self.units {
            writer.text(name);
            write_files(&mut writer, &unit.files);
            let mut before = String::new();
            writer.list(&unit.directories, |writer, directory| {
                writer
                    .path_behind(before.as_bytes(), directory.path.as_bytes())
                    .stamp(&directory.stamp)
                    .flag(directory.is_young);
                before.clone_from(&directory.path);
            });
        }
        write_files(&mut writer, &self.loose);
        Record::save(path, &kind(), &writer.finish())
    }

    fn decode(bytes: &[u8]) -> Option<Ledger> {
        let mut reader = Reader::new(bytes);
        let mut ledger = Ledger::default();
        for _ in 0..reader.length()? {
            let name = reader.text()?.to_owned();
            let files = read_files(&mut reader)?;
            let mut before = Vec::new();
            let directories = reader.list(|reader| {
                reader.path_behind(&mut before)?;
                Some(Directory {
                    path: String::from_utf8(before.clone()).ok()?,
                    stamp: reader.stamp()?,
                    is_young: reader.flag()?,
                })
            })?;
            ledger.units.insert(name, LedgerUnit { files, directories });
        }
        ledger.loose = read_files(&mut reader)?;
        Some(ledger)
    }

    /// Takes note of what a run has published into `target` since `exchanged` (nanoseconds since 1970): the units that it
    /// replaced and the loose files that it placed. `source_of` names what a path was made from.
    pub fn enter(
        &mut self,
        target: &Path,
        units: &[String],
        manifest: &Manifest,
        exchanged: i64,
        source_of: &dyn Fn(&str) -> Option<Arc<Path>>,
    ) {
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
        let mut entries = manifest.entries();
        let mut of_unit: BTreeMap<&str, Vec<LedgerFile>> = BTreeMap::new();
        let mut unit = None;
        while let Some((entry, rest)) = entries.split_first() {
            entries = rest;
            // Entries are sorted, so those of a unit follow each other.
            if !unit.is_some_and(|unit| is_below(&entry.path, unit)) {
                unit = units
                    .iter()
                    .map(String::as_str)
                    .find(|unit| is_below(&entry.path, unit));
            }
            let file = LedgerFile {
                path: entry.path.clone(),
                digest: entry.digest,
                size: entry.size,
                stamp: entry.stamp,
                kept: entry.kept,
                source: source_of(&entry.path),
                is_young: !entry.stamp.is_settled_when_published(exchanged),
            };
            match unit {
                Some(unit) => of_unit.entry(unit).or_default().push(file),
                None => {
                    self.loose.retain(|known| known.path != file.path);
                    self.loose.push(file);
                }
            }
        }
        self.loose.sort_by(|one, other| one.path.cmp(&other.path));
        let units: Vec<(String, LedgerUnit)> = of_unit
            .into_par_iter()
            .map(|(name, files)| {
                let directories = directories(target, name, &files, exchanged);
                (name.to_owned(), LedgerUnit { files, directories })
            })
            .collect();
        self.units.extend(units);
    }

    /// All files, sorted by path, as publishing wants to know them.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        let entries = self.files().map(|file| ManifestEntry {
            path: file.path.clone(),
            digest: file.digest,
            size: file.size,
            content: Content::File(file.source.clone().unwrap_or_else(|| Path::new("").into())),
            stamp: file.stamp,
            kept: file.kept,
        });
        Manifest::new(entries.collect())
    }

    /// The number of the file at a path in one of the units.
    pub(crate) fn inode(&self, path: &str) -> Option<u64> {
        let mut ways = path.match_indices('/').map(|(end, _)| &path[..end]);
        let unit = ways.find_map(|way| self.units.get(way))?;
        let found = unit
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path));
        Some(unit.files[found.ok()?].stamp.inode)
    }

    /// All files: those of the units, then the loose ones.
    pub fn files(&self) -> impl Iterator<Item = &LedgerFile> {
        self.units
            .values()
            .flat_map(|unit| &unit.files)
            .chain(&self.loose)
    }
}

impl LedgerUnit {
    /// Its outputs, without what is merely kept.
    pub fn outputs(&self) -> impl Iterator<Item = &LedgerFile> {
        self.files.iter().filter(|file| file.kept == 0)
    }

    /// A digest of the paths and contents of its outputs: equal for units that hold the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest_of(
            self.outputs()
                .map(|file| (file.path.as_str(), &file.digest)),
        )
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

    /// Whether everything in `target` is as it was left and there is nothing else.
    #[must_use]
    pub fn is_as_left(&self, target: &Path) -> bool {
        self.is_as_left_with(target, |_| u64::MAX)
    }

    /// The same, where no file has another name than the one that `spare` may have for it.
    #[must_use]
    pub fn is_as_left_unshared(&self, target: &Path, spare: Option<&Ledger>) -> bool {
        self.is_as_left_with(target, |file| {
            let spare = spare.and_then(|spare| spare.inode(&file.path));
            1 + u64::from(spare == Some(file.stamp.inode))
        })
    }

    fn is_as_left_with(&self, target: &Path, names: impl Fn(&LedgerFile) -> u64 + Sync) -> bool {
        let is_as_left = |file: &LedgerFile, seen| file.is_seen(target, seen, names(file));
        let files = glance(target, &self.files, Links::Seen, is_as_left);
        !files.contains(&false) && self.has_directories_as_left(target, &|_| true)
    }

    /// Whether every directory in `target` is as it was left, and `is_right` says so, too.
    pub(crate) fn has_directories_as_left(
        &self,
        target: &Path,
        is_right: &(impl Fn(&Sight) -> bool + Sync),
    ) -> bool {
        let is_as_left = |directory: &Directory, seen: io::Result<Option<Sight>>| {
            let seen = seen.ok().flatten();
            seen.is_some_and(|seen| is_right(&seen) && directory.is_seen(target, &seen, self))
        };
        let directories = glance(target, &self.directories, Links::Seen, is_as_left);
        !directories.contains(&false)
    }

    /// The paths of its directories, itself included, sorted.
    pub fn directories(&self) -> impl Iterator<Item = &str> {
        self.directories
            .iter()
            .map(|directory| directory.path.as_str())
    }

    /// The names in a directory of the unit, each with whether it is a directory.
    fn names_in<'a>(&'a self, directory: &'a str) -> FxHashMap<&'a str, bool> {
        let files = self.files.iter().map(|file| (file.path.as_str(), false));
        let paths = files.chain(self.directories().map(|path| (path, true)));
        let below = paths.filter_map(|(path, is_directory)| {
            let rest = path.strip_prefix(directory)?.strip_prefix('/')?;
            Some((rest, is_directory))
        });
        below.filter(|(rest, _)| !rest.contains('/')).collect()
    }
}

impl AsRef<Path> for LedgerFile {
    fn as_ref(&self) -> &Path {
        Path::new(&self.path)
    }
}

impl AsRef<Path> for Directory {
    fn as_ref(&self) -> &Path {
        Path::new(&self.path)
    }
}

impl LedgerFile {
    /// Whether the file in `target` is as it was left.
    #[must_use]
    pub fn is_as_left(&self, target: &Path) -> bool {
        let one = std::slice::from_ref(self);
        let is_as_left = |file: &LedgerFile, seen| file.is_seen(target, seen, u64::MAX);
        glance(target, one, Links::Seen, is_as_left) == [true]
    }

    /// Whether what is seen in its place in `target` is the file as it was left, with at most so many names.
    fn is_seen(&self, target: &Path, seen: io::Result<Option<Sight>>, names: u64) -> bool {
        seen.ok().flatten().is_some_and(|seen| {
            seen.is_file
                && seen.names <= names
                && seen.stamp.is_published_as(&self.stamp)
                && (!self.is_young || self.holds(&target.join(&self.path)))
        })
    }

    /// Whether the file at `path` holds the recorded bytes.
    fn holds(&self, path: &Path) -> bool {
        fs::read(path).is_ok_and(|bytes| Digest::of(&bytes) == self.digest)
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

/// A digest of paths and contents, in the order given.
pub fn digest_of<'a>(files: impl Iterator<Item = (&'a str, &'a Digest)>) -> Digest {
    let mut hasher = Hasher::default();
    for (path, digest) in files {
        hasher.update(&(path.len() as u64).to_le_bytes());
        hasher.update(path.as_bytes());
        hasher.update(digest.as_bytes());
    }
    hasher.finish()
}

/// Whether `path` lies below the directory `unit`.
fn is_below(path: &str, unit: &str) -> bool {
    path.strip_prefix(unit)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// The directories of a unit as they are now, itself included.
fn directories(target: &Path, unit: &str, files: &[LedgerFile], exchanged: i64) -> Vec<Directory> {
    let mut paths: FxHashSet<&str> = FxHashSet::default();
    for file in files {
        let mut path = file.path.as_str();
        while let Some((directory, _)) = path.rsplit_once('/') {
            if directory.len() < unit.len() || !paths.insert(directory) {
                break;
            }
            path = directory;
        }
    }
    let mut paths: Vec<&str> = paths.into_iter().collect();
    paths.sort_unstable();
    glance(target, &paths, Links::Followed, |path, seen| {
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

fn write_files(writer: &mut Writer, files: &[LedgerFile]) {
    let mut before = String::new();
    let mut source_before: Vec<u8> = Vec::new();
    writer.list(files, |writer, file| {
        writer
            .path_behind(before.as_bytes(), file.path.as_bytes())
            .digest(&file.digest)
            .number(file.size)
            .stamp(&file.stamp)
            .number(u64::from(file.kept))
            .flag(file.is_young)
            .optional(file.source.as_ref(), |writer, source| {
                let source = source.as_os_str().as_bytes();
                writer.path_behind(&source_before, source);
                source_before = source.to_vec();
            });
        before.clone_from(&file.path);
    });
}

fn read_files(reader: &mut Reader<'_>) -> Option<Vec<LedgerFile>> {
    let mut before = Vec::new();
    let mut source_before = Vec::new();
    reader.list(|reader| {
        reader.path_behind(&mut before)?;
        Some(LedgerFile {
            path: String::from_utf8(before.clone()).ok()?,
            digest: reader.digest()?,
            size: reader.number()?,
            stamp: reader.stamp()?,
            kept: u32::try_from(reader.number()?).ok()?,
            is_young: reader.flag()?,
            source: reader.optional(|reader| {
                reader.path_behind(&mut source_before)?;
                Some(PathBuf::from(OsStr::from_bytes(&source_before)).into())
            })?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(target: &Path, files: &[(&str, &str)]) -> Manifest {
        let entries = files.iter().map(|(path, text)| {
            let full = target.join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(&full, text).unwrap();
            ManifestEntry {
                path: (*path).to_owned(),
                digest: Digest::of(text.as_bytes()),
                size: text.len() as u64,
                content: Content::Bytes(text.as_bytes().into()),
                stamp: Stamp::at(&full).unwrap(),
                kept: 0,
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
            let source = |path: &str| (path == "a/b/x.js").then(|| Path::new("/src/x.js").into());
            ledger.enter(target, &units, &published(target, &files), time, &source);
            assert_eq!(ledger.files().count(), 4);
            assert_eq!(ledger.loose.len(), 1);
            assert_eq!(ledger.manifest().entries().len(), 4);
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
            again.enter(
                target,
                &units[..1],
                &published(target, &files[..2]),
                time,
                &source,
            );
            assert_eq!(again.files().count(), 4);
            let unit = &again.units["a/b"];
            assert!(unit.is_as_left(target));
            fs::remove_file(target.join("a/b/y/z.css")).unwrap();
            assert!(!unit.is_as_left(target));
            again.enter(target, &units[..1], &Manifest::default(), time, &source);
            assert!(again.units.keys().eq(["a/c"]));
        }
    }

    #[test]
    fn a_change_within_one_step_of_the_clock_is_seen() {
        let scratch = tempfile::tempdir().unwrap();
        let target = scratch.path();
        let manifest = published(target, &[("a/x", "one")]);
        let mut ledger = Ledger::default();
        ledger.enter(target, &["a".to_owned()], &manifest, 0, &|_| None);
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
