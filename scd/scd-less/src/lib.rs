//! A LESS compiler, byte for byte equal to wikimedia/less.php.
//!
//! The language, the order in which things are evaluated and the output format are those of less.php, not of less.js; where
//! the two differ, less.php is right here. The crate is a pure function of the sources it is handed: it reads no files, starts
//! no threads and looks at no clock.
//!
//! ```
//! use scd_less::{MemoryImporter, Options, ParseOptions, Source, compile, parse};
//!
//! let source = Source::new("a.less", "@w: 2px; .a { .b { width: @w * 2 } }");
//! let sheet = std::sync::Arc::new(parse(source, &ParseOptions::default())?);
//! let css = compile(&sheet, &MemoryImporter::default(), &Options::default())?.css;
//! assert_eq!(css, ".a .b {\n  width: 4px;\n}\n");
//! # Ok::<(), scd_less::Diagnostics>(())
//! ```
//!
//! One run tells everything that is wrong with an entry, see [`parse_recovering`]; what is only suspicious comes with the CSS:
//!
//! ```
//! use scd_less::{MemoryImporter, Options, ParseOptions, Source, compile, parse};
//!
//! let source = Source::new("a.less", ".a { width: calc(100% - 20px) }");
//! let sheet = std::sync::Arc::new(parse(source, &ParseOptions::default())?);
//! let compiled = compile(&sheet, &MemoryImporter::default(), &Options::default())?;
//! assert_eq!(compiled.css, ".a {\n  width: calc(80%);\n}\n");
//! let warning = compiled.warnings.iter().next().expect("the units differ");
//! assert_eq!(warning.message, "`100% - 20px` is computed as if both were `%`");
//! # Ok::<(), scd_less::Diagnostics>(())
//! ```
//!
//! Source maps are described at [`SourceMapFormat`].

mod ast;
mod css;
mod diagnostic;
mod eval;
mod function;
mod importer;
mod options;
mod parse;
mod source;
mod source_map;
mod value;
mod variables;

use std::sync::Arc;

pub use diagnostic::{Diagnostic, Diagnostics, Severity, Step};
pub use function::base64;
pub use importer::{ImportError, ImportRequest, Importer, MemoryImporter, Purpose};
pub use options::{Dialect, Limits, Math, Options, ParseOptions, Rewrite, Urls};
pub use parse::{parse, parse_recovering};
pub use source::{Location, Origin, Source, Stylesheet};
pub use source_map::{SourceMap, SourceMapFormat};
pub use variables::{Variable, Variables};

/// What compiling an entry yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The CSS.
    pub css: String,
    /// What is suspicious but compiled.
    pub warnings: Diagnostics,
    /// Where the CSS comes from, if [`Options::source_map`] asks for that.
    pub source_map: Option<SourceMap>,
}

/// Compiles an entry with everything it imports.
///
/// Stack: the limits in [`Options`] and [`ParseOptions`] bound the recursion; with the defaults run this with 8 MiB of stack
/// or more.
///
/// # Errors
/// Every error that does not follow from another one, in order of evaluation, each with the way that led there; the first is
/// the one that less.php ends with. Warnings follow.
pub fn compile(
    entry: &Arc<Stylesheet>,
    importer: &dyn Importer,
    options: &Options,
) -> Result<Compiled, Diagnostics> {
    compile_with(entry, &Variables::default(), importer, options)
}

/// Compiles an entry between definitions of variables, else like [`compile`].
///
/// # Errors
/// As [`compile`].
pub fn compile_with(
    entry: &Arc<Stylesheet>,
    variables: &Variables,
    importer: &dyn Importer,
    options: &Options,
) -> Result<Compiled, Diagnostics> {
    eval::compile(entry, variables, importer, options)
}
