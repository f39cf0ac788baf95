//! File IDs: `Vendor_Module::path/in/web` or `path/in/web`, as Magento's asset repository writes them.

use std::fmt;
use std::sync::Arc;

use crate::ident::ModuleName;

/// A file as a package knows it, independent of which theme or module directory provides it.
///
/// Ordered by module (none first) and then by path, byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId {
    /// The module part, none for theme and library files.
    pub module: Option<ModuleName>,
    /// The path below `web/`, with `/` and without a leading slash.
    pub path: Arc<str>,
}

impl FileId {
    /// A file ID from its parts.
    pub fn new(module: Option<ModuleName>, path: impl Into<Arc<str>>) -> Self {
        Self {
            module,
            path: path.into(),
        }
    }

    /// Splits `Vendor_Module::path`; text without `::` is a path without module.
    pub fn parse(text: &str) -> Self {
        match text.split_once("::") {
            Some((module, path)) => Self::new(Some(ModuleName::new(module)), path),
            None => Self::new(None, text),
        }
    }

    /// The path below the package directory: `Vendor_Module/path` or `path`.
    pub fn package_path(&self) -> String {
        match &self.module {
            Some(module) => format!("{module}/{}", self.path),
            None => self.path.to_string(),
        }
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.module {
            Some(module) => write!(formatter, "{module}::{}", self.path),
            None => formatter.write_str(&self.path),
        }
    }
}
