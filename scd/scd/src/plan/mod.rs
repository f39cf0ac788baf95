//! Each distinct piece of work once, and which outputs it fills.
//!
//! Packages that share an overlay share one list of placements, and placements that need the same work
//! name the same job, so that adding a locale which overrides nothing adds no work.

mod compact;
mod draft;
pub mod find;
pub mod job;
mod job_table;
pub mod output_path;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::{FileId, PackageId, SourceId, Template};

use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::event::Stage;
use crate::shard::share::Share;
use crate::sources::Sources;
use crate::stylesheet::closure::{Closure, Closures};
use crate::stylesheet::prepared::PreparedFiles;
use draft::{Draft, Want, draft};
use job_table::JobTable;

pub use draft::is_mail_stylesheet;
pub use job::{CssContext, Filling, Job, JobId, Placement, Recipe};

/// What is to be done, before anything is done.
#[derive(Debug, Default)]
pub struct Plan {
    /// The distinct pieces of work.
    pub jobs: Vec<Job>,
    /// Lists of outputs, each shared by all packages that have the same.
    pub lists: Vec<PlacementList>,
    /// The packages, in the order of [`scd_magento::Packages`].
    pub packages: Vec<PackagePlan>,
    /// The templates to minify, each with its job.
    pub templates: Vec<(Template, JobId)>,
    /// The packages that this run makes, ascending: all, unless it is a shard.
    pub own: Vec<usize>,
    /// The jobs that these and the templates need, ascending.
    pub wanted: Vec<JobId>,
    /// The sources by which stylesheets differ that are compiled once all the same, because these sources hold the same.
    pub lookalikes: FxHashSet<SourceId>,
    /// What is wrong with sources so far: files that cannot be read, imports that lead nowhere.
    pub diagnostics: Vec<Diagnostic>,
}

impl Plan {
    /// The packages that this run makes.
    pub fn own_packages(&self) -> impl Iterator<Item = &PackagePlan> {
        self.own.iter().map(|&package| &self.packages[package])
    }

    /// Leaves to others what is not in a share.
    pub(crate) fn keep(&mut self, share: Share) {
        self.own = share.packages;
        self.wanted = share.jobs;
        if !share.has_templates {
            self.templates.clear();
        }
    }
}

/// The outputs of one or more packages, except those that are derived from finished files.
#[derive(Debug, Default)]
pub struct PlacementList {
    /// The outputs, sorted by path.
    pub placements: Vec<Placement>,
    /// Outputs whose content is the translation dictionary, beside the one at the top of the package.
    pub dictionaries: Vec<Arc<str>>,
}

/// One package's share of the plan.
#[derive(Debug, Clone)]
pub struct PackagePlan {
    /// The package.
    pub id: PackageId,
    /// Index of its overlay.
    pub overlay: usize,
    /// Index of its list of outputs.
    pub list: usize,
    /// Stylesheets of ancestors that it needs beside the files of its overlay, under their sources' names.
    pub added: Added,
}

/// Files that a package has beside those of its overlay.
pub type Added = Arc<[FileId]>;

/// Makes the plan for all packages.
pub fn plan(context: &Context<'_>, sources: &Sources<'_>) -> Plan {
    plan_with(context, sources, &PreparedFiles::default())
}

/// The same with LESS files that were prepared before, as far as they were.
pub(crate) fn plan_with(
    context: &Context<'_>,
    sources: &Sources<'_>,
    prepared: &PreparedFiles,
) -> Plan {
    let mut plan = Plan::default();
    let closures = Closures::new(sources, prepared, context.minification, context.language);
    let added = compact::added(context, sources, &closures);
    let groups = group_by_outputs(context, &added);
    let drafts: Vec<(Vec<Draft>, Vec<Diagnostic>)> = groups
        .par_iter()
        .map(|group| {
            let package = || context.packages.packages[group.packages[0]].id.to_string();
            let draft = || draft(context, sources, group);
            context.slices.time(Stage::Plan, "list", package, draft)
        })
        .collect();
    let closures = gather_closures(context, &closures, &groups, &drafts);

    let mut jobs = JobTable::default();
    for (group, (drafts, findings)) in drafts.into_iter().enumerate() {
        plan.diagnostics.extend(findings);
        let mut list = PlacementList::default();
        for (index, draft) in drafts.into_iter().enumerate() {
            let source = draft.want.source();
            let filling = match draft.want {
                Want::Verbatim(source) => Filling::Verbatim(source),
                Want::Script(source) => Filling::Job(jobs.script(source, sources)),
                Want::Html(source) => Filling::Job(jobs.html(source, sources)),
                Want::Css {
                    source,
                    minify,
                    context,
                } => Filling::Job(jobs.css(source, minify, context, sources)),
                Want::Less {
                    minify, context, ..
                } => match &closures[&(group, index)] {
                    Ok(closure) => Filling::Job(jobs.less(closure, minify, context)),
                    Err(finding) => {
                        plan.diagnostics.push(finding.clone());
                        continue;
                    }
                },
                Want::Dictionary => {
                    list.dictionaries.push(draft.path);
                    continue;
                }
            };
            list.placements.push(Placement {
                path: draft.path,
                filling,
                source,
            });
        }
        list.placements
            .sort_by(|left, right| left.path.cmp(&right.path));
        plan.lists.push(list);
    }
    plan.packages = package_plans(context, &groups, added);
    if !context.options.skip.html_minify {
        for template in context.templates {
            let job = jobs.template(template.source);
            plan.templates.push((template.clone(), job));
        }
    }
    plan.own = (0..plan.packages.len()).collect();
    plan.wanted = (0..).map(JobId).take(jobs.jobs.len()).collect();
    plan.lookalikes = jobs.lookalikes;
    plan.jobs = jobs.jobs;
    plan
}

