//! A scratch root, requests in short form and the reading back of what was published.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use scd_store::{
    Content, Error, Ledger, Lock, Manifest, Placement, PublishOptions, Published, TargetTree,
    publish,
};
use tempfile::TempDir;

/// A directory that plays the Magento root, with its lock.
pub(crate) struct Root {
    directory: TempDir,
    pub(crate) lock: Lock,
}

impl Root {
    pub(crate) fn new() -> Root {
        Root::at(tempfile::tempdir().unwrap())
    }

    pub(crate) fn at(directory: TempDir) -> Root {
        let lock = Lock::acquire(directory.path(), "testing").unwrap();
        Root { directory, lock }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn tree(&self, units: &[&str], files: &[(&str, &str)]) -> TargetTree {
        TargetTree {
            target: self.path("pub/static"),
            units: units.iter().map(|unit| (*unit).to_owned()).collect(),
            placements: files.iter().map(|(path, text)| place(path, text)).collect(),
            loose: Vec::new(),
            keep_versions: 0,
        }
    }

    pub(crate) fn publish(&self, trees: &[TargetTree]) -> Result<Published, Error> {
        let options = PublishOptions {
            digests: true,
            ..PublishOptions::new(&self.lock)
        };
        publish(trees, &options)
    }

    /// Everything below `pub/static`.
    pub(crate) fn published(&self) -> BTreeMap<String, String> {
        snapshot(&self.path("pub/static"))
    }
}

pub(crate) fn place(path: &str, text: &str) -> Placement {
    Placement {
        path: path.into(),
        content: Content::Bytes(text.as_bytes().into()),
        digest: None,
        source: None,
    }
}

pub(crate) fn place_file(path: &str, source: &Path) -> Placement {
    Placement {
        path: path.into(),
        content: Content::File(Arc::from(source)),
        digest: None,
        source: Some(Arc::from(source)),
    }
}

/// What a run has left of one tree, for the next one.
pub(crate) fn ledger(tree: &TargetTree, left: &Manifest) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.enter(&tree.target, &tree.units, left.clone(), 0);
    ledger
}

/// Paths below a directory: files with their text, links with their target, directories with `/` at the end.
pub(crate) fn snapshot(directory: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(current) = open.pop() {
        for entry in fs::read_dir(&current).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(directory)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                found.insert(name + "/", String::new());
                open.push(path);
            } else if kind.is_symlink() {
                found.insert(
                    name,
                    format!("-> {}", fs::read_link(&path).unwrap().display()),
                );
            } else if kind.is_fifo() {
                found.insert(name, "(pipe)".to_owned());
            } else {
                let bytes = fs::read(&path).unwrap();
                found.insert(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
    found
}

/// The files of a snapshot.
pub(crate) fn files(snapshot: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    snapshot
        .iter()
        .filter(|(path, _)| !path.ends_with('/'))
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect()
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Names of a directory that begin like something of ours.
pub(crate) fn traces(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".scd"))
        .collect();
    names.sort();
    names
}

/// A small file system of its own, unmounted when dropped.
pub(crate) struct Mount(PathBuf);

impl Mount {
    pub(crate) fn new(at: PathBuf, arguments: &[&str]) -> Option<Mount> {
        fs::create_dir_all(&at).unwrap();
        let status = Command::new("mount").args(arguments).arg(&at).status();
        if status.is_ok_and(|status| status.success()) {
            return Some(Mount(at));
        }
        eprintln!("skipped: file systems cannot be mounted here");
        None
    }
}

impl Mount {
    /// A memory disk of half a megabyte.
    pub(crate) fn small(at: PathBuf) -> Option<Mount> {
        Mount::new(at, &["-t", "tmpfs", "-o", "size=512k", "tmpfs"])
    }

    pub(crate) fn make_read_only(&self) {
        let status = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(&self.0)
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let status = Command::new("umount").arg(&self.0).status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "cannot unmount {}",
            self.0.display()
        );
    }
}
