//! What earlier runs have made, by key: whoever asks for a key gets the bytes that were remembered for it, or nothing.
//!
//! The bytes lie in packs, one for each run that made something new, and one index says where; so a run opens few files
//! however much it recalls. Every entry is checked when it is read. Damaged, cut off, unreadable and foreign files are as good
//! as missing ones: nothing that lies in a store can make a run fail, and removing it changes nothing but time.
//!
//! Several processes may share a store. Packs never change, the index is replaced as a whole under a lock, and whoever still
//! reads a pack that was removed finds its entries missing.

mod index;
mod pack;
pub(crate) mod remote;

use std::borrow::Cow;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustc_hash::{FxHashMap, FxHashSet};
use rustix::fs::FlockOperation;

use crate::digest::{Digest, Hasher};
use crate::error::Error;
use crate::record::UNFINISHED;
use index::{Entry, Index};
use pack::Pack;
use remote::{Remote, RemoteUse};

/// The directory of this format below that of the store.
const FORMAT: &str = "v1";

/// The directory of records below that.
const RECORDS: &str = "runs";

/// Entries that were not used for so many days are forgotten by and by.
const KEPT_DAYS: u64 = 30;

/// More than so many bytes are never kept.
const KEPT_BYTES: u64 = 1 << 30;

/// Of more packs than these the small ones are joined into one.
const PACKS: usize = 16;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// Remembers bytes between runs.
#[derive(Debug, Default)]
pub struct Store {
    /// None for a store that keeps nothing on this machine.
    directory: Option<PathBuf>,
    build: Vec<u8>,
    index: Index,
    /// By index of the entry.
    is_used: Vec<AtomicBool>,
    packs: FxHashMap<u64, OnceLock<Option<Pack>>>,
    fresh: Mutex<FxHashMap<Digest, Arc<[u8]>>>,
    /// Entries that turned out to be no good.
    damaged: Mutex<FxHashSet<Digest>>,
    has_lost: AtomicBool,
    /// Where else something may be.
    remote: Option<Remote>,
}

/// How much lies in a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreSize {
    /// Entries.
    pub entry_count: usize,
    /// Bytes of the entries.
    pub byte_count: u64,
    /// Bytes of all files of the store.
    pub disk_bytes: u64,
}

impl Store {
    /// Opens the store in `directory`, which need not exist. `build` tells apart programs whose results differ: what another
    /// one remembered is not found under [`Store::key`].
    #[must_use]
    pub fn open(directory: &Path, build: &str) -> Store {
        let directory = directory.join(FORMAT);
        let index = Index::load(&index_path(&directory));
        Store {
            build: build.as_bytes().to_vec(),
            is_used: index
                .entries
                .iter()
                .map(|_| AtomicBool::new(false))
                .collect(),
            packs: index
                .packs()
                .into_iter()
                .map(|pack| (pack, OnceLock::new()))
                .collect(),
            index,
            directory: Some(directory),
            ..Store::default()
        }
    }

    /// Opens the store in `directory` as if there were nothing in it: what is remembered takes the place of what was there.
    #[must_use]
    pub fn open_anew(directory: &Path, build: &str) -> Store {
        Store {
            build: build.as_bytes().to_vec(),
            directory: Some(directory.join(FORMAT)),
            ..Store::default()
        }
    }

    /// Where records of whole runs belong that lie beside the entries of the store in `directory`. They are removed when
    /// they have not been written for as long as entries are kept.
    #[must_use]
    pub fn records(directory: &Path) -> PathBuf {
        directory.join(FORMAT).join(RECORDS)
    }

    /// A store that knows nothing and remembers nothing.
    #[must_use]
    pub fn off() -> Store {
        Store::default()
    }

    /// The same store with a cache behind it that machines share: what is not here is fetched from there, and what is new is
    /// brought there. `build` is that of [`Store::open`].
    #[must_use]
    pub fn with_remote(self, remote: Remote, build: &str) -> Store {
        Store {
            build: build.as_bytes().to_vec(),
            remote: Some(remote),
            ..self
        }
    }

