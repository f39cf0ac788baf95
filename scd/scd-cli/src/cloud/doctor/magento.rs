//! Findings about the code of the root: whether scd can follow it, and which versions are installed.

use std::path::Path;

use scd::diagnostic::Diagnostic;
use serde::Deserialize;

use super::super::shared_config;
use super::{Findings, Patient};
use crate::args::DeployArguments;
use crate::command::{environment, variable};
use crate::magento_flags;

/// `composer.lock`, as far as it is looked at.
#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

/// The numbers of a package's version in `composer.lock`; none if it is not there.
pub(super) fn installed_version(root: &Path, name: &str) -> Option<Vec<u32>> {
    let text = std::fs::read(root.join("composer.lock")).ok()?;
    let lock: Lock = serde_json::from_slice(&text).ok()?;
    let package = lock
        .packages
        .into_iter()
        .find(|package| package.name == name)?;
    Some(numbers(&package.version))
}

/// `v2002.1.17-p1` as 2002, 1, 17; a development branch counts as newer than everything.
fn numbers(version: &str) -> Vec<u32> {
    let version = version.trim_start_matches('v');
    if version.starts_with("dev-") {
        return vec![u32::MAX];
    }
    let end = version
        .find(|letter: char| letter != '.' && !letter.is_ascii_digit())
        .unwrap_or(version.len());
    let parts = version[..end].split('.');
    parts.map_while(|part| part.parse().ok()).collect()
}

pub(super) fn look(patient: &Patient, findings: &mut Findings) {
    // After the transfer step there is no configuration to go by.
    if !patient.config.exists {
        if patient.root.join(shared_config::NAME).exists() {
            // Said already: it cannot be read.
            return;
        }
        let diagnostic = Diagnostic::warning(
            "`app/etc/config.php` does not exist, so modules and settings are unknown",
        );
        findings.add(
            "no-config-php",
            diagnostic
                .with_hint("run `bin/magento module:enable --all` and commit app/etc/config.php"),
        );
        return;
    }
    let arguments = DeployArguments {
        force: true,
        ..DeployArguments::default()
    };
    let options =
        magento_flags::options(&arguments, &[], variable("MAGE_MODE")).map(|mut options| {
            options.environment = environment(false);
            options
        });
    let obstacles = options.and_then(|options| Ok(scd::obstacles(&patient.root, &options)?));
    match obstacles {
        Ok(reasons) => {
            for mut reason in reasons {
                reason.hint = Some(match reason.hint.take() {
                    Some(hint) => format!("{hint}; build with --allow-customised if the outcome is the same, or let PHP deploy"),
                    None => "build with --allow-customised if the outcome is the same, or let PHP deploy".to_owned(),
                });
                findings.add("customised", reason);
            }
        }
        // Said already, with what to do about it.
        Err(_) if patient.is_on_cloud && !patient.config.has_scopes() => {}
        Err(error) => findings.add(
            "root-unreadable",
            Diagnostic::error(format!("scd cannot read this root: {error:#}")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(numbers("2002.1.17"), [2002, 1, 17]);
        assert_eq!(numbers("v2002.1.17-p1"), [2002, 1, 17]);
        assert!(numbers("2002.1.9") < vec![2002, 1, 17]);
        assert!(numbers("dev-develop") > vec![2002, 1, 17]);
    }
}
