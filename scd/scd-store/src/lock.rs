//! One deploy per root: an advisory lock on `var/.scd.lock`, held as long as the value lives.
//!
//! The system drops the lock when its process ends, however it ends, so there are no stale locks to clean up. The file
//! itself stays: removing it would let two processes lock two different files of that name. It says who holds the lock;
//! a holder that lets go in order empties it, so what a free lock file still says is who crashed. That is kept until what the
//! crashed one left behind has been swept.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::error::Error;

/// Who holds a lock, or held it when it crashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The number of the process.
    pub process: u32,
    /// The machine that it runs on: several can share a root.
    pub host: String,
    /// Since when, in seconds since 1970.
    pub since: u64,
    /// What it does there, as a participle: `publishing`.
    pub activity: String,
}

impl Holder {
    fn this_process(activity: &str) -> Holder {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Holder {
            process: std::process::id(),
            host: rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned(),
            since: now.map_or(0, |now| now.as_secs()),
            activity: activity.to_owned(),
        }
    }

    /// Writes the lock file: in one go and with a cut behind it, so that whoever reads meanwhile does not find half of it.
    fn write(&self, file: &File) -> io::Result<()> {
        let Holder {
            process,
            host,
            since,
            activity,
        } = self;
        let text = format!("{process}\n{since}\n{host}\n{activity}\n");
        file.write_all_at(text.as_bytes(), 0)?;
        file.set_len(text.len() as u64)
    }

    fn read(file: &File) -> Option<Holder> {
        let mut text = String::new();
        file.take(1024).read_to_string(&mut text).ok()?;
        let mut lines = text.lines();
        Some(Holder {
            process: lines.next()?.parse().ok()?,
            since: lines.next()?.parse().ok()?,
            host: lines.next()?.to_owned(),
            activity: lines.next()?.to_owned(),
        })
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (
            self.since / 3600 % 24,
            self.since / 60 % 60,
            self.since % 60,
        );
        write!(
            formatter,
            "process {} on `{}`, {} since {hour:02}:{minute:02}:{second:02} UTC",
            self.process, self.host, self.activity
        )
    }
}

/// The right to publish into one Magento root. Released when dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    crashed: Option<Holder>,
    /// Whether nothing of the crashed holder lies about any more.
    is_swept: AtomicBool,
}

impl Lock {
    /// Takes the lock of `root`, creating `var` if it is missing. Does not wait. `activity` is what others are told that
    /// the holder does, such as `publishing`.
    ///
    /// # Errors
    /// [`Error::Locked`] with the holder if another deploy is running; [`Error::System`] if the lock file cannot be
    /// created or the file system has no locks.
    pub fn acquire(root: &Path, activity: &str) -> Result<Lock, Error> {
        let directory = root.join("var");
        if let Err(source) = fs::create_dir(&directory)
            && source.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(Error::system("create the directory", &directory, source));
        }
        let path = directory.join(".scd.lock");
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| Error::system("open", &path, source))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let holder = Holder::read(&file);
                return Err(Error::Locked { path, holder });
            }
            Err(source) => return Err(Error::system("lock", &path, source)),
        }
        let crashed = Holder::read(&file);
        // This only serves the message of others, but a disk that cannot take it cannot take a deploy either.
        Holder::this_process(activity)
            .write(&file)
            .map_err(|source| Error::system("write", &path, source))?;
        Ok(Lock {
            file,
            path,
            crashed,
            is_swept: AtomicBool::new(false),
        })
    }

    /// The lock file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last holder, if it ended without letting go: killed, or the machine went down. What it left behind is swept by
    /// the next [`publish`](crate::publish()) or [`sweep`](crate::sweep()).
    #[must_use]
    pub fn crashed(&self) -> Option<&Holder> {
        self.crashed.as_ref()
    }

    /// Says that what the last holder left behind is gone.
    pub(crate) fn mark_swept(&self) {
        self.is_swept.store(true, Ordering::Relaxed);
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An old name in a file that nobody holds would say that its holder crashed. Closing releases the lock anyway.
        let _ = match &self.crashed {
            Some(crashed) if !self.is_swept.load(Ordering::Relaxed) => crashed.write(&self.file),
            _ => self.file.set_len(0),
        };
    }
}