    /// Whether anything is remembered at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.directory.is_some() || self.remote.is_some()
    }

    /// A key for the result of `recipe` over `parts`, which must say everything that the result depends on.
    #[must_use]
    pub fn key(&self, recipe: &str, parts: &[&[u8]]) -> Digest {
        let mut hasher = Hasher::default();
        for part in [&self.build[..], recipe.as_bytes()].iter().chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.finish()
    }

    /// Whether there are bytes for a key, as far as that can be told without reading them. Counts as use.
    #[must_use]
    pub fn has(&self, key: &Digest) -> bool {
        if let Some(place) = self.index.find(key) {
            self.is_used[place].store(true, Ordering::Relaxed);
            return !lock(&self.damaged).contains(key);
        }
        self.is_on() && self.fresh_or_fetched(key).is_some()
    }

    /// The bytes that were remembered for a key, in this run or an earlier one.
    #[must_use]
    pub fn recall_blob(&self, key: &Digest) -> Option<Arc<[u8]>> {
        let Some(place) = self.index.find(key) else {
            return self.fresh_or_fetched(key);
        };
        let entry = &self.index.entries[place];
        let directory = self.directory.as_ref()?;
        let pack = self
            .packs
            .get(&entry.pack)?
            .get_or_init(|| Pack::open(directory, entry.pack));
        let bytes = pack.as_ref().and_then(|pack| pack.read(entry));
        if let Some(bytes) = bytes {
            self.is_used[place].store(true, Ordering::Relaxed);
            return Some(bytes.into());
        }
        lock(&self.damaged).insert(*key);
        self.fresh_or_fetched(key)
    }

    /// What this run has made, or a machine that shares the remote cache.
    fn fresh_or_fetched(&self, key: &Digest) -> Option<Arc<[u8]>> {
        let fresh = || lock(&self.fresh).get(key).cloned();
        fresh().or_else(|| {
            self.remote.as_ref()?.fetch(key, |key, bytes| {
                lock(&self.fresh).entry(key).or_insert(bytes);
            });
            fresh()
        })
    }

    /// Remembers bytes for a key.
    pub fn remember_blob(&self, key: &Digest, bytes: Arc<[u8]>) {
        if self.is_on() {
            lock(&self.fresh).insert(*key, bytes);
        }
    }

    /// The bytes of that digest, which somebody has built upon because [`Store::has`] them. If they cannot be had after all,
    /// [`Store::has_lost`] tells from then on.
    #[must_use]
    pub fn content(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        let bytes = self.recall_blob(digest);
        if bytes.is_none() {
            self.has_lost.store(true, Ordering::Relaxed);
        }
        bytes
    }

    /// Whether [`Store::content`] has failed: what was built upon the store must be done again without it.
    #[must_use]
    pub fn has_lost(&self) -> bool {
        self.has_lost.load(Ordering::Relaxed)
    }

    /// Waits until what is new has arrived where machines share it, and tells how that went.
    #[must_use]
    pub fn settle(&self) -> Option<RemoteUse> {
        self.remote.as_ref().map(Remote::settle)
    }

    /// Writes down what is new, and forgets what was not used for long. Does nothing where nothing has changed. What machines
    /// share is brought there meanwhile and afterwards: see [`Store::settle`].
    ///
    /// # Errors
    /// [`Error::System`] if the directory cannot be written; nothing is lost but time.
    pub fn commit(&self) -> Result<(), Error> {
        // Whoever goes on meanwhile may still ask for what is new.
        let fresh = lock(&self.fresh).clone();
        let mut fresh: Vec<(Digest, Arc<[u8]>)> = fresh.into_iter().collect();
        fresh.sort_by_key(|(key, _)| *key);
        if let Some(remote) = self.remote.as_ref().filter(|_| !fresh.is_empty()) {
            remote.start_upload(fresh.clone());
        }
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        let today = today();
        let damaged = std::mem::take(&mut *lock(&self.damaged));
        let used: FxHashSet<Digest> = self
            .index
            .entries
            .iter()
            .zip(&self.is_used)
            .filter(|(entry, is_used)| entry.day < today && is_used.load(Ordering::Relaxed))
            .map(|(entry, _)| entry.key)
            .collect();
        if fresh.is_empty() && damaged.is_empty() && used.is_empty() {
            return Ok(());
        }
        let mut added = Vec::new();
        if !fresh.is_empty() {
            let number = pack::fresh_number(fresh.iter().map(|(key, _)| *key));
            let contents = fresh
                .iter()
                .map(|(key, bytes)| (*key, Cow::Borrowed(&**bytes)));
            added = pack::write(directory, number, today, contents)?;
        }
        // What is made anew although it is there was found wanting.
        let is_outdated = |key: &Digest| {
            damaged.contains(key) || fresh.binary_search_by(|(other, _)| other.cmp(key)).is_ok()
        };
        update(directory, KEPT_DAYS, |index| {
            index.entries.retain(|entry| !is_outdated(&entry.key));
            for entry in &mut index.entries {
                if used.contains(&entry.key) {
                    entry.day = today;
                }
            }
            index.add(added);
        })
    }

    /// Counts every entry of the store in `directory` as used today that was used at `since` or later, and at most a day
    /// before: for a run that finds everything as it was and asks for nothing.
    ///
    /// # Errors
    /// [`Error::System`] if the directory cannot be written.
    pub fn renew(directory: &Path, since: SystemTime) -> Result<(), Error> {
        let directory = directory.join(FORMAT);
        let (today, since) = (today(), day_of(since).saturating_sub(1));
        update(&directory, KEPT_DAYS, |index| {
            for entry in &mut index.entries {
                if entry.day >= since {
                    entry.day = entry.day.max(today);
                }
            }
        })
    }

    /// How much lies in the store in `directory`.
    #[must_use]
    pub fn size(directory: &Path) -> StoreSize {
        let directory = directory.join(FORMAT);
        let index = Index::load(&index_path(&directory));
        let directories = [directory.join(RECORDS), directory];
        let files = directories
            .iter()
            .filter_map(|directory| fs::read_dir(directory).ok());
        let files = files.flatten().flatten();
        let sizes = files
            .filter_map(|entry| entry.metadata().ok())
            .filter(|about| about.is_file());
        StoreSize {
            entry_count: index.entries.len(),
            byte_count: index.byte_count(),
            disk_bytes: sizes.map(|about| about.len()).sum(),
        }
    }

    /// Forgets what was not used for so many days in the store in `directory`, and gives the space back.
    ///
    /// # Errors
    /// [`Error::System`] if the directory cannot be written.
    pub fn prune(directory: &Path, unused_days: u64) -> Result<(), Error> {
        let directory = directory.join(FORMAT);
        if !directory.is_dir() {
            return Ok(());
        }
        update(&directory, unused_days, |_| {})?;
        join(&directory)
    }

    /// Removes everything of the store in `directory`.
    ///
    /// # Errors
    /// [`Error::System`] if something cannot be removed.
    pub fn clear(directory: &Path) -> Result<(), Error> {
        let directory = directory.join(FORMAT);
        match fs::remove_dir_all(&directory) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::system("remove", &directory, source))
            }
            _ => Ok(()),
        }
    }
}

