//! The file system, with a note of everything that is asked of it.

use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap};
use scd_magento::{Entry, EntryKind, FsTree, Stat, Tree};
use scd_store::Digest;

use super::remembered::{self, Answer, Kept, Remembered, WHOLE};
use super::trace::{self, Found, Question, Trace};

/// Notes are spread over so many maps, so that threads seldom wait for each other.
const SHARDS: usize = 32;

/// Passes questions on to the file system and notes them with their answers.
#[derive(Debug)]
pub(crate) struct Recorder {
    began: i64,
    /// What an earlier run found.
    remembered: Remembered,
    /// What was asked again of that, by its place among the questions.
    again: Vec<AtomicU8>,
    /// What else was found, by path, as text.
    shards: [Mutex<Notes>; SHARDS],
    /// Set when a question had an answer that cannot be asked for again, such as a refusal.
    has_failed: AtomicBool,
}

#[derive(Clone, Debug)]
struct Note {
    found: Found,
    is_content: bool,
    digest: Option<Digest>,
    canonical: Option<PathBuf>,
    /// What it holds, if the next run is to know that without looking.
    kept: Option<Kept>,
}

type Notes = FxHashMap<OsString, Note>;

/// What may be asked again of a path that an earlier run knows.
mod again {
    pub(super) const ASKED: u8 = 1;
    /// What it holds was asked for, too.
    pub(super) const CONTENT: u8 = 2;
    /// What is kept of that was given again.
    pub(super) const KEPT: u8 = 4;
    /// Its canonical form was asked for.
    pub(super) const CANONICAL: u8 = 8;
}

/// Files up to this size are kept whole for the next run.
const KEPT_BYTES: usize = 1 << 18;

impl Recorder {
    /// Begins to take notes, of a run that began at `began` (nanoseconds since 1970) and remembers what an earlier one found.
    pub(crate) fn new(began: i64, remembered: Remembered) -> Recorder {
        let questions = remembered.questions().iter();
        Recorder {
            began,
            again: questions.map(|_| AtomicU8::new(0)).collect(),
            remembered,
            shards: Default::default(),
            has_failed: AtomicBool::new(false),
        }
    }

