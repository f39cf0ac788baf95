//! The bytes of the sources, each read once per run however many packages and steps want them; and their digests, which
//! often tell all that is wanted without reading.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use scd_magento::{Inventory, SourceId, Tree};
use scd_store::{Digest, Store};

use crate::diagnostic::{Diagnostic, Place};
use crate::facts::{Fact, Facts};
use crate::warm::recorder::Recorder;

/// Reads sources on demand and keeps them.
pub struct Sources<'a> {
    tree: &'a dyn Tree,
    inventory: &'a Inventory,
    kept: KeptSources,
    bytes_read: AtomicU64,
    recorder: Option<&'a Recorder>,
    store: Arc<Store>,
    facts: Arc<Facts>,
    /// Whether a source was read that held something else than the last look at it had promised.
    has_changed: AtomicBool,
}

/// What was read of the sources of one inventory; outlives [`Sources`] where a root is watched.
#[derive(Debug, Default)]
pub(crate) struct KeptSources {
    cells: Vec<OnceLock<Result<Arc<[u8]>, String>>>,
    digests: Vec<OnceLock<Digest>>,
}

impl KeptSources {
    /// Nothing is read yet.
    pub(crate) fn new(inventory: &Inventory) -> Self {
        Self {
            cells: inventory.sources().map(|_| OnceLock::new()).collect(),
            digests: inventory.sources().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Everything that is known of sources, in their order: their digests, and of some the bytes.
    pub(crate) fn of_known(known: impl Iterator<Item = (Digest, Option<Arc<[u8]>>)>) -> Self {
        let known = known.map(|(digest, bytes)| {
            let cell = bytes.map_or_else(OnceLock::new, |bytes| OnceLock::from(Ok(bytes)));
            (cell, OnceLock::from(digest))
        });
        let (cells, digests) = known.unzip();
        Self { cells, digests }
    }

    /// Takes what a source holds now. Says whether that matters to anybody: whether it was asked for, and was something else.
    pub(crate) fn replace(&mut self, id: SourceId, bytes: Vec<u8>) -> bool {
        let (cell, digest) = (
            &mut self.cells[id.0 as usize],
            &mut self.digests[id.0 as usize],
        );
        let now = Digest::of(&bytes);
        let before = digest.get().copied().or_else(|| {
            let known = cell.get()?.as_ref();
            known.ok().map(|bytes| Digest::of(bytes))
        });
        if before == Some(now) || (before.is_none() && cell.get().is_none()) {
            return false;
        }
        *cell = OnceLock::from(Ok(bytes.into()));
        *digest = OnceLock::from(now);
        true
    }
}

impl<'a> Sources<'a> {
    /// Nothing is read yet, and nothing is known from earlier runs.
    pub fn new(tree: &'a dyn Tree, inventory: &'a Inventory) -> Self {
        Self::resume(tree, inventory, KeptSources::new(inventory))
    }

    /// Goes on with what was read of the same inventory.
    pub(crate) fn resume(tree: &'a dyn Tree, inventory: &'a Inventory, kept: KeptSources) -> Self {
        Self {
            tree,
            inventory,
            kept,
            bytes_read: AtomicU64::new(0),
            recorder: None,
            store: Arc::new(Store::off()),
            facts: Arc::default(),
            has_changed: AtomicBool::new(false),
        }
    }

    /// The same with results of earlier runs.
    pub(crate) fn with_store(mut self, store: &Arc<Store>) -> Self {
        self.store = store.clone();
        self
    }

    /// The same with what earlier runs have found.
    pub(crate) fn with_memory(mut self, recorder: Option<&'a Recorder>, facts: Arc<Facts>) -> Self {
        self.recorder = recorder;
        self.facts = facts;
        self
    }

    /// What was read, for whoever goes on with it.
    pub(crate) fn into_kept(self) -> KeptSources {
        self.kept
    }

    /// What earlier runs have made.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The list that IDs refer to.
    pub fn inventory(&self) -> &'a Inventory {
        self.inventory
    }

    /// Where a source lies.
    pub fn path(&self, id: SourceId) -> &'a Path {
        &self.inventory.source(id).path
    }

    /// The bytes of a source.
    ///
    /// # Errors
    /// An error finding that names the file and what the system said.
    pub fn bytes(&self, id: SourceId) -> Result<&Arc<[u8]>, Diagnostic> {
        let cell = self.kept.cells[id.0 as usize].get_or_init(|| match self.read(self.path(id)) {
            Ok(bytes) => {
                self.bytes_read
                    .fetch_add(bytes.len() as u64, Ordering::Relaxed);
                let promised = self.kept.digests[id.0 as usize].get();
                if promised.is_some_and(|promised| *promised != Digest::of(&bytes)) {
                    self.has_changed.store(true, Ordering::Relaxed);
                }
                Ok(bytes)
            }
            Err(error) => Err(error.to_string()),
        });
        cell.as_ref()
            .map_err(|reason| unreadable(self.path(id), reason))
    }

