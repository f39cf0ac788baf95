//! The LESS compiler's view of a closure: every import is answered from the files that were gathered for it.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use scd_less::{
    Compiled, ImportError, ImportRequest, Importer, Origin, Source, SourceMap, Stylesheet,
    Variables,
};

use super::closure::{Closure, ClosureFile};
use super::mapped_text::MappedText;
use super::prepared::PreparedFile;
use crate::asset_path;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::sources::Sources;

/// What compiling an entry yields.
pub(crate) struct Styles {
    /// The CSS.
    pub(crate) css: String,
    /// Where it comes from, if that was asked for; files go by their paths in the package.
    pub(crate) source_map: Option<SourceMap>,
    /// What is suspicious but compiled.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Compiles the entry of a closure, between the definitions of `variables`, which must be parsed in its language.
///
/// # Errors
/// What the compiler has to say, each finding at its place in the original source.
pub(crate) fn compile(
    closure: &Closure,
    variables: &Variables,
    source_map: bool,
    sources: &Sources<'_>,
) -> Result<Styles, Vec<Diagnostic>> {
    let importer = ClosureImporter { closure, sources };
    let translate = |findings: scd_less::Diagnostics| {
        findings
            .into_iter()
            .map(|finding| importer.translate(&finding))
            .collect::<Vec<_>>()
    };
    let entry = match importer.stylesheet(&closure.entry) {
        Ok(entry) => entry,
        Err(ImportError::Broken(findings)) => return Err(translate(findings)),
        Err(ImportError::Unavailable(message)) => {
            let path = sources.path(closure.entry_source());
            return Err(vec![Diagnostic::error(message).at(Place::file(path))]);
        }
    };
    let options = closure.language.options(source_map);
    match scd_less::compile_with(&entry, variables, &importer, &options) {
        Ok(Compiled {
            css,
            source_map,
            warnings,
        }) => Ok(Styles {
            css,
            source_map,
            warnings: translate(warnings),
        }),
        Err(findings) => Err(translate(findings)),
    }
}

/// Parses every file of some closures on all cores. What is wrong with a file is found again where it is compiled.
pub(crate) fn parse_all(closures: &[&Closure], sources: &Sources<'_>) {
    let files = closures.iter().flat_map(|closure| {
        let files = closure.files.values();
        files.map(move |file| (*closure, file))
    });
    let mut seen = FxHashSet::default();
    let files = files.filter_map(|(closure, file)| match file {
        ClosureFile::Less(file) => seen.insert(Arc::as_ptr(file)).then_some((closure, file)),
        ClosureFile::Text { .. } => None,
    });
    let files: Vec<(&Closure, &Arc<PreparedFile>)> = files.collect();
    files.into_par_iter().for_each(|(closure, file)| {
        let importer = ClosureImporter { closure, sources };
        let _ = importer.parsed(file);
    });
}

struct ClosureImporter<'a> {
    closure: &'a Closure,
    sources: &'a Sources<'a>,
}

impl ClosureImporter<'_> {
    fn parsed(&self, file: &PreparedFile) -> Result<Arc<Stylesheet>, ImportError> {
        file.parsed.get_or_init(|| self.parse(file)).clone()
    }

    fn text<'f>(&self, file: &'f PreparedFile) -> Result<&'f MappedText, ImportError> {
        let unreadable = |finding: Diagnostic| ImportError::Unavailable(finding.message);
        file.text(self.sources).map_err(unreadable)
    }

    fn parse(&self, file: &PreparedFile) -> Result<Arc<Stylesheet>, ImportError> {
        let mapped = self.text(file)?;
        let text = std::str::from_utf8(mapped.text()).map_err(|error| {
            let offset = mapped.origin(error.valid_up_to());
            ImportError::Unavailable(format!(
                "`{}` is not UTF-8 from byte {offset} on; save it as UTF-8",
                file.path
            ))
        })?;
        let mut source = Source::new(file.path.clone(), text);
        source.origin = self.origin(file, mapped);
        let options = self.closure.language.parse_options();
        Ok(Arc::new(scd_less::parse_recovering(source, &options)))
    }

    /// The original text and lines, where preprocessing has moved them.
    fn origin(&self, file: &PreparedFile, mapped: &MappedText) -> Option<Arc<Origin>> {
        let original = self.sources.bytes(file.source).ok()?;
        let text = mapped.text();
        if text == &**original {
            return None;
        }
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1));
        let mut counted = 0;
        let mut line = 1;
        let lines = starts.map(|start| {
            // Origins never run backwards, so each stretch of the original is counted once.
            let origin = mapped.origin(start).min(original.len());
            if origin > counted {
                line += memchr::memchr_iter(b'\n', &original[counted..origin]).count();
                counted = origin;
            }
            u32::try_from(line).unwrap_or(u32::MAX)
        });
        Some(Arc::new(Origin {
            name: file.path.clone(),
            lines: lines.collect(),
            text: String::from_utf8_lossy(original).into(),
        }))
    }

    /// A finding of the compiler, with the original path in place of the path in the package.
    fn translate(&self, finding: &scd_less::Diagnostic) -> Diagnostic {
        let mut diagnostic = translate(finding, &|location| self.place(location));
        diagnostic.hint = diagnostic.hint.or_else(|| general_hint(&finding.message));
        if diagnostic.place.is_none() {
            let entry = self.sources.path(self.closure.entry_source());
            diagnostic.place = Some(Place::file(entry));
        }
        diagnostic
    }

    fn place(&self, location: &scd_less::Location) -> (Place, Option<Arc<[u8]>>) {
        let (mut place, excerpt) = as_named(location);
        let Some(file) = self.closure.files.get(&location.file) else {
            return (place, excerpt);
        };
        place.path = self.sources.path(file.source()).to_path_buf();
        let text = match file {
            ClosureFile::Less(file) => self.sources.bytes(file.source).ok().cloned(),
            ClosureFile::Text { text, .. } => Some(text.clone()),
        };
        (place, text)
    }
}

