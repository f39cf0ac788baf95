//! `scd doctor`: what is wrong, or soon will be, with the static content of a shop, in and outside of the cloud, and what to do
//! about each finding.

mod configuration;
mod hooks;
mod magento;
mod output;
mod tree;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use scd::diagnostic::{Diagnostic, Place, Severity};
use serde_json::{Value as Json, json};

use super::arguments::{DataFormat, DoctorArguments};
use super::env_file::{self, EnvFile};
use super::failure::Failure;
use super::platform::{self, Platform};
use super::request::place_of;
use super::shared_config::{self, SharedConfig};
use crate::console::{Console, diagnostic, print_drawn, print_line};
use crate::exit::Exit;

/// One finding: a name for scripts, and what a person reads.
#[derive(Clone, Debug)]
struct Finding {
    id: &'static str,
    diagnostic: Diagnostic,
}

/// All findings so far.
#[derive(Clone, Debug, Default)]
struct Findings {
    list: Vec<Finding>,
}

/// What is looked at.
struct Patient {
    root: PathBuf,
    file: EnvFile,
    config: SharedConfig,
    platform: Platform,
    /// Whether the shop lives in the cloud.
    is_on_cloud: bool,
    /// The installed version of ece-tools, as numbers.
    ece_tools: Option<Vec<u32>>,
}

/// Runs the command.
///
/// # Errors
/// A root that is not there.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<Exit> {
    let console = Console::new(&arguments.console);
    let root = std::fs::canonicalize(&arguments.root).with_context(|| {
        format!(
            "cannot find the Magento root `{}`",
            arguments.root.display()
        )
    })?;
    if !root.join("app/etc").is_dir() && !root.join("init/app/etc").is_dir() {
        return Err(anyhow!(
            "`{}` is not a Magento root: it has no `app/etc`",
            root.display()
        ));
    }
    let findings = examine(&root);
    match arguments.format {
        DataFormat::Text => print_text(&findings, &root, &console),
        DataFormat::Json => print_line(&serde_json::to_string_pretty(&as_json(&findings, &root))?),
    }
    let has_errors = findings.count(Severity::Error) > 0;
    Ok(if has_errors {
        Exit::SourcesHaveErrors
    } else {
        Exit::Done
    })
}

fn examine(root: &Path) -> Findings {
    let mut findings = Findings::default();
    let patient = patient(root, &mut findings);
    configuration::look(&patient, &mut findings);
    if patient.is_on_cloud {
        hooks::look(&patient, &mut findings);
        tree::look(&patient, &mut findings);
    }
    output::look(&patient, &mut findings);
    magento::look(&patient, &mut findings);
    // The sort is stable: findings of one severity stay in the order of the checks.
    findings
        .list
        .sort_by_key(|finding| finding.diagnostic.severity);
    findings
}

/// Reads what is to be looked at; what cannot be read is a finding, and counts as empty.
fn patient(root: &Path, findings: &mut Findings) -> Patient {
    let file = EnvFile::read(root).unwrap_or_else(|failure| {
        findings.failure("env-yaml-unreadable", failure, &root.join(env_file::NAME));
        EnvFile::empty(root)
    });
    let config = SharedConfig::read(root).unwrap_or_else(|error| {
        let path = root.join(shared_config::NAME);
        findings.add(
            "config-php-unreadable",
            Diagnostic::error(format!("{error:#}")).at(Place::file(path)),
        );
        SharedConfig::default()
    });
    let lookup = |name: &str| std::env::var(name).ok();
    let platform = Platform::read(root, &file, &lookup).unwrap_or_else(|error| {
        findings.add(
            "platform-unreadable",
            Diagnostic::error(format!("{error:#}")),
        );
        Platform::unknown()
    });
    let ece_tools = magento::installed_version(root, "magento/ece-tools");
    let has = |name: &str| root.join(name).exists();
    let is_on_cloud = ece_tools.is_some()
        || has(env_file::NAME)
        || has(platform::APPLICATION_FILE)
        || lookup("MAGENTO_CLOUD_PROJECT").is_some();
    Patient {
        root: root.to_owned(),
        file,
        config,
        platform,
        is_on_cloud,
        ece_tools,
    }
}

impl Patient {
    /// Whether ece-tools is installed and at least of that version.
    fn has_ece_tools(&self, version: [u32; 3]) -> bool {
        self.ece_tools
            .as_deref()
            .is_some_and(|installed| installed >= version.as_slice())
    }

    /// The place of a key of `.magento.env.yaml` in the build's view.
    fn place_of(&self, key: &str) -> Place {
        place_of(&self.file, key)
    }
}

impl Findings {
    fn add(&mut self, id: &'static str, diagnostic: Diagnostic) {
        self.list.push(Finding { id, diagnostic });
    }

    fn failure(&mut self, id: &'static str, failure: Failure, path: &Path) {
        let mut diagnostic =
            Diagnostic::error(format!("{:#}", failure.error)).at(Place::file(path));
        diagnostic.hint = failure.hint;
        self.add(id, diagnostic);
    }

    fn count(&self, severity: Severity) -> usize {
        let is_meant = |finding: &&Finding| finding.diagnostic.severity == severity;
        self.list.iter().filter(is_meant).count()
    }
}

fn print_text(findings: &Findings, root: &Path, console: &Console) {
    for finding in &findings.list {
        print_drawn(&diagnostic::draw(&finding.diagnostic, root, console));
        print_line("");
    }
    print_line(&format!(
        "{} errors, {} warnings, {} notes",
        findings.count(Severity::Error),
        findings.count(Severity::Warning),
        findings.count(Severity::Note)
    ));
}

fn as_json(findings: &Findings, root: &Path) -> Json {
    let list: Vec<Json> = findings
        .list
        .iter()
        .map(|finding| {
            let diagnostic = &finding.diagnostic;
            let place = diagnostic.place.as_ref();
            let file = place.map(|place| {
                let path = place.path.strip_prefix(root).unwrap_or(&place.path);
                path.to_string_lossy().into_owned()
            });
            json!({
                "id": finding.id,
                "severity": word(diagnostic.severity),
                "message": diagnostic.message,
                "file": file,
                "line": place.map(|place| place.line).filter(|&line| line > 0),
                "hint": diagnostic.hint,
            })
        })
        .collect();
    json!({
        "findings": list,
        "errors": findings.count(Severity::Error),
        "warnings": findings.count(Severity::Warning),
        "notes": findings.count(Severity::Note),
    })
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
