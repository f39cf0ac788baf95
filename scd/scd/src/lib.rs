//! The engine: plan, execute, derive and publish Magento static content.
//!
//! [`deploy`] is the whole run; [`outline`] stops after planning. Neither prints nor reads the environment.
//! `pub/static` and `var/view_preprocessed` change only while [`scd_store::publish`] runs, and only when no
//! finding is an error.

pub mod asset_path;
pub mod bundle_text;
pub mod check;
pub mod child;
pub mod compare;
pub mod compress;
pub mod context;
mod customised;
pub mod derive;
pub mod diagnostic;
pub mod error;
pub mod event;
pub mod execute;
mod facts;
mod leftover;
mod link;
pub mod options;
pub mod php;
pub mod plan;
mod publication;
pub mod report;
mod restyle;
pub mod shard;
pub mod single;
pub mod slice;
pub mod sources;
pub mod stylesheet;
mod survey;
mod warm;
pub mod watch;

use std::cmp::Ordering;
use std::path::Path;
use std::sync::atomic;
use std::time::{Duration, Instant};

use scd_magento::FsTree;

use crate::compress::Compressed;
use crate::context::Context;
use crate::derive::Begun;
use crate::diagnostic::{Diagnostic, Severity};
use crate::event::{Event, Observer, Stage};
use crate::execute::Products;
use crate::options::Options;
use crate::plan::{Filling, Job, JobId, Plan, Recipe};
use crate::publication::Made;
use crate::publication::version;
use crate::report::{Counts, Report};
use crate::restyle::Restyle;
use crate::restyle::compilations::Compilations;
use crate::slice::Slices;
use crate::sources::Sources;
use crate::survey::Survey;
use crate::warm::Session;

pub use error::Error;

/// Deploys static content of the Magento root `root`.
///
/// Findings about sources are in the report. While one of them is an error nothing is published, unless the
/// options say to keep going.
///
/// # Errors
/// What keeps the run from being done: a root that cannot be read, a request that makes no sense, a target
/// that cannot be written, an interruption.
pub fn deploy(root: &Path, options: &Options, observer: &dyn Observer) -> Result<Report, Error> {
    workers(options.jobs)?.install(|| run(root, options, observer))
}

/// The worker threads of a run. The LESS compiler follows nested sources by recursion, within limits that fit
/// this stack.
fn workers(jobs: usize) -> Result<rayon::ThreadPool, Error> {
    const STACK_BYTES: usize = 16 << 20;
    let builder = rayon::ThreadPoolBuilder::new().num_threads(jobs.max(1));
    Ok(builder.stack_size(STACK_BYTES).build()?)
}

fn run(root: &Path, options: &Options, observer: &dyn Observer) -> Result<Report, Error> {
    if options.refresh_version_only {
        let survey = Survey::open(&FsTree, root, options)?;
        let project = &survey.project;
        return version::version_only(project.root(), project.umask(), options);
    }
    let mut clock = Clock {
        observer,
        timings: Vec::new(),
    };
    let (mut session, unchanged, restyle) = clock.time(Stage::Recall, || {
        let mut session = Session::open(root, options);
        let unchanged = session.unchanged()?;
        let restyle = Restyle::find(&mut session);
        Ok((session, unchanged, restyle))
    })?;
    if let Some(mut report) = unchanged {
        report.timings = clock.timings;
        return Ok(report);
    }
    if let Some(restyle) = restyle
        && let Some(report) = restyle.run(&mut session, &mut clock, options)?
    {
        return Ok(report);
    }
    let made = make(root, &mut clock, &session, options);
    if !session.store.has_lost() {
        return made;
    }
    // The store had less than it seemed to have, so everything is made anew; that writes the store anew, too.
    session.forget();
    make(root, &mut clock, &session, options)
}

