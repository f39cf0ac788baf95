//! Runs the jobs of a plan: in parallel, heaviest first, each exactly once.

pub(crate) mod memo;
mod script;
pub(crate) mod style;
mod template;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use scd_magento::Minification;
use scd_minify::Level;

use crate::context::Context;
use crate::derive::OutputContent;
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::event::{Event, Observer, SourceName};
use crate::plan::{Filling, Job, JobId, Plan, Recipe};
use crate::slice::Slice;
use crate::sources::Sources;
use crate::stylesheet::compile;

/// The result of a job.
#[derive(Clone, Debug, Default)]
pub struct Product {
    /// What to publish; none when an error is among the findings, or when it is the job of another shard.
    pub content: Option<OutputContent>,
    /// What was noticed.
    pub diagnostics: Vec<Diagnostic>,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether an earlier run has made it.
    pub is_recalled: bool,
}

impl Product {
    fn made(bytes: impl Into<Arc<[u8]>>, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            content: Some(OutputContent::Bytes(bytes.into())),
            diagnostics,
            elapsed: Duration::ZERO,
            is_recalled: false,
        }
    }

    fn failed(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            diagnostics,
            ..Self::default()
        }
    }
}

/// What results depend on besides recipes and sources, and what stops the work.
#[derive(Clone, Copy)]
pub(crate) struct Conditions<'a> {
    pub(crate) level: Level,
    pub(crate) minification: &'a Minification,
    pub(crate) embeds_translations: bool,
    pub(crate) root: &'a Path,
    /// The directory of Composer's packages.
    pub(crate) vendor: &'a Path,
    pub(crate) interrupted: &'a AtomicBool,
}

impl<'a> Conditions<'a> {
    pub(crate) fn of(context: &Context<'a>) -> Self {
        Self {
            level: context.options.level,
            minification: context.minification,
            embeds_translations: context.embeds_translations(),
            root: context.project.root(),
            vendor: context.project.vendor(),
            interrupted: &context.options.interrupted,
        }
    }
}

/// The results of all jobs of a plan, by [`JobId`].
#[derive(Clone, Debug)]
pub struct Products(Vec<Product>);

impl Products {
    /// The result of a job.
    pub fn get(&self, job: JobId) -> &Product {
        &self.0[job.index()]
    }

    fn add(&mut self, finished: Vec<(JobId, Product)>) {
        for (job, product) in finished {
            self.0[job.index()] = product;
        }
    }

    /// All results, in the order of the plan.
    pub fn iter(&self) -> impl Iterator<Item = &Product> {
        self.0.iter()
    }
}

/// Runs all jobs that are wanted. As soon as the products of all but stylesheets are there, `meanwhile` is called with them:
/// one stylesheet of a theme takes as long as all scripts, and it is compiled on one core. If it is not done even then, there
/// is time for `besides`.
///
/// # Errors
/// Only when the run was interrupted; what is wrong with single sources is in the products.
pub(crate) fn execute<T: Send>(
    plan: &Plan,
    context: &Context<'_>,
    sources: &Sources<'_>,
    observer: &dyn Observer,
    meanwhile: impl FnOnce(&Products) -> T + Send,
    besides: impl FnOnce() + Send,
) -> Result<(Products, T), Error> {
    let execution = Execution {
        jobs: &plan.jobs,
        conditions: Conditions::of(context),
        sources,
        observer,
        fills: packages_filled(plan),
    };
    let wanted = plan.wanted.iter().copied();
    let (styles, others): (Vec<JobId>, Vec<JobId>) =
        wanted.partition(|job| plan.jobs[job.index()].recipe.is_stylesheet());
    let are_styles_done = AtomicBool::new(false);
    let (styles, others) = rayon::join(
        || {
            let products = execution.run_all(styles);
            are_styles_done.store(true, Ordering::Relaxed);
            products
        },
        || {
            let mut products = Products(vec![Product::default(); plan.jobs.len()]);
            products.add(execution.run_all(others)?);
            let result = meanwhile(&products);
            if !are_styles_done.load(Ordering::Relaxed) {
                besides();
            }
            Ok::<_, Error>((products, result))
        },
    );
    let (mut products, result) = others?;
    products.add(styles?);
    Ok((products, result))
}

