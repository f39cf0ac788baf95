//! `etc/view.xml`: how large bundles get and what is left out of them.
//!
//! Mirrors `Magento\Framework\Config\View` and `Magento\Deploy\Config\BundleConfig`.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::language::leading_integer;
use crate::module::Modules;
use crate::theme::Theme;
use crate::tree::Tree;
use crate::xml::{Xml, XmlText, text_of};

/// The bundle settings of one theme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewConfig {
    /// `bundle_size` as written, none if no theme sets it.
    pub bundle_size: Option<String>,
    /// File IDs of type `file`, as written.
    pub excluded_files: Vec<String>,
    /// File IDs of type `directory`, as written; a prefix of paths, not a directory.
    pub excluded_directories: Vec<String>,
}

impl ViewConfig {
    /// Reads and merges the files of a theme's chain, nearest theme first in `chain`.
    ///
    /// Each list of a nearer file replaces the farther one place by place, so a longer list keeps its tail.
    ///
    /// # Errors
    /// Malformed XML, with its place.
    pub fn read(tree: &dyn Tree, modules: &Modules, chain: &[&Theme]) -> Result<Self, Error> {
        let mut merged = Self::default();
        let mut nearest = None;
        for theme in chain.iter().rev() {
            if let Some(config) = read_file(tree, &theme.directory)? {
                merged.replace(&config);
                nearest = Some(config);
            }
        }
        // For the theme itself PHP merges the files of modules with the nearest file, lists one after another.
        let mut own = Self::default();
        for module in modules.enabled() {
            if let Some(config) = read_file(tree, &module.directory)? {
                own.append(config);
            }
        }
        if let Some(nearest) = nearest {
            own.append(nearest);
        }
        merged.replace(&own);
        Ok(merged)
    }

    /// The largest bundle in KB. Text without unit is bytes; 0, or nothing at all, gives every file its own bundle.
    pub fn bundle_kilobytes(&self) -> i64 {
        let Some(text) = &self.bundle_size else {
            return 0;
        };
        let unit: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        let number = leading_integer(text);
        match unit.to_ascii_uppercase().as_str() {
            "KB" => number,
            "MB" => number.saturating_mul(1024),
            _ => number / 1024,
        }
    }

    /// Whether a path below the package directory is left out of bundles.
    pub fn is_excluded(&self, path: &str) -> bool {
        let plain = path.replace(".min.js", ".js");
        self.excluded_files
            .iter()
            .map(|id| exclude_path(id))
            .any(|excluded| excluded == path || excluded == plain)
            || self
                .excluded_directories
                .iter()
                .any(|id| path.starts_with(&exclude_path(id)))
    }

    fn append(&mut self, other: Self) {
        self.bundle_size = other.bundle_size.or(self.bundle_size.take());
        self.excluded_files.extend(other.excluded_files);
        self.excluded_directories.extend(other.excluded_directories);
    }

    fn replace(&mut self, other: &Self) {
        if other.bundle_size.is_some() {
            self.bundle_size.clone_from(&other.bundle_size);
        }
        replace_list(&mut self.excluded_files, &other.excluded_files);
        replace_list(&mut self.excluded_directories, &other.excluded_directories);
    }
}

/// PHP's `array_replace` of two lists.
fn replace_list(list: &mut Vec<String>, other: &[String]) {
    let common = list.len().min(other.len());
    list[..common].clone_from_slice(&other[..common]);
    list.extend_from_slice(&other[common..]);
}

/// `Lib::path` is `path`, `Vendor_Module::path` is `Vendor_Module/path`.
fn exclude_path(id: &str) -> String {
    match id.split_once("::") {
        Some(("Lib", path)) => path.to_owned(),
        Some((module, path)) => format!("{module}/{path}"),
        None => id.to_owned(),
    }
}

fn read_file(tree: &dyn Tree, directory: &Path) -> Result<Option<ViewConfig>, Error> {
    let path: PathBuf = directory.join("etc/view.xml");
    let source = match tree.read(&path) {
        Ok(source) => source,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::read(&path)(error)),
    };
    let text = XmlText::new(&path, &source)?;
    let xml = Xml::new(&path, &text)?;
    let mut config = ViewConfig::default();
    for node in xml.document().root_element().children() {
        if node.has_tag_name("vars") && node.attribute("module") == Some("Js_Bundle") {
            let size = node.children().rfind(|var| {
                var.has_tag_name("var") && var.attribute("name") == Some("bundle_size")
            });
            config.bundle_size = size.map(text_of).or(config.bundle_size.take());
        } else if node.has_tag_name("exclude") {
            for item in node.descendants().filter(|item| item.has_tag_name("item")) {
                match item.attribute("type") {
                    Some("file") => config.excluded_files.push(text_of(item)),
                    Some("directory") => config.excluded_directories.push(text_of(item)),
                    _ => {}
                }
            }
        }
    }
    Ok(Some(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_every_unit() {
        let cases = [
            (Some("1MB"), 1024),
            (Some("0.5MB"), 0),
            (Some("300kb"), 300),
            (Some("2048"), 2),
            (Some("x"), 0),
            (None, 0),
        ];
        for (text, expected) in cases {
            let config = ViewConfig {
                bundle_size: text.map(str::to_owned),
                ..ViewConfig::default()
            };
            assert_eq!(config.bundle_kilobytes(), expected, "{text:?}");
        }
    }

    #[test]
    fn directories_are_prefixes_and_files_also_match_their_min_name() {
        let config = ViewConfig {
            bundle_size: None,
            excluded_files: vec!["Lib::a/b.js".into(), "M_N::c.js".into(), "d.js".into()],
            excluded_directories: vec!["Lib::tiny_mce".into()],
        };
        for path in [
            "a/b.js",
            "a/b.min.js",
            "M_N/c.js",
            "d.js",
            "tiny_mce_5/x.js",
        ] {
            assert!(config.is_excluded(path), "{path}");
        }
        for path in ["b.js", "c.js", "x/tiny_mce/y.js"] {
            assert!(!config.is_excluded(path), "{path}");
        }
    }
}
