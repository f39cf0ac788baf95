//! The file system, with a note of everything that planning and deriving asked of it: what tells which changes matter, and how
//! much has to be done again.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::{Entry, FsTree, Stat, Tree};
use scd_store::{Digest, Stamp};

use crate::warm::trace::{Found, is_young};

/// How much a change makes necessary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Nothing: nobody asked for what has changed.
    Nothing,
    /// The outputs are made again, as far as what they are made from has changed.
    Content,
    /// The root is opened again, because other files, themes or settings are there.
    Anew,
}

/// What was asked about one path, and the answer.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) found: Found,
    /// When it was asked, in nanoseconds since 1970.
    asked: i64,
    /// Whether the bytes of a file were asked for.
    is_read: bool,
    /// Of these bytes, if the file was so young then that it may change without another stamp.
    digest: Option<Digest>,
    /// The same bytes, where [`KeptFiles`] keeps them.
    kept: Option<Arc<[u8]>>,
    /// The names in a directory, where they were asked for.
    pub(super) names: Option<Arc<FxHashSet<OsString>>>,
    /// Whether opening the root asked for it, and not only making its outputs.
    is_of_opening: bool,
}

impl Note {
    fn effect(&self) -> Effect {
        if self.is_of_opening {
            Effect::Anew
        } else {
            Effect::Content
        }
    }

    /// Whether another answer would be given now, as far as that can be told without looking into it.
    fn is_outdated(&self, now: Found) -> bool {
        match (self.found, now) {
            // What changes in it changes under a path of its own.
            (Found::Directory(_), Found::Directory(_)) => false,
            (before, now) if self.is_read => before != now,
            (before, now) => before.outside() != now.outside(),
        }
    }
}

impl Note {
    /// What has changed at a path and directly below it; and whether it was looked into and is the same.
    fn ask_again(&self, path: &Path) -> (Vec<PathBuf>, bool) {
        let now = now(path);
        // What changed just before it was asked for may have changed again behind the same stamp.
        let is_young = is_young(&now, self.asked);
        if self.is_outdated(now) {
            return (vec![path.to_path_buf()], false);
        }
        if let Some(names) = &self.names {
            let is_same = self.found == now && !is_young;
            let differing = if is_same {
                Vec::new()
            } else {
                other_names(path, names)
            };
            let is_same = is_young && differing.is_empty();
            return (differing, is_same);
        }
        if !self.is_read || !is_young {
            return (Vec::new(), false);
        }
        let digest = FsTree.read(path).ok().map(|bytes| Digest::of(&bytes));
        let is_same = digest == self.digest;
        let changed = (!is_same).then(|| path.to_path_buf());
        (changed.into_iter().collect(), is_same)
    }
}

/// Passes questions on to the file system and notes them.
#[derive(Debug)]
pub(super) struct Notes {
    notes: Mutex<FxHashMap<PathBuf, Note>>,
    is_opening: AtomicBool,
}

impl Notes {
    /// From now on the root is being opened.
    pub(super) fn new() -> Self {
        Self {
            notes: Mutex::default(),
            is_opening: AtomicBool::new(true),
        }
    }

