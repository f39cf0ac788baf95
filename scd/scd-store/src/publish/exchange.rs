//! Going live: staged units and loose files trade places with what is in the target, one rename each.
//!
//! Each path takes the first of these steps that works:
//!
//! 1. exchange the two names in one step (`RENAME_EXCHANGE`), so that there is no moment without the path;
//! 2. a plain rename if there is nothing to replace;
//! 3. two renames, out and in, where the file system has no exchange (NFS);
//! 4. file by file, where directories cannot be renamed (mount points, links to other disks, lower layers of overlayfs).

use std::os::fd::BorrowedFd;
use std::path::PathBuf;

use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;

use super::TargetTree;
use super::layout::ancestors;
use super::pour::pour;
use super::stage::{Stage, make_directory, rename_to_free};
use crate::error::Error;

/// How a step is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Undo {
    /// Exchange again.
    Exchange,
    /// The path was free: bring the new one back to the stage.
    Withdraw,
    /// The old one is in `old` under the number of the step, the new one is live.
    TwoRenames,
    /// The old one is in `old` and nothing took its place.
    Restore,
    /// There was nothing to do.
    Nothing,
    /// Files were moved one by one.
    Impossible,
}

/// One path of one target.
struct Step<'a> {
    stage: &'a Stage,
    path: &'a str,
    /// Makes the name in `old` unique.
    number: usize,
}

