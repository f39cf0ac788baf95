//! From a theme's LESS sources to the text that the compiler gets.

pub mod closure;
pub(crate) mod compile;
pub mod directive;
pub mod import;
pub mod language;
pub mod mapped_text;
pub mod prepared;
