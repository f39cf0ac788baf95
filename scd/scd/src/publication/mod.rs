//! From finished outputs to the trees that the store publishes, and from what it published to the report.

pub(crate) mod books;
mod desk;
mod unchanged;
pub(crate) mod version;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use scd_magento::SourceId;
use scd_store::{
    Content, Digest, Ledger, LedgerUnit, Lock, Placement, PublishOptions, Published, Spare,
    TargetTree, digest_of,
};

use crate::compress::Compressed;
use crate::compress::codec::Format;
use crate::context::Context;
use crate::derive::{Derived, Output, OutputContent};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::error::Error;
use crate::event::Stage;
use crate::execute::Products;
use crate::leftover;
use crate::options::{Cache, ContentVersion, Options};
use crate::plan::Plan;
use crate::report::{Report, TargetKind};
use crate::shard;
use crate::slice::Slices;
use crate::sources::Sources;
use crate::warm::run_record::{Left, slot};
use books::Reading;
use version::VERSION_FILE;

pub(crate) use desk::{Desk, lock};

/// Everything that a run has made.
pub(crate) struct Made<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) products: &'a Products,
    pub(crate) derived: Derived,
    pub(crate) compressed: Compressed,
}

/// A tree on its way to its target.
pub(crate) struct Shipment {
    kind: TargetKind,
    tree: TargetTree,
    /// Whether the target holds all this already, so that the tree is empty.
    is_there: bool,
    /// What the last run took out of the target.
    spare: Option<Spare>,
}

impl Shipment {
    /// Nothing is known of its target yet.
    pub(crate) fn new(kind: TargetKind, tree: TargetTree) -> Self {
        Self {
            kind,
            tree,
            is_there: false,
            spare: None,
        }
    }
}

/// Where and how trees go.
#[derive(Clone, Copy)]
pub(crate) struct Dispatch<'a> {
    pub(crate) root: &'a Path,
    /// Bits that the modes of files must not have.
    pub(crate) umask: u32,
    pub(crate) options: &'a Options,
    /// Is told the digest of each verbatim file that was read.
    pub(crate) learn: &'a (dyn Fn(&Path, Digest) + Sync),
    /// Is called when everything has been read, while the books are kept.
    pub(crate) besides: &'a (dyn Fn() + Sync),
    /// Is told how long the parts take.
    pub(crate) slices: Slices<'a>,
}

/// What was published, for the next run.
#[derive(Debug, Default)]
pub(crate) struct Shipped {
    /// By target.
    pub(crate) left: [Left; 2],
    /// Which files are the compressed form of others.
    pub(crate) compressed: FxHashMap<Arc<str>, Format>,
}

/// Publishes everything and completes the report.
pub(crate) fn publish(
    made: Made<'_>,
    context: &Context<'_>,
    sources: &Sources<'_>,
    reading: Option<Reading>,
    besides: &(dyn Fn() + Sync),
    report: &mut Report,
) -> Result<Shipped, Error> {
    let options = context.options;
    let root = context.project.root();
    let mut shipped = Shipped::default();
    report.compression.clone_from(&made.compressed.reports);
    let assemble = || {
        let mut shipments = Vec::new();
        if !made.plan.templates.is_empty() || options.exclusive {
            shipments.push(templates(&made, context, sources));
        }
        shipments.push(packages(made, context, sources, &mut shipped.compressed));
        shipments
    };
    let name = || "the trees".to_owned();
    let shipments = context
        .slices
        .time(Stage::Publish, "assemble", name, assemble);
    let dispatch = Dispatch {
        root,
        umask: context.project.umask(),
        options,
        learn: &|path, digest| sources.learn_published(path, digest),
        besides,
        slices: context.slices,
    };
    let desk = Desk::open(root, options, reading)?;
    ship(shipments, shipped, &dispatch, desk, report)
}

