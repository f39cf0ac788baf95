//! What a run has at hand once it may publish.

use std::path::Path;

use scd_store::Lock;

use super::books::{Books, Forecast, Reading};
use crate::error::Error;
use crate::options::Options;

/// The right to publish, and what is known of the targets.
pub(crate) struct Desk {
    pub(super) lock: Lock,
    pub(crate) books: Books,
    /// Of the spares.
    pub(super) forecasts: [Option<Forecast>; 2],
}

impl Desk {
    /// Keeps others out and reads the ledgers, unless `reading` has read them and they are the same.
    ///
    /// # Errors
    /// Another deploy that is going on.
    pub(crate) fn open(
        root: &Path,
        options: &Options,
        reading: Option<Reading>,
    ) -> Result<Self, Error> {
        let lock = lock(root, options)?;
        let (books, forecasts) = Reading::books(reading, root, options);
        Ok(Self {
            lock,
            books,
            forecasts,
        })
    }
}

/// Keeps other deploys of the same target out.
pub(crate) fn lock(root: &Path, options: &Options) -> Result<Lock, Error> {
    let directory = options.lock_directory.as_deref();
    Ok(Lock::acquire(directory.unwrap_or(root), "publishing")?)
}
