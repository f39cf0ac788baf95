//! `merge`.

use std::path::PathBuf;

use clap::Args;

use super::{ConsoleArguments, LinkManner};

/// `merge`.
#[derive(Clone, Debug, Args)]
pub(crate) struct MergeArguments {
    /// The trees that the shards have written: one directory for each `--shard-to`.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) trees: Vec<PathBuf>,

    /// The Magento root; the working directory when not given.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) root: PathBuf,

    /// Publish packages here instead of `pub/static` of the root.
    #[arg(long = "static", value_name = "DIR")]
    pub(crate) static_directory: Option<PathBuf>,

    /// Publish minified templates here instead of `var/view_preprocessed/pub/static` of the root.
    #[arg(long = "templates", value_name = "DIR")]
    pub(crate) template_directory: Option<PathBuf>,

    /// As for `deploy`.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) keep_versions: u32,

    /// As for `deploy`.
    #[arg(long, value_enum, value_name = "MANNER", default_value_t = LinkManner::Copy)]
    pub(crate) link: LinkManner,

    /// Worker threads; 0 for all cores.
    #[arg(short = 'j', long, value_name = "N")]
    pub(crate) jobs: Option<String>,

    /// Options that every Magento command has.
    #[command(flatten)]
    pub(crate) console: ConsoleArguments,
}
