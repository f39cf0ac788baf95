//! What is made from finished files: RequireJS configuration, dictionaries, bundles, urls into other packages.
//!
//! Each file mirrors one Magento service, so that parity can be checked one by one. Work that only depends on
//! what packages share is done once for all of them.

pub mod bundle;
pub mod bundle_choice;
mod css_url;
pub mod dictionary;
pub mod embedded;
pub(crate) mod integrity;
mod map;
mod memo;
pub mod message_format;
mod number_pattern;
pub mod php_json;
pub mod phrase;
pub mod requirejs;
mod scripts;
mod translation;
pub mod translation_table;
mod translations;

#[cfg(test)]
mod expected;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use scd_magento::SourceId;
use scd_store::Digest;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::event::Stage;
use crate::execute::Products;
use crate::options::Strategy;
use crate::plan::{Filling, PackagePlan, Placement, PlacementList, Plan};
use crate::sources::Sources;
pub(crate) use css_url::Rewritten;
pub(crate) use translations::Translations;

pub(crate) use map::lists_of_ancestors;

/// The finished outputs of one package.
#[derive(Debug)]
pub struct PackageOutputs {
    /// `area/Vendor/theme/locale`.
    pub name: String,
    /// Sorted by path.
    pub outputs: Vec<Output>,
    /// The stylesheets with urls that lead elsewhere.
    pub(crate) rewritten: Vec<Rewritten>,
}

/// One finished output.
#[derive(Clone, Debug)]
pub struct Output {
    /// Path below the package directory.
    pub path: Arc<str>,
    /// Its bytes.
    pub content: OutputContent,
    /// The source it was made from, if there is one.
    pub source: Option<SourceId>,
}

/// Where the bytes of an output are.
#[derive(Clone, Debug)]
pub enum OutputContent {
    /// Made during the run.
    Bytes(Arc<[u8]>),
    /// Made during the run, and remembered under its digest.
    Remembered(Arc<[u8]>, Digest),
    /// Made by an earlier run and remembered under its digest.
    Stored(Digest),
    /// The bytes of a source, unchanged.
    Verbatim(SourceId),
}

impl OutputContent {
    /// The digest of the bytes.
    ///
    /// # Errors
    /// A source that cannot be read.
    pub(crate) fn digest(&self, sources: &Sources<'_>) -> Result<Digest, Diagnostic> {
        match self {
            OutputContent::Bytes(bytes) => Ok(Digest::of(bytes)),
            OutputContent::Remembered(_, digest) | OutputContent::Stored(digest) => Ok(*digest),
            OutputContent::Verbatim(source) => sources.digest(*source),
        }
    }

    /// The bytes.
    ///
    /// # Errors
    /// A source that cannot be read; or the store has lost them, and then the run is done again.
    pub(crate) fn bytes(&self, sources: &Sources<'_>) -> Result<Arc<[u8]>, Diagnostic> {
        match self {
            OutputContent::Bytes(bytes) | OutputContent::Remembered(bytes, _) => Ok(bytes.clone()),
            OutputContent::Stored(digest) => sources
                .store()
                .content(digest)
                .ok_or_else(|| Diagnostic::error("the cache has lost a result")),
            OutputContent::Verbatim(source) => sources.bytes(*source).cloned(),
        }
    }
}

/// A file beside the packages: its path below `pub/static`, and its bytes.
pub type LooseFile = (String, Arc<[u8]>);

/// All outputs of all packages.
#[derive(Debug, Default)]
pub struct Derived {
    /// Those that the run makes, in the order of the plan.
    pub packages: Vec<PackageOutputs>,
    /// Files beside the packages.
    pub loose: Vec<LooseFile>,
    /// What was noticed.
    pub diagnostics: Vec<Diagnostic>,
}

/// What packages with the same list of placements, theme and RequireJS parts share.
struct Shared {
    /// All but stylesheets, unless those were needed.
    outputs: Vec<Output>,
    /// Whether bundles were made, which take the place of whatever else lies in their folder.
    has_bundles: bool,
    diagnostics: Vec<Diagnostic>,
}

/// What packages share, by sets of packages that share all of it.
struct Shares {
    sets: Vec<Shared>,
    /// For each package of the run, the set it belongs to.
    set_of: Vec<usize>,
}

impl Shares {
    /// Whether what packages share says which stylesheets there are.
    fn need_stylesheets(context: &Context<'_>) -> bool {
        context.options.strategy == Strategy::Compact
    }

    /// Makes what packages share, and finds the phrases for their dictionaries.
    fn make(
        plan: &Plan,
        products: &Products,
        translations: &Translations,
        context: &Context<'_>,
        sources: &Sources<'_>,
    ) -> Self {
        let (representatives, set_of) = group_by_shared_outputs(plan, context);
        let lists: Vec<Vec<Output>> = plan
            .lists
            .par_iter()
            .map(|list| placed(&list.placements, products).collect())
            .collect();
        let tables = translations.tables();
        let (sets, ()) = rayon::join(
            || {
                representatives
                    .par_iter()
                    .with_max_len(1)
                    .map(|&package| {
                        let name = || plan.packages[package].id.to_string();
                        let work = || shared(package, plan, &lists, tables, context, sources);
                        context.slices.time(Stage::Derive, "package", name, work)
                    })
                    .collect()
            },
            || translations.collect_phrases(context, sources),
        );
        Self { sets, set_of }
    }
}

