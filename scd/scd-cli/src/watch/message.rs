//! What browsers are told about a build.

use std::path::Path;

use scd::report::TargetKind;
use scd::watch::Build;
use serde_json::{Value, json};

/// What a browser needs to know: which outputs are others now, and what is wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    /// Below `pub/static`.
    outputs: Vec<String>,
    /// Whether more has changed than stylesheets, so that the page has to be loaded again.
    is_more_than_css: bool,
    problems: Vec<Value>,
}

impl Message {
    /// What there is to tell about a build; paths of sources are shown relative to the root.
    pub(crate) fn of(build: &Build, root: &Path) -> Self {
        let changed = build.changes.written.iter().chain(&build.changes.removed);
        let outputs = changed
            .clone()
            .filter(|(kind, _)| *kind == TargetKind::Static);
        let is_css = |(kind, path): &(TargetKind, String)| {
            *kind == TargetKind::Static && path.ends_with(".css")
        };
        Self {
            outputs: outputs.map(|(_, path)| path.clone()).collect(),
            is_more_than_css: !changed.clone().all(is_css),
            problems: problems(build, root),
        }
    }

    /// A failure that kept the build from being done.
    pub(crate) fn of_failure(error: &anyhow::Error) -> Self {
        Self {
            problems: vec![json!({ "message": format!("{error:#}") })],
            ..Self::default()
        }
    }

    /// The name of the event.
    pub(crate) fn kind(&self) -> &'static str {
        if self.is_more_than_css {
            "reload"
        } else if self.outputs.is_empty() {
            "problem"
        } else {
            "css"
        }
    }

    /// The same without what has changed, for those who have just loaded it.
    pub(crate) fn problems_alone(self) -> Self {
        Self {
            problems: self.problems,
            ..Self::default()
        }
    }

    /// One line of JSON.
    pub(crate) fn json(&self) -> String {
        json!({ "outputs": self.outputs, "problems": self.problems }).to_string()
    }
}

/// The errors, each with its place and hint; no text of the sources.
fn problems(build: &Build, root: &Path) -> Vec<Value> {
    build
        .errors()
        .map(|finding| {
            let place = finding.place.as_ref();
            let file = place.map(|place| {
                let path = place.path.strip_prefix(root).unwrap_or(&place.path);
                path.display().to_string()
            });
            let known = |number: usize| (number > 0).then_some(number);
            json!({
                "message": finding.message,
                "file": file,
                "line": place.and_then(|place| known(place.line)),
                "column": place.and_then(|place| known(place.column)),
                "hint": finding.hint,
            })
        })
        .collect()
}
