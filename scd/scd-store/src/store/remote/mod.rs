//! A cache that machines share, behind the store of each: what is not in the store may be there.
//!
//! A service is far away, so it is asked seldom: one object, the catalogue, says which keys there are and in which pack each
//! lies; packs hold many results and are fetched whole. Nothing is believed: the catalogue is sealed, a pack is named by its
//! digest, and each content is checked by the digest that the catalogue has of it. Whatever is wrong is a miss. A service
//! that fails once, or takes too long, is not asked again in this run.
//!
//! Several machines may write at once. Packs never change; the catalogue is read again, changed, written and looked at once
//! more, and whoever finds that another one has overwritten it repeats that. What gets lost all the same is made once more
//! by the next machine that misses it.

mod address;
mod bucket;
mod catalogue;
#[cfg(feature = "remote")]
mod http;
mod objects;
#[cfg(feature = "remote")]
mod open_dal;
mod patience;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{KEPT_BYTES, KEPT_DAYS, lock, today};
use crate::digest::Digest;
pub use address::RemoteAddress;
use catalogue::{Catalogue, Changes, Item, SharedPack};
pub use objects::Objects;
use patience::Patience;

/// The name of the object that lists all packs.
const CATALOGUE: &str = "v1/catalogue";

/// Contents are put into packs of about this size: large enough for few questions, small enough to come while others work.
const PACK_BYTES: usize = 1 << 20;

/// A pack that would be larger than that is not fetched.
const LARGEST_PACK: u64 = 256 << 20;

/// So many packs are on their way to the service at once.
const UPLOADS: usize = 8;

/// A pack that is of use and older than so many days is renewed.
const RENEWED_AFTER_DAYS: u64 = 7;

/// How often the catalogue is written anew because another machine has written it at the same time.
const CATALOGUE_TRIES: u32 = 5;

/// How a run fared with a shared cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteUse {
    /// How often the service was asked.
    pub round_trips: u64,
    /// Contents that came from there.
    pub fetched_entries: usize,
    /// Bytes of the packs that came from there.
    pub fetched_bytes: u64,
    /// Bytes of the packs that were brought there.
    pub sent_bytes: u64,
    /// What was wrong with the service, for a person; it was not asked any more then.
    pub trouble: Option<String>,
}

/// How much lies in a shared cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoteSize {
    /// Packs.
    pub pack_count: usize,
    /// Keys in them.
    pub entry_count: usize,
    /// Bytes of the packs.
    pub byte_count: u64,
}

/// A cache that machines share. It is not asked before something is missed.
pub struct Remote {
    shared: Arc<Shared>,
    upload: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Remote").finish_non_exhaustive()
    }
}

/// What an upload in the background needs as well.
struct Shared {
    objects: Box<dyn Objects>,
    patience: Patience,
    /// The catalogue as it was when it was first asked for.
    known: OnceLock<Known>,
    /// Packs that were lost or damaged.
    spoilt: Mutex<FxHashSet<Digest>>,
    fetched_entries: AtomicUsize,
    fetched_bytes: AtomicU64,
    sent_bytes: AtomicU64,
}

/// A catalogue that is being used.
#[derive(Default)]
struct Known {
    catalogue: Catalogue,
    /// In which pack each key lies, and the digest of its bytes.
    places: FxHashMap<Digest, (usize, Digest)>,
    /// Set when a pack was fetched, or that was tried.
    packs: Vec<OnceLock<()>>,
}

impl Remote {
    /// The shared cache at an address.
    #[must_use]
    pub fn at(address: &RemoteAddress) -> Remote {
        #[cfg(feature = "remote")]
        let objects = open_dal::OpenDal::new(address.clone());
        #[cfg(not(feature = "remote"))]
        let objects = objects::NotBuilt;
        Remote::over(Box::new(objects), address.answer_within)
    }

    /// The shared cache in a service, every answer of which is waited for so long, and for each megabyte a second longer.
    #[must_use]
    pub fn over(objects: Box<dyn Objects>, answer_within: Duration) -> Remote {
        Remote {
            shared: Arc::new(Shared {
                objects,
                patience: Patience::new(answer_within),
                known: OnceLock::new(),
                spoilt: Mutex::default(),
                fetched_entries: AtomicUsize::new(0),
                fetched_bytes: AtomicU64::new(0),
                sent_bytes: AtomicU64::new(0),
            }),
            upload: Mutex::new(None),
        }
    }

