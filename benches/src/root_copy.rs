//! Scratch copies of Magento roots, of hard links where they are possible.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// What a run writes is not copied, nor what no deploy reads.
const LEFT_OUT: [&str; 5] = ["pub/static", "pub/media", "var", "generated", ".git"];

/// Copies a root without what was published or kept there.
///
/// # Errors
/// What cannot be read or made.
pub(crate) fn copy_root(root: &Path, copy: &Path) -> Result<()> {
    copy_directory(root, root, copy)?;
    for directory in ["pub/static", "var", "generated"] {
        fs::create_dir_all(copy.join(directory))?;
    }
    Ok(())
}

fn copy_directory(root: &Path, from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if LEFT_OUT.iter().any(|output| path == root.join(output)) {
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
