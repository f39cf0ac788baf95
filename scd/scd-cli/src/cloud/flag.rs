//! `.static_content_deploy`: the only sign by which ece-tools knows that the build made the static content. Mirrors
//! `Magento\MagentoCloud\Filesystem\Flag\Manager` for `FLAG_STATIC_CONTENT_DEPLOY_IN_BUILD`.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The flag's file, below the root.
pub(crate) const NAME: &str = ".static_content_deploy";

/// The flag of one root.
#[derive(Clone, Debug)]
pub(crate) struct Flag {
    path: PathBuf,
}

impl Flag {
    /// The flag of a root.
    pub(crate) fn of(root: &Path) -> Self {
        Self {
            path: root.join(NAME),
        }
    }

    /// Whether it is set.
    pub(crate) fn is_set(&self) -> bool {
        self.path.exists()
    }

    /// Sets it.
    ///
    /// # Errors
    /// The root cannot be written to.
    pub(crate) fn set(&self) -> io::Result<()> {
        File::create(&self.path).map(drop)
    }

    /// Takes it away, and says whether it was set.
    ///
    /// # Errors
    /// The root cannot be written to.
    pub(crate) fn remove(&self) -> io::Result<bool> {
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}