/// Publishes trees, templates before packages, keeps the books and completes the report.
pub(crate) fn ship(
    mut shipments: Vec<Shipment>,
    mut shipped: Shipped,
    dispatch: &Dispatch<'_>,
    desk: Desk,
    report: &mut Report,
) -> Result<Shipped, Error> {
    let Dispatch {
        root,
        umask,
        options,
        learn,
        besides,
        slices,
    } = *dispatch;
    let Desk {
        lock,
        mut books,
        mut forecasts,
    } = desk;
    if options.exclusive {
        for shipment in &mut shipments {
            leftover::replace(&mut shipment.tree)?;
        }
    }
    let mut replaced = Vec::new();
    let forecasts: Vec<_> = shipments
        .iter()
        .map(|shipment| forecasts[slot(shipment.kind)].take())
        .collect();
    let spares: Vec<Spare> = shipments
        .par_iter()
        .zip(forecasts)
        .map(|(shipment, forecast)| books::spare(shipment.kind, root, options, forecast))
        .collect();
    let are_there: Vec<bool> = shipments
        .par_iter_mut()
        .zip(&spares)
        .map(|(shipment, spare)| {
            let ledger = books.of(shipment.kind);
            unchanged::is_there(&mut shipment.tree, ledger, spare.holds.as_ref(), options)
        })
        .collect();
    for ((shipment, mut spare), is_there) in shipments.iter_mut().zip(spares).zip(are_there) {
        let ledger = books.of(shipment.kind);
        let tree = &mut shipment.tree;
        if !is_there {
            if !books::forget_spare(shipment.kind, root, options) {
                spare.holds = None;
            }
            // What no ledger describes would never be used.
            spare.is_wanted &= tree
                .units
                .iter()
                .any(|unit| ledger.units.contains_key(unit));
            shipment.spare = Some(spare);
            continue;
        }
        // Nothing is left to be done, and not even a directory is made anew.
        let left = &mut shipped.left[slot(shipment.kind)];
        left.units = with_digests(std::mem::take(&mut tree.units), ledger);
        let loose = tree.loose.drain(..);
        let known =
            loose.filter_map(|placement| Some((placement.path.to_string(), placement.digest?)));
        left.loose = known.collect();
        if shipment.kind == TargetKind::Static {
            replaced.clone_from(&left.units);
        }
        report.reuse.untouched_files += tree.placements.len();
        tree.placements.clear();
        shipment.is_there = true;
    }
    let mut text = None;
    for shipment in shipments
        .iter_mut()
        .filter(|shipment| shipment.kind == TargetKind::Static)
    {
        if options.content_version == ContentVersion::OfContent && !shipment.is_there {
            replaced = digests_of_units(&mut shipment.tree, learn)?;
        }
        let target = &shipment.tree.target;
        let version = version::text(target, books.of(TargetKind::Static), &replaced, options)?;
        shipment
            .tree
            .loose
            .extend(version::placement(target, &version, options));
        text = Some(version);
    }

    // Of a target that holds everything already, the version is all that may be left.
    let is_idle = |shipment: &Shipment| shipment.is_there && shipment.tree.loose.is_empty();
    shipments.retain(|shipment| !is_idle(shipment));
    let (mut kinds, mut trees, mut spares) = (Vec::new(), Vec::new(), Vec::new());
    for shipment in shipments {
        kinds.push((shipment.kind, shipment.is_there));
        trees.push(shipment.tree);
        spares.push(shipment.spare);
    }
    let mut outgoing = Vec::new();
    if options.cache != Cache::Off || options.keep_versions > 0 {
        outgoing.extend(kinds.iter().map(|(kind, _)| books.of(*kind)));
    }
    let mut published = store(
        &trees,
        &PublishOptions {
            umask,
            interrupted: Some(&options.interrupted),
            digests: true,
            outgoing: &outgoing,
            spares: &spares,
            link: options.link,
            stopwatch: slices.stopwatch(),
            ..PublishOptions::new(&lock)
        },
    )?;
    drop(spares);
    for verbatim in &published.verbatim {
        learn(&verbatim.path, verbatim.digest);
    }
    let manifests = std::mem::take(&mut published.manifests).into_iter();
    let keep_books = || {
        let mut to_save = Vec::new();
        let shipped_trees = kinds.iter().zip(trees).zip(manifests);
        for ((((kind, is_there), tree), manifest), is_spared) in
            shipped_trees.zip(&published.spared)
        {
            if *is_there {
                continue;
            }
            // Of the files, the manifest says all from now on.
            let TargetTree {
                target,
                units,
                placements,
                loose,
                ..
            } = tree;
            drop(placements);
            let left = &mut shipped.left[slot(*kind)];
            let lasting = loose
                .iter()
                .filter(|placement| *placement.path != *VERSION_FILE);
            let lasting = lasting.filter_map(|placement| manifest.find(&placement.path));
            left.loose = lasting
                .map(|entry| (entry.path.to_string(), entry.digest))
                .collect();
            let name = || target.to_string_lossy().into_owned();
            let ledger = books.of_mut(*kind);
            slices.time(Stage::Publish, "ledger", name, || {
                ledger.enter(&target, &units, manifest, published.exchanged);
                ledger.loose.retain(|file| *file.path != *VERSION_FILE);
            });
            left.units = with_digests(units, ledger);
            to_save.push((*kind, *is_spared, name()));
        }
        let save = || {
            let saved = to_save.into_iter().map(|(kind, is_spared, name)| {
                if is_spared {
                    books::spared(kind, root, options);
                }
                let save = || books.save(kind, root, options);
                slices.time(Stage::Publish, "ledger to disk", || name, save)
            });
            saved.flatten().collect()
        };
        let account = || books.account(&shipped.left, &shipped.compressed, report);
        let (saved, ()): (Vec<Diagnostic>, ()) = rayon::join(save, account);
        report.diagnostics.extend(saved);
    };
    rayon::join(keep_books, besides);
    report.outputs.extend(text.as_deref().map(version::output));
    for leftover in &published.leftovers {
        report.diagnostics.push(
            Diagnostic::warning("outgoing files could not be removed")
                .at(Place::file(leftover))
                .with_hint("remove them by hand, or leave it to the next deploy; they do no harm"),
        );
    }
    report.diagnostics.extend(remarks(&lock, &published));
    report.counts.bytes_in = published.verbatim.iter().map(|file| file.size).sum();
    report.reuse.linked_files = published.unchanged_count;
    report.reuse.written_files = published.file_count - published.unchanged_count;
    report.version = text;
    complete(report);
    Ok(shipped)
}

