//! Which entries a store has, in which pack each lies, and when it was last used.

use std::path::Path;

use rustc_hash::FxHashMap;

use crate::codec::{Reader, Writer};
use crate::digest::Digest;
use crate::error::Error;
use crate::record::Record;

/// One entry of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: Digest,
    /// The digest of the bytes.
    pub(super) check: Digest,
    /// The number of the pack.
    pub(super) pack: u64,
    /// Where the bytes begin in it.
    pub(super) offset: u64,
    pub(super) length: u64,
    /// When it was last used, in days since 1970.
    pub(super) day: u64,
}

/// All entries of a store, sorted by key, each key once.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) entries: Vec<Entry>,
}

fn kind() -> Digest {
    Digest::of(b"scd store index 1")
}

impl Index {
    /// Reads an index; whatever is wrong with it, it is empty then.
    pub(super) fn load(path: &Path) -> Index {
        Record::load(path, &kind())
            .and_then(|record| Index::decode(record.payload()))
            .unwrap_or_default()
    }

    fn decode(bytes: &[u8]) -> Option<Index> {
        let entries = Reader::new(bytes).list(|reader| {
            Some(Entry {
                key: reader.digest()?,
                check: reader.digest()?,
                pack: reader.number()?,
                offset: reader.number()?,
                length: reader.number()?,
                day: reader.number()?,
            })
        })?;
        entries
            .is_sorted_by_key(|entry| entry.key)
            .then_some(Index { entries })
    }

    pub(super) fn save(&self, path: &Path) -> Result<(), Error> {
        let mut writer = Writer::new();
        writer.list(&self.entries, |writer, entry| {
            writer
                .digest(&entry.key)
                .digest(&entry.check)
                .number(entry.pack)
                .number(entry.offset)
                .number(entry.length)
                .number(entry.day);
        });
        Record::save(path, &kind(), &writer.finish())
    }

    /// The place of a key among the entries.
    pub(super) fn find(&self, key: &Digest) -> Option<usize> {
        self.entries
            .binary_search_by(|entry| entry.key.cmp(key))
            .ok()
    }

    /// Adds entries; those that are known already stay as they are.
    pub(super) fn add(&mut self, fresh: impl IntoIterator<Item = Entry>) {
        self.entries.extend(fresh);
        // Stable, so of two with one key the first one stays.
        self.entries.sort_by_key(|entry| entry.key);
        self.entries.dedup_by_key(|entry| entry.key);
    }

    /// The packs that hold entries, ascending.
    pub(super) fn packs(&self) -> Vec<u64> {
        let mut packs: Vec<u64> = self.entries.iter().map(|entry| entry.pack).collect();
        packs.sort_unstable();
        packs.dedup();
        packs
    }

    /// The packs that are worth joining, ascending by size: not those that hold more than all smaller ones together, or all that
    /// was ever made would be written again every few runs. All of them if these are no more than one.
    pub(super) fn small_packs(&self) -> Vec<u64> {
        let mut sizes: FxHashMap<u64, u64> = FxHashMap::default();
        for entry in &self.entries {
            *sizes.entry(entry.pack).or_default() += entry.length;
        }
        let mut packs: Vec<(u64, u64)> =
            sizes.into_iter().map(|(pack, size)| (size, pack)).collect();
        packs.sort_unstable();
        let (mut small, mut smaller) = (0, 0);
        for (count, (size, _)) in (1..).zip(&packs) {
            if *size <= smaller {
                small = count;
            }
            smaller += size;
        }
        if small > 1 {
            packs.truncate(small);
        }
        packs.into_iter().map(|(_, pack)| pack).collect()
    }

    /// Takes the entries out that lie in some packs.
    pub(super) fn take(&mut self, packs: &[u64]) -> Index {
        let all = std::mem::take(&mut self.entries).into_iter();
        let (entries, left) = all.partition(|entry| packs.contains(&entry.pack));
        self.entries = left;
        Index { entries }
    }

    /// The bytes of all entries.
    pub(super) fn byte_count(&self) -> u64 {
        self.entries.iter().map(|entry| entry.length).sum()
    }

    /// Forgets what was not used since `oldest`, and then what was used longest ago until at most `limit` bytes are left.
    pub(super) fn forget(&mut self, oldest: u64, limit: u64) {
        self.entries.retain(|entry| entry.day >= oldest);
        let mut excess = self.byte_count().saturating_sub(limit);
        if excess == 0 {
            return;
        }
        let mut by_age: Vec<(u64, Digest, u64)> = self
            .entries
            .iter()
            .map(|entry| (entry.day, entry.key, entry.length))
            .collect();
        by_age.sort_unstable();
        let mut forgotten: Vec<Digest> = Vec::new();
        for (_, key, length) in by_age {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(length);
            forgotten.push(key);
        }
        forgotten.sort_unstable();
        self.entries
            .retain(|entry| forgotten.binary_search(&entry.key).is_err());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, pack: u64, length: u64, day: u64) -> Entry {
        Entry {
            key: Digest::of(name.as_bytes()),
            check: Digest::of(b"check"),
            pack,
            offset: 7,
            length,
            day,
        }
    }

    #[test]
    fn large_packs_are_left_alone_when_small_ones_are_joined() {
        let join = |sizes: &[u64]| {
            let packs = (1..).zip(sizes);
            let entries = packs.map(|(pack, &size)| entry(&pack.to_string(), pack, size, 0));
            let mut index = Index::default();
            index.add(entries);
            index.small_packs()
        };
        assert_eq!(join(&[4, 1, 90, 2, 30, 3]), [2, 4, 6, 1]);
        assert_eq!(join(&[1, 1]), [1, 2]);
        // Each holds more than all smaller ones.
        assert_eq!(join(&[4, 1, 2]), [2, 3, 1]);
        // Some that do are smaller than others that do not.
        assert_eq!(join(&[1, 9, 10, 10]), [1, 2, 3, 4]);
    }

    #[test]
    fn entries_are_found_and_kept_once() {
        let mut index = Index::default();
        index.add([entry("a", 1, 10, 5), entry("b", 1, 20, 5)]);
        index.add([entry("a", 2, 99, 9), entry("c", 2, 30, 9)]);
        assert_eq!(index.entries.len(), 3);
        let found = |name: &str| {
            let place = index.find(&Digest::of(name.as_bytes()))?;
            Some(index.entries[place].pack)
        };
        assert_eq!(
            (found("a"), found("c"), found("d")),
            (Some(1), Some(2), None)
        );
        assert_eq!(index.packs(), [1, 2]);
        assert_eq!(index.byte_count(), 60);

        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("index");
        index.save(&path).unwrap();
        assert_eq!(Index::load(&path).entries, index.entries);
        assert!(Index::load(&scratch.path().join("none")).entries.is_empty());
    }

    #[test]
    fn what_is_old_goes_first() {
        let mut index = Index::default();
        index.add([
            entry("a", 1, 10, 3),
            entry("b", 1, 20, 5),
            entry("c", 1, 30, 9),
        ]);
        index.forget(4, 1000);
        assert_eq!(index.byte_count(), 50);
        index.forget(4, 49);
        assert_eq!(index.entries, [entry("c", 1, 30, 9)]);
        index.forget(4, 0);
        assert!(index.entries.is_empty());
    }
}
