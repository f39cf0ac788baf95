//! Stylesheets: LESS compiled, notations resolved, the result minified where the output is to be `.min`.

use std::sync::Arc;

use scd_less::Variables;
use scd_magento::{Minification, SourceId};
use scd_minify::css;
use scd_minify::{Level, MinifyError};

use super::{Conditions, Product};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::plan::{CssContext, is_mail_stylesheet};
use crate::sources::Sources;
use crate::stylesheet::closure::Closure;
use crate::stylesheet::compile::{self, Styles};

/// Treats plain CSS.
pub(super) fn run_css(
    source: SourceId,
    minify: bool,
    place: Option<&CssContext>,
    conditions: &Conditions<'_>,
    sources: &Sources<'_>,
) -> Product {
    let bytes = match sources.bytes(source) {
        Ok(bytes) => bytes,
        Err(finding) => return Product::failed(vec![finding]),
    };
    let locate = |offset: usize| {
        (
            Place::at_offset(sources.path(source), bytes, offset),
            Some(bytes.clone()),
        )
    };
    let mut product = finish(bytes.to_vec(), minify, place, conditions, &locate);
    if let Err(error) = std::str::from_utf8(bytes) {
        let place = Place::at_offset(sources.path(source), bytes, error.valid_up_to());
        product.diagnostics.push(
            Diagnostic::warning("the stylesheet is not UTF-8; its bytes are published as they are")
                .at(place)
                .with_hint("save the file as UTF-8, or browsers guess what it means"),
        );
    }
    product
}

/// Compiles LESS and treats the result like plain CSS.
pub(super) fn run_less(
    closure: &Closure,
    minify: bool,
    place: &CssContext,
    conditions: &Conditions<'_>,
    sources: &Sources<'_>,
) -> Product {
    let Styles { css, warnings, .. } =
        match compile::compile(closure, &Variables::default(), false, sources) {
            Ok(styles) => styles,
            Err(findings) => return Product::failed(findings),
        };
    let entry = sources.path(closure.entry_source());
    // Places in compiled text mean nothing to the author of the source.
    let locate = |_| (Place::file(entry), None);
    if css.trim_ascii().is_empty() {
        return Product::failed(vec![
            Diagnostic::error("the stylesheet compiles to nothing").at(Place::file(entry)).with_hint(
                "Magento drops such a file from the output; give it a rule, or begin its name with an underscore",
            ),
        ]);
    }
    let mut product = finish(css.into_bytes(), minify, Some(place), conditions, &locate);
    product.diagnostics.extend(warnings);
    product
}

/// What the compiler warns of is a note where the source is not the shop's own: nobody who deploys can correct packages
/// and the library, and Magento's own themes alone are good for a dozen warnings.
pub(super) fn tone_down(mut warning: Diagnostic, conditions: &Conditions<'_>) -> Diagnostic {
    let library = conditions.root.join("lib/web");
    let is_foreign = warning.place.as_ref().is_some_and(|place| {
        place.path.starts_with(conditions.vendor) || place.path.starts_with(&library)
    });
    if is_foreign && warning.severity == Severity::Warning {
        warning.severity = Severity::Note;
    }
    warning
}

/// Where an offset of the text lies for a person.
type Locate<'a> = &'a dyn Fn(usize) -> (Place, Option<Arc<[u8]>>);

/// Resolves `{{…}}` and `Vendor_Module::` in the urls of a stylesheet.
pub(crate) fn notations(
    mut text: Vec<u8>,
    place: &CssContext,
    minification: &Minification,
) -> Result<Vec<u8>, MinifyError> {
    // Without a database the design theme of the run is `_view`; the step that follows overwrites it.
    let variables = css::notation::variable_notation(&text, place.area.as_str(), "_view");
    text = variables.unwrap_or(text);
    let add_min = |path: &str| minification.add_min(path).into_owned();
    let modules = css::notation::module_notation(&text, &place.path, &place.package, &add_min)?;
    Ok(modules.unwrap_or(text))
}

/// Notations and minifier, in Magento's order. Mirrors the `css` chain of
/// `Magento\Framework\View\Asset\PreProcessor\Pool`.
fn finish(
    mut text: Vec<u8>,
    minify: bool,
    place: Option<&CssContext>,
    conditions: &Conditions<'_>,
    locate: Locate<'_>,
) -> Product {
    let minification = conditions.minification;
    let diagnose = |error: MinifyError| {
        let (place, excerpt) = locate(error.offset);
        let mut finding = Diagnostic::error(error.message).at(place);
        finding.text = excerpt;
        finding.hint = error.hint;
        Product::failed(vec![finding])
    };
    if let Some(place) = place {
        match notations(text, place, minification) {
            Ok(resolved) => text = resolved,
            Err(error) => return diagnose(error),
        }
    }
    if !minify {
        return Product::made(text, Vec::new());
    }
    let is_mail = place.is_some_and(|place| is_mail_stylesheet(&place.path));
    let level = if is_mail {
        Level::Compat
    } else {
        conditions.level
    };
    match css::css(&text, level) {
        Ok(minified) => {
            let findings = minified.findings.into_iter().map(|finding| {
                let (place, excerpt) = locate(finding.offset);
                let mut diagnostic = Diagnostic::warning(finding.message).at(place);
                diagnostic.text = excerpt;
                diagnostic.hint = finding.hint;
                diagnostic
            });
            let findings = findings.collect();
            Product::made(minified.bytes, findings)
        }
        Err(error) => diagnose(error),
    }
}
