//! The run after which LESS files alone have changed: the stylesheets that they are part of are compiled again, and everything
//! else stays as the last run has left it. Nothing is opened, listed, planned or derived.
//!
//! That is right only while everything that other steps would find out is as it was. So the run goes this way only if all
//! that the last one has asked has the same answer, except for the bytes of files that compilations alone read; if these files
//! still ask for the same other files; and if the new stylesheets have no urls that the old ones had not. In all other cases, and whenever there is anything to complain about, the run goes the long way, which comes to the same
//! bytes and the same report.

pub(crate) mod compilations;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::{FsTree, Inventory};
use scd_minify::css::notation::replace_values;
use scd_store::{Content, Digest, Ledger, LedgerUnit, ManifestEntry, Placement, Store, TargetTree};

use crate::error::Error;
use crate::event::{Event, Observer, Stage};
use crate::execute::{Conditions, Execution, Product};
use crate::facts::Facts;
use crate::link;
use crate::options::Options;
use crate::plan::{Job, JobId, Recipe};
use crate::publication::books::{self, TARGETS};
use crate::publication::{Desk, Dispatch, Shipment, Shipped, digest_of_unit, ship};
use crate::report::Report;
use crate::slice::Slices;
use crate::sources::{KeptSources, Sources};
use crate::stylesheet::closure::Closure;
use crate::warm::run_record::{Left, RunRecord, slot};
use crate::warm::{Few, Session};
use crate::{Clock, in_report_order, slowest};
use compilations::{Compilation, Compilations, CompiledOutput};

/// A run that can go this way.
pub(crate) struct Restyle {
    /// The last run, whose trace has the answers of now.
    few: Few,
    changes: Changes,
}

/// What has changed since the last run.
struct Changes {
    work: Work,
    inventory: Inventory,
    kept: KeptSources,
    /// Bytes of the files that were read to find out.
    bytes_read: u64,
}

/// What is to be compiled again.
struct Work {
    /// What the last run has compiled, of the files as they are now.
    known: Compilations,
    /// The jobs that are to be done again.
    affected: Vec<Affected>,
}

/// The place of a job, and what it compiles now.
type Affected = (usize, Arc<Closure>);

impl Restyle {
    /// Finds out whether LESS files alone have changed.
    pub(crate) fn find(session: &mut Session<'_>) -> Option<Restyle> {
        let mut few = session.take_few()?;
        let changes = Changes::find(&mut few, session);
        if changes.is_none() {
            session.give_back(few);
            return None;
        }
        changes.map(|changes| Restyle { few, changes })
    }
}

impl Changes {
    /// Finds them out and enters the answers of now; none if other things have changed, too.
    fn find(few: &mut Few, session: &Session<'_>) -> Option<Changes> {
        let (renewed, known) = rayon::join(|| session.renewed(few), || session.compilations(few));
        let (renewed, mut compilations) = (renewed?, known?);
        let bytes_read = renewed.iter().map(|(_, _, held)| held.len() as u64).sum();
        let mut changed: FxHashMap<PathBuf, (Digest, Vec<u8>)> = FxHashMap::default();
        for (place, question, held) in renewed {
            if let (true, Some(digest)) = (question.is_file(), question.digest) {
                changed.insert(question.path.clone(), (digest, held));
            }
            few.record.trace.questions[place] = question;
        }
        let mut numbers = FxHashSet::default();
        let mut known = Vec::new();
        for (number, source) in compilations.sources.iter_mut().enumerate() {
            let (digest, held) = match changed.remove(&source.path) {
                Some(_) if !source.is_theirs_alone => return None,
                Some((digest, held)) => (digest, Some(held.into())),
                None => (source.digest, None),
            };
            if digest != source.digest {
                numbers.insert(number);
            }
            source.digest = digest;
            known.push((digest, held));
        }
        // What is left was not read for compilations.
        if !changed.is_empty() {
            return None;
        }
        let kept = KeptSources::of_known(known.into_iter());
        let paths = compilations.sources.iter();
        let inventory = Inventory::of_files(paths.map(|source| source.path.clone()));
        let (kept, affected) = renew(&mut compilations, &numbers, &inventory, kept)?;
        let known = compilations;
        Some(Changes {
            work: Work { known, affected },
            inventory,
            kept,
            bytes_read,
        })
    }
}