/// The whole run, from opening the root to the report.
fn make(
    root: &Path,
    clock: &mut Clock<'_>,
    session: &Session<'_>,
    options: &Options,
) -> Result<Report, Error> {
    let observer = clock.observer;
    let tree = session.tree();
    let survey = clock.time(Stage::Open, || Survey::open(tree, root, options))?;
    let reasons = survey.obstacles(options);
    if !reasons.is_empty() {
        return Err(Error::CannotFollow { reasons });
    }
    let scene = clock.time(Stage::Scan, || survey.scan(tree, options))?;
    let context = Context {
        slices: Slices::new(observer),
        ..scene.context(&survey, tree, options)
    };
    let sources = Sources::new(tree, &scene.inventory);
    let sources = sources.with_store(&session.store);
    let sources = sources.with_memory(session.recorder.as_ref(), session.facts());
    let (plan, identity) = clock.time(Stage::Plan, || Ok(share_of_plan(&context, &sources)))?;
    announce(&plan, observer);
    let (products, begun) = clock.time(Stage::Execute, || {
        let meanwhile = |products: &Products| Begun::new(&plan, products, None, &context, &sources);
        let besides = || session.look_ahead();
        execute::execute(&plan, &context, &sources, observer, meanwhile, besides)
    })?;
    let (mut derived, translations) = clock.time(Stage::Derive, || {
        Ok(derive::derive(&plan, &products, begun, &context, &sources))
    })?;

    let mut report = Report {
        counts: counts(&plan, &context),
        ..Report::default()
    };
    report.reuse.recalled_jobs = products.iter().filter(|made| made.is_recalled).count();
    report.diagnostics = scene.findings(&survey);
    report
        .diagnostics
        .extend(findings(&plan, &products, &derived));
    let elapsed = |&job: &JobId| (&plan.jobs[job.index()], products.get(job).elapsed);
    report.slowest = slowest(
        plan.wanted.iter().map(elapsed),
        context.project.root(),
        &sources,
    );
    if options.interrupted.load(atomic::Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    let mut compressed = Compressed::default();
    if !options.compression.is_off() && (!report.has_errors() || options.keep_going) {
        compressed = clock.time(Stage::Compress, || {
            compress::compress(&derived, &context, &sources)
        })?;
        report.reuse.recalled_compressions = compressed.recalled_count;
        report.diagnostics.append(&mut compressed.diagnostics);
    }
    in_report_order(&mut report.diagnostics);
    if session.store.has_lost() {
        return Ok(report);
    }
    let findings = report.diagnostics.clone();
    let before = scene.findings(&survey).into_iter();
    let around = [
        before.chain(plan.diagnostics.iter().cloned()).collect(),
        derived.diagnostics.clone(),
    ];
    let packages = derived.packages.iter_mut();
    let rewritten: Vec<_> = packages
        .map(|package| std::mem::take(&mut package.rewritten))
        .collect();
    let compilations =
        || Compilations::of(&plan, &products, &rewritten, &around, &context, &sources);
    let made = Made {
        plan: &plan,
        products: &products,
        derived,
        compressed,
    };
    let is_wanted = !report.has_errors() || options.keep_going;
    // What was made is worth keeping whatever becomes of the publication.
    let (kept, shipped) = clock.time(Stage::Publish, || {
        Ok(rayon::join(
            || {
                let name = || "for the next run".to_owned();
                let keep = || sources.keep();
                context.slices.time(Stage::Publish, "keep", name, keep)
            },
            || {
                let reading = session.take_reading();
                let besides = || session.take_notes(compilations);
                let publish = || {
                    publication::publish(made, &context, &sources, reading, &besides, &mut report)
                };
                is_wanted.then(publish)
            },
        ))
    })?;
    let shipped = shipped.transpose()?;
    if let (Some(identity), Some(shipped)) = (identity, &shipped) {
        shard::record::keep(identity, &plan, shipped, &context)?;
    }
    report.counts.bytes_in += sources.bytes_read();
    let done = shipped.filter(|_| !report.has_errors());
    let umask = context.project.umask();
    let warning = clock.time(Stage::Remember, || {
        let warning = session.conclude(done, kept, &report, findings, umask);
        session.share(&mut report);
        Ok(warning)
    })?;
    report.diagnostics.extend(warning);
    report.timings = std::mem::take(&mut clock.timings);
    // Taking parsed sources apart takes milliseconds that nobody has to wait for.
    rayon::spawn(move || drop((plan, products, translations)));
    Ok(report)
}

/// What was noticed about sources, from the plan on.
fn findings<'a>(
    plan: &'a Plan,
    products: &'a Products,
    derived: &'a derive::Derived,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let of_products = products.iter().flat_map(|product| &product.diagnostics);
    let all = plan.diagnostics.iter().chain(of_products);
    all.chain(&derived.diagnostics).cloned()
}

/// Puts findings into the order of a report, each once.
fn in_report_order(findings: &mut Vec<Diagnostic>) {
    findings.sort_by(Diagnostic::report_order);
    // A file that many entries import is warned of once, whichever way led to it.
    findings.dedup_by(|next, kept| {
        let is_error = kept.severity == Severity::Error;
        next == kept || (!is_error && next.report_order(kept) == Ordering::Equal)
    });
}

/// What keeps a deploy of the root from coming out as Magento's, found without doing it; [`deploy`] refuses with the same.
///
/// # Errors
/// A root that cannot be read.
pub fn obstacles(root: &Path, options: &Options) -> Result<Vec<Diagnostic>, Error> {
    workers(options.jobs)?.install(|| Ok(Survey::open(&FsTree, root, options)?.obstacles(options)))
}

