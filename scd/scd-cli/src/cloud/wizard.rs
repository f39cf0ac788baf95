//! `scd cloud wizard`: ece-tools' checks of the configuration, with its texts, verdicts and exit codes. Mirrors
//! `Magento\MagentoCloud\Command\Wizard`.

use std::path::Path;

use anyhow::Error;

use super::arguments::{Wizard, WizardArguments};
use super::conditions::{self, Reason};
use super::env_file::EnvFile;
use super::failure::Failure;
use super::platform::Platform;
use super::shared_config::SharedConfig;
use crate::console::{Console, print_drawn, print_line};
use crate::exit::Exit;

/// The part of the file's parsing that the global section, which every wizard asks first, reports with a code of its own:
/// `GLOBAL_CONFIG_PARSE_FAILED` and `GLOBAL_CONFIG_UNABLE_TO_READ`.
const GLOBAL_SECTION: u8 = 240;

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// What keeps it from being well.
    pub(crate) items: Vec<&'static str>,
    /// Whether it is well.
    pub(crate) is_well: bool,
    /// ece-tools' sentence.
    pub(crate) text: String,
    /// ece-tools' exit code.
    pub(crate) code: u8,
}

/// Runs the command.
///
/// # Errors
/// Configuration that cannot be read.
pub(crate) fn run(arguments: &WizardArguments) -> Result<Exit, Failure> {
    let console = Console::new(&arguments.console);
    let root = &arguments.root;
    let file = EnvFile::read(root)
        .and_then(|file| file.refuse_constants().map(|()| file))
        .map_err(|failure| Failure {
            code: GLOBAL_SECTION + failure.code,
            ..failure
        })?;
    let other = |error: Error| Failure::new(1, error);
    let config = SharedConfig::read(root).map_err(other)?;
    let platform = platform(root, &file).map_err(other)?;
    let verdict = verdict(arguments.wizard, &file, &config, &platform);
    for item in &verdict.items {
        print_line(&format!(" - {item}"));
    }
    print_drawn(&console.verdict(&verdict.text, verdict.is_well));
    Ok(Exit::EceTools(verdict.code))
}

fn platform(root: &Path, file: &EnvFile) -> Result<Platform, Error> {
    Platform::read(root, file, &|name| std::env::var(name).ok())
}

/// What a wizard says.
pub(crate) fn verdict(
    wizard: Wizard,
    file: &EnvFile,
    config: &SharedConfig,
    platform: &Platform,
) -> Verdict {
    let texts = |reasons: Vec<Reason>| reasons.into_iter().map(Reason::text).collect::<Vec<_>>();
    let (items, what) = match wizard {
        Wizard::IdealState => return ideal_state(file, config, platform),
        Wizard::ScdOnDemand => {
            let is_on = file.global_flag("SCD_ON_DEMAND", false);
            return switch(Vec::new(), "SCD on demand", is_on);
        }
        Wizard::ScdOnBuild => (texts(conditions::on_build(file, config)), "SCD on build"),
        Wizard::ScdOnDeploy => (
            texts(conditions::on_deploy(file, config, platform)),
            "SCD on deploy",
        ),
    };
    let is_on = items.is_empty();
    switch(items, what, is_on)
}

fn switch(items: Vec<&'static str>, what: &str, is_on: bool) -> Verdict {
    Verdict {
        items,
        is_well: is_on,
        text: format!("{what} is {}", if is_on { "enabled" } else { "disabled" }),
        code: u8::from(!is_on),
    }
}

/// Mirrors `Magento\MagentoCloud\Config\Validator\IdealState`; the exit code is the number of items.
fn ideal_state(file: &EnvFile, config: &SharedConfig, platform: &Platform) -> Verdict {
    let mut items = Vec::new();
    items.extend(
        conditions::on_build(file, config)
            .first()
            .map(|reason| reason.text()),
    );
    if !platform.has_post_deploy_hook() {
        items.push(NO_POST_DEPLOY_HOOK);
    }
    if !file.global_flag("SKIP_HTML_MINIFICATION", true) {
        items.push(HTML_MINIFICATION);
    }
    let is_well = items.is_empty();
    let word = if is_well { "ideal" } else { "not ideal" };
    Verdict {
        is_well,
        text: format!("The configured state is {word}"),
        code: u8::try_from(items.len()).unwrap_or(u8::MAX),
        items,
    }
}

