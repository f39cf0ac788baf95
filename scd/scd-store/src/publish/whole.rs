//! The exchange of a whole target with the directory that was staged for it.
//!
//! # The new directory
//!
//! The path stays, the directory behind it is another one, and that is why the exchange is one step: whoever looks a path up
//! finds all of the old tree or all of the new one. What goes by the directory and not by its path keeps the old one:
//!
//! - Files that are open stay readable to their end. A process whose working directory, or whose directory handle, is the
//!   target or lies in it, sees the old tree being emptied. PHP, nginx and Apache look up paths anew for each request (nginx
//!   with `open_file_cache` after its time is up); a shell that stands in `pub/static` needs `cd .`.
//! - A bind mount of the target (a container's volume `pub/static`) goes on showing the old directory. Inside the container
//!   the target is a mount point and is exchanged in parts; a deploy from outside needs the mount one level up, at `pub`.
//! - Watches of inotify stay with the old directory and tell of its removal; a watcher has to be set up again.
//! - A program that looks up a directory before the exchange and creates a file in it afterwards, through a handle, creates
//!   it in the old tree. Magento uses paths throughout.

use rustix::fs::{CWD, RenameFlags};
use rustix::io::Errno;

use super::stage::Stage;
use crate::error::Error;

/// How the exchange was done, and so how it is taken back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// In one step.
    Exchange,
    /// Out and in: this file system has no exchange.
    TwoRenames,
}

/// What came of it.
pub(super) enum Outcome {
    /// The new tree is live.
    Exchanged(Way),
    /// The target cannot be renamed; nothing has changed.
    Fixed(Errno),
}

/// Exchanges the target for the staged directory.
pub(super) fn exchange_whole(stage: &Stage) -> Result<Outcome, Error> {
    let (fresh, target) = (stage.fresh_path(), stage.target());
    let failed = |source: Errno| Error::system("replace", target, source);
    match rustix::fs::renameat_with(CWD, &fresh, CWD, target, RenameFlags::EXCHANGE) {
        Ok(()) => return Ok(Outcome::Exchanged(Way::Exchange)),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
        Err(source) if is_fixed(source) => return Ok(Outcome::Fixed(source)),
        Err(source) => return Err(failed(source)),
    }
    let outgoing = stage.outgoing_path();
    match rustix::fs::rename(target, &outgoing) {
        Ok(()) => {}
        Err(source) if is_fixed(source) => return Ok(Outcome::Fixed(source)),
        Err(source) => return Err(failed(source)),
    }
    match rustix::fs::rename(&fresh, target) {
        Ok(()) => Ok(Outcome::Exchanged(Way::TwoRenames)),
        Err(source) => Err(match rustix::fs::rename(&outgoing, target) {
            Ok(()) => failed(source),
            Err(_) => Error::Torn {
                target: target.to_owned(),
                cause: Box::new(failed(source)),
            },
        }),
    }
}

/// Brings the old tree back.
pub(super) fn take_back(stage: &Stage, way: Way) -> Result<(), Errno> {
    let (fresh, target) = (stage.fresh_path(), stage.target());
    match way {
        Way::Exchange => rustix::fs::renameat_with(CWD, &fresh, CWD, target, RenameFlags::EXCHANGE),
        Way::TwoRenames => {
            rustix::fs::rename(target, &fresh)?;
            rustix::fs::rename(stage.outgoing_path(), target)
        }
    }
}

/// Whether the directory cannot be renamed although files in it may be writable.
fn is_fixed(error: Errno) -> bool {
    matches!(
        error,
        Errno::XDEV | Errno::BUSY | Errno::ACCESS | Errno::PERM
    )
}