/// Prepares the files of changed sources again; the jobs that they are part of.
fn renew(
    compilations: &mut Compilations,
    changed: &FxHashSet<usize>,
    inventory: &Inventory,
    kept: KeptSources,
) -> Option<(KeptSources, Vec<Affected>)> {
    let sources = Sources::resume(&FsTree, inventory, kept);
    let mut files = FxHashSet::default();
    for (number, file) in compilations.files.iter_mut().enumerate() {
        if changed.contains(&(file.source.0 as usize)) {
            let anew = file.anew(&compilations.minification, &sources).ok()??;
            *file = Arc::new(anew);
            files.insert(number);
        }
    }
    let jobs = compilations.jobs.iter().enumerate();
    let affected = jobs.filter(|(_, job)| job.has_any(&files));
    let affected: Vec<(usize, &Compilation)> = affected.collect();
    let closures = affected.into_par_iter().map(|(place, job)| {
        let closure = compilations.closure(job);
        (place, Arc::new(closure))
    });
    let affected: Vec<Affected> = closures.collect();
    for (place, closure) in &affected {
        compilations.jobs[*place].digest = closure.digest;
    }
    // Jobs that come to be equal are one job from now on.
    let mut keys = FxHashSet::default();
    let is_distinct =
        |job: &Compilation| keys.insert((job.digest, job.minify, job.place.area.clone()));
    let are_distinct = compilations.jobs.iter().all(is_distinct);
    are_distinct.then_some((sources.into_kept(), affected))
}

impl Restyle {
    /// Does what is to be done; none where the run has to go the long way after all.
    ///
    /// # Errors
    /// As [`crate::deploy()`].
    pub(crate) fn run(
        mut self,
        session: &mut Session<'_>,
        clock: &mut Clock<'_>,
        options: &Options,
    ) -> Result<Option<Report>, Error> {
        let report = self.attempt(session, clock, options)?;
        match report {
            // Taking it apart takes milliseconds that nobody has to wait for.
            Some(_) => rayon::spawn(move || drop(self)),
            None => session.give_back(self.few),
        }
        Ok(report)
    }

    fn attempt(
        &mut self,
        session: &Session<'_>,
        clock: &mut Clock<'_>,
        options: &Options,
    ) -> Result<Option<Report>, Error> {
        let Changes {
            work,
            inventory,
            kept,
            bytes_read,
        } = &mut self.changes;
        let sources = Sources::resume(&FsTree, inventory, std::mem::take(kept))
            .with_store(&session.store)
            .with_memory(None, Arc::new(Facts::in_memory()));
        let jobs = work.jobs();
        let observer = clock.observer;
        let record = &mut self.few.record;
        record.trace.settle(session.began());
        let (products, fresh, beginning) = clock.time(Stage::Execute, || {
            // While the largest stylesheet is compiled on one core, others have time for what will be needed then.
            let besides = || {
                session.look_ahead();
                let beginning = RunRecord::begin(&record.trace, record.contents);
                (work.before(session), beginning)
            };
            let made = work.compile(&jobs, session, options, &sources, observer, besides)?;
            let (products, (before, beginning)) = made;
            let fresh = work.take_over(&products, before, &sources);
            Ok((products, fresh, beginning))
        })?;
        let Some(fresh) = fresh else {
            return Ok(None);
        };
        if options.interrupted.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        record.diagnostics = work.known.findings();
        in_report_order(&mut record.diagnostics);
        let mut report = Report {
            counts: record.counts,
            diagnostics: record.diagnostics.clone(),
            ..Report::default()
        };
        let remade = products.iter().filter(|product| !product.is_recalled);
        report.reuse.recalled_jobs = record.counts.job_count() - remade.count();
        let elapsed = products.iter().map(|product| product.elapsed);
        report.slowest = slowest(jobs.iter().zip(elapsed), session.root(), &sources);
        let notes = OnceLock::new();
        let besides = || {
            let _ = notes.set(session.keep_compilations(&work.known));
        };
        let slices = Slices::new(observer);
        let (committed, shipped) = clock.time(Stage::Publish, || {
            let desk = Desk::open(session.root(), options, session.take_reading())?;
            let Some(shipments) = shipments(record, fresh, &desk, session.root(), options) else {
                return Ok((Ok(()), Ok(None)));
            };
            // From here on the long way would find the store in another state, and might have to make everything.
            let dispatch = Dispatch {
                root: session.root(),
                umask: record.umask,
                options,
                learn: &|_, _| {},
                besides: &besides,
                slices,
            };
            let ship = || ship(shipments, Shipped::default(), &dispatch, desk, &mut report);
            let (committed, shipped) = rayon::join(|| sources.keep(), ship);
            let shipped = match shipped {
                // Somebody has changed the targets, so that not everything can be taken over.
                Err(Error::Store(scd_store::Error::Lost { .. })) => Ok(None),
                other => other.map(Some),
            };
            Ok((committed, shipped))
        })?;
        let Some(shipped) = shipped? else {
            return Ok(None);
        };
        report.counts.bytes_in = *bytes_read + sources.bytes_read();
        *kept = sources.into_kept();
        rayon::spawn(move || drop((jobs, products)));
        record.left = shipped.left;
        record.counts = report.counts;
        let warning = clock.time(Stage::Remember, || {
            let notes = committed.and_then(|()| notes.into_inner().transpose());
            let notes = notes.map(|compilations| compilations.map(|id| (beginning, id)));
            let warning = session.conclude_few(record, notes, &report);
            session.share(&mut report);
            Ok(warning)
        })?;
        report.diagnostics.extend(warning);
        report.timings = std::mem::take(&mut clock.timings);
        Ok(Some(report))
    }
}

