//! `scd less --watch`: compiles again whenever something changes that the result depends on, through errors and missing
//! files, until it is interrupted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use scd::single::Watched;

use super::Task;
use crate::console::{Console, failure};
use crate::exit::Exit;

/// Editors write a file in several steps: only when nothing has happened for so long is it read.
const QUIET: Duration = Duration::from_millis(40);

/// A stream of changes without end is not waited out.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

enum Signal {
    Changed(notify::Result<notify::Event>),
    Interrupted,
}

/// Runs until interrupted, which is its regular end.
///
/// # Errors
/// Directories that cannot be watched.
pub(super) fn run(task: &Task, console: &Console) -> Result<Exit> {
    let (sender, signals) = mpsc::channel();
    let changes = sender.clone();
    let watcher = notify::recommended_watcher(move |event| {
        let _ = changes.send(Signal::Changed(event));
    });
    let mut scope = Scope {
        watcher: watcher.context("cannot watch files")?,
        directories: BTreeSet::new(),
        trees: BTreeSet::new(),
        files: BTreeSet::new(),
        output: task.output.as_deref().map(absolute),
    };
    ctrlc::set_handler(move || {
        let _ = sender.send(Signal::Interrupted);
    })
    .context("cannot listen for signals")?;
    let mut last_failure = String::new();
    // So that a first run that fails has something to wait for.
    scope.follow(&Watched {
        files: BTreeSet::from([task.input.clone()]),
        trees: BTreeSet::new(),
    })?;
    loop {
        let started = SystemTime::now();
        let is_late = build(task, &mut scope, console, started, &mut last_failure)?;
        if is_late {
            continue;
        }
        if !scope.wait(&signals) {
            return Ok(Exit::Done);
        }
    }
}

/// Compiles and writes once. Says whether something changed that was not watched yet when it was read.
fn build(
    task: &Task,
    scope: &mut Scope,
    console: &Console,
    started: SystemTime,
    last_failure: &mut String,
) -> Result<bool> {
    let clock = Instant::now();
    let outcome = match task.compile() {
        Ok(outcome) => outcome,
        Err(error) => {
            let error = anyhow::Error::from(error);
            // While a file is being replaced the same failure may be met several times.
            let text = format!("{error:#}");
            if *last_failure != text {
                failure(&error);
                *last_failure = text;
            }
            return Ok(false);
        }
    };
    last_failure.clear();
    let elapsed = clock.elapsed().as_secs_f64() * 1000.0;
    let is_late = scope.follow(&outcome.watched)? && scope.changed_since(started);
    console.report(&outcome.diagnostics, &task.directory);
    let target = task.output.as_deref().filter(|_| !task.is_lint);
    let target = target.map(Path::display);
    let line = match (outcome.has_errors(), target) {
        (true, Some(target)) => format!("failed in {elapsed:.1} ms, {target} is left as it was"),
        (true, None) => format!("failed in {elapsed:.1} ms"),
        (false, Some(target)) => format!("compiled to {target} in {elapsed:.1} ms"),
        (false, None) => format!("checked in {elapsed:.1} ms"),
    };
    if !outcome.has_errors()
        && let Err(error) = task.write(outcome)
    {
        failure(&error);
        return Ok(is_late);
    }
    console.say(&format!("{}: {line}", task.input.display()));
    Ok(is_late)
}

/// What is watched. All paths are absolute.
struct Scope {
    watcher: RecommendedWatcher,
    /// Directories whose own entries are watched.
    directories: BTreeSet<PathBuf>,
    /// Directories that are watched with everything below.
    trees: BTreeSet<PathBuf>,
    /// Files that matter, under every name by which they may be changed.
    files: BTreeSet<PathBuf>,
    output: Option<PathBuf>,
}

impl Scope {
    /// Watches what a result depends on; says whether there was anything new to watch.
    fn follow(&mut self, watched: &Watched) -> Result<bool> {
        self.files.clear();
        for file in &watched.files {
            let file = absolute(file);
            // A link changes where it lies and where it leads.
            self.files.extend(file.canonicalize().ok());
            self.files.insert(file);
        }
        let mut is_new = false;
        for tree in &watched.trees {
            let tree = absolute(tree);
            if !self.trees.contains(&tree) {
                self.watch(&tree, RecursiveMode::Recursive)?;
                self.trees.insert(tree);
                is_new = true;
            }
        }
        let wanted: BTreeSet<PathBuf> = self
            .files
            .iter()
            .filter(|file| !self.trees.iter().any(|tree| file.starts_with(tree)))
            .filter_map(|file| {
                file.ancestors()
                    .skip(1)
                    .find(|directory| directory.is_dir())
            })
            .map(Path::to_path_buf)
            .collect();
        for directory in &wanted {
            is_new |= !self.directories.contains(directory);
            // Again even if it is watched: it may have been removed and made anew.
            self.watch(directory, RecursiveMode::NonRecursive)?;
        }
        for directory in self.directories.difference(&wanted) {
            // One that is gone is not watched any more, which is what is wanted.
            let _ = self.watcher.unwatch(directory);
        }
        self.directories = wanted;
        Ok(is_new)
    }

    fn watch(&mut self, directory: &Path, mode: RecursiveMode) -> Result<()> {
        match self.watcher.watch(directory, mode) {
            Ok(()) => Ok(()),
            // Gone since it was looked at: the next change above it leads here again.
            Err(_) if !directory.is_dir() => Ok(()),
            Err(error) => Err(error).with_context(|| {
                format!(
                    "cannot watch `{}`; the system's limit is in fs.inotify.max_user_watches",
                    directory.display()
                )
            }),
        }
    }

    /// Whether a file was changed at or after a moment.
    fn changed_since(&self, moment: SystemTime) -> bool {
        self.files.iter().any(|file| {
            let changed = file.metadata().and_then(|found| found.modified());
            changed.is_ok_and(|changed| changed >= moment)
        })
    }

    /// Whether a change may show in the result.
    fn matters(&self, event: &notify::Event) -> bool {
        let is_change = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
            EventKind::Access(_) => false,
            _ => true,
        };
        is_change && (event.need_rescan() || event.paths.iter().any(|path| self.matters_at(path)))
    }

    fn matters_at(&self, path: &Path) -> bool {
        if self.output.as_deref() == Some(path) {
            return false;
        }
        // A directory that comes or goes takes the files in it along.
        if self.files.iter().any(|file| file.starts_with(path)) {
            return true;
        }
        let is_stylesheet = path
            .extension()
            .is_some_and(|extension| extension == "less");
        self.trees.iter().any(|tree| path.starts_with(tree)) && (is_stylesheet || path.is_dir())
    }

    /// Waits for a change that matters, and for the end of what comes with it; false when interrupted.
    fn wait(&self, signals: &Receiver<Signal>) -> bool {
        let mut first: Option<Instant> = None;
        loop {
            let signal = match first {
                None => signals.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(first) if first.elapsed() >= LONGEST_WAIT => return true,
                Some(_) => signals.recv_timeout(QUIET),
            };
            match signal {
                Ok(Signal::Interrupted) | Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => return true,
                Ok(Signal::Changed(Ok(event))) => {
                    if self.matters(&event) {
                        first.get_or_insert_with(Instant::now);
                    }
                }
                // What was missed is unknown, so everything may have changed.
                Ok(Signal::Changed(Err(_))) => {
                    first.get_or_insert_with(Instant::now);
                }
            }
        }
    }
}

/// A path from the top, links kept.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
