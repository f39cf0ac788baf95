//! Renames local variables and functions of a script; the opt-in level.
//!
//! Only swc's renamer is used, never its compressor, which breaks a stock file. Other code reads Magento's
//! JavaScript as text: Prototype reads parameter names, `mage/utils/wrapper` looks for the word `_super`
//! in a function, RequireJS looks for `require('…')`. Each of these readings is compared before and after;
//! so is the program itself, up to the names of local variables. A file that fails gets the bytes of
//! [`super::compat`].

use swc_core::common::{GLOBALS, Globals, Mark, SyntaxContext};
use swc_core::ecma::transforms::base::hygiene::Config;
use swc_core::ecma::transforms::base::rename::renamer;
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::visit::VisitMutWith;

use super::alpha::equal_up_to_local_names;
use super::compat;
use super::kept_names::{KeptNames, ShortNames};
use super::parse::{Parsed, parse, text};
use super::phrases::Phrases;
use super::print::{Layout, print};
use super::requirejs_scan;
use super::text_readers::same_super_texts;
use crate::{Minified, MinifyError};

/// The marks that the resolver puts on names nobody declares and on names of the top level.
pub(super) struct Marks {
    pub(super) unresolved: Mark,
    pub(super) top: Mark,
}

impl Marks {
    /// Tells apart all variables of a script; needs swc's globals.
    pub(super) fn resolve(parsed: &mut Parsed) -> Self {
        let marks = Self {
            unresolved: Mark::new(),
            top: Mark::new(),
        };
        parsed
            .script
            .visit_mut_with(&mut resolver(marks.unresolved, marks.top, false));
        marks
    }

    /// Whether a variable belongs to one function only.
    pub(super) fn is_local(&self, context: SyntaxContext) -> bool {
        context != SyntaxContext::empty()
            && context != SyntaxContext::empty().apply_mark(self.unresolved)
            && context != SyntaxContext::empty().apply_mark(self.top)
    }
}

/// Prints the script that `source` is without white space, with short names for local variables.
///
/// # Errors
///
/// If the source is not UTF-8 or not a script.
pub fn minify(source: &[u8], phrases: Phrases) -> Result<Minified, MinifyError> {
    let source = text(source)?;
    let mut parsed = parse(source)?;
    let plain = parsed.clone();
    let renamed = GLOBALS.set(&Globals::new(), || {
        let marks = Marks::resolve(&mut parsed);
        let names = KeptNames::collect(&parsed.script, &marks, phrases.callees());
        let config = Config {
            top_level_mark: marks.top,
            ..Config::default()
        };
        parsed
            .script
            .visit_mut_with(&mut renamer(config, ShortNames::new(names)));
        let bytes = print(&parsed, Layout::Compact, phrases, source.len() / 2 + 64)?;
        is_same_to_all_readers(source, &plain, &bytes).then_some(bytes)
    });
    match renamed {
        Some(bytes) => Ok(Minified {
            bytes,
            findings: Vec::new(),
        }),
        None => Ok(compat::minify_parsed(source, &plain, phrases)),
    }
}

fn is_same_to_all_readers(source: &str, plain: &Parsed, renamed: &[u8]) -> bool {
    let scanned = requirejs_scan::is_scanned(source);
    if scanned && !requirejs_scan::same_dependencies(source, &plain.script, renamed) {
        return false;
    }
    let Some((text, after)) = std::str::from_utf8(renamed)
        .ok()
        .and_then(|text| Some((text, parse(text).ok()?)))
    else {
        return false;
    };
    same_super_texts(source, &plain.script, text, &after.script)
        && equal_up_to_local_names(plain.clone(), after)
}
