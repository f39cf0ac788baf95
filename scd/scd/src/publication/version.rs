//! `deployed_version.txt`: its text, and the run that writes nothing else.
//!
//! Mirrors `Magento\Framework\App\View\Deployment\Version\Storage\File`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use scd_store::{Content, Digest, Ledger, Placement, PublishOptions, TargetTree, digest_of};

use super::books::Books;
use super::{lock, static_directory, store};
use crate::error::Error;
use crate::options::{ContentVersion, Options};
use crate::report::{OutputReport, Report, TargetKind};

/// The version file's name below `pub/static`.
pub(crate) const VERSION_FILE: &str = "deployed_version.txt";

/// The version that an option asks for. `replaced` are the packages that the run replaces, each with the digest of its paths
/// and contents.
///
/// # Errors
/// A published file that cannot be read.
pub(super) fn text(
    target: &Path,
    ledger: &Ledger,
    replaced: &[(String, Digest)],
    options: &Options,
) -> Result<String, Error> {
    match &options.content_version {
        ContentVersion::Text(text) | ContentVersion::OfTime(text) => Ok(text.clone()),
        ContentVersion::OfContent => of_content(target, ledger, replaced),
    }
}

/// Eighteen decimal digits that follow from the paths and contents of all packages in the target, those of other runs
/// included. What Magento adds while the shop runs (`_cache`) does not count.
fn of_content(
    target: &Path,
    ledger: &Ledger,
    replaced: &[(String, Digest)],
) -> Result<String, Error> {
    let mut packages: BTreeMap<String, Digest> = replaced.iter().cloned().collect();
    let is_replaced = |name: &str| {
        let is_in = |unit: &str| {
            name.strip_prefix(unit)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        replaced.iter().any(|(unit, _)| is_in(unit))
    };
    for name in live_packages(target)? {
        if is_replaced(&name) {
            continue;
        }
        let known = ledger
            .units
            .get(&name)
            .filter(|unit| unit.is_as_left(target));
        let digest = match known {
            Some(unit) => unit.digest(),
            None => digest_of_directory(target, &name)?,
        };
        packages.insert(name, digest);
    }
    let empty = digest_of(std::iter::empty());
    let held = packages.iter().filter(|(_, digest)| **digest != empty);
    let whole = digest_of(held.map(|(name, digest)| (name.as_str(), digest)));
    let mut first = [0; 16];
    first.copy_from_slice(&whole.as_bytes()[..16]);
    // As many digits for every tree, and never one that Magento takes for nothing.
    const SMALLEST: u128 = 100_000_000_000_000_000;
    Ok((SMALLEST + u128::from_le_bytes(first) % (9 * SMALLEST)).to_string())
}

/// The packages that lie in a target: `area/Vendor/theme/locale`.
fn live_packages(target: &Path) -> Result<Vec<String>, Error> {
    let mut packages = vec![String::new()];
    for depth in 0..4 {
        let mut deeper = Vec::new();
        for package in packages {
            for (name, is_directory) in entries(&target.join(&package))? {
                let is_foreign = depth == 0 && name.starts_with(['.', '_']);
                if is_directory && !is_foreign {
                    let slash = if package.is_empty() { "" } else { "/" };
                    deeper.push(format!("{package}{slash}{name}"));
                }
            }
        }
        packages = deeper;
    }
    Ok(packages)
}

/// Names in a directory, and which are directories; none if there is no such directory.
fn entries(directory: &Path) -> Result<Vec<(String, bool)>, Error> {
    let failed = |source: io::Error| Error::Read {
        path: directory.to_path_buf(),
        source,
    };
    let listed = match fs::read_dir(directory) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in listed {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        names.push((
            entry.file_name().to_string_lossy().into_owned(),
            kind.is_dir(),
        ));
    }
    Ok(names)
}

/// The same digest as a ledger has for a unit, from the files themselves.
fn digest_of_directory(target: &Path, unit: &str) -> Result<Digest, Error> {
    let files = files_below(target, unit)?;
    Ok(digest_of(
        files.iter().map(|(path, digest)| (path.as_str(), digest)),
    ))
}

/// All files of a unit by their paths below the target, sorted, with the digests of their bytes. Of a unit that is not there,
/// none.
pub(crate) fn files_below(target: &Path, unit: &str) -> Result<Vec<(String, Digest)>, Error> {
    let mut open = vec![unit.to_owned()];
    let mut files: Vec<String> = Vec::new();
    while let Some(directory) = open.pop() {
        for (name, is_directory) in entries(&target.join(&directory))? {
            let path = format!("{directory}/{name}");
            if is_directory {
                open.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort_unstable();
    files
        .into_par_iter()
        .map(|name| {
            let path: PathBuf = target.join(&name);
            match fs::read(&path) {
                Ok(bytes) => Ok((name, Digest::of(&bytes))),
                Err(source) => Err(Error::Read { path, source }),
            }
        })
        .collect()
}

/// The version file; none where it holds the text already and the text says nothing about the time.
pub(super) fn placement(target: &Path, text: &str, options: &Options) -> Option<Placement> {
    let is_there = || fs::read(target.join(VERSION_FILE)).is_ok_and(|is| is == text.as_bytes());
    if options.content_version == ContentVersion::OfContent && is_there() {
        return None;
    }
    Some(Placement {
        path: VERSION_FILE.into(),
        content: Content::Bytes(text.as_bytes().into()),
        digest: None,
        source: None,
    })
}

/// What a report says about the version file.
pub(crate) fn output(text: &str) -> OutputReport {
    OutputReport {
        path: VERSION_FILE.into(),
        target: TargetKind::Static,
        source: None,
        size: text.len() as u64,
        digest: Digest::of(text.as_bytes()),
        compressed: None,
    }
}

/// Writes the version file and nothing else. Mirrors `--refresh-content-version-only`.
pub(crate) fn version_only(root: &Path, umask: u32, options: &Options) -> Result<Report, Error> {
    let lock = lock(root, options)?;
    let books = Books::open(root, options);
    let version = write(root, umask, &books, &lock, options)?;
    Ok(Report {
        version: Some(version),
        ..Report::default()
    })
}

/// Writes the version file for what is live, if it has to be written, and returns its text.
pub(crate) fn write(
    root: &Path,
    umask: u32,
    books: &Books,
    lock: &scd_store::Lock,
    options: &Options,
) -> Result<String, Error> {
    let target = static_directory(root, options);
    let version = text(&target, books.of(TargetKind::Static), &[], options)?;
    if let Some(placement) = placement(&target, &version, options) {
        let tree = TargetTree {
            target,
            loose: vec![placement],
            ..TargetTree::default()
        };
        store(
            &[tree],
            &PublishOptions {
                umask,
                ..PublishOptions::new(lock)
            },
        )?;
    }
    Ok(version)
}
