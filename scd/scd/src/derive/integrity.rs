//! `sri-hashes.json`: what the installed Magento compares scripts with before a browser may run them.
//!
//! Mirrors `Magento\Csp\Model\SubresourceIntegrityRepository` with its storage in files. Hashes are those of the very bytes
//! that are published, under the names that they are published by, where PHP at times hashes sources or writes names
//! without `.min`: a wrong hash blocks the script. Magento 2.4.8 forgets the hashes of all packages that a run does not
//! deploy; here they are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use scd_magento::{IntegrityStorage, Scope, SourceId, Tree};
use scd_store::Digest;
use sha2::{Digest as _, Sha256};

use super::{Derived, LooseFile, Output, OutputContent, PackageOutputs, php_json, replace};
use crate::asset_path;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::publication::static_directory;
use crate::sources::Sources;

/// The file's name, in a package or in the directory of an area.
const FILE_NAME: &str = "sri-hashes.json";

/// Adds the files with the hashes of all scripts, where the installed Magento keeps them in files.
pub(super) fn add(derived: &mut Derived, context: &Context<'_>, sources: &Sources<'_>) {
    match context.project.integrity() {
        None | Some(IntegrityStorage::Cache) => {}
        Some(IntegrityStorage::Package) => add_to_packages(derived, sources),
        Some(IntegrityStorage::Area) => add_to_areas(derived, context, sources),
    }
}

fn add_to_packages(derived: &mut Derived, sources: &Sources<'_>) {
    let is_script = |path: &str| asset_path::has_extension(path, "js");
    let hashes = hashes(derived, &is_script, sources);
    for (package, entries) in derived.packages.iter_mut().zip(hashes) {
        if entries.is_empty() {
            continue;
        }
        let output = Output {
            path: FILE_NAME.into(),
            content: OutputContent::Bytes(json(&entries)),
            source: None,
        };
        replace(&mut package.outputs, output);
        package
            .outputs
            .sort_by(|left, right| left.path.cmp(&right.path));
    }
}

fn add_to_areas(derived: &mut Derived, context: &Context<'_>, sources: &Sources<'_>) {
    // With bundling on, a hash of any other script in the head of a page parts the scripts into groups, and Magento leaves
    // out those that must follow the bundles.
    let config = context.project.config();
    let bundles = config.flag(Scope::Store, "dev/js/enable_js_bundling");
    let is_wanted = |path: &str| {
        asset_path::extension(path) == Some("js")
            && (!bundles || path.starts_with("requirejs-config."))
    };
    let hashes = hashes(derived, &is_wanted, sources);
    let names = derived.packages.iter().map(|package| package.name.as_str());
    let packages: Vec<(&str, BTreeMap<String, String>)> = names.zip(hashes).collect();
    let target = static_directory(context.project.root(), context.options);
    let (files, findings) = area_files(&packages, &target, context.tree);
    derived.loose.extend(files);
    derived.diagnostics.extend(findings);
}

/// The files of all areas that packages are deployed for, each by its name with the hashes of its scripts: what is in the
/// target now, with the entries of these packages in the place of their old ones. Paths are below the target.
pub(crate) fn area_files(
    packages: &[(&str, BTreeMap<String, String>)],
    target: &Path,
    tree: &dyn Tree,
) -> (Vec<LooseFile>, Vec<Diagnostic>) {
    let area_of = |name: &str| name[..name.find('/').unwrap_or(name.len())].to_owned();
    let areas: BTreeSet<String> = packages.iter().map(|(name, _)| area_of(name)).collect();
    let mut files = Vec::new();
    let mut findings = Vec::new();
    for area in areas {
        let path = format!("{area}/{FILE_NAME}");
        let known = target.join(&path);
        let (mut hashes, was_there) = match known_hashes(&known, tree) {
            Ok(known) => known,
            Err(finding) => {
                findings.push(finding);
                (BTreeMap::new(), true)
            }
        };
        for (name, own) in packages.iter().filter(|(name, _)| area_of(name) == area) {
            let prefix = format!("{name}/");
            hashes.retain(|path, _| !path.starts_with(&prefix));
            hashes.extend(own.clone());
        }
        if !hashes.is_empty() || was_there {
            files.push((path, json(&hashes)));
        }
    }
    (files, findings)
}

