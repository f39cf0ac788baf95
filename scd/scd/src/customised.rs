//! What the root changes of Magento's PHP side, as far as it concerns a run: found before any work starts.

use scd_magento::{Customisation, Effect, Minification, Project, Scope};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::options::Options;

/// What is to be said about a root's changes, and whether they keep a run from being done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Customised {
    /// What concerns this run and cannot be followed.
    pub(crate) concerning: Vec<Diagnostic>,
    /// What else there is.
    pub(crate) others: Vec<Diagnostic>,
}

impl Customised {
    /// Sorts the changes of a root by whether they concern the run.
    pub(crate) fn find(project: &Project, minification: &Minification, options: &Options) -> Self {
        let mut found = Self::default();
        let unknown = project.customisations().iter().filter(|one| !one.is_known);
        for one in unknown {
            let concerns = one.area.is_none() && concerns(one.effect, minification, options);
            if concerns {
                found.concerning.push(finding(one, Severity::Warning));
            } else {
                found.others.push(finding(one, Severity::Note));
            }
        }
        found
    }
}

fn finding(customisation: &Customisation, severity: Severity) -> Diagnostic {
    let hint = match (&customisation.module, &customisation.area) {
        (_, Some(_)) => {
            "check that the pages find what is deployed; with bin/magento it is the same".to_owned()
        }
        (Some(module), None) => format!("`{module}` declares it"),
        (None, None) => "it is declared beside the modules".to_owned(),
    };
    Diagnostic::new(severity, customisation.message())
        .at(Place {
            path: customisation.file.clone(),
            line: customisation.line,
            column: 0,
        })
        .with_hint(hint)
}

/// Whether a run makes anything that depends on it.
fn concerns(effect: Effect, minification: &Minification, options: &Options) -> bool {
    let skip = &options.skip;
    let minified = |extension: &str| {
        let somewhere = ["frontend/", "adminhtml/"];
        somewhere
            .iter()
            .any(|path| minification.enabled(path, extension))
    };
    let scripts = !skip.javascript;
    let styles = !skip.css;
    match effect {
        Effect::Everything => true,
        Effect::Scripts | Effect::Dictionaries | Effect::RequireJs => scripts,
        Effect::Styles => styles,
        Effect::MinifiedScripts => scripts && minified("js"),
        Effect::MinifiedStyles => styles && minified("css"),
        Effect::Minified => scripts && minified("js") || styles && minified("css"),
        Effect::Html => !skip.html,
        Effect::Templates => !skip.html_minify,
        Effect::Bundles => scripts && !skip.js_bundle,
        Effect::Locales | Effect::OtherStrategy => false,
    }
}

/// Whether LESS is left to the browser. Mirrors `Magento\Developer\Model\View\Asset\PreProcessor\PreprocessorStrategy`.
pub(crate) fn compiles_in_browser(project: &Project) -> bool {
    let workflow = project
        .config()
        .value(Scope::Store, "dev/front_end_development_workflow/type");
    workflow.and_then(scd_magento::php::PhpValue::as_str) == Some("client_side_compilation")
}
