//! The last resort of the exchange: moving a staged unit into its live directory file by file.
//!
//! Each file is replaced in one step, so that a visitor sees the old or the new one, never half of it. What does not
//! belong there is removed at the end. This cannot be taken back.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;

use super::copy::{CopyError, SPARE_BUFFER, copy_large, create_at};
use super::stage::{Modes, Stage, make_directory};
use crate::error::Error;

/// What the name of a file begins with that is about to replace another one.
pub(super) const BESIDE_PREFIX: &str = ".scd-new.";

/// Moves `path` (a unit or a loose file) from the stage to the target; a unit that was not staged is emptied and removed.
/// Sets `has_changed` as soon as something may differ from before.
pub(super) fn pour(stage: &Stage, path: &str, has_changed: &mut bool) -> Result<(), Error> {
    let from = stage.fresh_path().join(path);
    let to = stage.target().join(path);
    let mut pouring = Pouring {
        modes: stage.modes(),
        has_changed,
    };
    match fs::symlink_metadata(&from) {
        Ok(metadata) if metadata.is_dir() => pouring.directory(from, to),
        Ok(_) => pouring.file(&from, &to),
        Err(_) => match pouring.remove(&to) {
            // A mount point can be emptied but not removed.
            Err(Error::System { source, .. })
                if Errno::from_io_error(&source) == Some(Errno::BUSY) =>
            {
                Ok(())
            }
            result => result,
        },
    }
}

struct Pouring<'a> {
    modes: Modes,
    has_changed: &'a mut bool,
}

impl Pouring<'_> {
    fn directory(&mut self, from: PathBuf, to: PathBuf) -> Result<(), Error> {
        let mut surplus = Vec::new();
        let mut open = vec![(from, to)];
        while let Some((from, to)) = open.pop() {
            self.prepare_directory(&to)?;
            let staged = names(&from)?;
            for name in names(&to)?.difference(&staged) {
                surplus.push(to.join(name));
            }
            for name in &staged {
                let (from, to) = (from.join(name), to.join(name));
                let metadata = fs::symlink_metadata(&from)
                    .map_err(|source| Error::system("read", &from, source))?;
                if metadata.is_dir() {
                    open.push((from, to));
                } else {
                    self.file(&from, &to)?;
                }
            }
        }
        surplus.iter().try_for_each(|path| self.remove(path))
    }

    /// Makes sure that `path` is a directory; anything else in its place goes.
    fn prepare_directory(&mut self, path: &Path) -> Result<(), Error> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => return Ok(()),
            Ok(_) => self.remove(path)?,
            Err(source) if source.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::system("look at", path, source)),
        }
        make_directory(CWD, path, self.modes)
            .map_err(|source| Error::system("create the directory", path, source))?;
        *self.has_changed = true;
        Ok(())
    }

    fn file(&mut self, from: &Path, to: &Path) -> Result<(), Error> {
        if fs::symlink_metadata(to).is_ok_and(|metadata| metadata.is_dir()) {
            self.remove(to)?;
        }
        match rustix::fs::rename(from, to) {
            Ok(()) => {}
            Err(Errno::XDEV) => copy_beside(from, to, self.modes)?,
            Err(source) => return Err(Error::system("replace", to, source)),
        }
        *self.has_changed = true;
        Ok(())
    }

    /// Removes whatever is at `path`; links are not followed, and nothing there is fine.
    fn remove(&mut self, path: &Path) -> Result<(), Error> {
        let result = match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                // A part of it may be gone even if the whole cannot be removed.
                *self.has_changed = true;
                fs::remove_dir_all(path)
            }
            Ok(_) => fs::remove_file(path),
            Err(source) => Err(source),
        };
        match result {
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(Error::system("remove", path, source)),
            Ok(()) => {
                *self.has_changed = true;
                Ok(())
            }
        }
    }
}

fn names(directory: &Path) -> Result<BTreeSet<OsString>, Error> {
    let failed = |source: io::Error| Error::system("read", directory, source);
    fs::read_dir(directory)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.file_name()).map_err(failed))
        .collect()
}

/// Copies `from` next to `to`, then renames the copy over it.
fn copy_beside(from: &Path, to: &Path, modes: Modes) -> Result<(), Error> {
    let beside = beside(to);
    let source = rustix::fs::open(from, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|source| Error::system("read", from, source))?;
    // A file of that name can only be what a killed run left.
    let _ = fs::remove_file(&beside);
    let failed = |source: Errno| Error::system("write", to, source);
    let target = create_at(CWD, beside.as_path(), modes).map_err(failed)?;
    copy_large(&source, &target, &mut vec![0; SPARE_BUFFER])
        .map_err(|error| match error {
            CopyError::Read(error) => Error::system("read", from, error),
            CopyError::Write(error) => failed(error),
        })
        .and_then(|()| {
            rustix::fs::rename(&beside, to).map_err(|source| Error::system("replace", to, source))
        })
        .inspect_err(|_| {
            let _ = fs::remove_file(&beside);
        })
}

/// A hidden name in the directory of `path`.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(BESIDE_PREFIX);
    name.push(path.file_name().unwrap_or_default());
    path.with_file_name(name)
}
