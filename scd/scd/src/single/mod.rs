//! One stylesheet compiled by itself, outside of a deploy: from files anywhere on the disk, or as a package of a Magento
//! root sees it.

mod disk;
mod map;
mod package;
mod selection;

use std::collections::BTreeSet;
use std::path::PathBuf;

use scd_less::Variables;

use crate::diagnostic::{Diagnostic, Severity};
use crate::error::Error;
use crate::stylesheet::compile::{as_named, translate};
use crate::stylesheet::language::Language;

pub use disk::{DiskRequest, Entry, compile_on_disk};
pub use map::StyleMap;
pub use package::compile_in_package;
pub use scd_less::{Diagnostics as VariableError, Dialect, Math, Rewrite, Urls, Variable};
pub use selection::PackageRequest;

/// How a stylesheet is compiled.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The generation of less.php whose language is read. None: 5 outside of a root, the installed one's inside.
    pub dialect: Option<Dialect>,
    /// When arithmetic is done. None: as the dialect, or the installed less.php, does it.
    pub math: Option<Math>,
    /// Whether combining different units is an error.
    pub strict_units: bool,
    /// Compressed output or not. None: not, outside of a root; as the application mode asks, inside.
    pub compress: Option<bool>,
    /// Variables that hold unless the stylesheets define them.
    pub global: Vec<Variable>,
    /// Variables that replace the stylesheets' own.
    pub modified: Vec<Variable>,
    /// What becomes of addresses. Inside of a root they stay as Magento has them.
    pub urls: Urls,
    /// Whether to tell where every part of the CSS comes from.
    pub source_map: bool,
}

/// What compiling one stylesheet came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The CSS; none when an error is among the findings.
    pub css: Option<String>,
    /// Where it comes from, if that was asked for.
    pub source_map: Option<StyleMap>,
    /// What was noticed.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read besides the entry. Outside of a root in the order in which they were first asked for,
    /// inside sorted by their path in the package.
    pub imports: Vec<PathBuf>,
    /// What the result depends on.
    pub watched: Watched,
}

/// What a result depends on: when any of this changes, it may be another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Files that were read, and names that were looked for where no file was.
    pub files: BTreeSet<PathBuf>,
    /// Directories in which any stylesheet that comes or goes may matter.
    pub trees: BTreeSet<PathBuf>,
}

impl Outcome {
    /// Findings in the order of a report: errors first, then by place.
    fn sorted(mut self) -> Self {
        self.diagnostics.sort_by(Diagnostic::report_order);
        self.diagnostics.dedup();
        self
    }

    /// Whether there is no CSS because of the sources.
    pub fn has_errors(&self) -> bool {
        let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
        self.diagnostics.iter().any(is_error)
    }
}

impl Choices {
    /// The language with what was chosen besides the dialect.
    fn refine(&self, language: Language) -> Language {
        Language {
            math: self.math.or(language.math),
            strict_units: self.strict_units,
            compress: self.compress.unwrap_or(language.compress),
            ..language
        }
    }

    fn variables(&self, language: &Language) -> Result<Variables, Vec<Diagnostic>> {
        Variables::new(&self.global, &self.modified, &language.parse_options()).map_err(
            |findings| {
                findings
                    .into_iter()
                    .map(|finding| translate(&finding, &as_named))
                    .collect()
            },
        )
    }
}

/// Runs `work` with a stack that the compiler's limits fit.
fn with_room<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    Ok(crate::workers(threads)?.install(work))
}
