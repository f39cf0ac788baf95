//! Filling the stages: every directory created once, every distinct content read once and written wherever it belongs.

use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use rustix::io::Errno;

use super::copy::{Place, Written, write_content};
use super::keep::keep;
use super::layout::ancestors;
use super::links::{Link, Links};
use super::stage::{Stage, make_directory};
use super::stopwatch::Part;
use super::way::Ways;
use super::{Placement, PublishOptions, TargetTree};
use crate::digest::Digest;
use crate::error::Error;
use crate::manifest::{Content, Manifest, ManifestEntry};

/// What was staged.
pub(super) struct Filled {
    pub(super) file_count: usize,
    pub(super) unchanged_count: usize,
    pub(super) kept_count: usize,
    pub(super) byte_count: u64,
    pub(super) manifests: Vec<Manifest>,
}

/// Puts all files of all trees into their stages.
pub(super) fn fill(
    trees: &[TargetTree],
    stages: &[Stage],
    options: &PublishOptions<'_>,
) -> Result<Filled, Error> {
    for (number, (tree, stage)) in trees.iter().zip(stages).enumerate() {
        let brought = tree.placements.iter().chain(&tree.loose);
        let paths = brought.map(|placement| placement.path.as_str());
        let spare = options.spare(number);
        // Where the spare has a file, it has the directory.
        let is_new = |path: &&str| stage.inherited(spare, path).is_none();
        let name = tree.target.to_string_lossy();
        options.timed(Part::Directories, &name, || {
            create_directories(paths.filter(is_new), stage)
        })?;
    }
    let (work, distinct) = group(trees);
    let wants_digest =
        options.digests || !options.outgoing.is_empty() || options.link != Link::Copy;
    let links = Links::new(options.link);
    let items: Vec<&[Work<'_>]> = work
        .chunk_by(|one, next| one.content == next.content)
        .collect();
    let written: Vec<OnceLock<Written>> = (0..distinct).map(|_| OnceLock::new()).collect();
    // The failure with the smallest number is reported, so that the message does not depend on threads.
    let failure = items
        .par_iter()
        .enumerate()
        .map_init(Ways::default, |ways, (number, item)| {
            let fill = || fill_one(item, stages, &links, ways, wants_digest, options);
            options
                .timed(Part::Write, &item[0].placement.path, fill)
                .map(|result| {
                    let _ = written[number].set(result);
                })
                .err()
        })
        .find_map_first(|failure| failure);
    if let Some(error) = failure {
        return Err(error);
    }
    let done = || items.iter().zip(written.iter().filter_map(OnceLock::get));
    let mut filled = Filled {
        file_count: work.len(),
        unchanged_count: done().map(|(_, written)| written.unchanged).sum(),
        kept_count: 0,
        byte_count: done()
            .map(|(item, written)| written.size * item.len() as u64)
            .sum(),
        manifests: Vec::new(),
    };
    if !wants_digest {
        return Ok(filled);
    }
    for (number, brought) in manifests(trees, done()).into_iter().enumerate() {
        let kept = match options.outgoing.get(number) {
            Some(outgoing) => keep(&trees[number], &stages[number], outgoing, &brought)?,
            None => Vec::new(),
        };
        filled.kept_count += kept.len();
        if options.digests {
            filled.manifests.push(brought.with(kept));
        }
    }
    Ok(filled)
}

fn fill_one<'a>(
    item: &[Work<'a>],
    stages: &'a [Stage],
    links: &Links<'a>,
    ways: &mut Ways,
    wants_digest: bool,
    options: &PublishOptions<'a>,
) -> Result<Written, Error> {
    options.check_interrupted()?;
    let places: Vec<Place<'_>> = item
        .iter()
        .map(|work| {
            let (stage, path) = (&stages[work.tree], work.placement.path.as_str());
            let outgoing = options.outgoing.get(work.tree);
            Place {
                stage,
                path,
                outgoing: outgoing.and_then(|manifest| manifest.find(path)),
                inherited: stage.inherited(options.spare(work.tree), path),
            }
        })
        .collect();
    let known = item.iter().find_map(|work| work.placement.digest);
    write_content(
        &item[0].placement.content,
        known,
        &places,
        links,
        ways,
        wants_digest,
    )
}

fn manifests<'a>(
    trees: &[TargetTree],
    done: impl Iterator<Item = (&'a &'a [Work<'a>], &'a Written)>,
) -> Vec<Manifest> {
    let mut entries: Vec<Vec<ManifestEntry>> = trees
        .iter()
        .map(|tree| Vec::with_capacity(tree.placements.len() + tree.loose.len()))
        .collect();
    for (item, written) in done {
        let Some(digest) = written.digest else {
            continue;
        };
        for (work, stamp) in item.iter().zip(&written.stamps) {
            entries[work.tree].push(ManifestEntry {
                path: work.placement.path.clone(),
                digest,
                size: written.size,
                content: work.placement.content.clone(),
                stamp: *stamp,
                kept: 0,
            });
        }
    }
    entries.into_iter().map(Manifest::new).collect()
}

/// One placement, the number of its tree and the number of its content.
struct Work<'a> {
    content: usize,
    tree: usize,
    placement: &'a Placement,
}

/// Two placements with one key have one content, by the identity of the memory or by the path of the file.
#[derive(PartialEq, Eq, Hash)]
enum ContentKey<'a> {
    Bytes(*const u8, usize),
    File(&'a Path),
    Stored(Digest),
}

/// All placements, those of one content side by side, contents in the order of their first placement; and how many
/// contents there are.
fn group(trees: &[TargetTree]) -> (Vec<Work<'_>>, usize) {
    let mut contents = FxHashMap::default();
    let mut work = Vec::new();
    for (tree, target) in trees.iter().enumerate() {
        for placement in target.placements.iter().chain(&target.loose) {
            let key = match &placement.content {
                Content::Bytes(bytes) => ContentKey::Bytes(bytes.as_ptr(), bytes.len()),
                Content::File(path) => ContentKey::File(path),
                Content::Stored { digest, .. } => ContentKey::Stored(*digest),
            };
            let next = contents.len();
            let content = *contents.entry(key).or_insert(next);
            work.push(Work {
                content,
                tree,
                placement,
            });
        }
    }
    work.sort_by_key(|work| work.content);
    (work, contents.len())
}

/// Creates every directory of some files once: level by level, so that each finds its parent, and each level in parallel.
pub(super) fn create_directories<'a>(
    paths: impl Iterator<Item = &'a str>,
    stage: &Stage,
) -> Result<(), Error> {
    let mut seen = FxHashSet::default();
    let mut levels: Vec<Vec<&str>> = Vec::new();
    let mut last = "";
    for path in paths {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        if directory == last || !seen.insert(directory) {
            continue;
        }
        last = directory;
        for (depth, ancestor) in ancestors(path).enumerate() {
            if levels.len() <= depth {
                levels.push(Vec::new());
            }
            if ancestor.len() == directory.len() || seen.insert(ancestor) {
                levels[depth].push(ancestor);
            }
        }
    }
    for level in &levels {
        let failure = level.par_iter().find_map_first(|path| {
            match make_directory(stage.fresh(), *path, stage.modes()) {
                // It was carried over, or a file that is kept shares it.
                Ok(()) | Err(Errno::EXIST) => None,
                Err(source) => Some(Error::system(
                    "create the directory",
                    &stage.target().join(path),
                    source,
                )),
            }
        });
        if let Some(error) = failure {
            return Err(error);
        }
    }
    Ok(())
}
