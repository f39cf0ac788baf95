//! The live tree against what was written down when it was published.

use std::path::{Path, PathBuf};

use scd_store::{Ledger, Store};

pub use scd_store::{Inspection, StoreSize};

use crate::error::Error;
use crate::options::Options;
use crate::publication::books::{self, TARGETS};
use crate::warm;

/// Compares what is live with what scd has published there last, in every byte. The options say where that is.
///
/// # Errors
/// A root in which nothing is known to be published, a file that cannot be read.
pub fn check(root: &Path, options: &Options) -> Result<Inspection, Error> {
    let root = canonical(root)?;
    let mut whole: Option<Inspection> = None;
    for kind in TARGETS {
        let Some(ledger) = Ledger::load(&books::ledger_path(kind, &root, options)) else {
            continue;
        };
        let part = ledger.inspect(&books::directory(kind, &root, options))?;
        let whole = whole.get_or_insert_default();
        whole.file_count += part.file_count;
        whole.changed.extend(part.changed);
        whole.missing.extend(part.missing);
        whole.extra.extend(part.extra);
    }
    whole.ok_or_else(|| {
        Error::refused(
            "it is not known what is published: there is no manifest under `var/scd`",
            "deploy with `scd deploy` first; what PHP has deployed is compared with --php or --against",
        )
    })
}

/// Where a root keeps its cache, unless deploys are told otherwise, and what must outlive a deploy; below the root.
pub const STATE_DIRECTORY: &str = "var/scd";

/// How much lies in a cache, and what the last deploy that used it found in it.
pub fn cache_size(directory: &Path) -> (StoreSize, Option<LastUse>) {
    (Store::size(directory), warm::last_use(directory))
}

/// Removes from a cache what was not used for so many days.
///
/// # Errors
/// A directory that cannot be written.
pub fn cache_prune(directory: &Path, unused_days: u64) -> Result<(), Error> {
    Ok(Store::prune(directory, unused_days)?)
}

/// Removes everything from a cache; with that of a root, the outgoing files that wait there for the next deploy.
///
/// # Errors
/// A directory that cannot be written.
pub fn cache_clear(directory: &Path) -> Result<(), Error> {
    books::clear_spares(directory)?;
    Ok(Store::clear(directory)?)
}

/// How a deploy fared with a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastUse {
    /// Whether there was nothing to do.
    pub is_unchanged: bool,
    /// All jobs.
    pub job_count: usize,
    /// Those that were recalled.
    pub recalled_jobs: usize,
}

fn canonical(root: &Path) -> Result<PathBuf, Error> {
    std::fs::canonicalize(root).map_err(|source| Error::Read {
        path: root.to_path_buf(),
        source,
    })
}
