//! What may be typed behind `scd cloud warm-up`.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::args::ConsoleArguments;
use crate::cloud::arguments::DataFormat;

/// `cloud warm-up`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all pages were requested, whatever came of each; 1 with --strict, when a page failed; 207, ece-tools' \
                  own, when the list of pages could not be made; 2 wrong arguments, 130 interrupted."
)]
pub(crate) struct WarmUpArguments {
    /// A page to request, with its host; repeatable. With --url, --from-file or --page, nothing is read from
    /// `.magento.env.yaml`.
    #[arg(long = "url", value_name = "URL", action = ArgAction::Append)]
    pub(crate) urls: Vec<String>,

    /// A file with a page on each line; blank lines and those that begin with `#` do not count.
    #[arg(long, value_name = "FILE")]
    pub(crate) from_file: Option<PathBuf>,

    /// An entry as in `WARM_UP_PAGES`, such as `category:*:1` or `contact`; repeatable. Needs a `bin/magento` with the module
    /// magento/magento-cloud-components, run by `PHP_BINARY` or `php`.
    #[arg(long = "page", value_name = "PATTERN", action = ArgAction::Append)]
    pub(crate) pages: Vec<String>,

    /// How many pages are requested at once; that of `WARM_UP_CONCURRENCY`, else 25, when not given.
    #[arg(long, value_name = "N")]
    pub(crate) concurrency: Option<usize>,

    /// The longest that a page may take, with all its redirects.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout: u64,

    /// Request a page that gave no answer, or a status of 500 or more, so many times again, a second apart. When not given, not at
    /// all, as ece-tools.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=10))]
    pub(crate) retries: u8,

    /// Exit with 1 when a page failed; without it, failed pages are only told, as ece-tools does it.
    #[arg(long)]
    pub(crate) strict: bool,

    /// Print a table, or JSON.
    #[arg(long, value_enum, value_name = "text|json", default_value_t = DataFormat::Text, hide_possible_values = true)]
    pub(crate) format: DataFormat,

    /// The Magento root; the working directory when not given.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) root: PathBuf,

    /// Options that every Magento command has.
    #[command(flatten)]
    pub(crate) console: ConsoleArguments,
}
