//! CSS, JavaScript and template minifiers that reproduce Magento's own, and checks of equality in meaning.
//!
//! Pure functions from bytes to bytes: no files, no clock, no environment, no threads.

pub mod css;
pub mod html;
pub mod js;
pub mod template;

pub use html::{html, is_same_html};
pub use js::{Phrases, is_same_but_for_local_names, js, js_difference, js_with_phrases};
pub use template::{template, template_difference};

/// How far a minifier may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Level {
    /// The contract and the default: CSS and templates are the bytes that Magento's own minifiers write,
    /// JavaScript is the source's syntax tree printed without white space.
    #[default]
    Compat,
    /// Opt-in: syntax-tree minifiers, each result gated by a comparison of meaning and replaced by the
    /// [`Level::Compat`] bytes where the gate fails.
    Modern,
}

/// A minified text and what was noticed on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minified {
    /// The text to publish.
    pub bytes: Vec<u8>,
    /// Warnings, in source order.
    pub findings: Vec<Finding>,
}

/// Something about a source that its author wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Byte offset in the source.
    pub offset: usize,
    /// What was found: lower case, no full stop, names in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A source that the minifier cannot process.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MinifyError {
    /// Byte offset in the source.
    pub offset: usize,
    /// What was found and what was expected: lower case, no full stop, names in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// The first place at which two texts differ in meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Byte offset in the left text, where it can be told.
    pub left: Option<usize>,
    /// Byte offset in the right text, where it can be told.
    pub right: Option<usize>,
    /// What differs, with both sides quoted in backticks.
    pub message: String,
}