/// The hashes that a file holds, and whether there is one.
fn known_hashes(
    path: &Path,
    tree: &dyn Tree,
) -> Result<(BTreeMap<String, String>, bool), Diagnostic> {
    let bytes = match tree.read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok((BTreeMap::new(), false));
        }
        Err(error) => return Err(forgotten(path, &error.to_string())),
    };
    entries(&bytes)
        .map(|entries| (entries, true))
        .map_err(|error| forgotten(path, &error.to_string()))
}

/// The hashes in the text of a file.
///
/// # Errors
/// A text that is no such file's.
pub(crate) fn entries(text: &[u8]) -> Result<BTreeMap<String, String>, serde_json::Error> {
    // PHP writes an empty map as a list.
    if text.trim_ascii() == b"[]" {
        return Ok(BTreeMap::new());
    }
    serde_json::from_slice(text)
}

fn forgotten(path: &Path, reason: &str) -> Diagnostic {
    Diagnostic::warning(format!(
        "the integrity hashes of packages that are not deployed now are forgotten, because the file cannot be used: {reason}"
    ))
    .at(Place::file(path))
    .with_hint("deploy all packages of the area")
}

/// For each package, path below `pub/static` and hash of each wanted output. Equal contents are hashed once.
fn hashes(
    derived: &Derived,
    is_wanted: &(dyn Fn(&str) -> bool + Sync),
    sources: &Sources<'_>,
) -> Vec<BTreeMap<String, String>> {
    let wanted = |package: &'_ PackageOutputs| -> Vec<Output> {
        let outputs = package.outputs.iter();
        outputs
            .filter(|output| is_wanted(&output.path))
            .cloned()
            .collect()
    };
    let wanted: Vec<Vec<Output>> = derived.packages.iter().map(wanted).collect();
    let mut distinct: FxHashMap<Content, &Output> = FxHashMap::default();
    for output in wanted.iter().flatten() {
        distinct.entry(Content::of(output)).or_insert(output);
    }
    let hashes: FxHashMap<Content, String> = distinct
        .into_par_iter()
        .filter_map(|(content, output)| {
            // A source that cannot be read is reported where it is published.
            let bytes = output.content.bytes(sources).ok()?;
            Some((content, hash(&bytes)))
        })
        .collect();
    let packages = derived.packages.iter().zip(&wanted);
    packages
        .map(|(package, outputs)| {
            let hashed = outputs.iter().filter_map(|output| {
                let hash = hashes.get(&Content::of(output))?;
                Some((format!("{}/{}", package.name, output.path), hash.clone()))
            });
            hashed.collect()
        })
        .collect()
}

/// What makes two outputs hold the same bytes for sure.
#[derive(PartialEq, Eq, Hash)]
enum Content {
    /// Address and length of shared bytes, all of which are alive while hashes are made.
    Bytes(usize, usize),
    Stored(Digest),
    Source(SourceId),
}

impl Content {
    fn of(output: &Output) -> Self {
        match &output.content {
            OutputContent::Bytes(bytes) => Self::Bytes(bytes.as_ptr().addr(), bytes.len()),
            OutputContent::Remembered(_, digest) | OutputContent::Stored(digest) => {
                Self::Stored(*digest)
            }
            OutputContent::Verbatim(source) => Self::Source(*source),
        }
    }
}

/// The hash of a script as browsers take it. Mirrors `Magento\Csp\Model\SubresourceIntegrity\HashGenerator`.
fn hash(bytes: &[u8]) -> String {
    format!("sha256-{}", scd_less::base64(&Sha256::digest(bytes)))
}

fn json(entries: &BTreeMap<String, String>) -> Arc<[u8]> {
    let pairs: Vec<(&str, &str)> = entries
        .iter()
        .map(|(path, hash)| (path.as_str(), hash.as_str()))
        .collect();
    php_json::encode(&pairs).into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn hashes_are_those_of_openssl() {
        // printf 'var a;' | openssl dgst -sha256 -binary | base64
        assert_eq!(
            super::hash(b"var a;"),
            "sha256-voeURch9fnIFmtccQajw9ITRIDLpHRT5ltHavH2xrh4="
        );
        // printf '' | openssl dgst -sha256 -binary | base64
        assert_eq!(
            super::hash(b""),
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }
}