/// The digest of paths and contents of a unit; a unit without files is not there.
pub(crate) fn digest_of_unit(ledger: &Ledger, unit: &str) -> Digest {
    let unit = ledger.units.get(unit);
    unit.map_or_else(|| digest_of(std::iter::empty()), LedgerUnit::digest)
}

/// Each unit with its digest.
fn with_digests(units: Vec<String>, ledger: &Ledger) -> Vec<(String, Digest)> {
    let digests = units.iter().map(|unit| digest_of_unit(ledger, unit));
    let digests: Vec<Digest> = digests.collect();
    units.into_iter().zip(digests).collect()
}

/// Sorts and counts what was published.
pub(crate) fn complete(report: &mut Report) {
    report
        .outputs
        .sort_by(|left, right| (left.target, &left.path).cmp(&(right.target, &right.path)));
    let count = |kind| {
        report
            .outputs
            .iter()
            .filter(|output| output.target == kind)
            .count()
    };
    report.counts.static_files = count(TargetKind::Static);
    report.counts.template_files = count(TargetKind::Templates);
    report.counts.bytes_out = report.outputs.iter().map(|output| output.size).sum();
}

/// What is worth knowing of how it went.
fn remarks(lock: &Lock, published: &Published) -> Vec<Diagnostic> {
    let in_parts = published.in_parts.iter().map(|parts| {
        Diagnostic::new(
            Severity::Note,
            format!(
                "packages went live one after the other, because the directory cannot be exchanged: {}",
                parts.reason
            ),
        )
        .at(Place::file(&parts.target))
    });
    crash(lock).into_iter().chain(in_parts).collect()
}