/// ece-tools' words for a missing hook.
pub(crate) const NO_POST_DEPLOY_HOOK: &str =
    "Your application does not have the \"post_deploy\" hook enabled.";

/// ece-tools' words for minified templates.
pub(crate) const HTML_MINIFICATION: &str = "Skip HTML minification is disabled";

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn told(wizard: Wizard, yaml: &str, config: &str, hook: &str) -> (String, u8, String) {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("app/etc")).unwrap();
        fs::write(
            root.path().join("app/etc/config.php"),
            format!("<?php return [{config}];"),
        )
        .unwrap();
        fs::write(
            root.path().join(".magento.app.yaml"),
            format!("hooks: {{post_deploy: '{hook}'}}"),
        )
        .unwrap();
        let file = EnvFile::parse(".magento.env.yaml".into(), yaml).unwrap();
        let config = SharedConfig::read(root.path()).unwrap();
        let platform = Platform::read(root.path(), &file, &|_| None).unwrap();
        let verdict = verdict(wizard, &file, &config, &platform);
        assert_eq!(verdict.is_well, verdict.code == 0);
        (verdict.text, verdict.code, verdict.items.join("; "))
    }

    const SCOPES: &str = "'scopes' => ['stores' => ['a' => ['code' => 'a']]]";
    const HOOK: &str = "php ./vendor/bin/ece-tools run scenario/post-deploy.xml";

    #[track_caller]
    fn expect(found: (String, u8, String), text: &str, code: u8, items: &str) {
        assert_eq!(found, (text.to_owned(), code, items.to_owned()));
    }

    #[test]
    fn ideal_state_counts_what_is_missing() {
        let wizard = Wizard::IdealState;
        expect(
            told(wizard, "", SCOPES, HOOK),
            "The configured state is ideal",
            0,
            "",
        );
        expect(
            told(
                wizard,
                "stage: {global: {SCD_ON_DEMAND: true, SKIP_SCD: true, SKIP_HTML_MINIFICATION: false}}",
                "",
                "ece-tools post-deploy",
            ),
            "The configured state is not ideal",
            3,
            "SCD_ON_DEMAND variable is enabled; Your application does not have the \"post_deploy\" hook enabled.; Skip HTML minification is disabled",
        );
        expect(
            told(wizard, "stage: {build: {SKIP_SCD: true}}", SCOPES, HOOK),
            "The configured state is not ideal",
            1,
            "SKIP_SCD variable is enabled",
        );
    }

    #[test]
    fn the_other_wizards_say_enabled_or_disabled() {
        expect(
            told(Wizard::ScdOnBuild, "", SCOPES, ""),
            "SCD on build is enabled",
            0,
            "",
        );
        expect(
            told(
                Wizard::ScdOnBuild,
                "stage: {global: {SCD_ON_DEMAND: true, SKIP_SCD: true}}",
                "",
                "",
            ),
            "SCD on build is disabled",
            1,
            "SCD_ON_DEMAND variable is enabled; SKIP_SCD variable is enabled; No stores/website/locales found in config.php",
        );
        expect(
            told(Wizard::ScdOnDemand, "", "", ""),
            "SCD on demand is disabled",
            1,
            "",
        );
        expect(
            told(
                Wizard::ScdOnDemand,
                "stage: {global: {SCD_ON_DEMAND: true}}",
                "",
                "",
            ),
            "SCD on demand is enabled",
            0,
            "",
        );
        expect(
            told(Wizard::ScdOnDeploy, "", "", ""),
            "SCD on deploy is enabled",
            0,
            "",
        );
        expect(
            told(
                Wizard::ScdOnDeploy,
                "stage: {deploy: {SKIP_SCD: true}}",
                SCOPES,
                "",
            ),
            "SCD on deploy is disabled",
            1,
            "SKIP_SCD variable is enabled; SCD on build is enabled",
        );
    }
}
