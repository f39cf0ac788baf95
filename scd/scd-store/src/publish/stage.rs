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

use super::alike::has_attributes;
use super::carry::{Carried, Refusal, carry_newcomers, carry_over};
use super::layout::ancestors;
use super::mounts::mount_below;
use super::remove::remove_tree;
use super::spare::{self, Inheritance, Spare};
use super::{PublishOptions, TargetTree};
use crate::error::Error;

/// What the name of a stage begins with.
pub(super) const STAGE_PREFIX: &str = ".scd-stage.";

/// Where staged files lie in a stage.
const FRESH: &str = "new";

/// Where a whole target lies in a stage while the new one takes its place.
const OUTGOING: &str = "outgoing";

/// The modes of what is created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modes {
    pub(super) directory: RawMode,
    pub(super) file: RawMode,
    /// Whether the umask of the process (or a default access list) takes bits away that must be there, so that each mode
    /// has to be set again after creation. Changing the umask would race with other threads of the process.
    pub(super) must_be_set: bool,
}

/// How the contents of a stage go live.
#[derive(Debug)]
pub(super) enum Manner {
    /// The stage holds all that the target is to hold, and takes its place in one step.
    Whole(Carried),
    /// The stage holds units and loose files, and each takes the place of its predecessor. The text says why the target
    /// cannot be exchanged as a whole; none if there is one part only.
    Parts(Option<String>),
}

/// The stage of one target. Removed when dropped.
#[derive(Debug)]
pub(super) struct Stage {
    site: Site,
    manner: Manner,
    live: OwnedFd,
    fresh: OwnedFd,
    old: OwnedFd,
    modes: Modes,
    /// The units that came from the spare.
    inherited: FxHashSet<String>,
}

