//! Scratch copies of Magento roots, so that benchmarks change nothing of the original.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// A copy of a root, without what was published or kept there: of hard links where they are possible.
pub(crate) fn copy_of(root: &Path) -> Result<(TempDir, PathBuf)> {
    let beside = root.parent().context("a root lies in a directory")?;
    let scratch = tempfile::tempdir_in(beside).or_else(|_| tempfile::tempdir())?;
    let copy = scratch.path().join("root");
    copy_directory(root, root, &copy)?;
    for directory in ["pub/static", "var", "generated"] {
        fs::create_dir_all(copy.join(directory))?;
    }
    Ok((scratch, copy))
}

fn copy_directory(root: &Path, from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        let is_output = ["pub/static", "pub/media", "var", "generated", ".git"]
            .iter()
            .any(|output| path == root.join(output));
        if is_output {
            continue;
        }
        if kind.is_dir() {
            copy_directory(root, &path, &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&path)?, &target)?;
        } else if fs::hard_link(&path, &target).is_err() {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
