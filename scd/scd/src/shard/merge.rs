//! The trees of all shards, published as one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use scd_magento::FsTree;
use scd_store::{Content, Digest, Placement, TargetTree, digest_of};

use super::record::{ShardRecord, Version};
use super::{Shard, static_directory, template_directory};
use crate::derive::integrity;
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::options::{ContentVersion, Options};
use crate::publication::books::{self, TARGETS};
use crate::publication::version::files_below;
use crate::publication::{Desk, Dispatch, Shipment, Shipped, ship};
use crate::report::{Report, TargetKind};
use crate::slice::Slices;
use crate::warm::run_record::slot;

/// A shard's tree.
struct ShardTree {
    path: PathBuf,
    record: ShardRecord,
}

/// Publishes the trees of all shards of one deploy as a single machine would have published it: into the targets that the
/// options name, in one step for each. What else lies in the targets stays.
///
/// Of the options, those count that say where and how is published. `content_version` counts where the shards left the text
/// open.
///
/// # Errors
/// Trees that do not belong together, of which one is missing or there twice, or that are not as they were made; and
/// whatever keeps the targets from being written. Nothing is published then.
pub fn merge(trees: &[PathBuf], root: &Path, options: &Options) -> Result<Report, Error> {
    crate::workers(options.jobs)?.install(|| run(trees, root, options))
}

fn run(trees: &[PathBuf], root: &Path, options: &Options) -> Result<Report, Error> {
    let load = |path: &PathBuf| {
        let record = ShardRecord::load(path)?;
        Ok(ShardTree {
            path: path.clone(),
            record,
        })
    };
    let mut trees: Vec<ShardTree> = trees.iter().map(load).collect::<Result<_, Error>>()?;
    check(&trees)?;
    trees.sort_by_key(|tree| tree.record.shard);
    let Some(first) = trees.first() else {
        return Err(Error::refused(
            "there is nothing to merge",
            "name the trees of all shards",
        ));
    };
    let options = Options {
        content_version: match &first.record.version {
            Version::Text(text) => ContentVersion::Text(text.clone()),
            Version::OfContent => ContentVersion::OfContent,
            Version::OfTime => options.content_version.clone(),
        },
        ..options.clone()
    };
    let mut report = Report::default();
    let mut shipments = Vec::new();
    for kind in TARGETS.into_iter().rev() {
        let mut tree = joined(kind, &trees)?;
        tree.target = books::directory(kind, root, &options);
        if kind == TargetKind::Static {
            tree.keep_versions = options.keep_versions;
            report.counts.package_count = tree.units.len();
            let (loose, findings) = area_files(&trees, &tree)?;
            tree.loose = loose;
            report.diagnostics.extend(findings);
        } else if tree.units.is_empty() {
            continue;
        }
        shipments.push(Shipment::new(kind, tree));
    }
    let dispatch = Dispatch {
        root,
        umask: first.record.umask,
        options: &options,
        besides: &|| {},
        learn: &|_, _| {},
        slices: Slices::default(),
    };
    let desk = Desk::open(root, &options, None)?;
    ship(shipments, Shipped::default(), &dispatch, desk, &mut report)?;
    Ok(report)
}

