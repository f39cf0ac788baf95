//! What an earlier run found in the file system, as far as it still holds: answers to questions that need not be asked again.
//!
//! Answers come from the trace of that run, each compared with the file system moments before. What files and directories
//! hold is kept beside it for whatever every run looks into (registrations, configuration, names in directories), in a file of
//! its own that only runs with something to do read.

use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxBuildHasher, FxHashMap};
use scd_magento::{Entry, EntryKind};
use scd_store::{Digest, Reader, Record, Writer};

use super::key::BUILD;
use super::trace::{Found, Question, Trace};

/// The answers of an earlier run that still hold.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    /// All that was asked, sorted by path.
    questions: Vec<Question>,
    /// What was found at each of these paths moments ago, if it is as it was.
    found: Vec<Option<Found>>,
    /// Places among the questions by the hash of the path. A path whose hash another one has is not known.
    places: FxHashMap<u64, u32>,
    /// Where contents are kept, and under which number.
    place: Option<(PathBuf, u64)>,
    contents: OnceLock<Option<Contents>>,
}

/// What is known about one path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) found: Found,
    pub(crate) question: &'a Question,
    /// Its place among the questions.
    pub(crate) number: usize,
}

impl Answer<'_> {
    /// Digest of what it holds, where that is known.
    pub(crate) fn digest(&self) -> Option<Digest> {
        self.question.digest.filter(|_| self.question.is_content)
    }
}

impl Remembered {
    /// The answers of `trace` that were given again. What paths hold is kept at `place`.
    pub(crate) fn new(
        trace: Trace,
        found: Vec<Option<Found>>,
        place: (PathBuf, u64),
    ) -> Remembered {
        let numbers = (0..).zip(&trace.questions);
        let mut places = FxHashMap::default();
        places.reserve(trace.questions.len());
        for (number, question) in numbers {
            places.entry(hash(&question.path)).or_insert(number);
        }
        Remembered {
            questions: trace.questions,
            found,
            places,
            place: Some(place),
            contents: OnceLock::new(),
        }
    }

    /// All that was asked, sorted by path.
    pub(crate) fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// What is known about a path.
    pub(crate) fn answer(&self, path: &Path) -> Option<Answer<'_>> {
        self.answer_at(self.number(path)?)
    }

    /// What is known about the path at a place among the questions.
    pub(crate) fn answer_at(&self, number: usize) -> Option<Answer<'_>> {
        Some(Answer {
            found: self.found.get(number).copied().flatten()?,
            question: self.questions.get(number)?,
            number,
        })
    }

    /// The place of a path among the questions, whether its answer still holds or not.
    fn number(&self, path: &Path) -> Option<usize> {
        let number = *self.places.get(&hash(path))? as usize;
        let is_it = self.questions[number].path.as_os_str() == path.as_os_str();
        is_it.then_some(number)
    }

    /// What is kept of what a path holds: all of it where `kind` is [`WHOLE`], else the gist of that kind.
    pub(crate) fn content(&self, answer: &Answer<'_>, kind: &str) -> Option<&[u8]> {
        let is_content = answer.question.is_content;
        let (kept, bytes) = self.numbered(answer.number).filter(|_| is_content)?;
        (kept == kind.as_bytes()).then_some(bytes)
    }

    /// What is to be kept of what a path holds in this run. A directory that was written to often has the same names again.
    pub(crate) fn kept(&self, path: &Path, kind: &'static str, bytes: &[u8]) -> Kept {
        let number = self.number(path);
        let before = number.filter(|&it| self.numbered(it) == Some((kind.as_bytes(), bytes)));
        before.map_or_else(|| Kept::New(kind, bytes.into()), Kept::Before)
    }

    /// What is kept under a number, with its kind.
    fn numbered(&self, number: usize) -> Option<(&[u8], &[u8])> {
        let load = || {
            let (path, id) = self.place.as_ref()?;
            Contents::load(path, *id)
        };
        self.contents.get_or_init(load).as_ref()?.of(number)
    }

    /// Sees to it that what the paths of a trace hold lies at `path`, in the order of the trace; returns the number under which it
    /// lies there, `fresh` if it had to be written.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn keep(
        &self,
        kept: &[Option<Kept>],
        path: &Path,
        fresh: u64,
    ) -> Result<u64, scd_store::Error> {
        let is_in_place = |(place, kept): (usize, &Option<Kept>)| match kept {
            Some(Kept::Before(number)) => *number == place,
            Some(Kept::New(..)) => false,
            None => true,
        };
        if let Some((before, id)) = &self.place
            && before == path
            && kept.iter().enumerate().all(is_in_place)
        {
            return Ok(*id);
        }
        let mut writer = Writer::new();
        writer.list(kept, |writer, kept| {
            let bytes = kept.as_ref().and_then(|kept| match kept {
                Kept::Before(number) => self.numbered(*number),
                Kept::New(kind, bytes) => Some((kind.as_bytes(), &**bytes)),
            });
            writer.optional(bytes.as_ref(), |writer, (kind, bytes)| {
                writer.bytes(kind).bytes(bytes);
            });
        });
        Record::save(path, &kind(fresh), &writer.finish())?;
        Ok(fresh)
    }
}

