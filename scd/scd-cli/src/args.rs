//! What may be typed. Types for clap and nothing else: what it means is decided in `magento_flags` and the commands.

mod less;
mod merge;
mod watch;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use scd::compress::codec::Codec;
use scd::options::Link;
use scd::shard::Shard;
use scd::single::Dialect;
use scd_minify::Level;

use crate::cloud::arguments::{CloudArguments, DoctorArguments};

pub(crate) use less::{LessArguments, Switch};
pub(crate) use merge::MergeArguments;
pub(crate) use watch::WatchArguments;

/// Native static content deploy for Magento 2.
#[derive(Debug, Parser)]
#[command(
    name = "scd",
    version,
    propagate_version = true,
    about,
    after_help = "Exit codes: 0 published, 1 the sources have errors, 2 could not run, 130 interrupted; PHP's own after --fallback=php, ece-tools' own from `scd cloud`.\n\
                  Unless the code is 0, nothing of the live `pub/static` has been replaced.",
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build and publish static content; takes every option of `bin/magento setup:static-content:deploy`.
    #[command(visible_alias = "setup:static-content:deploy")]
    Deploy(DeployArguments),
    /// Say what a deploy would do, in counts, without writing anything.
    Plan(DeployArguments),
    /// Publish the trees that shards have made (`deploy --shard I/N --shard-to DIR`) as the one deploy that they are.
    Merge(MergeArguments),
    /// Compare two deployed trees, or PHP's deploy with scd's, package by package, in bytes and in meaning.
    Verify(VerifyArguments),
    /// Keep `pub/static` up to date while sources are edited, and tell browsers.
    Watch(WatchArguments),
    /// Show how much is kept for later deploys, and give space back.
    Cache(CacheCommand),
    /// Compile one LESS file, in or outside of a Magento root, with the options of `lessc`.
    Less(LessArguments),
    /// Work with ece-tools on Adobe Commerce Cloud: build in the build hook, check the configuration.
    Cloud(CloudArguments),
    /// Look for what is wrong with a shop's static content, in and outside of the cloud, and say what to do about it.
    Doctor(DoctorArguments),
}

/// `deploy` and `plan`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(args_override_self = true)]
pub(crate) struct DeployArguments {
    /// Locales to deploy, such as `en_US de_DE`; win over `--language`.
    #[arg(value_name = "LOCALE")]
    pub(crate) languages: Vec<String>,

    /// Deploy in any application mode, not only in `production`.
    #[arg(short = 'f', long)]
    pub(crate) force: bool,

    /// How packages get their files: `quick` (the default), `standard`, or `compact`, which puts each file into the package
    /// it comes from and maps into the others. Without a value: `standard`.
    #[arg(short = 's', long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    pub(crate) strategy: Option<String>,

    /// Only these areas; repeatable.
    #[arg(short = 'a', long = "area", value_name = "AREA", num_args = 0..=1, default_missing_value = "", action = ArgAction::Append)]
    pub(crate) areas: Vec<String>,

    /// Not these areas; repeatable.
    #[arg(long = "exclude-area", value_name = "AREA", num_args = 0..=1, default_missing_value = "", action = ArgAction::Append)]
    pub(crate) excluded_areas: Vec<String>,

    /// Only these themes, written `Vendor/name`, and the parents they need; repeatable.
    #[arg(short = 't', long = "theme", value_name = "THEME", num_args = 0..=1, default_missing_value = "", action = ArgAction::Append)]
    pub(crate) themes: Vec<String>,

    /// Not these themes; repeatable.
    #[arg(long = "exclude-theme", value_name = "THEME", num_args = 0..=1, default_missing_value = "", action = ArgAction::Append)]
    pub(crate) excluded_themes: Vec<String>,

    /// Locales to deploy; repeatable; used only when no locale is given as an argument.
    #[arg(short = 'l', long = "language", value_name = "LOCALE", num_args = 0..=1, default_missing_value = "", action = ArgAction::Append)]
    pub(crate) language_options: Vec<String>,

    /// Not these locales; repeatable.
    #[arg(long = "exclude-language", value_name = "LOCALE", num_args = 0..=1, default_missing_value = "", action = ArgAction::Append)]
    pub(crate) excluded_languages: Vec<String>,

