//! Each distinct piece of work once, and which outputs it fills.
//!
//! Packages that share an overlay share one list of placements, and placements that need the same work
//! name the same job, so that adding a locale which overrides nothing adds no work.

pub mod find;
pub mod job;
pub mod output_path;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::{Area, FileId, Overlay, PackageId, SourceId, Template, is_min};
use scd_minify::Level;
use scd_minify::css::url::url_matches;

use crate::asset_path;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::sources::Sources;
use crate::stylesheet::closure::{Closure, Closures};

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
    /// What is wrong with sources so far: files that cannot be read, imports that lead nowhere.
    pub diagnostics: Vec<Diagnostic>,
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
}

/// An output and the work it wants, before equal work is found.
struct Draft {
    path: Arc<str>,
    want: Want,
}

enum Want {
    Verbatim(SourceId),
    Script(SourceId),
    Html(SourceId),
    Css {
        source: SourceId,
        minify: bool,
        context: Option<CssContext>,
    },
    Less {
        entry: FileId,
        source: SourceId,
        minify: bool,
        context: CssContext,
    },
    Dictionary,
}

impl Want {
    fn source(&self) -> Option<SourceId> {
        match self {
            Want::Verbatim(source)
            | Want::Script(source)
            | Want::Html(source)
            | Want::Css { source, .. }
            | Want::Less { source, .. } => Some(*source),
            Want::Dictionary => None,
        }
    }
}

/// Makes the plan for all packages.
pub fn plan(context: &Context<'_>, sources: &Sources<'_>) -> Plan {
    let mut plan = Plan::default();
    let groups = group_by_outputs(context);
    let drafts: Vec<(Vec<Draft>, Vec<Diagnostic>)> = groups
        .par_iter()
        .map(|group| draft(context, sources, group))
        .collect();
    let closures = gather_closures(context, sources, &groups, &drafts);

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
    plan.packages = package_plans(context, &groups);
    if !context.options.skip.html_minify {
        for template in context.templates {
            let job = jobs.template(template.source, sources);
            plan.templates.push((template.clone(), job));
        }
    }
    plan.jobs = jobs.jobs;
    plan
}

/// Packages with the same overlay and the same names of outputs.
struct Group {
    overlay: usize,
    /// Indices into the packages, ascending; the first one stands for all.
    packages: Vec<usize>,
}

/// Packages of one overlay differ in nothing but theme and locale, so their names differ only where an
/// exclude pattern of the minification matches a theme or a locale.
fn group_by_outputs(context: &Context<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_key: FxHashMap<(usize, Vec<bool>), usize> = FxHashMap::default();
    for (index, package) in context.packages.packages.iter().enumerate() {
        let overlay = package.overlay.0 as usize;
        let minification = context.minification;
        let prefix = format!("{}/", package.id);
        let files = context.packages.overlays[overlay].files();
        let signature: Vec<bool> = files
            .iter()
            .filter_map(|file| {
                let deployed = output_path::deployed_name(&file.id.path)?;
                let deployed = FileId::new(file.id.module.clone(), deployed);
                Some(minification.is_excluded(&format!("{prefix}{}", deployed.package_path())))
            })
            .collect();
        let group = *by_key.entry((overlay, signature)).or_insert_with(|| {
            groups.push(Group {
                overlay,
                packages: Vec::new(),
            });
            groups.len() - 1
        });
        groups[group].packages.push(index);
    }
    groups
}

fn package_plans(context: &Context<'_>, groups: &[Group]) -> Vec<PackagePlan> {
    let mut list_of = vec![0; context.packages.packages.len()];
    for (list, group) in groups.iter().enumerate() {
        for &package in &group.packages {
            list_of[package] = list;
        }
    }
    context
        .packages
        .packages
        .iter()
        .zip(list_of)
        .map(|(package, list)| PackagePlan {
            id: package.id.clone(),
            overlay: package.overlay.0 as usize,
            list,
        })
        .collect()
}

fn draft(
    context: &Context<'_>,
    sources: &Sources<'_>,
    group: &Group,
) -> (Vec<Draft>, Vec<Diagnostic>) {
    let package = &context.packages.packages[group.packages[0]];
    let drafter = Drafter {
        context,
        sources,
        overlay: &context.packages.overlays[group.overlay],
        area: &package.id.area,
        package: package.id.to_string().into(),
    };
    let mut drafts = Vec::new();
    let mut findings = Vec::new();
    let mut taken: FxHashSet<Arc<str>> = FxHashSet::default();
    for file in drafter.overlay.files() {
        let Some(deployed) = output_path::deployed_name(&file.id.path) else {
            continue;
        };
        if context.options.skip.covers(&deployed) {
            continue;
        }
        let deployed = FileId::new(file.id.module.clone(), deployed);
        let path = drafter.target(&deployed.package_path());
        // `x.less` beside `x.css`, or `x.js` beside `x.min.js`: one output, and the same source answers.
        if !taken.insert(path.clone()) {
            continue;
        }
        let wanted = match sources.inventory().source(file.source).broken {
            Some(broken) => Err(cannot_be_deployed(sources.path(file.source), broken)),
            None => drafter.want(&deployed, &path),
        };
        match wanted {
            Ok(want) => drafts.push(Draft { path, want }),
            Err(finding) => {
                findings.push(finding.for_output(format!("{}/{path}", drafter.package)))
            }
        }
    }
    (drafts, findings)
}