/// What a deploy would do.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Each package and its number of files that have a source; generated files come on top.
    pub packages: Vec<(String, usize)>,
    /// Packages, overlays and jobs.
    pub counts: Counts,
    /// What is wrong so far.
    pub diagnostics: Vec<Diagnostic>,
}

/// Plans a deploy and writes nothing.
///
/// # Errors
/// As [`deploy`], up to the plan.
pub fn outline(root: &Path, options: &Options) -> Result<Outline, Error> {
    workers(options.jobs)?.install(|| outline_run(root, options))
}

fn outline_run(root: &Path, options: &Options) -> Result<Outline, Error> {
    let tree = FsTree;
    let survey = Survey::open(&tree, root, options)?;
    let scene = survey.scan(&tree, options)?;
    let context = scene.context(&survey, &tree, options);
    let sources = Sources::new(&tree, &scene.inventory);
    let (plan, _) = share_of_plan(&context, &sources);
    let mut counts = counts(&plan, &context);
    counts.bytes_in = sources.bytes_read();
    let packages = package_sizes(&plan);
    counts.static_files = packages.iter().map(|(_, count)| count).sum();
    counts.template_files = plan.templates.len();
    let mut diagnostics = scene.findings(&survey);
    diagnostics.extend(plan.diagnostics);
    diagnostics.sort_by(Diagnostic::report_order);
    Ok(Outline {
        packages,
        counts,
        diagnostics,
    })
}

/// The plan, and where only a share of it is asked for, what it has in common with the other shares.
fn share_of_plan(
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> (Plan, Option<scd_store::Digest>) {
    let mut plan = plan::plan(context, sources);
    let Some(shard) = context.options.shard else {
        return (plan, None);
    };
    let identity = shard::identity::of_plan(&plan, context, sources);
    plan.keep(shard::share::share(&plan, context, shard));
    (plan, Some(identity))
}

/// Tells the observer where each step begins and ends.
struct Clock<'a> {
    observer: &'a dyn Observer,
    timings: Vec<(Stage, Duration)>,
}

impl Clock<'_> {
    fn time<T>(
        &mut self,
        stage: Stage,
        step: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.observer.on(Event::StageStarted { stage });
        let started = Instant::now();
        let result = step()?;
        let elapsed = started.elapsed();
        self.timings.push((stage, elapsed));
        self.observer.on(Event::StageFinished { stage, elapsed });
        Ok(result)
    }
}

fn package_sizes(plan: &Plan) -> Vec<(String, usize)> {
    let size = |package: &plan::PackagePlan| plan.lists[package.list].placements.len();
    plan.own_packages()
        .map(|package| (package.id.to_string(), size(package)))
        .collect()
}

fn announce(plan: &Plan, observer: &dyn Observer) {
    let waits = |package: &plan::PackagePlan| {
        let placements = &plan.lists[package.list].placements;
        placements
            .iter()
            .filter(|placement| matches!(placement.filling, Filling::Job(_)))
            .count()
    };
    let pending: Vec<usize> = plan.own_packages().map(waits).collect();
    observer.on(Event::Planned {
        packages: &package_sizes(plan),
        pending: &pending,
        job_count: plan.wanted.len(),
    });
}

fn counts(plan: &Plan, context: &Context<'_>) -> Counts {
    let mut counts = Counts {
        package_count: plan.own.len(),
        overlay_count: context.packages.overlays.len(),
        source_count: context.inventory.sources().count(),
        ..Counts::default()
    };
    for job in &plan.wanted {
        match plan.jobs[job.index()].recipe {
            Recipe::Script { .. } => counts.script_jobs += 1,
            Recipe::Css { .. } => counts.css_jobs += 1,
            Recipe::Less { .. } => counts.less_jobs += 1,
            Recipe::Html { .. } | Recipe::Template { .. } => counts.template_jobs += 1,
        }
    }
    counts
}

/// How many of the slowest jobs a report names.
const SLOWEST: usize = 20;

/// The jobs that took longest, with their sources.
fn slowest<'a>(
    done: impl Iterator<Item = (&'a Job, Duration)>,
    root: &Path,
    sources: &Sources<'_>,
) -> Vec<(String, Duration)> {
    let mut order: Vec<(&Job, Duration)> = done.collect();
    // Equal times keep their order.
    order.sort_by_key(|&(_, elapsed)| std::cmp::Reverse(elapsed));
    order.truncate(SLOWEST);
    let name = |job| execute::source_name(job, root, sources).to_string();
    let named = order.into_iter();
    named.map(|(job, elapsed)| (name(job), elapsed)).collect()
}
