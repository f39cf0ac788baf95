//! What a tree consists of: every path, the digest and size of its bytes, and where the bytes can be had.

use std::path::Path;
use std::sync::Arc;

use crate::digest::Digest;
use crate::stamp::Stamp;
use crate::store::Store;

/// Where the bytes of an output are.
///
/// Clones are cheap, and clones of one value (or files of one path) count as one distinct content: publishing reads and
/// hashes it once, however often it is placed.
#[derive(Clone, Debug)]
pub enum Content {
    /// Made during the run and held in memory.
    Bytes(Arc<[u8]>),
    /// A file that is copied verbatim. The path is absolute or relative to the working directory; links are followed.
    File(Arc<Path>),
    /// What a store remembers under its own digest; read only where it has to be written.
    Stored {
        /// The store.
        store: Arc<Store>,
        /// The digest of the bytes, and their key.
        digest: Digest,
    },
}

/// One output: a path and what it holds.
#[derive(Clone, Debug)]
pub struct ManifestEntry {
    /// Where the output lies, relative to the target directory, segments separated by `/`.
    pub path: String,
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
    /// Where the bytes were taken from.
    pub content: Content,
    /// The published file as the run left it.
    pub stamp: Stamp,
    /// For how many versions the file has been kept although it is no output any more; 0 for outputs.
    pub kept: u32,
}

/// All outputs of one target directory, sorted by path, byte by byte; no path occurs twice.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    entries: Vec<ManifestEntry>,
}

impl Manifest {
    /// The manifest of `entries`, in whatever order they come. Of two entries with one path the first is kept.
    #[must_use]
    pub fn new(mut entries: Vec<ManifestEntry>) -> Manifest {
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        entries.dedup_by(|later, earlier| later.path == earlier.path);
        Manifest { entries }
    }

    /// This manifest and `more` entries. Of two entries with one path the one that was there is kept.
    #[must_use]
    pub fn with(mut self, more: Vec<ManifestEntry>) -> Manifest {
        if more.is_empty() {
            return self;
        }
        self.entries.extend(more);
        Manifest::new(self.entries)
    }

    /// The entries, sorted by path.
    #[must_use]
    pub fn entries(&self) -> &[ManifestEntry] {
        &self.entries
    }

    /// The entry at `path`, if there is one.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&ManifestEntry> {
        let index = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
            .ok()?;
        self.entries.get(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, text: &str) -> ManifestEntry {
        ManifestEntry {
            path: path.to_owned(),
            digest: Digest::of(text.as_bytes()),
            size: text.len() as u64,
            content: Content::Bytes(Arc::from(text.as_bytes())),
            stamp: Stamp::default(),
            kept: 0,
        }
    }

    #[test]
    fn entries_are_sorted_and_found() {
        let manifest = Manifest::new(vec![entry("b", "2"), entry("a/c", "1"), entry("a.b", "3")]);
        let paths: Vec<&str> = manifest
            .entries()
            .iter()
            .map(|entry| entry.path.as_str())
            .collect();
        assert_eq!(paths, ["a.b", "a/c", "b"]);
        assert_eq!(manifest.find("a/c").unwrap().digest, Digest::of(b"1"));
        assert!(manifest.find("a").is_none());
    }

    #[test]
    fn the_first_of_two_equal_paths_is_kept() {
        let manifest = Manifest::new(vec![entry("a", "first"), entry("a", "second")]);
        assert_eq!(manifest.entries().len(), 1);
        assert_eq!(manifest.entries()[0].digest, Digest::of(b"first"));
    }
}
