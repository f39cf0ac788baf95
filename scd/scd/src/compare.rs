//! Two deployed trees side by side, file by file: equal in bytes, equal in meaning, different, missing, extra.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use scd_minify::{css, js, template};

use crate::asset_path;
use crate::bundle_text;
use crate::error::Error;

/// How a file of one tree relates to its twin in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Byte for byte the same.
    Same,
    /// Other bytes, same meaning.
    SameMeaning,
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
    /// Number of files with a verdict that `matches`.
    pub fn count(&self, matches: impl Fn(&Verdict) -> bool) -> usize {
        self.files
            .iter()
            .filter(|file| matches(&file.verdict))
            .map(|file| file.file_count)
            .sum()
    }
}

/// Two trees side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Sorted by name.
    pub packages: Vec<PackageComparison>,
}

impl Comparison {
    /// Whether no file is different, missing or extra.
    pub fn is_equal(&self) -> bool {
        self.packages.iter().all(|package| {
            package.count(|verdict| !matches!(verdict, Verdict::Same | Verdict::SameMeaning)) == 0
        })
    }
}

/// Which files of a tree take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A `pub/static`: everything but `.htaccess` and the runtime's `_cache`.
    Static,
    /// A `var/view_preprocessed/pub/static`: templates alone, the rest is intermediate files.
    Templates,
}

/// Compares the tree that is checked with the one it should equal.
///
/// # Errors
/// When a directory or file cannot be read.
pub fn compare(checked: &Path, reference: &Path, scope: Scope) -> Result<Comparison, Error> {
    let left = list(checked, scope)?;
    let right = list(reference, scope)?;
    let (left_bundles, left) = split_bundles(left);
    let (right_bundles, right) = split_bundles(right);
    let names: Vec<&String> = left.union(&right).collect();
    let mut files: Vec<FileComparison> = names
        .par_iter()
        .map(|&name| {
            let verdict = match (left.contains(name), right.contains(name)) {
                (true, false) => Verdict::Extra,
                (false, true) => Verdict::Missing,
                _ => compare_files(name, &read(checked, name)?, &read(reference, name)?),
            };
            Ok(FileComparison {
                path: name.clone(),
                verdict,
                file_count: 1,
            })
        })
        .collect::<Result<_, Error>>()?;
    let packages: BTreeSet<&String> = left_bundles.keys().chain(right_bundles.keys()).collect();
    let none = Vec::new();
    for package in packages {
        let ours = left_bundles.get(package).unwrap_or(&none);
        let theirs = right_bundles.get(package).unwrap_or(&none);
        files.push(compare_bundles(package, checked, ours, reference, theirs)?);
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

/// Bundles are equal in meaning when together they hold the same entries with the same meaning: which entry
/// lies in which bundle follows the order in which the file system lists a directory, and changes nothing.
fn compare_bundles(
    package: &str,
    checked: &Path,
    ours: &[String],
    reference: &Path,
    theirs: &[String],
) -> Result<FileComparison, Error> {
    let load = |tree: &Path, names: &[String]| -> Result<Vec<(String, Vec<u8>)>, Error> {
        names
            .iter()
            .map(|name| Ok((name.clone(), read(tree, name)?)))
            .collect()
    };
    let (ours, theirs) = (load(checked, ours)?, load(reference, theirs)?);
    let verdict = if ours.is_empty() {
        Verdict::Missing
    } else if theirs.is_empty() {
        Verdict::Extra
    } else if ours == theirs {
        Verdict::Same
    } else {
        match bundle_difference(&ours, &theirs) {
            None => Verdict::SameMeaning,
            Some(difference) => Verdict::Different(difference),
        }
    };
    Ok(FileComparison {
        path: format!("{package}/js/bundle/*"),
        verdict,
        file_count: ours.len().max(theirs.len()),
    })
}

/// What keeps two sets of bundles from holding the same entries with the same meaning; none when they do.
fn bundle_difference(ours: &[(String, Vec<u8>)], theirs: &[(String, Vec<u8>)]) -> Option<String> {
    let entries = |bundles: &[(String, Vec<u8>)]| -> Result<BTreeMap<String, String>, String> {
        let mut all = BTreeMap::new();
        for (name, bytes) in bundles {
            let found =
                bundle_text::entries(bytes).ok_or_else(|| format!("`{name}` is not a bundle"))?;
            all.extend(found);
        }
        Ok(all)
    };
    let (ours, theirs) = match (entries(ours), entries(theirs)) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(message), _) | (_, Err(message)) => return Some(message),
    };
    // Of `x.js` and `x.min.js` PHP packs the plain one only where it happens to meet it first.
    let is_wanted = |name: &str| {
        let twin = name
            .strip_suffix(".js")
            .map(|stem| format!("{stem}.min.js"));
        twin.is_none_or(|twin| !ours.contains_key(&twin) || !theirs.contains_key(&twin))
    };
    let lacks = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
        other
            .keys()
            .find(|name| !one.contains_key(*name) && is_wanted(name))
            .cloned()
    };
    if let Some(name) = lacks(&ours, &theirs) {
        return Some(format!("no bundle holds `{name}`"));
    }
    if let Some(name) = lacks(&theirs, &ours) {
        return Some(format!(
            "a bundle holds `{name}`, which the reference does not"
        ));
    }
    let names: Vec<&String> = ours
        .keys()
        .filter(|name| theirs.contains_key(*name))
        .collect();
    names.par_iter().find_map_first(|&name| {
        match compare_files(name, ours[name].as_bytes(), theirs[name].as_bytes()) {
            Verdict::Different(difference) => Some(format!("bundled `{name}`: {difference}")),
            _ => None,
        }
    })
}

/// Compares two files of one name, by what the name says they are.
pub fn compare_files(name: &str, ours: &[u8], theirs: &[u8]) -> Verdict {
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
        "js" => js::js_difference(ours, theirs).map(|found| found.message),
        "phtml" => template::template_difference(ours, theirs).map(|found| found.message),
        "json" => json_difference(ours, theirs),
        _ => Some(first_other_byte(ours, theirs)),
    };
    difference.map_or(Verdict::SameMeaning, Verdict::Different)
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
