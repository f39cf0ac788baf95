//! Source maps (version 3): which place of which source every part of the CSS comes from.
//!
//! The printer notes byte offsets ([`Mark`]); here they become lines and columns, counted in UTF-16 units as browsers do, and
//! the JSON text. Sources are the files that a person edits: of a preprocessed one, its [`Origin`](crate::Origin).

use std::fmt::Write;
use std::sync::Arc;

use crate::function::base64;
use crate::source::{Lines, Source};

/// A byte of the CSS, and the place that what begins there comes from; `None` if it comes from nowhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) at: usize,
    /// The number of the source and the byte offset in it.
    pub(crate) from: Option<(u32, u32)>,
}

/// A mapping: lines and columns count from 0, columns in UTF-16 units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    line: u32,
    column: u32,
    /// Source, line and column.
    from: Option<(u32, u32, u32)>,
}

/// A file that CSS comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MapSource {
    name: Arc<str>,
    text: Arc<str>,
}

/// Where the CSS of a compile comes from. Made if [`Options::source_map`](crate::Options::source_map) is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceMap {
    sources: Vec<MapSource>,
    segments: Vec<Segment>,
}

/// How a source map is written down.
///
/// ```
/// use scd_less::{MemoryImporter, Options, ParseOptions, Source, SourceMapFormat, compile, parse};
///
/// let source = Source::new("css/a.less", "@w: 2px; .a { .b { width: @w * 2 } }");
/// let sheet = std::sync::Arc::new(parse(source, &ParseOptions::default())?);
/// let options = Options { source_map: true, ..Options::default() };
/// let compiled = compile(&sheet, &MemoryImporter::default(), &options)?;
/// let map = compiled.source_map.expect("it was asked for");
/// let format = SourceMapFormat {
///     file: Some("a.css".to_owned()),
///     bases: vec![("css/".to_owned(), "/static/source/".to_owned())],
///     ..SourceMapFormat::default()
/// };
/// assert!(map.to_json(&format).contains(r#""file":"a.css","sources":["/static/source/a.less"]"#));
/// let css = compiled.css + &scd_less::SourceMap::link("a.css.map");
/// assert!(css.ends_with("}\n/*# sourceMappingURL=a.css.map */"));
/// # Ok::<(), scd_less::Diagnostics>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMapFormat {
    /// The name of the CSS file.
    pub file: Option<String>,
    /// What stands before all source names (`sourceRoot`).
    pub source_root: Option<String>,
    /// Beginnings of source names and what to write instead; the longest one that fits is used.
    pub bases: Vec<(String, String)>,
    /// Whether the texts of the sources are included (`sourcesContent`).
    pub with_content: bool,
}

impl SourceMap {
    /// Turns marks into mappings. `sources` may name a file more than once; `trimmed` bytes were cut from the front of `css`.
    pub(crate) fn new(css: &str, trimmed: usize, marks: &[Mark], sources: &[&Source]) -> Self {
        let mut map = Self {
            sources: Vec::new(),
            segments: Vec::with_capacity(marks.len()),
        };
        let mut lines: Vec<Option<Lines<'_>>> = sources.iter().map(|_| None).collect();
        let mut numbers: Vec<Option<u32>> = vec![None; sources.len()];
        let mut output = Walk::default();
        for mark in marks {
            let at = mark.at.saturating_sub(trimmed).min(css.len());
            output.to(css, at);
            let from = mark.from.and_then(|(file, offset)| {
                let source = sources.get(file as usize)?;
                let (line, column) = lines[file as usize]
                    .get_or_insert_with(|| Lines::new(source))
                    .place(offset as usize);
                let number = *numbers[file as usize].get_or_insert_with(|| map.number(source));
                Some((number, line, column))
            });
            let segment = Segment {
                line: output.line,
                column: output.column,
                from,
            };
            match map.segments.last_mut() {
                // What prints nothing leaves its place to what follows.
                Some(last) if (last.line, last.column) == (segment.line, segment.column) => {
                    *last = segment;
                }
                Some(last) if last.from.is_none() && from.is_none() => {}
                _ => map.segments.push(segment),
            }
        }
        map
    }

    /// The number of a source in the map.
    fn number(&mut self, source: &Source) -> u32 {
        let (name, text) = match &source.origin {
            Some(origin) => (&origin.name, &origin.text),
            None => (&source.name, &source.text),
        };
        let known = self.sources.iter().position(|source| source.name == *name);
        let number = known.unwrap_or_else(|| {
            self.sources.push(MapSource {
                name: Arc::clone(name),
                text: Arc::clone(text),
            });
            self.sources.len() - 1
        });
        number as u32
    }

