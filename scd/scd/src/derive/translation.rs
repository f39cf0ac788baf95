//! From the sources of an area to its phrases, and from the translation files of a package to its dictionary.
//!
//! Mirrors `Magento\Deploy\Service\DeployTranslationsDictionary`.

use std::sync::Arc;

use rayon::prelude::*;
use scd_magento::{Area, DictionaryKind, PackageId, ThemeId, parse_csv};

use super::dictionary;
use super::phrase::phrases;
use super::translation_table::TranslationTable;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Severity};
use crate::sources::{Sources, unreadable};

/// The dictionary's name at the top of a package.
pub(super) const FILE_NAME: &str = "js-translation.json";

/// The phrases of all scripts and static templates of an area.
pub(super) struct AreaPhrases {
    phrases: Vec<Vec<u8>>,
}

impl AreaPhrases {
    /// Reads every source that Magento would look into. One that cannot be read was, or will be, reported where
    /// it is deployed; those of disabled modules have no say beyond their phrases.
    pub(super) fn collect(area: &Area, sources: &Sources<'_>) -> Self {
        let scanned = sources.inventory().phrase_sources(area);
        let phrases: Vec<Vec<Vec<u8>>> = scanned
            .par_iter()
            .with_min_len(16)
            .map(|&source| {
                sources
                    .bytes(source)
                    .map_or_else(|_| Vec::new(), |bytes| phrases(bytes))
            })
            .collect();
        Self {
            phrases: phrases.into_iter().flatten().collect(),
        }
    }
}

/// The dictionary of a package: its translations of the area's phrases.
pub(super) fn dictionary(
    package: &PackageId,
    phrases: &AreaPhrases,
    context: &Context<'_>,
) -> (Arc<[u8]>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let theme = ThemeId {
        area: package.area.clone(),
        code: package.theme.clone(),
    };
    let table = match table(&theme, package, context, &mut diagnostics) {
        Ok(table) => table,
        Err(finding) => {
            diagnostics.push(finding);
            TranslationTable::new()
        }
    };
    let dictionary = dictionary::dictionary(&phrases.phrases, &table);
    for finding in dictionary.findings {
        diagnostics.push(
            Diagnostic::new(Severity::Warning, finding.message)
                .with_hint(finding.hint)
                .for_output(format!("{package}/{FILE_NAME}")),
        );
    }
    (dictionary.bytes.into(), diagnostics)
}

/// Everything that translates for a package, weakest first: modules, packs, themes, configuration.
/// Mirrors `Magento\Framework\Translate::loadData`.
fn table(
    theme: &ThemeId,
    package: &PackageId,
    context: &Context<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<TranslationTable, Diagnostic> {
    let project = context.project;
    let sources = project
        .dictionary_sources(context.tree, &theme.area, &theme.code, &package.locale)
        .map_err(|error| super::scripts::root_finding(&error))?;
    let mut table = TranslationTable::new();
    let mut packs = Vec::new();
    let mut has_packs = false;
    for source in sources {
        let rows = match context.tree.read(&source.path) {
            Ok(bytes) => parse_csv(&bytes),
            Err(error) => {
                diagnostics.push(unreadable(&source.path, &error.to_string()));
                continue;
            }
        };
        match source.kind {
            DictionaryKind::Pack => packs.push(rows),
            DictionaryKind::Module => table.add_csv(&rows),
            DictionaryKind::Theme => {
                if !std::mem::replace(&mut has_packs, true) {
                    table.add_packs(packs.iter().map(Vec::as_slice));
                }
                table.add_csv(&rows);
            }
        }
    }
    if !has_packs {
        table.add_packs(packs.iter().map(Vec::as_slice));
    }
    table.add_configured(&project.config().translations(&package.locale));
    Ok(table)
}
