//! The bytes of the sources, each read once per run however many packages and steps want them; and their digests, which
//! often tell all that is wanted without reading.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use scd_magento::{Inventory, SourceId, Tree};
use scd_store::{Digest, Store};

use crate::diagnostic::{Diagnostic, Place};
use crate::warm::recorder::Recorder;

/// Reads sources on demand and keeps them.
pub struct Sources<'a> {
    tree: &'a dyn Tree,
    inventory: &'a Inventory,
    cells: Vec<OnceLock<Result<Arc<[u8]>, String>>>,
    digests: Vec<OnceLock<Digest>>,
    bytes_read: AtomicU64,
    recorder: Option<&'a Recorder>,
    store: Arc<Store>,
}

impl<'a> Sources<'a> {
    /// Nothing is read yet, and nothing is known from earlier runs.
    pub fn new(tree: &'a dyn Tree, inventory: &'a Inventory) -> Self {
        Self {
            tree,
            inventory,
            cells: inventory.sources().map(|_| OnceLock::new()).collect(),
            digests: inventory.sources().map(|_| OnceLock::new()).collect(),
            bytes_read: AtomicU64::new(0),
            recorder: None,
            store: Arc::new(Store::off()),
        }
    }

    /// The same with what earlier runs have left.
    pub(crate) fn with_memory(
        mut self,
        recorder: Option<&'a Recorder>,
        store: &Arc<Store>,
    ) -> Self {
        self.recorder = recorder;
        self.store = store.clone();
        self
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
        let cell = self.cells[id.0 as usize].get_or_init(|| match self.read(self.path(id)) {
            Ok(bytes) => {
                self.bytes_read
                    .fetch_add(bytes.len() as u64, Ordering::Relaxed);
                Ok(bytes.into())
            }
            Err(error) => Err(error.to_string()),
        });
        cell.as_ref()
            .map_err(|reason| unreadable(self.path(id), reason))
    }

    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        match self.recorder {
            // What every plan looks into is kept for the next run; all else is wanted only where it has changed.
            Some(recorder) if !is_looked_into(path) => recorder.read_once(path),
            _ => self.tree.read(path),
        }
    }

    /// The bytes of a source that was read before.
    pub fn known(&self, id: SourceId) -> Option<Arc<[u8]>> {
        self.cells[id.0 as usize].get()?.as_ref().ok().cloned()
    }

    /// The digest of the bytes of a source, which are read only where no earlier run knows it.
    ///
    /// # Errors
    /// As [`Sources::bytes`].
    pub fn digest(&self, id: SourceId) -> Result<Digest, Diagnostic> {
        let cell = &self.digests[id.0 as usize];
        if let Some(known) = cell.get() {
            return Ok(*known);
        }
        let known = self.cells[id.0 as usize].get().is_none();
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
        let is_read = matches!(self.cells[id.0 as usize].get(), Some(Ok(_)));
        let is_known = || self.recorder?.known_digest(self.path(id));
        let known = self.digests[id.0 as usize].get().copied().or_else(is_known);
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
        self.inventory.size(self.tree, id).unwrap_or(0)
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }
}

/// Whether planning reads a source: which imports a stylesheet has, and whether it is one.
fn is_looked_into(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "less" || extension == "css")
}

/// The finding for a file that cannot be read.
pub fn unreadable(path: &Path, reason: &str) -> Diagnostic {
    Diagnostic::error(format!("cannot read the file: {reason}"))
        .at(Place::file(path))
        .with_hint(
            "check that the file exists, is not a dangling link and may be read by this user",
        )
}
