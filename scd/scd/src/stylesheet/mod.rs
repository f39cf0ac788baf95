//! From a theme's LESS sources to the text that the compiler gets.

pub mod closure;
pub mod directive;
pub mod import;
pub mod mapped_text;