/// What can be derived while stylesheets are still being made.
pub(crate) struct Begun {
    translations: Translations,
    /// None where they depend on stylesheets.
    shares: Option<Shares>,
}

impl Begun {
    /// Begins with the products of all but stylesheets; `known` are the plan's translations, if they have been read.
    pub(crate) fn new(
        plan: &Plan,
        products: &Products,
        known: Option<Translations>,
        context: &Context<'_>,
        sources: &Sources<'_>,
    ) -> Self {
        let translations = known.unwrap_or_else(|| Translations::read(plan, context));
        let make = || Shares::make(plan, products, &translations, context, sources);
        Self {
            shares: (!Shares::need_stylesheets(context)).then(make),
            translations,
        }
    }
}

/// Makes everything that needs finished files. Gives the translations back.
pub(crate) fn derive(
    plan: &Plan,
    products: &Products,
    begun: Begun,
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> (Derived, Translations) {
    let Begun {
        translations,
        shares,
    } = begun;
    let shares =
        shares.unwrap_or_else(|| Shares::make(plan, products, &translations, context, sources));
    let mut derived = Derived {
        diagnostics: translations.findings().to_vec(),
        ..Derived::default()
    };
    let packages: Vec<(PackageOutputs, Vec<Diagnostic>)> = shares
        .set_of
        .par_iter()
        .zip(&plan.own)
        .map(|(&set, &index)| {
            let name = || plan.packages[index].id.to_string();
            let shared = &shares.sets[set];
            let work = || {
                own(
                    index,
                    shared,
                    products,
                    &translations,
                    plan,
                    context,
                    sources,
                )
            };
            context.slices.time(Stage::Derive, "own files", name, work)
        })
        .collect();
    for shared in shares.sets {
        derived.diagnostics.extend(shared.diagnostics);
    }
    for (outputs, diagnostics) in packages {
        derived.packages.push(outputs);
        derived.diagnostics.extend(diagnostics);
    }
    integrity::add(&mut derived, context, sources);
    (derived, translations)
}

/// Whether a package has a dictionary: every real one, and a virtual one where a source has that name.
fn has_dictionary(package: &PackagePlan, plan: &Plan) -> bool {
    !package.id.is_virtual() || !plan.lists[package.list].dictionaries.is_empty()
}

/// For each set of packages of the run that share everything but locale-dependent files, one package that stands for it; and
/// for each package, the set it belongs to.
fn group_by_shared_outputs(plan: &Plan, context: &Context<'_>) -> (Vec<usize>, Vec<usize>) {
    let embeds = context.embeds_translations();
    let overlays = context.packages.overlays.iter();
    let parts: Vec<Vec<SourceId>> = overlays
        .map(|overlay| overlay.requirejs_configs(context.inventory))
        .collect();
    let mut kinds = Vec::new();
    let mut known: FxHashMap<_, usize> = FxHashMap::default();
    let kind_of = plan.own.iter().map(|&index| {
        let package = &plan.packages[index];
        // The theme decides the bundles' configuration, the area which minify switches count. Maps and the bundles that
        // are made from them hold what the ancestors have.
        let key = (
            package.list,
            map::lists_of_ancestors(index, plan, context),
            package.id.is_virtual(),
            &parts[package.overlay],
            package.id.area.clone(),
            package.id.theme.clone(),
            // PHP reads each package in an order of its own.
            context.options.bundle_order.is_some().then_some(index),
            embeds.then(|| package.id.locale.clone()),
        );
        *known.entry(key).or_insert_with(|| {
            kinds.push(index);
            kinds.len() - 1
        })
    });
    let kind_of = kind_of.collect();
    (kinds, kind_of)
}

fn shared(
    index: usize,
    plan: &Plan,
    lists: &[Vec<Output>],
    tables: &[translation::LocaleTable],
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> Shared {
    let package = &plan.packages[index];
    let mut shared = Shared {
        outputs: lists[package.list].clone(),
        has_bundles: false,
        diagnostics: Vec::new(),
    };
    if package.id.is_virtual() {
        return shared;
    }
    let skip = &context.options.skip;
    if context.embeds_translations() {
        let table = translation::embedded_table(&package.id, tables, context);
        let findings = scripts::embed(&package.id, &mut shared.outputs, &table, sources);
        shared.diagnostics.extend(findings);
    }
    let map = (context.options.strategy == Strategy::Compact)
        .then(|| map::PackageMap::new(index, plan, lists, context));
    if !skip.javascript {
        shared.add_requirejs(package, context, sources);
        if !skip.js_bundle {
            let bundles = match &map {
                None => scripts::bundle_outputs(package, &shared.outputs, context, sources),
                Some(map) => {
                    let wanted = map.scripts(lists, context);
                    scripts::bundles(package, &wanted, context, sources)
                }
            };
            match bundles {
                Ok(bundles) => {
                    shared.outputs.retain(|output| !is_in_bundles(output));
                    shared.has_bundles = true;
                    shared.outputs.extend(bundles);
                }
                Err(finding) => shared.diagnostics.push(finding),
            }
        }
    }
    if let Some(map) = map {
        for output in map.outputs(context) {
            replace(&mut shared.outputs, output);
        }
    }
    shared
        .outputs
        .sort_by(|left, right| left.path.cmp(&right.path));
    shared
}

impl Shared {
    /// Adds the two files that set RequireJS up.
    fn add_requirejs(
        &mut self,
        package: &PackagePlan,
        context: &Context<'_>,
        sources: &Sources<'_>,
    ) {
        let (outputs, diagnostics) = scripts::requirejs_outputs(package, context, sources);
        self.diagnostics.extend(diagnostics);
        for output in outputs {
            if let Some(hidden) = replace(&mut self.outputs, output) {
                let source = hidden.source.map(|source| sources.path(source));
                let mut finding = Diagnostic::warning(format!(
                    "`{}` is a generated file; the theme's file of that name is not published",
                    hidden.path
                ))
                .with_hint("RequireJS configuration belongs beside `web/`, not into it");
                finding.place = source.map(Place::file);
                self.diagnostics.push(finding);
            }
        }
    }
}

/// The outputs of some placements, those of failed jobs left out.
fn placed<'a>(
    placements: impl IntoIterator<Item = &'a Placement>,
    products: &'a Products,
) -> impl Iterator<Item = Output> {
    placements.into_iter().filter_map(|placement| {
        let content = match placement.filling {
            Filling::Verbatim(source) => OutputContent::Verbatim(source),
            Filling::Job(job) => products.get(job).content.clone()?,
        };
        Some(Output {
            path: placement.path.clone(),
            content,
            source: placement.source,
        })
    })
}

/// The stylesheets that jobs have made for a package. A folder of bundles holds nothing else.
fn stylesheets<'a>(
    list: &'a PlacementList,
    has_bundles: bool,
    plan: &'a Plan,
    products: &'a Products,
) -> impl Iterator<Item = Output> {
    let is_stylesheet = move |placement: &&Placement| match placement.filling {
        Filling::Job(job) => plan.jobs[job.index()].recipe.is_stylesheet(),
        Filling::Verbatim(_) => false,
    };
    let stylesheets = placed(list.placements.iter().filter(is_stylesheet), products);
    stylesheets.filter(move |output| !has_bundles || !is_in_bundles(output))
}

