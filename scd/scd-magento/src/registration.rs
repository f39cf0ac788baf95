//! Which components are registered: the files that PHP would include, in its order, and what they say.
//!
//! Mirrors `Magento\Framework\Component\ComponentRegistrar`, filled by Composer's autoloader.

mod file;
mod glob;
mod list;

use std::path::{Path, PathBuf};

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::finding::Finding;
use crate::tree::Tree;
use crate::xml::{Xml, XmlText};

/// What a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComponentKind {
    /// A module, `Vendor_Module`.
    Module,
    /// A theme, `area/Vendor/name`.
    Theme,
    /// A language pack, `vendor_locale`.
    Language,
    /// A library; has no static files.
    Library,
    /// A part of the installer; has no static files.
    Setup,
}

const KINDS: [(ComponentKind, &str, &[u8]); 5] = [
    (ComponentKind::Module, "module", b"MODULE"),
    (ComponentKind::Theme, "theme", b"THEME"),
    (ComponentKind::Language, "language", b"LANGUAGE"),
    (ComponentKind::Library, "library", b"LIBRARY"),
    (ComponentKind::Setup, "setup", b"SETUP"),
];

impl ComponentKind {
    /// The kind that the registrar knows under this word.
    pub fn parse(word: &str) -> Option<Self> {
        KINDS
            .iter()
            .find(|(_, known, _)| *known == word)
            .map(|(kind, _, _)| *kind)
    }

    /// The registrar's word: `module`, `theme`, `language`, `library`, `setup`.
    pub fn word(self) -> &'static str {
        KINDS[self as usize].1
    }

    fn of_constant(name: &[u8]) -> Option<&'static str> {
        KINDS
            .iter()
            .find(|(_, _, constant)| *constant == name)
            .map(|(_, word, _)| *word)
    }
}

/// One registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// What it is.
    pub kind: ComponentKind,
    /// The registered name.
    pub name: String,
    /// The registered directory, absolute.
    pub directory: PathBuf,
    /// The file with the call, links resolved.
    pub file: PathBuf,
    /// Line of the call, from 1.
    pub line: usize,
}

/// All registrations, names unique per kind.
#[derive(Clone, Debug, Default)]
pub struct Registrations {
    /// In the order in which PHP would see them; what a glob finds is sorted by path.
    pub components: Vec<Component>,
    /// Registrations that were guessed or could not be read.
    pub notices: Vec<Finding>,
    /// How many files contain the registrar and were parsed.
    pub file_count: usize,
}

impl Registrations {
    /// Reads the registrations of a root.
    ///
    /// # Errors
    /// A listed file that cannot be read or parsed, a name registered twice.
    pub fn read(tree: &dyn Tree, root: &Path, vendor: &Path) -> Result<Self, Error> {
        let files = list::registration_files(tree, root, vendor)?;
        let outcomes: Vec<Option<(file::Outcome, PathBuf)>> = files
            .par_iter()
            .map(|listed| read_file(tree, listed))
            .collect::<Result<_, Error>>()?;
        let mut registrations = Self::default();
        for (outcome, directory) in outcomes.into_iter().flatten() {
            registrations.file_count += 1;
            let mut components = outcome.components;
            registrations.notices.extend(outcome.obscure);
            if components.is_empty() {
                let guessed = guess(tree, root, &directory, &mut registrations.notices)?;
                components.extend(guessed);
            }
            registrations.components.extend(components);
        }
        registrations.refuse_duplicates()?;
        Ok(registrations)
    }

    /// The components of one kind, in order.
    pub fn of(&self, kind: ComponentKind) -> impl Iterator<Item = &Component> {
        self.components
            .iter()
            .filter(move |component| component.kind == kind)
    }

    fn refuse_duplicates(&self) -> Result<(), Error> {
        let mut seen: FxHashMap<(ComponentKind, &str), &Component> = FxHashMap::default();
        for component in &self.components {
            if let Some(first) = seen.insert((component.kind, &component.name), component) {
                return Err(Error::inconsistent(
                    &component.file,
                    format!(
                        "the {} `{}` is registered twice: in `{}` and in `{}`",
                        component.kind.word(),
                        component.name,
                        first.file.display(),
                        component.file.display()
                    ),
                    "remove one of the two registrations",
                ));
            }
        }
        Ok(())
    }
}

/// None for a file without the registrar.
fn read_file(tree: &dyn Tree, listed: &Path) -> Result<Option<(file::Outcome, PathBuf)>, Error> {
    let source = tree.read(listed).map_err(Error::read(listed))?;
    if memmem::find(&source, b"ComponentRegistrar").is_none() {
        return Ok(None);
    }
    // `__DIR__` is the directory of the file itself, not of a link that led to it.
    let file = tree.canonicalize(listed).map_err(Error::read(listed))?;
    let outcome = file::read(tree, listed, &file, &source)?;
    let directory = file.parent().unwrap_or(&file).to_path_buf();
    Ok(Some((outcome, directory)))
}

/// What a directory is whose registration could not be read, from the files that lie in it.
fn guess(
    tree: &dyn Tree,
    root: &Path,
    directory: &Path,
    notices: &mut Vec<Finding>,
) -> Result<Option<Component>, Error> {
    let read = |name: &str| -> Result<Option<(PathBuf, Vec<u8>)>, Error> {
        let path = directory.join(name);
        match tree.stat(&path).map_err(Error::read(&path))? {
            Some(_) => Ok(Some((
                path.clone(),
                tree.read(&path).map_err(Error::read(&path))?,
            ))),
            None => Ok(None),
        }
    };
    let found = if let Some((path, source)) = read("etc/module.xml")? {
        let text = XmlText::new(&path, &source)?;
        let xml = Xml::new(&path, &text)?;
        let name = xml
            .document()
            .descendants()
            .find(|n| n.has_tag_name("module"));
        name.and_then(|n| n.attribute("name").map(str::to_owned))
            .map(|name| (ComponentKind::Module, name))
    } else if read("theme.xml")?.is_some() {
        let design = root.join("app/design");
        let name = directory.strip_prefix(&design).ok().and_then(Path::to_str);
        name.filter(|name| name.split('/').count() == 3)
            .map(|name| (ComponentKind::Theme, name.to_owned()))
    } else if let Some((path, source)) = read("language.xml")? {
        let text = XmlText::new(&path, &source)?;
        let xml = Xml::new(&path, &text)?;
        let text = |tag| xml.first_text(tag);
        text("vendor")
            .zip(text("package"))
            .map(|(vendor, package)| {
                (
                    ComponentKind::Language,
                    format!("{vendor}_{package}").to_lowercase(),
                )
            })
    } else {
        None
    };
    let (message, component) = match found {
        Some((kind, name)) => (
            format!(
                "no registration could be read here; taken for the {} `{name}`",
                kind.word()
            ),
            Some(Component {
                kind,
                name,
                directory: directory.to_path_buf(),
                file: directory.join("registration.php"),
                line: 1,
            }),
        ),
        None => (
            "a file here mentions `ComponentRegistrar`, but no registration could be read"
                .to_owned(),
            None,
        ),
    };
    notices.push(Finding {
        path: directory.to_path_buf(),
        message,
        hint: Some("register with literal arguments and `__DIR__`".to_owned()),
    });
    Ok(component)
}