    /// Worker threads; 0, and when not given: all cores that this process may use, by its affinity and a CPU quota of its cgroup.
    #[arg(short = 'j', long, value_name = "N", num_args = 0..=1, default_missing_value = "0")]
    pub(crate) jobs: Option<String>,

    /// Accepted for Magento's sake; a run that takes seconds needs no limit. One of 0 or less is refused.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "900")]
    pub(crate) max_execution_time: Option<String>,

    /// Accepted and without effect, as in Magento.
    #[arg(long)]
    pub(crate) symlink_locale: bool,

    /// Text of `deployed_version.txt`; letters, digits, `_` and `.`. `content`: a number that follows from the published files,
    /// so that equal files have an equal version on every machine. `timestamp`, and when not given: the time in seconds.
    #[arg(long, value_name = "VERSION|timestamp|content")]
    pub(crate) content_version: Option<String>,

    /// Write `deployed_version.txt` and nothing else.
    #[arg(long)]
    pub(crate) refresh_content_version_only: bool,

    /// No JavaScript and nothing made from it.
    #[arg(long)]
    pub(crate) no_javascript: bool,

    /// No JavaScript bundles.
    #[arg(long)]
    pub(crate) no_js_bundle: bool,

    /// No stylesheets, compiled ones included.
    #[arg(long)]
    pub(crate) no_css: bool,

    /// Accepted and without visible effect, as in Magento: compiled files count as CSS.
    #[arg(long)]
    pub(crate) no_less: bool,

    /// No images.
    #[arg(long)]
    pub(crate) no_images: bool,

    /// No fonts.
    #[arg(long)]
    pub(crate) no_fonts: bool,

    /// No static HTML.
    #[arg(long)]
    pub(crate) no_html: bool,

    /// No `md jbf csv json txt htc swf` and no files without extension.
    #[arg(long)]
    pub(crate) no_misc: bool,

    /// No minified templates under `var/view_preprocessed`.
    #[arg(long)]
    pub(crate) no_html_minify: bool,

    /// Not the parents of the selected themes.
    #[arg(long)]
    pub(crate) no_parent: bool,

    /// The Magento root; the working directory when not given.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) root: PathBuf,

    /// How far minifiers go: `compat` writes what Magento writes, `modern` makes it smaller.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = MinifyLevel::Compat)]
    pub(crate) minify: MinifyLevel,

    /// Compile LESS as less.php of this generation does: 3 or 5; that of the installed wikimedia/less.php when not given.
    #[arg(long, value_enum, value_name = "3|5", hide_possible_values = true)]
    pub(crate) less_dialect: Option<LessDialect>,

    /// Publish what could be made although some sources have errors, and exit with 0, as Magento does.
    #[arg(long)]
    pub(crate) keep_going: bool,

    /// Write a report with every output's path, source, size and digest.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) report: Option<PathBuf>,

    /// Write where the time went, stage by stage and job by job, as a trace that opens in <https://ui.perfetto.dev> and in
    /// Chrome's `about:tracing`.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) timings: Option<PathBuf>,

    /// Lay compressed files beside the outputs, for web servers that send them as they are: `x.css.gz`, `x.css.br` for every
    /// `.js .css .svg .html .htm` of more than 300 bytes. Levels: gzip 1 to 12 (9 when not given), brotli 0 to 11 (5).
    #[arg(long, value_name = "gzip[:LEVEL],brotli[:LEVEL]", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) compress: Vec<Codec>,

    /// The longest that compressing may take, 0 for no limit; if it takes longer, the run fails and publishes nothing.
    #[arg(long, value_name = "SECONDS", requires = "compress")]
    pub(crate) compress_timeout: Option<u64>,

    /// Write packages here instead of `pub/static` of the root.
    #[arg(long = "static", value_name = "DIR")]
    pub(crate) static_directory: Option<PathBuf>,

    /// Write minified templates here instead of `var/view_preprocessed/pub/static` of the root.
    #[arg(long = "templates", value_name = "DIR")]
    pub(crate) template_directory: Option<PathBuf>,

    /// Make share I of N of the packages, where the first is 1/N: for several machines that deploy together. Machines with
    /// equal roots, options and N agree on the shares without talking to each other; `scd merge` publishes all of them as one.
    #[arg(long, value_name = "I/N", conflicts_with_all = ["fallback", "keep_versions", "refresh_content_version_only", "static_directory", "template_directory"])]
    pub(crate) shard: Option<Shard>,

