//! Runs the jobs of a plan: in parallel, heaviest first, each exactly once.

pub(crate) mod memo;
mod script;
pub(crate) mod style;
mod template;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::context::Context;
use crate::derive::OutputContent;
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::event::{Event, Observer};
use crate::plan::{Filling, Job, JobId, Plan, Recipe};
use crate::slice::Slice;
use crate::sources::Sources;

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

/// The results of all jobs of a plan, by [`JobId`].
#[derive(Clone, Debug)]
pub struct Products(Vec<Product>);

impl Products {
    /// The result of a job.
    pub fn get(&self, job: JobId) -> &Product {
        &self.0[job.index()]
    }

    /// All results, in the order of the plan.
    pub fn iter(&self) -> impl Iterator<Item = &Product> {
        self.0.iter()
    }
}

/// Runs all jobs that are wanted.
///
/// # Errors
/// Only when the run was interrupted; what is wrong with single sources is in the products.
pub fn execute(
    plan: &Plan,
    context: &Context<'_>,
    sources: &Sources<'_>,
    observer: &dyn Observer,
) -> Result<Products, Error> {
    let fills = packages_filled(plan);
    let mut order: Vec<usize> = plan.wanted.iter().map(|job| job.index()).collect();
    // Heaviest first, so that no long job is left alone at the end. Equal weights keep the plan's order.
    order.sort_by_key(|&job| std::cmp::Reverse(plan.jobs[job].weight));
    let finished: Vec<(usize, Product)> = order
        .par_iter()
        .with_max_len(1)
        .map(|&job| {
            if context.options.interrupted.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let started = Instant::now();
            let mut product = memo::run(&plan.jobs[job].recipe, context, sources);
            let slice = Slice::since(started);
            product.elapsed = slice.elapsed;
            for diagnostic in &product.diagnostics {
                observer.on(Event::Diagnosed(diagnostic));
            }
            observer.on(Event::JobFinished {
                kind: plan.jobs[job].recipe.kind(),
                source: &describe(&plan.jobs[job], context, sources),
                slice,
                is_recalled: product.is_recalled,
                outputs: &fills[job],
            });
            Ok((job, product))
        })
        .collect::<Result<_, _>>()?;
    let mut products = vec![Product::default(); plan.jobs.len()];
    for (job, product) in finished {
        products[job] = product;
    }
    Ok(Products(products))
}

/// Does the work, whatever earlier runs have done.
fn run(recipe: &Recipe, context: &Context<'_>, sources: &Sources<'_>) -> Product {
    match recipe {
        Recipe::Script { source } => script::run(*source, context, sources),
        Recipe::Css {
            source,
            minify,
            context: place,
        } => style::run_css(*source, *minify, place.as_ref(), context, sources),
        Recipe::Less {
            closure,
            minify,
            context: place,
        } => style::run_less(closure, *minify, place, context, sources),
        Recipe::Html { source } => template::run_html(*source, sources),
        Recipe::Template { source } => template::run(*source, context, sources),
    }
}

/// The source of a job for a person: its path relative to the root.
pub fn describe(job: &Job, context: &Context<'_>, sources: &Sources<'_>) -> String {
    let path = match &job.recipe {
        Recipe::Script { source }
        | Recipe::Css { source, .. }
        | Recipe::Html { source }
        | Recipe::Template { source } => sources.path(*source),
        Recipe::Less { closure, .. } => sources.path(closure.entry_source()),
    };
    let shown = path.strip_prefix(context.project.root()).unwrap_or(path);
    shown.to_string_lossy().into_owned()
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
