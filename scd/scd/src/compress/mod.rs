//! Compressed files beside the outputs, for web servers that send them as they are (`gzip_static`, `brotli_static`).
//!
//! Mirrors `Magento\MagentoCloud\Util\StaticContentCompressor`, which runs `gzip` over `pub/static`: the same names, sizes
//! above 300 bytes, and a compressed file even where it is no smaller, so that whether there is one depends on name and
//! size alone. What is written here belongs to the run like any other output, so that none outlives its file.

pub mod codec;
mod texts;

use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::context::Context;
use crate::derive::{Derived, Output};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::Error;
use crate::plan::output_path;
use crate::report::CompressionReport;
use crate::sources::Sources;
use codec::{Codec, Format};
use texts::Texts;

/// The endings of names that are compressed; letters count as they are.
const ENDINGS: [&str; 5] = [".js", ".css", ".svg", ".html", ".htm"];

/// The size in bytes that must be exceeded.
const THRESHOLD: usize = 300;

/// Which compressed files are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compression {
    codecs: Vec<Codec>,
    timeout: Option<Duration>,
}

/// One format asked for at two levels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{first}` and `{second}` cannot both be; a file has one compressed file of each format")]
pub struct TwoLevels {
    first: Codec,
    second: Codec,
}

impl Compression {
    /// These codecs, and how long all files together may take; no limit when none.
    ///
    /// # Errors
    /// A format that is named with two levels.
    pub fn new(
        codecs: impl IntoIterator<Item = Codec>,
        timeout: Option<Duration>,
    ) -> Result<Self, TwoLevels> {
        let mut known: Vec<Codec> = Vec::new();
        for codec in codecs {
            match known.iter().find(|known| known.format() == codec.format()) {
                None => known.push(codec),
                Some(&first) if first == codec => {}
                Some(&first) => {
                    let second = codec;
                    return Err(TwoLevels { first, second });
                }
            }
        }
        known.sort();
        Ok(Self {
            codecs: known,
            timeout,
        })
    }

    /// Whether nothing is compressed.
    pub fn is_off(&self) -> bool {
        self.codecs.is_empty()
    }

    /// The codecs, each format once.
    pub fn codecs(&self) -> &[Codec] {
        &self.codecs
    }
}

/// Whether files of this name are compressed, provided that they are large enough. Not where the compressed file would have a
/// longer name than file systems take: a missing one costs bytes on the way to a visitor, nothing else.
fn has_ending(path: &str) -> bool {
    let has_room = |format: &Format| output_path::has_room(path, format.suffix().len());
    ENDINGS.iter().any(|ending| path.ends_with(ending)) && Format::ALL.iter().all(has_room)
}

/// One compressed file.
#[derive(Clone, Debug)]
pub(crate) struct CompressedOutput {
    /// The file; its source is that of the one that it was made from.
    pub(crate) output: Output,
    /// What it is.
    pub(crate) format: Format,
}

/// The compressed files of a run.
#[derive(Debug, Default)]
pub(crate) struct Compressed {
    /// For each package of [`Derived`], in its order.
    pub(crate) packages: Vec<Vec<CompressedOutput>>,
    /// What was noticed.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How much of what, for each codec.
    pub(crate) reports: Vec<CompressionReport>,
    /// How many results of a codec over a content were recalled.
    pub(crate) recalled_count: usize,
}

/// Makes the compressed files of all outputs.
///
/// # Errors
/// When it takes too long, or the run was interrupted.
pub(crate) fn compress(
    derived: &Derived,
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> Result<Compressed, Error> {
    let codecs = context.options.compression.codecs();
    let mut compressed = Compressed::default();
    let mut texts = Texts::collect(derived, codecs, sources, &mut compressed.diagnostics);
    compressed.recalled_count = texts.recalled();
    texts.compress(context.options, sources.store())?;
    compressed.reports = codecs
        .iter()
        .map(|&codec| CompressionReport::new(codec, texts.distinct.len()))
        .collect();
    for package in &derived.packages {
        let mut own = Vec::new();
        let with_suffix = package.outputs.iter();
        let with_suffix = with_suffix.filter(|output| Format::of_name(&output.path).is_some());
        let taken: FxHashMap<&str, &Output> =
            with_suffix.map(|output| (&*output.path, output)).collect();
        for output in &package.outputs {
            let Some(text) = texts.of(output) else {
                continue;
            };
            for ((codec, made), report) in codecs
                .iter()
                .zip(text.compressed.iter().flatten())
                .zip(&mut compressed.reports)
            {
                let path = format!("{}{}", output.path, codec.format().suffix());
                if let Some(known) = taken.get(path.as_str()) {
                    compressed
                        .diagnostics
                        .push(name_taken(known, output, sources));
                    continue;
                }
                report.add(text.length, made.length);
                own.push(CompressedOutput {
                    output: Output {
                        path: path.into(),
                        content: made.content.clone(),
                        source: output.source,
                    },
                    format: codec.format(),
                });
            }
        }
        compressed.packages.push(own);
    }
    Ok(compressed)
}

/// An own file has the name of a compressed one.
fn name_taken(own: &Output, of: &Output, sources: &Sources<'_>) -> Diagnostic {
    let mut finding = Diagnostic::warning(format!(
        "`{}` is published as it is; it is not the compressed form of this run's `{}`",
        own.path, of.path
    ))
    .with_hint("remove the file, so that web servers do not send something outdated");
    finding.place = own.source.map(|source| Place::file(sources.path(source)));
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_count_as_they_are() {
        for path in [
            "css/a.css",
            "js/a.min.js",
            "a.html",
            "a.htm",
            "images/a.svg",
            ".js",
        ] {
            assert!(has_ending(path), "{path}");
        }
        for path in ["a.JS", "a.json", "a.js.map", "a.css.gz", "js", "a.css/b"] {
            assert!(!has_ending(path), "{path}");
        }
    }

    #[test]
    fn a_format_has_one_level() {
        let codec = |text: &str| text.parse::<Codec>().unwrap();
        let wanted = [codec("brotli:3"), codec("gzip"), codec("gzip:9")];
        let compression = Compression::new(wanted, None).unwrap();
        assert_eq!(compression.codecs(), [codec("gzip:9"), codec("brotli:3")]);
        let refused = Compression::new([codec("gzip:1"), codec("gzip:9")], None).unwrap_err();
        assert!(refused.to_string().contains("`gzip:1` and `gzip:9`"));
    }
}