/// Tells of a deploy that was killed.
pub(crate) fn crash(lock: &Lock) -> Option<Diagnostic> {
    lock.crashed().map(|holder| {
        Diagnostic::warning(format!("the last deploy broke off: {holder}"))
            .with_hint("nothing is to be done: what it left behind has been removed")
    })
}

/// The packages, with the files beside them.
fn packages(
    made: Made<'_>,
    context: &Context<'_>,
    sources: &Sources<'_>,
    is_compressed: &mut FxHashMap<Arc<str>, Format>,
) -> Shipment {
    // Each is found out once, here on all cores.
    made.derived
        .packages
        .par_iter()
        .flat_map(|package| &package.outputs)
        .for_each(|output| {
            if let OutputContent::Verbatim(source) = output.content {
                sources.known_digest(source);
            }
        });
    let mut contents = Contents::new(sources);
    let units: Vec<String> = made
        .derived
        .packages
        .iter()
        .map(|package| package.name.clone())
        .collect();
    let compressed = made.compressed.packages.into_iter();
    let compressed = compressed.chain(std::iter::repeat_with(Vec::new));
    let mut packages: Vec<_> = made.derived.packages.into_iter().zip(compressed).collect();
    // In the order of their files' paths, so that nobody has to sort those.
    packages.sort_by_cached_key(|(package, _)| [&package.name, "/"].concat());
    let counts = packages
        .iter()
        .map(|(package, own)| package.outputs.len() + own.len());
    let mut tree = TargetTree {
        target: static_directory(context.project.root(), context.options),
        units,
        placements: Vec::with_capacity(counts.sum()),
        keep_versions: context.options.keep_versions,
        ..TargetTree::default()
    };
    for (path, bytes) in made.derived.loose {
        tree.loose.push(Placement {
            path: path.into(),
            content: Content::Bytes(bytes),
            digest: None,
            source: None,
        });
    }
    let mut path = String::new();
    let mut place = |package: &str, output: &Output, format: Option<Format>| {
        path.clear();
        path.extend([package, "/", &output.path]);
        let path: Arc<str> = path.as_str().into();
        if let Some(format) = format {
            is_compressed.insert(path.clone(), format);
        }
        let source = output.source.map(|source| contents.path(source));
        tree.placements
            .push(contents.placement(path, &output.content, source));
    };
    for (package, compressed) in packages {
        for output in &package.outputs {
            place(&package.name, output, None);
        }
        for own in compressed {
            place(&package.name, &own.output, Some(own.format));
        }
    }
    Shipment::new(TargetKind::Static, tree)
}

/// Templates replace whole top-level directories, such as `vendor` and `app`.
fn templates(made: &Made<'_>, context: &Context<'_>, sources: &Sources<'_>) -> Shipment {
    let mut contents = Contents::new(sources);
    let mut tree = TargetTree {
        target: template_directory(context.project.root(), context.options),
        ..TargetTree::default()
    };
    for (template, job) in &made.plan.templates {
        let Some(content) = &made.products.get(*job).content else {
            continue;
        };
        let path = &template.output;
        let unit = path.split('/').next().unwrap_or(path);
        if !tree.units.iter().any(|known| known == unit) {
            tree.units.push(unit.to_owned());
        }
        let source = Arc::from(context.project.root().join(path));
        tree.placements
            .push(contents.placement(path.as_str().into(), content, Some(source)));
    }
    Shipment::new(TargetKind::Templates, tree)
}

