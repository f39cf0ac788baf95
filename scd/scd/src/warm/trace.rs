//! The questions that a run asked of the file system, with their answers: while the answers stay the same, so does the result.
//!
//! Answers are kept as stamps, absent files included, so that asking again takes one look at each path and no reading. What
//! changed within one step of the file system's clock before it was read may change again behind the same stamp; of such
//! files and directories the content is kept as a digest, and asking again reads them.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use scd_magento::{Entry, EntryKind, FsTree, Stat, Tree};
use scd_store::{Digest, Reader, Sight, Stamp, Symlinks, Writer, glance, is_straight};

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing.
    Nothing,
    /// A file.
    File(Stamp),
    /// A directory.
    Directory(Stamp),
    /// Something else, such as a socket.
    Other,
}

impl From<Option<Sight>> for Found {
    fn from(seen: Option<Sight>) -> Found {
        let Some(seen) = seen else {
            return Found::Nothing;
        };
        // The size of a directory says nothing about what is in it.
        let size = if seen.is_file { seen.stamp.size } else { 0 };
        let stamp = Stamp { size, ..seen.stamp };
        match seen {
            Sight { is_file: true, .. } => Found::File(stamp),
            Sight {
                is_directory: true, ..
            } => Found::Directory(stamp),
            _ => Found::Other,
        }
    }
}

impl Found {
    pub(crate) fn of(stat: Option<Stat>) -> Found {
        let Some(stat) = stat else {
            return Found::Nothing;
        };
        let stamp = Stamp {
            size: stat.size,
            modified: stat.modified,
            changed: stat.changed,
            inode: stat.inode,
            device: stat.device,
        };
        match stat.kind {
            EntryKind::File => Found::File(stamp),
            EntryKind::Directory => Found::Directory(stamp),
            EntryKind::Other => Found::Other,
        }
    }

    /// The other way round.
    pub(crate) fn stat(&self) -> Option<Stat> {
        let kind = match self {
            Found::Nothing => return None,
            Found::File(_) => EntryKind::File,
            Found::Directory(_) => EntryKind::Directory,
            Found::Other => EntryKind::Other,
        };
        let stamp = self.stamp().copied().unwrap_or_default();
        Some(Stat {
            kind,
            size: stamp.size,
            modified: stamp.modified,
            changed: stamp.changed,
            inode: stamp.inode,
            device: stamp.device,
        })
    }

    fn stamp(&self) -> Option<&Stamp> {
        match self {
            Found::File(stamp) | Found::Directory(stamp) => Some(stamp),
            Found::Nothing | Found::Other => None,
        }
    }

    /// Kind and size: all that is known to whoever only asked for them.
    pub(crate) fn outside(&self) -> (u8, u64) {
        match self {
            Found::Nothing => (0, 0),
            Found::File(stamp) => (1, stamp.size),
            Found::Directory(_) => (2, 0),
            Found::Other => (3, 0),
        }
    }
}

/// Everything that was asked about one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) path: PathBuf,
    pub(crate) found: Found,
    /// Whether what it holds was asked for: the bytes of a file, the names in a directory.
    pub(crate) is_content: bool,
    /// Digest of what it holds, where that is known: of files that were read into memory or published, and of all directories.
    pub(crate) digest: Option<Digest>,
    /// The path with every link resolved, if that was asked for.
    pub(crate) canonical: Option<PathBuf>,
    /// Whether a change since could hide behind the same stamp.
    pub(crate) is_young: bool,
}

/// All questions of a run, sorted by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    pub(crate) questions: Vec<Question>,
}

impl AsRef<Path> for Question {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

impl Question {
    /// What is seen at the path now, if it still answers the question in the same way.
    fn ask(&self, seen: io::Result<Option<Sight>>) -> Option<Found> {
        let found = Found::from(seen.ok()?);
        let is_same = if self.is_content {
            found == self.found && (!self.is_young || self.holds_the_same())
        } else {
            found.outside() == self.found.outside()
        };
        let links = |known: &PathBuf| {
            let is_itself = *known == self.path && is_straight(known);
            is_itself
                || FsTree
                    .canonicalize(&self.path)
                    .is_ok_and(|now| now == *known)
        };
        (is_same && self.canonical.as_ref().is_none_or(links)).then_some(found)
    }

    /// Whether a file was found.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.found, Found::File(_))
    }

