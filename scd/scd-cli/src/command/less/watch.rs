//! `scd less --watch`: compiles again whenever something changes that the result depends on, through errors and missing
//! files, until it is interrupted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use anyhow::Result;
use notify::RecursiveMode;
use scd::single::Watched;

use super::Task;
use crate::console::{Console, failure};
use crate::exit::Exit;
use crate::watch::changes::{Changes, Wake};

/// Runs until interrupted, which is its regular end.
///
/// # Errors
/// Directories that cannot be watched.
pub(super) fn run(task: &Task, console: &Console) -> Result<Exit> {
    let mut scope = Scope {
        changes: Changes::listen(false, || {})?,
        directories: BTreeSet::new(),
        trees: BTreeSet::new(),
        files: BTreeSet::new(),
        output: task.output.as_deref().map(absolute),
    };
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
        let wake = scope.changes.wait(|path| scope.matters_at(path), None);
        if matches!(wake, Wake::Interrupted) {
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
    changes: Changes,
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
                self.changes.watch(&tree, RecursiveMode::Recursive)?;
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
            self.changes.watch(directory, RecursiveMode::NonRecursive)?;
        }
        for directory in self.directories.difference(&wanted) {
            self.changes.leave(directory);
        }
        self.directories = wanted;
        Ok(is_new)
    }

    /// Whether a file was changed at or after a moment.
    fn changed_since(&self, moment: SystemTime) -> bool {
        self.files.iter().any(|file| {
            let changed = file.metadata().and_then(|found| found.modified());
            changed.is_ok_and(|changed| changed >= moment)
        })
    }

    /// Whether a change at a path may show in the result.
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
}

/// A path from the top, links kept.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
