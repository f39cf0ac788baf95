//! Two deployed trees side by side, file by file: equal in bytes, equal in meaning, different, missing, extra.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use scd_minify::{Level, css, js, template};

use crate::asset_path;
use crate::error::Error;

mod bundle;
mod compressed;
mod known;

/// How a file of one tree relates to its twin in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Byte for byte the same.
    Same,
    /// Other bytes, same meaning.
    SameMeaning,
    /// Another meaning, for a reason that is known and meant to stay; the text is the reason.
    Known(&'static str),
    /// Another meaning; the text says where and what.
    Different(String),
    /// Only the tree that is compared with has it.
    Missing,
    /// Only the tree that is checked has it.
    Extra,
}

/// One file, or all bundles of one package taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileComparison {
    /// Path below the trees.
    pub path: String,
    /// How it compares.
    pub verdict: Verdict,
    /// How many files this stands for; more than one for bundles.
    pub file_count: usize,
    /// Size in the tree that is checked; 0 where it is missing.
    pub bytes: u64,
    /// Size in the tree that is compared with; 0 where it is extra.
    pub reference_bytes: u64,
}

/// All files of one package, or those outside of packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageComparison {
    /// `area/Vendor/theme/locale`; empty for files outside of packages.
    pub name: String,
    /// Sorted by path.
    pub files: Vec<FileComparison>,
}

impl PackageComparison {
    /// The counts of this package.
    pub fn tally(&self) -> Tally {
        tally(self.files.iter())
    }
}

/// Two trees side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Sorted by name.
    pub packages: Vec<PackageComparison>,
}

impl Verdict {
    /// Whether the file is different, missing or extra for no known reason.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Different(_) | Self::Missing | Self::Extra)
    }
}

/// How many files there are of each verdict, and the bytes of scripts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All files.
    pub files: usize,
    /// Equal to the byte.
    pub same: usize,
    /// Equal in meaning.
    pub same_meaning: usize,
    /// Other for a known reason.
    pub known: usize,
    /// Different.
    pub different: usize,
    /// Only in the reference.
    pub missing: usize,
    /// Only in the tree that is checked.
    pub extra: usize,
    /// Bytes of all scripts of the tree that is checked, those with a known difference aside.
    pub script_bytes: u64,
    /// Bytes of the same scripts of the reference.
    pub reference_script_bytes: u64,
}

impl Tally {
    fn add(&mut self, file: &FileComparison) {
        let count = file.file_count;
        self.files += count;
        *match file.verdict {
            Verdict::Same => &mut self.same,
            Verdict::SameMeaning => &mut self.same_meaning,
            Verdict::Known(_) => &mut self.known,
            Verdict::Different(_) => &mut self.different,
            Verdict::Missing => &mut self.missing,
            Verdict::Extra => &mut self.extra,
        } += count;
        let is_script = asset_path::extension(&file.path) == Some("js") || file.is_bundle_set();
        if is_script && !matches!(file.verdict, Verdict::Known(_)) {
            self.script_bytes += file.bytes;
            self.reference_script_bytes += file.reference_bytes;
        }
    }
}

impl FileComparison {
    fn is_bundle_set(&self) -> bool {
        self.path.ends_with("/js/bundle/*")
    }
}

impl Comparison {
    /// Whether no file is different, missing or extra, known reasons aside.
    pub fn is_equal(&self) -> bool {
        self.files().all(|file| !file.verdict.is_fault())
    }

    /// Every file of every package.
    pub fn files(&self) -> impl Iterator<Item = &FileComparison> {
        self.packages.iter().flat_map(|package| &package.files)
    }

    /// The counts of all packages.
    pub fn tally(&self) -> Tally {
        tally(self.files())
    }
}

fn tally<'a>(files: impl Iterator<Item = &'a FileComparison>) -> Tally {
    let mut tally = Tally::default();
    files.for_each(|file| tally.add(file));
    tally
}

