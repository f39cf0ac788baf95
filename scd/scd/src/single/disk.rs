//! Compiling files anywhere on the disk, as `lessc` does it: imports are looked for beside the importing file, beside
//! the entry, in the include paths and in the working directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use scd_less::{
    Compiled, Dialect, ImportError, ImportRequest, Importer, Options, Purpose, Source, Stylesheet,
};
use scd_magento::nearest;

use super::{Choices, Outcome, StyleMap, Watched, with_room};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::Error;
use crate::stylesheet::compile::{as_named, translate};
use crate::stylesheet::language::Language;

/// What is compiled.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A file.
    File(PathBuf),
    /// Text that comes from elsewhere; it counts as lying in the working directory.
    Text {
        /// What messages call it.
        name: String,
        /// The text.
        bytes: Vec<u8>,
    },
}

/// One compilation of files on the disk.
#[derive(Clone, Debug)]
pub struct DiskRequest {
    /// What is compiled.
    pub entry: Entry,
    /// Where imports are looked for besides.
    pub include_paths: Vec<PathBuf>,
    /// How it is compiled.
    pub choices: Choices,
}

/// Compiles a file or a text. Paths are seen from the working directory.
///
/// # Errors
/// An entry that cannot be read. What is wrong with the sources is in the outcome.
pub fn compile_on_disk(request: &DiskRequest) -> Result<Outcome, Error> {
    Ok(with_room(1, || run(request))??.sorted())
}

fn run(request: &DiskRequest) -> Result<Outcome, Error> {
    let (name, bytes) = match &request.entry {
        Entry::File(path) => {
            let name = name_of(path).ok_or_else(|| unnameable(path))?;
            let bytes = std::fs::read(path).map_err(|source| Error::Read {
                path: path.clone(),
                source,
            })?;
            (name, bytes)
        }
        Entry::Text { name, bytes } => (Arc::from(name.as_str()), bytes.clone()),
    };
    let choices = &request.choices;
    let language = choices.refine(Language {
        dialect: choices.dialect.unwrap_or(Dialect::V5),
        ..Language::default()
    });
    let mut directories = vec![directory(&name).to_owned()];
    for path in &request.include_paths {
        directories.push(name_of(path).ok_or_else(|| unnameable(path))?.to_string());
    }
    directories.push(String::new());
    let importer = DiskImporter {
        directories,
        root_path: choices.urls.root_path.clone(),
        language,
        files: Mutex::default(),
    };
    importer.lock().contents.insert(name.clone(), bytes.into());
    let result = compile(&name, choices, &importer);
    let (css, source_map, diagnostics) = match result {
        Ok(compiled) => {
            let warnings = compiled.warnings.iter();
            let warnings = warnings.map(|warning| importer.translate(warning));
            let map = compiled.source_map;
            let map = map.map(|map| StyleMap::new(map, |_| None));
            (Some(compiled.css), map, warnings.collect())
        }
        Err(findings) => (None, None, findings),
    };
    let files = importer.files.into_inner();
    let files = files.unwrap_or_else(PoisonError::into_inner);
    let imports: Vec<PathBuf> = files
        .used
        .iter()
        .map(|name| PathBuf::from(&**name))
        .collect();
    let mut watched: BTreeSet<PathBuf> = files.missed.iter().map(PathBuf::from).collect();
    watched.extend(imports.iter().cloned());
    if let Entry::File(path) = &request.entry {
        watched.insert(path.clone());
    }
    Ok(Outcome {
        css,
        source_map,
        diagnostics,
        imports,
        watched: Watched {
            files: watched,
            trees: BTreeSet::new(),
        },
    })
}

fn compile(
    name: &Arc<str>,
    choices: &Choices,
    importer: &DiskImporter,
) -> Result<Compiled, Vec<Diagnostic>> {
    let translated = |findings: scd_less::Diagnostics| {
        let findings = findings.iter().map(|finding| importer.translate(finding));
        findings.collect::<Vec<_>>()
    };
    let variables = choices.variables(&importer.language)?;
    let entry = importer.parsed(name).map_err(|error| match error {
        ImportError::Broken(findings) => translated(findings),
        ImportError::Unavailable(message) => {
            vec![Diagnostic::error(message).at(Place::file(&**name))]
        }
    })?;
    let options = Options {
        urls: choices.urls.clone(),
        ..importer.language.options(choices.source_map)
    };
    scd_less::compile_with(&entry, &variables, importer, &options).map_err(translated)
}

