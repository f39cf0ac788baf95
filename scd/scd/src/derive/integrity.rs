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
use scd_magento::{IntegrityStorage, Scope, SourceId};
use scd_store::Digest;
use sha2::{Digest as _, Sha256};

use super::{Derived, Output, OutputContent, PackageOutputs, php_json, replace};
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
    let area_of = |package: &PackageOutputs| {
        let end = package.name.find('/').unwrap_or(package.name.len());
        package.name[..end].to_owned()
    };
    let areas: BTreeSet<String> = derived.packages.iter().map(area_of).collect();
    let target = static_directory(context.project.root(), context.options);
    for area in areas {
        let path = format!("{area}/{FILE_NAME}");
        let known = target.join(&path);
        let (mut entries, was_there) = match known_hashes(&known, context) {
            Ok(entries) => entries,
            Err(finding) => {
                derived.diagnostics.push(finding);
                (BTreeMap::new(), true)
            }
        };
        let deployed = derived.packages.iter().zip(&hashes);
        for (package, hashes) in deployed.filter(|(package, _)| area_of(package) == area) {
            let prefix = format!("{}/", package.name);
            entries.retain(|path, _| !path.starts_with(&prefix));
            entries.extend(hashes.clone());
        }
        if !entries.is_empty() || was_there {
            derived.loose.push((path, json(&entries)));
        }
    }
}

/// The hashes that a file holds, and whether there is one.
fn known_hashes(
    path: &Path,
    context: &Context<'_>,
) -> Result<(BTreeMap<String, String>, bool), Diagnostic> {
    let bytes = match context.tree.read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok((BTreeMap::new(), false));
        }
        Err(error) => return Err(forgotten(path, &error.to_string())),
    };
    // PHP writes an empty map as a list.
    if bytes.trim_ascii() == b"[]" {
        return Ok((BTreeMap::new(), true));
    }
    let entries = serde_json::from_slice(&bytes);
    entries
        .map(|entries| (entries, true))
        .map_err(|error| forgotten(path, &error.to_string()))
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
