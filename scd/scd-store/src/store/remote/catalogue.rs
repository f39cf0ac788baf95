//! What a shared cache holds: one object that lists all packs with the keys in them, so that a run learns by one question what
//! it need not ask for.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::codec::{Reader, Writer};
use crate::digest::Digest;
use crate::record;

/// One content of a pack. They lie one behind the other in the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) key: Digest,
    /// The digest of the bytes.
    pub(super) check: Digest,
    pub(super) length: u64,
}

/// A pack as the catalogue knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SharedPack {
    /// The digest of its bytes, which is its name.
    pub(super) name: Digest,
    /// When it was written or last renewed, in days since 1970.
    pub(super) day: u64,
    pub(super) items: Vec<Item>,
}

impl SharedPack {
    /// Bytes of the pack; none where the list is nonsense.
    pub(super) fn size(&self) -> Option<u64> {
        let mut lengths = self.items.iter().map(|item| item.length);
        lengths.try_fold(0_u64, u64::checked_add)
    }

    /// The items of the pack with their bytes. None where `bytes` is not the pack; an item that is no good is left out.
    pub(super) fn unpack<'a>(&self, bytes: &'a [u8]) -> Option<Vec<(Digest, &'a [u8])>> {
        if self.size() != Some(bytes.len() as u64) || Digest::of(bytes) != self.name {
            return None;
        }
        let mut rest = bytes;
        let mut contents = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let (content, behind) = rest.split_at_checked(usize::try_from(item.length).ok()?)?;
            rest = behind;
            if Digest::of(content) == item.check {
                contents.push((item.key, content));
            }
        }
        Some(contents)
    }
}

/// All packs of a shared cache, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Catalogue {
    pub(super) packs: Vec<SharedPack>,
}

fn kind() -> Digest {
    Digest::of(b"scd shared catalogue 1")
}

impl Catalogue {
    /// Reads a catalogue; whatever is wrong with it, there is none.
    pub(super) fn decode(bytes: &[u8]) -> Option<Catalogue> {
        let mut reader = Reader::new(record::unseal(bytes, &kind())?);
        let packs = reader.list(|reader| {
            Some(SharedPack {
                name: reader.digest()?,
                day: reader.number()?,
                items: reader.list(|reader| {
                    let key = reader.digest()?;
                    let check = reader.optional(Reader::digest)?.unwrap_or(key);
                    let length = reader.number()?;
                    Some(Item { key, check, length })
                })?,
            })
        })?;
        reader.is_at_end().then_some(Catalogue { packs })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.list(&self.packs, |writer, pack| {
            writer.digest(&pack.name).number(pack.day);
            writer.list(&pack.items, |writer, item| {
                writer.digest(&item.key);
                // Most contents are named by their digest.
                let check = Some(&item.check).filter(|check| **check != item.key);
                writer.optional(check, |writer, check| {
                    writer.digest(check);
                });
                writer.number(item.length);
            });
        });
        record::seal(&kind(), &writer.finish())
    }

    /// Which pack holds a key, and the digest of the bytes; the youngest where there are several.
    pub(super) fn places(&self) -> FxHashMap<Digest, (usize, Digest)> {
        let mut places = FxHashMap::default();
        for (number, pack) in self.packs.iter().enumerate() {
            for item in &pack.items {
                places.insert(item.key, (number, item.check));
            }
        }
        places
    }

    /// Makes the changes of one run: packs that are no good go, packs that were of use are renewed, new ones are added. Then
    /// what is older than `oldest` goes, and the oldest until at most `limit` bytes are left. Returns the packs that went.
    pub(super) fn change(&mut self, changes: &Changes, oldest: u64, limit: u64) -> Vec<Digest> {
        let before: Vec<Digest> = self.packs.iter().map(|pack| pack.name).collect();
        self.packs
            .retain(|pack| !changes.spoilt.contains(&pack.name));
        for pack in &mut self.packs {
            if changes.renewed.contains(&pack.name) {
                pack.day = pack.day.max(changes.day);
            }
        }
        for fresh in &changes.added {
            if self.packs.iter().all(|pack| pack.name != fresh.name) {
                self.packs.push(fresh.clone());
            }
        }
        // Stable, so of one day the last one is the youngest.
        self.packs.sort_by_key(|pack| pack.day);
        self.packs.retain(|pack| pack.day >= oldest);
        let mut excess = self.byte_count().saturating_sub(limit);
        self.packs.retain(|pack| {
            let goes = excess > 0;
            if goes {
                excess = excess.saturating_sub(pack.size().unwrap_or(u64::MAX));
            }
            !goes
        });
        let kept: FxHashSet<Digest> = self.packs.iter().map(|pack| pack.name).collect();
        let mut gone = before;
        gone.retain(|name| !kept.contains(name));
        gone
    }

