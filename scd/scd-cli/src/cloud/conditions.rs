//! Whether the build makes the static content. Mirrors `Magento\MagentoCloud\Config\Validator\GlobalStage\ScdOnBuild` and
//! `ScdOnDeploy`.

use super::env_file::EnvFile;
use super::platform::Platform;
use super::shared_config::SharedConfig;

/// Why the build, or the deploy, does not make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Static content is made on demand.
    OnDemand,
    /// It is switched off for the phase.
    Skipped,
    /// `config.php` has neither websites nor stores.
    NoScopes,
    /// The build makes it already.
    OnBuild,
}

impl Reason {
    /// ece-tools' words for it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::OnDemand => "SCD_ON_DEMAND variable is enabled",
            Self::Skipped => "SKIP_SCD variable is enabled",
            Self::NoScopes => "No stores/website/locales found in config.php",
            Self::OnBuild => "SCD on build is enabled",
        }
    }
}

/// Everything that keeps ece-tools from making it in the build.
pub(crate) fn on_build(file: &EnvFile, config: &SharedConfig) -> Vec<Reason> {
    let mut reasons = on_demand(file);
    if file.build_flag("SKIP_SCD", false) {
        reasons.push(Reason::Skipped);
    }
    if !config.has_scopes() {
        reasons.push(Reason::NoScopes);
    }
    reasons
}

/// Everything that keeps ece-tools from making it in the deploy.
pub(crate) fn on_deploy(file: &EnvFile, config: &SharedConfig, platform: &Platform) -> Vec<Reason> {
    let mut reasons = on_demand(file);
    if platform.deploy_flag(file, "SKIP_SCD", false) {
        reasons.push(Reason::Skipped);
    }
    if on_build(file, config).is_empty() {
        reasons.push(Reason::OnBuild);
    }
    reasons
}

fn on_demand(file: &EnvFile) -> Vec<Reason> {
    let is_on_demand = file.global_flag("SCD_ON_DEMAND", false);
    is_on_demand
        .then_some(Reason::OnDemand)
        .into_iter()
        .collect()
}
