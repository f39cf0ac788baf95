//! The contents that are compressed: each distinct one once, and not at all where an earlier run has done it.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::SourceId;
use scd_store::{Digest, Reader, Store, Writer};

use super::codec::Codec;
use super::{Compression, THRESHOLD, has_ending};
use crate::derive::{Derived, Output, OutputContent};
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::options::Options;
use crate::sources::Sources;

/// The contents of all outputs that are compressed.
pub(super) struct Texts {
    /// Each once, in the order of the outputs.
    pub(super) distinct: Vec<Text>,
    /// Which of them an output holds.
    by_key: FxHashMap<ContentKey, usize>,
}

/// One content, wherever it is placed.
pub(super) struct Text {
    digest: Digest,
    /// Bytes in it.
    pub(super) length: usize,
    /// None where every codec's result is recalled.
    bytes: Option<Arc<[u8]>>,
    /// For each codec, what it makes of it; all are there after [`Texts::compress`].
    pub(super) compressed: Vec<Option<Compressed>>,
}

/// A content in compressed form.
#[derive(Clone)]
pub(super) struct Compressed {
    pub(super) content: OutputContent,
    /// Bytes in it.
    pub(super) length: usize,
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
    /// Finds the contents, and recalls what earlier runs have made of them. What cannot be read is told.
    pub(super) fn collect(
        derived: &Derived,
        codecs: &[Codec],
        sources: &Sources<'_>,
        findings: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut seen = FxHashSet::default();
        let outputs = derived.packages.iter().flat_map(|package| &package.outputs);
        let first: Vec<&Output> = outputs
            .filter(|output| has_ending(&output.path))
            .filter(|output| seen.insert(ContentKey::of(&output.content)))
            .collect();
        let read: Vec<Result<Option<Text>, Diagnostic>> = first
            .par_iter()
            .map(|output| Text::read(&output.content, codecs, sources))
            .collect();
        let mut texts = Self {
            distinct: Vec::new(),
            by_key: FxHashMap::default(),
        };
        let mut by_digest = FxHashMap::default();
        for (output, read) in first.iter().zip(read) {
            match read {
                Ok(None) => {}
                Ok(Some(text)) => {
                    let number = *by_digest.entry(text.digest).or_insert_with(|| {
                        texts.distinct.push(text);
                        texts.distinct.len() - 1
                    });
                    texts.by_key.insert(ContentKey::of(&output.content), number);
                }
                Err(finding) => findings.push(finding),
            }
        }
        texts
    }

    /// The content of an output, if it is compressed.
    pub(super) fn of(&self, output: &Output) -> Option<&Text> {
        let key = has_ending(&output.path).then(|| ContentKey::of(&output.content))?;
        self.by_key.get(&key).map(|&number| &self.distinct[number])
    }

    /// How many results were recalled.
    pub(super) fn recalled(&self) -> usize {
        let results = self.distinct.iter().flat_map(|text| &text.compressed);
        results.filter(|result| result.is_some()).count()
    }

    /// Puts every content through every codec whose result is not there, the slowest first, so that none is left alone at the
    /// end.
    ///
    /// # Errors
    /// When it takes too long, or the run was interrupted.
    pub(super) fn compress(&mut self, options: &Options, store: &Store) -> Result<(), Error> {
        let Compression { codecs, timeout } = &options.compression;
        let started = Instant::now();
        let mut jobs: Vec<(usize, usize)> = Vec::new();
        for (text, of_text) in self.distinct.iter().enumerate() {
            let missing = of_text.compressed.iter().enumerate();
            let missing = missing.filter(|(_, result)| result.is_none());
            jobs.extend(missing.map(|(codec, _)| (text, codec)));
        }
        jobs.sort_by_key(|&(text, codec)| {
            Reverse(codecs[codec].weight(self.distinct[text].length))
        });
        let made: Vec<Compressed> = jobs
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
                Ok(self.distinct[text].run(codecs[codec], store))
            })
            .collect::<Result<_, _>>()?;
        for ((text, codec), made) in jobs.into_iter().zip(made) {
            self.distinct[text].compressed[codec] = Some(made);
        }
        Ok(())
    }
}

impl Text {
    /// The content; none where it is too small. It is read only where a codec's result has to be made.
    fn read(
        content: &OutputContent,
        codecs: &[Codec],
        sources: &Sources<'_>,
    ) -> Result<Option<Self>, Diagnostic> {
        let store = sources.store();
        let digest = content.digest(sources)?;
        let recalled: Vec<Option<Recalled>> = codecs
            .iter()
            .map(|&codec| Recalled::find(&key(digest, codec, store), store))
            .collect();
        let known = recalled.iter().flatten().next();
        let known = known.map(|recalled| recalled.length_before);
        let is_complete = recalled.iter().all(Option::is_some);
        let (length, bytes) = match known {
            Some(length) if is_complete => (length, None),
            _ => {
                let bytes = content.bytes(sources)?;
                (bytes.len(), Some(bytes))
            }
        };
        let compressed = recalled
            .into_iter()
            .map(|recalled| Some(recalled?.compressed))
            .collect();
        Ok((length > THRESHOLD).then_some(Self {
            digest,
            length,
            bytes,
            compressed,
        }))
    }

    fn run(&self, codec: Codec, store: &Store) -> Compressed {
        let text = self.bytes.as_deref().unwrap_or_default();
        let bytes: Arc<[u8]> = codec.compress(text).into();
        let length = bytes.len();
        if !store.is_on() {
            let content = OutputContent::Bytes(bytes);
            return Compressed { content, length };
        }
        let digest = Digest::of(&bytes);
        store.remember_blob(&digest, bytes.clone());
        let mut record = Writer::new();
        record.length(self.length).length(length).digest(&digest);
        store.remember_blob(&key(self.digest, codec, store), record.finish().into());
        Compressed {
            content: OutputContent::Remembered(bytes, digest),
            length,
        }
    }
}

/// What the result of a codec is remembered under.
fn key(text: Digest, codec: Codec, store: &Store) -> Digest {
    let (codec, maker) = (codec.to_string(), codec.format().maker());
    let parts = [&text.as_bytes()[..], codec.as_bytes(), maker.as_bytes()];
    store.key("compress", &parts)
}

/// A result of an earlier run.
struct Recalled {
    length_before: usize,
    compressed: Compressed,
}

impl Recalled {
    fn find(key: &Digest, store: &Store) -> Option<Self> {
        let record = store.recall_blob(key)?;
        let mut reader = Reader::new(&record);
        let (length_before, length) = (reader.length()?, reader.length()?);
        let digest = reader.digest()?;
        store.has(&digest).then_some(Self {
            length_before,
            compressed: Compressed {
                content: OutputContent::Stored(digest),
                length,
            },
        })
    }
}
