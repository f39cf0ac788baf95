//! What earlier runs have found in each of many files, such as the phrases in a script: short texts by the digest of the file,
//! all in one record, because one look-up for each of thousands of files would cost as much as looking into them.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use scd_store::{Digest, Reader, Store, Writer};

/// Texts that were found in one file, in their order.
pub(super) type Texts = Arc<[Vec<u8>]>;

/// Texts by the digest of the file.
pub(super) struct Facts<'a> {
    store: &'a Store,
    key: Digest,
    known: FxHashMap<Digest, Texts>,
    /// What was asked for in this run, in no order; and whether any of it is new.
    asked: Mutex<(FxHashMap<Digest, Texts>, bool)>,
}

impl<'a> Facts<'a> {
    /// The facts of that kind about the files of `part`.
    pub(super) fn open(kind: &str, part: &str, store: &'a Store) -> Facts<'a> {
        let key = store.key(kind, &[part.as_bytes()]);
        Facts {
            known: recall(&key, store).unwrap_or_default(),
            store,
            key,
            asked: Mutex::default(),
        }
    }

    /// The texts in a file of that digest, found by `find` where no earlier run has.
    pub(super) fn of<E>(
        &self,
        digest: impl FnOnce() -> Result<Digest, E>,
        find: impl FnOnce() -> Result<Texts, E>,
    ) -> Result<Texts, E> {
        if !self.store.is_on() {
            return find();
        }
        let digest = digest()?;
        let (texts, is_new) = match self.known.get(&digest) {
            Some(texts) => (texts.clone(), false),
            None => (find()?, true),
        };
        // Entries are inserted in one step, so the map is whole whenever its lock is free.
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.0.insert(digest, texts.clone());
        asked.1 |= is_new;
        Ok(texts)
    }

    /// Remembers what was asked for, if any of it is new; the rest is forgotten.
    pub(super) fn remember(self) {
        let (asked, has_new) = self
            .asked
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
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
        let store = Store::open(scratch.path(), "build");
        let facts = Facts::open("kind", "part", &store);
        assert_eq!(facts.of(digest, || Ok(texts.clone())), Ok(texts.clone()));
        facts.remember();
        store.commit().unwrap();

        let store = Store::open(scratch.path(), "build");
        let facts = Facts::open("kind", "part", &store);
        assert_eq!(facts.of(digest, || Err(())), Ok(texts));
        let other = Facts::open("kind", "other part", &store);
        assert_eq!(other.of(digest, || Err(())), Err(()));

        // Without a store nobody asks for digests.
        let off = Store::off();
        let facts = Facts::open("kind", "part", &off);
        assert_eq!(
            facts.of(|| Err(()), || Ok(Arc::from([]))),
            Ok(Arc::from([]))
        );
    }
}
