//! Evaluation.
use std::sync::Arc;

use crate::{Compiled, Diagnostic, Diagnostics, Importer, Options, Stylesheet};

pub(crate) fn compile(
    _entry: &Arc<Stylesheet>,
    _importer: &dyn Importer,
    _options: &Options,
) -> Result<Compiled, Diagnostics> {
    Err(Diagnostic::error("evaluation is not part of this build").into())
}