/// Packages with the same overlay and the same names of outputs.
struct Group {
    /// Indices into the packages, ascending; the first one stands for all.
    packages: Vec<usize>,
    added: Added,
    /// Whether the packages have no files but those that are derived.
    is_derived_only: bool,
}

/// Packages of one overlay differ in nothing but theme and locale, so their names differ only where an
/// exclude pattern of the minification matches a theme or a locale.
fn group_by_outputs(context: &Context<'_>, added: &[Added]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_key = FxHashMap::default();
    let mut signatures: FxHashMap<_, Arc<[bool]>> = FxHashMap::default();
    for (index, package) in context.packages.packages.iter().enumerate() {
        let overlay = package.overlay.0 as usize;
        let prefix = format!("{}/", package.id);
        let added = added[index].clone();
        let signature = || signature(context, overlay, &added, &prefix);
        // Packages whose directories look alike to all patterns have one signature.
        let signature = match context.minification.beginning(&prefix) {
            Some(beginning) => {
                let key = (overlay, added.clone(), beginning);
                signatures.entry(key).or_insert_with(signature).clone()
            }
            None => signature(),
        };
        let is_derived_only = package.is_derived_only;
        let key = (overlay, signature, is_derived_only, added.clone());
        let group = *by_key.entry(key).or_insert_with(|| {
            groups.push(Group {
                packages: Vec::new(),
                added,
                is_derived_only,
            });
            groups.len() - 1
        });
        groups[group].packages.push(index);
    }
    groups
}

/// Which of a package's files, in their order, an exclude pattern matches.
fn signature(context: &Context<'_>, overlay: usize, added: &Added, prefix: &str) -> Arc<[bool]> {
    let files = context.packages.overlays[overlay].files().iter();
    let files = files.map(|file| &file.id).chain(&**added);
    let is_excluded = |file: &FileId| {
        let deployed = output_path::deployed_id(file)?;
        let path = format!("{prefix}{}", deployed.package_path());
        Some(context.minification.is_excluded(&path))
    };
    files.filter_map(is_excluded).collect()
}

fn package_plans(context: &Context<'_>, groups: &[Group], added: Vec<Added>) -> Vec<PackagePlan> {
    let mut list_of = vec![0; context.packages.packages.len()];
    for (list, group) in groups.iter().enumerate() {
        for &package in &group.packages {
            list_of[package] = list;
        }
    }
    let packages = context.packages.packages.iter().zip(list_of).zip(added);
    packages
        .map(|((package, list), added)| PackagePlan {
            id: package.id.clone(),
            overlay: package.overlay.0 as usize,
            list,
            added,
        })
        .collect()
}

type ClosureResults = FxHashMap<(usize, usize), Result<Arc<Closure>, Diagnostic>>;

/// The closures of all LESS entries, each gathered on its own; equal ones are found by their digest.
fn gather_closures(
    context: &Context<'_>,
    closures: &Closures<'_>,
    groups: &[Group],
    drafts: &[(Vec<Draft>, Vec<Diagnostic>)],
) -> ClosureResults {
    let wanted: Vec<(usize, usize, &FileId, SourceId)> = drafts
        .iter()
        .enumerate()
        .flat_map(|(group, (drafts, _))| {
            drafts
                .iter()
                .enumerate()
                .filter_map(move |(index, draft)| match &draft.want {
                    Want::Less { entry, source, .. } => Some((group, index, entry, *source)),
                    _ => None,
                })
        })
        .collect();
    wanted
        .par_iter()
        .map(|&(group, index, entry, source)| {
            let draft = &drafts[group].0[index];
            let package = &context.packages.packages[groups[group].packages[0]];
            let overlay = context.packages.overlay(package);
            let package: Arc<str> = package.id.to_string().into();
            let output = || format!("{package}/{}", draft.path);
            let gather = || closures.gather(&package, overlay, entry, source);
            let closure = context.slices.time(Stage::Plan, "gather", output, gather);
            let closure = closure.map_err(|mut finding| {
                finding.output = Some(output());
                finding
            });
            ((group, index), closure.map(Arc::new))
        })
        .collect()
}