/// As text, which takes a fraction of hashing part by part.
fn hash(path: &Path) -> u64 {
    let mut hasher = FxBuildHasher.build_hasher();
    hasher.write(OsStr::as_bytes(path.as_os_str()));
    hasher.finish()
}

/// Bytes that are kept of what a path holds.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// They are among the contents of the run before, under that number.
    Before(usize),
    /// They were read in this run, or are what came of it in this run; with their kind.
    New(&'static str, Arc<[u8]>),
}

/// The kind of bytes that are all that a path holds.
pub(crate) const WHOLE: &str = "";

/// What the paths of a trace hold, by their place in it.
#[derive(Debug)]
struct Contents {
    record: Record,
    /// Of the kind and of the bytes.
    ranges: Vec<Option<(Range<usize>, Range<usize>)>>,
}

/// Ties contents to the trace that they belong to.
fn kind(id: u64) -> Digest {
    Digest::of(format!("scd contents {BUILD} {id}").as_bytes())
}

impl Contents {
    fn load(path: &Path, id: u64) -> Option<Contents> {
        let record = Record::load(path, &kind(id))?;
        let mut reader = Reader::new(record.payload());
        let size = record.payload().len();
        let ranges = reader.list(|reader| {
            let range = |reader: &mut Reader<'_>| {
                let length = reader.bytes()?.len();
                let end = size - reader.remaining();
                Some(end - length..end)
            };
            reader.optional(|reader| Some((range(reader)?, range(reader)?)))
        })?;
        Some(Contents { record, ranges })
    }

    fn of(&self, number: usize) -> Option<(&[u8], &[u8])> {
        let (kind, bytes) = self.ranges.get(number)?.clone()?;
        let payload = self.record.payload();
        Some((payload.get(kind)?, payload.get(bytes)?))
    }
}

/// The entries of a directory as bytes.
pub(crate) fn pack(entries: &[Entry]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.list(entries, |writer, entry| {
        let kind = match entry.kind {
            EntryKind::File => 0,
            EntryKind::Directory => 1,
            EntryKind::Other => 2,
        };
        writer
            .bytes(entry.name.as_bytes())
            .number(kind)
            .flag(entry.is_link);
    });
    writer.finish()
}

/// The other way round.
pub(crate) fn unpack(bytes: &[u8]) -> Option<Vec<Entry>> {
    Reader::new(bytes).list(|reader| {
        Some(Entry {
            name: OsString::from_vec(reader.bytes()?.to_vec()),
            kind: match reader.number()? {
                0 => EntryKind::File,
                1 => EntryKind::Directory,
                2 => EntryKind::Other,
                _ => return None,
            },
            is_link: reader.flag()?,
        })
    })
}
