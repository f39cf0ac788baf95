//! Filling the stages: every directory created once, every distinct content read once and written wherever it belongs.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use rustix::io::Errno;

use super::adopt::stays;
use super::copy::{Place, Written, write_content};
use super::keep::keep;
use super::layout::ancestors;
use super::links::{Link, Links};
use super::spare::Inherited;
use super::stage::{Stage, make_directory};
use super::stopwatch::Part;
use super::way::Ways;
use super::{Placement, PublishOptions, TargetTree, Verbatim};
use crate::digest::Digest;
use crate::error::Error;
use crate::glance::{Sight, Symlinks, glance};
use crate::ledger::Ledger;
use crate::manifest::{Content, Manifest, ManifestEntry};
use crate::stamp::Stamp;

/// What was staged.
pub(super) struct Filled {
    pub(super) file_count: usize,
    pub(super) unchanged_count: usize,
    pub(super) kept_count: usize,
    pub(super) byte_count: u64,
    pub(super) manifests: Vec<Manifest>,
    pub(super) verbatim: Vec<Verbatim>,
}

/// Puts all files of all trees into their stages.
pub(super) fn fill(
    trees: &[TargetTree],
    stages: &[Stage],
    options: &PublishOptions<'_>,
) -> Result<Filled, Error> {
    let (mut work, distinct) = list(trees, stages, options);
    for (number, (tree, stage)) in trees.iter().zip(stages).enumerate() {
        // Where the spare has a file, it has the directory.
        let is_new = |work: &&Work<'_>| work.tree == number && work.inherited.is_none();
        let paths = work.iter().filter(is_new);
        let paths = paths.map(|work| &*work.placement.path);
        let name = tree.target.to_string_lossy();
        options.timed(Part::Directories, &name, || {
            create_directories(paths, stage)
        })?;
    }
    // Those of one content side by side, contents in the order of their first placement.
    work.sort_by_key(|work| work.content);
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
        verbatim: Vec::new(),
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
    if options.digests {
        filled.verbatim = done().filter_map(verbatim).collect();
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
    let known = item.iter().find_map(|work| work.placement.digest);
    let places: Vec<Place<'_>> = item
        .iter()
        .map(|work| Place {
            stage: &stages[work.tree],
            path: &work.placement.path,
            outgoing: work.outgoing,
            inherited: work.inherited.map(|file| file.inode),
            there: work.there,
        })
        .collect();
    write_content(
        &item[0].placement.content,
        known,
        &places,
        links,
        ways,
        wants_digest,
    )
}

/// The manifests of what was staged. Their entries are made in the order of the placements, which is nearly that of the paths.
fn manifests<'a>(
    trees: &[TargetTree],
    done: impl Iterator<Item = (&'a &'a [Work<'a>], &'a Written)>,
) -> Vec<Manifest> {
    let mut places: Vec<Vec<Option<(&Written, usize)>>> = trees
        .iter()
        .map(|tree| vec![None; tree.placements.len() + tree.loose.len()])
        .collect();
    for (item, written) in done {
        for (number, work) in item.iter().enumerate() {
            places[work.tree][work.place] = Some((written, number));
        }
    }
    let manifest = |(tree, places): (&TargetTree, Vec<Option<(&Written, usize)>>)| {
        let mut entries = Vec::with_capacity(places.len());
        let placements = tree.placements.iter().chain(&tree.loose);
        entries.extend(placements.zip(places).filter_map(|(placement, place)| {
            let (written, number) = place?;
            Some(ManifestEntry {
                path: placement.path.clone(),
                digest: written.digest?,
                stamp: *written.stamps.get(number)?,
                source: placement.source.clone(),
                kept: 0,
                is_young: false,
            })
        }));
        Manifest::new(entries)
    };
    trees.iter().zip(places).map(manifest).collect()
}

/// What a content was copied from, if it was.
fn verbatim((item, written): (&&[Work<'_>], &Written)) -> Option<Verbatim> {
    let Content::File(path) = &item[0].placement.content else {
        return None;
    };
    Some(Verbatim {
        path: path.clone(),
        digest: written.digest?,
        size: written.size,
    })
}

/// One placement.
struct Work<'a> {
    /// The number of its content.
    content: usize,
    /// The number of its tree.
    tree: usize,
    /// Its number in the tree, loose files last.
    place: usize,
    placement: &'a Placement,
    /// What the last run left there.
    outgoing: Option<&'a ManifestEntry>,
    /// The file that the stage has there from the spare.
    inherited: Option<Inherited>,
    /// The stamp of that file, if it is the one that is wanted.
    there: Option<Stamp>,
}

/// A file of the spare that may stay, with its place among the work.
struct Candidate<'a> {
    work: usize,
    placement: &'a Placement,
    recorded: &'a ManifestEntry,
    preview: Option<Sight>,
}

impl AsRef<Path> for Candidate<'_> {
    fn as_ref(&self) -> &Path {
        Path::new(&*self.placement.path)
    }
}

