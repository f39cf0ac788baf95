//! One record in a file of its own that shows by itself whether it is whole: what is damaged, cut off, unreadable, of another
//! kind or written by another version is not there.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::digest::{Digest, Hasher};
use crate::error::Error;

const MAGIC: &[u8; 8] = b"scd-rec\n";
const HEADER: usize = MAGIC.len() + Digest::LENGTH;

/// Begins the names of files that are being written.
pub(crate) const UNFINISHED: &str = ".scd-unfinished.";

/// What a record file holds.
#[derive(Debug)]
pub struct Record {
    bytes: Vec<u8>,
}

impl Record {
    /// Reads the file at `path`, if it is a whole record of that `kind`. The kind is the digest of whatever the meaning of the
    /// bytes depends on, such as the version of their format.
    #[must_use]
    pub fn load(path: &Path, kind: &Digest) -> Option<Record> {
        // A pipe would never end.
        if !fs::metadata(path).ok()?.is_file() {
            return None;
        }
        let bytes = fs::read(path).ok()?;
        unseal(&bytes, kind)?;
        Some(Record { bytes })
    }

    /// Writes a record to `path`, in the place of the one that was there. Readers see the old one or the new one.
    ///
    /// # Errors
    /// [`Error::System`] if the file or its directory cannot be written; then the old record stays.
    pub fn save(path: &Path, kind: &Digest, payload: &[u8]) -> Result<(), Error> {
        replace(path, |file| {
            file.write_all(&header(kind, payload))?;
            file.write_all(payload)
        })
    }

    /// What was saved.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.bytes.get(HEADER..).unwrap_or_default()
    }
}

/// A payload with what shows that it is whole, and of that `kind`.
pub(crate) fn seal(kind: &Digest, payload: &[u8]) -> Vec<u8> {
    [&header(kind, payload)[..], payload].concat()
}

/// The payload of sealed bytes, if they are whole and of that `kind`.
pub(crate) fn unseal<'a>(bytes: &'a [u8], kind: &Digest) -> Option<&'a [u8]> {
    let (found, payload) = bytes.split_at_checked(HEADER)?;
    (found == header(kind, payload)).then_some(payload)
}

fn header(kind: &Digest, payload: &[u8]) -> [u8; HEADER] {
    let mut hasher = Hasher::default();
    hasher.update(kind.as_bytes());
    hasher.update(payload);
    let mut header = [0; HEADER];
    let (magic, seal) = header.split_at_mut(MAGIC.len());
    magic.copy_from_slice(MAGIC);
    seal.copy_from_slice(hasher.finish().as_bytes());
    header
}

/// Writes a file beside `path` and renames it there, creating the directory if it is missing.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), Error> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)
        .map_err(|source| Error::system("create the directory", directory, source))?;
    let unfinished = unfinished(path);
    let written = File::options()
        .write(true)
        .create_new(true)
        .open(&unfinished)
        .and_then(|mut file| write(&mut file))
        .and_then(|()| match fs::rename(&unfinished, path) {
            // An empty one is nobody's loss.
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                fs::remove_dir(path).and_then(|()| fs::rename(&unfinished, path))
            }
            renamed => renamed,
        });
    written.map_err(|source| {
        // The error matters more than what is left; the next prune sweeps it.
        let _ = fs::remove_file(&unfinished);
        Error::system("write", path, source)
    })
}

/// A name that no other process and no other thread uses.
fn unfinished(path: &Path) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut name = OsString::from(format!("{UNFINISHED}{}.{number}.", std::process::id()));
    name.push(path.file_name().unwrap_or_default());
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_whole_or_not_there() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("deep/er/record");
        let kind = Digest::of(b"kind");
        Record::save(&path, &kind, b"payload").unwrap();
        assert_eq!(Record::load(&path, &kind).unwrap().payload(), b"payload");
        assert!(Record::load(&path, &Digest::of(b"other")).is_none());

        let whole = fs::read(&path).unwrap();
        for position in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[position] ^= 1;
            fs::write(&path, &damaged).unwrap();
            assert!(Record::load(&path, &kind).is_none(), "byte {position}");
            fs::write(&path, &whole[..position]).unwrap();
            assert!(Record::load(&path, &kind).is_none(), "cut at {position}");
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(Record::load(&path, &kind).is_none());
        fs::write(path.join("somebody's"), "").unwrap();
        assert!(Record::save(&path, &kind, b"payload").is_err());
        fs::remove_file(path.join("somebody's")).unwrap();
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        // An empty directory makes room.
        Record::save(&path, &kind, b"payload").unwrap();
        assert!(Record::load(&path, &kind).is_some());
    }
}