    /// Write the share into this directory, for `scd merge`; what it holds before goes.
    #[arg(long, value_name = "DIR", requires = "shard")]
    pub(crate) shard_to: Option<PathBuf>,

    /// Leave files in their packages that the N versions before had and this one lacks, so that pages in caches and browsers
    /// find what they refer to.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) keep_versions: u32,

    /// What equal outputs have in common on the disk. Nothing is ever linked to a source.
    #[arg(long, value_enum, value_name = "MANNER", default_value_t = LinkManner::Copy)]
    pub(crate) link: LinkManner,

    /// Where modules change Magento in ways that scd cannot follow, let the root's own `bin/magento` deploy instead, by
    /// `PHP_BINARY` or `php`; its exit code is passed on.
    #[arg(long, value_enum, value_name = "php", hide_possible_values = true)]
    pub(crate) fallback: Option<Fallback>,

    /// Deploy all the same where modules change Magento in ways that scd cannot follow; they are warned of.
    #[arg(long, conflicts_with = "fallback")]
    pub(crate) allow_customised: bool,

    /// Where results are kept for the next deploy.
    #[command(flatten)]
    pub(crate) cache: CacheArguments,

    /// Let variables such as `CONFIG__DEFAULT__DEV__JS__MINIFY_FILES` win over the configuration, as Magento does where PHP's
    /// `variables_order` contains `E`.
    #[arg(long)]
    pub(crate) config_env: bool,

    /// Options that every Magento command has.
    #[command(flatten)]
    pub(crate) console: ConsoleArguments,

    /// `MAGE_MODE=…` and other settings, as `bin/magento` takes them.
    #[arg(long, value_name = "QUERY", num_args = 0..=1, default_missing_value = "")]
    pub(crate) magento_init_params: Option<String>,
}

/// Where results are kept for the next deploy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct CacheArguments {
    /// Keep results for the next deploy in this directory instead of `var/scd` of the root. Several roots may share it.
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(crate) cache: Option<PathBuf>,

    /// Use no results of earlier deploys and keep none. The files that are published are the same.
    #[arg(long)]
    pub(crate) no_cache: bool,

    /// Share results with other machines: what is not in the cache here is fetched from there, and what is new is brought there.
    /// `redis://[USER:PASSWORD@]HOST[:PORT][/DB][?prefix=…&timeout=SECONDS]`, `rediss://…` for TLS,
    /// `s3://BUCKET[/PREFIX][?region=…&endpoint=…&timeout=SECONDS]` with the keys of the AWS command line, or `fs:/DIRECTORY`. The
    /// variable SCD_REMOTE_CACHE says the same and shows no password in the list of processes. A service that is down or slow
    /// is warned of once and costs a few seconds at most; the files that are published are the same.
    #[arg(long, value_name = "URL", conflicts_with = "no_cache")]
    pub(crate) remote_cache: Option<String>,
}

/// `verify`.
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "scd verify [--root DIR] [--static DIR] [--templates DIR]\n       \
                      scd verify --against TREE [--root DIR] [--static DIR]\n       \
                      scd verify --php[=PHP] [DEPLOY OPTIONS] [LOCALE]...",
    after_help = "Exit codes: 0 equal, 1 different, 2 could not run."
)]
pub(crate) struct VerifyArguments {
    /// The tree to compare with: a `pub/static`, or a Magento root that holds one. The tree that is checked is that of
    /// --static, else `pub/static` of the root.
    /// Without this and --php, what is live is compared with what scd has published there: changed, missing and extra files.
    #[arg(long, value_name = "TREE")]
    pub(crate) against: Option<PathBuf>,

    /// Deploy twice with the options of `deploy` that are given, by the root's own `bin/magento` and by scd, both into
    /// scratch directories, and compare. The live `pub/static` stays as it is. The value is the PHP program.
    #[arg(long, value_name = "PHP", num_args = 0..=1, require_equals = true, default_missing_value = "php", conflicts_with_all = ["against", "shard"])]
    pub(crate) php: Option<OsString>,

    /// Keep both trees in this directory, which must be empty or new, as `php` and `scd`.
    #[arg(long, value_name = "DIR", requires = "php")]
    pub(crate) scratch: Option<PathBuf>,

    /// Print a table, JSON, or a page of HTML.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Write the result to a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// What is deployed.
    #[command(flatten)]
    pub(crate) deploy: DeployArguments,
}