fn unnameable(path: &Path) -> Error {
    Error::refused(
        format!("the path `{}` is not Unicode", path.display()),
        "rename it, or pass the text as standard input",
    )
}

/// A path as the name of a file: Unicode, with `/`, `.` and `..` folded.
fn name_of(path: &Path) -> Option<Arc<str>> {
    path.to_str().map(|text| Arc::from(folded(text)))
}

/// Folds `.`, `..` and doubled slashes by text alone, as less.php does it. A leading `..` stays.
fn folded(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|&last| last != "..") => {
                segments.pop();
            }
            ".." if is_absolute && segments.is_empty() => {}
            _ => segments.push(segment),
        }
    }
    let joined = segments.join("/");
    if is_absolute {
        format!("/{joined}")
    } else {
        joined
    }
}

/// The directory part of a name, without its slash; empty for the working directory, `/` for the top.
fn directory(name: &str) -> &str {
    match name.rfind('/') {
        Some(0) => "/",
        Some(slash) => &name[..slash],
        None => "",
    }
}

/// A reference seen from a directory.
fn joined(directory: &str, reference: &str) -> String {
    if directory.is_empty() {
        folded(reference)
    } else {
        folded(&format!("{directory}/{reference}"))
    }
}

/// The way from one directory to another, empty or ending in `/`; `None` if it cannot be told from their names.
fn way(from: &str, to: &str) -> Option<String> {
    if from.starts_with('/') != to.starts_with('/') {
        return None;
    }
    let segments = |path: &'_ str| -> Vec<String> {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        segments.map(str::to_owned).collect()
    };
    let (from, to) = (segments(from), segments(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let (up, down) = (&from[common..], &to[common..]);
    if up.iter().any(|segment| segment == "..") {
        return None;
    }
    let steps = up.iter().map(|_| "..").chain(down.iter().map(|s| &**s));
    Some(steps.map(|step| format!("{step}/")).collect())
}

/// Files of the disk by name, each read and parsed once.
struct DiskImporter {
    /// Where imports are looked for behind the directory of the importing file.
    directories: Vec<String>,
    /// The address of the entry's directory.
    root_path: String,
    language: Language,
    files: Mutex<Files>,
}

#[derive(Default)]
struct Files {
    contents: BTreeMap<Arc<str>, Arc<[u8]>>,
    parsed: BTreeMap<Arc<str>, Result<Arc<Stylesheet>, ImportError>>,
    /// In the order in which they were first asked for.
    used: Vec<Arc<str>>,
    /// Names without a file.
    missed: BTreeSet<String>,
}

impl DiskImporter {
    fn lock(&self) -> std::sync::MutexGuard<'_, Files> {
        // Every change is one insertion, so the maps are whole whenever the lock is free.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn contents(&self, name: &str) -> Result<Arc<[u8]>, ImportError> {
        if let Some(known) = self.lock().contents.get(name) {
            return Ok(known.clone());
        }
        let bytes: Arc<[u8]> = std::fs::read(name)
            .map_err(|error| ImportError::Unavailable(format!("cannot read `{name}`: {error}")))?
            .into();
        let mut files = self.lock();
        files.used.push(name.into());
        files.contents.insert(name.into(), bytes.clone());
        Ok(bytes)
    }

    fn parsed(&self, name: &str) -> Result<Arc<Stylesheet>, ImportError> {
        if let Some(known) = self.lock().parsed.get(name) {
            return known.clone();
        }
        let bytes = self.contents(name)?;
        let parsed = match std::str::from_utf8(&bytes) {
            Ok(text) => {
                let source = Source::new(name, text);
                let options = self.language.parse_options();
                Ok(Arc::new(scd_less::parse_recovering(source, &options)))
            }
            Err(error) => Err(ImportError::Unavailable(format!(
                "`{name}` is not UTF-8 from byte {} on; save it as UTF-8",
                error.valid_up_to()
            ))),
        };
        self.lock().parsed.insert(name.into(), parsed.clone());
        parsed
    }

    /// The file that a path means in a directory: itself, else with `.less` behind it.
    fn found_in(&self, directory: &str, path: &str) -> Option<String> {
        let name = joined(directory, path);
        let longer = format!("{name}.less");
        [name, longer].into_iter().find(|name| {
            let is_there = self.lock().contents.contains_key(&**name) || Path::new(name).is_file();
            if !is_there {
                self.lock().missed.insert(name.clone());
            }
            is_there
        })
    }

    /// The file that is meant, and the directory in which it was found if that is not the one of the file that asks.
    fn find(&self, request: &ImportRequest<'_>) -> Option<(String, Option<&str>)> {
        let path = request.path;
        if path.starts_with('/') {
            return Some((self.found_in("", path)?, None));
        }
        if let Some(found) = self.found_in(directory(request.from), path) {
            return Some((found, None));
        }
        self.directories
            .iter()
            .find_map(|directory| Some((self.found_in(directory, path)?, Some(&**directory))))
    }

    fn translate(&self, finding: &scd_less::Diagnostic) -> Diagnostic {
        translate(finding, &|location| {
            let (place, excerpt) = as_named(location);
            let whole = self.lock().contents.get(&location.file).cloned();
            (place, whole.or(excerpt))
        })
    }
}