/// Decides for one package what each of its files wants.
struct Drafter<'a> {
    context: &'a Context<'a>,
    sources: &'a Sources<'a>,
    overlay: &'a Overlay,
    area: &'a Area,
    package: Arc<str>,
}

impl Drafter<'_> {
    /// The output's path below the package directory. The decision is made on the full path.
    fn target(&self, package_path: &str) -> Arc<str> {
        let full = format!("{}/{package_path}", self.package);
        self.context.minification.add_min(&full)[self.package.len() + 1..].into()
    }

    fn want(&self, deployed: &FileId, target: &Arc<str>) -> Result<Want, Diagnostic> {
        let minification = self.context.minification;
        let inventory = self.sources.inventory();
        if target.contains("js-translation.json") {
            return Ok(Want::Dictionary);
        }
        let extension = asset_path::extension(&deployed.path).unwrap_or("");
        if extension.eq_ignore_ascii_case("css") {
            return self.want_css(deployed, target);
        }
        if extension != "js" {
            let found = self
                .overlay
                .find(inventory, deployed)
                .ok_or_else(|| unresolved(deployed))?;
            let is_minified = extension == "html" && self.context.options.level == Level::Modern;
            return Ok(if is_minified {
                Want::Html(found)
            } else {
                Want::Verbatim(found)
            });
        }
        let source = find::static_source(self.overlay, inventory, minification, deployed)
            .ok_or_else(|| unresolved(deployed))?;
        Ok(if self.is_minified(target, source) {
            Want::Script(source)
        } else {
            Want::Verbatim(source)
        })
    }

    /// Whether the text goes through a minifier: the target is to be `.min`, and the source is not yet.
    fn is_minified(&self, target: &str, source: SourceId) -> bool {
        let minification = self.context.minification;
        let full = format!("{}/{target}", self.package);
        let extension = asset_path::extension(target).unwrap_or("");
        let source_name = self.sources.path(source).to_string_lossy();
        minification.enabled(&full, extension) && is_min(target) && !is_min(&source_name)
    }

    fn want_css(&self, deployed: &FileId, target: &Arc<str>) -> Result<Want, Diagnostic> {
        let minification = self.context.minification;
        let inventory = self.sources.inventory();
        let css_context = || CssContext {
            area: self.area.clone(),
            package: self.package.clone(),
            path: deployed.package_path().into(),
        };
        let plain = find::static_source(self.overlay, inventory, minification, deployed);
        if let Some(source) = plain {
            let bytes = self.sources.bytes(source)?;
            if !is_blank(bytes) {
                let has_notation = url_matches(bytes).iter().any(|found| {
                    let value = &bytes[found.value.clone()];
                    memchr::memmem::find(value, b"::").is_some()
                        || memchr::memmem::find(value, b"{{").is_some()
                });
                let minify = self.is_minified(target, source);
                if !has_notation && !minify {
                    return Ok(Want::Verbatim(source));
                }
                let needs_place = has_notation || is_mail_stylesheet(&deployed.path);
                return Ok(Want::Css {
                    source,
                    minify,
                    context: needs_place.then(css_context),
                });
            }
        }
        match find::less_entry(self.overlay, inventory, minification, deployed) {
            Some((entry, source)) => {
                let full = format!("{}/{target}", self.package);
                let minify = minification.enabled(&full, "css")
                    && is_min(target);
                Ok(Want::Less { entry, source, minify, context: css_context() })
            }
            None => Err(match plain {
                Some(source) => Diagnostic::error(format!(
                    "the stylesheet `{deployed}` is blank, and there is no LESS file of that name to compile instead"
                ))
                .at(Place::file(self.sources.path(source)))
                .with_hint("Magento drops such a file from the output; give it at least a comment, or remove it"),
                None => unresolved(deployed),
            }),
        }
    }
}

/// The finding for a file that can be seen in a source directory, but not be published from there.
fn cannot_be_deployed(path: &std::path::Path, broken: scd_magento::Broken) -> Diagnostic {
    Diagnostic::error(format!("the file cannot be deployed: {}", broken.reason()))
        .at(Place::file(path))
        .with_hint("remove it or rename it; Magento fails on it, too")
}

