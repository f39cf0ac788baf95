//! A file system made of literals, for tests.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Entry, EntryKind, Stat, Tree};

/// Files, directories and links held in memory. Parents of whatever is added exist by themselves.
///
/// ```
/// use scd_magento::{MemoryTree, Tree};
/// let tree = MemoryTree::new().file("/m/a.txt", "text").link("/m/b.txt", "a.txt");
/// assert_eq!(tree.read("/m/b.txt".as_ref()).unwrap(), b"text");
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    nodes: BTreeMap<PathBuf, Node>,
}

#[derive(Clone, Debug)]
enum Node {
    File(Vec<u8>),
    Unreadable,
    Directory,
    Link(PathBuf),
}

/// How many links one path may lead through, as on Linux.
const MAX_LINKS: usize = 40;

impl MemoryTree {
    /// An empty tree: only `/` exists.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces it. The path is absolute and without `.` or `..`.
    #[must_use]
    pub fn file(mut self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Self {
        self.insert(path.as_ref(), Node::File(bytes.as_ref().to_vec()));
        self
    }

    /// Adds a file that exists but cannot be read.
    #[must_use]
    pub fn unreadable(mut self, path: impl AsRef<Path>) -> Self {
        self.insert(path.as_ref(), Node::Unreadable);
        self
    }

    /// Adds an empty directory.
    #[must_use]
    pub fn directory(mut self, path: impl AsRef<Path>) -> Self {
        self.insert(path.as_ref(), Node::Directory);
        self
    }

    /// Adds a symbolic link; a relative target starts at the link's directory.
    #[must_use]
    pub fn link(mut self, path: impl AsRef<Path>, target: impl AsRef<Path>) -> Self {
        self.insert(path.as_ref(), Node::Link(target.as_ref().to_path_buf()));
        self
    }

    fn insert(&mut self, path: &Path, node: Node) {
        for parent in path.ancestors().skip(1) {
            self.nodes
                .entry(parent.to_path_buf())
                .or_insert(Node::Directory);
        }
        self.nodes.insert(path.to_path_buf(), node);
    }

    /// Walks `path` component by component and follows links, also the last one.
    fn resolve(&self, path: &Path) -> io::Result<(PathBuf, Option<&Node>)> {
        let mut done = PathBuf::from("/");
        let mut todo: Vec<OsString> = components(path);
        let mut links = 0;
        while let Some(name) = todo.pop() {
            if name == ".." {
                done.pop();
                continue;
            }
            done.push(&name);
            match self.nodes.get(&done) {
                Some(Node::Link(target)) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(io::Error::other("too many levels of symbolic links"));
                    }
                    if target.is_absolute() {
                        done = PathBuf::from("/");
                    } else {
                        done.pop();
                    }
                    todo.extend(components(target));
                }
                Some(_) => {}
                None => return Err(io::ErrorKind::NotFound.into()),
            }
        }
        let node = self.nodes.get(&done);
        Ok((done, node))
    }
}

/// The names of a path, last one first.
fn components(path: &Path) -> Vec<OsString> {
    let mut names: Vec<OsString> = path
        .components()
        .filter(|c| matches!(c, Component::Normal(_) | Component::ParentDir))
        .map(|c| c.as_os_str().to_owned())
        .collect();
    names.reverse();
    names
}

impl Tree for MemoryTree {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.resolve(path)?.1 {
            Some(Node::File(bytes)) => Ok(bytes.clone()),
            Some(Node::Unreadable) => Err(io::ErrorKind::PermissionDenied.into()),
            _ => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        let node = match self.resolve(path) {
            Ok((_, node)) => node,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let (kind, size) = match node {
            Some(Node::File(bytes)) => (EntryKind::File, bytes.len() as u64),
            Some(Node::Unreadable) => (EntryKind::File, 0),
            _ => (EntryKind::Directory, 0),
        };
        Ok(Some(Stat {
            kind,
            size,
            modified: 0,
            changed: 0,
            inode: 0,
            device: 0,
        }))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let (directory, node) = self.resolve(path)?;
        if matches!(node, Some(Node::File(_) | Node::Unreadable)) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let mut entries = Vec::new();
        for (child, _) in self.nodes.range(directory.clone()..) {
            if !child.starts_with(&directory) {
                break;
            }
            if child.parent() != Some(&directory) {
                continue;
            }
            let Some(name) = child.file_name() else {
                continue;
            };
            let kind = match self.stat(child) {
                Ok(Some(stat)) => stat.kind,
                _ => EntryKind::Other,
            };
            entries.push(Entry {
                name: name.to_owned(),
                kind,
                is_link: matches!(self.nodes.get(child), Some(Node::Link(_))),
            });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(self.resolve(path)?.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> MemoryTree {
        MemoryTree::new()
            .file("/r/a/x.js", "x")
            .file("/r/a-b/y.js", "yy")
            .directory("/r/empty")
            .link("/r/link", "a")
            .link("/r/far", "/r/a-b/y.js")
            .link("/r/loop", "loop")
            .link("/r/dangling", "../none")
            .unreadable("/r/secret")
    }

    #[test]
    fn directories_exist_and_are_listed_in_byte_order() {
        let names: Vec<String> = tree()
            .list("/r".as_ref())
            .expect("listing")
            .into_iter()
            .map(|e| format!("{}:{:?}", e.name.to_string_lossy(), e.kind))
            .collect();
        let expected = "a:Directory a-b:Directory dangling:Other empty:Directory far:File \
                        link:Directory loop:Other secret:File";
        assert_eq!(names.join(" "), expected);
        assert_eq!(tree().list("/r/empty".as_ref()).expect("listing"), []);
        assert!(tree().list("/r/none".as_ref()).is_err());
    }

    #[test]
    fn links_are_followed_also_in_the_middle_of_a_path() {
        let tree = tree();
        assert_eq!(tree.read("/r/link/x.js".as_ref()).expect("bytes"), b"x");
        assert_eq!(tree.read("/r/far".as_ref()).expect("bytes"), b"yy");
        let real = tree.canonicalize("/r/link/../link/x.js".as_ref());
        assert_eq!(real.expect("path"), Path::new("/r/a/x.js"));
        assert!(tree.read("/r/loop".as_ref()).is_err());
        assert_eq!(tree.stat("/r/dangling".as_ref()).expect("stat"), None);
        let denied = tree.read("/r/secret".as_ref()).expect_err("unreadable");
        assert_eq!(denied.kind(), io::ErrorKind::PermissionDenied);
    }
}
