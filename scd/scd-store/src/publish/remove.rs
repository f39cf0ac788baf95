//! Removing whole trees: outgoing packages, and stages of runs that failed or were killed.

use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

/// Levels that are spread over threads: deep enough to see every module of every staged package as a part of its own.
const PARALLEL_LEVELS: usize = 6;

/// Removes a tree, its parts in parallel. Links are removed, not followed.
pub(super) fn remove_tree(path: &Path) -> io::Result<()> {
    remove_levels(path, PARALLEL_LEVELS)
}

/// Spreads the removal over threads for some levels, which is deep enough to see every module of a package as a part.
fn remove_levels(path: &Path, levels: usize) -> io::Result<()> {
    if levels == 0 || !fs::symlink_metadata(path)?.is_dir() {
        return if levels == 0 {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
    }
    let mut directories = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            directories.push(entry.path());
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    directories
        .par_iter()
        .try_for_each(|directory| remove_levels(directory, levels - 1))?;
    fs::remove_dir(path)
}
