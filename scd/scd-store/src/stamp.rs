//! What tells that a file is as it was, without reading it.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::Stat;

/// What the file system says about one state of one file. Whoever remembers it beside what the file held need not read the
/// file again while it agrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Bytes of the file.
    pub size: u64,
    /// When its bytes last changed, in nanoseconds since 1970.
    pub modified: i64,
    /// When anything of it last changed, its links and its owner included, in nanoseconds since 1970. Nobody can set it, so
    /// it shows changes that hide behind a restored `modified`.
    pub changed: i64,
    /// Its number in the file system.
    pub inode: u64,
    /// The number of the file system. May be another one after a restart of the machine.
    pub device: u64,
}

/// How far behind the clock the times of a file system may be, in nanoseconds: what changed that recently may change again
/// without showing it.
pub(crate) const TIME_STEP: i64 = 2_000_000_000;

impl Stamp {
    /// The stamp of the file at `path`; links are followed.
    ///
    /// # Errors
    /// Whatever the system says, such as that there is no such file.
    pub fn at(path: &Path) -> io::Result<Stamp> {
        std::fs::metadata(path).map(|metadata| Stamp::of(&metadata))
    }

    /// The stamp that `metadata` holds.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            size: metadata.len(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
            device: metadata.dev(),
        }
    }

    /// Whether a published file with this stamp is the one that `recorded` describes. Only size, time and number count:
    /// `changed` moves whenever a hard link comes or goes, as publishing does, and the device is that of the target.
    #[must_use]
    pub fn is_published_as(&self, recorded: &Stamp) -> bool {
        (self.size, self.modified, self.inode) == (recorded.size, recorded.modified, recorded.inode)
    }

    /// Whether a later change to what was seen with this stamp at `seen` (nanoseconds since 1970) would have shown in
    /// another stamp. File systems count time in steps, of two seconds at worst: what changes twice within one step looks as
    /// if it had changed once.
    #[must_use]
    pub fn is_settled(&self, seen: i64) -> bool {
        self.modified.max(self.changed).saturating_add(TIME_STEP) < seen
    }

    /// The same for what nobody else could reach before `seen`, such as files of a stage. Where times have fractions of a
    /// second, steps are those of the system's clock.
    #[must_use]
    pub fn is_settled_when_published(&self, seen: i64) -> bool {
        const TICK: i64 = 20_000_000;
        let is_coarse = self.modified % 1_000_000_000 == 0;
        if is_coarse {
            self.is_settled(seen)
        } else {
            self.modified.saturating_add(TICK) < seen
        }
    }

    /// The time now as stamps have it.
    #[must_use]
    pub fn now() -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map_or(0, |now| i64::try_from(now.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl From<&Stat> for Stamp {
    // The widths of these fields differ between architectures.
    #[allow(clippy::unnecessary_cast)]
    fn from(stat: &Stat) -> Stamp {
        Stamp {
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: nanoseconds(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: nanoseconds(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
            inode: stat.st_ino as u64,
            device: stat.st_dev as u64,
        }
    }
}

/// 292 years on both sides of 1970 fit; what lies outside counts as their end.
fn nanoseconds(seconds: i64, nanoseconds: i64) -> i64 {
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    #[test]
    fn young_stamps_are_not_settled() {
        let stamp = Stamp {
            modified: 10_500_000_001,
            changed: 10_600_000_000,
            ..Stamp::default()
        };
        assert!(!stamp.is_settled(10_600_000_000) && !stamp.is_settled(12_000_000_000));
        assert!(stamp.is_settled(12_700_000_000));
        assert!(!stamp.is_settled_when_published(10_501_000_000));
        assert!(stamp.is_settled_when_published(10_530_000_000));
        let coarse = Stamp {
            modified: 10_000_000_000,
            changed: 10_000_000_000,
            ..stamp
        };
        assert!(!coarse.is_settled_when_published(11_900_000_000));
        // A clock that was set back leaves stamps in the future, which are never settled.
        assert!(!stamp.is_settled(9_000_000_000));
    }

    #[test]
    fn a_stamp_shows_every_change() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x");
        fs::write(&path, "one").unwrap();
        let first = Stamp::at(&path).unwrap();
        assert_eq!(first.size, 3);
        let stat = rustix::fs::stat(&path).unwrap();
        assert_eq!(first, Stamp::from(&stat));

        // A hard link changes the file but not what it holds.
        fs::hard_link(&path, directory.path().join("y")).unwrap();
        assert!(Stamp::at(&path).unwrap().is_published_as(&first));

        let time = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 5);
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(time))
            .unwrap();
        let touched = Stamp::at(&path).unwrap();
        assert_eq!(touched.modified, 1_700_000_000_000_000_005);
        assert!(!touched.is_published_as(&first));

        fs::write(directory.path().join("z"), "one").unwrap();
        fs::rename(directory.path().join("z"), &path).unwrap();
        assert_ne!(Stamp::at(&path).unwrap().inode, first.inode);
    }
}