    /// The names of the sources, in the order in which the CSS mentions them.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| &*source.name)
    }

    /// The map as JSON, the content of a `.map` file.
    #[must_use]
    pub fn to_json(&self, format: &SourceMapFormat) -> String {
        let mut json = String::from("{\"version\":3");
        if let Some(file) = &format.file {
            json.push_str(",\"file\":");
            quote(file, &mut json);
        }
        if let Some(root) = &format.source_root {
            json.push_str(",\"sourceRoot\":");
            quote(root, &mut json);
        }
        json.push_str(",\"sources\":[");
        for (index, source) in self.sources.iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            quote(&format.name_of(&source.name), &mut json);
        }
        json.push(']');
        if format.with_content {
            json.push_str(",\"sourcesContent\":[");
            for (index, source) in self.sources.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                quote(&source.text, &mut json);
            }
            json.push(']');
        }
        json.push_str(",\"names\":[],\"mappings\":\"");
        self.mappings(&mut json);
        json.push_str("\"}");
        json
    }

    /// The map as a `data:` address, to be linked instead of a file.
    #[must_use]
    pub fn to_data_url(&self, format: &SourceMapFormat) -> String {
        let json = base64(self.to_json(format).as_bytes());
        format!("data:application/json;charset=utf-8;base64,{json}")
    }

    /// The comment that leads from CSS to its map, to be appended to the CSS.
    #[must_use]
    pub fn link(url: &str) -> String {
        format!("/*# sourceMappingURL={url} */")
    }

    fn mappings(&self, out: &mut String) {
        let mut line = 0;
        let mut is_first = true;
        let (mut column, mut source, mut from_line, mut from_column) = (0, 0, 0, 0);
        for segment in &self.segments {
            while line < segment.line {
                out.push(';');
                line += 1;
                column = 0;
                is_first = true;
            }
            if !is_first {
                out.push(',');
            }
            is_first = false;
            vlq(segment.column, &mut column, out);
            if let Some(from) = segment.from {
                vlq(from.0, &mut source, out);
                vlq(from.1, &mut from_line, out);
                vlq(from.2, &mut from_column, out);
            }
        }
    }
}

impl SourceMapFormat {
    fn name_of(&self, name: &str) -> String {
        let base = self
            .bases
            .iter()
            .filter(|(base, _)| name.starts_with(base.as_str()))
            .max_by_key(|(base, _)| base.len());
        match base {
            Some((base, replacement)) => format!("{replacement}{}", &name[base.len()..]),
            None => name.to_owned(),
        }
    }
}

/// Line and column of a place that only moves forward.
#[derive(Default)]
struct Walk {
    at: usize,
    line: u32,
    column: u32,
}

impl Walk {
    fn to(&mut self, text: &str, at: usize) {
        // Marks come in order; one behind would keep its predecessor's place.
        let at = at.max(self.at);
        let passed = &text.as_bytes()[self.at..at];
        let mut rest = passed;
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            self.line += memchr::memchr_iter(b'\n', passed).count() as u32;
            self.column = 0;
            rest = &passed[last + 1..];
        }
        self.column += utf16_length(rest);
        self.at = at;
    }
}

/// The length of UTF-8 text in UTF-16 units.
pub(crate) fn utf16_length(bytes: &[u8]) -> u32 {
    // Every character begins with a byte that is no continuation; those of four bytes need two units.
    bytes
        .iter()
        .map(|&byte| u32::from(byte & 0xC0 != 0x80) + u32::from(byte >= 0xF0))
        .sum()
}

/// Writes the distance of a number from the one before.
fn vlq(value: u32, before: &mut u32, out: &mut String) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let distance = i64::from(value) - i64::from(*before);
    *before = value;
    let mut rest = distance.unsigned_abs() << 1 | u64::from(distance < 0);
    loop {
        let digit = rest & 31;
        rest >>= 5;
        let digit = digit | u64::from(rest > 0) << 5;
        out.push(char::from(ALPHABET[digit as usize]));
        if rest == 0 {
            break;
        }
    }
}

/// Writes a JSON string.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_base64_digits() {
        let mut out = String::new();
        let mut before = 0;
        for value in [0, 1, 0, 16, 1016, 0] {
            vlq(value, &mut before, &mut out);
        }
        assert_eq!(out, "ACDgBw+Bx/B");
    }

    #[test]
    fn columns_count_utf16_units() {
        assert_eq!(utf16_length("aé€😀".as_bytes()), 5);
    }

    #[test]
    fn json_strings_are_escaped() {
        let mut out = String::new();
        quote("a\"b\\c\n\u{c}\u{1}é", &mut out);
        assert_eq!(out, "\"a\\\"b\\\\c\\n\\f\\u0001é\"");
    }
}
