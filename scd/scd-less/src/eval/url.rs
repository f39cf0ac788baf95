//! Addresses: what is inside `url()`, and where imported files are as addresses see them.

use super::Compiler;
use super::node::FileId;
use super::problem::{Outcome, Problem};
use crate::importer::{ImportRequest, Purpose};
use crate::value::{Addresses, Text, Value, is_relative_path, normalize_path};

impl Compiler<'_> {
    /// How addresses in a file are treated.
    pub(super) fn addresses(&self, file: FileId) -> Addresses<'_> {
        Addresses {
            urls: &self.options.urls,
            dialect: self.options.dialect,
            directory: &self.files[file.0 as usize].directory,
        }
    }

    /// The content of a `url()` in a file.
    pub(super) fn url(&self, value: Value, file: FileId) -> Outcome<Value> {
        let class = value.class();
        self.addresses(file).evaluated(value).ok_or_else(|| {
            let found = class.trim_start_matches("Less_Tree_").to_lowercase();
            Problem::new(format!("a url needs a string, found {found}"))
        })
    }

    /// The directory of the entry as addresses see it.
    pub(super) fn root_directory(&self) -> Text {
        Text::from(self.options.urls.root_directory())
    }

    /// The directory, as addresses see it, of the file `name` that `file` imports by `path`.
    pub(super) fn directory_of_import(&self, file: FileId, path: &str, name: &str) -> Text {
        let importing = &self.files[file.0 as usize];
        let request = ImportRequest {
            path,
            from: &importing.sheet.source().name,
            entry: &self.entry,
            purpose: Purpose::Stylesheet,
        };
        if let Some(base) = self.importer.base_address(&request, name) {
            return directory(&base, path);
        }
        if is_relative_path(path, self.options.dialect) {
            directory(&importing.directory, path)
        } else {
            directory(&self.root_directory(), path)
        }
    }
}

/// The directory of a path behind another directory.
fn directory(from: &str, path: &str) -> Text {
    let joined = format!("{from}{path}");
    let directory = match joined.rfind('/') {
        Some(slash) => joined[..slash].trim_end_matches('/'),
        None => return Text::from(""),
    };
    match normalize_path(directory) {
        directory if !directory.is_empty() => Text::from(format!("{directory}/")),
        _ if joined.starts_with('/') => Text::from("/"),
        _ => Text::from(""),
    }
}

#[cfg(test)]
mod tests {
    use super::directory;

    #[test]
    fn directories_of_imports() {
        assert_eq!(&*directory("", "a.less"), "");
        assert_eq!(&*directory("a/", "../b/./c.less"), "b/");
        assert_eq!(&*directory("a/", "../../c.less"), "../");
        assert_eq!(&*directory("", "/a.less"), "/");
        assert_eq!(&*directory("http://x/", "/a/b.less"), "http://x//a/");
        assert_eq!(&*directory("http://x/", "/b.less"), "http://x/");
    }
}
