//! The jobs of a plan, each distinct piece of work once.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::{Area, SourceId};

use super::job::{CssContext, Job, JobId, Recipe};
use crate::sources::Sources;
use crate::stylesheet::closure::Closure;

/// Jobs, and where equal ones were seen before.
#[derive(Default)]
pub(super) struct JobTable {
    pub(super) jobs: Vec<Job>,
    scripts: FxHashMap<SourceId, JobId>,
    html: FxHashMap<SourceId, JobId>,
    css: FxHashMap<(SourceId, bool, Option<CssContextKey>), JobId>,
    less: FxHashMap<(scd_store::Digest, bool, Area), JobId>,
    /// See [`super::Plan::lookalikes`].
    pub(super) lookalikes: FxHashSet<SourceId>,
}

/// What a stylesheet's notations depend on. Exclude patterns that name a theme or a locale are not told apart here.
type CssContextKey = (Area, Arc<str>);

/// Nanoseconds per byte, roughly, as measured; only their ratios matter.
mod cost {
    pub(super) const SCRIPT: u64 = 50;
    pub(super) const CSS: u64 = 15;
    pub(super) const LESS: u64 = 60;
    /// Of a whole template: they are small, and so many that none is asked for its size.
    pub(super) const TEMPLATE: u64 = 15_000;
    pub(super) const HTML: u64 = 50;
}

impl JobTable {
    fn add(&mut self, recipe: Recipe, weight: u64) -> JobId {
        let id = JobId(u32::try_from(self.jobs.len()).expect("fewer than 2^32 jobs"));
        self.jobs.push(Job { recipe, weight });
        id
    }

    pub(super) fn script(&mut self, source: SourceId, sources: &Sources<'_>) -> JobId {
        if let Some(&known) = self.scripts.get(&source) {
            return known;
        }
        let weight = sources.size(source) * cost::SCRIPT;
        let id = self.add(Recipe::Script { source }, weight);
        self.scripts.insert(source, id);
        id
    }

    pub(super) fn html(&mut self, source: SourceId, sources: &Sources<'_>) -> JobId {
        if let Some(&known) = self.html.get(&source) {
            return known;
        }
        let id = self.add(Recipe::Html { source }, sources.size(source) * cost::HTML);
        self.html.insert(source, id);
        id
    }

    pub(super) fn css(
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

    pub(super) fn less(
        &mut self,
        closure: &Arc<Closure>,
        minify: bool,
        context: CssContext,
    ) -> JobId {
        let key = (closure.digest, minify, context.area.clone());
        if let Some(&known) = self.less.get(&key) {
            if let Recipe::Less { closure: first, .. } = &self.jobs[known.index()].recipe {
                self.lookalikes.extend(first.other_sources(closure));
            }
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

    pub(super) fn template(&mut self, source: SourceId) -> JobId {
        self.add(Recipe::Template { source }, cost::TEMPLATE)
    }
}