    /// Whether the changes of one run are in it.
    pub(super) fn has(&self, changes: &Changes) -> bool {
        let known: FxHashSet<Digest> = self.packs.iter().map(|pack| pack.name).collect();
        changes.added.iter().all(|pack| known.contains(&pack.name))
    }

    /// Bytes of all packs.
    pub(super) fn byte_count(&self) -> u64 {
        let sizes = self
            .packs
            .iter()
            .map(|pack| pack.size().unwrap_or(u64::MAX));
        sizes.fold(0, u64::saturating_add)
    }

    /// Keys of all packs, each once.
    pub(super) fn entry_count(&self) -> usize {
        self.places().len()
    }
}

/// What a run changes in a catalogue.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) day: u64,
    pub(super) added: Vec<SharedPack>,
    /// Packs that were lost or damaged.
    pub(super) spoilt: FxHashSet<Digest>,
    /// Packs that were of use and have become old.
    pub(super) renewed: FxHashSet<Digest>,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.spoilt.is_empty() && self.renewed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(text: &str, day: u64) -> SharedPack {
        let digest = Digest::of(text.as_bytes());
        let items = vec![
            Item {
                key: Digest::of(format!("key of {text}").as_bytes()),
                check: digest,
                length: text.len() as u64,
            },
            Item {
                key: digest,
                check: digest,
                length: text.len() as u64,
            },
        ];
        let name = Digest::of(text.repeat(2).as_bytes());
        SharedPack { name, day, items }
    }

    #[test]
    fn a_catalogue_is_whole_or_not_there() {
        let catalogue = Catalogue {
            packs: vec![pack("one", 3), pack("second", 4)],
        };
        let bytes = catalogue.encode();
        assert_eq!(Catalogue::decode(&bytes), Some(catalogue.clone()));
        for position in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[position] ^= 4;
            assert_eq!(Catalogue::decode(&damaged), None, "byte {position}");
            assert_eq!(Catalogue::decode(&bytes[..position]), None);
        }
        assert_eq!((catalogue.entry_count(), catalogue.byte_count()), (4, 18));
    }

    #[test]
    fn a_pack_is_whole_and_foreign_contents_are_left_out() {
        let mut one = pack("one", 3);
        assert_eq!(one.unpack(b"oneone").map(|items| items.len()), Some(2));
        assert_eq!(one.unpack(b"oneonE"), None);
        assert_eq!(one.unpack(b"oneon"), None);
        one.items[0].check = Digest::of(b"other");
        assert_eq!(one.unpack(b"oneone").map(|items| items.len()), Some(1));
        one.items[0].length = u64::MAX;
        assert_eq!(one.unpack(b"oneone"), None);
    }

    #[test]
    fn changes_are_made_and_what_is_old_goes() {
        let mut catalogue = Catalogue {
            packs: vec![pack("one", 3), pack("two", 4), pack("six", 4)],
        };
        let changes = Changes {
            day: 9,
            added: vec![pack("ten", 9), pack("two", 9)],
            spoilt: [pack("six", 4).name].into_iter().collect(),
            renewed: [pack("one", 3).name].into_iter().collect(),
        };
        assert!(!catalogue.has(&changes));
        let gone = catalogue.change(&changes, 4, 100);
        assert_eq!(gone, [pack("six", 4).name]);
        assert!(catalogue.has(&changes));
        let days: Vec<u64> = catalogue.packs.iter().map(|pack| pack.day).collect();
        assert_eq!(days, [4, 9, 9]);
        assert_eq!(catalogue.change(&Changes::default(), 0, 12).len(), 1);
        assert_eq!(catalogue.change(&Changes::default(), 10, 12).len(), 2);
    }
}
