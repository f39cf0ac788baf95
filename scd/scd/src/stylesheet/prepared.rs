//! LESS files as the compiler sees them: directives expanded, imports rewritten. What that comes to is remembered from run to run,
//! so that closures are gathered without looking into files that are as they were; the text itself is made when it is compiled.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use scd_magento::{FileId, Minification, ModuleName, SourceId};
use scd_store::{Digest, Reader, Writer};

use super::directive::{self, Directive};
use super::import::{self, ImportStatement};
use super::mapped_text::{MappedText, Rewriter};
use crate::asset_path;
use crate::diagnostic::Diagnostic;
use crate::facts::Fact;
use crate::sources::Sources;

/// A file as the compiler sees it.
#[derive(Debug)]
pub struct PreparedFile {
    /// Path below the package directory.
    pub path: Arc<str>,
    /// The source it was made from.
    pub source: SourceId,
    /// Digest of the text.
    pub digest: Digest,
    /// Bytes of the text.
    pub length: usize,
    /// What it imports, as far as the preprocessor sees.
    pub related: Vec<RelatedFile>,
    /// Digest of everything that it asks other files for, in directives and import statements.
    pub(crate) requests: Digest,
    /// The parsed form in the language of [`super::closure::Closures`], made when first asked for and shared by all closures that
    /// hold the file.
    pub parsed: OnceLock<Result<Arc<scd_less::Stylesheet>, scd_less::ImportError>>,
    text: OnceLock<MappedText>,
    /// Of the module, none for files of themes and the library.
    module: Option<ModuleName>,
    /// What its directives become.
    expansions: Vec<Vec<u8>>,
    /// What the paths of its imports become.
    targets: Vec<Vec<u8>>,
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

impl PreparedFile {
    /// The text with directives expanded and imports rewritten.
    ///
    /// # Errors
    /// A source that cannot be read.
    pub fn text(&self, sources: &Sources<'_>) -> Result<&MappedText, Diagnostic> {
        if let Some(text) = self.text.get() {
            return Ok(text);
        }
        let bytes = sources.bytes(self.source)?;
        let make = || {
            if self.expansions.is_empty() && self.targets.is_empty() {
                // Most files import nothing.
                return Rewriter::new(bytes).finish();
            }
            rewritten(bytes, &self.expansions, |_, _, _| self.targets.clone())
        };
        Ok(self.text.get_or_init(make))
    }

    /// The same file with what its source holds now; none where that asks other files for something else, or names CSS of a
    /// module, which has other names in other packages.
    ///
    /// # Errors
    /// A source that cannot be read.
    pub(crate) fn anew(
        &self,
        minification: &Minification,
        sources: &Sources<'_>,
    ) -> Result<Option<PreparedFile>, Diagnostic> {
        let contents = sources.fact(self.source, b"contents", Contents::of)?;
        if contents.directives.len() != self.expansions.len() || contents.names_css {
            return Ok(None);
        }
        let key = PreparedKey {
            source: self.source,
            path: self.path.clone(),
            expansions: self.expansions.clone(),
            package: None,
        };
        let path = match &self.module {
            Some(module) => self.path[module.as_str().len() + 1..].into(),
            None => self.path.clone(),
        };
        let file = FileId::new(self.module.clone(), path);
        let anew = key.prepare(&file, &contents, minification, sources)?;
        Ok((anew.requests == self.requests).then_some(anew))
    }

    /// The same file under another number of its source, without its text and parsed form.
    pub(crate) fn numbered(&self, source: SourceId) -> PreparedFile {
        PreparedFile {
            path: self.path.clone(),
            source,
            digest: self.digest,
            length: self.length,
            related: self.related.clone(),
            requests: self.requests,
            parsed: OnceLock::new(),
            text: OnceLock::new(),
            module: self.module.clone(),
            expansions: self.expansions.clone(),
            targets: self.targets.clone(),
        }
    }

    /// Writes down all but its parsed form, its text and what it imports.
    pub(crate) fn pack(&self, writer: &mut Writer) {
        writer
            .text(&self.path)
            .number(u64::from(self.source.0))
            .digest(&self.digest)
            .length(self.length)
            .digest(&self.requests);
        writer.optional(self.module.as_ref(), |writer, module| {
            writer.text(module.as_str());
        });
        for texts in [&self.expansions, &self.targets] {
            writer.list(texts, |writer, text| {
                writer.bytes(text);
            });
        }
    }

