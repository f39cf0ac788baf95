//! What earlier runs left in a target, for runs whose result is to be all there is: the build of an image. As ece-tools' own
//! clearing, this spares what begins with a dot directly below the target, such as `.htaccess`.

use std::fs::{DirEntry, ReadDir};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use scd_store::TargetTree;

use crate::error::Error;
use crate::publication::version::VERSION_FILE;

/// Makes everything in the target that the tree does not hold a unit without placements, so that publishing removes it. The
/// version file is somebody else's business.
pub(crate) fn replace(tree: &mut TargetTree) -> Result<(), Error> {
    let mut waiting: Vec<String> = vec![String::new()];
    let mut found = Vec::new();
    while let Some(directory) = waiting.pop() {
        let path = tree.target.join(&directory);
        let entries = match path.read_dir() {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound && directory.is_empty() => break,
            Err(source) => return Err(Error::Read { path, source }),
        };
        for name in names(entries, &path)? {
            if directory.is_empty() && (name.starts_with('.') || name == VERSION_FILE) {
                continue;
            }
            let below = if directory.is_empty() {
                name
            } else {
                format!("{directory}/{name}")
            };
            match role(tree, &below) {
                Role::Kept => {}
                Role::HoldsKept => waiting.push(below),
                Role::Leftover => found.push(below),
            }
        }
    }
    found.sort();
    tree.units.append(&mut found);
    Ok(())
}

/// What the tree has at a path.
enum Role {
    /// A unit or a loose file.
    Kept,
    /// Directories that lead to some.
    HoldsKept,
    /// Nothing.
    Leftover,
}

fn role(tree: &TargetTree, path: &str) -> Role {
    let loose = tree.loose.iter().map(|placement| &*placement.path);
    let kept = tree.units.iter().map(String::as_str).chain(loose);
    let mut role = Role::Leftover;
    for known in kept {
        if known == path {
            return Role::Kept;
        }
        if known
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('/'))
        {
            role = Role::HoldsKept;
        }
    }
    role
}

fn names(entries: ReadDir, directory: &Path) -> Result<Vec<String>, Error> {
    let unreadable = |source| Error::Read {
        path: directory.to_owned(),
        source,
    };
    let name = |entry: DirEntry| {
        entry.file_name().into_string().map_err(|name| {
            let path: PathBuf = directory.join(name);
            Error::refused(
                format!(
                    "`{}` is in the way, and its name is not UTF-8",
                    path.display()
                ),
                "remove it",
            )
        })
    };
    let names = entries.map(|entry| entry.map_err(unreadable).and_then(name));
    names.collect()
}
