//! Language packs, and which dictionaries a package's translations come from.

use std::path::{Path, PathBuf};

use roxmltree::Node;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::Error;
use crate::ident::Locale;
use crate::php::number::loose_order;
use crate::php::sort::sort_as_php;
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
    /// As written, `0` where nothing is. Higher is stronger, in PHP's comparison of texts: `9` is less than `1e1`, and
    /// `10abc` less than `9`.
    pub sort_order: String,
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

/// What two packs must not share: vendor and package.
type Key<'a> = (&'a str, &'a str);

/// The packs that a locale draws on.
#[derive(Default)]
struct Reached<'a> {
    /// In the order in which they were met first.
    order: Vec<Key<'a>>,
    /// With the depth at which they were met: 0 for those of the locale itself.
    packs: FxHashMap<Key<'a>, (&'a LanguagePack, usize)>,
}

impl LanguagePack {
    fn key(&self) -> Key<'_> {
        (&self.vendor, &self.package)
    }
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
        let mut reached = Reached::default();
        for pack in &self.packs {
            if pack.code == locale.as_str() {
                self.reach(pack, &mut reached);
            }
        }
        let mut first: Vec<(usize, &LanguagePack)> = reached
            .order
            .iter()
            .filter_map(|key| reached.packs.get(key))
            .filter(|(_, level)| *level == 0)
            .map(|(pack, _)| *pack)
            .enumerate()
            .collect();
        let key = |pack: &LanguagePack| format!("{}|{}", pack.vendor, pack.package);
        sort_as_php(&mut first, &|(place, one), (next_place, next)| {
            loose_order(next.sort_order.as_bytes(), one.sort_order.as_bytes())
                .then_with(|| key(next).cmp(&key(one)))
                .then_with(|| place.cmp(next_place))
                .is_gt()
        });
        let mut order = Vec::new();
        let mut seen: FxHashSet<Key<'_>> = FxHashSet::default();
        // Depth first over `use`, in document order: a stack that takes the uses in reverse.
        let mut stack: Vec<&LanguagePack> = first.into_iter().rev().map(|(_, pack)| pack).collect();
        while let Some(pack) = stack.pop() {
            if !seen.insert(pack.key()) {
                continue;
            }
            order.push(pack);
            let uses = pack.uses.iter().rev();
            stack.extend(uses.filter_map(|(vendor, package)| {
                let (pack, _) = reached.packs.get(&(vendor.as_str(), package.as_str()))?;
                Some(*pack)
            }));
        }
        order.reverse();
        order
    }

    /// Every pack reached from one of the locale's gets the greatest depth at which it is met; each is visited once per
    /// start.
    fn reach<'a>(&'a self, start: &'a LanguagePack, reached: &mut Reached<'a>) {
        let mut visited: FxHashSet<Key<'_>> = FxHashSet::default();
        let mut stack = vec![(start, 0)];
        while let Some((pack, level)) = stack.pop() {
            let key = pack.key();
            let known = reached.packs.get(&key);
            if visited.contains(&key) || known.is_some_and(|(_, known)| *known >= level) {
                continue;
            }
            if known.is_none() {
                reached.order.push(key);
            }
            visited.insert(key);
            reached.packs.insert(key, (pack, level));
            let used = |(vendor, package): &'a (String, String)| {
                let place = self.by_key.get(&(vendor.clone(), package.clone()))?;
                Some((&self.packs[*place], level + 1))
            };
            stack.extend(pack.uses.iter().rev().filter_map(used));
        }
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
    let missing = |offset: usize, tag: &str| {
        let hint = Some(format!("add `<{tag}>` to `language.xml`"));
        let message = format!("expected the element `{tag}`, found none");
        Error::at(path, source, offset, message, hint)
    };
    let first = |node: Node<'_, '_>, tag: &str| {
        let mut below = node.descendants().filter(|child| *child != node);
        below.find(|child| child.has_tag_name(tag)).map(text_of)
    };
    let root = xml
        .document()
        .descendants()
        .find(|node| node.has_tag_name("language"))
        .ok_or_else(|| missing(0, "language"))?;
    let mandatory = |tag: &str| first(root, tag).ok_or_else(|| missing(root.range().start, tag));
    let uses = root
        .descendants()
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
        sort_order: first(root, "sort_order").unwrap_or_else(|| "0".to_owned()),
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
