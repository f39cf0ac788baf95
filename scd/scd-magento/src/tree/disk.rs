//! The real file system as a [`Tree`].

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Entry, EntryKind, Stat, Tree};

/// The file system of this machine. Keeps no state: every call asks the system.
///
/// Files are read, not mapped: nearly all sources are far below 100 kB, where reading is as fast,
/// and a mapped file that somebody truncates kills the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct FsTree;

impl Tree for FsTree {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // A pipe would never end and a device would fill the memory, so only files are opened.
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            let kind = if metadata.is_dir() {
                io::ErrorKind::IsADirectory
            } else {
                io::ErrorKind::InvalidInput
            };
            return Err(io::Error::new(kind, "it is not a regular file"));
        }
        fs::read(path)
    }

    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Some(describe(&metadata))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let file_type = entry.file_type()?;
            let kind = if file_type.is_file() {
                EntryKind::File
            } else if file_type.is_dir() {
                EntryKind::Directory
            } else if file_type.is_symlink() {
                // A link that leads nowhere, or round in circles, is listed but of no use.
                fs::metadata(entry.path()).map_or(EntryKind::Other, |m| describe(&m).kind)
            } else {
                EntryKind::Other
            };
            let name = entry.file_name();
            entries.push(Entry {
                name,
                kind,
                is_link: file_type.is_symlink(),
            });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }
}

fn describe(metadata: &fs::Metadata) -> Stat {
    let kind = if metadata.is_file() {
        EntryKind::File
    } else if metadata.is_dir() {
        EntryKind::Directory
    } else {
        EntryKind::Other
    };
    Stat {
        kind,
        size: if metadata.is_file() {
            metadata.len()
        } else {
            0
        },
        modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        inode: metadata.ino(),
        device: metadata.dev(),
    }
}

/// 292 years on both sides of 1970 fit; what lies outside counts as their end.
fn nanoseconds(seconds: i64, nanoseconds: i64) -> i64 {
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds)
}

/// `a/b` where `a` is a file is as absent as `a/b` where `a` is an empty directory.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn lists_names_in_byte_order_and_follows_links() {
        let scratch = tempfile::tempdir().expect("scratch directory");
        let root = scratch.path();
        fs::create_dir(root.join("dir")).expect("directory");
        fs::write(root.join("b"), "xyz").expect("file");
        fs::write(root.join("B"), "").expect("file");
        symlink("dir", root.join("link")).expect("link");
        symlink("nowhere", root.join("dangling")).expect("link");
        symlink("loop", root.join("loop")).expect("link");
        let listed: Vec<(String, EntryKind)> = FsTree
            .list(root)
            .expect("listing")
            .into_iter()
            .map(|e| (e.name.to_string_lossy().into_owned(), e.kind))
            .collect();
        let expected = [
            ("B", EntryKind::File),
            ("b", EntryKind::File),
            ("dangling", EntryKind::Other),
            ("dir", EntryKind::Directory),
            ("link", EntryKind::Directory),
            ("loop", EntryKind::Other),
        ];
        assert_eq!(listed, expected.map(|(n, k)| (n.to_owned(), k)));
    }

    #[test]
    fn stat_tells_absent_from_present() {
        let scratch = tempfile::tempdir().expect("scratch directory");
        let file = scratch.path().join("b");
        fs::write(&file, "xyz").expect("file");
        let stat = FsTree.stat(&file).expect("stat").expect("there");
        assert_eq!((stat.kind, stat.size), (EntryKind::File, 3));
        assert_eq!(FsTree.stat(&file.join("below")).expect("stat"), None);
        assert_eq!(FsTree.stat(&scratch.path().join("c")).expect("stat"), None);
        let missing = FsTree.list(&scratch.path().join("c")).expect_err("missing");
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
