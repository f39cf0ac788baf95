//! What can keep a tree from being published.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::digest::Digest;
use crate::lock::Holder;

/// A failure while locking or publishing. Unless a variant says otherwise, the published tree is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system refused something.
    #[error("cannot {action} `{}`: {}", path.display(), reason(source))]
    System {
        /// What was tried, as a verb with its preposition: `read`, `write`, `create the directory`.
        action: &'static str,
        /// The file or directory it was tried on.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another deploy of this root is running.
    #[error(
        "another deploy is running on this root{}, it holds the lock `{}`",
        holder.as_ref().map(|holder| format!(" ({holder})")).unwrap_or_default(),
        path.display()
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, if that was written down.
        holder: Option<Holder>,
    },
    /// The request contradicts itself: a defect of the caller, not of the file system.
    #[error("cannot publish `{path}`: {message}")]
    Layout {
        /// The path, relative to its target directory.
        path: String,
        /// What is wrong with it: lower case, no full stop, names in backticks.
        message: &'static str,
    },
    /// The store no longer has what it was believed to have: do the work again without it.
    #[error("the cache has lost the content `{digest}`")]
    Lost {
        /// The digest of the content.
        digest: Digest,
    },
    /// The interrupt flag was raised before the exchange.
    #[error("interrupted, nothing was published")]
    Interrupted,
    /// The exchange failed half-way and could not be taken back: parts of the target are new, parts are old. The next
    /// complete deploy repairs that.
    #[error("{cause}; `{}` is partly new and partly old", target.display())]
    Torn {
        /// The target directory that is mixed.
        target: PathBuf,
        /// Why the exchange stopped.
        #[source]
        cause: Box<Error>,
    },
}

impl Error {
    pub(crate) fn system(action: &'static str, path: &Path, source: impl Into<io::Error>) -> Error {
        Error::System {
            action,
            path: path.to_owned(),
            source: source.into(),
        }
    }

    /// What to do about it, to be printed on a line of its own; lower case, no full stop.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Error::System { source, .. } => system_hint(source),
            Error::Locked { .. } => {
                Some("wait for it to finish, or end it; the lock goes away with its process")
            }
            Error::Torn { .. } => Some("remove the cause, then deploy all packages again"),
            Error::Layout { .. } | Error::Lost { .. } | Error::Interrupted => None,
        }
    }
}

fn system_hint(source: &io::Error) -> Option<&'static str> {
    Some(match Errno::from_io_error(source)? {
        Errno::ACCESS | Errno::PERM => {
            "make it writable for the user that deploys, or deploy as the owner of the files"
        }
        Errno::NOSPC | Errno::DQUOT => "the disk is full; free some space and deploy again",
        Errno::ROFS => "the file system is read-only; deploy where it is writable",
        Errno::NOTDIR | Errno::EXIST => {
            "a directory was expected there; move away what lies in its place"
        }
        Errno::NOENT => "it vanished during the run; restore it and deploy again",
        Errno::MFILE | Errno::NFILE => "raise the limit of open files (`ulimit -n`)",
        Errno::NAMETOOLONG => "shorten the name, or move the root to a shorter path",
        Errno::LOOP => "follow the symbolic links there; they lead back to themselves",
        Errno::NOLCK | Errno::OPNOTSUPP => "use a file system that supports this",
        _ => return None,
    })
}

/// The system's words without the number that the standard library appends.
fn reason(source: &io::Error) -> String {
    let text = source.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text[..end].to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_path_and_the_next_action() {
        let error = Error::system("write", Path::new("/x/pub/static/a.css"), Errno::NOSPC);
        assert_eq!(
            error.to_string(),
            "cannot write `/x/pub/static/a.css`: no space left on device"
        );
        assert_eq!(
            error.hint(),
            Some("the disk is full; free some space and deploy again")
        );

        let error = Error::Locked {
            path: PathBuf::from("/x/var/.scd.lock"),
            holder: Some(Holder {
                process: 77,
                host: "web1".to_owned(),
                since: 1_700_000_000,
                activity: "publishing".to_owned(),
            }),
        };
        assert_eq!(
            error.to_string(),
            "another deploy is running on this root (process 77 on `web1`, publishing since 22:13:20 UTC), \
             it holds the lock `/x/var/.scd.lock`"
        );
    }
}
