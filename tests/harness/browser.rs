//! A headless browser for tests, ended with them.

use std::ffi::OsStr;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A browser with a profile of its own; ended when the test is over, however that is.
pub struct Browser {
    process: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens a page in the browser `program`.
    ///
    /// # Panics
    /// If the browser cannot be started.
    #[must_use]
    pub fn open(program: &OsStr, url: &str) -> Browser {
        let profile = tempfile::tempdir().expect("a directory for the profile");
        let process = Command::new(program)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser can be started");
        Browser {
            process,
            _profile: profile,
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
