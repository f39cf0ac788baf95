//! `etc/view.xml`: how large bundles get and what is left out of them.
//!
//! Mirrors `Magento\Framework\Config\View` with its file resolver and converter, and `Magento\Deploy\Config\BundleConfig`.
//! The schema plays no role, since Magento validates in developer mode only.

use std::path::{Path, PathBuf};

use roxmltree::Node;

use crate::bundle_exclusions::BundleExclusions;
use crate::error::Error;
use crate::language::leading_integer;
use crate::module::Modules;
use crate::php::number::{Number, number};
use crate::theme::Theme;
use crate::tree::Tree;
use crate::xml::{Xml, XmlText, text_of};

/// The bundle settings of one theme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewConfig {
    variables: Variables,
    /// File IDs of type `file`, as written.
    pub excluded_files: Vec<String>,
    /// File IDs of type `directory`, as written; a prefix of paths, not a directory.
    pub excluded_directories: Vec<String>,
}

/// What `<vars module="Js_Bundle">` comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Variables {
    /// There is no such element.
    #[default]
    Absent,
    /// The element holds no `<var>`: a text in PHP's eyes, which hides the variables of farther themes.
    Text,
    /// Variables, with or without `bundle_size`.
    Of(Option<BundleSize>),
}

/// The variable `bundle_size`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct BundleSize {
    value: Value,
    path: PathBuf,
    line: usize,
    column: usize,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    /// Variables of its own, or several texts: an array in PHP's eyes.
    Many,
}

impl ViewConfig {
    /// Reads and merges the files of a theme's chain, nearest theme first in `chain`.
    ///
    /// Each list of a nearer file replaces the farther one place by place, so a longer list keeps its tail.
    ///
    /// # Errors
    /// Malformed XML; a chain whose root theme has no file while another theme has one, which Magento cannot load.
    pub fn read(tree: &dyn Tree, modules: &Modules, chain: &[&Theme]) -> Result<Self, Error> {
        let mut merged = Self::default();
        let mut nearest = None;
        for theme in chain.iter().rev() {
            let path = view_file(&theme.directory);
            let Some(file) = ViewFile::read(tree, path, XmlText::as_written)? else {
                continue;
            };
            let root = chain.last().filter(|_| nearest.is_none());
            if let Some(root) = root.filter(|root| root.directory != theme.directory) {
                return Err(without_root(&file.path, root));
            }
            merged.replace(file.alone());
            nearest = Some(file);
        }
        // For the theme itself PHP merges the files of modules with the nearest file, lists one after another.
        let mut own = Self::default();
        for module in modules.enabled() {
            if let Some(file) = ViewFile::read(tree, view_file(&module.directory), XmlText::new)? {
                own.merge(file);
            }
        }
        if let Some(file) = nearest {
            if !file.is_view {
                return Err(other_root(&file.path));
            }
            own.merge(file);
        }
        merged.replace(own);
        Ok(merged)
    }

    /// The largest bundle in KB. Text without unit is bytes; 0, or nothing at all, gives every file its own bundle.
    ///
    /// # Errors
    /// A size that PHP cannot calculate with.
    pub fn bundle_kilobytes(&self) -> Result<i64, Error> {
        let Variables::Of(Some(size)) = &self.variables else {
            return Ok(0);
        };
        size.kilobytes()
    }

    /// What stays out of bundles.
    pub fn exclusions(&self) -> BundleExclusions {
        BundleExclusions::new(&self.excluded_files, &self.excluded_directories)
    }

    /// PHP's `array_replace_recursive`.
    fn replace(&mut self, other: Self) {
        match (&mut self.variables, other.variables) {
            (_, Variables::Absent) | (Variables::Of(_), Variables::Of(None)) => {}
            (variables, others) => *variables = others,
        }
        replace_list(&mut self.excluded_files, other.excluded_files);
        replace_list(&mut self.excluded_directories, other.excluded_directories);
    }

    /// `Magento\Framework\Config\Dom::merge`: elements of one name become one, items of lists are added.
    fn merge(&mut self, file: ViewFile) {
        for variables in file.variables {
            self.variables.merge(variables);
        }
        self.excluded_files.extend(file.excluded_files);
        self.excluded_directories.extend(file.excluded_directories);
    }
}

impl Variables {
    /// As the merger of XML files does it: an empty variable changes nothing.
    fn merge(&mut self, other: Self) {
        match (&*self, &other) {
            (Self::Of(_), Self::Text | Self::Absent | Self::Of(None)) => {}
            (Self::Of(Some(_)), Self::Of(Some(size))) if size.is_empty() => {}
            _ => *self = other,
        }
    }

    /// As PHP's `array_merge_recursive` does it for elements of one file: two values become a list.
    fn join(&mut self, other: Self) {
        *self = match (std::mem::take(self), other) {
            (Self::Absent, one) | (one, Self::Absent) => one,
            (Self::Text, Self::Text) => Self::Of(None),
            (Self::Of(None) | Self::Text, one) | (one, Self::Of(None) | Self::Text) => one,
            (Self::Of(Some(_)), Self::Of(Some(size))) => Self::Of(Some(BundleSize {
                value: Value::Many,
                ..size
            })),
        };
    }
}