/// Exchanges the units of all trees, then the loose files of all trees. On a failure, takes everything back.
pub(super) fn exchange(trees: &[TargetTree], stages: &[Stage]) -> Result<(), Error> {
    let trees = || trees.iter().zip(stages);
    let units =
        trees().flat_map(|(tree, stage)| tree.units.iter().map(move |unit| (stage, unit.as_str())));
    let loose = trees().flat_map(|(tree, stage)| {
        tree.loose
            .iter()
            .map(move |placement| (stage, placement.path.as_str()))
    });
    let mut done: Vec<(Step<'_>, Undo)> = Vec::new();
    let mut created: Vec<(&Stage, &str)> = Vec::new();
    for (number, (stage, path)) in units.chain(loose).enumerate() {
        let step = Step {
            stage,
            path,
            number,
        };
        match step.go(&mut created) {
            Ok(undo) => done.push((step, undo)),
            Err(error) => return Err(take_back(&done, &created, error)),
        }
    }
    Ok(())
}

fn take_back(done: &[(Step<'_>, Undo)], created: &[(&Stage, &str)], cause: Error) -> Error {
    let mut torn = None;
    for (step, undo) in done.iter().rev() {
        if step.take_back(*undo).is_err() {
            torn = Some(step.stage.target().to_owned());
        }
    }
    for (stage, path) in created.iter().rev() {
        // Fails if somebody else uses the directory by now; then it stays.
        let _ = rustix::fs::unlinkat(stage.live(), *path, AtFlags::REMOVEDIR);
    }
    match torn {
        _ if matches!(cause, Error::Torn { .. }) => cause,
        Some(target) => Error::Torn {
            target,
            cause: Box::new(cause),
        },
        None => cause,
    }
}

impl<'a> Step<'a> {
    fn go(&self, created: &mut Vec<(&'a Stage, &'a str)>) -> Result<Undo, Error> {
        let (fresh, live, path) = (self.stage.fresh(), self.stage.live(), self.path);
        if !exists(fresh, path).map_err(|source| self.failed(source))? {
            return self.remove_unit();
        }
        match rustix::fs::renameat_with(fresh, path, live, path, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(Undo::Exchange),
            Err(Errno::NOENT) => {
                self.create_parents(created)?;
                match rename_to_free(fresh, path, live, path) {
                    Ok(()) => Ok(Undo::Withdraw),
                    Err(Errno::XDEV | Errno::BUSY) => self.pour(),
                    Err(source) => Err(self.failed(source)),
                }
            }
            Err(Errno::XDEV | Errno::BUSY) => self.pour(),
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => self.rename_twice(created),
            Err(source) => Err(self.failed(source)),
        }
    }

    fn rename_twice(&self, created: &mut Vec<(&'a Stage, &'a str)>) -> Result<Undo, Error> {
        let (fresh, live, path) = (self.stage.fresh(), self.stage.live(), self.path);
        let undo = match rustix::fs::renameat(live, path, self.stage.old(), self.old_name()) {
            Ok(()) => Undo::TwoRenames,
            Err(Errno::NOENT) => {
                self.create_parents(created)?;
                Undo::Withdraw
            }
            Err(Errno::XDEV | Errno::BUSY) => return self.pour(),
            Err(source) => return Err(self.failed(source)),
        };
        match rustix::fs::renameat(fresh, path, live, path) {
            Ok(()) => Ok(undo),
            Err(source) => {
                let error = self.failed(source);
                if undo == Undo::TwoRenames && self.take_back(Undo::Restore).is_err() {
                    return Err(self.torn(error));
                }
                Err(error)
            }
        }
    }

    /// Takes away a unit that has no files any more.
    fn remove_unit(&self) -> Result<Undo, Error> {
        match rustix::fs::renameat(
            self.stage.live(),
            self.path,
            self.stage.old(),
            self.old_name(),
        ) {
            Ok(()) => Ok(Undo::Restore),
            Err(Errno::NOENT) => Ok(Undo::Nothing),
            Err(Errno::XDEV | Errno::BUSY) => self.pour(),
            Err(source) => Err(self.failed(source)),
        }
    }

    fn pour(&self) -> Result<Undo, Error> {
        let mut has_changed = false;
        match pour(self.stage, self.path, &mut has_changed) {
            Ok(()) if has_changed => Ok(Undo::Impossible),
            Ok(()) => Ok(Undo::Nothing),
            Err(error) if has_changed => Err(self.torn(error)),
            Err(error) => Err(error),
        }
    }

    /// Creates the directories on the way to the live path.
    fn create_parents(&self, created: &mut Vec<(&'a Stage, &'a str)>) -> Result<(), Error> {
        for ancestor in ancestors(self.path) {
            match make_directory(self.stage.live(), ancestor, self.stage.modes()) {
                Ok(()) => created.push((self.stage, ancestor)),
                Err(Errno::EXIST) => {}
                Err(source) => {
                    let path = self.stage.target().join(ancestor);
                    return Err(Error::system("create the directory", &path, source));
                }
            }
        }
        Ok(())
    }

    fn take_back(&self, undo: Undo) -> Result<(), Errno> {
        let (fresh, live, path) = (self.stage.fresh(), self.stage.live(), self.path);
        match undo {
            Undo::Exchange => {
                rustix::fs::renameat_with(fresh, path, live, path, RenameFlags::EXCHANGE)
            }
            Undo::Withdraw => rustix::fs::renameat(live, path, fresh, path),
            Undo::TwoRenames => {
                rustix::fs::renameat(live, path, fresh, path)?;
                rustix::fs::renameat(self.stage.old(), self.old_name(), live, path)
            }
            Undo::Restore => rustix::fs::renameat(self.stage.old(), self.old_name(), live, path),
            Undo::Nothing => Ok(()),
            Undo::Impossible => Err(Errno::XDEV),
        }
    }

    fn old_name(&self) -> String {
        self.number.to_string()
    }

    fn live_path(&self) -> PathBuf {
        self.stage.target().join(self.path)
    }

    fn failed(&self, source: Errno) -> Error {
        Error::system("replace", &self.live_path(), source)
    }

    fn torn(&self, cause: Error) -> Error {
        Error::Torn {
            target: self.stage.target().to_owned(),
            cause: Box::new(cause),
        }
    }
}

fn exists(directory: BorrowedFd<'_>, path: &str) -> Result<bool, Errno> {
    match rustix::fs::statat(directory, path, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(source) => Err(source),
    }
}
