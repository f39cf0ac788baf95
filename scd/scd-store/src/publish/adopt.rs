//! Taking over files of the outgoing tree that are to hold the same bytes again: a hard link instead of a new file.
//!
//! A link costs a third of writing a small file, and the file keeps its time, so that caches and backups that go by times
//! see only what has changed. The outgoing tree is about to go, so the file soon has one name again.

use rustix::fs::{AtFlags, FileType, RawMode};
use rustix::io::Errno;

use super::copy::Place;
use crate::manifest::ManifestEntry;
use crate::stamp::Stamp;

/// What became of the attempt to take a file over.
pub(super) enum Adoption {
    /// The stage holds it now.
    Linked(Stamp),
    /// It is the file that was recorded, but the system makes no link to it (too many links, another disk, a file of
    /// somebody else's): write it anew with this time.
    Refused { modified: i64 },
    /// It is not what was recorded.
    Differs,
}

/// Links the live file at `place` into the stage if it still is what `entry` records.
pub(super) fn adopt(place: &Place<'_>, entry: &ManifestEntry) -> Adoption {
    let (live, fresh) = (place.stage.live(), place.stage.fresh());
    // Linked first and looked at afterwards: what is looked at cannot be exchanged for something else any more.
    let refused = match rustix::fs::linkat(live, place.path, fresh, place.path, AtFlags::empty()) {
        Ok(()) => false,
        Err(Errno::MLINK | Errno::PERM | Errno::ACCESS | Errno::XDEV | Errno::OPNOTSUPP) => true,
        Err(_) => return Adoption::Differs,
    };
    let found = rustix::fs::statat(
        if refused { live } else { fresh },
        place.path,
        AtFlags::SYMLINK_NOFOLLOW,
    );
    let stamp = match found {
        Ok(stat)
            if FileType::from_raw_mode(stat.st_mode).is_file()
                && stat.st_mode & 0o7777 == RawMode::from(place.stage.modes().file)
                && Stamp::from(&stat).is_published_as(&entry.stamp) =>
        {
            Stamp::from(&stat)
        }
        _ => {
            if !refused {
                // If it resists, creating the file fails next and says so.
                let _ = rustix::fs::unlinkat(fresh, place.path, AtFlags::empty());
            }
            return Adoption::Differs;
        }
    };
    if refused {
        Adoption::Refused {
            modified: stamp.modified,
        }
    } else {
        Adoption::Linked(stamp)
    }
}