    fn shard(&self, path: &Path) -> MutexGuard<'_, Notes> {
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
        match shard.get_mut(path.as_os_str()) {
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
                    kept: None,
                };
                change(&mut note);
                shard.insert(path.as_os_str().to_owned(), note);
            }
        }
    }

    /// Notes that an answer was given again.
    fn note_again(&self, answer: &Answer<'_>, what: u8) {
        self.again[answer.number].fetch_or(again::ASKED | what, Ordering::Relaxed);
    }

    /// Notes that what a path holds was asked for; what is there.
    fn note_content_of(&self, path: &Path) -> io::Result<Found> {
        if let Some(answer) = self.remembered.answer(path) {
            self.note_again(&answer, again::CONTENT);
            return Ok(answer.found);
        }
        let found = self.look(path)?;
        self.note(path, found, |note| note.is_content = true);
        Ok(found)
    }

    fn look(&self, path: &Path) -> io::Result<Found> {
        if let Some(answer) = self.remembered.answer(path) {
            return Ok(answer.found);
        }
        let stat = FsTree.stat(path);
        let stat = stat.inspect_err(|_| self.has_failed.store(true, Ordering::Relaxed))?;
        Ok(Found::of(stat))
    }

    /// What an earlier run has kept of what is at a path, and notes that it holds that.
    fn recall(&self, path: &Path, kind: &str) -> Option<&[u8]> {
        let answer = self.remembered.answer(path)?;
        let content = self.remembered.content(&answer, kind)?;
        self.note_again(&answer, again::CONTENT | again::KEPT);
        Some(content)
    }

    /// Keeps what a path that was read holds, or what came of it.
    fn keep(&self, path: &Path, kind: &'static str, bytes: &[u8]) {
        let kept = self.remembered.kept(path, kind, bytes);
        self.change(path, |note| {
            note.is_content = true;
            note.kept = Some(kept);
        });
    }

    /// Adds to what was noted of a path.
    fn change(&self, path: &Path, change: impl FnOnce(&mut Note)) {
        if let Some(answer) = self.remembered.answer(path) {
            self.note(path, answer.found, change);
        } else if let Some(note) = self.shard(path).get_mut(path.as_os_str()) {
            change(note);
        }
    }

    /// The bytes of a file that the next run will want to read as little as possible.
    pub(crate) fn read_once(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.read_by(path, |path| FsTree.read_shared(path))
    }

    fn read_by<B: AsRef<[u8]>>(
        &self,
        path: &Path,
        read: impl FnOnce(&Path) -> io::Result<B>,
    ) -> io::Result<B> {
        // Looked at before it is read: a change in between shows in the stamp.
        let found = self.note_content_of(path)?;
        if found == Found::Nothing && self.remembered.answer(path).is_some() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let result = read(path);
        match &result {
            Ok(bytes) if trace::is_young(&found, self.began) => {
                self.learn_digest(path, Digest::of(bytes.as_ref()));
            }
            Err(_) if found != Found::Nothing => self.has_failed.store(true, Ordering::Relaxed),
            _ => {}
        }
        result
    }

    /// The digest of a file's bytes, if an earlier run has read them and they are as they were then. From now on the run
    /// builds on them.
    pub(crate) fn known_digest(&self, path: &Path) -> Option<Digest> {
        let answer = self.remembered.answer(path)?;
        let digest = answer
            .digest()
            .filter(|_| matches!(answer.found, Found::File(_)))?;
        self.note_again(&answer, again::CONTENT);
        Some(digest)
    }

    /// Notes the digest of bytes that were read from a path.
    pub(crate) fn learn_digest(&self, path: &Path, digest: Digest) {
        let known = self.remembered.answer(path).and_then(|it| it.digest());
        if known != Some(digest) {
            self.change(path, |note| note.digest = Some(digest));
        }
    }

    /// Notes that the bytes of a file go into the result, though somebody else will read them.
    pub(crate) fn announce(&self, path: &Path) {
        // What cannot be looked at has been noted as a failure.
        let _ = self.note_content_of(path);
    }

    /// What an earlier run found.
    pub(crate) fn remembered(&self) -> &Remembered {
        &self.remembered
    }

    /// Everything that was noted, except for what lies below one of the directories that the run writes to; none if a
    /// question had an answer that cannot be trusted to come again. Besides, what each path holds, as far as that is kept. The
    /// notes are gone then.
    pub(crate) fn finish(&self, written: &[&Path]) -> Option<(Trace, Vec<Option<Kept>>)> {
        if self.has_failed.load(Ordering::Relaxed) {
            return None;
        }
        // Without what a path may be written with besides, such as a slash at its end.
        let written: Vec<PathBuf> = written
            .iter()
            .map(|path| path.components().collect())
            .collect();
        let is_kept = |path: &OsStr| !written.iter().any(|directory| is_below(path, directory));
        let mut noted: Vec<(OsString, Note)> = Vec::new();
        for shard in &self.shards {
            let notes = std::mem::take(&mut *shard.lock().unwrap_or_else(PoisonError::into_inner));
            noted.extend(notes.into_iter().filter(|(path, _)| is_kept(path)));
        }
        // As bytes: comparing paths part by part takes ten times as long.
        noted.par_sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut noted = noted.into_iter().peekable();

        let (mut questions, mut kept) = (Vec::new(), Vec::new());
        let mut add = |path: OsString, note: Note| {
            questions.push(Question {
                path: path.into(),
                found: note.found,
                is_content: note.is_content,
                digest: note.digest,
                canonical: note.canonical,
                is_young: note.is_content && trace::is_young(&note.found, self.began),
            });
            kept.push(note.kept);
        };
        for (number, question) in self.remembered.questions().iter().enumerate() {
            let path = question.path.as_os_str();
            while let Some((path, note)) = noted.next_if(|(new, _)| **new < *path) {
                add(path, note);
            }
            let new = noted.next_if(|(new, _)| *new == *path);
            let again = self.asked_again(number).filter(|_| is_kept(path));
            match (again, new) {
                (Some(again), Some((path, new))) => add(path, new.over(again)),
                (Some(note), None) => add(path.to_owned(), note),
                (None, Some((path, note))) => add(path, note),
                (None, None) => {}
            }
        }
        for (path, note) in noted {
            add(path, note);
        }
        Some((Trace { questions }, kept))
    }

    /// What was asked again of a path that an earlier run knows, by its place among the questions.
    fn asked_again(&self, number: usize) -> Option<Note> {
        let what = self.again.get(number)?.load(Ordering::Relaxed);
        let is = |asked: u8| what & asked != 0;
        let answer = self.remembered.answer_at(number)?;
        let canonical = || answer.question.canonical.clone();
        is(again::ASKED).then(|| Note {
            found: answer.found,
            is_content: is(again::CONTENT),
            digest: answer.digest().filter(|_| is(again::CONTENT)),
            canonical: is(again::CANONICAL).then(canonical).flatten(),
            kept: is(again::KEPT).then_some(Kept::Before(number)),
        })
    }
}

