//! What every step of a run may look at.

use scd_magento::{
    Inventory, Minification, Mode, Packages, Project, Template, TranslationStrategy, Tree,
};

use crate::options::{Options, Strategy};
use crate::slice::Slices;
use crate::stylesheet::language::Language;

/// What every step of a run may look at: the root as it was found, and the request.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Components and configuration.
    pub project: &'a Project,
    /// What is minified in the mode of this run.
    pub minification: &'a Minification,
    /// The application mode of this run.
    pub mode: Mode,
    /// What LESS is compiled as.
    pub language: Language,
    /// Every static source.
    pub inventory: &'a Inventory,
    /// The packages asked for, and what they see.
    pub packages: &'a Packages,
    /// The templates to minify.
    pub templates: &'a [Template],
    /// The file system.
    pub tree: &'a dyn Tree,
    /// The request.
    pub options: &'a Options,
    /// Who is told of pieces of work.
    pub slices: Slices<'a>,
}

impl Context<'_> {
    /// Whether translations are written into scripts. The strategy `compact`, whose scripts stand for several locales,
    /// leaves them alone.
    pub fn embeds_translations(&self) -> bool {
        self.project.config().translation_strategy() == TranslationStrategy::Embedded
            && self.options.strategy != Strategy::Compact
            && !self.options.skip.javascript
    }
}
