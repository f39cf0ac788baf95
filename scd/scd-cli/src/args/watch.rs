//! What may be typed behind `scd watch`.

use clap::{Args, value_parser};

use super::DeployArguments;
use crate::watch::livereload::ADDRESS;

/// `watch`.
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "scd watch [--livereload[=ADDRESS]] [--poll[=MILLISECONDS]] [DEPLOY OPTIONS] [LOCALE]...",
    after_help = "Runs in any application mode, and until it is interrupted: exit code 0 then, 130 if not everything was made \
                  once by then, 2 if it could not run."
)]
pub(crate) struct WatchArguments {
    /// Tell browsers what was written, at HOST:PORT or at this port of this machine: stylesheets are exchanged in the open page,
    /// everything else loads it again. Pages need `<script src=\"http://ADDRESS/livereload.js\"></script>`.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, require_equals = true, default_missing_value = ADDRESS)]
    pub(crate) livereload: Option<String>,

    /// Look at all sources every so many milliseconds, where the system does not tell of changes: NFS, directories that are
    /// shared with virtual machines and containers. Without a value: 500.
    #[arg(long, value_name = "MILLISECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "500", value_parser = value_parser!(u64).range(10..=60_000))]
    pub(crate) poll: Option<u64>,

    /// What is made.
    #[command(flatten)]
    pub(crate) deploy: DeployArguments,
}
