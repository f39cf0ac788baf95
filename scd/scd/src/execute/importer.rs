//! The LESS compiler's view of a closure: every import is answered from the files that were gathered for it.

use std::sync::Arc;

use scd_less::{
    Compiled, ImportError, ImportRequest, Importer, Limits, Options, Origin, ParseOptions, Source,
    Stylesheet,
};

use crate::asset_path;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::sources::Sources;
use crate::stylesheet::closure::{Closure, ClosureFile, PreparedFile};

/// Compiles the entry of a closure. `compress` asks for compressed output and its way of reading values, as Magento does
/// in every mode but `developer`; the same for all files of a run, which share what is parsed.
///
/// # Errors
/// What the compiler has to say, each finding at its place in the original source.
pub(super) fn compile(
    closure: &Closure,
    sources: &Sources<'_>,
    compress: bool,
) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let importer = ClosureImporter {
        closure,
        sources,
        parse: ParseOptions {
            compress,
            ..ParseOptions::default()
        },
    };
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
    let options = Options {
        compress,
        limits: Limits::default(),
        ..Options::default()
    };
    match scd_less::compile(&entry, &importer, &options) {
        Ok(Compiled { css, warnings, .. }) => Ok((css, translate(warnings))),
        Err(findings) => Err(translate(findings)),
    }
}

struct ClosureImporter<'a> {
    closure: &'a Closure,
    sources: &'a Sources<'a>,
    parse: ParseOptions,
}

impl ClosureImporter<'_> {
    fn parsed(&self, file: &PreparedFile) -> Result<Arc<Stylesheet>, ImportError> {
        file.parsed.get_or_init(|| self.parse(file)).clone()
    }

    fn parse(&self, file: &PreparedFile) -> Result<Arc<Stylesheet>, ImportError> {
        let text = std::str::from_utf8(file.text.text()).map_err(|error| {
            let offset = file.text.origin(error.valid_up_to());
            ImportError::Unavailable(format!(
                "`{}` is not UTF-8 from byte {offset} on; save it as UTF-8",
                file.path
            ))
        })?;
        let mut source = Source::new(file.path.clone(), text);
        source.origin = self.origin(file);
        scd_less::parse(source, &self.parse)
            .map(Arc::new)
            .map_err(ImportError::Broken)
    }

    /// The original text and lines, where preprocessing has moved them.
    fn origin(&self, file: &PreparedFile) -> Option<Arc<Origin>> {
        let original = self.sources.bytes(file.source).ok()?;
        let text = file.text.text();
        if text == &**original {
            return None;
        }
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1));
        let mut counted = 0;
        let mut line = 1;
        let lines = starts.map(|start| {
            // Origins never run backwards, so each stretch of the original is counted once.
            let origin = file.text.origin(start).min(original.len());
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
        let severity = match finding.severity {
            scd_less::Severity::Warning => Severity::Warning,
            scd_less::Severity::Error | scd_less::Severity::Fatal => Severity::Error,
        };
        let mut diagnostic = Diagnostic::new(severity, &finding.message);
        diagnostic.hint = finding
            .hint
            .clone()
            .or_else(|| general_hint(&finding.message));
        match &finding.location {
            Some(location) => {
                let (place, text) = self.place(location);
                diagnostic.place = Some(place);
                diagnostic.text = text;
            }
            None => {
                let entry = self.sources.path(self.closure.entry_source());
                diagnostic.place = Some(Place::file(entry));
            }
        }
        for step in &finding.chain {
            let (place, _) = self.place(&step.location);
            diagnostic
                .trail
                .push((format!("{} `{}`", step.action, step.name), place));
        }
        diagnostic
    }

    fn place(&self, location: &scd_less::Location) -> (Place, Option<Arc<[u8]>>) {
        let (line, column) = (location.line as usize, location.column as usize);
        match self.closure.files.get(&location.file) {
            Some(ClosureFile::Less(file)) => {
                let path = self.sources.path(file.source).to_path_buf();
                (
                    Place { path, line, column },
                    self.sources.bytes(file.source).ok().cloned(),
                )
            }
            _ => (
                Place {
                    path: location.file.to_string().into(),
                    line,
                    column,
                },
                None,
            ),
        }
    }
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
            Some(ClosureFile::Text(text)) => {
                let text = std::str::from_utf8(text).map_err(|error| {
                    ImportError::Unavailable(format!("`{name}` is not UTF-8: {error}"))
                })?;
                scd_less::parse(Source::new(name, text), &self.parse)
                    .map(Arc::new)
                    .map_err(ImportError::Broken)
            }
            None => Err(ImportError::Unavailable(format!(
                "there is no file `{name}`"
            ))),
        }
    }

    fn read(&self, name: &str) -> Result<Arc<[u8]>, ImportError> {
        match self.closure.files.get(name) {
            Some(ClosureFile::Less(file)) => Ok(file.text.text().into()),
            Some(ClosureFile::Text(text)) => Ok(text.clone()),
            None => Err(ImportError::Unavailable(format!(
                "there is no file `{name}`"
            ))),
        }
    }
}
