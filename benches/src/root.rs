//! Scratch copies of Magento roots, so that benchmarks change nothing of the original.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::root_copy;

/// A copy of a root, without what was published or kept there: of hard links where they are possible.
pub(crate) fn copy_of(root: &Path) -> Result<(TempDir, PathBuf)> {
    let beside = root.parent().context("a root lies in a directory")?;
    let scratch = tempfile::tempdir_in(beside).or_else(|_| tempfile::tempdir())?;
    let copy = scratch.path().join("root");
    root_copy::copy_root(root, &copy)?;
    Ok((scratch, copy))
}