/// Which files of a tree take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A `pub/static`: everything but `.htaccess` and the runtime's `_cache`.
    Static,
    /// A `var/view_preprocessed/pub/static`: templates alone, the rest is intermediate files.
    Templates,
}

/// Compares the tree that is checked with the one it should equal. What minifiers of the level may change is no difference in
/// meaning.
///
/// # Errors
/// When a directory or file cannot be read.
pub fn compare(
    checked: &Path,
    reference: &Path,
    scope: Scope,
    level: Level,
) -> Result<Comparison, Error> {
    let (left_compressed, left) = compressed::split(list(checked, scope)?);
    let (right_compressed, right) = compressed::split(list(reference, scope)?);
    let (left_bundles, left) = split_bundles(left);
    let (right_bundles, right) = split_bundles(right);
    let names: Vec<&String> = left.union(&right).collect();
    let mut files: Vec<FileComparison> = names
        .par_iter()
        .map(|&name| {
            let ours = left.contains(name).then(|| read(checked, name));
            let theirs = right.contains(name).then(|| read(reference, name));
            let (ours, theirs) = (ours.transpose()?, theirs.transpose()?);
            let verdict = match (&ours, &theirs) {
                (_, None) => Verdict::Extra,
                (None, _) => Verdict::Missing,
                (Some(ours), Some(theirs)) => compare_files(name, ours, theirs, level),
            };
            let size = |bytes: Option<Vec<u8>>| bytes.map_or(0, |bytes| bytes.len() as u64);
            Ok(FileComparison {
                path: name.clone(),
                verdict,
                file_count: 1,
                bytes: size(ours),
                reference_bytes: size(theirs),
            })
        })
        .collect::<Result<_, Error>>()?;
    let names: Vec<&String> = left_compressed.union(&right_compressed).collect();
    let compressed: Vec<FileComparison> = names
        .par_iter()
        .map(|&name| {
            let ours = left_compressed.contains(name).then_some(checked);
            let theirs = right_compressed.contains(name).then_some(reference);
            compressed::compare(name, ours, theirs)
        })
        .collect::<Result<_, Error>>()?;
    files.extend(compressed);
    let packages: BTreeSet<&String> = left_bundles.keys().chain(right_bundles.keys()).collect();
    let none = Vec::new();
    for package in packages {
        let ours = left_bundles.get(package).unwrap_or(&none);
        let theirs = right_bundles.get(package).unwrap_or(&none);
        files.push(bundle::compare_sets(
            package,
            (checked, ours),
            (reference, theirs),
            level,
        )?);
    }
    let mut grouped: BTreeMap<String, Vec<FileComparison>> = BTreeMap::new();
    for file in files {
        grouped
            .entry(package_of(&file.path, scope))
            .or_default()
            .push(file);
    }
    let packages = grouped
        .into_iter()
        .map(|(name, mut files)| {
            files.sort_by(|left, right| left.path.cmp(&right.path));
            PackageComparison { name, files }
        })
        .collect();
    Ok(Comparison { packages })
}

fn package_of(path: &str, scope: Scope) -> String {
    if scope == Scope::Templates {
        return "templates".to_owned();
    }
    let end = path.match_indices('/').nth(3).map_or(0, |(at, _)| at);
    path[..end].to_owned()
}

fn read(tree: &Path, name: &str) -> Result<Vec<u8>, Error> {
    let path = tree.join(name);
    if !path.is_file() {
        // A pipe would keep the comparison waiting.
        let source = std::io::Error::other("it is not a regular file");
        return Err(Error::Read { path, source });
    }
    std::fs::read(&path).map_err(|source| Error::Read { path, source })
}

