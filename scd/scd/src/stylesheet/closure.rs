//! What a stylesheet imports, seen through an overlay: the tree of LESS files that Magento would lay out
//! under `var/view_preprocessed` before it calls the compiler.
//!
//! Two overlays that give equal closures give equal CSS, so closures are what LESS jobs are told apart by.
//! Mirrors `Magento\Framework\Css\PreProcessor\FileGenerator\RelatedGenerator`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use scd_magento::{FileId, Minification, Overlay, SourceId};
use scd_minify::Level;
use scd_store::Digest;

use super::directive::{self, Directive};
use super::import::{self, ImportStatement};
use super::language::Language;
use super::mapped_text::{MappedText, Rewriter};
use crate::asset_path;
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::find;
use crate::sources::Sources;

/// A file as the compiler sees it.
#[derive(Debug)]
pub struct PreparedFile {
    /// Path below the package directory.
    pub path: Arc<str>,
    /// The source it was made from.
    pub source: SourceId,
    /// The text with directives expanded and imports rewritten.
    pub text: MappedText,
    /// Digest of the text.
    pub digest: Digest,
    /// What it imports, as far as the preprocessor sees.
    pub related: Vec<RelatedFile>,
    /// The parsed form in the language of [`Closures`], made when first asked for and shared by all closures that hold
    /// the file.
    pub parsed: OnceLock<Result<Arc<scd_less::Stylesheet>, scd_less::ImportError>>,
}

/// An import that the preprocessor follows.
#[derive(Clone, Debug)]
pub struct RelatedFile {
    /// What is imported.
    pub file: FileId,
    /// The reference as written.
    pub written: String,
    /// Offset of the statement in the original source.
    pub offset: usize,
}

/// One file of a closure.
#[derive(Clone, Debug)]
pub enum ClosureFile {
    /// A LESS file.
    Less(Arc<PreparedFile>),
    /// Any other file, which is inserted as it is.
    Text {
        /// The source it was made from.
        source: SourceId,
        /// Its text.
        text: Arc<[u8]>,
    },
}

/// An entry and everything it imports.
#[derive(Debug)]
pub struct Closure {
    /// The entry's path below the package directory.
    pub entry: Arc<str>,
    /// Everything by path below the package directory, the entry included.
    pub files: BTreeMap<Arc<str>, ClosureFile>,
    /// What it is compiled as.
    pub language: Language,
    /// Digest over language, paths and texts.
    pub digest: Digest,
}

impl ClosureFile {
    /// The source it was made from.
    pub fn source(&self) -> SourceId {
        match self {
            ClosureFile::Less(file) => file.source,
            ClosureFile::Text { source, .. } => *source,
        }
    }
}

impl Closure {
    /// The source of the entry.
    pub fn entry_source(&self) -> SourceId {
        self.entry_file().source
    }

    /// The entry as the compiler sees it.
    pub fn entry_file(&self) -> &Arc<PreparedFile> {
        match self.files.get(&self.entry) {
            Some(ClosureFile::Less(file)) => file,
            _ => unreachable!("a closure is gathered from its entry"),
        }
    }

    /// Bytes of all files, for weighing the work.
    pub fn byte_count(&self) -> u64 {
        let length = |file: &ClosureFile| match file {
            ClosureFile::Less(file) => file.text.text().len(),
            ClosureFile::Text { text, .. } => text.len(),
        };
        self.files.values().map(|file| length(file) as u64).sum()
    }
}

/// Prepares files once and gathers closures from them.
pub struct Closures<'a> {
    sources: &'a Sources<'a>,
    prepared: &'a PreparedFiles,
    minification: &'a Minification,
    language: Language,
}

/// The files that were prepared in one language and minification, with their parsed forms.
#[derive(Debug, Default)]
pub struct PreparedFiles(Mutex<FxHashMap<PreparedKey, Arc<PreparedFile>>>);

