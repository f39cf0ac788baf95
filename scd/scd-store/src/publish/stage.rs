//! The place where a tree is built before it goes live: a hidden directory on the file system of its target.
//!
//! Normally that is a sibling of the target. Where the target is a mount point or its parent cannot be written (clouds),
//! it lies inside the target. Below it, `new` mirrors the target and `old` takes what has no place to exchange with.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use rustix::fs::{AtFlags, Mode, OFlags, RawMode, RenameFlags};
use rustix::io::Errno;
use rustix::path::Arg;

use super::TargetTree;
use super::layout::ancestors;
use super::remove::remove_tree;
use crate::error::Error;

/// What the name of a stage begins with.
const PREFIX: &str = ".scd-stage.";

/// The modes of what is created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modes {
    pub(super) directory: RawMode,
    pub(super) file: RawMode,
    /// Whether the umask of the process (or a default access list) takes bits away that must be there, so that each mode
    /// has to be set again after creation. Changing the umask would race with other threads of the process.
    pub(super) must_be_set: bool,
}

/// The stage of one target. Removed when dropped.
#[derive(Debug)]
pub(super) struct Stage {
    site: Site,
    live: OwnedFd,
    fresh: OwnedFd,
    old: OwnedFd,
    modes: Modes,
}

impl Stage {
    /// Makes an empty stage for `tree`, after removing what killed runs left; what cannot be removed goes to `leftovers`.
    pub(super) fn open(
        tree: &TargetTree,
        umask: u32,
        leftovers: &mut Vec<PathBuf>,
    ) -> Result<Stage, Error> {
        let mask = RawMode::try_from(umask & 0o777).unwrap_or(0);
        let modes = Modes {
            directory: 0o777 & !mask,
            file: 0o666 & !mask,
            must_be_set: false,
        };
        let mut created = Vec::new();
        let result = open_target(&tree.target, modes, &mut created).and_then(|(target, live)| {
            check_ways(tree, &target)?;
            leftovers.extend(sweep(&target));
            place(&target, &live).map(|path| (target, live, path))
        });
        let (target, live, path) = match result {
            Ok(opened) => opened,
            Err(error) => {
                remove_created(&created);
                return Err(error);
            }
        };
        // From here on the site cleans up after itself, whatever fails.
        let site = Site {
            target,
            path,
            created,
            is_removed: false,
        };
        let fresh = site.directory("new", modes.directory)?;
        let old = site.directory("old", 0o700)?;
        let modes = site.probe(&fresh, modes)?;
        Ok(Stage {
            site,
            live,
            fresh,
            old,
            modes,
        })
    }

    /// The target directory, links resolved.
    pub(super) fn target(&self) -> &Path {
        &self.site.target
    }

    /// The stage itself.
    pub(super) fn path(&self) -> &Path {
        &self.site.path
    }

    /// The live target directory.
    pub(super) fn live(&self) -> BorrowedFd<'_> {
        self.live.as_fd()
    }

    /// The staged files, laid out as in the target.
    pub(super) fn fresh(&self) -> BorrowedFd<'_> {
        self.fresh.as_fd()
    }

    /// Where outgoing directories go that nothing is exchanged for.
    pub(super) fn old(&self) -> BorrowedFd<'_> {
        self.old.as_fd()
    }

    pub(super) fn modes(&self) -> Modes {
        self.modes
    }

    /// Says that the target is in use now and must stay, even if this run created it.
    pub(super) fn keep_target(&mut self) {
        self.site.created.clear();
    }

    /// Removes the stage with all that is in it; returns its path if something resisted.
    pub(super) fn remove(&mut self) -> Option<PathBuf> {
        self.site.is_removed = true;
        remove_tree(&self.site.path)
            .err()
            .map(|_| self.site.path.clone())
    }
}

/// The directories that were made for a stage; removed when dropped, unless they were taken over before.
#[derive(Debug)]
struct Site {
    target: PathBuf,
    path: PathBuf,
    /// Directories that were created for the target, outermost first.
    created: Vec<PathBuf>,
    is_removed: bool,
}

impl Site {
    fn directory(&self, name: &str, mode: RawMode) -> Result<OwnedFd, Error> {
        let path = self.path.join(name);
        rustix::fs::mkdir(&path, Mode::from_raw_mode(mode))
            .map_err(|source| Error::system("create the directory", &path, source))?;
        open_directory(&path).map_err(|source| Error::system("open", &path, source))
    }

    /// Finds out what becomes of the modes that are asked for.
    fn probe(&self, fresh: &OwnedFd, wanted: Modes) -> Result<Modes, Error> {
        let stat = rustix::fs::fstat(fresh)
            .map_err(|source| Error::system("look at", &self.path, source))?;
        let inherited = stat.st_mode & 0o7000;
        Ok(Modes {
            // A directory that hands its group down (2xxx) must go on doing so when its mode is set again.
            directory: wanted.directory | inherited,
            file: wanted.file,
            must_be_set: stat.st_mode & 0o777 != wanted.directory,
        })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if !self.is_removed {
            // The error that brought us here matters more than a leftover, which the next run sweeps.
            let _ = remove_tree(&self.path);
        }
        remove_created(&self.created);
    }
}