    /// Fetches the pack that a key lies in, if there is one and it was not fetched before, and gives everything in it to
    /// `keep`. Others who miss something of the same pack wait until it is there.
    pub(super) fn fetch(&self, key: &Digest, keep: impl FnMut(Digest, Arc<[u8]>)) {
        let known = self.shared.known();
        if let Some(&(number, _)) = known.places.get(key) {
            known.packs[number].get_or_init(|| {
                self.shared.fetch_pack(&known.catalogue.packs[number], keep);
            });
        }
    }

    /// Brings contents that are not there yet to the service while the caller goes on.
    pub(super) fn start_upload(&self, contents: Vec<(Digest, Arc<[u8]>)>) {
        let shared = self.shared.clone();
        let upload = std::thread::spawn(move || shared.upload(&contents));
        *lock(&self.upload) = Some(upload);
    }

    /// Waits for the upload and tells how the service was used.
    pub(super) fn settle(&self) -> RemoteUse {
        let upload = lock(&self.upload).take();
        if let Some(upload) = upload {
            // A thread that panics has said so.
            let _ = upload.join();
        }
        let shared = &self.shared;
        RemoteUse {
            round_trips: shared.patience.round_trips(),
            fetched_entries: shared.fetched_entries.load(Ordering::Relaxed),
            fetched_bytes: shared.fetched_bytes.load(Ordering::Relaxed),
            sent_bytes: shared.sent_bytes.load(Ordering::Relaxed),
            trouble: shared.patience.trouble().map(str::to_owned),
        }
    }

    /// How much lies there.
    ///
    /// # Errors
    /// What is wrong with the service.
    pub fn size(&self) -> Result<RemoteSize, String> {
        let catalogue = self.shared.read_catalogue();
        if let Some(trouble) = self.shared.patience.trouble() {
            return Err(trouble.to_owned());
        }
        let catalogue = catalogue.unwrap_or_default();
        Ok(RemoteSize {
            pack_count: catalogue.packs.len(),
            entry_count: catalogue.entry_count(),
            byte_count: catalogue.byte_count(),
        })
    }
}

impl Shared {
    fn known(&self) -> &Known {
        self.known.get_or_init(|| {
            let catalogue = self.read_catalogue().unwrap_or_default();
            Known {
                places: catalogue.places(),
                packs: catalogue.packs.iter().map(|_| OnceLock::new()).collect(),
                catalogue,
            }
        })
    }

    /// The catalogue as it is now; none where there is none that is whole.
    fn read_catalogue(&self) -> Option<Catalogue> {
        let read = |within| self.objects.read(CATALOGUE, within);
        Catalogue::decode(&self.patience.ask(0, read)??)
    }

    fn fetch_pack(&self, pack: &SharedPack, mut keep: impl FnMut(Digest, Arc<[u8]>)) {
        let Some(size) = pack.size().filter(|size| *size <= LARGEST_PACK) else {
            lock(&self.spoilt).insert(pack.name);
            return;
        };
        let read = |within| self.objects.read(&name(&pack.name), within);
        // Nothing is known of a pack that could not be asked for.
        let Some(bytes) = self.patience.ask(size, read) else {
            return;
        };
        let Some(contents) = bytes.as_deref().and_then(|bytes| pack.unpack(bytes)) else {
            lock(&self.spoilt).insert(pack.name);
            return;
        };
        self.fetched_entries
            .fetch_add(contents.len(), Ordering::Relaxed);
        self.fetched_bytes.fetch_add(size, Ordering::Relaxed);
        for (key, content) in contents {
            keep(key, content.into());
        }
    }

