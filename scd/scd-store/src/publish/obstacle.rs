//! What would keep a target from being exchanged in one step, found without changing anything, for whoever wants to know
//! before a deploy does.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD};

use super::mounts;

/// Packages lie so deep below a target: area, vendor, theme, locale. What is in them is replaced, not carried over.
const PACKAGE_DEPTH: usize = 4;

/// Directories deeper than this are nobody's static content.
const DEEPEST: usize = 64;

/// Why a deploy by this user would replace the directory `target` package by package, as far as that can be told without
/// trying: its parent cannot be written, something is mounted there, or a directory that a deploy carries over belongs to
/// somebody else. Lower case, no full stop.
#[must_use]
pub fn exchange_obstacle(target: &Path) -> Option<String> {
    let target = fs::canonicalize(target).ok()?;
    let parent = target.parent()?;
    if mounts::is_mount(&target) {
        return Some("it is a mount point".to_owned());
    }
    if let Some(point) = mounts::mount_below(&target) {
        return Some(format!("`{}` is a mount point", shown(&point, &target)));
    }
    if !may_write(parent) {
        return Some("its parent directory cannot be written".to_owned());
    }
    let user = rustix::process::geteuid();
    if user.is_root() {
        return None;
    }
    foreign_below(&target, &target, user.as_raw(), 0)
}

/// Whether this process may create entries in a directory, as the kernel sees it: by mode, access lists, and the file system.
#[must_use]
pub fn may_write(directory: &Path) -> bool {
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    rustix::fs::accessat(CWD, directory, wanted, AtFlags::EACCESS).is_ok()
}

/// The first directory, by name, that belongs to another user and lies where a deploy carries things over.
fn foreign_below(directory: &Path, target: &Path, user: u32, depth: usize) -> Option<String> {
    let mut inner: Vec<_> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect();
    inner.sort();
    let owner = fs::symlink_metadata(directory).map_or(user, |about| about.uid());
    if owner != user {
        let name = shown(directory, target);
        return Some(format!("`{name}` belongs to another user ({owner})"));
    }
    let is_package = depth == PACKAGE_DEPTH && directory.join("requirejs-config.js").exists();
    if is_package || depth == DEEPEST {
        return None;
    }
    inner
        .iter()
        .find_map(|path| foreign_below(path, target, user, depth + 1))
}

fn shown(path: &Path, target: &Path) -> String {
    match path.strip_prefix(target) {
        Ok(inner) if !inner.as_os_str().is_empty() => inner.display().to_string(),
        _ => path.display().to_string(),
    }
}
