//! What a tree consists of: every path, the digest of its bytes, and the file as it was left; and where the bytes of files that
//! are yet to be published can be had.

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

/// One published file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestEntry {
    /// Where it lies, relative to the target directory, segments separated by `/`.
    pub path: Arc<str>,
    /// The digest of its bytes.
    pub digest: Digest,
    /// The file as it was left.
    pub stamp: Stamp,
    /// What it was made from; none for files that are made from many.
    pub source: Option<Arc<Path>>,
    /// For how many versions it has been kept although it is no output any more; 0 for outputs.
    pub kept: u32,
    /// Whether a change since could hide behind the same stamp, as far as a ledger has found out.
    pub is_young: bool,
}

impl ManifestEntry {
    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.stamp.size
    }
}

/// All files of one target directory, sorted by path, byte by byte; no path occurs twice.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    entries: Vec<ManifestEntry>,
}

impl Manifest {
    /// The manifest of `entries`, in whatever order they come; quickest where they are nearly sorted. Of two entries with one
    /// path the first is kept.
    #[must_use]
    pub fn new(mut entries: Vec<ManifestEntry>) -> Manifest {
        if !entries.is_sorted_by(|one, next| one.path < next.path) {
            entries.sort_by(|one, other| one.path.cmp(&other.path));
            entries.dedup_by(|later, earlier| later.path == earlier.path);
        }
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

    /// The entries, sorted by path.
    #[must_use]
    pub fn into_entries(self) -> Vec<ManifestEntry> {
        self.entries
    }

    /// The entry at `path`, if there is one.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&ManifestEntry> {
        find(&self.entries, path)
    }
}

/// The entry at `path` among sorted ones.
pub(crate) fn find<'a>(entries: &'a [ManifestEntry], path: &str) -> Option<&'a ManifestEntry> {
    let found = entries.binary_search_by(|entry| (*entry.path).cmp(path));
    entries.get(found.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, text: &str) -> ManifestEntry {
        ManifestEntry {
            path: path.into(),
            digest: Digest::of(text.as_bytes()),
            stamp: Stamp::default(),
            source: None,
            kept: 0,
            is_young: false,
        }
    }

    #[test]
    fn entries_are_sorted_and_found() {
        let manifest = Manifest::new(vec![entry("b", "2"), entry("a/c", "1"), entry("a.b", "3")]);
        let paths: Vec<&str> = manifest
            .entries()
            .iter()
            .map(|entry| &*entry.path)
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
