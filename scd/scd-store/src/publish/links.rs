//! What equal outputs of one run have in common on the disk. Sources are never linked to: whoever edits an output in place
//! must not change what the next run reads.

use std::os::fd::OwnedFd;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rustc_hash::FxHashMap;
use rustix::fs::{AtFlags, Mode, OFlags};

use super::copy::Place;
use crate::digest::Digest;
use crate::stamp::Stamp;

/// How an output that equals another one of the same run is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Link {
    /// Each file by itself.
    #[default]
    Copy,
    /// Each file by itself, sharing the blocks of the disk until one of them is written (btrfs, xfs); a copy elsewhere.
    /// Writing to one file in place does not change the others.
    Reflink,
    /// One file with several names; a copy where the system refuses another name. Writing to one in place changes all.
    Hardlink,
}

/// The first place of every content of a run.
pub(super) struct Links<'a> {
    link: Link,
    firsts: Mutex<FxHashMap<Digest, Place<'a>>>,
    /// False once the file system has said that it cannot share blocks.
    clones: AtomicBool,
}

impl<'a> Links<'a> {
    pub(super) fn new(link: Link) -> Links<'a> {
        Links {
            link,
            firsts: Mutex::default(),
            clones: AtomicBool::new(link == Link::Reflink),
        }
    }

    /// Whether one file may have several names in a published tree.
    pub(super) fn shares_files(&self) -> bool {
        self.link == Link::Hardlink
    }

    /// Remembers that `place` holds these bytes.
    pub(super) fn note(&self, digest: Option<Digest>, place: Place<'a>) {
        if self.link != Link::Copy
            && let (Some(digest), Ok(mut firsts)) = (digest, self.firsts.lock())
        {
            firsts.entry(digest).or_insert(place);
        }
    }

    fn first(&self, digest: Option<Digest>) -> Option<Place<'a>> {
        self.firsts.lock().ok()?.get(&digest?).copied()
    }

    /// Makes `place` another name of the file with these bytes, if that is wanted, there is one, and the system does it.
    pub(super) fn link(&self, digest: Option<Digest>, place: &Place<'_>) -> Option<Stamp> {
        if !self.shares_files() {
            return None;
        }
        let first = self.first(digest)?;
        let (from, to) = (first.stage.fresh(), place.stage.fresh());
        rustix::fs::linkat(from, first.path, to, place.path, AtFlags::empty()).ok()?;
        let stat = rustix::fs::statat(to, place.path, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        Some(Stamp::from(&stat))
    }

    /// Fills the empty `file` with the blocks of the file with these bytes, if that is wanted, there is one, and the file
    /// system does it.
    pub(super) fn clone_into(&self, digest: Option<Digest>, file: &OwnedFd) -> bool {
        if !self.clones.load(Ordering::Relaxed) {
            return false;
        }
        let Some(first) = self.first(digest) else {
            return false;
        };
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let source = rustix::fs::openat(first.stage.fresh(), first.path, flags, Mode::empty());
        let is_cloned = source.is_ok_and(|source| rustix::fs::ioctl_ficlone(file, source).is_ok());
        if !is_cloned {
            self.clones.store(false, Ordering::Relaxed);
        }
        is_cloned
    }
}
