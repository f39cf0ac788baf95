//! A distinct piece of work, and where its result goes.

use std::sync::Arc;

use scd_magento::{Area, SourceId};

use crate::stylesheet::closure::Closure;

/// A dense index into the jobs of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u32);

impl JobId {
    /// The index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is done to a source. Everything that the result depends on is in here or in the bytes of the
/// sources it names; two equal recipes over equal bytes give equal results.
#[derive(Clone, Debug)]
pub enum Recipe {
    /// Minify JavaScript. Depends on the source alone.
    Script {
        /// The script.
        source: SourceId,
    },
    /// Resolve notations in plain CSS, and minify it where asked.
    Css {
        /// The stylesheet.
        source: SourceId,
        /// Whether the text goes through the minifier.
        minify: bool,
        /// Where it will stand; none where the text holds no notation, so that the place does not matter.
        context: Option<CssContext>,
    },
    /// Compile LESS, resolve notations, minify where asked.
    Less {
        /// The entry and everything it imports, as this overlay sees it.
        closure: Arc<Closure>,
        /// Whether the result goes through the minifier.
        minify: bool,
        /// Where it will stand.
        context: CssContext,
    },
    /// Minify a static Knockout template, at level `modern` only. Depends on the source alone.
    Html {
        /// The template.
        source: SourceId,
    },
    /// Minify a template. Depends on the source alone.
    Template {
        /// The template.
        source: SourceId,
    },
}

impl Recipe {
    /// Whether the result is a stylesheet.
    pub fn is_stylesheet(&self) -> bool {
        matches!(self, Recipe::Css { .. } | Recipe::Less { .. })
    }

    /// What is done, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Recipe::Script { .. } => "script",
            Recipe::Css { .. } => "css",
            Recipe::Less { .. } => "less",
            Recipe::Html { .. } => "html",
            Recipe::Template { .. } => "template",
        }
    }
}

/// The place of a stylesheet, as far as resolved notations depend on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CssContext {
    /// The area of the package.
    pub area: Area,
    /// The package's directory `area/Vendor/theme/locale`; one of several where they all give the same names.
    pub package: Arc<str>,
    /// Path below the package directory, without `.min`.
    pub path: Arc<str>,
}

/// A recipe and how long it is likely to take.
#[derive(Clone, Debug)]
pub struct Job {
    /// What is done.
    pub recipe: Recipe,
    /// Relative cost, for starting the heaviest first; about bytes times the recipe's slowness.
    pub weight: u64,
}

/// What fills an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filling {
    /// The bytes of a source, unchanged.
    Verbatim(SourceId),
    /// The result of a job.
    Job(JobId),
}

/// One output of a package.
#[derive(Clone, Debug)]
pub struct Placement {
    /// Path below the package directory, with its `.min`.
    pub path: Arc<str>,
    /// What fills it.
    pub filling: Filling,
    /// The source it is made from: the file itself, or the entry of a compilation.
    pub source: Option<SourceId>,
}
