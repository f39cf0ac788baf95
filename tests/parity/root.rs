//! A scratch copy of the reference tree: hard links beside it, with a configuration and overlays of its own. Nothing in the
//! reference tree itself is ever written to.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use toml::Table;

use crate::folder;

/// The parts of a root that a deploy reads; what is written (`var`, `pub/static`) is not among them.
const PARTS: [&str; 8] = [
    "app",
    "bin",
    "generated",
    "lib",
    "setup",
    "vendor",
    "composer.json",
    "composer.lock",
];

/// A scratch root; removed at the end.
pub(crate) struct ScratchRoot {
    directory: TempDir,
    reference: PathBuf,
}

impl ScratchRoot {
    /// Links a copy of the reference tree beside it, because links do not cross file systems.
    pub(crate) fn make(reference: &Path) -> Self {
        let reference = reference
            .canonicalize()
            .expect("the reference tree is there");
        let beside = reference.parent().expect("it lies in a directory");
        let directory = tempfile::Builder::new()
            .prefix("scd-parity-")
            .tempdir_in(beside)
            .expect("a scratch directory beside the reference tree");
        let root = directory.path().join("root");
        fs::create_dir_all(root.join("pub/static")).expect("it can be made");
        fs::create_dir_all(root.join("var")).expect("it can be made");
        for part in PARTS {
            link(&reference.join(part), &root.join(part));
        }
        Self {
            directory,
            reference,
        }
    }

    /// The root.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    /// A directory for what is made of the root, on the same file system and empty.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        let scratch = self.directory.path().join(name);
        if scratch.exists() {
            fs::remove_dir_all(&scratch).expect("it can be removed");
        }
        fs::create_dir(&scratch).expect("it can be made");
        scratch
    }

    /// Configures the root; the result takes the overlays out again.
    pub(crate) fn configure(&self, config: &Table, env: &Table, overlays: &[String]) -> Overlaid {
        let etc = self.path().join("app/etc");
        let own = self.reference.join("app/etc/config.php");
        replace(&etc.join("config.php"), &configured(Some(&own), config));
        let env_path = etc.join("env.php");
        if env.is_empty() {
            // Whether it was there before or not.
            let _ = fs::remove_file(&env_path);
        } else {
            replace(&env_path, &configured(None, env));
        }
        let mut laid = Overlaid(Vec::new());
        for overlay in overlays {
            lay(
                &folder().join("overlay").join(overlay),
                &self.path(),
                &mut laid,
            );
        }
        laid
    }
}

/// The files and folders that an overlay has added; removed when this is dropped.
pub(crate) struct Overlaid(Vec<PathBuf>);

impl Drop for Overlaid {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            let _ = if path.is_dir() {
                fs::remove_dir(path)
            } else {
                fs::remove_file(path)
            };
        }
    }
}

fn lay(from: &Path, to: &Path, laid: &mut Overlaid) {
    if from.is_dir() {
        if !to.is_dir() {
            fs::create_dir(to).expect("it can be made");
            laid.0.push(to.to_path_buf());
        }
        for entry in fs::read_dir(from).expect("it can be read") {
            let entry = entry.expect("it can be read");
            lay(&entry.path(), &to.join(entry.file_name()), laid);
        }
    } else {
        assert!(!to.exists(), "an overlay only adds files: {}", to.display());
        fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        laid.0.push(to.to_path_buf());
    }
}

/// A new file in place of one that may be a link to the reference's.
fn replace(path: &Path, text: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, text).expect("it can be written");
}

/// The text of `config.php` or `env.php`.
fn configured(base: Option<&Path>, settings: &Table) -> Vec<u8> {
    // A text `null` takes the key away: TOML has no such value.
    let json: serde_json::Map<String, serde_json::Value> = settings
        .iter()
        .map(|(path, value)| (path.clone(), json(value)))
        .collect();
    let mut php = Command::new("php")
        .arg(folder().join("configure.php"))
        .args(base)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is PHP");
    let input = serde_json::Value::Object(json).to_string();
    let mut stdin = php.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("PHP reads it");
    drop(stdin);
    let output = php.wait_with_output().expect("PHP ends");
    assert!(output.status.success(), "configure.php: {output:?}");
    output.stdout
}

fn json(value: &toml::Value) -> serde_json::Value {
    match value {
        toml::Value::String(text) if text == "null" => serde_json::Value::Null,
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(flag) => (*flag).into(),
        toml::Value::Datetime(_) => panic!("no setting is a time"),
        toml::Value::Array(values) => values.iter().map(json).collect(),
        toml::Value::Table(table) => {
            let pairs = table.iter().map(|(key, value)| (key.clone(), json(value)));
            serde_json::Value::Object(pairs.collect())
        }
    }
}

/// The same tree as hard links; symbolic links stay what they are.
fn link(from: &Path, to: &Path) {
    let about =
        fs::symlink_metadata(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    if about.is_dir() {
        fs::create_dir(to).expect("it can be made");
        for entry in fs::read_dir(from).expect("it can be read") {
            let entry = entry.expect("it can be read");
            link(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        // Of a symbolic link this links the link.
        fs::hard_link(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}
