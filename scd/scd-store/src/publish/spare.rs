//! The spare: the units that the last exchange has brought out of a target, kept aside until the next run makes its units
//! from them.
//!
//! A run that changes little would otherwise spend its time on making thousands of directories and links that are as they
//! were before, and on removing those of the outgoing tree. Units of the spare differ from the live ones only in what the
//! last run has changed, so they become the staged ones by a few changes, and the outgoing units become the next spare.
//!
//! A spare is only trusted as far as it can be checked: each of its directories has to be as the ledger describes it, with the
//! owner and mode that this run gives to new ones, and each file that is to stay has to be the one that the ledger of the live
//! tree describes ([`super::adopt`]). Everything else of it is removed before the stage is filled. Files that did not change
//! have two names, one in the live tree and one in the spare.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use rustix::fs::{AtFlags, CWD, Mode};
use rustix::io::Errno;

use super::TargetTree;
use super::alike::has_attributes;
use super::layout::ancestors;
use super::remove::remove_tree;
use super::stage::{Stage, make_directory};
use crate::error::Error;
use crate::glance::Sight;
use crate::ledger::{Finder, Ledger, LedgerUnit};

/// Where the outgoing units of a target are kept, and what is there.
#[derive(Clone, Debug, Default)]
pub struct Spare {
    /// The directory, on the file system of the target; nothing is kept where it is on another one. Whatever is in it is taken
    /// or removed.
    pub directory: PathBuf,
    /// What the last run has left in it, if that is known: the ledger that described the target before. The record that it was
    /// read from has to be gone already, because the spare changes before anything is published.
    pub holds: Option<Ledger>,
    /// What was seen where that says that there is something, if somebody had the time to look while the run did other work.
    pub preview: Option<Preview>,
    /// Whether to keep the outgoing units. Not to be combined with hard links between outputs, nor with files of earlier
    /// versions, which would be told from those of the spare by nothing.
    pub is_wanted: bool,
}

/// What was seen in a spare. Nobody else has business in there, so it is believed until the stage is filled.
#[derive(Clone, Debug)]
pub struct Preview(FxHashMap<String, UnitPreview>);

/// Of a unit, in the order of the ledger.
#[derive(Clone, Debug)]
struct UnitPreview {
    files: Vec<Option<Sight>>,
    directories: Vec<Option<Sight>>,
}

impl Preview {
    /// Looks at everything that `ledger` describes, in `directory`. Works on the rayon pool of the caller.
    #[must_use]
    pub fn of(ledger: &Ledger, directory: &Path) -> Preview {
        let units = ledger.units.iter().map(|(name, unit)| {
            let preview = UnitPreview {
                files: unit.look_at_files(directory),
                directories: unit.look_at_directories(directory),
            };
            (name.clone(), preview)
        });
        Preview(units.collect())
    }
}

/// A file that a stage has from the spare.
#[derive(Clone, Copy)]
pub(super) struct Inherited {
    /// Its number.
    pub(super) inode: u64,
    /// What was seen of it before it got there, if somebody has looked.
    pub(super) preview: Option<Sight>,
}

/// What a stage has from the spare.
pub(super) struct Inheritance<'a> {
    /// The units that were taken.
    units: &'a FxHashSet<String>,
    preview: Option<&'a Preview>,
    finder: Option<Finder<'a>>,
}

impl<'a> Inheritance<'a> {
    pub(super) fn new(units: &'a FxHashSet<String>, spare: Option<&'a Spare>) -> Inheritance<'a> {
        let ledger = spare.and_then(|spare| spare.holds.as_ref());
        Inheritance {
            units,
            preview: spare.and_then(|spare| spare.preview.as_ref()),
            finder: ledger.filter(|_| !units.is_empty()).map(Ledger::finder),
        }
    }

    /// The file that the stage has at a path, if it has one.
    pub(super) fn find(&mut self, path: &str) -> Option<Inherited> {
        let (unit, place, file) = self.finder.as_mut()?.find_in_units(path)?;
        let preview = self.preview.and_then(|preview| preview.0.get(unit));
        self.units.contains(unit).then(|| Inherited {
            inode: file.stamp.inode,
            preview: preview.and_then(|preview| *preview.files.get(place)?),
        })
    }
}