/// All files below a directory as sorted relative paths; none where there is no such directory.
fn list(tree: &Path, scope: Scope) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    if !tree.exists() {
        return Ok(found);
    }
    let mut open: Vec<PathBuf> = vec![tree.to_path_buf()];
    while let Some(directory) = open.pop() {
        let failed = |source| Error::Read {
            path: directory.clone(),
            source,
        };
        for entry in std::fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let relative = path
                .strip_prefix(tree)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if relative != "_cache" {
                    open.push(path);
                }
            } else if scope == Scope::Templates {
                if relative.ends_with(".phtml") {
                    found.insert(relative);
                }
            } else if asset_path::file_name(&relative) != ".htaccess" {
                found.insert(relative);
            }
        }
    }
    Ok(found)
}

/// Takes the bundles out of a list: they are compared package by package.
fn split_bundles(files: BTreeSet<String>) -> (BTreeMap<String, Vec<String>>, BTreeSet<String>) {
    let mut bundles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut others = BTreeSet::new();
    for file in files {
        match file.split_once("/js/bundle/") {
            Some((package, name)) if name.starts_with("bundle") && !name.contains('/') => {
                bundles.entry(package.to_owned()).or_default().push(file);
            }
            _ => {
                others.insert(file);
            }
        }
    }
    (bundles, others)
}

/// Compares two files of one name, by what the name says they are.
pub fn compare_files(name: &str, ours: &[u8], theirs: &[u8], level: Level) -> Verdict {
    if ours == theirs {
        return Verdict::Same;
    }
    // The version is a point in time; only its presence can be compared.
    if name == "deployed_version.txt" {
        return Verdict::SameMeaning;
    }
    let difference = match asset_path::extension(name).unwrap_or("") {
        "js" if is_requirejs_map(name) => {
            json_difference(call_argument(ours), call_argument(theirs))
        }
        "css" => css::css_difference(ours, theirs).map(|found| found.message),
        "js" => script_difference(ours, theirs, level),
        "html" if level == Level::Modern && scd_minify::is_same_html(theirs, ours) => None,
        "phtml" => template::template_difference(ours, theirs).map(|found| found.message),
        "json" => json_difference(ours, theirs),
        _ => Some(first_other_byte(ours, theirs)),
    };
    match difference {
        None => Verdict::SameMeaning,
        Some(difference) => known::reason(name, ours, theirs, level)
            .map_or(Verdict::Different(difference), Verdict::Known),
    }
}

fn script_difference(ours: &[u8], theirs: &[u8], level: Level) -> Option<String> {
    let found = js::js_difference(ours, theirs)?;
    let may_be_renamed = level == Level::Modern;
    (!may_be_renamed || !js::is_same_but_for_local_names(theirs, ours)).then_some(found.message)
}

/// The compact strategy's map for RequireJS: one call with an object, whose order is that of a directory in PHP.
fn is_requirejs_map(name: &str) -> bool {
    matches!(
        asset_path::file_name(name),
        "requirejs-map.js" | "requirejs-map.min.js"
    )
}

/// What a text that is one call hands over.
fn call_argument(text: &[u8]) -> &[u8] {
    let open = memchr::memchr(b'(', text).map_or(0, |at| at + 1);
    let close = memchr::memrchr(b')', text).unwrap_or(text.len());
    text.get(open..close).unwrap_or(text)
}

fn json_difference(ours: &[u8], theirs: &[u8]) -> Option<String> {
    let parsed = |bytes| serde_json::from_slice::<serde_json::Value>(bytes);
    match (parsed(ours), parsed(theirs)) {
        (Ok(left), Ok(right)) if left == right => None,
        (Ok(_), Ok(_)) => Some(format!("another value; {}", first_other_byte(ours, theirs))),
        _ => Some(first_other_byte(ours, theirs)),
    }
}

fn first_other_byte(ours: &[u8], theirs: &[u8]) -> String {
    let at = ours
        .iter()
        .zip(theirs)
        .take_while(|(left, right)| left == right)
        .count();
    format!(
        "{} bytes against {}, first other byte at offset {at}",
        ours.len(),
        theirs.len()
    )
}
