//! How the world comes in: reading, listing and naming files of a Magento root.

mod disk;
mod memory;

use std::io;
use std::path::{Path, PathBuf};

pub use disk::FsTree;
pub use memory::MemoryTree;

/// What a directory entry is, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file, or a link to one.
    File,
    /// A directory, or a link to one.
    Directory,
    /// A dangling or looping link, a socket, a device.
    Other,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, as the bytes of the file system.
    pub name: std::ffi::OsString,
    /// What it leads to.
    pub kind: EntryKind,
    /// Whether it is a symbolic link, so that `kind` may change although the directory does not.
    pub is_link: bool,
}

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What the path leads to.
    pub kind: EntryKind,
    /// Bytes, 0 for anything but a file.
    pub size: u64,
    /// When its bytes last changed, in nanoseconds since 1970.
    pub modified: i64,
    /// When anything of it last changed, in nanoseconds since 1970.
    pub changed: i64,
    /// Its number in the file system.
    pub inode: u64,
    /// The number of the file system.
    pub device: u64,
}

/// A file system as seen by the reader of a root. All paths are absolute.
///
/// [`FsTree`] is the real one; [`MemoryTree`] serves tests.
pub trait Tree: Send + Sync {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Whatever the system says; a directory is an error.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Kind and size, links followed; none if nothing is there.
    ///
    /// # Errors
    /// Whatever the system says, except that the path does not exist.
    fn stat(&self, path: &Path) -> io::Result<Option<Stat>>;

    /// The entries of a directory, sorted by name, byte by byte.
    ///
    /// # Errors
    /// Whatever the system says; a missing directory is an error of kind `NotFound`.
    fn list(&self, path: &Path) -> io::Result<Vec<Entry>>;

    /// The path with every link resolved.
    ///
    /// # Errors
    /// Whatever the system says.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;

    /// What `find` makes of the bytes of a file. Equal bytes have equal gists of one `kind`, so a tree that remembers may answer
    /// with what was found before; where `find` gives none, nothing is remembered.
    ///
    /// # Errors
    /// As [`Tree::read`].
    fn gist(
        &self,
        path: &Path,
        kind: &'static str,
        find: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> io::Result<Option<Vec<u8>>> {
        let _ = kind;
        Ok(find(&self.read(path)?))
    }
}