/// Refuses trees that are not all the shares of one deploy, each once.
fn check(trees: &[ShardTree]) -> Result<(), Error> {
    let Some((first, others)) = trees.split_first() else {
        return Ok(());
    };
    let (one, shard) = (first.path.display(), first.record.shard);
    for other in others {
        let (path, record) = (other.path.display(), &other.record);
        if record.plan != first.record.plan {
            return Err(Error::refused(
                format!("`{path}` belongs to another deploy than `{one}`"),
                "the shares of a deploy are made by one version of scd, from equal roots, with equal options but for --shard",
            ));
        }
        if record.shard.count() != shard.count() {
            return Err(Error::refused(
                format!(
                    "`{path}` is share {}, but `{one}` is share {shard}",
                    record.shard
                ),
                "all shards of a deploy say the same number after the slash",
            ));
        }
        if record.version != first.record.version {
            return Err(Error::refused(
                format!(
                    "`{path}` is to have the content version {}, but `{one}` {}",
                    record.version.describe(),
                    first.record.version.describe()
                ),
                "give all shards the same --content-version, or none",
            ));
        }
    }
    let mut known: BTreeMap<Shard, &Path> = BTreeMap::new();
    for tree in trees {
        if let Some(twin) = known.insert(tree.record.shard, &tree.path) {
            return Err(Error::refused(
                format!(
                    "`{}` and `{}` are both share {}",
                    twin.display(),
                    tree.path.display(),
                    tree.record.shard
                ),
                "name the tree of each shard once",
            ));
        }
    }
    let all = (1..=shard.count()).filter_map(|number| Shard::new(number, shard.count()));
    let missing: Vec<String> = all
        .filter(|shard| !known.contains_key(shard))
        .map(|shard| format!("`{shard}`"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::refused(
        format!(
            "of {} shares there is no {}",
            shard.count(),
            missing.join(", ")
        ),
        "a shard whose sources have errors writes no tree; look at what it said",
    ))
}

/// The units of one target, from all trees.
fn joined(kind: TargetKind, trees: &[ShardTree]) -> Result<TargetTree, Error> {
    let mut joined = TargetTree::default();
    let mut known: BTreeMap<&str, (&ShardTree, Digest)> = BTreeMap::new();
    let mut wanted: Vec<(&ShardTree, &str, Digest)> = Vec::new();
    for tree in trees {
        for (unit, digest) in &tree.record.left[slot(kind)].units {
            match known.get(unit.as_str()) {
                None => {
                    known.insert(unit, (tree, *digest));
                    wanted.push((tree, unit, *digest));
                }
                Some((_, same)) if same == digest => {}
                Some((other, _)) => return Err(conflict(kind, unit, other, tree)?),
            }
        }
    }
    let listed: Vec<Vec<(String, Digest)>> = wanted
        .par_iter()
        .map(|(tree, unit, digest)| listed(kind, tree, unit, *digest))
        .collect::<Result<_, _>>()?;
    for ((tree, unit, _), files) in wanted.into_iter().zip(listed) {
        joined.units.push(unit.to_owned());
        let directory = directory(kind, &tree.path);
        joined
            .placements
            .extend(files.into_iter().map(|(path, digest)| Placement {
                content: Content::File(Arc::from(directory.join(&path))),
                digest: Some(digest),
                path: path.into(),
                source: None,
            }));
    }
    Ok(joined)
}

/// The directory of a target in a shard's tree.
fn directory(kind: TargetKind, tree: &Path) -> PathBuf {
    match kind {
        TargetKind::Static => static_directory(tree),
        TargetKind::Templates => template_directory(tree),
    }
}

/// The files of a unit, if they are as they were made.
fn listed(
    kind: TargetKind,
    tree: &ShardTree,
    unit: &str,
    digest: Digest,
) -> Result<Vec<(String, Digest)>, Error> {
    let files = files_below(&directory(kind, &tree.path), unit)?;
    if digest_of(files.iter().map(|(path, digest)| (path.as_str(), digest))) == digest {
        return Ok(files);
    }
    Err(changed(tree, unit))
}

fn changed(tree: &ShardTree, what: &str) -> Error {
    Error::refused(
        format!(
            "`{what}` in `{}` is not as the shard has left it",
            tree.path.display()
        ),
        "files were changed, added or lost on the way; move the tree whole, in an archive",
    )
}

/// A unit that two shards have made to different ends.
fn conflict(
    kind: TargetKind,
    unit: &str,
    one: &ShardTree,
    other: &ShardTree,
) -> Result<Error, Error> {
    let files = |tree: &ShardTree| -> Result<BTreeMap<String, Digest>, Error> {
        Ok(files_below(&directory(kind, &tree.path), unit)?
            .into_iter()
            .collect())
    };
    let (left, right) = (files(one)?, files(other)?);
    let paths: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differing = paths
        .into_iter()
        .find(|path| left.get(*path) != right.get(*path));
    Ok(Error::refused(
        format!(
            "`{}` is not the same in `{}` and in `{}`",
            differing.map_or(unit, String::as_str),
            one.path.display(),
            other.path.display()
        ),
        "make all shards anew",
    ))
}

/// The files with integrity hashes, for each area what all shards have.
fn area_files(
    trees: &[ShardTree],
    joined: &TargetTree,
) -> Result<(Vec<Placement>, Vec<Diagnostic>), Error> {
    let mut packages: Vec<(&str, BTreeMap<String, String>)> = Vec::new();
    for tree in trees.iter().filter(|tree| tree.record.hashes_areas) {
        let left = &tree.record.left[slot(TargetKind::Static)];
        let mut held = BTreeMap::new();
        for (path, digest) in &left.loose {
            let file = static_directory(&tree.path).join(path);
            let bytes =
                std::fs::read(&file).map_err(|source| Error::Read { path: file, source })?;
            let entries = integrity::entries(&bytes)
                .ok()
                .filter(|_| Digest::of(&bytes) == *digest);
            held.extend(entries.ok_or_else(|| changed(tree, path))?);
        }
        for (name, _) in &left.units {
            let prefix = format!("{name}/");
            let own = held
                .range(prefix.clone()..)
                .take_while(|(path, _)| path.starts_with(&prefix));
            packages.push((
                name,
                own.map(|(path, hash)| (path.clone(), hash.clone()))
                    .collect(),
            ));
        }
    }
    let (files, findings) = integrity::area_files(&packages, &joined.target, &FsTree);
    let placement = |(path, bytes): (String, _)| Placement {
        path: path.into(),
        content: Content::Bytes(bytes),
        digest: None,
        source: None,
    };
    Ok((files.into_iter().map(placement).collect(), findings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warm::run_record::Left;

    fn tree(path: &Path, number: u32, files: &[(&str, &str)]) -> ShardTree {
        let directory = static_directory(path);
        for (name, text) in files {
            let file = directory.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let unit = "frontend/Acme/shop/en_US";
        let digest = digest_of(
            files_below(&directory, unit)
                .unwrap()
                .iter()
                .map(|(path, digest)| (path.as_str(), digest)),
        );
        let left = Left {
            units: vec![(unit.to_owned(), digest)],
            loose: Vec::new(),
        };
        ShardTree {
            path: path.to_path_buf(),
            record: ShardRecord {
                plan: Digest::of(b"plan"),
                shard: Shard::new(number, 2).unwrap(),
                version: Version::OfContent,
                umask: 0o002,
                hashes_areas: false,
                left: [left, Left::default()],
            },
        }
    }

    #[test]
    fn a_unit_of_two_shards_must_be_the_same_in_both() {
        let scratch = tempfile::tempdir().unwrap();
        let made = |name: &str, number, text| {
            let files = [
                ("frontend/Acme/shop/en_US/a.js", "a"),
                ("frontend/Acme/shop/en_US/b.js", text),
            ];
            tree(&scratch.path().join(name), number, &files)
        };
        let equal = [made("one", 1, "b"), made("two", 2, "b")];
        let merged = joined(TargetKind::Static, &equal).unwrap();
        assert_eq!((merged.units.len(), merged.placements.len()), (1, 2));
        let differing = [made("one", 1, "b"), made("three", 2, "c")];
        let error = joined(TargetKind::Static, &differing)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("`frontend/Acme/shop/en_US/b.js` is not the same in "),
            "{error}"
        );
        assert!(
            error.contains("/one`") && error.contains("/three`"),
            "{error}"
        );
    }
}
