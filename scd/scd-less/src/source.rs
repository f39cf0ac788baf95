//! Named text, the way from an offset to a place, and parsed files.

use std::sync::Arc;

use crate::ast::Tree;
use crate::diagnostic::Diagnostics;
use crate::options::ParseOptions;
use crate::source_map::utf16_length;
use crate::value::Text;

/// A file as handed to [`parse`](crate::parse).
#[derive(Clone, Debug)]
pub struct Source {
    /// The name by which importers and messages know the file.
    pub name: Arc<str>,
    /// The text to parse, preprocessed if the caller preprocesses.
    pub text: Arc<str>,
    /// How lines of `text` lie in the file that a person edits, if they differ.
    pub origin: Option<Arc<Origin>>,
}

/// The unpreprocessed form of a source, so that messages can point into the file that a person edits.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The file's name.
    pub name: Arc<str>,
    /// Its text, for excerpts.
    pub text: Arc<str>,
    /// For every line of the preprocessed text, its line in the original, counted from 1. Lines behind the end keep the
    /// distance to the last entry.
    pub lines: Vec<u32>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file's name.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in bytes, counted from 1; 1 if only the line is known.
    pub column: u32,
    /// How many bytes of the line belong to what is meant; 0 if that is not known.
    pub length: u32,
    /// The text of the line, cut where it is longer than people read.
    pub excerpt: String,
}

impl Source {
    /// A source that is parsed as it was written.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            origin: None,
        }
    }

    /// The place of a byte offset, in the original file if it is known.
    #[must_use]
    pub fn locate(&self, offset: usize) -> Location {
        let bytes = self.text.as_bytes();
        let offset = offset.min(bytes.len());
        let line = memchr::memchr_iter(b'\n', &bytes[..offset]).count();
        let start = memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |newline| newline + 1);
        let column = offset - start;
        let own = line_at(&self.text, line);
        let Some(origin) = &self.origin else {
            return Location {
                file: Arc::clone(&self.name),
                line: line as u32 + 1,
                column: column as u32 + 1,
                length: self.length_at(offset),
                excerpt: cut(own).to_owned(),
            };
        };
        let line = origin.line(line);
        let excerpt = line_at(&origin.text, line as usize);
        // Preprocessing moves most lines without changing them; then the column is the author's, too.
        let is_same = agree(own, excerpt, column);
        Location {
            file: Arc::clone(&origin.name),
            line: line + 1,
            column: if is_same { column as u32 + 1 } else { 1 },
            length: if is_same { self.length_at(offset) } else { 0 },
            excerpt: cut(excerpt).to_owned(),
        }
    }

    fn length_at(&self, offset: usize) -> u32 {
        crate::parse::span_length(self.text.as_bytes(), offset) as u32
    }
}

/// The beginning of a line; whole unless it is as long as only machines write.
fn cut(line: &str) -> &str {
    const LONGEST: usize = 1_000;
    &line[..line.floor_char_boundary(LONGEST)]
}

impl Origin {
    /// The line of the original that a line of the preprocessed text comes from, both counted from 0.
    fn line(&self, line: usize) -> u32 {
        let line = match self.lines.get(line) {
            Some(&line) => line,
            None => {
                let behind = line + 1 - self.lines.len();
                self.lines.last().copied().unwrap_or(0) + behind as u32
            }
        };
        line.saturating_sub(1)
    }
}

/// Whether two lines are the same up to a column and a character behind it.
fn agree(own: &str, original: &str, column: usize) -> bool {
    let end = (column + 1).min(own.len());
    original.as_bytes().get(..end) == own.as_bytes().get(..end)
}

fn line_at(text: &str, line: usize) -> &str {
    text.split('\n')
        .nth(line)
        .unwrap_or_default()
        .trim_end_matches('\r')
}

/// The lines of a source, to find many places in it.
pub(crate) struct Lines<'s> {
    source: &'s Source,
    starts: Vec<usize>,
    /// The same of the original, if there is one.
    original_starts: Vec<usize>,
}

impl<'s> Lines<'s> {
    pub(crate) fn new(source: &'s Source) -> Self {
        let original = source.origin.as_ref();
        Self {
            source,
            starts: line_starts(&source.text),
            original_starts: original.map_or(Vec::new(), |origin| line_starts(&origin.text)),
        }
    }

    /// Line and column of a byte offset in the file that a person edits, counted from 0, the column in UTF-16 units.
    pub(crate) fn place(&self, offset: usize) -> (u32, u32) {
        let text = &self.source.text;
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let start = self.starts[line];
        let column = utf16_length(&text.as_bytes()[start..offset]);
        let Some(origin) = &self.source.origin else {
            return (line as u32, column);
        };
        let own = content(text, &self.starts, line);
        let line = origin.line(line);
        let original = content(&origin.text, &self.original_starts, line as usize);
        if agree(own, original, offset - start) {
            return (line, column);
        }
        (line, 0)
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let newlines = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
    std::iter::once(0).chain(newlines).collect()
}

/// A line by its number, without its end.
fn content<'t>(text: &'t str, starts: &[usize], line: usize) -> &'t str {
    let Some(&start) = starts.get(line) else {
        return "";
    };
    let end = starts.get(line + 1).copied().unwrap_or(text.len());
    text[start..end].trim_end_matches(['\n', '\r'])
}

/// A parsed file: immutable, parsed once and shared by compiles and threads.
#[derive(Debug)]
pub struct Stylesheet {
    source: Source,
    options: ParseOptions,
    tree: Tree,
    damage: Damage,
}

/// What could not be read of a file.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    /// Why.
    pub(crate) errors: Diagnostics,
    /// The names of variables and mixins that the lost statements may have defined.
    pub(crate) lost_names: Vec<Text>,
}

impl Stylesheet {
    pub(crate) fn new(source: Source, options: ParseOptions, tree: Tree, damage: Damage) -> Self {
        Self {
            source,
            options,
            tree,
            damage,
        }
    }

    /// The text that this was parsed from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What it was parsed with; compiling needs the same output form and dialect.
    #[must_use]
    pub fn options(&self) -> &ParseOptions {
        &self.options
    }

    /// What is wrong with the file. It is empty unless [`parse_recovering`](crate::parse_recovering) made this.
    #[must_use]
    pub fn errors(&self) -> &Diagnostics {
        &self.damage.errors
    }

    pub(crate) fn lost_names(&self) -> &[Text] {
        &self.damage.lost_names
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_to_the_original_file() {
        let mut source = Source::new("x.less", "a\nbc\nd");
        assert_eq!(source.locate(3).line, 2);
        assert_eq!(source.locate(3).column, 2);
        assert_eq!(source.locate(3).excerpt, "bc");
        let origin = Origin {
            name: "o.less".into(),
            text: "1\n2\n3\n4\n5".into(),
            lines: vec![1, 3],
        };
        source.origin = Some(Arc::new(origin));
        assert_eq!(source.locate(3).line, 3);
        assert_eq!(source.locate(5).line, 4);
        assert_eq!(&*source.locate(5).file, "o.less");
        assert_eq!(source.locate(5).excerpt, "4");
    }
}
