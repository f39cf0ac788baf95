//! What earlier runs have found in each of many files, such as the phrases in a script, by the digest of the file: all in one record,
//! because one look-up for each of thousands of files would cost as much as looking into them.

use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use scd_store::{Digest, Reader, Record, Writer};

use crate::warm::key::BUILD;

/// Something that can be written down.
pub(crate) trait Fact: Sized {
    /// Writes it down.
    fn pack(&self, writer: &mut Writer);

    /// The other way round; none where that is not what was written.
    fn unpack(reader: &mut Reader<'_>) -> Option<Self>;
}

impl Fact for bool {
    fn pack(&self, writer: &mut Writer) {
        writer.flag(*self);
    }

    fn unpack(reader: &mut Reader<'_>) -> Option<Self> {
        reader.flag()
    }
}

impl Fact for usize {
    fn pack(&self, writer: &mut Writer) {
        writer.length(*self);
    }

    fn unpack(reader: &mut Reader<'_>) -> Option<Self> {
        reader.length()
    }
}

impl Fact for Arc<[u8]> {
    fn pack(&self, writer: &mut Writer) {
        writer.bytes(self);
    }

    fn unpack(reader: &mut Reader<'_>) -> Option<Self> {
        reader.bytes().map(Into::into)
    }
}

/// Texts that were found, in their order.
impl Fact for Vec<Vec<u8>> {
    fn pack(&self, writer: &mut Writer) {
        writer.list(self, |writer, text| {
            writer.bytes(text);
        });
    }

    fn unpack(reader: &mut Reader<'_>) -> Option<Self> {
        reader.list(|reader| reader.bytes().map(<[u8]>::to_vec))
    }
}

/// Facts by what they were found under. Those that a run asks for are written down when it ends.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// What was written down before.
    before: Option<(Record, FxHashMap<Digest, Range<usize>>)>,
    /// What was asked for in this run, in no order; and whether any of it is new.
    asked: Mutex<(FxHashMap<Digest, Written>, bool)>,
    /// Where to write.
    place: Option<PathBuf>,
    /// Without, nothing is remembered, not even within the run, and nobody has to take digests.
    is_on: bool,
}

/// A fact as it was written down.
#[derive(Clone, Debug)]
enum Written {
    Before,
    Now(Arc<[u8]>),
}

fn kind() -> Digest {
    Digest::of(format!("scd facts {BUILD}").as_bytes())
}

impl Facts {
    /// Those that were written to `place` before, where those of this run will be written, too.
    pub(crate) fn open(place: PathBuf) -> Facts {
        Facts {
            before: load(&place),
            place: Some(place),
            is_on: true,
            ..Facts::default()
        }
    }

    /// Those that are found as long as this lives.
    pub(crate) fn in_memory() -> Facts {
        Facts {
            is_on: true,
            ..Facts::default()
        }
    }

    /// What is known under a key.
    pub(crate) fn get<F: Fact>(&self, key: &Digest) -> Option<F> {
        let now = match self.lock().0.get(key) {
            Some(Written::Now(bytes)) => Some(bytes.clone()),
            _ => None,
        };
        if let Some(bytes) = now {
            return F::unpack(&mut Reader::new(&bytes));
        }
        let fact = F::unpack(&mut Reader::new(self.written_before(key)?))?;
        self.lock().0.insert(*key, Written::Before);
        Some(fact)
    }

    /// Remembers what was found under a key.
    pub(crate) fn insert<F: Fact>(&self, key: Digest, fact: &F) {
        if !self.is_on {
            return;
        }
        let mut writer = Writer::new();
        fact.pack(&mut writer);
        let mut asked = self.lock();
        asked.0.insert(key, Written::Now(writer.finish().into()));
        asked.1 = true;
    }

