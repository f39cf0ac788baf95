//! Carrying over what a run does not replace, so that the whole target can be exchanged at once: packages of other runs,
//! `.htaccess`, and what Magento writes while the shop runs (`_cache`).
//!
//! Directories are made anew with owner, mode and attributes of the old ones, files are linked: until the exchange they have
//! two names, one in each tree, so that a change in place is seen in both. What cannot be made faithfully is a reason not
//! to exchange the target as a whole, never a reason to change something of it.
//!
//! The shop runs meanwhile. After the exchange a second walk looks at the directories that changed since they were listed,
//! and brings what came into them. What was deleted in between may come back.

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use rustix::fs::{AtFlags, Dir, FileType, IFlags, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::alike::make_alike;
use super::copy::{CopyError, SPARE_BUFFER, copy_large, set_modified};
use super::layout::ancestors;
use super::pour::BESIDE_PREFIX;
use super::stage::STAGE_PREFIX;
use super::{PublishOptions, TargetTree};
use crate::error::Error;
use crate::stamp::{Stamp, TIME_STEP};

/// Why the walk ended.
pub(super) enum Refusal {
    /// The target cannot be made anew faithfully; the text says why.
    Impossible(String),
    /// The interrupt flag went up.
    Interrupted,
}

/// The directories that were carried over, and what of them tells later changes.
#[derive(Debug)]
pub(super) struct Carried {
    directories: Vec<CarriedDirectory>,
}

#[derive(Debug)]
struct CarriedDirectory {
    path: PathBuf,
    /// Its time before it was listed, unless it was so young that a later change may not show.
    settled: Option<i64>,
}

/// What a path means to the run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The run brings it itself.
    Ours,
    /// A directory in which something of ours lies.
    Way,
}

/// Carries everything of `from` that `tree` does not replace over to the empty directory `to`.
pub(super) fn carry_over(
    tree: &TargetTree,
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    options: &PublishOptions<'_>,
) -> Result<Carried, Refusal> {
    let device = rustix::fs::fstat(from)
        .map_err(|source| refused(Path::new(""), source))?
        .st_dev;
    let begin = rustix::fs::fstat(to)
        .map_err(|source| refused(Path::new(""), source))
        .map(|stat| Stamp::from(&stat).modified)?;
    let walk = Walk {
        roles: roles(tree),
        from,
        to,
        device,
        known: None,
        options: Some(options),
        directories: Mutex::new(Vec::new()),
    };
    walk.directory(PathBuf::new())?;
    let listed = walk.directories.into_inner().unwrap_or_default();
    let directories = listed.into_iter().map(|(path, modified)| CarriedDirectory {
        path,
        settled: (modified < begin - TIME_STEP).then_some(modified),
    });
    Ok(Carried {
        directories: directories.collect(),
    })
}

/// Brings what came into the outgoing tree `from` after it was carried over to `to`, the live one.
pub(super) fn carry_newcomers(
    tree: &TargetTree,
    carried: &Carried,
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
) -> Result<(), Refusal> {
    let mut device = None;
    let mut changed = Vec::new();
    for directory in &carried.directories {
        let path = directory.path.as_path();
        let stat = match rustix::fs::statat(from, name_or_dot(path), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => continue,
            Err(source) => return Err(refused(path, source)),
        };
        device.get_or_insert(stat.st_dev);
        if directory.settled != Some(Stamp::from(&stat).modified) {
            changed.push(path);
        }
    }
    let walk = Walk {
        roles: roles(tree),
        from,
        to,
        device: device.unwrap_or_default(),
        known: Some(
            carried
                .directories
                .iter()
                .map(|known| known.path.as_path())
                .collect(),
        ),
        options: None,
        directories: Mutex::new(Vec::new()),
    };
    changed
        .into_iter()
        .try_for_each(|path| walk.entries_of(path))
}

fn roles(tree: &TargetTree) -> FxHashMap<&[u8], Role> {
    let mut roles = FxHashMap::default();
    let loose = tree.loose.iter().map(|placement| &*placement.path);
    for path in tree.units.iter().map(String::as_str).chain(loose) {
        roles.insert(path.as_bytes(), Role::Ours);
        for way in ancestors(path) {
            roles.insert(way.as_bytes(), Role::Way);
        }
    }
    roles
}

struct Walk<'a> {
    roles: FxHashMap<&'a [u8], Role>,
    from: BorrowedFd<'a>,
    to: BorrowedFd<'a>,
    /// The number of the file system; what lies on another one is mounted there.
    device: u64,
    /// In the second walk: the directories that the first one carried over.
    known: Option<FxHashSet<&'a Path>>,
    options: Option<&'a PublishOptions<'a>>,
    /// Path and time of what was carried over.
    directories: Mutex<Vec<(PathBuf, i64)>>,
}

