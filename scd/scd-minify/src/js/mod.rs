//! JavaScript: the same syntax tree in fewer bytes.

mod alpha;
pub mod compat;
mod depth;
mod difference;
mod kept_names;
pub mod modern;
mod normalise;
mod parse;
mod phrases;
mod print;
mod requirejs_scan;
mod text_readers;

pub use alpha::is_same_but_for_local_names;
pub use difference::js_difference;
pub use phrases::Phrases;

use crate::{Level, Minified, MinifyError};

/// Minifies a script, in place of `Magento\Framework\Code\Minifier\Adapter\Js\JShrink`.
///
/// [`Level::Compat`] prints the source's syntax tree without white space, [`Level::Modern`] renames local
/// variables too. Comments stay if they begin with `/*!`.
///
/// # Errors
///
/// If the source is not UTF-8 or not a script. Publish the source bytes then.
pub fn js(source: &[u8], level: Level) -> Result<Minified, MinifyError> {
    js_with_phrases(source, level, Phrases::Free)
}

/// As [`js`], with a say in what becomes of the phrases for translation.
///
/// # Errors
///
/// As [`js`].
pub fn js_with_phrases(
    source: &[u8],
    level: Level,
    phrases: Phrases,
) -> Result<Minified, MinifyError> {
    match level {
        Level::Compat => compat::minify(source, phrases),
        Level::Modern => modern::minify(source, phrases),
    }
}
