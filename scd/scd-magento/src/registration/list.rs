//! Which files PHP would include at the start: Composer's list, and the globs of code outside Composer.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::glob;
use crate::error::Error;
use crate::installed;
use crate::paths;
use crate::php::{self, PhpValue};
use crate::tree::Tree;

/// The files in order. Only names ending in `.php` matter.
pub(super) fn registration_files(
    tree: &dyn Tree,
    root: &Path,
    vendor: &Path,
) -> Result<Vec<PathBuf>, Error> {
    let list = vendor.join(paths::AUTOLOAD_FILES);
    let listed = match tree.stat(&list).map_err(Error::read(&list))? {
        Some(_) => composer_list(tree, &list)?,
        None => installed_list(tree, root, vendor)?,
    };
    let mut files = Vec::with_capacity(listed.len());
    for path in listed {
        if path.ends_with("NonComposerComponentRegistration.php") {
            files.extend(globbed(tree, root)?);
        } else if path.extension().is_some_and(|extension| extension == "php") {
            files.push(path);
        }
    }
    Ok(files)
}

fn composer_list(tree: &dyn Tree, list: &Path) -> Result<Vec<PathBuf>, Error> {
    let source = tree.read(list).map_err(Error::read(list))?;
    strings(list, &source).map(|texts| {
        texts
            .into_iter()
            .map(|text| php::normalized(Path::new(&text)))
            .collect()
    })
}

/// The strings of a PHP list.
fn strings(path: &Path, source: &[u8]) -> Result<Vec<String>, Error> {
    let value = php::read_return(path, source)?;
    let wrong = |found: &PhpValue| {
        let message = format!("expected an array of strings, found {}", found.kind());
        Error::at(
            path,
            source,
            0,
            message,
            Some("run `composer dump-autoload`".to_owned()),
        )
    };
    let array = value.as_array().ok_or_else(|| wrong(&value))?;
    array
        .values()
        .map(|entry| {
            entry
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| wrong(entry))
        })
        .collect()
}

fn globbed(tree: &dyn Tree, root: &Path) -> Result<Vec<PathBuf>, Error> {
    let list = root.join(paths::GLOB_LIST);
    let source = tree.read(&list).map_err(Error::read(&list))?;
    let mut files = Vec::new();
    for pattern in strings(&list, &source)? {
        files.extend(glob::expand(tree, root, &pattern, &list)?);
    }
    Ok(files)
}

#[derive(Deserialize, Serialize)]
struct Package {
    #[serde(rename = "install-path")]
    install_path: Option<String>,
    #[serde(default)]
    autoload: Option<Autoload>,
}

#[derive(Default, Deserialize, Serialize)]
struct Autoload {
    #[serde(default)]
    files: Vec<String>,
}

/// Stands in for a missing list: what the installed packages ask to be included, then the globs.
fn installed_list(tree: &dyn Tree, root: &Path, vendor: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let base = vendor.join("composer");
    for package in installed::packages::<Package>(tree, vendor, "registrations")? {
        let (Some(install), Some(autoload)) = (package.install_path, package.autoload) else {
            continue;
        };
        let directory = php::normalized(&base.join(install));
        files.extend(autoload.files.iter().map(|file| directory.join(file)));
    }
    let own = root.join(paths::GLOB_REGISTRATION);
    let globs = root.join(paths::GLOB_LIST);
    if tree.stat(&globs).map_err(Error::read(&globs))?.is_some() {
        files.push(own);
    } else if files.is_empty() {
        return Err(Error::inconsistent(
            &vendor.join(paths::AUTOLOAD_FILES),
            format!(
                "no list of registration files found: neither `{}` nor `{}`",
                vendor.join(paths::AUTOLOAD_FILES).display(),
                vendor.join(paths::INSTALLED).display()
            ),
            "run `composer install`, or check that `--root` is a Magento directory",
        ));
    }
    Ok(files)
}