/// Moves the units of the spare into the stage and removes from them what the run does not place; returns the units that were
/// taken. What is not as it was left is no spare and goes.
pub(super) fn take(
    spare: &Spare,
    tree: &TargetTree,
    stage: &Stage,
) -> Result<FxHashSet<String>, Error> {
    let mut taken = FxHashSet::default();
    let modes = stage.modes();
    // Access lists would have to be looked at directory by directory.
    if let (Some(ledger), Ok(false)) = (&spare.holds, has_attributes(stage.fresh()))
        && let Ok(model) = rustix::fs::fstat(stage.fresh())
    {
        let group = match modes.directory & 0o2000 {
            0 => rustix::process::getegid().as_raw(),
            _ => model.st_gid,
        };
        let owner = rustix::process::geteuid().as_raw();
        let is_as_made =
            |seen: &Sight| seen.owner == (owner, group) && seen.mode == modes.directory;
        for name in &tree.units {
            let preview = spare.preview.as_ref();
            let preview = preview.and_then(|preview| preview.0.get(name));
            let is_as_left = |unit: &LedgerUnit| {
                let look = || unit.look_at_directories(&spare.directory).into();
                let seen = preview.map_or_else(look, |seen| Cow::from(&seen.directories));
                unit.has_directories_as_left(&spare.directory, &seen, is_as_made)
            };
            if let Some(unit) = ledger.units.get(name)
                && is_as_left(unit)
                && move_in(&spare.directory, name, stage).is_ok()
            {
                taken.insert(name.clone());
            }
        }
        let wanted = Wanted::of(tree);
        let units = taken.iter().filter_map(|name| ledger.units.get(name));
        for unit in units {
            wanted.prune(unit, stage)?;
        }
    }
    discard(&spare.directory);
    Ok(taken)
}

/// Removes a spare that cannot be used. If it resists, the next run tries again, and nothing is kept meanwhile.
pub(super) fn discard(directory: &Path) {
    if fs::symlink_metadata(directory).is_ok() {
        let _ = remove_tree(directory);
    }
}

fn move_in(directory: &Path, unit: &str, stage: &Stage) -> Result<(), Errno> {
    for ancestor in ancestors(unit) {
        match make_directory(stage.fresh(), ancestor, stage.modes()) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(error),
        }
    }
    rustix::fs::renameat(CWD, directory.join(unit), stage.fresh(), unit)
}

/// After the exchange: moves the outgoing units of `tree` into the spare. Returns whether that was done; if not, they go with
/// the rest of the outgoing tree.
pub(super) fn keep(spare: &Spare, tree: &TargetTree, stage: &Stage) -> bool {
    if !spare.is_wanted {
        return false;
    }
    let is_kept = create_private(&spare.directory).is_ok()
        && tree.units.iter().all(|unit| {
            let place = spare.directory.join(unit);
            let is_ready = place
                .parent()
                .is_some_and(|parent| fs::create_dir_all(parent).is_ok());
            let moved = rustix::fs::renameat(stage.live(), unit, CWD, &place);
            is_ready && matches!(moved, Ok(()) | Err(Errno::NOENT))
        });
    if !is_kept {
        discard(&spare.directory);
    }
    is_kept
}

/// Nobody else is to look into a spare: it may hold what has been withdrawn from the shop.
fn create_private(directory: &Path) -> Result<(), Errno> {
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)
            .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    }
    rustix::fs::mkdir(directory, Mode::RWXU)
}

/// What a run places.
struct Wanted<'a> {
    files: FxHashSet<&'a str>,
    directories: FxHashSet<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(tree: &'a TargetTree) -> Wanted<'a> {
        let mut wanted = Wanted {
            files: FxHashSet::default(),
            directories: FxHashSet::default(),
        };
        let mut last = "";
        for placement in &tree.placements {
            let path = &*placement.path;
            wanted.files.insert(path);
            let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
            if directory != last {
                wanted.directories.extend(ancestors(path));
                last = directory;
            }
        }
        wanted
    }

    /// Removes what is not wanted of a unit in the stage.
    fn prune(&self, unit: &LedgerUnit, stage: &Stage) -> Result<(), Error> {
        let remove =
            |path: &str, flags: AtFlags| match rustix::fs::unlinkat(stage.fresh(), path, flags) {
                Ok(()) | Err(Errno::NOENT) => Ok(()),
                Err(source) => Err(Error::system(
                    "remove",
                    &stage.fresh_path().join(path),
                    source,
                )),
            };
        unit.files
            .par_iter()
            .with_min_len(256)
            .filter(|file| !self.files.contains(&*file.path))
            .try_for_each(|file| remove(&file.path, AtFlags::empty()))?;
        // Sorted, so that from behind each directory comes before the one it lies in.
        let directories: Vec<&str> = unit.directories().collect();
        directories
            .into_iter()
            .rev()
            .filter(|path| !self.directories.contains(path))
            .try_for_each(|path| remove(path, AtFlags::REMOVEDIR))
    }
}
