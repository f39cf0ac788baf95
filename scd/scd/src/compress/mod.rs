//! Compressed files beside the outputs, for web servers that send them as they are (`gzip_static`, `brotli_static`).
//!
//! Mirrors `Magento\MagentoCloud\Util\StaticContentCompressor`, which runs `gzip` over `pub/static`: the same names, sizes
//! above 300 bytes, and a compressed file even where it is no smaller, so that whether there is one depends on name and
//! size alone. What is written here belongs to the run like any other output, so that none outlives its file.

pub mod codec;

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::SourceId;
use scd_store::Digest;

use crate::context::Context;
use crate::derive::{Derived, Output, OutputContent};
use crate::diagnostic::{Diagnostic, Place};
use crate::error::Error;
use crate::report::CompressionReport;
use crate::sources::Sources;
use codec::{Codec, Format};

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

/// Whether files of this name are compressed, provided that they are large enough.
fn has_ending(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
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
}

/// Makes the compressed files of all outputs. Each distinct content is compressed once, however often it is placed.
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
    let texts = Texts::collect(derived, sources, &mut compressed.diagnostics);
    let made = run(&texts.distinct, context)?;
    compressed.reports = codecs
        .iter()
        .map(|&codec| CompressionReport::new(codec))
        .collect();
    for report in &mut compressed.reports {
        report.distinct_count = texts.distinct.len();
    }
    for package in &derived.packages {
        let mut own = Vec::new();
        let with_suffix = package.outputs.iter().filter(|output| {
            let mut suffixes = codecs.iter().map(|codec| codec.format().suffix());
            suffixes.any(|suffix| output.path.ends_with(suffix))
        });
        let taken: FxHashMap<&str, &Output> =
            with_suffix.map(|output| (&*output.path, output)).collect();
        for output in &package.outputs {
            let Some(text) = texts.of(output) else {
                continue;
            };
            for (number, codec) in codecs.iter().enumerate() {
                let path = format!("{}{}", output.path, codec.format().suffix());
                if let Some(known) = taken.get(path.as_str()) {
                    compressed
                        .diagnostics
                        .push(name_taken(known, output, sources));
                    continue;
                }
                let bytes = &made[text][number];
                compressed.reports[number].add(texts.distinct[text].len(), bytes.len());
                own.push(CompressedOutput {
                    output: Output {
                        path: path.into(),
                        content: OutputContent::Bytes(bytes.clone()),
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

/// The contents that are compressed.
struct Texts {
    /// Each once.
    distinct: Vec<Arc<[u8]>>,
    /// Which of them an output holds.
    by_key: FxHashMap<ContentKey, usize>,
}

/// Two outputs with one key have one content; the other way round it takes a digest to tell.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum ContentKey {
    Bytes(*const u8, usize),
    Stored(Digest),
    Verbatim(SourceId),
}

impl ContentKey {
    fn of(content: &OutputContent) -> Self {
        match content {
            OutputContent::Bytes(bytes) => Self::Bytes(bytes.as_ptr(), bytes.len()),
            OutputContent::Remembered(_, digest) | OutputContent::Stored(digest) => {
                Self::Stored(*digest)
            }
            OutputContent::Verbatim(source) => Self::Verbatim(*source),
        }
    }
}

impl Texts {
    /// The contents of all outputs that are compressed, in the order of the outputs.
    fn collect(derived: &Derived, sources: &Sources<'_>, findings: &mut Vec<Diagnostic>) -> Self {
        let mut seen = FxHashSet::default();
        let outputs = derived.packages.iter().flat_map(|package| &package.outputs);
        let first: Vec<&Output> = outputs
            .filter(|output| has_ending(&output.path))
            .filter(|output| seen.insert(ContentKey::of(&output.content)))
            .collect();
        let read: Vec<Result<_, Diagnostic>> = first
            .par_iter()
            .map(|output| {
                let bytes = output.content.bytes(sources)?;
                let is_wanted = bytes.len() > THRESHOLD;
                Ok(is_wanted.then(|| (Digest::of(&bytes), bytes)))
            })
            .collect();
        let mut texts = Self {
            distinct: Vec::new(),
            by_key: FxHashMap::default(),
        };
        let mut by_digest = FxHashMap::default();
        for (output, read) in first.iter().zip(read) {
            match read {
                Ok(None) => {}
                Ok(Some((digest, bytes))) => {
                    let text = *by_digest.entry(digest).or_insert_with(|| {
                        texts.distinct.push(bytes);
                        texts.distinct.len() - 1
                    });
                    texts.by_key.insert(ContentKey::of(&output.content), text);
                }
                Err(finding) => findings.push(finding),
            }
        }
        texts
    }

    fn of(&self, output: &Output) -> Option<usize> {
        let key = has_ending(&output.path).then(|| ContentKey::of(&output.content))?;
        self.by_key.get(&key).copied()
    }
}

/// Numbers of a text and of a codec.
type Job = (usize, usize);

/// Every text through every codec, the slowest first, so that none is left alone at the end.
fn run(texts: &[Arc<[u8]>], context: &Context<'_>) -> Result<Vec<Vec<Arc<[u8]>>>, Error> {
    let options = context.options;
    let Compression { codecs, timeout } = &options.compression;
    let started = Instant::now();
    let mut jobs: Vec<Job> = (0..texts.len())
        .flat_map(|text| (0..codecs.len()).map(move |codec| (text, codec)))
        .collect();
    jobs.sort_by_key(|&(text, codec)| Reverse(codecs[codec].weight(texts[text].len())));
    let mut made: Vec<(Job, Arc<[u8]>)> = jobs
        .par_iter()
        .with_max_len(1)
        .map(|&(text, codec)| {
            if options.interrupted.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            if let Some(timeout) = *timeout
                && started.elapsed() >= timeout
            {
                return Err(Error::CompressionTimeout { timeout });
            }
            Ok(((text, codec), codecs[codec].compress(&texts[text]).into()))
        })
        .collect::<Result<_, _>>()?;
    made.sort_unstable_by_key(|(job, _)| *job);
    let mut by_text = vec![Vec::with_capacity(codecs.len()); texts.len()];
    for ((text, _), bytes) in made {
        by_text[text].push(bytes);
    }
    Ok(by_text)
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
