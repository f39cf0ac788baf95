//! Findings about settings: `.magento.env.yaml`, `config.php`, the environment.

use scd::diagnostic::{Diagnostic, Place, Severity};
use scd_magento::{FsTree, Project};

use super::super::conditions::{self, Reason};
use super::super::matrix;
use super::super::request::baler;
use super::super::shared_config;
use super::super::themes;
use super::super::validation::{self, Item};
use super::super::wizard::HTML_MINIFICATION;
use super::super::{build, env_file};
use super::{Findings, Patient};
use crate::command::{environment, variable};

pub(super) fn look(patient: &Patient, findings: &mut Findings) {
    variables(findings);
    if !patient.is_on_cloud {
        return;
    }
    if let Err(failure) = patient.file.refuse_constants() {
        findings.failure("php-constant", failure, &patient.file.path);
    }
    for item in validation::items(&patient.file) {
        findings.add("env-yaml-invalid", of_item(item, patient));
    }
    look_at_matrix(patient, findings);
    look_at_conditions(patient, findings);
    switches(patient, findings);
}

/// `CONFIG__…` and the application mode.
fn variables(findings: &mut Findings) {
    let mut names: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("CONFIG__") && name.contains("__DEV__"))
        .collect();
    names.sort();
    if let Some(first) = names.first() {
        let others = match names.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        findings.add(
            "config-variables",
            Diagnostic::warning(format!("`{first}`{others} may change the configuration: Magento looks at it only where PHP's `variables_order` contains `E`"))
                .with_hint("put the value into app/etc/config.php, or build with --config-env if PHP sees the variable"),
        );
    }
    if let Some(mode) = variable("MAGE_MODE").filter(|mode| mode != "production") {
        findings.add(
            "mage-mode",
            Diagnostic::warning(format!(
                "`MAGE_MODE` is `{mode}`, where static files are made on demand"
            ))
            .with_hint("take the variable away, or set it to `production`"),
        );
    }
}

/// An item of the validation as a finding.
fn of_item(item: Item, patient: &Patient) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(item.text).at(Place {
        path: patient.file.path.clone(),
        line: item.line,
        column: 0,
    });
    diagnostic.hint = item
        .hint
        .or_else(|| Some("ece-tools stops the build with exit code 10".to_owned()));
    diagnostic
}

fn look_at_matrix(patient: &Patient, findings: &mut Findings) {
    let Some(node) = patient.file.build("SCD_MATRIX") else {
        return;
    };
    let matrix = match matrix::of_yaml(node) {
        Ok(matrix) => matrix,
        Err(items) => {
            for item in items {
                findings.add("matrix-invalid", of_item(item, patient));
            }
            return;
        }
    };
    // A root that cannot be opened is a finding of another check.
    let Ok(project) = Project::open(&FsTree, &patient.root, &environment(false)) else {
        return;
    };
    let names = themes::names(project.themes());
    let resolved = themes::resolve(matrix, &names, &patient.file.path);
    for warning in resolved.warnings {
        findings.add("matrix-case", warning);
    }
    for item in resolved.items {
        findings.add("matrix-theme", of_item(item, patient));
    }
}

fn look_at_conditions(patient: &Patient, findings: &mut Findings) {
    for reason in conditions::on_build(&patient.file, &patient.config) {
        match reason {
            Reason::OnDemand => findings.add(
                "scd-on-demand",
                Diagnostic::warning(format!(
                    "{}: visitors wait for each file that nobody has asked for before",
                    reason.text()
                ))
                .at(patient.place_of("SCD_ON_DEMAND"))
                .with_hint(
                    "set it to false in production and let the build make the static content",
                ),
            ),
            // In one of the two variants of the hook this is how it is meant.
            Reason::Skipped | Reason::OnBuild => {}
            Reason::NoScopes => findings.add(
                "no-scopes",
                Diagnostic::error(format!(
                    "{}, so the build makes no static content",
                    reason.text()
                ))
                .at(Place::file(patient.root.join(shared_config::NAME)))
                .with_hint(build::SCOPES_HINT),
            ),
        }
    }
    let ignored: Vec<&str> = ["SCD_STRATEGY", "SCD_THREADS"]
        .into_iter()
        .filter(|key| patient.file.in_stage("build", key).is_some())
        .collect();
    if patient.file.build_flag("SKIP_SCD", false) && !ignored.is_empty() {
        findings.add(
            "scd-options-ignored",
            Diagnostic::new(
                Severity::Note,
                format!("ece-tools warns (1005) that it ignores {}, since `SKIP_SCD` is on; scd goes by them", ignored.join(" and ")),
            )
            .at(patient.place_of(ignored[0])),
        );
    }
}

fn switches(patient: &Patient, findings: &mut Findings) {
    let file = &patient.file;
    if !file.global_flag("SKIP_HTML_MINIFICATION", true) {
        findings.add(
            "html-minification",
            Diagnostic::warning(format!("{HTML_MINIFICATION}: ece-tools copies all minified templates in every deploy"))
                .at(patient.place_of("SKIP_HTML_MINIFICATION"))
                .with_hint("set `SKIP_HTML_MINIFICATION: true` in the stage global; Magento minifies templates on first use then"),
        );
    }
    if !patient
        .platform
        .deploy_flag(file, "CLEAN_STATIC_FILES", true)
    {
        let line = file
            .deploy("CLEAN_STATIC_FILES")
            .map_or(0, |node| node.line);
        findings.add(
            "clean-static-files",
            Diagnostic::warning("`CLEAN_STATIC_FILES` is off: what an earlier deploy left in `pub/static` shadows what the build made")
                .at(Place {
                    path: file.path.clone(),
                    line,
                    column: 0,
                })
                .with_hint("take it out"),
        );
    }
    if let Some(warning) = baler(file) {
        findings.add("baler", warning);
    }
    if patient.root.join("build_options.ini").exists() {
        findings.add(
            "build-options-ini",
            Diagnostic::warning("ece-tools does not read `build_options.ini` any more")
                .at(Place::file(patient.root.join("build_options.ini")))
                .with_hint(format!(
                    "move its settings to {} and remove the file",
                    env_file::NAME
                )),
        );
    }
}