fn remove_created(created: &[PathBuf]) {
    for directory in created.iter().rev() {
        // Somebody else may have put something into it meanwhile; then it stays.
        let _ = fs::remove_dir(directory);
    }
}

pub(super) fn open_directory(path: &Path) -> Result<OwnedFd, Errno> {
    rustix::fs::open(
        path,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

/// Opens the target, creating what is missing of it.
fn open_target(
    target: &Path,
    modes: Modes,
    created: &mut Vec<PathBuf>,
) -> Result<(PathBuf, OwnedFd), Error> {
    let absolute =
        std::path::absolute(target).map_err(|source| Error::system("find", target, source))?;
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    while let Err(source) = fs::metadata(existing) {
        match (source.kind(), existing.parent()) {
            (io::ErrorKind::NotFound, Some(parent)) => {
                missing.push(existing);
                existing = parent;
            }
            _ => return Err(Error::system("open", existing, source)),
        }
    }
    for directory in missing.into_iter().rev() {
        let failed = |source: Errno| Error::system("create the directory", directory, source);
        let mode = Mode::from_raw_mode(modes.directory);
        rustix::fs::mkdir(directory, mode).map_err(failed)?;
        created.push(directory.to_owned());
        rustix::fs::chmod(directory, mode).map_err(failed)?;
    }
    let live =
        open_directory(&absolute).map_err(|source| Error::system("open", &absolute, source))?;
    let target =
        fs::canonicalize(&absolute).map_err(|source| Error::system("find", &absolute, source))?;
    Ok((target, live))
}

/// Refuses a target in which a file stands where the way to a unit or a loose file must be, before anything is staged.
fn check_ways(tree: &TargetTree, target: &Path) -> Result<(), Error> {
    let mut seen = FxHashSet::default();
    let loose = tree.loose.iter().map(|placement| placement.path.as_str());
    for way in tree
        .units
        .iter()
        .map(String::as_str)
        .chain(loose)
        .flat_map(ancestors)
    {
        if !seen.insert(way) {
            continue;
        }
        let path = target.join(way);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(Error::system("write into", &path, Errno::NOTDIR)),
            Err(source) if is_free(&path, &source) => {}
            Err(source) => return Err(Error::system("write into", &path, source)),
        }
    }
    for placement in &tree.loose {
        let path = target.join(&placement.path);
        if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Error::system("replace", &path, Errno::ISDIR));
        }
    }
    Ok(())
}

/// Whether nothing at all is at `path`: a dangling link is not free, a file on the way is reported for itself.
fn is_free(path: &Path, source: &io::Error) -> bool {
    source.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err()
}

fn sibling_prefix(target: &Path) -> Option<String> {
    target
        .file_name()
        .map(|name| format!("{PREFIX}{}.", name.to_string_lossy()))
}

/// Removes the stages of earlier runs; returns those that resisted.
fn sweep(target: &Path) -> Vec<PathBuf> {
    let inside = (target, PREFIX.to_owned());
    let beside = target.parent().zip(sibling_prefix(target));
    let mut resisting = Vec::new();
    for (directory, prefix) in beside.into_iter().chain([inside]) {
        let Ok(entries) = fs::read_dir(directory) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix)
                && remove_tree(&entry.path()).is_err()
            {
                resisting.push(entry.path());
            }
        }
    }
    resisting
}

/// Creates the stage directory where renames into the target work.
fn place(target: &Path, live: &OwnedFd) -> Result<PathBuf, Error> {
    let process = std::process::id();
    if let Some((parent, prefix)) = target.parent().zip(sibling_prefix(target)) {
        let path = parent.join(format!("{prefix}{process}"));
        if rustix::fs::mkdir(&path, Mode::RWXU).is_ok() {
            if shares_mount(&path, live) {
                return Ok(path);
            }
            let _ = fs::remove_dir(&path);
        }
    }
    let path = target.join(format!("{PREFIX}{process}"));
    rustix::fs::mkdir(&path, Mode::RWXU)
        .map_err(|source| Error::system("create the directory", &path, source))?;
    Ok(path)
}

/// Whether renames from `stage` to the target can work. The system compares mounts before it looks for names, so renaming
/// what does not exist tells without changing anything.
fn shares_mount(stage: &Path, live: &OwnedFd) -> bool {
    let Ok(stage) = open_directory(stage) else {
        return false;
    };
    let probe = ".scd-probe";
    rustix::fs::renameat(&stage, probe, live, probe) == Err(Errno::NOENT)
}

/// Creates one directory with the right mode.
pub(super) fn make_directory<P: Arg + Copy>(
    parent: BorrowedFd<'_>,
    path: P,
    modes: Modes,
) -> Result<(), Errno> {
    let mode = Mode::from_raw_mode(modes.directory);
    rustix::fs::mkdirat(parent, path, mode)?;
    if modes.must_be_set {
        rustix::fs::chmodat(parent, path, mode, AtFlags::empty())?;
    }
    Ok(())
}

/// Renames without replacing where the system can promise that, plainly where it cannot.
pub(super) fn rename_to_free(
    from: BorrowedFd<'_>,
    from_path: &str,
    to: BorrowedFd<'_>,
    to_path: &str,
) -> Result<(), Errno> {
    match rustix::fs::renameat_with(from, from_path, to, to_path, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            rustix::fs::renameat(from, from_path, to, to_path)
        }
        result => result,
    }
}