    fn upload(&self, contents: &[(Digest, Arc<[u8]>)]) {
        let known = self.known();
        let spoilt = lock(&self.spoilt).clone();
        let is_there = |key: &Digest, check: &Digest| match known.places.get(key) {
            Some((number, known_check)) => {
                let pack = &known.catalogue.packs[*number];
                known_check == check && !spoilt.contains(&pack.name)
            }
            None => false,
        };
        let day = today();
        let mut packs = VecDeque::new();
        let mut open = Open::default();
        for (key, content) in contents {
            let check = Digest::of(content);
            if is_there(key, &check) {
                continue;
            }
            open.add(*key, check, content);
            if open.bytes.len() >= PACK_BYTES {
                packs.push_back(std::mem::take(&mut open).close(day));
            }
        }
        if !open.items.is_empty() {
            packs.push_back(open.close(day));
        }
        let used = known.catalogue.packs.iter().zip(&known.packs);
        let renewed = used
            .filter(|(pack, fetched)| {
                fetched.get().is_some() && pack.day + RENEWED_AFTER_DAYS < day
            })
            .map(|(pack, _)| pack.name)
            .collect();
        let changes = Changes {
            day,
            added: self.send(packs),
            spoilt,
            renewed,
        };
        if !changes.is_empty() {
            self.enter(&changes);
        }
    }

    /// Writes packs, several at once, and returns those that have arrived.
    fn send(&self, packs: VecDeque<(SharedPack, Vec<u8>)>) -> Vec<SharedPack> {
        let senders = packs.len().min(UPLOADS);
        let (waiting, arrived) = (Mutex::new(packs), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..senders {
                scope.spawn(|| {
                    loop {
                        let next = lock(&waiting).pop_front();
                        let Some((pack, bytes)) = next else { return };
                        let size = bytes.len() as u64;
                        let write = |within| self.objects.write(&name(&pack.name), bytes, within);
                        if self.patience.ask(size, write).is_none() {
                            return;
                        }
                        self.sent_bytes.fetch_add(size, Ordering::Relaxed);
                        lock(&arrived).push(pack);
                    }
                });
            }
        });
        let mut arrived = arrived.into_inner().unwrap_or_default();
        arrived.sort_by_key(|pack| pack.name);
        arrived
    }

    /// Enters the changes of this run into the catalogue as it is now.
    fn enter(&self, changes: &Changes) {
        let oldest = today().saturating_sub(KEPT_DAYS);
        let mut gone = Vec::new();
        let mut is_there = true;
        for attempt in 0..CATALOGUE_TRIES {
            let catalogue = self.read_catalogue();
            is_there = catalogue.is_some();
            let mut catalogue = catalogue.unwrap_or_default();
            if attempt > 0 && catalogue.has(changes) {
                break;
            }
            gone.extend(catalogue.change(changes, oldest, KEPT_BYTES));
            let bytes = catalogue.encode();
            let write = |within| self.objects.write(CATALOGUE, bytes, within);
            if self.patience.ask(0, write).is_none() {
                return;
            }
            if attempt > 0 {
                // Others who have met this one wait for another time.
                std::thread::sleep(pause(attempt));
            }
        }
        if !is_there {
            // Another machine would have written one as well.
            let reason = "it does not give back what was brought there";
            self.patience.give_up(reason.to_owned());
        }
        for pack in gone {
            let remove = |within| self.objects.remove(&name(&pack), within);
            if self.patience.ask(0, remove).is_none() {
                return;
            }
        }
    }
}

/// How long to wait before the catalogue is looked at again, different for each process.
fn pause(attempt: u32) -> Duration {
    Duration::from_millis(u64::from((std::process::id() % 16 + 1) * 5 * attempt))
}

/// The name of the object that holds a pack.
fn name(pack: &Digest) -> String {
    format!("v1/packs/{pack}")
}

/// A pack that is being filled.
#[derive(Default)]
struct Open {
    items: Vec<Item>,
    bytes: Vec<u8>,
}

impl Open {
    fn add(&mut self, key: Digest, check: Digest, content: &[u8]) {
        self.bytes.extend_from_slice(content);
        self.items.push(Item {
            key,
            check,
            length: content.len() as u64,
        });
    }

    fn close(self, day: u64) -> (SharedPack, Vec<u8>) {
        let name = Digest::of(&self.bytes);
        let items = self.items;
        (SharedPack { name, day, items }, self.bytes)
    }
}
