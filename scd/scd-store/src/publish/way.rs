//! The directories that a worker was in last, held open, so that the system need not walk there for every file: contents come
//! in the order of their directories, and on the way to a file of a package lie ten of them.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::io::Errno;

use super::stage::Stage;
use crate::glance::{self, OPENING};

/// How many directories of outputs one worker holds open; places beyond that are walked to.
const MOST: usize = 32;

/// The way to the directory that was wanted last.
#[derive(Debug, Default)]
pub(super) struct Way {
    start: RawFd,
    directory: Vec<u8>,
    /// How many directories were walked through to it so far.
    walked: usize,
    /// Only if it was wanted often enough.
    opened: Option<OwnedFd>,
}

impl Way {
    /// Calls `open` with a directory and a path below it that mean what `path` below `start` means. `start` must stay open.
    pub(super) fn along<T>(
        &mut self,
        start: BorrowedFd<'_>,
        path: &[u8],
        open: impl FnOnce(BorrowedFd<'_>, &[u8]) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let Some(slash) = path
            .iter()
            .rposition(|&byte| byte == b'/')
            .filter(|&slash| slash > 0)
        else {
            return open(start, path);
        };
        let (directory, name) = (&path[..slash], &path[slash + 1..]);
        if self.start != start.as_raw_fd() || self.directory != directory {
            self.start = start.as_raw_fd();
            self.directory.clear();
            self.directory.extend_from_slice(directory);
            (self.walked, self.opened) = (0, None);
        }
        if self.opened.is_none() {
            if self.walked <= OPENING {
                self.walked += path.iter().filter(|&&byte| byte == b'/').count();
                return open(start, path);
            }
            self.opened = glance::open(start, directory).ok();
        }
        match &self.opened {
            Some(opened) => open(opened.as_fd(), name),
            // What is wrong with the way is said of the file.
            None => open(start, path),
        }
    }
}

/// The ways of one worker: that of the sources, and one for each place that a content has.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pub(super) source: Way,
    targets: Vec<Way>,
}

impl Ways {
    /// The same for a path in a stage. `place` tells the places of a content apart: those of neighbours lie side by side.
    pub(super) fn in_stage<T>(
        &mut self,
        place: usize,
        stage: &Stage,
        path: &str,
        open: impl FnOnce(BorrowedFd<'_>, &[u8]) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        if place >= MOST {
            return open(stage.fresh(), path.as_bytes());
        }
        if self.targets.len() <= place {
            self.targets.resize_with(place + 1, Way::default);
        }
        self.targets[place].along(stage.fresh(), path.as_bytes(), open)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;

    use rustix::fs::{CWD, Mode, OFlags};

    use super::*;

    #[test]
    fn a_way_leads_to_the_file_that_the_path_means() {
        let scratch = tempfile::tempdir().unwrap();
        let mut paths = Vec::new();
        for directory in ["a", "a/b", "c"] {
            fs::create_dir(scratch.path().join(directory)).unwrap();
            for number in 0..2 * OPENING {
                let path = format!("{directory}/{number}");
                fs::write(scratch.path().join(&path), &path).unwrap();
                paths.push(path);
            }
        }
        let top = fs::File::open(scratch.path()).unwrap();
        let (mut way, mut far) = (Way::default(), Way::default());
        let read = |way: &mut Way, start: BorrowedFd<'_>, path: &[u8]| {
            way.along(start, path, |start, path| {
                let flags = OFlags::RDONLY | OFlags::CLOEXEC;
                let file = rustix::fs::openat(start, path, flags, Mode::empty())?;
                let mut text = String::new();
                fs::File::from(file).read_to_string(&mut text).unwrap();
                Ok(text)
            })
        };
        for path in &paths {
            assert_eq!(
                read(&mut way, top.as_fd(), path.as_bytes()).as_ref(),
                Ok(path)
            );
            let whole = scratch.path().join(path);
            let whole = whole.as_os_str().as_encoded_bytes();
            assert_eq!(read(&mut far, CWD, whole).as_ref(), Ok(path));
        }
        assert!(way.opened.is_some() && far.opened.is_some());
        for _ in 0..2 * OPENING {
            for path in ["c/0", "c/1", "a/0"] {
                assert_eq!(
                    read(&mut way, top.as_fd(), path.as_bytes()).as_deref(),
                    Ok(path)
                );
            }
            for path in ["none/0", "a/none", "none"] {
                assert_eq!(
                    read(&mut way, top.as_fd(), path.as_bytes()),
                    Err(Errno::NOENT)
                );
            }
        }
    }
}
