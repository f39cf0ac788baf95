//! The real file system as a [`Tree`].

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::buffer::spare_capacity;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::{Entry, EntryKind, Stat, Tree};

/// Bytes that a file may have grown by between being looked at and being read, at a time.
const GROWTH: usize = 1 << 16;

/// The file system of this machine. Keeps no state: every call asks the system.
///
/// Files are read, not mapped: nearly all sources are far below 100 kB, where reading is as fast,
/// and a mapped file that somebody truncates kills the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct FsTree;

impl Tree for FsTree {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // Without waiting: a pipe would never open. What has no end, as a device, is not read.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(file) => file,
            Err(error) => return Err(refused(path).unwrap_or_else(|| error.into())),
        };
        let metadata = rustix::fs::fstat(&file)?;
        if let Some(refusal) = refusal(FileType::from_raw_mode(metadata.st_mode)) {
            return Err(refusal);
        }
        let size = usize::try_from(metadata.st_size).unwrap_or(0);
        // One byte more than it has, so that the first read tells whether that is the end.
        let mut bytes = Vec::with_capacity(size + 1);
        loop {
            match rustix::io::read(&file, spare_capacity(&mut bytes)) {
                Ok(0) => return Ok(bytes),
                Ok(_) if bytes.len() == size => return Ok(bytes),
                Ok(_) if bytes.len() == bytes.capacity() => bytes.reserve(GROWTH),
                Ok(_) => {}
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
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

/// Why something that could not even be opened is nothing to be read.
fn refused(path: &Path) -> Option<io::Error> {
    let metadata = rustix::fs::stat(path).ok()?;
    refusal(FileType::from_raw_mode(metadata.st_mode))
}

/// Why something is nothing to be read; a pipe would never end and a device would fill the memory.
fn refusal(kind: FileType) -> Option<io::Error> {
    let kind = match kind {
        FileType::RegularFile => return None,
        FileType::Directory => io::ErrorKind::IsADirectory,
        _ => io::ErrorKind::InvalidInput,
    };
    Some(io::Error::new(kind, "it is not a regular file"))
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
    use std::os::unix::net::UnixListener;

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
    fn files_are_read_to_their_end_and_nothing_else_is_read() {
        let scratch = tempfile::tempdir().expect("scratch directory");
        let root = scratch.path();
        let long = vec![7; 3 * GROWTH];
        for (name, bytes) in [("empty", &[][..]), ("short", b"xyz"), ("long", &long)] {
            fs::write(root.join(name), bytes).expect("file");
            assert_eq!(FsTree.read(&root.join(name)).expect(name), bytes, "{name}");
        }
        // Says that it is empty and is not.
        let about = FsTree.read(Path::new("/proc/self/status")).expect("status");
        assert!(about.starts_with(b"Name:"));
        let kind = |path: &Path| FsTree.read(path).expect_err("no file").kind();
        assert_eq!(kind(root), io::ErrorKind::IsADirectory);
        assert_eq!(kind(&root.join("none")), io::ErrorKind::NotFound);
        let _listener = UnixListener::bind(root.join("socket")).expect("socket");
        assert_eq!(kind(&root.join("socket")), io::ErrorKind::InvalidInput);
        assert_eq!(kind(Path::new("/dev/null")), io::ErrorKind::InvalidInput);
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
