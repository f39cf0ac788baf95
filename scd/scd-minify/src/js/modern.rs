//! Renames local variables of a script; the opt-in level.

use crate::{Minified, MinifyError};

/// Minifies.
///
/// # Errors
///
/// If the source is not UTF-8 or not a script.
pub fn minify(source: &[u8]) -> Result<Minified, MinifyError> {
    super::compat::minify(source)
}