impl Work {
    /// The jobs that are to be done again, in the order of [`Work::affected`].
    fn jobs(&self) -> Vec<Job> {
        let affected = self.affected.iter();
        let job = |(place, closure): &Affected| {
            let job = &self.known.jobs[*place];
            Job {
                recipe: Recipe::Less {
                    closure: closure.clone(),
                    minify: job.minify,
                    context: job.place.clone(),
                },
                weight: job.weight,
            }
        };
        affected.map(job).collect()
    }

    /// Does the jobs, and meanwhile what is to be done `besides`. The products are in the order of the jobs.
    fn compile<T: Send>(
        &self,
        jobs: &[Job],
        session: &Session<'_>,
        options: &Options,
        sources: &Sources<'_>,
        observer: &dyn Observer,
        besides: impl FnOnce() -> T + Send,
    ) -> Result<(Vec<Product>, T), Error> {
        let known = &self.known;
        let mut pending = vec![0; known.packages.len()];
        for (place, _) in &self.affected {
            for output in &known.jobs[*place].outputs {
                pending[output.package] += 1;
            }
        }
        // Only of packages that wait for something.
        let shown = (0..known.packages.len()).filter(|&package| pending[package] > 0);
        let shown: Vec<usize> = shown.collect();
        let fills = self.affected.iter().map(|(place, _)| {
            let outputs = known.jobs[*place].outputs.iter();
            let number = |output: &CompiledOutput| {
                let number = shown.iter().position(|&shown| shown == output.package)?;
                Some((u32::try_from(number).ok()?, 1))
            };
            outputs.filter_map(number).collect()
        });
        let execution = Execution {
            jobs,
            conditions: Conditions {
                level: options.level,
                minification: &known.minification,
                // That is a matter of scripts.
                embeds_translations: false,
                root: session.root(),
                vendor: &known.vendor,
                interrupted: &options.interrupted,
            },
            sources,
            observer,
            fills: fills.collect(),
        };
        let names = shown.iter().map(|&package| known.packages[package].clone());
        observer.on(Event::Planned {
            packages: &names.collect::<Vec<_>>(),
            pending: &shown
                .iter()
                .map(|&package| pending[package])
                .collect::<Vec<_>>(),
            job_count: jobs.len(),
        });
        execution.parse();
        let wanted = (0..).map(JobId).take(jobs.len()).collect();
        let (made, result) = rayon::join(|| execution.run_all(wanted), besides);
        let mut made = made?;
        made.sort_by_key(|(job, _)| *job);
        let products = made.into_iter().map(|(_, product)| product);
        Ok((products.collect(), result))
    }

    /// What the jobs that are to be done again came to before, as far as that is still known.
    fn before(&self, session: &Session<'_>) -> Vec<Option<Before>> {
        let jobs = self.affected.iter();
        let before = jobs.map(|(place, _)| {
            let job = &self.known.jobs[*place];
            let bytes = session.store.recall_blob(&job.product)?;
            let urls = link::urls(&bytes);
            Some(Before { bytes, urls })
        });
        before.collect()
    }