impl PreparedFiles {
    /// Forgets what was made from sources that have changed.
    pub(crate) fn forget(&self, is_changed: impl Fn(SourceId) -> bool) {
        self.lock().retain(|key, _| !is_changed(key.source));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FxHashMap<PreparedKey, Arc<PreparedFile>>> {
        // The map is whole whenever the lock is free: entries are inserted in one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the text of a prepared file depends on: its bytes, its place, and what its directives expand to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PreparedKey {
    source: SourceId,
    path: Arc<str>,
    expansions: Vec<Vec<u8>>,
    /// Set where the file may name CSS of a module, whose minified name the package decides.
    package: Option<Arc<str>>,
}

impl<'a> Closures<'a> {
    /// All closures are compiled as `language`, since they share what is parsed.
    pub fn new(
        sources: &'a Sources<'a>,
        prepared: &'a PreparedFiles,
        minification: &'a Minification,
        language: Language,
    ) -> Self {
        Self {
            sources,
            prepared,
            minification,
            language,
        }
    }

    /// The closure of an entry in a package, or in one of several that decide names alike.
    ///
    /// # Errors
    /// A finding for an import that leads nowhere, a circle of imports, or a file that cannot be read.
    pub fn gather(
        &self,
        package: &Arc<str>,
        overlay: &Overlay,
        entry: &FileId,
        source: SourceId,
    ) -> Result<Closure, Diagnostic> {
        let mut files = BTreeMap::new();
        let root = self.prepare(package, overlay, entry, source)?;
        let entry_path = root.path.clone();
        // Depth first, as the original does it, so that a circle shows as a file met again while it is open.
        let mut open: Vec<(Arc<PreparedFile>, usize)> = vec![(root, 0)];
        while let Some((file, next)) = open.last_mut() {
            let Some(related) = file.related.get(*next).cloned() else {
                let (file, _) = open.pop().expect("the loop saw it");
                files.insert(file.path.clone(), ClosureFile::Less(file));
                continue;
            };
            *next += 1;
            let importer = file.clone();
            let path = related.file.package_path();
            if files.contains_key(path.as_str()) {
                continue;
            }
            if let Some(start) = open.iter().position(|(file, _)| *file.path == *path) {
                return Err(self.circle(&open[start..], &related));
            }
            match asset_path::extension(&path) {
                Some("less") => {
                    let found = overlay
                        .find(self.sources.inventory(), &related.file)
                        .ok_or_else(|| self.missing(&importer, &related))?;
                    open.push((self.prepare(package, overlay, &related.file, found)?, 0));
                }
                Some("css") => {
                    let (path, file) = self.plain_css(package, overlay, &importer, &related)?;
                    files.insert(path, file);
                }
                _ => {
                    let found = overlay
                        .find(self.sources.inventory(), &related.file)
                        .ok_or_else(|| self.missing(&importer, &related))?;
                    let text = self.sources.bytes(found)?.clone();
                    let source = found;
                    files.insert(path.into(), ClosureFile::Text { source, text });
                }
            }
        }
        let digest = digest_of(&self.language, &entry_path, &files);
        Ok(Closure {
            entry: entry_path,
            files,
            language: self.language,
            digest,
        })
    }

    /// A related `.css` file, laid out under its minified name as Magento does it.
    fn plain_css(
        &self,
        package: &str,
        overlay: &Overlay,
        importer: &PreparedFile,
        related: &RelatedFile,
    ) -> Result<(Arc<str>, ClosureFile), Diagnostic> {
        let path = related.file.package_path();
        let inventory = self.sources.inventory();
        let target = add_min(self.minification, package, &path);
        let plain = find::static_source(overlay, inventory, self.minification, &related.file);
        let Some(found) = plain else {
            // The stylesheet is compiled on its own; only its name stays in this one.
            return match find::less_entry(overlay, inventory, self.minification, &related.file) {
                Some((_, source)) => {
                    let text = Arc::default();
                    Ok((target.into(), ClosureFile::Text { source, text }))
                }
                None => Err(self.missing(importer, related)),
            };
        };
        let bytes = self.sources.bytes(found)?;
        let text = if target == path {
            bytes.clone()
        } else {
            match scd_minify::css::css(bytes, Level::Compat) {
                Ok(minified) => minified.bytes.into(),
                Err(_) => bytes.clone(),
            }
        };
        let source = found;
        Ok((target.into(), ClosureFile::Text { source, text }))
    }

    fn prepare(
        &self,
        package: &Arc<str>,
        overlay: &Overlay,
        file: &FileId,
        source: SourceId,
    ) -> Result<Arc<PreparedFile>, Diagnostic> {
        let bytes = self.sources.bytes(source)?;
        let path: Arc<str> = file.package_path().into();
        let directives = directive::directives(bytes);
        let expansions = directives
            .iter()
            .map(|found| self.expansion(overlay, file, found))
            .collect();
        let names_css = memchr::memmem::find(bytes, b"::").is_some()
            && memchr::memmem::find(bytes, b".css").is_some();
        let key = PreparedKey {
            source,
            path,
            expansions,
            package: names_css.then(|| package.clone()),
        };
        if let Some(known) = self.prepared.lock().get(&key) {
            return Ok(known.clone());
        }
        // Two threads may prepare the same file; both make the same text and the first one is kept.
        let prepared = Arc::new(prepare(bytes, file, &key, &directives, self.minification));
        let mut known = self.prepared.lock();
        Ok(known.entry(key).or_insert(prepared).clone())
    }

    /// The lines that stand for a directive: one for each module or theme that offers the file.
    fn expansion(&self, overlay: &Overlay, file: &FileId, directive: &Directive) -> Vec<u8> {
        let written = String::from_utf8_lossy(&directive.path);
        let path = resolve(file, &written).path;
        let reference = if directive.is_reference {
            "(reference) "
        } else {
            ""
        };
        let mut lines = Vec::new();
        for (offered, _) in overlay.collect(self.sources.inventory(), &path) {
            let line = match &offered.module {
                Some(module) => format!("@import {reference}'{module}::{path}';\n"),
                None => format!("@import {reference}'{written}';\n"),
            };
            lines.extend_from_slice(line.as_bytes());
        }
        lines
    }

    fn at(&self, file: &PreparedFile, offset: usize) -> (Place, Option<Arc<[u8]>>) {
        let path = self.sources.path(file.source);
        match self.sources.bytes(file.source) {
            Ok(bytes) => (Place::at_offset(path, bytes, offset), Some(bytes.clone())),
            Err(_) => (Place::file(path), None),
        }
    }

    fn missing(&self, importer: &PreparedFile, related: &RelatedFile) -> Diagnostic {
        let (place, text) = self.at(importer, related.offset);
        let mut finding = Diagnostic::error(format!(
            "the import `{}` leads to `{}`, which no theme, module or library offers",
            related.written, related.file
        ))
        .at(place)
        .with_hint("Magento resolves every import before it compiles, even an optional one; check the spelling, or add the file to the theme");
        finding.text = text;
        finding
    }

    fn circle(&self, open: &[(Arc<PreparedFile>, usize)], related: &RelatedFile) -> Diagnostic {
        let (last, _) = open.last().expect("a circle has at least one file");
        let (place, text) = self.at(last, related.offset);
        let mut finding = Diagnostic::error(format!(
            "the import `{}` closes a circle: `{}` is still being imported",
            related.written, related.file
        ))
        .at(place)
        .with_hint("remove one of the imports of the circle; Magento's own preprocessor would never return");
        finding.text = text;
        for (file, next) in open.iter().rev().skip(1) {
            let offset = file.related[next.saturating_sub(1)].offset;
            finding.trail.push((
                format!("imported by `{}`", file.path),
                self.at(file, offset).0,
            ));
        }
        finding
    }
}

/// Where a reference written in a file leads. Mirrors `Magento\Framework\View\Asset\Repository::createRelated`.
fn resolve(from: &FileId, written: &str) -> FileId {
    if written.contains("::") {
        return FileId::parse(written);
    }
    FileId::new(
        from.module.clone(),
        asset_path::join(asset_path::directory(&from.path), written),
    )
}

/// The minified name of a file below its package; the decision is made on the full path.
fn add_min(minification: &Minification, package: &str, path: &str) -> String {
    minification.add_min(&format!("{package}/{path}"))[package.len() + 1..].to_owned()
}

fn prepare(
    bytes: &[u8],
    file: &FileId,
    key: &PreparedKey,
    directives: &[Directive],
    minification: &Minification,
) -> PreparedFile {
    let mut expansions = key.expansions.iter();
    let expanded = directive::expand(bytes, directives, |_| {
        expansions.next().cloned().unwrap_or_default()
    });
    let stripped = import::without_comments(expanded.text());
    let statements = import::import_statements(stripped.text());
    let related = statements
        .iter()
        .filter(|statement| statement.is_related())
        .map(|statement| {
            let written = String::from_utf8_lossy(&statement.path).into_owned();
            RelatedFile {
                file: resolve(file, &written),
                offset: expanded.origin(stripped.origin(statement.start)),
                written,
            }
        })
        .collect();
    let directory = asset_path::directory(&key.path).to_owned();
    let rewritten = import::rewrite(
        stripped.text(),
        &statements,
        |statement: &ImportStatement| {
            let written = String::from_utf8_lossy(&statement.path);
            if !written.contains("::") {
                return statement.path.clone();
            }
            let target = FileId::parse(&written).package_path();
            let target = match &key.package {
                Some(package) => add_min(minification, package, &target),
                None => target,
            };
            asset_path::relative(&directory, &target).into_bytes()
        },
    );
    // As the original does it: comments go only where some import was written differently.
    let text = if rewritten.text() == stripped.text() {
        Rewriter::new(expanded.text()).finish().over(&expanded)
    } else {
        rewritten.over(&stripped).over(&expanded)
    };
    let digest = Digest::of(text.text());
    PreparedFile {
        path: key.path.clone(),
        source: key.source,
        text,
        digest,
        related,
        parsed: OnceLock::new(),
    }
}

fn digest_of(language: &Language, entry: &str, files: &BTreeMap<Arc<str>, ClosureFile>) -> Digest {
    let mut described = Vec::with_capacity(files.len() * 96);
    described.extend_from_slice(&language.bytes());
    let mut add = |path: &str, digest: &Digest| {
        described.extend_from_slice(&(path.len() as u64).to_le_bytes());
        described.extend_from_slice(path.as_bytes());
        described.extend_from_slice(digest.as_bytes());
    };
    add(entry, &Digest::of(b""));
    for (path, file) in files {
        match file {
            ClosureFile::Less(file) => add(path, &file.digest),
            ClosureFile::Text { text, .. } => add(path, &Digest::of(text)),
        }
    }
    Digest::of(&described)
}