fn index_path(directory: &Path) -> PathBuf {
    directory.join("index")
}

fn today() -> u64 {
    day_of(SystemTime::now())
}

/// Days since 1970.
fn day_of(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs()) / SECONDS_PER_DAY
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Entries are inserted in one step, so a map is whole whenever its lock is free.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes the index as it is now, which may be another one than was read at first, while nobody else changes it; and
/// forgets what was not used for so many days.
fn update(
    directory: &Path,
    unused_days: u64,
    change: impl FnOnce(&mut Index),
) -> Result<(), Error> {
    let Some(_held) = hold(directory)? else {
        // Somebody else is busy for long: what is not written down has to be made again, nothing worse.
        return Ok(());
    };
    let path = index_path(directory);
    let mut index = Index::load(&path);
    change(&mut index);
    index.forget(today().saturating_sub(unused_days), KEPT_BYTES);
    index.save(&path)?;
    sweep(directory, &index);
    sweep_records(&directory.join(RECORDS), unused_days);
    if is_mostly_air(directory, &index) {
        let all = index.packs();
        return join_held(directory, index, &all);
    }
    if index.packs().len() > PACKS {
        let small = index.small_packs();
        return join_held(directory, index, &small);
    }
    Ok(())
}

/// Whether more than half of the packs, and more than a trifle, is no longer of use.
fn is_mostly_air(directory: &Path, index: &Index) -> bool {
    const TRIFLE: u64 = 16 << 20;
    let live = index.byte_count();
    let packs = pack::list(directory).unwrap_or_default();
    let total: u64 = packs.iter().map(|(_, size)| size).sum();
    total > live.saturating_mul(2).saturating_add(TRIFLE)
}

