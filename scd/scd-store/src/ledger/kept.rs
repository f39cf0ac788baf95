//! Ledgers on disk.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use super::{Directory, Ledger, LedgerUnit};
use crate::codec::{Reader, Writer};
use crate::digest::Digest;
use crate::error::Error;
use crate::manifest::ManifestEntry;
use crate::record::Record;

fn kind() -> Digest {
    Digest::of(b"scd ledger 2")
}

impl Ledger {
    /// Reads the ledger at `path`; none if there is none that is whole.
    #[must_use]
    pub fn load(path: &Path) -> Option<Ledger> {
        Ledger::decode(Record::load(path, &kind())?.payload())
    }

    /// Writes the ledger to `path`.
    ///
    /// # Errors
    /// [`Error::System`] if it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut writer = Writer::new();
        writer.length(self.units.len());
        for (name, unit) in &self.units {
            writer.text(name);
            write_files(&mut writer, &unit.files);
            let mut before: &str = "";
            writer.list(&unit.directories, |writer, directory| {
                writer
                    .path_behind(before.as_bytes(), directory.path.as_bytes())
                    .stamp(&directory.stamp)
                    .flag(directory.is_young);
                before = &directory.path;
            });
        }
        write_files(&mut writer, &self.loose);
        Record::save(path, &kind(), &writer.finish())
    }

    fn decode(bytes: &[u8]) -> Option<Ledger> {
        let mut reader = Reader::new(bytes);
        let mut ledger = Ledger::default();
        for _ in 0..reader.length()? {
            let name = reader.text()?.to_owned();
            let files = read_files(&mut reader)?;
            let mut before = Vec::new();
            let directories = reader.list(|reader| {
                reader.path_behind(&mut before)?;
                Some(Directory {
                    path: std::str::from_utf8(&before).ok()?.to_owned(),
                    stamp: reader.stamp()?,
                    is_young: reader.flag()?,
                })
            })?;
            ledger.units.insert(name, LedgerUnit { files, directories });
        }
        ledger.loose = read_files(&mut reader)?;
        Some(ledger)
    }
}

fn write_files(writer: &mut Writer, files: &[ManifestEntry]) {
    let mut before: &str = "";
    let mut source_before: &[u8] = &[];
    writer.list(files, |writer, file| {
        writer
            .path_behind(before.as_bytes(), file.path.as_bytes())
            .digest(&file.digest)
            .stamp(&file.stamp)
            .number(u64::from(file.kept))
            .flag(file.is_young)
            .optional(file.source.as_ref(), |writer, source| {
                let source = source.as_os_str().as_bytes();
                writer.path_behind(source_before, source);
            });
        before = &file.path;
        if let Some(source) = &file.source {
            source_before = source.as_os_str().as_bytes();
        }
    });
}

fn read_files(reader: &mut Reader<'_>) -> Option<Vec<ManifestEntry>> {
    let mut before = Vec::new();
    let mut source_before = Vec::new();
    reader.list(|reader| {
        reader.path_behind(&mut before)?;
        Some(ManifestEntry {
            path: std::str::from_utf8(&before).ok()?.into(),
            digest: reader.digest()?,
            stamp: reader.stamp()?,
            kept: u32::try_from(reader.number()?).ok()?,
            is_young: reader.flag()?,
            source: reader.optional(|reader| {
                reader.path_behind(&mut source_before)?;
                Some(Arc::from(Path::new(OsStr::from_bytes(&source_before))))
            })?,
        })
    })
}