/// Jobs at work.
pub(crate) struct Execution<'a> {
    pub(crate) jobs: &'a [Job],
    pub(crate) conditions: Conditions<'a>,
    pub(crate) sources: &'a Sources<'a>,
    pub(crate) observer: &'a dyn Observer,
    /// For each job, how many outputs it fills in which package.
    pub(crate) fills: Vec<Vec<(u32, u32)>>,
}

impl Execution<'_> {
    /// Runs some of the jobs. The results are in the order of the jobs' weights.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub(crate) fn run_all(&self, mut jobs: Vec<JobId>) -> Result<Vec<(JobId, Product)>, Error> {
        // Heaviest first, so that no long job is left alone at the end. Equal weights keep the plan's order.
        jobs.sort_by_key(|job| std::cmp::Reverse(self.jobs[job.index()].weight));
        jobs.into_par_iter()
            .with_max_len(1)
            .map(|job| Ok((job, self.run(job)?)))
            .collect()
    }

    /// Parses what the jobs of LESS will ask for, on all cores: where they are few, the largest would otherwise parse most of it
    /// on one core, while all wait for it.
    pub(crate) fn parse(&self) {
        let recipes = self.jobs.par_iter().map(|job| &job.recipe);
        let ahead = recipes.filter(|recipe| !memo::knows(recipe, &self.conditions, self.sources));
        let closures = ahead.filter_map(|recipe| match recipe {
            Recipe::Less { closure, .. } => Some(&**closure),
            _ => None,
        });
        compile::parse_all(&closures.collect::<Vec<_>>(), self.sources);
    }

    fn run(&self, id: JobId) -> Result<Product, Error> {
        if self.conditions.interrupted.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let job = &self.jobs[id.index()];
        let started = Instant::now();
        let mut product = memo::run(&job.recipe, &self.conditions, self.sources);
        let slice = Slice::since(started);
        product.elapsed = slice.elapsed;
        for diagnostic in &product.diagnostics {
            self.observer.on(Event::Diagnosed(diagnostic));
        }
        self.observer.on(Event::JobFinished {
            kind: job.recipe.kind(),
            source: source_name(job, self.conditions.root, self.sources),
            slice,
            is_recalled: product.is_recalled,
            outputs: &self.fills[id.index()],
        });
        Ok(product)
    }
}

/// Does the work, whatever earlier runs have done.
fn run(recipe: &Recipe, conditions: &Conditions<'_>, sources: &Sources<'_>) -> Product {
    match recipe {
        Recipe::Script { source } => script::run(*source, conditions, sources),
        Recipe::Css {
            source,
            minify,
            context: place,
        } => style::run_css(*source, *minify, place.as_ref(), conditions, sources),
        Recipe::Less {
            closure,
            minify,
            context: place,
        } => style::run_less(closure, *minify, place, conditions, sources),
        Recipe::Html { source } => template::run_html(*source, sources),
        Recipe::Template { source } => template::run(*source, conditions, sources),
    }
}

/// The source of a job.
pub(crate) fn source_name<'a>(job: &Job, root: &'a Path, sources: &Sources<'a>) -> SourceName<'a> {
    let path = match &job.recipe {
        Recipe::Script { source }
        | Recipe::Css { source, .. }
        | Recipe::Html { source }
        | Recipe::Template { source } => sources.path(*source),
        Recipe::Less { closure, .. } => sources.path(closure.entry_source()),
    };
    SourceName { path, root }
}

/// For each job, how many outputs it fills in which package.
fn packages_filled(plan: &Plan) -> Vec<Vec<(u32, u32)>> {
    let mut fills: Vec<Vec<(u32, u32)>> = vec![Vec::new(); plan.jobs.len()];
    for (package, package_plan) in plan.own_packages().enumerate() {
        let package = u32::try_from(package).expect("fewer than 2^32 packages");
        for placement in &plan.lists[package_plan.list].placements {
            let Filling::Job(job) = placement.filling else {
                continue;
            };
            let fills = &mut fills[job.index()];
            match fills.last_mut() {
                Some((last, count)) if *last == package => *count += 1,
                _ => fills.push((package, 1)),
            }
        }
    }
    fills
}