    /// The question with the answer of now and, of a file, its bytes; none where anything else has changed than the bytes of a
    /// file or the time of a directory.
    pub(crate) fn renewed(&self, began: i64) -> Option<(Question, Vec<u8>)> {
        // Looked at before it is read: a change in between shows in the stamp.
        let found = Found::of(FsTree.stat(&self.path).ok()?);
        let (bytes, digest) = match (&self.found, &found) {
            (Found::File(_), Found::File(_)) => {
                let bytes = FsTree.read(&self.path).ok()?;
                let digest = Digest::of(&bytes);
                (bytes, digest)
            }
            (Found::Directory(_), Found::Directory(_)) => {
                let digest = digest_of_names(&FsTree.list(&self.path).ok()?);
                if self.digest != Some(digest) {
                    return None;
                }
                (Vec::new(), digest)
            }
            _ => return None,
        };
        let is_elsewhere = |known: &PathBuf| {
            let now = FsTree.canonicalize(&self.path);
            now.map_or(true, |now| now != *known)
        };
        if !self.is_content || self.canonical.as_ref().is_some_and(is_elsewhere) {
            return None;
        }
        let question = Question {
            found,
            digest: Some(digest),
            is_young: is_young(&found, began),
            ..self.clone()
        };
        Some((question, bytes))
    }

    fn holds_the_same(&self) -> bool {
        let now = match self.found {
            Found::Nothing | Found::Other => return true,
            Found::File(_) => FsTree.read(&self.path).map(|bytes| Digest::of(&bytes)),
            Found::Directory(_) => FsTree
                .list(&self.path)
                .map(|entries| digest_of_names(&entries)),
        };
        self.digest
            .is_some_and(|known| now.is_ok_and(|now| now == known))
    }
}

impl Trace {
    /// Asks every question again; what is found at each path that still gives the same answer.
    pub(crate) fn ask(&self) -> Vec<Option<Found>> {
        let root = Path::new("/");
        glance(root, &self.questions, Symlinks::Followed, Question::ask)
    }

    /// Forgets that answers were young which were compared in full by a run that began at `began`, and are old enough by now.
    /// Says whether there were any.
    pub(crate) fn settle(&mut self, began: i64) -> bool {
        let mut has_settled = false;
        for question in self.questions.iter_mut().filter(|asked| asked.is_young) {
            question.is_young = is_young(&question.found, began);
            has_settled |= !question.is_young;
        }
        has_settled
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        let mut before: &[u8] = b"";
        writer.list(&self.questions, |_, _| {});
        for question in &self.questions {
            let path = question.path.as_os_str().as_bytes();
            writer.path_behind(before, path);
            before = path;
            writer.number(u64::from(question.found.outside().0));
            if let Some(stamp) = question.found.stamp() {
                writer.stamp(stamp);
            }
            writer.flag(question.is_content).flag(question.is_young);
            writer.optional(question.digest.as_ref(), |writer, digest| {
                writer.digest(digest);
            });
            // Nearly every path is its own canonical form.
            let is_itself = question.canonical.as_ref() == Some(&question.path);
            writer.flag(is_itself);
            let other = question.canonical.as_ref().filter(|_| !is_itself);
            writer.optional(other, |writer, path| {
                writer.bytes(path.as_os_str().as_bytes());
            });
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Trace> {
        let mut path = Vec::new();
        let as_path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
        let questions = reader.list(|reader| {
            reader.path_behind(&mut path)?;
            let found = match reader.number()? {
                0 => Found::Nothing,
                1 => Found::File(reader.stamp()?),
                2 => Found::Directory(reader.stamp()?),
                3 => Found::Other,
                _ => return None,
            };
            let path = as_path(&path);
            Some(Question {
                found,
                is_content: reader.flag()?,
                is_young: reader.flag()?,
                digest: reader.optional(Reader::digest)?,
                canonical: {
                    let itself = reader.flag()?.then(|| path.clone());
                    let other = reader.optional(Reader::bytes)?.map(as_path);
                    itself.or(other)
                },
                path,
            })
        });
        Some(Trace {
            questions: questions?,
        })
    }
}

/// A digest of the names in a directory and what they are.
pub(crate) fn digest_of_names(entries: &[Entry]) -> Digest {
    let mut described = Vec::new();
    for entry in entries {
        let name = entry.name.as_bytes();
        described.extend_from_slice(&(name.len() as u64).to_le_bytes());
        described.extend_from_slice(name);
        described.push(match entry.kind {
            EntryKind::File => 0,
            EntryKind::Directory => 1,
            EntryKind::Other => 2,
        });
        described.push(u8::from(entry.is_link));
    }
    Digest::of(&described)
}

/// Whether something with this stamp, first looked at when the run began, may change without another stamp.
pub(crate) fn is_young(found: &Found, began: i64) -> bool {
    found.stamp().is_some_and(|stamp| !stamp.is_settled(began))
}
