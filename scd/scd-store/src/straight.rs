//! Telling in one system call that a path has no symbolic links, instead of one per directory on the way.

use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};

/// Whether something is at the absolute path `path` and no symbolic link lies on the way or at its end. False as well where
/// the system cannot tell.
#[must_use]
pub fn is_straight(path: &Path) -> bool {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let found = rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS);
    found.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_anywhere_are_seen() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("a")).unwrap();
        std::fs::write(root.join("a/b"), "").unwrap();
        std::os::unix::fs::symlink("a", root.join("way")).unwrap();
        std::os::unix::fs::symlink("b", root.join("a/end")).unwrap();
        for (path, straight) in [
            ("a", true),
            ("a/b", true),
            ("way", false),
            ("way/b", false),
            ("a/end", false),
            ("a/none", false),
        ] {
            assert_eq!(is_straight(&root.join(path)), straight, "{path}");
        }
    }
}
