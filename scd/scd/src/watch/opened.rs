//! A root as it was opened, with everything that was read of it since.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::{SourceId, Tree};
use scd_store::Store;

use super::laid::{Changes, Laid, Place, wanted};
use super::notes::{Effect, KeptFiles, Notes};
use super::scope::Scope;
use crate::derive::{self, Begun, Translations};
use crate::diagnostic::{Diagnostic, Severity};
use crate::error::Error;
use crate::event::Silent;
use crate::execute::{self, Products};
use crate::facts::Facts;
use crate::options::{Options, Strategy};
use crate::plan;
use crate::sources::{KeptSources, Sources};
use crate::stylesheet::prepared::PreparedFiles;
use crate::survey::{Scene, Survey};

/// A root as it was opened.
pub(super) struct Opened {
    notes: Notes,
    survey: Survey,
    scene: Scene,
    ids: FxHashMap<PathBuf, SourceId>,
    kept: KeptSources,
    prepared: PreparedFiles,
    /// As long as nothing has changed that they are made from.
    translations: Option<Translations>,
    /// What was found in sources and outputs, since they were first looked at.
    facts: Arc<Facts>,
    /// With the number of notes that it was made from.
    scope: Option<(usize, Scope)>,
}

impl Opened {
    /// Opens a root and lists its sources.
    pub(super) fn open(root: &Path, options: &Options) -> Result<Opened, Error> {
        let notes = Notes::new();
        let survey = Survey::open(&notes, root, options)?;
        let reasons = survey.obstacles(options);
        if !reasons.is_empty() {
            return Err(Error::CannotFollow { reasons });
        }
        let scene = survey.scan(&notes, options)?;
        notes.root_is_open();
        let sources = scene.inventory.sources();
        let ids = sources.map(|(id, source)| (source.path.clone(), id));
        Ok(Opened {
            ids: ids.collect(),
            kept: KeptSources::new(&scene.inventory),
            prepared: PreparedFiles::default(),
            translations: None,
            facts: Arc::new(Facts::in_memory()),
            scope: None,
            notes,
            survey,
            scene,
        })
    }

    /// Magento's umask.
    pub(super) fn umask(&self) -> u32 {
        self.survey.project.umask()
    }

    /// What has to be watched because of everything that was asked so far.
    pub(super) fn scope(&mut self, place: &Place<'_>) -> &Scope {
        let notes = self.notes.lock();
        let is_current = |made: &(usize, Scope)| made.0 == notes.len();
        let known = self.scope.take().filter(is_current);
        let scope = known.unwrap_or_else(|| {
            let sources = self.scene.inventory.sources();
            let sources = sources.map(|(_, source)| source.path.as_path());
            let outputs = place.targets();
            let packages = self.scene.packages.packages.iter();
            let homes = packages.flat_map(|package| {
                let package = outputs[0].join(package.id.to_string());
                let above = package.ancestors().take(5).map(Path::to_path_buf);
                above.collect::<Vec<_>>()
            });
            let homes: BTreeSet<PathBuf> = homes.chain(outputs.clone()).collect();
            let homes: Vec<PathBuf> = homes.into_iter().collect();
            let scope = Scope::new(notes.iter(), sources, &homes, &outputs);
            (notes.len(), scope)
        });
        &self.scope.insert(scope).1
    }

    /// The names by which something may have been asked for that is really at `path`.
    pub(super) fn names_of(&mut self, path: &Path, place: &Place<'_>) -> Vec<PathBuf> {
        // Somebody waits, so a scope that knows not the very last questions will do.
        match &self.scope {
            Some((_, scope)) => scope.names_of(path),
            None => self.scope(place).names_of(path),
        }
    }

    /// Where something may have changed.
    pub(super) fn overdue(&self) -> Vec<PathBuf> {
        self.notes.overdue()
    }

    /// Takes over changes at paths: what they make necessary, and the first one that makes more necessary than reading a
    /// source again. Sources that hold something else than before go to `saved`.
    pub(super) fn take(
        &mut self,
        paths: &BTreeSet<PathBuf>,
        saved: &mut Vec<PathBuf>,
    ) -> (Effect, Option<PathBuf>) {
        let mut effect = Effect::Nothing;
        let mut cause = None;
        let mut changed = FxHashSet::default();
        for path in paths {
            let own = match self.ids.get(path) {
                Some(&id) => match self.notes.read(path).map(|now| self.kept.replace(id, now)) {
                    Ok(true) => {
                        changed.insert(id);
                        saved.push(path.clone());
                        Effect::Content
                    }
                    Ok(false) => Effect::Nothing,
                    Err(_) => Effect::Anew,
                },
                None => {
                    let own = self.notes.effect(path);
                    if own != Effect::Nothing {
                        saved.push(path.clone());
                    }
                    own
                }
            };
            if own == Effect::Anew && cause.is_none() {
                cause = Some(path.clone());
            }
            effect = effect.max(own);
        }
        self.prepared.forget(|source| changed.contains(&source));
        let is_style = |path: &PathBuf| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            matches!(extension, Some("less" | "css"))
        };
        if !saved.iter().all(is_style) {
            self.translations = None;
        }
        (effect, cause)
    }

    /// Makes everything, as far as it is not in the store, and lays what has changed.
    pub(super) fn make(
        &mut self,
        place: &Place<'_>,
        store: &Arc<Store>,
        laid: &mut Laid,
    ) -> Result<(Vec<Diagnostic>, Changes), Error> {
        let files = KeptFiles(&self.notes);
        let context = self.scene.context(&self.survey, &files, place.options);
        let kept = std::mem::take(&mut self.kept);
        let sources = Sources::resume(&self.notes, &self.scene.inventory, kept).with_store(store);
        let sources = sources.with_memory(None, self.facts.clone());
        let plan = plan::plan_with(&context, &sources, &self.prepared);
        let known = self.translations.take();
        let meanwhile =
            |products: &Products| Begun::new(&plan, products, known, &context, &sources);
        let executed = execute::execute(&plan, &context, &sources, &Silent, meanwhile, || {});
        let result = executed.and_then(|(products, begun)| {
            let (derived, translations) =
                derive::derive(&plan, &products, begun, &context, &sources);
            self.translations = Some(translations);
            let mut findings = self.scene.findings(&self.survey);
            findings.extend(crate::findings(&plan, &products, &derived));
            let (outputs, unreadable) = wanted(&plan, &products, derived, &sources);
            findings.extend(unreadable);
            crate::in_report_order(&mut findings);
            let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
            let is_whole = !findings.iter().any(is_error);
            // The maps of the strategy `compact` say what is there, so that a gap shows in other files, too.
            let changes = if is_whole || place.options.strategy != Strategy::Compact {
                laid.lay(&outputs, is_whole, place, &sources)?
            } else {
                Changes::default()
            };
            Ok((findings, changes))
        });
        self.kept = sources.into_kept();
        result
    }
}
