//! Everything that translates in a run: read and made once, whichever packages want it. A watch keeps it for as long as no file
//! has changed that it is made from.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use scd_magento::{Area, Locale};

use super::has_dictionary;
use super::translation::{self, AreaPhrases, LocaleTable};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::sources::Sources;

/// The translations of the packages of a plan.
pub(crate) struct Translations {
    areas: Vec<Area>,
    tables: Vec<LocaleTable>,
    findings: Vec<Diagnostic>,
    /// By area.
    phrases: OnceLock<Vec<AreaPhrases>>,
    /// By package of the plan.
    dictionaries: Vec<OnceLock<Dictionary>>,
}

/// The bytes of a dictionary, and what was noticed about it.
type Dictionary = (Arc<[u8]>, Vec<Diagnostic>);

impl Translations {
    /// Reads what translates for every locale, where anything is translated at all.
    pub(crate) fn read(plan: &Plan, context: &Context<'_>) -> Self {
        // A source of that name becomes a dictionary even where none is made for the package itself.
        let has_dictionaries = plan.lists.iter().any(|list| !list.dictionaries.is_empty());
        let is_wanted = !context.options.skip.javascript || has_dictionaries;
        let with_dictionary = || {
            let packages = plan.packages.iter();
            packages.filter(move |package| is_wanted && has_dictionary(package, plan))
        };
        let mut areas: Vec<Area> = with_dictionary()
            .map(|package| package.id.area.clone())
            .collect();
        areas.sort();
        areas.dedup();
        let mut locales: Vec<&Locale> = with_dictionary()
            .map(|package| &package.id.locale)
            .collect();
        locales.sort();
        locales.dedup();
        let tables: Vec<(LocaleTable, Vec<Diagnostic>)> = locales
            .par_iter()
            .map(|locale| LocaleTable::read(locale, context))
            .collect();
        let (tables, findings): (Vec<_>, Vec<_>) = tables.into_iter().unzip();
        Self {
            areas,
            tables,
            findings: findings.into_iter().flatten().collect(),
            phrases: OnceLock::new(),
            dictionaries: plan.packages.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// What was noticed about the translation files.
    pub(super) fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// What translates for every locale.
    pub(super) fn tables(&self) -> &[LocaleTable] {
        &self.tables
    }

    /// Finds the phrases of all areas, unless that was done before.
    pub(super) fn collect_phrases(&self, sources: &Sources<'_>) {
        self.phrases.get_or_init(|| {
            let areas = self.areas.iter();
            areas
                .map(|area| AreaPhrases::collect(area, sources))
                .collect()
        });
    }

    /// The dictionary of a package, an index into those of the plan; none where it has none.
    pub(super) fn dictionary(
        &self,
        index: usize,
        plan: &Plan,
        context: &Context<'_>,
    ) -> Option<&Dictionary> {
        let package = &plan.packages[index];
        if !has_dictionary(package, plan) {
            return None;
        }
        let area = self
            .areas
            .iter()
            .position(|area| *area == package.id.area)?;
        let phrases = self.phrases.get()?.get(area)?;
        let make = || translation::dictionary(&package.id, phrases, &self.tables, context);
        Some(self.dictionaries[index].get_or_init(make))
    }
}
