//! Single files into a live target, each replaced in one step, for whoever cannot wait for a whole tree to be staged: a
//! developer who saves a source and looks at the page.
//!
//! Nothing is ever written through a link: a link in the place of a file, or of a directory on the way to it, is replaced by
//! a real one. Magento's developer mode fills the target with links into the sources.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use rustix::fs::RawMode;
use rustix::io::Errno;

use super::copy::{create_at, write_all};
use super::layout::{ancestors, check_path};
use super::pour::BESIDE_PREFIX;
use super::remove::remove_tree;
use super::stage::{Modes, make_directory, open_target};
use crate::error::Error;
use crate::lock::Lock;
use crate::stamp::Stamp;

/// A live target into which single files are laid.
#[derive(Debug)]
pub struct Laying<'a> {
    /// Held as long as files are laid.
    _lock: &'a Lock,
    target: PathBuf,
    live: OwnedFd,
    modes: Modes,
    /// Directories that are known to be real ones.
    ways: FxHashSet<String>,
    has_replaced_way: bool,
}

impl<'a> Laying<'a> {
    /// Opens a target, which is created if it is missing. `umask` is Magento's.
    ///
    /// # Errors
    /// A target that cannot be opened or created.
    pub fn open(target: &Path, umask: u32, lock: &'a Lock) -> Result<Laying<'a>, Error> {
        let mask = RawMode::try_from(umask & 0o777).unwrap_or(0);
        let mut modes = Modes {
            directory: 0o777 & !mask,
            file: 0o666 & !mask,
            must_be_set: true,
        };
        let (target, live) = open_target(target, modes, &mut Vec::new())?;
        let about =
            rustix::fs::fstat(&live).map_err(|source| Error::system("look at", &target, source))?;
        // A directory that hands its group down must go on doing so.
        modes.directory |= about.st_mode & 0o2000;
        Ok(Laying {
            _lock: lock,
            target,
            live,
            modes,
            ways: FxHashSet::default(),
            has_replaced_way: false,
        })
    }

    /// The stamp of the file at `path`, if it is a file of its own with exactly these bytes.
    #[must_use]
    pub fn holds(&self, path: &str, bytes: &[u8]) -> Option<Stamp> {
        if !self.is_way_real(path) {
            return None;
        }
        let file = self.target.join(path);
        let about = fs::symlink_metadata(&file).ok()?;
        let is_equal = about.is_file()
            && about.len() == bytes.len() as u64
            && fs::read(&file).is_ok_and(|held| held == bytes);
        is_equal.then(|| Stamp::of(&about))
    }

    /// Puts a file in the place of whatever is at `path`.
    ///
    /// # Errors
    /// Whatever the system says; then the old file is still there.
    pub fn lay(&mut self, path: &str, bytes: &[u8]) -> Result<Stamp, Error> {
        check_path(path)?;
        self.clear_way(path)?;
        let place = self.target.join(path);
        let failed = |source: Errno| Error::system("write", &place, source);
        if fs::symlink_metadata(&place).is_ok_and(|about| about.is_dir()) {
            remove_tree(&place).map_err(|source| Error::system("remove", &place, source))?;
        }
        let beside = match path.rsplit_once('/') {
            Some((directory, name)) => format!("{directory}/{BESIDE_PREFIX}{name}"),
            None => format!("{BESIDE_PREFIX}{path}"),
        };
        // A file of that name can only be what a killed run left.
        let _ = fs::remove_file(self.target.join(&beside));
        let file = create_at(self.live.as_fd(), beside.as_str(), self.modes).map_err(failed)?;
        write_all(&file, bytes)
            .and_then(|()| rustix::fs::renameat(&self.live, &beside, &self.live, path))
            .and_then(|()| rustix::fs::fstat(&file))
            .map(|stat| Stamp::from(&stat))
            .map_err(|source| {
                let _ = fs::remove_file(self.target.join(&beside));
                failed(source)
            })
    }

    /// Removes the file at `path`; one that is not there is fine, and so is one that only a link leads to. A directory stays.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn remove(&mut self, path: &str) -> Result<(), Error> {
        check_path(path)?;
        if !self.is_way_real(path) {
            return Ok(());
        }
        let place = self.target.join(path);
        match fs::remove_file(&place) {
            Err(source)
                if !matches!(
                    source.kind(),
                    io::ErrorKind::NotFound
                        | io::ErrorKind::NotADirectory
                        | io::ErrorKind::IsADirectory
                ) =>
            {
                Err(Error::system("remove", &place, source))
            }
            _ => Ok(()),
        }
    }

    /// Whether a directory that was a link, or a file, has become a real one, so that files that seemed to lie in it are gone.
    #[must_use]
    pub fn has_replaced_way(&self) -> bool {
        self.has_replaced_way
    }

    /// Whether no link is on the way to a file.
    fn is_way_real(&self, path: &str) -> bool {
        let is_real = |way: &str| {
            let about = fs::symlink_metadata(self.target.join(way));
            about.is_ok_and(|about| about.is_dir())
        };
        ancestors(path).all(|way| self.ways.contains(way) || is_real(way))
    }

    /// Makes real directories of everything on the way to a file.
    fn clear_way(&mut self, path: &str) -> Result<(), Error> {
        for way in ancestors(path) {
            if self.ways.contains(way) {
                continue;
            }
            let place = self.target.join(way);
            let is_there = match fs::symlink_metadata(&place) {
                Ok(about) if about.is_dir() => true,
                Ok(_) => {
                    fs::remove_file(&place)
                        .map_err(|source| Error::system("remove", &place, source))?;
                    self.has_replaced_way = true;
                    false
                }
                Err(_) => false,
            };
            if !is_there {
                make_directory(self.live.as_fd(), way, self.modes)
                    .map_err(|source| Error::system("create the directory", &place, source))?;
            }
            self.ways.insert(way.to_owned());
        }
        Ok(())
    }
}

/// The stamp of whatever lies at `path`, links not followed; none for anything but a file.
#[must_use]
pub fn stamp_of_laid(path: &Path) -> Option<Stamp> {
    let about = fs::symlink_metadata(path).ok()?;
    about.is_file().then(|| Stamp::of(&about))
}
