//! Keeping files of earlier versions in the packages of a new one, so that pages which caches and browsers still hold find
//! what they refer to.

use rustc_hash::FxHashSet;

use super::TargetTree;
use super::adopt::{Adoption, adopt};
use super::copy::{Place, write_anew};
use super::fill::create_directories;
use super::layout::{ancestors, is_below};
use super::stage::Stage;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::manifest::{Manifest, ManifestEntry};

/// Takes over the files of the outgoing tree that lie in a unit of this run, that the run does not bring, and that are not
/// too old. What is no longer there as it was recorded is let go. `brought` is what the run brings.
pub(super) fn keep(
    tree: &TargetTree,
    stage: &Stage,
    outgoing: &Ledger,
    brought: &Manifest,
) -> Result<Vec<ManifestEntry>, Error> {
    if tree.keep_versions == 0 {
        return Ok(Vec::new());
    }
    let step = u32::from(is_new_version(tree, outgoing, brought));
    let staying = staying(tree, outgoing, step);
    create_directories(staying.iter().map(|entry| &*entry.path), stage)?;
    let mut kept = Vec::with_capacity(staying.len());
    for entry in staying {
        let place = Place {
            stage,
            path: &entry.path,
            outgoing: Some(entry),
            inherited: None,
        };
        let stamp = match adopt(&place, entry, true) {
            Adoption::Linked(stamp) => stamp,
            Adoption::Refused { modified } => write_anew(&place, modified)?,
            Adoption::Differs => continue,
        };
        kept.push(ManifestEntry {
            stamp,
            kept: entry.kept + step,
            ..entry.clone()
        });
    }
    Ok(kept)
}

/// The entries that stay when everything grows older by `step` versions. Nothing stays where the run puts
/// something else: a directory in place of a file, or a file in place of a directory.
fn staying<'a>(tree: &TargetTree, outgoing: &'a Ledger, step: u32) -> Vec<&'a ManifestEntry> {
    let mut files = FxHashSet::default();
    let mut directories = FxHashSet::default();
    for placement in &tree.placements {
        files.insert(&*placement.path);
        directories.extend(ancestors(&placement.path));
    }
    let stays = |entry: &&ManifestEntry| {
        let path = &*entry.path;
        entry.kept + step <= tree.keep_versions
            && is_in_units(tree, path)
            && !files.contains(path)
            && !is_outdated(path, &files)
            && !directories.contains(path)
            && !ancestors(path).any(|ancestor| files.contains(ancestor))
    };
    outgoing.files().filter(stays).collect()
}

/// Whether a file is the compressed form of one that the run brings anew: web servers would send it instead of that one.
fn is_outdated(path: &str, brought: &FxHashSet<&str>) -> bool {
    let stems = [".gz", ".br"].map(|suffix| path.strip_suffix(suffix));
    stems
        .into_iter()
        .flatten()
        .any(|stem| brought.contains(stem))
}

/// Whether what a run brings into its units is another version than what the last one brought: any file of them differs.
fn is_new_version(tree: &TargetTree, outgoing: &Ledger, brought: &Manifest) -> bool {
    let mut finder = outgoing.finder();
    let differs = |entry: &ManifestEntry| {
        finder
            .find(&entry.path)
            .is_none_or(|before| before.kept > 0 || before.digest != entry.digest)
    };
    let is_gone = |entry: &ManifestEntry| {
        entry.kept == 0 && is_in_units(tree, &entry.path) && brought.find(&entry.path).is_none()
    };
    let mut packaged = brought
        .entries()
        .iter()
        .filter(|entry| is_in_units(tree, &entry.path));
    packaged.any(differs) || outgoing.files().any(is_gone)
}

fn is_in_units(tree: &TargetTree, path: &str) -> bool {
    tree.units.iter().any(|unit| is_below(path, unit))
}
