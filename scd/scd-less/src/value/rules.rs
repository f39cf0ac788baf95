//! The options that show in how values are combined and printed.

use crate::options::{Dialect, Options};

/// What values need to know of the options of a compile.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    /// Compressed output; some functions put printed values into their result.
    pub(crate) compress: bool,
    /// Whether combining different units is an error (`strictUnits`).
    pub(crate) strict_units: bool,
    /// Which compiler's rules apply.
    pub(crate) dialect: Dialect,
}

impl From<&Options> for Rules {
    fn from(options: &Options) -> Self {
        Self {
            compress: options.compress,
            strict_units: options.strict_units,
            dialect: options.dialect,
        }
    }
}