    fn read(&self, path: &Path) -> std::io::Result<Arc<[u8]>> {
        match self.recorder {
            // Nothing is kept of it: the next run wants its bytes only if something has changed.
            Some(recorder) => recorder.read_once(path),
            None => self.tree.read_shared(path),
        }
    }

    /// What `find` makes of the bytes of a source, which are read only where no earlier run has found it; equal bytes and an equal
    /// `question` lead to the same.
    ///
    /// # Errors
    /// As [`Sources::bytes`].
    pub(crate) fn fact<F: Fact>(
        &self,
        id: SourceId,
        question: impl AsRef<[u8]>,
        find: impl Fn(&[u8]) -> F,
    ) -> Result<F, Diagnostic> {
        let bytes = || self.bytes(id).cloned();
        self.facts
            .about(|| self.digest(id), || question, bytes, find)
    }

    /// What earlier runs have found in sources and outputs.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The bytes of a source that was read before.
    pub fn known(&self, id: SourceId) -> Option<Arc<[u8]>> {
        self.kept.cells[id.0 as usize].get()?.as_ref().ok().cloned()
    }

    /// The digest of the bytes of a source, which are read only where no earlier run knows it.
    ///
    /// # Errors
    /// As [`Sources::bytes`].
    pub fn digest(&self, id: SourceId) -> Result<Digest, Diagnostic> {
        let cell = &self.kept.digests[id.0 as usize];
        if let Some(known) = cell.get() {
            return Ok(*known);
        }
        let known = self.kept.cells[id.0 as usize].get().is_none();
        let known = self
            .recorder
            .filter(|_| known)
            .and_then(|recorder| recorder.known_digest(self.path(id)));
        let digest = match known {
            Some(known) => known,
            None => {
                let digest = Digest::of(self.bytes(id)?);
                if let Some(recorder) = self.recorder {
                    recorder.learn_digest(self.path(id), digest);
                }
                digest
            }
        };
        Ok(*cell.get_or_init(|| digest))
    }

    /// The digest of a source, if it is known without reading the file.
    pub(crate) fn known_digest(&self, id: SourceId) -> Option<Digest> {
        let is_read = matches!(self.kept.cells[id.0 as usize].get(), Some(Ok(_)));
        let is_known = || self.recorder?.known_digest(self.path(id));
        let known = self.kept.digests[id.0 as usize]
            .get()
            .copied()
            .or_else(is_known);
        known.or_else(|| is_read.then(|| self.digest(id).ok())?)
    }

    /// Says that publishing will read a source.
    pub(crate) fn announce(&self, id: SourceId) {
        if let Some(recorder) = self.recorder {
            recorder.announce(self.path(id));
        }
    }

    /// Notes the digest of a source that publishing has read.
    pub(crate) fn learn_published(&self, path: &Path, digest: Digest) {
        if let Some(recorder) = self.recorder {
            recorder.learn_digest(path, digest);
        }
    }

    /// The size of a source, for weighing work; 0 where it cannot be told.
    pub fn size(&self, id: SourceId) -> u64 {
        if let Some(Ok(bytes)) = self.kept.cells[id.0 as usize].get() {
            return bytes.len() as u64;
        }
        self.inventory.size(self.tree, id).unwrap_or(0)
    }

    /// Keeps what was made and found for later runs. Nothing is kept if a source has changed while the run was going on: what was
    /// made of it would be known by what it held before.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn keep(&self) -> Result<(), scd_store::Error> {
        if self.has_changed.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.store.commit()?;
        self.facts.remember()
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }
}

/// The finding for a file that cannot be read.
pub fn unreadable(path: &Path, reason: &str) -> Diagnostic {
    Diagnostic::error(format!("cannot read the file: {reason}"))
        .at(Place::file(path))
        .with_hint(
            "check that the file exists, is not a dangling link and may be read by this user",
        )
}

#[cfg(test)]
mod tests {
    use scd_magento::FsTree;

    use super::*;

    #[test]
    fn what_was_made_of_a_source_that_changed_meanwhile_is_not_kept() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("a.less");
        std::fs::write(&path, "now").unwrap();
        let inventory = Inventory::of_files([path]);
        for (promised, is_kept) in [("before", false), ("now", true)] {
            let place = scratch.path().join(promised);
            let key = Digest::of(b"key");
            let known = [(Digest::of(promised.as_bytes()), None)];
            let store = Arc::new(Store::open(&place, "build"));
            let sources = Sources::resume(
                &FsTree,
                &inventory,
                KeptSources::of_known(known.into_iter()),
            );
            let sources = sources.with_store(&store);
            assert_eq!(&**sources.bytes(SourceId(0)).unwrap(), b"now");
            store.remember_blob(&key, b"made".as_slice().into());
            sources.keep().unwrap();
            assert_eq!(
                Store::open(&place, "build").has(&key),
                is_kept,
                "{promised}"
            );
        }
    }
}