impl BundleSize {
    fn is_empty(&self) -> bool {
        matches!(&self.value, Value::Text(text) if text.is_empty())
    }

    fn kilobytes(&self) -> Result<i64, Error> {
        let Value::Text(text) = &self.value else {
            return Err(self.refused("expected one text as `bundle_size`, found several values"));
        };
        if ["true", "false"].contains(&text.to_ascii_lowercase().as_str()) {
            return Ok(0);
        }
        let unit: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        match unit.to_ascii_uppercase().as_str() {
            "KB" => Ok(leading_integer(text)),
            "MB" => Ok(leading_integer(text).saturating_mul(1024)),
            _ => match number(text.as_bytes()) {
                Some(Number::Integer(bytes)) => Ok(bytes / 1024),
                Some(Number::Float { value, .. }) => Ok((value / 1024.0) as i64),
                None => Err(self.refused(format!(
                    "expected a number with `KB`, with `MB` or without a unit as `bundle_size`, found `{text}`"
                ))),
            },
        }
    }

    fn refused(&self, message: impl Into<String>) -> Error {
        Error::Malformed {
            path: self.path.clone(),
            line: self.line,
            column: self.column,
            message: message.into(),
            hint: Some("write `<var name=\"bundle_size\">1MB</var>`".to_owned()),
        }
    }
}

/// PHP's `array_replace` of two lists.
fn replace_list(list: &mut Vec<String>, other: Vec<String>) {
    let common = list.len().min(other.len());
    list.splice(..common, other);
}

fn view_file(directory: &Path) -> PathBuf {
    directory.join("etc/view.xml")
}

fn without_root(path: &Path, root: &Theme) -> Error {
    Error::Malformed {
        path: path.to_path_buf(),
        line: 1,
        column: 1,
        message: format!(
            "the theme `{}`, from which this one descends, has no `etc/view.xml`",
            root.id.code
        ),
        hint: Some(format!(
            "add `etc/view.xml` with an empty `<view/>` to `{}`: Magento stops without it",
            root.directory.display()
        )),
    }
}

fn other_root(path: &Path) -> Error {
    Error::Malformed {
        path: path.to_path_buf(),
        line: 1,
        column: 1,
        message: "expected the root element `view`, found another one".to_owned(),
        hint: Some("rename the outermost element to `view`".to_owned()),
    }
}

/// One file, before it is merged.
struct ViewFile {
    path: PathBuf,
    /// Whether the root element is the one that counts; without it the file says nothing.
    is_view: bool,
    variables: Vec<Variables>,
    excluded_files: Vec<String>,
    excluded_directories: Vec<String>,
}

impl ViewFile {
    /// Reads a file, if there is one.
    fn read(
        tree: &dyn Tree,
        path: PathBuf,
        decode: impl Fn(&Path, &[u8]) -> Result<XmlText, Error>,
    ) -> Result<Option<Self>, Error> {
        let source = match tree.read(&path) {
            Ok(source) => source,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::read(&path)(error)),
        };
        let text = decode(&path, &source)?;
        let xml = Xml::new(&path, &text)?;
        let root = xml.document().root_element();
        let mut file = Self {
            is_view: root.has_tag_name("view"),
            path,
            variables: Vec::new(),
            excluded_files: Vec::new(),
            excluded_directories: Vec::new(),
        };
        let sections = root.children().filter(|_| file.is_view);
        for node in sections.collect::<Vec<_>>() {
            if node.has_tag_name("vars") && node.attribute("module") == Some("Js_Bundle") {
                let variables = file.variables_of(node, &xml);
                file.variables.push(variables);
            } else if node.has_tag_name("exclude") {
                for item in node.descendants().filter(|item| item.has_tag_name("item")) {
                    match item.attribute("type") {
                        Some("file") => file.excluded_files.push(text_of(item)),
                        Some("directory") => file.excluded_directories.push(text_of(item)),
                        _ => {}
                    }
                }
            }
        }
        Ok(Some(file))
    }

    fn variables_of(&self, section: Node<'_, '_>, xml: &Xml<'_>) -> Variables {
        if variables_in(section).next().is_none() {
            return Variables::Text;
        }
        let size = variables_in(section)
            .filter(|node| node.attribute("name") == Some("bundle_size"))
            .last();
        Variables::Of(size.map(|node| {
            let has_own = variables_in(node).next().is_some();
            let (line, column) = xml.place(node);
            BundleSize {
                value: if has_own {
                    Value::Many
                } else {
                    Value::Text(text_of(node))
                },
                path: self.path.clone(),
                line,
                column,
            }
        }))
    }

    /// What the file says by itself.
    fn alone(&self) -> ViewConfig {
        let mut variables = Variables::Absent;
        for section in &self.variables {
            variables.join(section.clone());
        }
        ViewConfig {
            variables,
            excluded_files: self.excluded_files.clone(),
            excluded_directories: self.excluded_directories.clone(),
        }
    }
}

fn variables_in<'a, 'input>(
    node: Node<'a, 'input>,
) -> impl Iterator<Item = Node<'a, 'input>> + use<'a, 'input> {
    node.children().filter(|child| child.has_tag_name("var"))
}
