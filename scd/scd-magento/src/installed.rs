//! Composer's record of the installed packages, `vendor/composer/installed.json`.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::paths;
use crate::tree::Tree;

/// Composer 2 wraps the list that Composer 1 writes bare.
#[derive(Deserialize)]
#[serde(untagged)]
enum Installed<P> {
    Wrapped { packages: Vec<P> },
    Bare(Vec<P>),
}

/// What the caller wants to know of each installed package; none are known where there is no record.
///
/// # Errors
/// The file is malformed.
pub(crate) fn packages<P: DeserializeOwned>(
    tree: &dyn Tree,
    vendor: &Path,
) -> Result<Vec<P>, Error> {
    let path = vendor.join(paths::INSTALLED);
    if tree.stat(&path).map_err(Error::read(&path))?.is_none() {
        return Ok(Vec::new());
    }
    let source = tree.read(&path).map_err(Error::read(&path))?;
    let installed: Installed<P> =
        serde_json::from_slice(&source).map_err(|error| Error::json(&path, &error))?;
    let (Installed::Wrapped { packages } | Installed::Bare(packages)) = installed;
    Ok(packages)
}
