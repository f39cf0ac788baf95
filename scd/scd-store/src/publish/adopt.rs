//! Taking over files of the outgoing tree that are to hold the same bytes again: a hard link instead of a new file.
//!
//! A link costs a third of writing a small file, and the file keeps its time, so that caches and backups that go by times
//! see only what has changed. The outgoing tree is about to go, so the file soon has one name again.

use rustix::fs::AtFlags;
use rustix::io::Errno;

use super::copy::Place;
use super::stage::Stage;
use crate::glance::Sight;
use crate::manifest::ManifestEntry;
use crate::stamp::Stamp;

/// What became of the attempt to take a file over.
pub(super) enum Adoption {
    /// The stage holds it now.
    Linked(Stamp),
    /// It is the file that was recorded, but it cannot be taken over (too many links, another disk, a file of somebody
    /// else's, other names that it would go on changing with): write it anew with this time.
    Refused { modified: i64 },
    /// It is not what was recorded.
    Differs,
}

/// Whether what is seen is the file that `entry` records, with the mode that this run gives to files.
fn is_recorded(seen: &Sight, entry: &ManifestEntry, stage: &Stage) -> bool {
    seen.is_file && seen.mode == stage.modes().file && seen.stamp.is_published_as(&entry.stamp)
}

/// Whether it has no other name than the ones in the stage and in the live tree.
fn is_unshared(seen: &Sight) -> bool {
    seen.names <= 2
}

/// Whether what the stage has from the spare is the file that `entry` records, and nobody else's.
pub(super) fn stays(seen: &Sight, entry: &ManifestEntry, stage: &Stage) -> bool {
    is_recorded(seen, entry, stage) && is_unshared(seen)
}

/// Links the live file at `place` into the stage, unless that has it from the spare, if it still is what `entry` records.
/// Unless `may_be_shared`, it must not have other names.
pub(super) fn adopt(place: &Place<'_>, entry: &ManifestEntry, may_be_shared: bool) -> Adoption {
    let (live, fresh) = (place.stage.live(), place.stage.fresh());
    // Linked first and looked at afterwards: what is looked at cannot be exchanged for something else any more.
    let is_linked = if place.inherited == Some(entry.stamp.inode) {
        true
    } else {
        place.make_room();
        match rustix::fs::linkat(live, place.path, fresh, place.path, AtFlags::empty()) {
            Ok(()) => true,
            Err(Errno::MLINK | Errno::PERM | Errno::ACCESS | Errno::XDEV | Errno::OPNOTSUPP) => {
                false
            }
            Err(_) => return Adoption::Differs,
        }
    };
    let directory = if is_linked { fresh } else { live };
    let found = rustix::fs::statat(directory, place.path, AtFlags::SYMLINK_NOFOLLOW);
    let adoption = match found.map(|stat| Sight::from(&stat)) {
        Ok(seen) if is_recorded(&seen, entry, place.stage) => {
            if is_linked && (may_be_shared || is_unshared(&seen)) {
                return Adoption::Linked(seen.stamp);
            }
            Adoption::Refused {
                modified: seen.stamp.modified,
            }
        }
        _ => Adoption::Differs,
    };
    if is_linked {
        // If it resists, creating the file fails next and says so.
        let _ = rustix::fs::unlinkat(fresh, place.path, AtFlags::empty());
    }
    adoption
}
