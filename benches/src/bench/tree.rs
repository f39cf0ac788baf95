//! Trees of files: what was published, how lists of files differ, and how the tree is taken away before the next run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::result::Difference;

/// Where a run publishes, below the root.
pub(crate) const TARGETS: [&str; 2] = ["pub/static", "var/view_preprocessed"];

/// What a run has published: all of `pub/static`, and the templates. What PHP leaves beside the templates (LESS on its way to
/// CSS) is no output.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    pub(crate) list: BTreeSet<String>,
    pub(crate) bytes: u64,
}

impl Outputs {
    pub(crate) fn of(root: &Path) -> Result<Self> {
        let mut found = Self::default();
        for target in TARGETS {
            let directory = root.join(target);
            if !directory.is_dir() {
                continue;
            }
            visit(&directory, &mut |path, size| {
                let is_output = target == TARGETS[0]
                    || path
                        .extension()
                        .is_some_and(|extension| extension == "phtml");
                if is_output {
                    let path = path.strip_prefix(root)?;
                    found.list.insert(path.to_string_lossy().into_owned());
                    found.bytes += size;
                }
                Ok(())
            })?;
        }
        // Every tree may have it or not, and Magento makes it anew by itself.
        found.list.remove("pub/static/.htaccess");
        Ok(found)
    }

    /// How this list differs from the one that is expected.
    pub(crate) fn difference(&self, expected: &Self) -> Option<Difference> {
        let missing: Vec<&String> = expected.list.difference(&self.list).collect();
        let extra: Vec<&String> = self.list.difference(&expected.list).collect();
        let some = |list: &[&String], sign: char| -> Vec<String> {
            list.iter()
                .take(3)
                .map(|path| format!("{sign}{path}"))
                .collect()
        };
        let difference = Difference {
            missing: missing.len(),
            extra: extra.len(),
            examples: [some(&missing, '-'), some(&extra, '+')].concat(),
        };
        (difference.missing + difference.extra > 0).then_some(difference)
    }
}

/// Calls for each file with its size; symbolic links count as what they lead to.
pub(crate) fn visit(
    directory: &Path,
    file: &mut dyn FnMut(&Path, u64) -> Result<()>,
) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let about = fs::metadata(&path)?;
        if about.is_dir() {
            visit(&path, file)?;
        } else {
            file(&path, about.len())?;
        }
    }
    Ok(())
}

/// Takes what earlier runs have published out of the way.
///
/// On a memory disk it is removed at once. Elsewhere it is kept until everything is measured: on ext4, files that are made soon
/// after many were removed take several times as long.
pub(crate) struct Attic {
    directory: PathBuf,
    removes: bool,
    count: std::cell::Cell<usize>,
}

impl Attic {
    pub(crate) fn new(directory: PathBuf, removes: bool) -> Result<Self> {
        fs::create_dir(&directory)?;
        Ok(Self {
            directory,
            removes,
            count: 0.into(),
        })
    }

    /// Moves a file or directory here, if there is one.
    pub(crate) fn take(&self, path: &Path) -> Result<()> {
        if fs::symlink_metadata(path).is_err() {
            return Ok(());
        }
        self.count.set(self.count.get() + 1);
        let away = self.directory.join(self.count.get().to_string());
        fs::rename(path, &away)?;
        if self.removes {
            fs::remove_dir_all(away)?;
        }
        Ok(())
    }

    /// Empty targets.
    pub(crate) fn empty_targets(&self, root: &Path) -> Result<()> {
        if !root.join("app/etc").is_dir() {
            bail!("`{}` is not a Magento root", root.display());
        }
        for target in TARGETS {
            self.take(&root.join(target))?;
            fs::create_dir_all(root.join(target))?;
        }
        Ok(())
    }

    /// Empty targets, and nothing that scd remembers of earlier runs.
    pub(crate) fn forget(&self, root: &Path) -> Result<()> {
        self.empty_targets(root)?;
        self.take(&root.join("var/scd"))
    }
}