/// Each unit with the digest of its paths and contents, which is found out before anything is written.
fn digests_of_units(
    tree: &mut TargetTree,
    learn: &(dyn Fn(&Path, Digest) + Sync),
) -> Result<Vec<(String, Digest)>, Error> {
    tree.placements.par_iter_mut().try_for_each(|placement| {
        if placement.digest.is_none() {
            placement.digest = Some(match &placement.content {
                Content::Bytes(bytes) => Digest::of(bytes),
                Content::Stored { digest, .. } => *digest,
                Content::File(path) => {
                    let read = std::fs::read(path).map_err(|source| Error::Read {
                        path: path.to_path_buf(),
                        source,
                    });
                    let digest = Digest::of(&read?);
                    learn(path, digest);
                    digest
                }
            });
        }
        Ok::<(), Error>(())
    })?;
    let mut files: Vec<(&str, &Digest)> = tree
        .placements
        .iter()
        .filter_map(|placement| Some((&*placement.path, placement.digest.as_ref()?)))
        .collect();
    files.sort_unstable();
    let units = tree.units.iter().map(|unit| {
        let start = files.partition_point(|(path, _)| *path < format!("{unit}/").as_str());
        let own = files[start..].iter().copied();
        let own = own.take_while(|(path, _)| {
            path.strip_prefix(unit.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        });
        (unit.clone(), digest_of(own))
    });
    Ok(units.collect())
}

/// Where packages go.
pub(crate) fn static_directory(root: &Path, options: &Options) -> PathBuf {
    let of_shard = options.shard_directory.as_deref();
    of_shard
        .map(shard::static_directory)
        .or_else(|| options.static_directory.clone())
        .unwrap_or_else(|| root.join("pub/static"))
}

fn template_directory(root: &Path, options: &Options) -> PathBuf {
    let of_shard = options.shard_directory.as_deref();
    of_shard
        .map(shard::template_directory)
        .or_else(|| options.template_directory.clone())
        .unwrap_or_else(|| root.join("var/view_preprocessed/pub/static"))
}

/// Gives equal outputs one content, so that the store reads and hashes it once.
struct Contents<'a> {
    sources: &'a Sources<'a>,
    files: FxHashMap<SourceId, (Content, Option<Digest>)>,
    paths: FxHashMap<SourceId, Arc<Path>>,
}

impl<'a> Contents<'a> {
    fn new(sources: &'a Sources<'a>) -> Self {
        Self {
            sources,
            files: FxHashMap::default(),
            paths: FxHashMap::default(),
        }
    }

    fn path(&mut self, source: SourceId) -> Arc<Path> {
        let path = || Arc::from(self.sources.path(source));
        self.paths.entry(source).or_insert_with(path).clone()
    }

    fn placement(
        &mut self,
        path: Arc<str>,
        content: &OutputContent,
        source: Option<Arc<Path>>,
    ) -> Placement {
        let (content, digest) = match content {
            OutputContent::Bytes(bytes) => (Content::Bytes(bytes.clone()), None),
            OutputContent::Remembered(bytes, digest) => {
                (Content::Bytes(bytes.clone()), Some(*digest))
            }
            OutputContent::Stored(digest) => {
                let store = self.sources.store().clone();
                let digest = *digest;
                (Content::Stored { store, digest }, Some(digest))
            }
            OutputContent::Verbatim(source) => self.verbatim(*source),
        };
        Placement {
            path,
            content,
            digest,
            source,
        }
    }

    fn verbatim(&mut self, source: SourceId) -> (Content, Option<Digest>) {
        if let Some(known) = self.files.get(&source) {
            return known.clone();
        }
        let digest = self.sources.known_digest(source);
        let content = match self.sources.known(source) {
            Some(bytes) => Content::Bytes(bytes),
            None => {
                if digest.is_none() {
                    self.sources.announce(source);
                }
                Content::File(self.path(source))
            }
        };
        self.files.insert(source, (content.clone(), digest));
        (content, digest)
    }
}

/// Publishes; an interruption is the run's, not the store's.
fn store(trees: &[TargetTree], options: &PublishOptions<'_>) -> Result<Published, Error> {
    scd_store::publish(trees, options).map_err(|error| match error {
        scd_store::Error::Interrupted => Error::Interrupted,
        other => Error::Store(other),
    })
}
