//! What a large file comes to for us, which is often little: asked of the tree in a form that it can remember from run to run.

use std::io::ErrorKind;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::tree::Tree;

/// What `find` makes of a file, now or in an earlier run; none if there is no such file. `kind` tells what is found apart from
/// what else is found in the same file.
///
/// # Errors
/// A file that cannot be read, and whatever `find` says.
pub(crate) fn of<T: Serialize + DeserializeOwned>(
    tree: &dyn Tree,
    path: &Path,
    kind: &'static str,
    find: impl Fn(&[u8]) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let mut found = None;
    let answer = tree.gist(path, kind, &mut |bytes| {
        let value = found.insert(find(bytes)).as_ref().ok()?;
        serde_json::to_vec(value).ok()
    });
    let remembered = match answer {
        Ok(answer) => answer,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::read(path)(error)),
    };
    if let Some(found) = found {
        return found.map(Some);
    }
    match remembered.and_then(|text| serde_json::from_slice(&text).ok()) {
        Some(value) => Ok(Some(value)),
        // Nobody writes such a gist; without it the file says the same.
        None => find(&tree.read(path).map_err(Error::read(path))?).map(Some),
    }
}
