//! The bytes of many entries in one file, because creating files is what costs. A pack never changes once it has its name.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::index::Entry;
use crate::digest::Digest;
use crate::error::Error;
use crate::record;

/// What the names of packs end with.
const EXTENSION: &str = "pack";

/// Where the pack of that number lies.
pub(super) fn path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{number:016x}.{EXTENSION}"))
}

/// The number of the pack with that file name.
pub(super) fn number(name: &str) -> Option<u64> {
    let stem = name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    (stem.len() == 16).then(|| u64::from_str_radix(stem, 16).ok())?
}

/// A number that no other pack has: from the time, the process and what the pack is to hold.
pub(super) fn fresh_number(keys: impl Iterator<Item = Digest>) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut described = now.map_or(0, |now| now.as_nanos()).to_le_bytes().to_vec();
    described.extend_from_slice(&std::process::id().to_le_bytes());
    for key in keys {
        described.extend_from_slice(key.as_bytes());
    }
    let digest = Digest::of(&described);
    let mut number = [0; 8];
    number.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_le_bytes(number)
}

/// A pack that is open for reading.
#[derive(Debug)]
pub(super) struct Pack(File);

impl Pack {
    pub(super) fn open(directory: &Path, number: u64) -> Option<Pack> {
        let path = path(directory, number);
        fs::metadata(&path).ok()?.is_file().then_some(())?;
        File::open(path).ok().map(Pack)
    }

    /// The bytes of an entry, if they are whole.
    pub(super) fn read(&self, entry: &Entry) -> Option<Vec<u8>> {
        let end = entry.offset.checked_add(entry.length)?;
        // A damaged index could ask for all memory.
        if end > self.0.metadata().ok()?.len() {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(entry.length).ok()?];
        self.0.read_exact_at(&mut bytes, entry.offset).ok()?;
        (Digest::of(&bytes) == entry.check).then_some(bytes)
    }
}

/// Writes a pack of the given contents and returns their entries.
pub(super) fn write<'a>(
    directory: &Path,
    number: u64,
    day: u64,
    contents: impl Iterator<Item = (Digest, std::borrow::Cow<'a, [u8]>)>,
) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    record::replace(&path(directory, number), |file| {
        let mut file = BufWriter::with_capacity(1 << 18, file);
        let mut offset = 0;
        for (key, bytes) in contents {
            file.write_all(&bytes)?;
            let length = bytes.len() as u64;
            let check = Digest::of(&bytes);
            entries.push(Entry {
                key,
                check,
                pack: number,
                offset,
                length,
                day,
            });
            offset += length;
        }
        file.flush()
    })?;
    Ok(entries)
}

/// Every pack of a store, whether it is in use or not, with its size.
pub(super) fn list(directory: &Path) -> io::Result<Vec<(u64, u64)>> {
    let mut packs = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if let Some(number) = entry.file_name().to_str().and_then(number) {
            packs.push((number, entry.metadata().map_or(0, |about| about.len())));
        }
    }
    packs.sort_unstable();
    Ok(packs)
}
