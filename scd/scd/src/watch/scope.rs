//! Which directories have to be watched, and what a change in one of them is called by those who asked for it.
//!
//! Components and files may be linked into a root from elsewhere. Only real directories are watched, each once, since the
//! system tells of a change under one name only; the scope knows all the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::notes::Note;
use crate::warm::trace::Found;

/// What has to be watched.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    directories: BTreeSet<PathBuf>,
    /// For real directories and files, the other names by which they were asked for.
    names: BTreeMap<PathBuf, Vec<PathBuf>>,
}

impl Scope {
    /// The directories to watch, without what lies deeper in them: real ones, each once.
    pub fn directories(&self) -> &BTreeSet<PathBuf> {
        &self.directories
    }

    /// What is to be watched because of questions that were asked of the file system, and because of `targets`, to which
    /// outputs go. Questions about files below one of the `outputs` say nothing about sources.
    pub(super) fn new<'a>(
        notes: impl Iterator<Item = (&'a PathBuf, &'a Note)>,
        sources: impl Iterator<Item = &'a Path>,
        targets: &[PathBuf],
        outputs: &[PathBuf],
    ) -> Self {
        let mut scope = Self::default();
        let mut seen = FxHashSet::default();
        let mut files: Vec<&Path> = sources.collect();
        for (path, note) in notes {
            if outputs.iter().any(|output| path.starts_with(output)) {
                continue;
            }
            match note.found {
                Found::Directory(_) if note.names.is_some() => scope.watch(path, &mut seen),
                Found::Nothing => {
                    if let Some(there) = path.ancestors().skip(1).find(|above| above.is_dir()) {
                        scope.watch(there, &mut seen);
                    }
                }
                _ => files.push(path),
            }
        }
        for file in files {
            if let Some(directory) = file.parent() {
                scope.watch(directory, &mut seen);
            }
            // Where a link leads, its text changes.
            let is_link = fs::symlink_metadata(file).is_ok_and(|about| about.is_symlink());
            if is_link && let Ok(real) = file.canonicalize() {
                if let Some(directory) = real.parent() {
                    scope.directories.insert(directory.to_path_buf());
                }
                scope
                    .names
                    .entry(real)
                    .or_default()
                    .push(file.to_path_buf());
            }
        }
        for target in targets {
            scope.watch(target, &mut seen);
        }
        for names in scope.names.values_mut() {
            names.sort();
            names.dedup();
        }
        scope
    }

    fn watch<'a>(&mut self, directory: &'a Path, seen: &mut FxHashSet<&'a Path>) {
        if !seen.insert(directory) {
            return;
        }
        let Ok(real) = directory.canonicalize() else {
            return;
        };
        if real != *directory {
            let names = self.names.entry(real.clone()).or_default();
            names.push(directory.to_path_buf());
        }
        self.directories.insert(real);
    }

    /// The names by which something may have been asked for that is really at `path`.
    pub(super) fn names_of(&self, path: &Path) -> Vec<PathBuf> {
        let mut names = vec![path.to_path_buf()];
        names.extend(self.names.get(path).into_iter().flatten().cloned());
        if let (Some(directory), Some(name)) = (path.parent(), path.file_name()) {
            let others = self.names.get(directory).into_iter().flatten();
            names.extend(others.map(|other| other.join(name)));
        }
        names
    }
}
