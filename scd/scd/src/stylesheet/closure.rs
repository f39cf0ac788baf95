//! What a stylesheet imports, seen through an overlay: the tree of LESS files that Magento would lay out
//! under `var/view_preprocessed` before it calls the compiler.
//!
//! Two overlays that give equal closures give equal CSS, so closures are what LESS jobs are told apart by.
//! Mirrors `Magento\Framework\Css\PreProcessor\FileGenerator\RelatedGenerator`.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use scd_magento::{FileId, Minification, Overlay, SourceId};
use scd_minify::Level;
use scd_store::Digest;

use super::language::Language;
use super::prepared::{PreparedFile, PreparedFiles, RelatedFile, Wish, resolve};
use crate::asset_path;
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::find;
use crate::sources::Sources;

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
    /// The closure of an entry, the files by their paths.
    pub(crate) fn new(
        entry: Arc<str>,
        files: BTreeMap<Arc<str>, ClosureFile>,
        language: Language,
    ) -> Self {
        Self {
            digest: digest_of(&language, &entry, &files),
            entry,
            files,
            language,
        }
    }

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

    /// The sources that either this closure or another one is made from, but not both.
    pub(crate) fn other_sources(&self, other: &Closure) -> Vec<SourceId> {
        let sources = |closure: &Closure| -> FxHashSet<SourceId> {
            closure.files.values().map(ClosureFile::source).collect()
        };
        let (own, others) = (sources(self), sources(other));
        own.symmetric_difference(&others).copied().collect()
    }

    /// Bytes of all files, for weighing the work.
    pub fn byte_count(&self) -> u64 {
        let length = |file: &ClosureFile| match file {
            ClosureFile::Less(file) => file.length,
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
        Ok(Closure::new(entry_path, files, self.language))
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
        let target = self.minification.add_min_below(package, &path);
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
        let expand = |wish: &Wish| self.expansion(overlay, file, wish);
        let wanted = (package, file, source);
        self.prepared
            .get(wanted, expand, self.minification, self.sources)
    }

    /// The lines that stand for a directive: one for each module or theme that offers the file.
    fn expansion(&self, overlay: &Overlay, file: &FileId, wish: &Wish) -> Vec<u8> {
        let written = &wish.path;
        let path = resolve(file, written).path;
        let reference = if wish.is_reference {
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
