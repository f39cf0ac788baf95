//! What may be typed behind `scd cloud` and `scd doctor`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand, ValueEnum};
use scd::compress::codec::Codec;

use super::warm_up::arguments::WarmUpArguments;
use crate::args::{ConsoleArguments, MinifyLevel};

/// `cloud`.
#[derive(Clone, Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct CloudArguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: CloudCommand,
}

/// The commands of `cloud`.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum CloudCommand {
    /// Build the static content in the build hook, as `.magento.env.yaml` asks for, and leave it to ece-tools' transfer step.
    Build(BuildArguments),
    /// Say which packages `cloud build` would make, and why each, without writing anything.
    Plan(BuildArguments),
    /// Check the configuration as ece-tools' wizards do, with their texts and exit codes.
    Wizard(WizardArguments),
    /// Request pages after a deploy: those of `WARM_UP_PAGES`, or those that are named.
    WarmUp(WarmUpArguments),
}

/// `cloud build` and `cloud plan`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Exit codes, ece-tools' own: 0 built, or nothing to build, 4 and 5 `.magento.env.yaml` cannot be read, 10 it is not \
                  valid, 19 the generation failed, 20 the compression failed; 2 wrong arguments or not in the build phase, 130 \
                  interrupted.\n\
                  The flag `.static_content_deploy`, by which ece-tools knows that the build made the static content, is removed \
                  first and written last."
)]
pub(crate) struct BuildArguments {
    /// The Magento root; the working directory when not given.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) root: PathBuf,

    /// Run in the deploy phase, too.
    #[arg(long)]
    pub(crate) force: bool,

    /// How the build hook keeps ece-tools from running PHP's deploy: by SKIP_SCD, which then does not keep scd from running,
    /// or by a scenario file that leaves the step out. When not given: `skip-scd` where SKIP_SCD is true, else `scenario`.
    #[arg(
        long,
        value_enum,
        value_name = "skip-scd|scenario",
        hide_possible_values = true
    )]
    pub(crate) hook: Option<Hook>,

    /// A locale for the themes outside of `SCD_MATRIX`, besides those that ece-tools finds; repeatable.
    #[arg(long = "locale", value_name = "LOCALE")]
    pub(crate) locales: Vec<String>,

    /// The content of `deployed_version.txt`, digits only, since the platform's `/static` rule knows nothing else. `content`: a
    /// number that follows from the files. `timestamp`, and when not given: the time in seconds.
    #[arg(long, value_name = "NUMBER|timestamp|content")]
    pub(crate) content_version: Option<String>,

    /// How far minifiers go: `compat` writes what Magento writes, `modern` makes it smaller.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = MinifyLevel::Compat)]
    pub(crate) minify: MinifyLevel,

    /// Lay compressed files beside the outputs, within `SCD_COMPRESSION_TIMEOUT`. `gzip` needs `SCD_COMPRESSION_LEVEL: 0`, so that
    /// ece-tools does not compress as well; `brotli` does not mind.
    #[arg(long, value_name = "gzip[:LEVEL],brotli[:LEVEL]", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) compress: Vec<Codec>,

    /// Keep results for the next build in this directory. When not given, none are kept here: a build container is new each time.
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,

    /// Share results with other builds and machines, as `deploy --remote-cache` does: `redis://HOST:PORT/DB`, `s3://BUCKET/PREFIX`
    /// or `fs:/DIRECTORY`. Also SCD_REMOTE_CACHE, as a variable of the environment.
    #[arg(long, value_name = "URL")]
    pub(crate) remote_cache: Option<String>,

    /// Write a report with every output's path, source, size and digest.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) report: Option<PathBuf>,

    /// Build all the same where modules change Magento in ways that scd cannot follow; they are warned of.
    #[arg(long)]
    pub(crate) allow_customised: bool,

    /// Let variables such as `CONFIG__DEFAULT__DEV__JS__MINIFY_FILES` win over the configuration.
    #[arg(long)]
    pub(crate) config_env: bool,

    /// Options that every Magento command has.
    #[command(flatten)]
    pub(crate) console: ConsoleArguments,
}

/// How a build hook keeps ece-tools from deploying static content itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hook {
    /// `SKIP_SCD: true`; the hook runs scd all the same.
    SkipScd,
    /// A scenario file skips ece-tools' generation; ece-tools checks its conditions and sets the flag.
    Scenario,
}

/// `cloud wizard`.
#[derive(Clone, Debug, Args)]
pub(crate) struct WizardArguments {
    /// Which one.
    #[arg(value_enum, value_name = "WIZARD")]
    pub(crate) wizard: Wizard,

    /// The Magento root; the working directory when not given.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) root: PathBuf,

    /// Options that every Magento command has.
    #[command(flatten)]
    pub(crate) console: ConsoleArguments,
}

/// The wizards of ece-tools that are about static content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wizard {
    /// Static content on build, a post_deploy hook, no minified HTML; the exit code is the number of findings.
    IdealState,
    /// Whether the build makes the static content.
    ScdOnBuild,
    /// Whether static content is made on demand.
    ScdOnDemand,
    /// Whether the deploy makes the static content.
    ScdOnDeploy,
}

/// `doctor`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nothing is wrong (there may be warnings and notes), 1 there are errors, 2 could not run."
)]
pub(crate) struct DoctorArguments {
    /// The Magento root; the working directory when not given.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) root: PathBuf,

    /// Print text, or JSON.
    #[arg(long, value_enum, value_name = "text|json", default_value_t = DataFormat::Text, hide_possible_values = true)]
    pub(crate) format: DataFormat,

    /// Options that every Magento command has.
    #[command(flatten)]
    pub(crate) console: ConsoleArguments,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}
