//! From the sources of an area to its phrases, and from the translation files of a package to its dictionary.
//!
//! Mirrors `Magento\Deploy\Service\DeployTranslationsDictionary`.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use scd_magento::{Area, DictionaryKind, DictionarySource, Locale, PackageId, ThemeId, parse_csv};

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
        let found: Vec<Option<Vec<Vec<u8>>>> = scanned
            .par_iter()
            .with_min_len(16)
            .map(|&source| sources.fact(source, b"phrases", phrases).ok())
            .collect();
        let found = found.into_iter().flatten();
        Self {
            phrases: found.flatten().collect(),
        }
    }
}

/// What translates for every package of a locale: modules, then packs. Only themes differ.
pub(super) struct LocaleTable {
    locale: Locale,
    table: TranslationTable,
}

impl LocaleTable {
    /// Reads the translation files of all modules and packs.
    pub(super) fn read(locale: &Locale, context: &Context<'_>) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut table = TranslationTable::new();
        match context.project.locale_dictionaries(context.tree, locale) {
            Ok(sources) => {
                let mut packs = Vec::new();
                let read = |source: &DictionarySource| rows(&source.path, context);
                let read: Vec<_> = sources.par_iter().map(read).collect();
                for (source, rows) in sources.iter().zip(read) {
                    match (rows, source.kind) {
                        (Ok(rows), DictionaryKind::Pack) => packs.push(rows),
                        (Ok(rows), _) => table.add_csv(&rows),
                        (Err(finding), _) => diagnostics.push(finding),
                    }
                }
                table.add_packs(packs.iter().map(Vec::as_slice));
            }
            Err(error) => diagnostics.push(super::scripts::root_finding(&error)),
        }
        (
            Self {
                locale: locale.clone(),
                table,
            },
            diagnostics,
        )
    }
}

/// The rows of a translation file.
fn rows(path: &Path, context: &Context<'_>) -> Result<Vec<Vec<Vec<u8>>>, Diagnostic> {
    let bytes = context.tree.read(path);
    let bytes = bytes.map_err(|error| unreadable(path, &error.to_string()))?;
    Ok(parse_csv(&bytes))
}

/// The dictionary of a package: its translations of the area's phrases.
pub(super) fn dictionary(
    package: &PackageId,
    phrases: &AreaPhrases,
    locales: &[LocaleTable],
    context: &Context<'_>,
) -> (Arc<[u8]>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let table = table(package, locales, context, &mut diagnostics);
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

/// What translates where translations are embedded: modules, packs and configuration. Themes have no say, because PHP
/// reads the table before it knows for which theme.
pub(super) fn embedded_table(
    package: &PackageId,
    locales: &[LocaleTable],
    context: &Context<'_>,
) -> TranslationTable {
    let mut table = base_table(package, locales);
    table.add_configured(&context.project.config().translations(&package.locale));
    table
}

/// What translates for every package of the package's locale.
fn base_table(package: &PackageId, locales: &[LocaleTable]) -> TranslationTable {
    let base = locales.iter().find(|known| known.locale == package.locale);
    base.map(|known| known.table.clone()).unwrap_or_default()
}

/// Everything that translates for a package, weakest first: modules and packs, themes, configuration.
/// Mirrors `Magento\Framework\Translate::loadData`.
fn table(
    package: &PackageId,
    locales: &[LocaleTable],
    context: &Context<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> TranslationTable {
    let mut table = base_table(package, locales);
    let theme = ThemeId {
        area: package.area.clone(),
        code: package.theme.clone(),
    };
    match context
        .project
        .theme_dictionaries(context.tree, &theme, &package.locale)
    {
        Ok(sources) => {
            for source in sources {
                match rows(&source.path, context) {
                    Ok(rows) => table.add_csv(&rows),
                    Err(finding) => diagnostics.push(finding),
                }
            }
        }
        Err(error) => diagnostics.push(super::scripts::root_finding(&error)),
    }
    table.add_configured(&context.project.config().translations(&package.locale));
    table
}
