//! One deploy per root: an advisory lock on `var/.scd.lock`, held as long as the value lives.
//!
//! The system drops the lock when its process ends, however it ends, so there are no stale locks to clean up. The file
//! itself stays: removing it would let two processes lock two different files of that name.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::error::Error;

/// The right to publish into one Magento root. Released when dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of `root`, creating `var` if it is missing. Does not wait.
    ///
    /// # Errors
    /// [`Error::Locked`] with the holder's process number if another deploy is running; [`Error::System`] if the lock
    /// file cannot be created or the file system has no locks.
    pub fn acquire(root: &Path) -> Result<Lock, Error> {
        let directory = root.join("var");
        if let Err(source) = fs::create_dir(&directory)
            && source.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(Error::system("create the directory", &directory, source));
        }
        let path = directory.join(".scd.lock");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| Error::system("open", &path, source))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let holder = holder(&mut file);
                return Err(Error::Locked { path, holder });
            }
            Err(source) => return Err(Error::system("lock", &path, source)),
        }
        // The number only serves the message of others, but a disk that cannot take it cannot take a deploy either.
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(|source| Error::system("write", &path, source))?;
        Ok(Lock { file, path })
    }

    /// The lock file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An old number in a file that nobody holds would mislead whoever looks at it. Closing releases the lock anyway.
        let _ = self.file.set_len(0);
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