/// Where the compiler's location lies for a person, with the text of that file if it is at hand.
type Locate<'a> = &'a dyn Fn(&scd_less::Location) -> (Place, Option<Arc<[u8]>>);

/// A finding of the compiler as one of the engine.
pub(crate) fn translate(finding: &scd_less::Diagnostic, locate: Locate<'_>) -> Diagnostic {
    let severity = match finding.severity {
        scd_less::Severity::Warning => Severity::Warning,
        scd_less::Severity::Error | scd_less::Severity::Fatal => Severity::Error,
    };
    let mut diagnostic = Diagnostic::new(severity, &finding.message);
    diagnostic.hint = finding.hint.clone();
    if let Some(location) = &finding.location {
        let (place, text) = locate(location);
        diagnostic.place = Some(place);
        diagnostic.text = text;
    }
    for step in &finding.chain {
        let (place, _) = locate(&step.location);
        diagnostic
            .trail
            .push((format!("{} `{}`", step.action, step.name), place));
    }
    diagnostic
}

/// The place in a file that goes by the name which the compiler knows, with as much text as the compiler gives.
pub(crate) fn as_named(location: &scd_less::Location) -> (Place, Option<Arc<[u8]>>) {
    let (line, bytes) = (location.line as usize, location.column as usize);
    let before = location.excerpt.get(..bytes.saturating_sub(1));
    let place = Place {
        path: location.file.to_string().into(),
        line,
        column: before.map_or(bytes, |before| before.chars().count() + 1),
    };
    let text = format!(
        "{}{}",
        "\n".repeat(line.saturating_sub(1)),
        location.excerpt
    );
    (place, Some(text.into_bytes().into()))
}

/// The next action where the compiler knows no nearer name.
fn general_hint(message: &str) -> Option<String> {
    let hint = if message.ends_with("is undefined") {
        "define it, or import the file that does; Magento's compiler does not know it either"
    } else if message.contains("ParseError") {
        "look for a missing brace, quote or semicolon before this place"
    } else {
        "Magento's compiler fails here, too, and leaves the stylesheet out; correct the source"
    };
    Some(hint.to_owned())
}

impl Importer for ClosureImporter<'_> {
    fn resolve(&self, request: &ImportRequest<'_>) -> Result<Option<Arc<str>>, ImportError> {
        let path = asset_path::join(asset_path::directory(request.from), request.path);
        Ok(self
            .closure
            .files
            .get_key_value(path.as_str())
            .map(|(name, _)| name.clone()))
    }

    fn stylesheet(&self, name: &str) -> Result<Arc<Stylesheet>, ImportError> {
        match self.closure.files.get(name) {
            Some(ClosureFile::Less(file)) => self.parsed(file),
            Some(ClosureFile::Text { text, .. }) => {
                let text = std::str::from_utf8(text).map_err(|error| {
                    ImportError::Unavailable(format!("`{name}` is not UTF-8: {error}"))
                })?;
                let options = self.closure.language.parse_options();
                let source = Source::new(name, text);
                Ok(Arc::new(scd_less::parse_recovering(source, &options)))
            }
            None => Err(ImportError::Unavailable(format!(
                "there is no file `{name}`"
            ))),
        }
    }

    fn read(&self, name: &str) -> Result<Arc<[u8]>, ImportError> {
        match self.closure.files.get(name) {
            Some(ClosureFile::Less(file)) => Ok(self.text(file)?.text().into()),
            Some(ClosureFile::Text { text, .. }) => Ok(text.clone()),
            None => Err(ImportError::Unavailable(format!(
                "there is no file `{name}`"
            ))),
        }
    }
}