impl Walk<'_> {
    /// Carries a directory over with all that is in it.
    fn directory(&self, path: PathBuf) -> Result<(), Refusal> {
        if let Some(options) = self.options {
            options
                .check_interrupted()
                .map_err(|_| Refusal::Interrupted)?;
        }
        if !path.as_os_str().is_empty() {
            match rustix::fs::mkdirat(self.to, &path, Mode::RWXU) {
                Ok(()) => {}
                Err(Errno::EXIST) if self.known.is_some() => {}
                Err(source) => return Err(refused(&path, source)),
            }
        }
        self.entries_of(&path)
    }

    /// Carries over what is in a directory whose counterpart exists.
    fn entries_of(&self, path: &Path) -> Result<(), Refusal> {
        let failed = |source| refused(path, source);
        let from = match open(self.from, path) {
            Ok(from) => from,
            Err(Errno::NOENT) => return Ok(()),
            Err(source) => return Err(failed(source)),
        };
        let to = match open(self.to, path) {
            Ok(to) => to,
            // Somebody removed it from the live tree.
            Err(Errno::NOENT | Errno::NOTDIR) if self.known.is_some() => return Ok(()),
            Err(source) => return Err(failed(source)),
        };
        let is_known = self
            .known
            .as_ref()
            .is_some_and(|known| known.contains(path));
        if !is_known {
            let stat = make_alike(from.as_fd(), to.as_fd()).map_err(failed)?;
            self.note(path, &stat)?;
        }
        let mut inner = Vec::new();
        for entry in Dir::read_from(&from).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let inner_path = path.join(name);
            let mut kind = entry.file_type();
            if kind == FileType::Unknown {
                kind = match rustix::fs::statat(&from, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                    Err(Errno::NOENT) => continue,
                    Err(source) => return Err(refused(&inner_path, source)),
                };
            }
            let role = self.roles.get(inner_path.as_os_str().as_bytes());
            match (role, kind) {
                (Some(Role::Ours), _) => {}
                _ if is_litter(name) => {}
                (_, FileType::Directory) => {
                    let is_listed = |known: &FxHashSet<&Path>| known.contains(inner_path.as_path());
                    if !self.known.as_ref().is_some_and(is_listed) {
                        inner.push(inner_path);
                    }
                }
                (Some(Role::Way), FileType::Symlink) => {
                    return Err(Refusal::Impossible(format!(
                        "`{}` is a symbolic link",
                        inner_path.display()
                    )));
                }
                _ => file(&from, &to, name, kind).map_err(|source| refused(&inner_path, source))?,
            }
        }
        drop((from, to));
        inner
            .into_par_iter()
            .try_for_each(|path| self.directory(path))
    }

    fn note(&self, path: &Path, stat: &Stat) -> Result<(), Refusal> {
        if stat.st_dev != self.device {
            return Err(Refusal::Impossible(format!(
                "`{}` is a mount point",
                path.display()
            )));
        }
        if let Ok(mut directories) = self.directories.lock() {
            directories.push((path.to_owned(), Stamp::from(stat).modified));
        }
        Ok(())
    }
}

fn refused(path: &Path, source: Errno) -> Refusal {
    let error = Error::system("carry over", &PathBuf::from(name_or_dot(path)), source);
    Refusal::Impossible(error.to_string())
}

fn name_or_dot(path: &Path) -> &OsStr {
    match path.as_os_str() {
        name if name.is_empty() => OsStr::new("."),
        name => name,
    }
}

fn open(root: BorrowedFd<'_>, path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(root, name_or_dot(path), flags, Mode::empty())
}

/// What killed runs leave inside a target.
fn is_litter(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.starts_with(STAGE_PREFIX.as_bytes()) || name.starts_with(BESIDE_PREFIX.as_bytes())
}

/// Gives the file `name` of one directory a second name in the other. Of two that have come about, the later one stays.
fn file(from: &OwnedFd, to: &OwnedFd, name: &OsStr, kind: FileType) -> Result<(), Errno> {
    match duplicate(from, to, name, name, kind) {
        Err(Errno::NOENT) => Ok(()),
        Err(Errno::EXIST) => {
            let modified = |directory: &OwnedFd| {
                rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)
                    .map(|stat| (stat.st_ino, Stamp::from(&stat).modified))
            };
            let ((inode, outgoing), (live_inode, live)) = (modified(from)?, modified(to)?);
            if inode == live_inode || outgoing <= live {
                return Ok(());
            }
            let mut beside = OsStr::new(BESIDE_PREFIX).to_owned();
            beside.push(name);
            duplicate(from, to, name, &beside, kind)?;
            rustix::fs::renameat(to, &beside, to, name)
        }
        result => result,
    }
}

fn duplicate(
    from: &OwnedFd,
    to: &OwnedFd,
    name: &OsStr,
    new_name: &OsStr,
    kind: FileType,
) -> Result<(), Errno> {
    match rustix::fs::linkat(from, name, to, new_name, AtFlags::empty()) {
        Err(Errno::MLINK | Errno::PERM | Errno::ACCESS | Errno::XDEV | Errno::OPNOTSUPP) => {}
        result => return result,
    }
    match kind {
        FileType::RegularFile => copy(from, to, name, new_name),
        FileType::Symlink => {
            let goal = rustix::fs::readlinkat(from, name, Vec::new())?;
            rustix::fs::symlinkat(&goal, to, new_name)
        }
        _ => Err(Errno::OPNOTSUPP),
    }
}

/// Copies a file that cannot be linked, with everything that belongs to it.
fn copy(from: &OwnedFd, to: &OwnedFd, name: &OsStr, new_name: &OsStr) -> Result<(), Errno> {
    let reading = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let source = rustix::fs::openat(from, name, reading, Mode::empty())?;
    if rustix::fs::ioctl_getflags(&source)
        .is_ok_and(|flags| flags.intersects(IFlags::IMMUTABLE | IFlags::APPEND))
    {
        // It is not to be replaced, and the tree that it is in could not be removed either.
        return Err(Errno::PERM);
    }
    let writing = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    let target = rustix::fs::openat(to, new_name, writing, Mode::RUSR | Mode::WUSR)?;
    copy_large(&source, &target, &mut vec![0; SPARE_BUFFER]).map_err(|error| match error {
        CopyError::Read(error) | CopyError::Write(error) => error,
    })?;
    let stat = make_alike(source.as_fd(), target.as_fd())?;
    set_modified(&target, Stamp::from(&stat).modified)
}