impl Stage {
    /// Makes an empty stage for `tree`, after removing what killed runs left; what cannot be removed goes to `leftovers`.
    pub(super) fn open(
        tree: &TargetTree,
        spare: Option<&Spare>,
        options: &PublishOptions<'_>,
        leftovers: &mut Vec<PathBuf>,
    ) -> Result<Stage, Error> {
        let mask = RawMode::try_from(options.umask & 0o777).unwrap_or(0);
        let modes = Modes {
            directory: 0o777 & !mask,
            file: 0o666 & !mask,
            must_be_set: false,
        };
        let mut created = Vec::new();
        let result = open_target(&tree.target, modes, &mut created).and_then(|(target, live)| {
            check_ways(tree, &target)?;
            leftovers.extend(sweep(&target));
            place(&target, &live).map(|(path, obstacle)| (target, live, path, obstacle))
        });
        let (target, live, path, obstacle) = match result {
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
        let fresh = site.directory(FRESH, modes.directory)?;
        let old = site.directory("old", 0o700)?;
        let modes = site.probe(&fresh, modes)?;
        let mut stage = Stage {
            site,
            manner: Manner::Parts(None),
            live,
            fresh,
            old,
            modes,
            inherited: FxHashSet::default(),
        };
        match obstacle {
            Some(obstacle) => stage.manner = Manner::Parts(Some(obstacle.to_owned())),
            None => stage.complete(tree, options)?,
        }
        match spare {
            Some(spare) if matches!(stage.manner, Manner::Whole(_)) => {
                stage.inherited = spare::take(spare, tree, &stage)?;
            }
            Some(spare) => spare::discard(&spare.directory),
            None => {}
        }
        Ok(stage)
    }

    /// Carries over what the run does not bring, so that the target can be exchanged as a whole, if that can be done.
    fn complete(&mut self, tree: &TargetTree, options: &PublishOptions<'_>) -> Result<(), Error> {
        if tree.units.len() + tree.loose.len() < 2 {
            // That is one step in any case.
            return Ok(());
        }
        if let Some(mount) = mount_below(self.target()) {
            self.manner = Manner::Parts(Some(format!("`{}` is a mount point", mount.display())));
            return Ok(());
        }
        let carried = carry_over(tree, self.live(), self.fresh(), options);
        let alike = carried.and_then(|carried| {
            self.probe_again()
                .map(|()| carried)
                .map_err(|source| Refusal::Impossible(source.to_string()))
        });
        match alike {
            Ok(carried) => self.manner = Manner::Whole(carried),
            Err(Refusal::Interrupted) => return Err(Error::Interrupted),
            Err(Refusal::Impossible(reason)) => {
                let path = self.site.path.join(FRESH);
                remove_tree(&path).map_err(|source| Error::system("remove", &path, source))?;
                self.fresh = self.site.directory(FRESH, self.modes.directory & 0o777)?;
                self.manner = Manner::Parts(Some(reason));
            }
        }
        Ok(())
    }

    /// Finds out what becomes of modes in a stage that has been made like its target.
    fn probe_again(&mut self) -> Result<(), Errno> {
        let handed_down = rustix::fs::fstat(&self.fresh)?.st_mode & 0o2000;
        self.modes.directory = self.modes.directory & 0o777 | handed_down;
        self.modes.must_be_set |= has_attributes(self.fresh())?;
        Ok(())
    }

    /// How this stage goes live.
    pub(super) fn manner(&self) -> &Manner {
        &self.manner
    }

    /// Writes everything of the stage's file system to its disk.
    pub(super) fn flush(&self) -> Result<(), Error> {
        rustix::fs::syncfs(&self.fresh)
            .map_err(|source| Error::system("flush", self.target(), source))
    }

    /// After the exchange of the whole target: brings what came into the outgoing tree while it was still live.
    pub(super) fn bring_newcomers(&self, tree: &TargetTree) -> Result<(), Refusal> {
        match &self.manner {
            Manner::Whole(carried) => carry_newcomers(tree, carried, self.live(), self.fresh()),
            Manner::Parts(_) => Ok(()),
        }
    }

    /// The path of the staged files.
    pub(super) fn fresh_path(&self) -> PathBuf {
        self.site.path.join(FRESH)
    }

    /// Where the target goes when it cannot be exchanged in one step.
    pub(super) fn outgoing_path(&self) -> PathBuf {
        self.site.path.join(OUTGOING)
    }

    /// The target directory, links resolved.
    pub(super) fn target(&self) -> &Path {
        &self.site.target
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

    /// What it has from the spare, as `spare` describes that.
    pub(super) fn inheritance<'a>(&'a self, spare: Option<&'a Spare>) -> Inheritance<'a> {
        Inheritance::new(&self.inherited, spare)
    }

    /// Says that the target is in use now and must stay, even if this run created it.
    pub(super) fn keep_target(&mut self) {
        self.site.created.clear();
    }

    /// Leaves the stage to the next run, with what is in it; returns its path.
    pub(super) fn abandon(&mut self) -> PathBuf {
        self.site.is_removed = true;
        self.site.path.clone()
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
pub(super) fn open_target(
    target: &Path,
    modes: Modes,
    created: &mut Vec<PathBuf>,
) -> Result<(PathBuf, OwnedFd), Error> {
    let absolute =
        std::path::absolute(target).map_err(|source| Error::system("find", target, source))?;
    bring_back(&absolute);
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

/// Brings a target back that a killed run had moved away and not replaced yet, which happens only where the system cannot
/// exchange two directories.
fn bring_back(target: &Path) {
    if fs::symlink_metadata(target).is_ok() {
        return;
    }
    let Some((parent, prefix)) = target.parent().zip(sibling_prefix(target)) else {
        return;
    };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix)
            && fs::rename(entry.path().join(OUTGOING), target).is_ok()
        {
            return;
        }
    }
}

/// Refuses a target in which a file stands where the way to a unit or a loose file must be, before anything is staged.
fn check_ways(tree: &TargetTree, target: &Path) -> Result<(), Error> {
    let mut seen = FxHashSet::default();
    let loose = tree.loose.iter().map(|placement| &*placement.path);
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
        let path = target.join(&*placement.path);
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
        .map(|name| format!("{STAGE_PREFIX}{}.", name.to_string_lossy()))
}

/// Removes the stages of earlier runs; returns those that resisted.
pub(super) fn sweep(target: &Path) -> Vec<PathBuf> {
    let inside = (target, STAGE_PREFIX.to_owned());
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

/// Creates the stage directory where renames into the target work. Also says why that is not beside the target, if so.
fn place(target: &Path, live: &OwnedFd) -> Result<(PathBuf, Option<&'static str>), Error> {
    let process = std::process::id();
    let mut obstacle = "it has no parent directory";
    if let Some((parent, prefix)) = target.parent().zip(sibling_prefix(target)) {
        let path = parent.join(format!("{prefix}{process}"));
        obstacle = "its parent directory cannot be written";
        if rustix::fs::mkdir(&path, Mode::RWXU).is_ok() {
            if shares_mount(&path, live) {
                return Ok((path, None));
            }
            let _ = fs::remove_dir(&path);
            obstacle = "it is a mount point";
        }
    }
    let path = target.join(format!("{STAGE_PREFIX}{process}"));
    rustix::fs::mkdir(&path, Mode::RWXU)
        .map_err(|source| Error::system("create the directory", &path, source))?;
    Ok((path, Some(obstacle)))
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