impl Importer for DiskImporter {
    fn resolve(&self, request: &ImportRequest<'_>) -> Result<Option<Arc<str>>, ImportError> {
        let missed = (request.purpose == Purpose::Css).then(|| self.lock().missed.clone());
        let found = self.find(request);
        // An import that stays in the CSS may lead nowhere for all that the result cares.
        if let Some(missed) = missed {
            self.lock().missed = missed;
        }
        Ok(found.map(|(name, _)| Arc::from(name)))
    }

    /// As lessc has it: the way from the entry to where the file lies.
    fn base_address(&self, request: &ImportRequest<'_>, _name: &str) -> Option<String> {
        let (_, found_in) = self.find(request)?;
        let way = way(directory(request.entry), found_in?)?;
        let root = self.root_path.trim_end_matches('/');
        Some(match self.root_path.is_empty() {
            true => way,
            false => format!("{root}/{way}"),
        })
    }

    fn stylesheet(&self, name: &str) -> Result<Arc<Stylesheet>, ImportError> {
        self.parsed(name)
    }

    fn read(&self, name: &str) -> Result<Arc<[u8]>, ImportError> {
        self.contents(name)
    }

    /// The file with the nearest name in the directory of the missing one.
    fn similar(&self, request: &ImportRequest<'_>) -> Option<String> {
        let wanted = joined(directory(request.from), request.path);
        let place = directory(&wanted);
        let own = request.from.strip_prefix(place);
        let own = own.map(|name| name.trim_start_matches('/'));
        let listed = std::fs::read_dir(if place.is_empty() { "." } else { place }).ok()?;
        let mut names: Vec<String> = listed
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".less") || name.ends_with(".css"))
            .collect();
        names.sort();
        let base = wanted.rsplit('/').next()?;
        let others = names.iter().map(String::as_str);
        let near = nearest(base, others.filter(|name| Some(*name) != own))?;
        Some(joined(place, near))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_by_text() {
        assert_eq!(folded("./a//b/../c.less"), "a/c.less");
        assert_eq!(folded("../../a.less"), "../../a.less");
        assert_eq!(folded("/../a/./b.less"), "/a/b.less");
        assert_eq!(joined("", "a.less"), "a.less");
        assert_eq!(joined("/", "a.less"), "/a.less");
        assert_eq!(joined("css", "../b.less"), "b.less");
        assert_eq!(joined("..", "../b.less"), "../../b.less");
        assert_eq!(directory("/a.less"), "/");
        assert_eq!(directory("css/a.less"), "css");
        assert_eq!(directory("a.less"), "");
    }

    #[test]
    fn ways_lead_from_directory_to_directory() {
        let way = |from, to| way(from, to).unwrap_or_else(|| "unknown".to_owned());
        assert_eq!(way("", ""), "");
        assert_eq!(way("", "lib/x"), "lib/x/");
        assert_eq!(way("css/a", "css/b"), "../b/");
        assert_eq!(way("/a/b", "/"), "../../");
        assert_eq!(way("css", ""), "../");
        assert_eq!(way("../css", "lib"), "unknown");
        assert_eq!(way("css", "/lib"), "unknown");
    }
}