    /// What `find` makes of bytes of that digest, which are asked for only where no earlier run has found it; equal bytes and an
    /// equal `question` lead to the same.
    pub(crate) fn about<F: Fact, Q: AsRef<[u8]>, B: Deref<Target = [u8]>, E>(
        &self,
        digest: impl FnOnce() -> Result<Digest, E>,
        question: impl FnOnce() -> Q,
        bytes: impl FnOnce() -> Result<B, E>,
        find: impl FnOnce(&[u8]) -> F,
    ) -> Result<F, E> {
        if !self.is_on {
            return Ok(find(&bytes()?));
        }
        let (digest, question) = (digest()?, question());
        let key = Digest::of(&[digest.as_bytes().as_slice(), question.as_ref()].concat());
        if let Some(fact) = self.get(&key) {
            return Ok(fact);
        }
        let fact = find(&bytes()?);
        self.insert(key, &fact);
        Ok(fact)
    }

    /// Writes down what was asked for, if any of it is new; the rest is forgotten.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn remember(&self) -> Result<(), scd_store::Error> {
        let asked = self.lock();
        let (Some(place), (asked, true)) = (&self.place, &*asked) else {
            return Ok(());
        };
        let mut facts: Vec<(&Digest, &Written)> = asked.iter().collect();
        facts.sort_unstable_by_key(|(key, _)| **key);
        let mut writer = Writer::new();
        writer.list(&facts, |writer, (key, written)| {
            let bytes = match written {
                Written::Before => self.written_before(key),
                Written::Now(bytes) => Some(&**bytes),
            };
            writer.digest(key).bytes(bytes.unwrap_or_default());
        });
        Record::save(place, &kind(), &writer.finish())
    }

    fn written_before(&self, key: &Digest) -> Option<&[u8]> {
        let (record, ranges) = self.before.as_ref()?;
        record.payload().get(ranges.get(key)?.clone())
    }

    fn lock(&self) -> MutexGuard<'_, (FxHashMap<Digest, Written>, bool)> {
        // Entries are inserted in one step, so the map is whole whenever its lock is free.
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn load(path: &Path) -> Option<(Record, FxHashMap<Digest, Range<usize>>)> {
    let record = Record::load(path, &kind())?;
    let size = record.payload().len();
    let mut reader = Reader::new(record.payload());
    let ranges = reader.list(|reader| {
        let key = reader.digest()?;
        let length = reader.bytes()?.len();
        let end = size - reader.remaining();
        Some((key, end - length..end))
    })?;
    let ranges = ranges.into_iter().collect();
    Some((record, ranges))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The length of `bytes`, which are not to be asked for where `is_known`.
    fn length(facts: &Facts, bytes: &[u8], question: &[u8], is_known: bool) -> usize {
        let digest = || Ok::<_, ()>(Digest::of(bytes));
        let read = || {
            assert!(!is_known, "it was found before");
            Ok(bytes)
        };
        let find = |bytes: &[u8]| bytes.len();
        let found = facts.about(digest, || question, read, find);
        found.unwrap()
    }

    #[test]
    fn a_file_is_looked_into_once() {
        let scratch = tempfile::tempdir().unwrap();
        let place = scratch.path().join("facts");
        let open = || Facts::open(place.clone());

        let facts = open();
        assert_eq!(length(&facts, b"one", b"", false), 3);
        assert_eq!(length(&facts, b"one", b"", true), 3);
        assert_eq!(length(&facts, b"three", b"", false), 5);
        facts.remember().unwrap();

        let facts = open();
        assert_eq!(length(&facts, b"one", b"", true), 3);
        assert_eq!(length(&facts, b"one", b"another question", false), 3);
        facts.remember().unwrap();

        // What nobody asked for in that run is forgotten.
        let facts = open();
        assert_eq!(length(&facts, b"one", b"another question", true), 3);
        assert_eq!(length(&facts, b"three", b"", false), 5);

        let nowhere = Facts::default();
        assert_eq!(length(&nowhere, b"one", b"", false), 3);
        nowhere.remember().unwrap();
    }
}