    /// Enters what came out, in the place of what came out before; gives the outputs that hold something else now, by their
    /// paths. None where one of the jobs has failed, or where nobody can tell what becomes of a url.
    fn take_over(
        &mut self,
        products: &[Product],
        before: Vec<Option<Before>>,
        sources: &Sources<'_>,
    ) -> Option<FxHashMap<String, Fresh>> {
        let jobs = self.affected.par_iter().zip(products).zip(before);
        let made = jobs.map(|(((place, _), product), before)| {
            let job = &self.known.jobs[*place];
            let content = product.content.as_ref()?;
            let digest = content.digest(sources).ok()?;
            if digest == job.product {
                return Some((digest, Vec::new()));
            }
            let bytes = content.bytes(sources).ok()?;
            let last = before?;
            let are_known = link::urls(&bytes).iter().all(|url| last.urls.contains(url));
            let outputs = job.outputs.iter().map(|output| {
                let (package, _) = &self.known.packages[output.package];
                let path = [package, "/", &output.path].concat();
                if output.replacements.is_empty() {
                    let (before, bytes) = (job.product, bytes.clone());
                    return (
                        path,
                        Fresh {
                            before,
                            digest,
                            bytes,
                        },
                    );
                }
                let rewritten = |bytes: &Arc<[u8]>| {
                    let text = replace_values(bytes, &output.replacements);
                    text.map_or_else(|| bytes.clone(), Into::into)
                };
                let bytes = rewritten(&bytes);
                let fresh = Fresh {
                    before: Digest::of(&rewritten(&last.bytes)),
                    digest: Digest::of(&bytes),
                    bytes,
                };
                (path, fresh)
            });
            are_known.then(|| (digest, outputs.collect()))
        });
        let made: Vec<(Digest, Vec<_>)> = made.collect::<Option<_>>()?;
        let mut fresh = FxHashMap::default();
        let jobs = self.affected.iter().zip(products);
        for (((place, _), product), (digest, outputs)) in jobs.zip(made) {
            let job = &mut self.known.jobs[*place];
            job.product = digest;
            job.findings.clone_from(&product.diagnostics);
            fresh.extend(outputs);
        }
        Some(fresh)
    }
}

/// What a job came to in the last run.
struct Before {
    bytes: Arc<[u8]>,
    urls: Vec<Vec<u8>>,
}

/// What an output is to hold.
struct Fresh {
    /// The digest of what it held before.
    before: Digest,
    digest: Digest,
    bytes: Arc<[u8]>,
}

/// What the last run has left with what is fresh; none where it is not there any more.
fn shipments(
    record: &RunRecord,
    mut fresh: FxHashMap<String, Fresh>,
    desk: &Desk,
    root: &Path,
    options: &Options,
) -> Option<Vec<Shipment>> {
    let mut shipments = Vec::new();
    // Templates before packages.
    for kind in TARGETS.into_iter().rev() {
        let left = &record.left[slot(kind)];
        if left.units.is_empty() && left.loose.is_empty() {
            continue;
        }
        let target = books::directory(kind, root, options);
        let tree = tree(left, desk.books.of(kind), target, &mut fresh)?;
        shipments.push(Shipment::new(kind, tree));
    }
    fresh.is_empty().then_some(shipments)
}

/// What a target held after the last run, with what is fresh; that is taken out of `fresh`. None where somebody else has
/// published something else since.
fn tree(
    left: &Left,
    ledger: &Ledger,
    target: PathBuf,
    fresh: &mut FxHashMap<String, Fresh>,
) -> Option<TargetTree> {
    // What is in the target already is taken over, and nothing else can be had here.
    let nowhere = Arc::new(Store::off());
    let as_it_is = |file: &ManifestEntry| Placement {
        path: file.path.clone(),
        content: Content::Stored {
            store: nowhere.clone(),
            digest: file.digest,
        },
        digest: Some(file.digest),
        source: file.source.clone(),
    };
    let mut place = |file: &ManifestEntry| {
        let mut placement = as_it_is(file);
        if let Some(fresh) = fresh.remove(&*file.path) {
            placement.content = Content::Bytes(fresh.bytes);
            placement.digest = Some(fresh.digest);
            // Otherwise something else took the place of what the job came to.
            return (fresh.before == file.digest).then_some(placement);
        }
        Some(placement)
    };
    let mut units = left.units.clone();
    // In the order of the files' paths, so that nobody has to sort those.
    units.sort_by_cached_key(|(unit, _)| [unit, "/"].concat());
    let mut placements = Vec::new();
    for (unit, digest) in &units {
        if digest_of_unit(ledger, unit) != *digest {
            return None;
        }
        let files = ledger.units.get(unit).into_iter();
        for file in files.flat_map(LedgerUnit::outputs) {
            placements.push(place(file)?);
        }
    }
    let loose = left.loose.iter().map(|(path, digest)| {
        let mut files = ledger.loose.iter();
        let file = files.find(|file| *file.path == **path)?;
        (file.digest == *digest).then(|| as_it_is(file))
    });
    Some(TargetTree {
        target,
        loose: loose.collect::<Option<_>>()?,
        // In the order of the plan.
        units: left.units.iter().map(|(unit, _)| unit.clone()).collect(),
        placements,
        ..TargetTree::default()
    })
}
