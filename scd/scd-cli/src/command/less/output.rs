//! Replacing the output file in one step, so that a reader sees the old CSS or the new one and never half of it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Writes a file, with its directory if that is missing. What is no regular file, such as `/dev/stdout`, is written to
/// as it is.
///
/// # Errors
/// What the system says; then a file that was there is as it was.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let complaint = || format!("cannot write `{}`", path.display());
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let mut file = fs::OpenOptions::new().write(true).open(path);
        return file
            .as_mut()
            .map_err(|error| std::io::Error::new(error.kind(), error.to_string()))
            .and_then(|file| file.write_all(bytes))
            .with_context(complaint);
    }
    // A link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if let Some(directory) = target.parent()
        && !directory.as_os_str().is_empty()
    {
        fs::create_dir_all(directory).with_context(complaint)?;
    }
    let new = beside(&target);
    let result = fill(&new, bytes, &target).and_then(|()| fs::rename(&new, &target));
    if result.is_err() {
        let _ = fs::remove_file(&new);
    }
    result.with_context(complaint)
}

/// The new file, with the permissions of the one that it is to replace.
fn fill(new: &Path, bytes: &[u8], old: &Path) -> std::io::Result<()> {
    let mut file = fs::File::create(new)?;
    file.write_all(bytes)?;
    if let Ok(known) = fs::metadata(old) {
        file.set_permissions(known.permissions())?;
    }
    Ok(())
}

/// A name in the same directory that no other process takes.
pub(super) fn beside(target: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    target.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::beside;
    use std::path::Path;

    #[test]
    fn the_new_file_lies_beside_the_old_one() {
        let new = beside(Path::new("css/a.css"));
        assert_eq!(new.parent(), Some(Path::new("css")));
        assert!(new.to_string_lossy().starts_with("css/.a.css."));
    }
}