impl Note {
    /// This note, and what only an earlier one says.
    fn over(self, before: Note) -> Note {
        Note {
            found: self.found,
            is_content: self.is_content || before.is_content,
            digest: self.digest.or(before.digest),
            canonical: self.canonical.or(before.canonical),
            kept: self.kept.or(before.kept),
        }
    }
}

/// Whether a path is a directory or lies below it, both written in the same way.
fn is_below(path: &OsStr, directory: &Path) -> bool {
    let directory = directory.as_os_str().as_bytes();
    let rest = path.as_bytes().strip_prefix(directory);
    rest.is_some_and(|rest| rest.first().is_none_or(|first| *first == b'/'))
}

impl Tree for Recorder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.recall(path, WHOLE) {
            return Ok(bytes.to_vec());
        }
        let bytes = self.read_by(path, |path| FsTree.read(path))?;
        if bytes.len() <= KEPT_BYTES {
            self.keep(path, WHOLE, &bytes);
        }
        Ok(bytes)
    }

    fn gist(
        &self,
        path: &Path,
        kind: &'static str,
        find: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> io::Result<Option<Vec<u8>>> {
        if let Some(gist) = self.recall(path, kind) {
            return Ok(Some(gist.to_vec()));
        }
        let found = match self.recall(path, WHOLE) {
            Some(bytes) => find(bytes),
            None => find(&self.read_once(path)?),
        };
        if let Some(gist) = &found {
            self.keep(path, kind, gist);
        }
        Ok(found)
    }

    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        if let Some(answer) = self.remembered.answer(path) {
            self.note_again(&answer, 0);
            return Ok(answer.found.stat());
        }
        let found = self.look(path)?;
        self.note(path, found, |_| {});
        Ok(found.stat())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        if let Some(mut entries) = self.recall(path, WHOLE).and_then(remembered::unpack) {
            self.look_behind_links(path, &mut entries);
            return Ok(entries);
        }
        let found = self.note_content_of(path)?;
        let mut result = FsTree.list(path);
        match &mut result {
            Ok(entries) => {
                self.keep(path, WHOLE, &remembered::pack(entries));
                self.learn_digest(path, trace::digest_of_names(entries));
                self.look_behind_links(path, entries);
            }
            Err(_) if matches!(found, Found::Directory(_)) => {
                self.has_failed.store(true, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        result
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        if let Some(answer) = self.remembered.answer(path)
            && let Some(canonical) = &answer.question.canonical
        {
            self.note_again(&answer, again::CANONICAL);
            return Ok(canonical.clone());
        }
        let result = FsTree.canonicalize(path);
        let found = self.look(path)?;
        if let Ok(canonical) = &result {
            self.note(path, found, |note| note.canonical = Some(canonical.clone()));
        } else {
            self.note(path, found, |_| {});
        }
        result
    }
}

impl Recorder {
    /// Finds out what the links in a directory lead to, which may change although the directory does not.
    fn look_behind_links(&self, path: &Path, entries: &mut [Entry]) {
        for entry in entries.iter_mut().filter(|entry| entry.is_link) {
            // What keeps the entry from being looked at has been noted as a failure then.
            let stat = self.stat(&path.join(&entry.name)).ok().flatten();
            entry.kind = stat.map_or(EntryKind::Other, |stat| stat.kind);
        }
    }
}
