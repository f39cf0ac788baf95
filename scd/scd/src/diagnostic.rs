//! One shape for everything the engine has to say about a source: severity, message, place, hint.

use std::cmp::Ordering;
use std::path::PathBuf;
use std::sync::Arc;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The output is missing or wrong; nothing is published unless the caller asked to keep going.
    Error,
    /// The output exists, but probably not as its author meant it.
    Warning,
    /// Worth knowing; shown on request.
    Note,
}

/// A place in a file, for a person and for an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The original source, never a preprocessed copy.
    pub path: PathBuf,
    /// Line, counted from 1; 0 when only the file is known.
    pub line: usize,
    /// Column in characters, counted from 1; 0 when only the line is known.
    pub column: usize,
}

impl Place {
    /// The file as a whole.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            line: 0,
            column: 0,
        }
    }

    /// The place of a byte offset in a text.
    pub fn at_offset(path: impl Into<PathBuf>, text: &[u8], offset: usize) -> Self {
        let before = &text[..offset.min(text.len())];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        // Bytes that continue a UTF-8 character are not characters of their own.
        let column = before[line_start..]
            .iter()
            .filter(|&&byte| byte & 0xC0 != 0x80)
            .count()
            + 1;
        Self {
            path: path.into(),
            line,
            column,
        }
    }
}

/// A finding about a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How serious it is.
    pub severity: Severity,
    /// What was expected and found: lower case, no full stop, names in backticks.
    pub message: String,
    /// Where, if anywhere.
    pub place: Option<Place>,
    /// The text of the file that `place` points into, when it was at hand, for an excerpt.
    pub text: Option<Arc<[u8]>>,
    /// How it came to that: the chain of imports and mixin calls, outermost last.
    pub trail: Vec<(String, Place)>,
    /// The next action.
    pub hint: Option<String>,
    /// The output that is affected, as a path below the target.
    pub output: Option<String>,
}

impl Diagnostic {
    /// A finding without place, trail and hint.
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            place: None,
            text: None,
            trail: Vec::new(),
            hint: None,
            output: None,
        }
    }

    /// An error without place, trail and hint.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A warning without place, trail and hint.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// The same with a place.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same with the text that the place points into.
    pub fn in_text(mut self, text: Arc<[u8]>) -> Self {
        self.text = Some(text);
        self
    }

    /// The same with a hint.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same for an output.
    pub fn for_output(mut self, output: impl Into<String>) -> Self {
        self.output = Some(output.into());
        self
    }

    /// Order of a report: by file, line, column, then message.
    pub fn report_order(&self, other: &Self) -> Ordering {
        let key = |diagnostic: &Self| {
            diagnostic
                .place
                .as_ref()
                .map(|place| (place.path.clone(), place.line, place.column))
        };
        self.severity
            .cmp(&other.severity)
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.message.cmp(&other.message))
            .then_with(|| self.output.cmp(&other.output))
    }
}
