//! Looking at many paths at once: directories that many of them share are opened, so that the system follows a long path once and
//! not anew for each file at its end.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rayon::prelude::*;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use rustix::path::Arg;

use crate::codec::common_length;
use crate::stamp::Stamp;

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Whether it is a regular file.
    pub is_file: bool,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// What tells whether it is as it was.
    pub stamp: Stamp,
    /// Permission bits.
    pub mode: u32,
    /// User and group.
    pub owner: (u32, u32),
    /// How many names it has.
    pub names: u64,
}

impl From<&Stat> for Sight {
    // The widths of these fields differ between architectures.
    #[allow(clippy::unnecessary_cast)]
    fn from(stat: &Stat) -> Sight {
        let kind = FileType::from_raw_mode(stat.st_mode);
        Sight {
            is_file: kind.is_file(),
            is_directory: kind.is_dir(),
            stamp: Stamp::from(stat),
            mode: stat.st_mode as u32 & 0o7777,
            owner: (stat.st_uid, stat.st_gid),
            names: stat.st_nlink as u64,
        }
    }
}

/// Whether a link is looked at, or what it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symlinks {
    /// What it leads to.
    Followed,
    /// The link itself.
    Seen,
}

/// Looks at the path of each item, relative to `base` where it is no absolute one, and gives what `answer` makes of what is there
/// (none if nothing is) in the order of the items. That takes least where they are sorted by path, byte by byte.
pub fn glance<I: AsRef<Path> + Sync, T: Send>(
    base: &Path,
    items: &[I],
    links: Symlinks,
    answer: impl Fn(&I, io::Result<Option<Sight>>) -> T + Sync,
) -> Vec<T> {
    /// Enough to share directories, and few enough to keep all threads busy.
    const CHUNK: usize = 512;
    let opened = open(CWD, base);
    let look_at = |chunk: &[I]| {
        let base = match &opened {
            Ok(base) => base.as_fd(),
            // Absolute paths need none, and others are not there.
            Err(_) => CWD,
        };
        let glance = Glance {
            base,
            paths: chunk.iter().map(|item| bytes(item.as_ref())).collect(),
            links,
        };
        let seen = match &opened {
            Err(error) if !base_is_needless(&glance.paths) => {
                vec![absent_or(*error); chunk.len()]
            }
            _ => glance.all(),
        };
        let seen = seen.into_iter().map(|seen| seen.map_err(io::Error::from));
        let answers = chunk.iter().zip(seen);
        answers.map(|(item, seen)| answer(item, seen)).collect()
    };
    let chunks: Vec<Vec<T>> = items.par_chunks(CHUNK).map(look_at).collect();
    let mut answers = Vec::with_capacity(items.len());
    chunks.into_iter().for_each(|chunk| answers.extend(chunk));
    answers
}

fn base_is_needless(paths: &[&[u8]]) -> bool {
    paths.iter().all(|path| path.first() == Some(&b'/'))
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

type Seen = Result<Option<Sight>, Errno>;

/// `a/b` where `a` is a file is as absent as `a/b` where `a` is an empty directory.
fn absent_or(error: Errno) -> Seen {
    match error {
        Errno::NOENT | Errno::NOTDIR => Ok(None),
        error => Err(error),
    }
}

/// Some paths that are looked at by one thread.
struct Glance<'a> {
    base: BorrowedFd<'a>,
    paths: Vec<&'a [u8]>,
    links: Symlinks,
}

/// An open directory, and how much of the paths leads to it.
#[derive(Clone, Copy)]
struct Place<'a> {
    directory: BorrowedFd<'a>,
    /// Where the rest of the paths begins.
    rest: usize,
}

