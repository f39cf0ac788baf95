//! Miniature Magento roots: copied to a scratch directory, deployed, looked at.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::run::{Run, run};

/// A scratch copy of a root of `themes-fixtures`, or a root made by the test itself.
#[derive(Debug)]
pub struct Fixture {
    directory: TempDir,
}

/// The folder of all fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes-fixtures")
}

impl Fixture {
    /// A copy of the root of a shipped fixture.
    pub fn open(name: &str) -> Self {
        Self::of(&fixtures().join(name).join("root"))
    }

    /// A copy of a shipped root, without what a deploy of that root itself has left, such as that of the README.
    pub fn of(root: &Path) -> Self {
        let fixture = Self::empty();
        copy_tree(root, &fixture.root());
        let _ = fs::remove_dir_all(fixture.root().join("var"));
        let _ = fs::remove_file(fixture.root().join(".static_content_deploy"));
        let packages = fixture.root().join("pub/static");
        for entry in fs::read_dir(&packages).into_iter().flatten().flatten() {
            let is_shipped = entry.file_name().as_encoded_bytes().starts_with(b".");
            if !is_shipped && fs::remove_dir_all(entry.path()).is_err() {
                fs::remove_file(entry.path()).expect("it can be removed");
            }
        }
        // Directories that nothing is shipped in.
        for empty in [packages, fixture.root().join("pub")] {
            let _ = fs::remove_dir(empty);
        }
        fixture
    }

    /// A root without anything in it.
    pub fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let fixture = Self { directory };
        fs::create_dir_all(fixture.root()).expect("it can be made");
        fixture
    }

    /// The root's folder.
    pub fn root(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    /// Writes a file of the root, its folders included.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))
            .expect("it can be made");
        fs::write(path, content).expect("it can be written");
        self
    }

    /// Removes a file of the root.
    pub fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.root().join(path)).expect("it can be removed");
        self
    }

    /// Reads a file of the root.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        let bytes =
            fs::read(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Whether the root has a file.
    pub fn has(&self, path: &str) -> bool {
        self.root().join(path).exists()
    }

    /// Deploys the root, in any mode.
    pub fn deploy(&self, binary: &str, arguments: &[&str]) -> Run {
        self.deploy_with(binary, arguments, &[])
    }

    /// Deploys the root, in any mode, with environment variables.
    pub fn deploy_with(
        &self,
        binary: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Run {
        let root = self.root();
        let mut all = vec![
            "deploy",
            "-f",
            "--root",
            root.to_str().expect("a path in Unicode"),
        ];
        all.extend(arguments);
        run(binary, &all, environment)
    }

    /// Every file that was published, packages and templates, as path below the root to bytes; the version file
    /// is left out, since it holds the time.
    pub fn published(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        for target in ["pub/static", "var/view_preprocessed"] {
            list(&self.root(), &self.root().join(target), &mut found);
        }
        found.remove("pub/static/deployed_version.txt");
        found
    }
}

fn list(root: &Path, directory: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            list(root, &path, found);
        } else {
            let name = path
                .strip_prefix(root)
                .expect("it lies in the root")
                .to_string_lossy();
            found.insert(name.into_owned(), fs::read(&path).expect("it can be read"));
        }
    }
}

/// Copies a folder with everything in it, links as links.
pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be made");
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries {
        let entry = entry.expect("it can be read");
        let target = to.join(entry.file_name());
        let kind = entry.file_type().expect("it can be told");
        if kind.is_dir() {
            copy_tree(&entry.path(), &target);
        } else if kind.is_symlink() {
            let link = fs::read_link(entry.path()).expect("it can be read");
            std::os::unix::fs::symlink(link, target).expect("it can be made");
        } else {
            fs::copy(entry.path(), target).expect("it can be copied");
        }
    }
}
