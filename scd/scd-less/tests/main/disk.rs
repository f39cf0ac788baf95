//! Files of a disk, as less.php finds them.
#![expect(clippy::disallowed_methods, reason = "tests read fixtures")]

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use scd_less::{Dialect, parse};
use scd_less::{ImportError, ImportRequest, Importer, ParseOptions, Purpose, Source, Stylesheet};

/// An importer of files.
pub(crate) struct Disk {
    /// Further directories to look in, each with its address.
    pub(crate) include: Vec<(PathBuf, String)>,
    pub(crate) parsing: ParseOptions,
}

/// A path without `.` and `..`.
pub(crate) fn folded(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}

/// The text of a file; other bytes than UTF-8 are replaced.
pub(crate) fn text(path: &Path) -> Result<String, ImportError> {
    std::fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .map_err(|error| ImportError::Unavailable(format!("{}: {error}", path.display())))
}

impl Disk {
    /// The file of a request, and the address of the further directory that it was found in.
    fn find(&self, request: &ImportRequest<'_>) -> Option<(PathBuf, Option<&str>)> {
        let own = Path::new(request.from).parent().unwrap_or(Path::new(""));
        // In less.php 3, `data-uri()` knows nothing of further directories.
        let is_plain =
            self.parsing.dialect == Dialect::V3 && matches!(request.purpose, Purpose::Data);
        let further = match is_plain {
            true => &[][..],
            false => &self.include,
        };
        let further = further
            .iter()
            .map(|(path, address)| (path.as_path(), Some(&**address)));
        std::iter::once((own, None))
            .chain(further)
            .map(|(directory, address)| (folded(&directory.join(request.path)), address))
            .find(|(path, _)| path.is_file())
    }
}

impl Importer for Disk {
    fn resolve(&self, request: &ImportRequest<'_>) -> Result<Option<Arc<str>>, ImportError> {
        let found = self.find(request);
        Ok(found.map(|(path, _)| Arc::from(path.to_string_lossy().into_owned())))
    }

    fn base_address(&self, request: &ImportRequest<'_>, _name: &str) -> Option<String> {
        let (_, address) = self.find(request)?;
        address.map(str::to_owned)
    }

    fn stylesheet(&self, name: &str) -> Result<Arc<Stylesheet>, ImportError> {
        parse(Source::new(name, text(Path::new(name))?), &self.parsing)
            .map(Arc::new)
            .map_err(ImportError::Broken)
    }

    fn read(&self, name: &str) -> Result<Arc<[u8]>, ImportError> {
        std::fs::read(name)
            .map(Arc::from)
            .map_err(|error| ImportError::Unavailable(error.to_string()))
    }
}