    /// The other way round; it seems to import nothing then.
    pub(crate) fn unpack(reader: &mut Reader<'_>) -> Option<PreparedFile> {
        let text = |reader: &mut Reader<'_>| Some(reader.bytes()?.to_vec());
        Some(PreparedFile {
            path: reader.text()?.into(),
            source: SourceId(u32::try_from(reader.number()?).ok()?),
            digest: reader.digest()?,
            length: reader.length()?,
            requests: reader.digest()?,
            module: reader.optional(Reader::text)?.map(ModuleName::new),
            expansions: reader.list(text)?,
            targets: reader.list(text)?,
            related: Vec::new(),
            parsed: OnceLock::new(),
            text: OnceLock::new(),
        })
    }
}

/// The files that were prepared in one language and minification, with their parsed forms.
#[derive(Debug, Default)]
pub struct PreparedFiles(Mutex<FxHashMap<PreparedKey, Arc<PreparedFile>>>);

impl PreparedFiles {
    /// Forgets what was made from sources that have changed.
    pub(crate) fn forget(&self, is_changed: impl Fn(SourceId) -> bool) {
        self.lock().retain(|key, _| !is_changed(key.source));
    }

    fn lock(&self) -> MutexGuard<'_, FxHashMap<PreparedKey, Arc<PreparedFile>>> {
        // The map is whole whenever the lock is free: entries are inserted in one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file of a package, prepared now or before. `expand` says what a directive becomes.
    ///
    /// # Errors
    /// A source that cannot be read.
    pub(super) fn get(
        &self,
        (package, file, source): (&Arc<str>, &FileId, SourceId),
        expand: impl Fn(&Wish) -> Vec<u8>,
        minification: &Minification,
        sources: &Sources<'_>,
    ) -> Result<Arc<PreparedFile>, Diagnostic> {
        let contents = sources.fact(source, b"contents", Contents::of)?;
        let key = PreparedKey {
            source,
            path: file.package_path().into(),
            expansions: contents.directives.iter().map(expand).collect(),
            package: contents.names_css.then(|| package.clone()),
        };
        if let Some(known) = self.lock().get(&key) {
            return Ok(known.clone());
        }
        // Two threads may prepare the same file; both make the same text and the first one is kept.
        let prepared = Arc::new(key.prepare(file, &contents, minification, sources)?);
        Ok(self.lock().entry(key).or_insert(prepared).clone())
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

impl PreparedKey {
    fn prepare(
        &self,
        file: &FileId,
        contents: &Contents,
        minification: &Minification,
        sources: &Sources<'_>,
    ) -> Result<PreparedFile, Diagnostic> {
        let text = OnceLock::new();
        let shape = sources.fact(self.source, self.question(minification), |bytes| {
            let (made, shape) = self.look(bytes, minification);
            text.get_or_init(|| made);
            shape
        })?;
        let related = |import: &Import| RelatedFile {
            file: resolve(file, &import.written),
            written: import.written.clone(),
            offset: import.offset,
        };
        let followed = shape.imports.iter().filter(|import| import.is_related);
        let mut requests = Writer::new();
        contents.pack(&mut requests);
        for import in &shape.imports {
            requests.text(&import.written).flag(import.is_related);
        }
        Ok(PreparedFile {
            path: self.path.clone(),
            source: self.source,
            digest: shape.digest,
            length: shape.length,
            related: followed.map(related).collect(),
            requests: Digest::of(&requests.finish()),
            module: file.module.clone(),
            parsed: OnceLock::new(),
            text,
            expansions: self.expansions.clone(),
            targets: shape.imports.into_iter().map(|it| it.target).collect(),
        })
    }

    /// What tells the shape of a file apart from the shapes that the same bytes have elsewhere.
    fn question(&self, minification: &Minification) -> Vec<u8> {
        let mut question = Writer::new();
        question.text("shape").text(&self.path);
        question.list(&self.expansions, |question, lines| {
            question.bytes(lines);
        });
        question.optional(self.package.as_ref(), |question, package| {
            question.text(package).text(&minification.description());
        });
        question.finish()
    }

    fn look(&self, bytes: &[u8], minification: &Minification) -> (MappedText, Shape) {
        let directory = asset_path::directory(&self.path);
        let mut imports = Vec::new();
        let text = rewritten(bytes, &self.expansions, |expanded, stripped, statements| {
            for statement in statements {
                imports.push(Import {
                    written: String::from_utf8_lossy(&statement.path).into_owned(),
                    target: self.target(statement, directory, minification),
                    offset: expanded.origin(stripped.origin(statement.start)),
                    is_related: statement.is_related(),
                });
            }
            imports.iter().map(|import| import.target.clone()).collect()
        });
        let shape = Shape {
            digest: Digest::of(text.text()),
            length: text.text().len(),
            imports,
        };
        (text, shape)
    }

    /// What the path of an import becomes.
    fn target(
        &self,
        statement: &ImportStatement,
        directory: &str,
        minification: &Minification,
    ) -> Vec<u8> {
        let written = String::from_utf8_lossy(&statement.path);
        if !written.contains("::") {
            return statement.path.clone();
        }
        let target = FileId::parse(&written).package_path();
        let target = match &self.package {
            Some(package) => minification.add_min_below(package, &target).into_owned(),
            None => target,
        };
        asset_path::relative(directory, &target).into_bytes()
    }
}

/// Where a reference written in a file leads. Mirrors `Magento\Framework\View\Asset\Repository::createRelated`.
pub(super) fn resolve(from: &FileId, written: &str) -> FileId {
    if written.contains("::") {
        return FileId::parse(written);
    }
    FileId::new(
        from.module.clone(),
        asset_path::join(asset_path::directory(&from.path), written),
    )
}

/// The text with its directives and the paths of its imports replaced. `targets` is told the expanded text, the same without
/// comments, and the import statements in that.
fn rewritten(
    bytes: &[u8],
    expansions: &[Vec<u8>],
    targets: impl FnOnce(&MappedText, &MappedText, &[ImportStatement]) -> Vec<Vec<u8>>,
) -> MappedText {
    let mut expansions = expansions.iter();
    let directives = directive::directives(bytes);
    let expanded = directive::expand(bytes, &directives, |_| {
        expansions.next().cloned().unwrap_or_default()
    });
    let stripped = import::without_comments(expanded.text());
    let statements = import::import_statements(stripped.text());
    let mut targets = targets(&expanded, &stripped, &statements).into_iter();
    let rewritten = import::rewrite(stripped.text(), &statements, |_| {
        targets.next().unwrap_or_default()
    });
    // As the original does it: comments go only where some import was written differently.
    if rewritten.text() == stripped.text() {
        Rewriter::new(expanded.text()).finish().over(&expanded)
    } else {
        rewritten.over(&stripped).over(&expanded)
    }
}

/// What the bytes of a file say before it is known where it is seen.
#[derive(Debug, Default)]
struct Contents {
    directives: Vec<Wish>,
    /// Whether it may name CSS of a module.
    names_css: bool,
}

/// What a directive asks for.
#[derive(Debug)]
pub(super) struct Wish {
    /// The path as written.
    pub(super) path: String,
    pub(super) is_reference: bool,
}

impl Contents {
    fn of(bytes: &[u8]) -> Contents {
        let wish = |found: Directive| Wish {
            path: String::from_utf8_lossy(&found.path).into_owned(),
            is_reference: found.is_reference,
        };
        Contents {
            directives: directive::directives(bytes).into_iter().map(wish).collect(),
            names_css: memchr::memmem::find(bytes, b"::").is_some()
                && memchr::memmem::find(bytes, b".css").is_some(),
        }
    }
}

impl Fact for Contents {
    fn pack(&self, writer: &mut Writer) {
        writer.flag(self.names_css);
        writer.list(&self.directives, |writer, wish| {
            writer.text(&wish.path).flag(wish.is_reference);
        });
    }

    fn unpack(reader: &mut Reader<'_>) -> Option<Contents> {
        Some(Contents {
            names_css: reader.flag()?,
            directives: reader.list(|reader| {
                Some(Wish {
                    path: reader.text()?.to_owned(),
                    is_reference: reader.flag()?,
                })
            })?,
        })
    }
}

/// What a closure has to know of a file.
#[derive(Debug)]
struct Shape {
    digest: Digest,
    length: usize,
    imports: Vec<Import>,
}

/// An import statement.
#[derive(Debug)]
struct Import {
    /// The path as written, with its extension.
    written: String,
    /// What it becomes.
    target: Vec<u8>,
    /// Where the statement begins in the original source.
    offset: usize,
    /// Whether the file has to exist.
    is_related: bool,
}

impl Fact for Shape {
    fn pack(&self, writer: &mut Writer) {
        writer.digest(&self.digest).length(self.length);
        writer.list(&self.imports, |writer, import| {
            writer
                .text(&import.written)
                .bytes(&import.target)
                .length(import.offset)
                .flag(import.is_related);
        });
    }

    fn unpack(reader: &mut Reader<'_>) -> Option<Shape> {
        Some(Shape {
            digest: reader.digest()?,
            length: reader.length()?,
            imports: reader.list(|reader| {
                Some(Import {
                    written: reader.text()?.to_owned(),
                    target: reader.bytes()?.to_vec(),
                    offset: reader.length()?,
                    is_related: reader.flag()?,
                })
            })?,
        })
    }
}
