//! Templates (`.phtml`): Magento's own minifier byte for byte, and one that understands what it reads.

pub mod compat;
mod difference;
mod edit;
mod heredoc;
pub mod lexer;
pub mod modern;

pub use difference::template_difference;

use crate::{Level, Minified, MinifyError};

/// Minifies a template as `Magento\Framework\View\Template\Html\Minifier` does ([`Level::Compat`]), or
/// token by token ([`Level::Modern`]).
///
/// At [`Level::Modern`] a template that cannot be minified safely is returned unchanged with a finding:
/// the bytes of [`Level::Compat`] would be less safe, since they may break PHP code.
///
/// # Errors
///
/// At [`Level::Compat`], if the text mentions a heredoc placeholder that has no heredoc, where Magento
/// aborts its run. Never at [`Level::Modern`].
pub fn template(source: &[u8], level: Level) -> Result<Minified, MinifyError> {
    match level {
        Level::Compat => Ok(Minified {
            bytes: compat::minify(source)?,
            findings: Vec::new(),
        }),
        Level::Modern => Ok(modern::minify(source)),
    }
}