    /// From now on outputs are made.
    pub(super) fn root_is_open(&self) {
        self.is_opening.store(false, Ordering::Relaxed);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, FxHashMap<PathBuf, Note>> {
        // A note is made in one step, so the map is whole whenever the lock is free.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, path: &Path, found: Found, change: impl FnOnce(&mut Note)) {
        let is_opening = self.is_opening.load(Ordering::Relaxed);
        let mut notes = self.lock();
        let fresh = Note {
            found,
            asked: Stamp::now(),
            is_read: false,
            digest: None,
            kept: None,
            names: None,
            is_of_opening: is_opening,
        };
        match notes.get_mut(path) {
            Some(note) => {
                note.found = found;
                note.asked = fresh.asked;
                note.is_of_opening |= is_opening;
                change(note);
            }
            None => change(notes.entry(path.to_path_buf()).or_insert(fresh)),
        }
    }

    /// What a change at a path that is no source makes necessary.
    pub(super) fn effect(&self, path: &Path) -> Effect {
        let is_hidden = |name: &std::ffi::OsStr| name.as_bytes().starts_with(b".");
        let mut notes = self.lock();
        let own = match notes.get_mut(path) {
            // What was changed just before may have been changed again.
            Some(note) if note.is_outdated(now(path)) || note.digest.is_some() => {
                note.kept = None;
                note.effect()
            }
            _ => Effect::Nothing,
        };
        let listed = path.parent().and_then(|parent| notes.get(parent));
        let listed = listed.zip(path.file_name()).and_then(|(note, name)| {
            let was_there = note.names.as_ref()?.contains(name);
            let is_there = path.symlink_metadata().is_ok();
            // Magento's walks do not see hidden files, and editors leave and remove them.
            (was_there != is_there && !is_hidden(name)).then(|| note.effect())
        });
        own.max(listed.unwrap_or(Effect::Nothing))
    }

    /// The paths at which something has changed since it was asked for, found by asking again.
    pub(super) fn overdue(&self) -> Vec<PathBuf> {
        let mut notes: Vec<(PathBuf, Note)> = {
            let notes = self.lock();
            let cloned = notes
                .iter()
                .map(|(path, note)| (path.clone(), note.clone()));
            cloned.collect()
        };
        notes.sort_by(|one, other| one.0.cmp(&other.0));
        let looked = Stamp::now();
        let asked: Vec<(Vec<PathBuf>, bool)> = notes
            .par_iter()
            .with_min_len(64)
            .map(|(path, note)| note.ask_again(path))
            .collect();
        let mut changed = Vec::new();
        let mut known = self.lock();
        for ((path, _), (paths, is_same)) in notes.into_iter().zip(asked) {
            changed.extend(paths);
            // Looked into once more, so that it need not be when it has become older.
            if let Some(note) = known.get_mut(&path).filter(|_| is_same) {
                note.asked = looked;
            }
        }
        changed.sort();
        changed
    }
}

fn now(path: &Path) -> Found {
    FsTree.stat(path).map_or(Found::Other, Found::of)
}

/// What has come to a directory and gone from it.
fn other_names(directory: &Path, names: &FxHashSet<OsString>) -> Vec<PathBuf> {
    let listed = FsTree.list(directory).unwrap_or_default();
    let now: FxHashSet<OsString> = listed.into_iter().map(|entry| entry.name).collect();
    let differing = names.symmetric_difference(&now);
    differing.map(|name| directory.join(name)).collect()
}

impl Tree for Notes {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // Looked at before it is read: a change in between shows in the stamp.
        let found = Found::of(FsTree.stat(path)?);
        let asked = Stamp::now();
        let result = FsTree.read(path);
        let bytes = result.as_ref().ok().filter(|_| is_young(&found, asked));
        let digest = bytes.map(|bytes| Digest::of(bytes));
        self.note(path, found, |note| {
            note.is_read = true;
            note.digest = digest;
        });
        result
    }

    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        let stat = FsTree.stat(path)?;
        self.note(path, Found::of(stat), |_| {});
        Ok(stat)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        self.note(path, Found::of(FsTree.stat(path)?), |_| {});
        let entries = FsTree.list(path)?;
        let names = entries.iter().map(|entry| entry.name.clone());
        let names = Arc::new(names.collect());
        self.note(path, now(path), |note| note.names = Some(names));
        for entry in entries.iter().filter(|entry| entry.is_link) {
            // What keeps it from being looked at is said to whoever asks for it.
            let _ = self.stat(&path.join(&entry.name));
        }
        Ok(entries)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.note(path, now(path), |_| {});
        FsTree.canonicalize(path)
    }
}

/// The same file system, for files that are asked for whenever outputs are made: they are read once, until they change.
#[derive(Debug)]
pub(super) struct KeptFiles<'a>(pub(super) &'a Notes);

impl Tree for KeptFiles<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let known = self.0.lock().get(path).and_then(|note| note.kept.clone());
        if let Some(known) = known {
            return Ok(known.to_vec());
        }
        let bytes = self.0.read(path)?;
        if let Some(note) = self.0.lock().get_mut(path) {
            note.kept = Some(bytes.as_slice().into());
        }
        Ok(bytes)
    }

    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        self.0.stat(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        self.0.list(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.canonicalize(path)
    }
}
