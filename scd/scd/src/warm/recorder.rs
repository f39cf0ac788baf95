//! The file system, with a note of everything that is asked of it.

use std::hash::{BuildHasher, Hasher};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};
use scd_magento::{Entry, FsTree, Stat, Tree};
use scd_store::{Digest, Stamp};

use super::trace::{self, Found, Question, Trace};

/// Notes are spread over so many maps, so that threads seldom wait for each other.
const SHARDS: usize = 32;

/// Passes questions on to the file system and notes them with their answers.
#[derive(Debug)]
pub(crate) struct Recorder {
    began: i64,
    shards: [Mutex<FxHashMap<PathBuf, Note>>; SHARDS],
    /// Set when a question had an answer that cannot be asked for again, such as a refusal.
    has_failed: AtomicBool,
    /// Digests of files that are as an earlier run found them.
    known: FxHashMap<PathBuf, (Stamp, Digest)>,
}

#[derive(Clone, Debug)]
struct Note {
    found: Found,
    is_content: bool,
    digest: Option<Digest>,
    canonical: Option<PathBuf>,
}

impl Recorder {
    /// Begins to take notes. `known` is what an earlier run noted, as far as it still holds.
    pub(crate) fn new(known: FxHashMap<PathBuf, (Stamp, Digest)>) -> Recorder {
        Recorder {
            began: Stamp::now(),
            shards: Default::default(),
            has_failed: AtomicBool::new(false),
            known,
        }
    }

    fn shard(&self, path: &Path) -> MutexGuard<'_, FxHashMap<PathBuf, Note>> {
        // The name tells neighbours apart well enough, and hashing whole paths twice would be felt.
        let name = path.file_name().unwrap_or_default();
        let mut hasher = FxBuildHasher.build_hasher();
        hasher.write(name.as_bytes());
        let shard = usize::try_from(hasher.finish() >> 32).unwrap_or(0) % SHARDS;
        // A note is made in one step, so a map is whole whenever its lock is free.
        self.shards[shard]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what was found; the first answer counts, because the run has built on it.
    fn note(&self, path: &Path, found: Found, change: impl FnOnce(&mut Note)) {
        let mut shard = self.shard(path);
        match shard.get_mut(path) {
            Some(note) => {
                if note.found != found {
                    self.has_failed.store(true, Ordering::Relaxed);
                }
                change(note);
            }
            None => {
                let mut note = Note {
                    found,
                    is_content: false,
                    digest: None,
                    canonical: None,
                };
                change(&mut note);
                shard.insert(path.to_path_buf(), note);
            }
        }
    }

    fn look(&self, path: &Path) -> io::Result<Option<Stat>> {
        FsTree
            .stat(path)
            .inspect_err(|_| self.has_failed.store(true, Ordering::Relaxed))
    }

    /// The digest of a file's bytes, if an earlier run has read them and they are as they were then. From now on the run
    /// builds on them.
    pub(crate) fn known_digest(&self, path: &Path) -> Option<Digest> {
        let (stamp, digest) = self.known.get(path)?;
        self.note(path, Found::File(*stamp), |note| {
            note.is_content = true;
            note.digest = Some(*digest);
        });
        Some(*digest)
    }

    /// Notes the digest of bytes that were read from a path.
    pub(crate) fn learn_digest(&self, path: &Path, digest: Digest) {
        if let Some(note) = self.shard(path).get_mut(path) {
            note.digest = Some(digest);
        }
    }

    /// Notes that the bytes of a file go into the result, though somebody else will read them.
    pub(crate) fn announce(&self, path: &Path) {
        if let Ok(stat) = self.look(path) {
            self.note(path, Found::of(stat), |note| note.is_content = true);
        }
    }

    /// Everything that was noted, except for what lies below one of the directories that the run writes to; none if a
    /// question had an answer that cannot be trusted to come again.
    pub(crate) fn finish(&self, written: &[&Path]) -> Option<Trace> {
        if self.has_failed.load(Ordering::Relaxed) {
            return None;
        }
        let mut questions = Vec::new();
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let notes = shard
                .iter()
                .filter(|(path, _)| !written.iter().any(|directory| path.starts_with(directory)));
            questions.extend(notes.map(|(path, note)| Question {
                path: path.clone(),
                found: note.found,
                is_content: note.is_content,
                digest: note.digest,
                canonical: note.canonical.clone(),
                is_young: note.is_content && trace::is_young(&note.found, self.began),
            }));
        }
        questions.sort_by(|one, other| one.path.cmp(&other.path));
        Some(Trace { questions })
    }
}

impl Tree for Recorder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // Looked at before it is read: a change in between shows in the stamp.
        let found = Found::of(self.look(path)?);
        self.note(path, found, |note| note.is_content = true);
        let result = FsTree.read(path);
        match &result {
            Ok(bytes) if trace::is_young(&found, self.began) => {
                self.learn_digest(path, Digest::of(bytes));
            }
            Err(_) if found != Found::Nothing => self.has_failed.store(true, Ordering::Relaxed),
            _ => {}
        }
        result
    }

    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        let stat = self.look(path)?;
        self.note(path, Found::of(stat), |_| {});
        Ok(stat)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let found = Found::of(self.look(path)?);
        self.note(path, found, |note| note.is_content = true);
        let result = FsTree.list(path);
        match &result {
            Ok(entries) => {
                if trace::is_young(&found, self.began) {
                    self.learn_digest(path, trace::digest_of_names(entries));
                }
                for entry in entries.iter().filter(|entry| entry.is_link) {
                    // What keeps the entry from being looked at has been noted as a failure then.
                    let _ = self.stat(&path.join(&entry.name));
                }
            }
            Err(_) if matches!(found, Found::Directory(_)) => {
                self.has_failed.store(true, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        result
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        let result = FsTree.canonicalize(path);
        let found = Found::of(self.look(path)?);
        if let Ok(canonical) = &result {
            self.note(path, found, |note| note.canonical = Some(canonical.clone()));
        } else {
            self.note(path, found, |_| {});
        }
        result
    }
}
