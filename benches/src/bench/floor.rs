//! The floor under every deploy: a writer that has all bytes in memory already, makes the directories and writes the files.
//!
//! It plans nothing, reads nothing and compares nothing while it is timed. Each directory is made once, each file costs an
//! `openat` below an open directory, a `write` and a `close`; nothing cheaper makes a tree of files on Linux.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

use super::tree::visit;
use crate::output::say;

/// The name by which the benchmark calls itself for this.
pub(crate) const COMMAND: &str = "write-floor";

/// Reads `from` into memory, then writes it below the new directory `to` and prints what that took as JSON.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [threads, to, from @ ..] = arguments else {
        anyhow::bail!("{COMMAND} THREADS TO FROM...");
    };
    let threads: usize = threads.parse()?;
    let mut directories: BTreeMap<PathBuf, Vec<(OsString, Vec<u8>)>> = BTreeMap::new();
    for (number, from) in from.iter().map(Path::new).enumerate() {
        let prefix = PathBuf::from(number.to_string());
        directories.entry(prefix.clone()).or_default();
        visit(from, &mut |path, _| {
            let bytes = std::fs::read(path)?;
            let path = prefix.join(path.strip_prefix(from)?);
            let name = path.file_name().context("a file has a name")?.to_owned();
            for ancestor in path.ancestors().skip(1) {
                if !ancestor.as_os_str().is_empty() {
                    directories.entry(ancestor.to_path_buf()).or_default();
                }
            }
            let directory = path.parent().context("a file lies in a directory")?;
            directories
                .entry(directory.to_path_buf())
                .or_default()
                .push((name, bytes));
            Ok(())
        })?;
    }
    let directories: Vec<_> = directories.into_iter().collect();
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let calls = write(Path::new(to), &directories, threads)?;
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    say(&json!({ "wall": wall, "cpu": cpu, "calls": calls }).to_string());
    Ok(())
}

type Directory = (PathBuf, Vec<(OsString, Vec<u8>)>);

/// Writes everything, and counts the system calls.
fn write(to: &Path, directories: &[Directory], threads: usize) -> Result<u64> {
    std::fs::create_dir(to)?;
    let target = open_directory(CWD, to)?;
    // Sorted: each directory comes after the one that holds it.
    for (path, _) in directories {
        rustix::fs::mkdirat(&target, path, Mode::from_raw_mode(0o775))?;
    }
    let next = AtomicUsize::new(0);
    let files = AtomicU64::new(0);
    let work = || -> Result<()> {
        while let Some((path, contents)) = directories.get(next.fetch_add(1, Ordering::Relaxed)) {
            if contents.is_empty() {
                continue;
            }
            let directory = open_directory(&target, path)?;
            for (name, bytes) in contents {
                let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
                let file = rustix::fs::openat(&directory, name, flags, Mode::from_raw_mode(0o664))?;
                let mut rest = bytes.as_slice();
                while !rest.is_empty() {
                    let written = rustix::io::write(&file, rest)?;
                    rest = &rest[written..];
                }
            }
            files.fetch_add(contents.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        let mut results = others
            .into_iter()
            .map(|other| other.join().expect("no panic"));
        results.try_for_each(|result| result).and(own)
    })?;
    let opened = directories
        .iter()
        .filter(|(_, contents)| !contents.is_empty());
    let for_directories = directories.len() + 2 * opened.count();
    Ok(3 * files.into_inner() + for_directories as u64)
}

fn open_directory(at: impl std::os::fd::AsFd, path: &Path) -> Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::PATH | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(at, path, flags, Mode::empty())?)
}

/// CPU time of this process.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