fn unresolved(file: &FileId) -> Diagnostic {
    Diagnostic::error(format!("no source answers for `{file}`"))
        .with_hint("its name is listed, but no directory of the fallback offers it under this name")
}

/// Stylesheets that Magento's mail filter inlines: its parser knows only conservative syntax, so they are never
/// treated beyond what Magento does.
pub fn is_mail_stylesheet(path: &str) -> bool {
    let name = asset_path::file_name(path);
    name.starts_with("email") && name.ends_with(".css")
}

/// PHP's `trim` leaves nothing.
fn is_blank(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0 | 0x0B))
}

type ClosureResults = FxHashMap<(usize, usize), Result<Arc<Closure>, Diagnostic>>;

/// The closures of all LESS entries, each gathered on its own; equal ones are found by their digest.
fn gather_closures(
    context: &Context<'_>,
    sources: &Sources<'_>,
    groups: &[Group],
    drafts: &[(Vec<Draft>, Vec<Diagnostic>)],
) -> ClosureResults {
    let closures = Closures::new(sources, context.minification, context.language);
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
            let group_packages = &groups[group];
            let overlay = &context.packages.overlays[group_packages.overlay];
            let package: Arc<str> = context.packages.packages[group_packages.packages[0]]
                .id
                .to_string()
                .into();
            let closure =
                closures
                    .gather(&package, overlay, entry, source)
                    .map_err(|mut finding| {
                        let path = &drafts[group].0[index].path;
                        finding.output = Some(format!("{package}/{path}"));
                        finding
                    });
            ((group, index), closure.map(Arc::new))
        })
        .collect()
}

/// Jobs, and where equal ones were seen before.
#[derive(Default)]
struct JobTable {
    jobs: Vec<Job>,
    scripts: FxHashMap<SourceId, JobId>,
    html: FxHashMap<SourceId, JobId>,
    css: FxHashMap<(SourceId, bool, Option<CssContextKey>), JobId>,
    less: FxHashMap<(scd_store::Digest, bool, Area), JobId>,
}

/// What a stylesheet's notations depend on. Exclude patterns that name a theme or a locale are not told apart here.
type CssContextKey = (Area, Arc<str>);

/// Nanoseconds per byte, roughly, as measured; only their ratios matter.
mod cost {
    pub(super) const SCRIPT: u64 = 50;
    pub(super) const CSS: u64 = 15;
    pub(super) const LESS: u64 = 60;
    pub(super) const TEMPLATE: u64 = 5;
    pub(super) const HTML: u64 = 50;
}

impl JobTable {
    fn add(&mut self, recipe: Recipe, weight: u64) -> JobId {
        let id = JobId(u32::try_from(self.jobs.len()).expect("fewer than 2^32 jobs"));
        self.jobs.push(Job { recipe, weight });
        id
    }

    fn script(&mut self, source: SourceId, sources: &Sources<'_>) -> JobId {
        if let Some(&known) = self.scripts.get(&source) {
            return known;
        }
        let weight = sources.size(source) * cost::SCRIPT;
        let id = self.add(Recipe::Script { source }, weight);
        self.scripts.insert(source, id);
        id
    }

    fn html(&mut self, source: SourceId, sources: &Sources<'_>) -> JobId {
        if let Some(&known) = self.html.get(&source) {
            return known;
        }
        let id = self.add(Recipe::Html { source }, sources.size(source) * cost::HTML);
        self.html.insert(source, id);
        id
    }

    fn css(
        &mut self,
        source: SourceId,
        minify: bool,
        context: Option<CssContext>,
        sources: &Sources<'_>,
    ) -> JobId {
        let place = context
            .as_ref()
            .map(|context| (context.area.clone(), context.path.clone()));
        if let Some(&known) = self.css.get(&(source, minify, place.clone())) {
            return known;
        }
        let weight = sources.size(source) * cost::CSS;
        let id = self.add(
            Recipe::Css {
                source,
                minify,
                context,
            },
            weight,
        );
        self.css.insert((source, minify, place), id);
        id
    }

    fn less(&mut self, closure: &Arc<Closure>, minify: bool, context: CssContext) -> JobId {
        let key = (closure.digest, minify, context.area.clone());
        if let Some(&known) = self.less.get(&key) {
            return known;
        }
        let weight = closure.byte_count() * cost::LESS;
        let id = self.add(
            Recipe::Less {
                closure: closure.clone(),
                minify,
                context,
            },
            weight,
        );
        self.less.insert(key, id);
        id
    }

    fn template(&mut self, source: SourceId, sources: &Sources<'_>) -> JobId {
        self.add(
            Recipe::Template { source },
            sources.size(source) * cost::TEMPLATE,
        )
    }
}
