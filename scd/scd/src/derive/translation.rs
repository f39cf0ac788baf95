//! From the sources of an area to its phrases, and from the translation files of a package to its dictionary.
//!
//! Mirrors `Magento\Deploy\Service\DeployTranslationsDictionary`.

use std::sync::Arc;

use rayon::prelude::*;
use scd_magento::{Area, PackageId, ThemeId};

use super::dictionary;
use super::phrase::phrases;
use super::translation_table::TranslationTable;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::sources::Sources;

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
            .map(|&source| sources.bytes(source).map_or_else(|_| Vec::new(), |bytes| phrases(bytes)))
            .collect();
        Self { phrases: phrases.into_iter().flatten().collect() }
    }
}