/// `cache`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct CacheCommand {
    /// What to do; without it, say how much is kept and how the last deploy fared.
    #[command(subcommand)]
    pub(crate) action: Option<CacheAction>,

    /// Which cache.
    #[command(flatten)]
    pub(crate) place: CachePlace,
}

/// Which cache.
#[derive(Clone, Debug, Args)]
pub(crate) struct CachePlace {
    /// The Magento root; the working directory when not given.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) root: PathBuf,

    /// The directory that deploys name with --cache, when it is not `var/scd` of the root.
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,

    /// The cache that machines share, to say how much is in it; also SCD_REMOTE_CACHE. Nothing is removed from it: deploys keep
    /// it below 1 GB and forget what was not used for 30 days.
    #[arg(long, value_name = "URL")]
    pub(crate) remote_cache: Option<String>,
}

/// What is done to a cache.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Remove what was not used for some time. Deploys do that by themselves after 30 days, and beyond 1 GB.
    Prune {
        /// For how long, in days, such as `30d`.
        #[arg(long, value_name = "DAYS", default_value = "30d", value_parser = days)]
        unused_for: u64,

        /// Which cache.
        #[command(flatten)]
        place: CachePlace,
    },
    /// Remove everything. The next deploy takes as long as the first one, and publishes the same files.
    Clear {
        /// Which cache.
        #[command(flatten)]
        place: CachePlace,
    },
}

/// A number of days, with or without its `d`.
fn days(text: &str) -> Result<u64, String> {
    let digits = text.strip_suffix('d').unwrap_or(text);
    let number = digits.parse();
    number.map_err(|_| format!("expected a number of days such as `30d`, found `{text}`"))
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table.
    Text,
    /// For programs.
    Json,
    /// A page for browsers that needs nothing besides itself.
    Html,
}

/// Options that every Magento command has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct ConsoleArguments {
    /// Say more: `-v` names files.
    #[arg(short = 'v', long, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Say nothing but errors.
    #[arg(short = 'q', long)]
    pub(crate) quiet: bool,

    /// Colour even where the output is not a terminal.
    #[arg(long, overrides_with = "no_ansi")]
    pub(crate) ansi: bool,

    /// No colour and no progress bars.
    #[arg(long, alias = "no-color", overrides_with = "ansi")]
    pub(crate) no_ansi: bool,

    /// Accepted; scd never asks.
    #[arg(short = 'n', long)]
    pub(crate) no_interaction: bool,
}

/// Who deploys what scd cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fallback {
    /// The root's own `bin/magento`.
    Php,
}

/// How far the minifiers may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MinifyLevel {
    /// What Magento writes.
    #[default]
    Compat,
    /// Smaller, each file checked for equal meaning.
    Modern,
}

/// How equal outputs of a run are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum LinkManner {
    /// Each file by itself.
    #[default]
    Copy,
    /// Each file by itself, but they share disk blocks where the file system can do that (btrfs, xfs). Changing one file in
    /// place leaves the others alone.
    Reflink,
    /// One file under several names, or copies where the system refuses that. Whatever changes one in place (an editor, some
    /// of Magento's own code, a minifier behind the deploy) changes all; what writes beside and renames does not.
    Hardlink,
}

impl From<LinkManner> for Link {
    fn from(manner: LinkManner) -> Self {
        match manner {
            LinkManner::Copy => Self::Copy,
            LinkManner::Reflink => Self::Reflink,
            LinkManner::Hardlink => Self::Hardlink,
        }
    }
}

impl From<MinifyLevel> for Level {
    fn from(level: MinifyLevel) -> Self {
        match level {
            MinifyLevel::Compat => Self::Compat,
            MinifyLevel::Modern => Self::Modern,
        }
    }
}

/// The generation of less.php whose language is read and whose bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LessDialect {
    /// wikimedia/less.php 3.x, which Magento 2.4.4 to 2.4.7 install.
    #[value(name = "3")]
    Three,
    /// wikimedia/less.php 5.x, which Magento 2.4.8 and later install.
    #[value(name = "5")]
    Five,
}

impl From<LessDialect> for Dialect {
    fn from(dialect: LessDialect) -> Self {
        match dialect {
            LessDialect::Three => Self::V3,
            LessDialect::Five => Self::V5,
        }
    }
}