impl Glance<'_> {
    fn all(&self) -> Vec<Seen> {
        let shared: Vec<usize> = std::iter::once(0)
            .chain(
                self.paths
                    .windows(2)
                    .map(|pair| common_length(pair[0], pair[1])),
            )
            .collect();
        let mut seen = Vec::with_capacity(self.paths.len());
        let start = Place {
            directory: self.base,
            rest: 0,
        };
        self.below(start, 0, 0..self.paths.len(), &shared, &mut seen);
        seen
    }

    /// Looks at a range of paths that are alike up to `position` and begin with the way to `place`. `shared` says how much each
    /// path has in common with the one before.
    fn below(
        &self,
        place: Place<'_>,
        position: usize,
        range: std::ops::Range<usize>,
        shared: &[usize],
        seen: &mut Vec<Seen>,
    ) {
        let mut next = range.start;
        while next < range.end {
            let first = next;
            let path = self.paths[first];
            next += 1;
            let Some(slash) = memchr::memchr(b'/', &path[position..]) else {
                seen.push(self.look(place, path));
                continue;
            };
            // All that lie in the same directory of this level, and the deepest directory that they share.
            let mut alike = path.len();
            while next < range.end && shared[next] > position + slash {
                alike = alike.min(shared[next]);
                next += 1;
            }
            if next - first == 1 {
                seen.push(self.look(place, path));
                continue;
            }
            let end = memchr::memrchr(b'/', &path[..alike]).unwrap_or(position + slash);
            let steps = memchr::memchr_iter(b'/', &path[place.rest..=end]).count();
            // Each of the paths saves the steps to the directory. An empty way leads nowhere.
            let opened = ((next - first) * steps > OPENING)
                .then(|| open(place.directory, &path[place.rest..end]).ok())
                .flatten();
            let inner = match &opened {
                Some(directory) => Place {
                    directory: directory.as_fd(),
                    rest: end + 1,
                },
                None => place,
            };
            self.below(inner, end + 1, first..next, shared, seen);
        }
    }

    fn look(&self, place: Place<'_>, path: &[u8]) -> Seen {
        let rest = &path[place.rest..];
        // Nothing, or a slash that would lead elsewhere, where a path has more slashes than it needs.
        let is_odd = place.rest > 0 && matches!(rest.first(), None | Some(b'/'));
        let (directory, rest) = if is_odd {
            (self.base, path)
        } else {
            (place.directory, rest)
        };
        let flags = match self.links {
            Symlinks::Followed => AtFlags::empty(),
            Symlinks::Seen => AtFlags::SYMLINK_NOFOLLOW,
        };
        match rustix::fs::statat(directory, rest, flags) {
            Ok(stat) => Ok(Some(Sight::from(&stat))),
            Err(error) => absent_or(error),
        }
    }
}

/// Opening and closing a directory takes about as long as so many steps along paths.
pub(crate) const OPENING: usize = 9;

/// A directory to look from, if it can be opened. What is wrong with the way there is met again by each path.
pub(crate) fn open<P: Arg>(start: BorrowedFd<'_>, way: P) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(start, way, flags, Mode::empty())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;

    /// Which file a path leads to by itself.
    fn alone(path: &Path, links: Symlinks) -> Option<u64> {
        let found = match links {
            Symlinks::Followed => fs::metadata(path),
            Symlinks::Seen => fs::symlink_metadata(path),
        };
        found.ok().map(|found| Stamp::of(&found).inode)
    }

    /// Which files paths lead to. Times are no part of it: some paths lead to directories where others are at work.
    fn inodes(base: &Path, paths: &[PathBuf], links: Symlinks) -> Vec<Option<u64>> {
        let inode = |_: &PathBuf, seen: io::Result<Option<Sight>>| {
            let seen = seen.unwrap();
            seen.map(|seen| seen.stamp.inode)
        };
        glance(base, paths, links, inode)
    }

    fn tree() -> tempfile::TempDir {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path();
        for directory in ["a/b/c", "a/bb", "d"] {
            fs::create_dir_all(root.join(directory)).unwrap();
            for name in 0..12 {
                fs::write(root.join(directory).join(name.to_string()), "x").unwrap();
            }
        }
        symlink("a/b", root.join("link")).unwrap();
        symlink("nowhere", root.join("a/dangling")).unwrap();
        symlink("../d/3", root.join("a/file")).unwrap();
        scratch
    }

    const PARTS: [&str; 14] = [
        "a", "b", "bb", "c", "d", "link", "dangling", "file", "1", "2", "11", "none", "..", "",
    ];

    proptest! {
        #[test]
        fn each_path_shows_what_it_shows_alone(
            picked in prop::collection::vec(prop::collection::vec(0..PARTS.len(), 1..6), 0..60),
            is_sorted: bool,
            is_absolute: bool,
        ) {
            let scratch = tree();
            let name = |parts: &Vec<usize>| {
                let parts: Vec<&str> = parts.iter().map(|&part| PARTS[part]).collect();
                parts.join("/")
            };
            let mut names: Vec<String> = picked.iter().map(name).collect();
            // An empty path leads nowhere, and one that begins with a slash out of the tree.
            names.retain(|name| !name.is_empty() && !name.starts_with('/'));
            if is_sorted {
                names.sort();
            }
            let whole = |name: &String| PathBuf::from(format!("{}/{name}", scratch.path().display()));
            let own = |name: &String| if is_absolute { whole(name) } else { name.into() };
            for links in [Symlinks::Followed, Symlinks::Seen] {
                let expected: Vec<_> = names.iter().map(|name| alone(&whole(name), links)).collect();
                let paths: Vec<PathBuf> = names.iter().map(own).collect();
                prop_assert_eq!(inodes(scratch.path(), &paths, links), expected);
            }
        }
    }

    #[test]
    fn below_a_base_that_is_not_there_is_nothing() {
        let scratch = tree();
        let paths = [PathBuf::from("a"), PathBuf::from("b/c")];
        assert_eq!(
            inodes(&scratch.path().join("none"), &paths, Symlinks::Followed),
            [None, None]
        );
        let absolute = [scratch.path().join("a")];
        let seen = inodes(&scratch.path().join("none"), &absolute, Symlinks::Followed);
        assert!(seen[0].is_some());
    }
}
