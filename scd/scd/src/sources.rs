//! The bytes of the sources, each read once per run however many packages and steps want them.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use scd_magento::{Inventory, SourceId, Tree};

use crate::diagnostic::{Diagnostic, Place};

/// Reads sources on demand and keeps them.
pub struct Sources<'a> {
    tree: &'a dyn Tree,
    inventory: &'a Inventory,
    cells: Vec<OnceLock<Result<Arc<[u8]>, String>>>,
    bytes_read: AtomicU64,
}

impl<'a> Sources<'a> {
    /// Nothing is read yet.
    pub fn new(tree: &'a dyn Tree, inventory: &'a Inventory) -> Self {
        let cells = inventory.sources().map(|_| OnceLock::new()).collect();
        Self {
            tree,
            inventory,
            cells,
            bytes_read: AtomicU64::new(0),
        }
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
        let cell = self.cells[id.0 as usize].get_or_init(|| match self.tree.read(self.path(id)) {
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

    /// The bytes of a source that was read before.
    pub fn known(&self, id: SourceId) -> Option<Arc<[u8]>> {
        self.cells[id.0 as usize].get()?.as_ref().ok().cloned()
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

/// The finding for a file that cannot be read.
pub fn unreadable(path: &Path, reason: &str) -> Diagnostic {
    Diagnostic::error(format!("cannot read the file: {reason}"))
        .at(Place::file(path))
        .with_hint(
            "check that the file exists, is not a dangling link and may be read by this user",
        )
}
