//! Comparing a target with its ledger byte by byte: what was changed, what is missing, what does not belong there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::digest::Digest;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::manifest::ManifestEntry;

/// How a target differs from its ledger. All lists are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Files that were looked at.
    pub file_count: usize,
    /// Files that hold something else, or are no files any more.
    pub changed: Vec<PathBuf>,
    /// Files that are not there.
    pub missing: Vec<PathBuf>,
    /// What lies in a unit and was not published. What lies outside of all units is none of the ledger's business.
    pub extra: Vec<PathBuf>,
}

enum Verdict {
    Same,
    Changed,
    Missing,
}

impl Ledger {
    /// Reads everything that the ledger lists in `target`.
    ///
    /// # Errors
    /// [`Error::System`] for what is there but cannot be read.
    pub fn inspect(&self, target: &Path) -> Result<Inspection, Error> {
        let files: Vec<&ManifestEntry> = self.files().collect();
        let verdicts: Vec<Verdict> = files
            .par_iter()
            .map(|file| verdict(file, &target.join(&*file.path)))
            .collect::<Result<_, _>>()?;
        let mut inspection = Inspection {
            file_count: files.len(),
            ..Inspection::default()
        };
        for (file, verdict) in files.iter().zip(verdicts) {
            let path = || target.join(&*file.path);
            match verdict {
                Verdict::Same => {}
                Verdict::Changed => inspection.changed.push(path()),
                Verdict::Missing => inspection.missing.push(path()),
            }
        }
        let known: FxHashSet<PathBuf> = files.iter().map(|file| target.join(&*file.path)).collect();
        let extra: Vec<Vec<PathBuf>> = self
            .units
            .par_iter()
            .map(|(unit, _)| extra(target.join(unit), &known))
            .collect::<Result<_, _>>()?;
        inspection.extra = extra.into_iter().flatten().collect();
        inspection.extra.sort();
        inspection.changed.sort();
        inspection.missing.sort();
        Ok(inspection)
    }
}

fn verdict(file: &ManifestEntry, path: &Path) -> Result<Verdict, Error> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(source) if is_absent(&source) => return Ok(Verdict::Missing),
        Err(source) => return Err(Error::system("look at", path, source)),
    };
    if !about.is_file() || about.len() != file.size() {
        return Ok(Verdict::Changed);
    }
    let bytes = fs::read(path).map_err(|source| Error::system("read", path, source))?;
    Ok(if Digest::of(&bytes) == file.digest {
        Verdict::Same
    } else {
        Verdict::Changed
    })
}

/// Everything in a directory and below that is neither known nor a directory.
fn extra(directory: PathBuf, known: &FxHashSet<PathBuf>) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut open = vec![directory];
    while let Some(directory) = open.pop() {
        let failed = |source: io::Error| Error::system("read", &directory, source);
        let entries = match fs::read_dir(&directory) {
            Err(source) if is_absent(&source) => continue,
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            if entry.file_type().map_err(failed)?.is_dir() {
                open.push(path);
            } else if !known.contains(&path) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
