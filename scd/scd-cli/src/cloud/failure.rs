//! What ends a command of `scd cloud`, with the exit code that ece-tools has for it.

/// `.magento.env.yaml` cannot be parsed: `BUILD_CONFIG_PARSE_FAILED` of `Magento\MagentoCloud\App\Error`.
pub(crate) const YAML_NOT_PARSED: u8 = 4;
/// `.magento.env.yaml` cannot be read: `BUILD_CONFIG_UNABLE_TO_READ`.
pub(crate) const YAML_NOT_READ: u8 = 5;
/// `.magento.env.yaml` is not valid: `BUILD_WRONG_CONFIGURATION_MAGENTO_ENV_YAML`.
pub(crate) const CONFIGURATION: u8 = 10;
/// Static content could not be made: `BUILD_SCD_FAILED`.
pub(crate) const GENERATION: u8 = 19;
/// Static content could not be compressed: `BUILD_SCD_COMPRESSION_FAILED`.
pub(crate) const COMPRESSION: u8 = 20;

/// The list of pages to warm up could not be made: `PD_DURING_PAGE_WARM_UP`.
pub(crate) const WARM_UP: u8 = 207;
/// The command itself is wrong; scd's own code.
pub(crate) const ARGUMENTS: u8 = 2;

/// What ends the command.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) code: u8,
    /// What is wrong.
    pub(crate) error: anyhow::Error,
    /// The next action.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub(crate) fn new(code: u8, error: anyhow::Error) -> Self {
        Self {
            code,
            error,
            hint: None,
        }
    }

    /// The same with a hint.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The same failure in the phase after the deploy, whose codes lie 200 above those of the build: `PD_CONFIG_PARSE_FAILED` and
/// `PD_CONFIG_UNABLE_TO_READ`.
pub(crate) fn after_deploy(failure: Failure) -> Failure {
    Failure {
        code: failure.code + 200,
        ..failure
    }
}
