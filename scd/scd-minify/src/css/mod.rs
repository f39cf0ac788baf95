//! CSS: Magento's own minifier byte for byte, a modern one behind a gate, the equality that the gate asks for, and Magento's
//! rules for `url(...)` references.

mod canonical;
mod colour_table;
pub mod compat;
mod fold;
pub mod modern;
pub mod notation;
mod selector;
mod token;
pub mod url;
mod value;

pub use canonical::css_difference;

use crate::{Level, Minified, MinifyError};

/// Minifies a stylesheet.
///
/// # Errors
///
/// None today: both levels turn what they cannot read into findings. The signature is that of the other minifiers.
pub fn css(source: &[u8], level: Level) -> Result<Minified, MinifyError> {
    Ok(match level {
        Level::Compat => compat::minify(source),
        Level::Modern => modern::minify(source),
    })
}