fn is_in_bundles(output: &Output) -> bool {
    output.path.starts_with("js/bundle/")
}

/// Adds an output, and gives back the one that had the same path.
fn replace(outputs: &mut Vec<Output>, output: Output) -> Option<Output> {
    match outputs.iter_mut().find(|known| known.path == output.path) {
        Some(known) => Some(std::mem::replace(known, output)),
        None => {
            outputs.push(output);
            None
        }
    }
}

/// The complete outputs of one package: what it shares, its dictionary, its stylesheets with urls that lead elsewhere.
fn own(
    index: usize,
    shared: &Shared,
    products: &Products,
    translations: &Translations,
    plan: &Plan,
    context: &Context<'_>,
    sources: &Sources<'_>,
) -> (PackageOutputs, Vec<Diagnostic>) {
    let package = &plan.packages[index];
    let name = package.id.to_string();
    let mut diagnostics = Vec::new();
    let list = &plan.lists[package.list];
    // With room for everything: growing would double it.
    let mut outputs = Vec::with_capacity(list.placements.len() + shared.outputs.len());
    outputs.extend_from_slice(&shared.outputs);
    if !Shares::need_stylesheets(context) {
        outputs.extend(stylesheets(list, shared.has_bundles, plan, products));
    }
    if let Some((bytes, findings)) = translations.dictionary(index, plan, context) {
        diagnostics.extend_from_slice(findings);
        let at_the_top: Arc<str> = translation::FILE_NAME.into();
        let is_made = !context.options.skip.javascript && !package.id.is_virtual();
        let own = is_made.then_some(&at_the_top);
        for path in list.dictionaries.iter().chain(own) {
            let content = OutputContent::Bytes(bytes.clone());
            replace(
                &mut outputs,
                Output {
                    path: path.clone(),
                    content,
                    source: None,
                },
            );
        }
    }
    let mut rewritten = Vec::new();
    if !context.options.skip.css {
        let (paths, findings) = css_url::rewrite(index, &mut outputs, plan, context, sources);
        rewritten = paths;
        diagnostics.extend(findings);
    }
    outputs.sort_by(|left, right| left.path.cmp(&right.path));
    let package = PackageOutputs {
        name,
        outputs,
        rewritten,
    };
    (package, diagnostics)
}
