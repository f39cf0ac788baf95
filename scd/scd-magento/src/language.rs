//! Language packs, and which dictionaries a package's translations come from.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::Error;
use crate::ident::Locale;
use crate::registration::Component;
use crate::tree::{EntryKind, Tree};
use crate::xml::{Xml, XmlText, text_of};

/// What `language.xml` says. Mirrors `Magento\Framework\App\Language\Config`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguagePack {
    /// The locale it is for.
    pub code: String,
    /// First part of its key.
    pub vendor: String,
    /// Second part of its key.
    pub package: String,
    /// Higher is stronger.
    pub sort_order: i64,
    /// Vendor and package of the packs it builds on, first one strongest.
    pub uses: Vec<(String, String)>,
    /// The directory with `language.xml`.
    pub directory: PathBuf,
}

/// All registered packs. Mirrors `Magento\Framework\App\Language\Dictionary`.
#[derive(Clone, Debug, Default)]
pub struct Languages {
    packs: Vec<LanguagePack>,
    /// Vendor and package to the pack; a later registration replaces an earlier one.
    by_key: FxHashMap<(String, String), usize>,
    /// Registered name to directory.
    directories: FxHashMap<String, PathBuf>,
}

/// Where a dictionary comes from, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DictionaryKind {
    /// `i18n/<locale>.csv` of an enabled module. Rows of one column count, with an empty value.
    Module,
    /// A file of a language pack; all of them together are one source. Rows of one column are skipped.
    Pack,
    /// `i18n/<locale>.csv` of a theme. Rows of one column count, with an empty value.
    Theme,
}

/// One CSV file that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DictionarySource {
    /// Absolute.
    pub path: PathBuf,
    /// What offers it.
    pub kind: DictionaryKind,
}

impl Languages {
    /// Reads `language.xml` of every registered pack that has one.
    ///
    /// # Errors
    /// A malformed file or one without `code`, `vendor` or `package`: PHP then writes no dictionary at all.
    pub fn read<'a>(
        tree: &dyn Tree,
        registered: impl Iterator<Item = &'a Component>,
    ) -> Result<Self, Error> {
        let mut languages = Self::default();
        for component in registered {
            languages
                .directories
                .insert(component.name.clone(), component.directory.clone());
            let path = component.directory.join("language.xml");
            if tree.stat(&path).map_err(Error::read(&path))?.is_none() {
                continue;
            }
            let source = tree.read(&path).map_err(Error::read(&path))?;
            let pack = read_pack(&path, &source, &component.directory)?;
            let key = (pack.vendor.clone(), pack.package.clone());
            languages.by_key.insert(key, languages.packs.len());
            languages.packs.push(pack);
        }
        Ok(languages)
    }

    /// All packs in registration order.
    pub fn packs(&self) -> &[LanguagePack] {
        &self.packs
    }

    /// The packs whose dictionaries make up a locale, in the order in which they are merged: the last one wins.
    pub fn merge_order(&self, locale: &Locale) -> Vec<&LanguagePack> {
        let mut levels: FxHashMap<usize, usize> = FxHashMap::default();
        for (place, pack) in self.packs.iter().enumerate() {
            if pack.code == locale.as_str() {
                self.note_levels(place, &mut levels);
            }
        }
        let mut first: Vec<usize> = (0..self.packs.len())
            .filter(|place| levels.get(place) == Some(&0))
            .collect();
        let key = |pack: &LanguagePack| format!("{}|{}", pack.vendor, pack.package);
        first.sort_by(|&a, &b| {
            let (a, b) = (&self.packs[a], &self.packs[b]);
            b.sort_order
                .cmp(&a.sort_order)
                .then_with(|| key(b).cmp(&key(a)))
        });
        let mut order = Vec::new();
        let mut seen = FxHashSet::default();
        // Depth first over `use`, in document order: a stack that takes the uses in reverse.
        let mut stack: Vec<usize> = first.into_iter().rev().collect();
        while let Some(place) = stack.pop() {
            if !seen.insert(place) {
                continue;
            }
            order.push(&self.packs[place]);
            let uses = self.used_by(place);
            stack.extend(
                uses.into_iter()
                    .rev()
                    .filter(|used| levels.contains_key(used)),
            );
        }
        order.reverse();
        order
    }

    /// Every pack reached gets the greatest depth at which it is met; each is visited once per first-level pack.
    fn note_levels(&self, start: usize, levels: &mut FxHashMap<usize, usize>) {
        let mut visited = FxHashSet::default();
        let mut stack = vec![(start, 0)];
        while let Some((place, level)) = stack.pop() {
            let is_deeper = levels.get(&place).is_none_or(|known| *known < level);
            if !is_deeper || !visited.insert(place) {
                continue;
            }
            levels.insert(place, level);
            stack.extend(
                self.used_by(place)
                    .into_iter()
                    .rev()
                    .map(|used| (used, level + 1)),
            );
        }
    }

    fn used_by(&self, place: usize) -> Vec<usize> {
        let uses = &self.packs[place].uses;
        uses.iter()
            .filter_map(|key| self.by_key.get(key).copied())
            .collect()
    }

    /// The CSV files of all packs of a locale, weakest first.
    ///
    /// # Errors
    /// A pack's directory that cannot be listed.
    pub fn dictionaries(&self, tree: &dyn Tree, locale: &Locale) -> Result<Vec<PathBuf>, Error> {
        let mut files = Vec::new();
        for pack in self.merge_order(locale) {
            // The files are looked up by a name made from vendor and package, not beside `language.xml`.
            let name = format!("{}_{}", pack.vendor, pack.package).to_ascii_lowercase();
            let Some(directory) = self.directories.get(&name) else {
                continue;
            };
            for entry in tree.list(directory).map_err(Error::read(directory))? {
                let bytes = entry.name.as_encoded_bytes();
                let is_csv = bytes.ends_with(b".csv") && !bytes.starts_with(b".");
                if is_csv && entry.kind == EntryKind::File {
                    files.push(directory.join(&entry.name));
                }
            }
        }
        Ok(files)
    }
}

fn read_pack(path: &Path, source: &[u8], directory: &Path) -> Result<LanguagePack, Error> {
    let text = XmlText::new(path, source)?;
    let xml = Xml::new(path, &text)?;
    let root = xml.document().root_element();
    let child = |tag: &str| {
        root.children()
            .find(|node| node.has_tag_name(tag))
            .map(text_of)
    };
    let mandatory = |tag: &str| {
        child(tag).ok_or_else(|| {
            let hint = Some(format!("add `<{tag}>` to `language.xml`"));
            Error::at(
                path,
                source,
                root.range().start,
                format!("expected the element `{tag}`, found none"),
                hint,
            )
        })
    };
    let uses = root
        .children()
        .filter(|node| node.has_tag_name("use"))
        .map(|node| {
            let attribute = |name| node.attribute(name).unwrap_or_default().to_owned();
            (attribute("vendor"), attribute("package"))
        })
        .collect();
    Ok(LanguagePack {
        code: mandatory("code")?,
        vendor: mandatory("vendor")?,
        package: mandatory("package")?,
        sort_order: child("sort_order").map_or(0, |text| leading_integer(&text)),
        uses,
        directory: directory.to_path_buf(),
    })
}

/// PHP's `(int)` of a text.
pub(crate) fn leading_integer(text: &str) -> i64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let magnitude: i64 = digits[..count]
        .parse()
        .unwrap_or(if count == 0 { 0 } else { i64::MAX });
    if text.starts_with('-') {
        -magnitude
    } else {
        magnitude
    }
}
