//! From a theme's LESS sources to the text that the compiler gets.

pub mod closure;
mod directive;
mod import;
mod mapped_text;
