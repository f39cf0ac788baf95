//! What earlier runs have found in each of many files, such as the phrases in a script: short texts by the digest of the file,
//! all in one record, because one look-up for each of thousands of files would cost as much as looking into them.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use scd_store::{Digest, Reader, Store, Writer};

/// Texts that were found in one file, in their order.
pub(crate) type Texts = Arc<[Vec<u8>]>;

/// Something that is found in one file, and can be written down.
pub(crate) trait Fact: Sized {
    /// Writes it down.
    fn pack(&self, writer: &mut Writer);

    /// The other way round; none where that is not what was written.
    fn unpack(reader: &mut Reader<'_>) -> Option<Self>;
}

/// Texts by the digest of the file.
#[derive(Debug)]
pub(crate) struct Facts {
    store: Arc<Store>,
    key: Digest,
    known: FxHashMap<Digest, Texts>,
    /// What was asked for in this run, in no order; and whether any of it is new.
    asked: Mutex<(FxHashMap<Digest, Texts>, bool)>,
}

impl Facts {
    /// Nothing is known, and nothing is remembered.
    pub(crate) fn off() -> Facts {
        Facts::open("", "", &Arc::new(Store::off()))
    }

    /// The facts of that kind about the files of `part`.
    pub(crate) fn open(kind: &str, part: &str, store: &Arc<Store>) -> Facts {
        let key = store.key(kind, &[part.as_bytes()]);
        Facts {
            known: recall(&key, store).unwrap_or_default(),
            store: store.clone(),
            key,
            asked: Mutex::default(),
        }
    }

    /// The texts in a file of that digest, found by `find` where no earlier run has.
    pub(crate) fn of<E>(
        &self,
        digest: impl FnOnce() -> Result<Digest, E>,
        find: impl FnOnce() -> Result<Texts, E>,
    ) -> Result<Texts, E> {
        if !self.store.is_on() {
            return find();
        }
        let digest = digest()?;
        if let Some(texts) = self.known.get(&digest) {
            self.lock().0.insert(digest, texts.clone());
            return Ok(texts.clone());
        }
        if let Some(texts) = self.lock().0.get(&digest) {
            return Ok(texts.clone());
        }
        let texts = find()?;
        let mut asked = self.lock();
        asked.0.insert(digest, texts.clone());
        asked.1 = true;
        Ok(texts)
    }

    /// What `find` makes of bytes of that digest, which are asked for only where no earlier run has found it; equal bytes and an
    /// equal `question` lead to the same.
    pub(crate) fn about<F: Fact, B: Deref<Target = [u8]>, E>(
        &self,
        digest: impl FnOnce() -> Result<Digest, E>,
        question: &[u8],
        bytes: impl Fn() -> Result<B, E>,
        find: impl Fn(&[u8]) -> F,
    ) -> Result<F, E> {
        let key = || {
            let digest = digest()?;
            let parts = [digest.as_bytes().as_slice(), question];
            Ok(Digest::of(&parts.concat()))
        };
        let mut found = None;
        let texts = self.of(key, || {
            let fact = found.insert(find(&bytes()?));
            let mut writer = Writer::new();
            fact.pack(&mut writer);
            Ok(Arc::from([writer.finish()]))
        })?;
        let remembered = || F::unpack(&mut Reader::new(texts.first()?));
        match found.or_else(remembered) {
            Some(fact) => Ok(fact),
            None => Ok(find(&bytes()?)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, (FxHashMap<Digest, Texts>, bool)> {
        // Entries are inserted in one step, so the map is whole whenever its lock is free.
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what was asked for, if any of it is new; the rest is forgotten. Whatever is asked for from now on is not.
    pub(crate) fn remember(&self) {
        let (asked, has_new) = std::mem::take(&mut *self.lock());
        if !has_new {
            return;
        }
        let mut asked: Vec<(Digest, Texts)> = asked.into_iter().collect();
        asked.sort_unstable_by_key(|(digest, _)| *digest);
        let mut record = Writer::new();
        record.list(&asked, |record, (digest, texts)| {
            record.digest(digest).list(texts, |record, text| {
                record.bytes(text);
            });
        });
        self.store.remember_blob(&self.key, record.finish().into());
    }
}

fn recall(key: &Digest, store: &Store) -> Option<FxHashMap<Digest, Texts>> {
    let record = store.recall_blob(key)?;
    let found = Reader::new(&record).list(|reader| {
        let digest = reader.digest()?;
        let texts = reader.list(|reader| reader.bytes().map(<[u8]>::to_vec))?;
        Some((digest, texts.into()))
    });
    Some(found?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_looked_into_once() {
        let scratch = tempfile::tempdir().unwrap();
        let digest = || Ok::<_, ()>(Digest::of(b"file"));
        let texts: Texts = Arc::from([b"one".to_vec(), b"two".to_vec()]);
        let store = Arc::new(Store::open(scratch.path(), "build"));
        let facts = Facts::open("kind", "part", &store);
        assert_eq!(facts.of(digest, || Ok(texts.clone())), Ok(texts.clone()));
        facts.remember();
        store.commit().unwrap();

        let store = Arc::new(Store::open(scratch.path(), "build"));
        let facts = Facts::open("kind", "part", &store);
        assert_eq!(facts.of(digest, || Err(())), Ok(texts));
        let other = Facts::open("kind", "other part", &store);
        assert_eq!(other.of(digest, || Err(())), Err(()));

        // Without a store nobody asks for digests.
        let off = Arc::new(Store::off());
        let facts = Facts::open("kind", "part", &off);
        assert_eq!(
            facts.of(|| Err(()), || Ok(Arc::from([]))),
            Ok(Arc::from([]))
        );
    }
}