/// The right to change the index; none if another process has it for long. Where the file system has no locks, everybody has
/// the right: the last one wins.
fn hold(directory: &Path) -> Result<Option<File>, Error> {
    const TRIES: u32 = 100;
    const PAUSE: Duration = Duration::from_millis(10);
    let path = directory.join("lock");
    fs::create_dir_all(directory)
        .map_err(|source| Error::system("create the directory", directory, source))?;
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|source| Error::system("open", &path, source))?;
    for _ in 0..TRIES {
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => std::thread::sleep(PAUSE),
            _ => return Ok(Some(file)),
        }
    }
    Ok(None)
}

/// Removes packs that hold nothing of use and what killed runs left. A young one may be about to enter the index.
fn sweep(directory: &Path, index: &Index) {
    const YOUNG: Duration = Duration::from_secs(60 * 60);
    let live = index.packs();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_garbage = name.starts_with(UNFINISHED)
            || pack::number(&name).is_some_and(|number| live.binary_search(&number).is_err());
        if is_garbage && age(&entry).is_some_and(|age| age > YOUNG) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// How long ago a file was written.
fn age(entry: &fs::DirEntry) -> Option<Duration> {
    entry.metadata().ok()?.modified().ok()?.elapsed().ok()
}

/// Puts everything of use into one pack.
fn join(directory: &Path) -> Result<(), Error> {
    let Some(_held) = hold(directory)? else {
        return Ok(());
    };
    let index = Index::load(&index_path(directory));
    let all = index.packs();
    join_held(directory, index, &all)
}

/// Removes records that were not written for so many days.
fn sweep_records(directory: &Path, unused_days: u64) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if age(&entry).is_some_and(|age| age.as_secs() / SECONDS_PER_DAY > unused_days) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Puts what is of use in some packs into one and removes them.
fn join_held(directory: &Path, mut index: Index, outgoing: &[u64]) -> Result<(), Error> {
    let taken = index.take(outgoing);
    let mut entries = taken.entries.clone();
    entries.sort_by_key(|entry| (entry.pack, entry.offset));
    if !entries.is_empty() {
        let number = pack::fresh_number(entries.iter().map(|entry| entry.key));
        let open: FxHashMap<u64, Option<Pack>> = outgoing
            .iter()
            .map(|&number| (number, Pack::open(directory, number)))
            .collect();
        let read = |entry: &Entry| open.get(&entry.pack)?.as_ref()?.read(entry);
        let contents = entries
            .iter()
            .filter_map(|entry| Some((entry.key, Cow::Owned(read(entry)?))));
        let mut joined = pack::write(directory, number, 0, contents)?;
        for entry in &mut joined {
            entry.day = taken
                .find(&entry.key)
                .map_or(0, |place| taken.entries[place].day);
        }
        index.add(joined);
    }
    index.save(&index_path(directory))?;
    for &number in outgoing {
        let _ = fs::remove_file(pack::path(directory, number));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_without_questions_live_on_is_not_forgotten() {
        let scratch = tempfile::tempdir().unwrap();
        let store = Store::open(scratch.path(), "build");
        for text in ["one", "two", "three"] {
            store.remember_blob(&Digest::of(text.as_bytes()), text.as_bytes().into());
        }
        store.commit().unwrap();
        let path = index_path(&scratch.path().join(FORMAT));
        let mut index = Index::load(&path);
        for (entry, age) in index.entries.iter_mut().zip([29, 20, 3]) {
            entry.day -= age;
        }
        index.save(&path).unwrap();
        let days_ago = |days| SystemTime::now() - Duration::from_secs(days * SECONDS_PER_DAY);
        Store::renew(scratch.path(), days_ago(19)).unwrap();
        let ages: Vec<u64> = Index::load(&path)
            .entries
            .iter()
            .map(|entry| today() - entry.day)
            .collect();
        assert_eq!(ages, [29, 0, 0]);
    }
}
