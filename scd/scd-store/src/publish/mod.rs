//! Publishing: build a whole new tree beside the live one, then exchange the two in one step.
//!
//! A run replaces whole *units*, directories below the target such as `frontend/Magento/luma/en_US`. Whatever lies inside
//! them is what the run placed there and nothing else, as if the target had been empty. Whatever lies outside (`.htaccess`,
//! `_cache`, packages of other runs) stays: it is linked into the new tree, and what the shop adds to it meanwhile is
//! brought over ([`carry`]). Until the last byte is staged the target does not change; then its directory is exchanged for
//! the new one ([`whole`], which also says what a new directory means to others).
//!
//! Where that cannot be (the target is a mount point, its parent cannot be written, a way to a unit leads through a link,
//! a directory belongs to somebody else and this process may not give files away), each unit is exchanged by itself, the
//! version file last ([`exchange`]), and where even directories cannot be renamed, file by file ([`pour`]). In all of these
//! no file is ever missing or half written, but a visitor may see the new files of one package before those of another.
//! If the exchange fails, what was exchanged is exchanged back.

mod adopt;
mod alike;
mod carry;
mod copy;
mod exchange;
mod fill;
mod keep;
mod lay;
mod layout;
mod links;
mod mounts;
mod obstacle;
mod pour;
mod remove;
mod spare;
mod stage;
mod stopwatch;
mod way;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::digest::Digest;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::lock::Lock;
use crate::manifest::{Content, Manifest};
use crate::stamp::Stamp;

pub use lay::{Laying, stamp_of_laid};
pub(crate) use layout::{ancestors, is_below};
pub use links::Link;
pub use obstacle::{exchange_obstacle, may_write};
pub use spare::{Preview, Spare};
use stage::Stage;
pub use stopwatch::{Part, Stopwatch};

/// One output path and what fills it.
#[derive(Clone, Debug)]
pub struct Placement {
    /// Relative to the target directory, segments separated by `/`.
    pub path: Arc<str>,
    /// The bytes, or where they are.
    pub content: Content,
    /// The digest of the bytes, if it is known before they are read: then they are not read where the outgoing tree holds
    /// them already.
    pub digest: Option<Digest>,
    /// What it was made from, for the books; none for what is made from many.
    pub source: Option<Arc<Path>>,
}

/// A file that outputs were copied from.
#[derive(Clone, Debug)]
pub struct Verbatim {
    /// As [`Content::File`] names it.
    pub path: Arc<Path>,
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
}

/// Everything that a run publishes below one directory.
#[derive(Clone, Debug, Default)]
pub struct TargetTree {
    /// The directory, such as `<root>/pub/static`. Created if missing; may be a symbolic link to a directory.
    pub target: PathBuf,
    /// The directories below the target that this run replaces, relative to it, none inside another. A unit without
    /// placements is removed.
    pub units: Vec<String>,
    /// The files of the units, in any order; each lies in one unit. Unit by unit and sorted by path is best for speed.
    pub placements: Vec<Placement>,
    /// Files outside the units, such as `deployed_version.txt`. Where the target cannot be exchanged as a whole, they are
    /// exchanged after all units of all trees, in this order.
    pub loose: Vec<Placement>,
    /// How many versions back files are kept: what the last runs brought into these units and this one does not stays for
    /// so many runs that change anything in them. Needs [`PublishOptions::outgoing`].
    pub keep_versions: u32,
}

/// How to publish.
#[derive(Clone, Copy)]
pub struct PublishOptions<'a> {
    /// The right to publish: leftovers of earlier runs may only be removed while nobody else can be making them.
    pub lock: &'a Lock,
    /// Bits that the modes of new files (0666) and directories (0777) must not have. Magento's default is 0002. The
    /// umask of the process does not count, but costs a system call per file where it forbids more than this one.
    pub umask: u32,
    /// Looked at until the exchange begins; once it is true, nothing is published.
    pub interrupted: Option<&'a AtomicBool>,
    /// Whether to hash what is written and to return manifests.
    pub digests: bool,
    /// What the last run left in each target, in the order of the trees; none or empty if that is unknown. A file that it lists
    /// and that lies there untouched is taken over where it is to hold the same bytes again: it is linked instead of written
    /// and keeps its time. Without them every file is written.
    pub outgoing: &'a [&'a Ledger],
    /// Where outgoing units are kept for the next run, in the order of the trees; none if they are not. Useful together
    /// with [`PublishOptions::outgoing`].
    pub spares: &'a [Option<Spare>],
    /// Whether to have everything written to the disk before the exchange, so that a loss of power right after it cannot
    /// leave a new tree with empty files. The system flushes the whole file system then, with what other programs have
    /// written. Off by default: with 6,500 new files on ext4 it takes 0.2 to 0.6 s, as long as the rest of a deploy, and
    /// deploying once more repairs what it would prevent (an empty file is not the one that was recorded).
    pub flush: bool,
    /// What outputs of this run with equal bytes have in common on the disk.
    pub link: Link,
    /// Who is told how long the parts take.
    pub stopwatch: Option<&'a dyn Stopwatch>,
}

