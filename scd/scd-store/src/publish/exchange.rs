//! Going live. A target that is staged as a whole takes the place of the old one in one step; of other targets, staged units
//! and loose files trade places with what is there, one rename each.
//!
//! Each path takes the first of these steps that works:
//!
//! 1. exchange the two names in one step (`RENAME_EXCHANGE`), so that there is no moment without the path;
//! 2. a plain rename if there is nothing to replace;
//! 3. two renames, out and in, where the file system has no exchange (NFS);
//! 4. file by file, where directories cannot be renamed (mount points, links to other disks, lower layers of overlayfs).
//!
//! A whole target that cannot be renamed (the same obstacles, and directories of somebody else) is exchanged in parts.

use std::os::fd::BorrowedFd;
use std::path::PathBuf;

use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;

use super::layout::ancestors;
use super::pour::pour;
use super::stage::{Manner, Stage, make_directory, rename_to_free};
use super::whole::{Outcome, Way, exchange_whole, take_back};
use super::{InParts, TargetTree};
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

/// What has been done and can be taken back.
enum Done<'a> {
    Whole(&'a Stage, Way),
    Part(Step<'a>, Undo),
}

/// What the exchange came to.
pub(super) struct Exchanged {
    /// For each tree: whether its target was exchanged as a whole.
    pub(super) whole: Vec<bool>,
    /// The others, and why.
    pub(super) in_parts: Vec<InParts>,
}

/// Exchanges the trees in their order, then the loose files of those that go in parts. On a failure, takes everything back.
pub(super) fn exchange(trees: &[TargetTree], stages: &[Stage]) -> Result<Exchanged, Error> {
    let mut exchange = Exchange::default();
    exchange
        .go(trees, stages)
        .map_err(|error| exchange.take_back(error))
}

#[derive(Default)]
struct Exchange<'a> {
    done: Vec<Done<'a>>,
    created: Vec<(&'a Stage, &'a str)>,
}

impl<'a> Exchange<'a> {
    fn go(&mut self, trees: &'a [TargetTree], stages: &'a [Stage]) -> Result<Exchanged, Error> {
        let mut whole = Vec::with_capacity(trees.len());
        let mut in_parts = Vec::new();
        for (tree, stage) in trees.iter().zip(stages) {
            let obstacle = match stage.manner() {
                Manner::Parts(obstacle) => Some(obstacle.clone()),
                Manner::Whole(_) => match exchange_whole(stage)? {
                    Outcome::Exchanged(way) => {
                        self.done.push(Done::Whole(stage, way));
                        None
                    }
                    Outcome::Fixed(source) => Some(Some(
                        Error::system("rename", stage.target(), source).to_string(),
                    )),
                },
            };
            whole.push(obstacle.is_none());
            if let Some(obstacle) = obstacle {
                in_parts.extend(obstacle.map(|reason| InParts {
                    target: stage.target().to_owned(),
                    reason,
                }));
                for unit in &tree.units {
                    self.part(stage, unit)?;
                }
            }
        }
        for ((tree, stage), _) in trees
            .iter()
            .zip(stages)
            .zip(&whole)
            .filter(|(_, whole)| !**whole)
        {
            for placement in &tree.loose {
                self.part(stage, &placement.path)?;
            }
        }
        Ok(Exchanged { whole, in_parts })
    }

    fn part(&mut self, stage: &'a Stage, path: &'a str) -> Result<(), Error> {
        let step = Step {
            stage,
            path,
            number: self.done.len(),
        };
        let undo = step.go(&mut self.created)?;
        self.done.push(Done::Part(step, undo));
        Ok(())
    }

    fn take_back(&self, cause: Error) -> Error {
        let mut torn = None;
        for done in self.done.iter().rev() {
            let (stage, result) = match done {
                Done::Whole(stage, way) => (*stage, take_back(stage, *way)),
                Done::Part(step, undo) => (step.stage, step.take_back(*undo)),
            };
            if result.is_err() {
                torn = Some(stage.target().to_owned());
            }
        }
        for (stage, path) in self.created.iter().rev() {
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