/// Finds out which files of the spare are what is wanted in their places.
fn find_there(work: &mut [Work<'_>], stages: &[Stage]) {
    for (number, stage) in stages.iter().enumerate() {
        let candidates = work.iter().enumerate().filter_map(|(place, work)| {
            let recorded = work.outgoing.filter(|_| work.tree == number)?;
            let inherited = work.inherited?;
            let is_wanted = inherited.inode == recorded.stamp.inode
                && work.placement.digest == Some(recorded.digest);
            is_wanted.then_some(Candidate {
                work: place,
                placement: work.placement,
                recorded,
                preview: inherited.preview,
            })
        });
        let (seen, unseen): (Vec<_>, Vec<_>) =
            candidates.partition(|candidate| candidate.preview.is_some());
        let there = |candidate: &Candidate<'_>, seen: Option<Sight>| {
            let seen = seen.filter(|seen| stays(seen, candidate.recorded, stage));
            (candidate.work, seen.map(|seen| seen.stamp))
        };
        let look = |candidate: &Candidate<'_>, seen: io::Result<Option<Sight>>| {
            there(candidate, seen.ok().flatten())
        };
        let mut found = glance(&stage.fresh_path(), &unseen, Symlinks::Seen, look);
        found.extend(seen.iter().map(|seen| there(seen, seen.preview)));
        for (place, stamp) in found {
            work[place].there = stamp;
        }
    }
}

/// Two placements with one key have one content, by the identity of the memory or by the path of the file.
#[derive(PartialEq, Eq, Hash)]
enum ContentKey<'a> {
    Bytes(*const u8, usize),
    /// Its bytes: a `Path` would be taken apart to be compared.
    File(&'a [u8]),
    Stored(Digest),
}

/// All placements in their order, and how many contents they have. Contents are numbered in the order of their first placement.
fn list<'a>(
    trees: &'a [TargetTree],
    stages: &'a [Stage],
    options: &PublishOptions<'a>,
) -> (Vec<Work<'a>>, usize) {
    let mut contents = FxHashMap::default();
    let sizes = trees
        .iter()
        .map(|tree| tree.placements.len() + tree.loose.len());
    let mut work = Vec::with_capacity(sizes.sum());
    for (tree, target) in trees.iter().enumerate() {
        let outgoing = options.outgoing.get(tree).copied();
        let mut outgoing = outgoing.map(Ledger::finder);
        let mut inheritance = stages[tree].inheritance(options.spare(tree));
        let placements = target.placements.iter().chain(&target.loose);
        for (place, placement) in placements.enumerate() {
            let key = match &placement.content {
                Content::Bytes(bytes) => ContentKey::Bytes(bytes.as_ptr(), bytes.len()),
                Content::File(path) => ContentKey::File(path.as_os_str().as_bytes()),
                Content::Stored { digest, .. } => ContentKey::Stored(*digest),
            };
            let next = contents.len();
            let content = *contents.entry(key).or_insert(next);
            let path = &*placement.path;
            work.push(Work {
                content,
                tree,
                place,
                placement,
                outgoing: outgoing.as_mut().and_then(|finder| finder.find(path)),
                inherited: inheritance.find(path),
                there: None,
            });
        }
    }
    find_there(&mut work, stages);
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
