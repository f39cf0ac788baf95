//! What ends a run before it can say anything about single sources.

use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostic::Diagnostic;

/// A run could not be done. Nothing was published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The root could not be read or makes no sense.
    #[error(transparent)]
    Root(#[from] scd_magento::Error),
    /// The result could not be written.
    #[error(transparent)]
    Store(#[from] scd_store::Error),
    /// A file could not be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The request or the configuration asks for something that this version does not do.
    #[error("{message}")]
    Refused {
        /// What was asked for: lower case, no full stop, names in backticks.
        message: String,
        /// The next action.
        hint: Option<String>,
    },
    /// The root changes what Magento makes in ways that are not followed.
    #[error("this root changes Magento in ways that scd cannot follow; nothing was published")]
    CannotFollow {
        /// Each of them, with its place.
        reasons: Vec<Diagnostic>,
    },
    /// The worker threads could not be started.
    #[error("cannot start the worker threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// Compressing took longer than it may.
    #[error("compressing the files took more than {} seconds; nothing was published", timeout.as_secs())]
    CompressionTimeout {
        /// How long it may take.
        timeout: Duration,
    },
    /// The caller asked the run to stop.
    #[error("interrupted; nothing was published")]
    Interrupted,
}

impl Error {
    /// Whether another deploy of the root is in the way, so that the same may be done a little later.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Store(scd_store::Error::Locked { .. }))
    }

    /// A refusal with a hint.
    pub fn refused(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Refused {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}