impl<'a> PublishOptions<'a> {
    /// Magento's umask, no interrupt flag, no manifests, nothing known of the last run, no flush, no
    /// links, no stopwatch.
    #[must_use]
    pub fn new(lock: &'a Lock) -> PublishOptions<'a> {
        PublishOptions {
            lock,
            umask: 0o002,
            interrupted: None,
            digests: false,
            outgoing: &[],
            spares: &[],
            flush: false,
            link: Link::Copy,
            stopwatch: None,
        }
    }

    /// The spare of the tree with that number.
    fn spare(&self, tree: usize) -> Option<&'a Spare> {
        self.spares.get(tree)?.as_ref()
    }

    pub(crate) fn check_interrupted(&self) -> Result<(), Error> {
        match self.interrupted {
            Some(flag) if flag.load(Ordering::Relaxed) => Err(Error::Interrupted),
            _ => Ok(()),
        }
    }
}

/// What was published.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// Files placed, loose ones included.
    pub file_count: usize,
    /// How many of them were taken over from the outgoing tree.
    pub unchanged_count: usize,
    /// Files of earlier versions that were kept besides.
    pub kept_count: usize,
    /// Bytes in the files placed.
    pub byte_count: u64,
    /// One manifest per tree, in the order of the trees, of this run's units and loose files, those that were kept
    /// included; empty unless [`PublishOptions::digests`] is set.
    pub manifests: Vec<Manifest>,
    /// The files that outputs were copied from, each once; empty unless [`PublishOptions::digests`] is set.
    pub verbatim: Vec<Verbatim>,
    /// Directories with outgoing files that could not be removed. They do no harm and the next run tries again.
    pub leftovers: Vec<PathBuf>,
    /// For each tree, whether its outgoing units are in its spare.
    pub spared: Vec<bool>,
    /// Targets that could not be exchanged in one step.
    pub in_parts: Vec<InParts>,
    /// When the exchange began, in nanoseconds since 1970: until then nobody else could reach the new files.
    pub exchanged: i64,
}

/// A target whose units were exchanged one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InParts {
    /// The target directory, links resolved.
    pub target: PathBuf,
    /// What keeps it from being exchanged as a whole: lower case, no full stop, names in backticks.
    pub reason: String,
}

/// Removes what killed runs left in and beside `targets`, as [`publish()`] does before it begins; returns what resisted.
#[must_use]
pub fn sweep<'a>(targets: impl Iterator<Item = &'a Path>, lock: &Lock) -> Vec<PathBuf> {
    let resisting = targets
        .filter_map(|target| target.canonicalize().ok())
        .flat_map(|target| stage::sweep(&target))
        .collect();
    lock.mark_swept();
    resisting
}

/// Publishes all trees in one go. Works on the rayon pool of the caller.
///
/// The order of the trees is the order of the exchange.
///
/// # Errors
/// [`Error::Layout`] if the trees contradict themselves, [`Error::System`] if a source cannot be read or the target not
/// be written, [`Error::Interrupted`] if the flag went up. After all of these the targets are as they were.
/// [`Error::Torn`] if the exchange failed and could not be taken back.
pub fn publish(trees: &[TargetTree], options: &PublishOptions<'_>) -> Result<Published, Error> {
    layout::check(trees)?;
    options.check_interrupted()?;
    let mut leftovers = Vec::new();
    let mut stages = Vec::with_capacity(trees.len());
    for (number, tree) in trees.iter().enumerate() {
        let (name, spare) = (tree.target.to_string_lossy(), options.spare(number));
        let open = || Stage::open(tree, spare, options, &mut leftovers);
        stages.push(options.timed(Part::Prepare, &name, open)?);
    }
    options.lock.mark_swept();
    let filled = fill::fill(trees, &stages, options)?;
    if options.flush {
        for stage in &stages {
            let name = stage.target().to_string_lossy();
            options.timed(Part::Flush, &name, || stage.flush())?;
        }
    }
    options.check_interrupted()?;
    let began = Stamp::now();
    let exchanged = options.timed(Part::Exchange, "", || exchange::exchange(trees, &stages));
    let exchanged = exchanged.inspect_err(|error| {
        if matches!(error, Error::Torn { .. }) {
            // What could not be brought back is there. The next run looks for it.
            for stage in &mut stages {
                stage.abandon();
            }
        }
    })?;
    let mut spared = vec![false; trees.len()];
    for (number, is_whole) in exchanged.whole.into_iter().enumerate() {
        let (tree, stage) = (&trees[number], &mut stages[number]);
        stage.keep_target();
        let name = tree.target.to_string_lossy();
        leftovers.extend(options.timed(Part::Remove, &name, || {
            if is_whole && stage.bring_newcomers(tree).is_err() {
                return Some(stage.abandon());
            }
            if let Some(spare) = options.spare(number).filter(|_| is_whole) {
                spared[number] = spare::keep(spare, tree, stage);
            }
            stage.remove()
        }));
    }
    leftovers.sort();
    leftovers.dedup();
    Ok(Published {
        file_count: filled.file_count,
        unchanged_count: filled.unchanged_count,
        kept_count: filled.kept_count,
        byte_count: filled.byte_count,
        manifests: filled.manifests,
        verbatim: filled.verbatim,
        leftovers,
        spared,
        in_parts: exchanged.in_parts,
        exchanged: began,
    })
}
