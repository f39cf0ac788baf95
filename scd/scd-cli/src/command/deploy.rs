//! `scd deploy`: build and publish.

use std::fs::File;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use scd::diagnostic::{Diagnostic, Severity};
use scd::event::Observer;
use scd::options::Options;
use scd_magento::Environment;

use super::{fallback, variable};
use crate::args::DeployArguments;
use crate::cloud::{matrix, threads};
use crate::console::progress::Progress;
use crate::console::{Console, summary};
use crate::exit::Exit;
use crate::timings::Timings;
use crate::{json, magento_flags, remote_cache, umask};

/// Runs the command.
///
/// # Errors
/// Whatever kept the run from being done.
pub(crate) fn run(arguments: &DeployArguments) -> Result<Exit> {
    let started = Instant::now();
    let console = Console::new(&arguments.console);
    if arguments.fallback.is_some() && magento_flags::is_foreign_strategy(arguments) {
        return fallback::deploy(arguments, &root(arguments)?, &console);
    }
    let (options, root) = prepare(arguments, &console)?;
    if options.shard.is_some() && options.shard_directory.is_none() {
        bail!(
            "--shard needs --shard-to DIR: the tree of a shard is not complete, so it must not go live"
        );
    }
    if arguments.fallback.is_some() && !options.refresh_version_only {
        let mut reasons = scd::obstacles(&root, &options)?;
        if !reasons.is_empty() {
            for reason in &mut reasons {
                reason.severity = Severity::Warning;
            }
            console.report(&reasons, &root);
            return fallback::deploy(arguments, &root, &console);
        }
    }
    let deploy = Deploy {
        options: &options,
        root: &root,
        strategy: arguments.strategy.as_deref(),
        report: arguments.report.as_deref(),
        timings: arguments.timings.as_deref(),
        console,
        started,
    };
    let exit = deploy.run()?;
    if exit == Exit::SourcesHaveErrors {
        console.complain("error: the sources have errors; nothing was published (--keep-going publishes the rest)");
    }
    Ok(exit)
}

/// A deploy that is decided, with all that is told about it.
pub(crate) struct Deploy<'a> {
    /// What is done.
    pub(crate) options: &'a Options,
    /// Where, absolute.
    pub(crate) root: &'a Path,
    /// The strategy as it was typed.
    pub(crate) strategy: Option<&'a str>,
    /// Where the report goes.
    pub(crate) report: Option<&'a Path>,
    /// Where the trace of its times goes.
    pub(crate) timings: Option<&'a Path>,
    /// Who is told.
    pub(crate) console: Console,
    /// When the command began.
    pub(crate) started: Instant,
}

impl Deploy<'_> {
    /// Deploys until done, or until a signal comes.
    ///
    /// # Errors
    /// Whatever kept the run from being done.
    pub(crate) fn run(&self) -> Result<Exit> {
        let (options, console) = (self.options, &self.console);
        interrupt_by_signals(options)?;
        if !options.refresh_version_only {
            console.say("");
            // As typed, which may be nothing, in Magento, too.
            let strategy = self.strategy.unwrap_or("quick");
            console.say(&format!("Deploy using {strategy} strategy"));
        }
        // What cannot be written is to be known before anything is published.
        let report_file = self.report.map(|path| create(path, "report")).transpose()?;
        let timings_file = self
            .timings
            .map(|path| create(path, "timings"))
            .transpose()?;
        let progress = Progress::new(*console);
        let timings = timings_file.map(|file| (Timings::new(&progress), file));
        let observer: &dyn Observer = match &timings {
            Some((timings, _)) => timings,
            None => &progress,
        };
        let deploy = || scd::deploy(self.root, options, observer);
        let deployed = umask::under_that_of_magento(deploy);
        let traced = timings.map_or(Ok(()), |(timings, (path, file))| timings.write(path, file));
        let report = match deployed {
            // The process is about to end, and taking the outputs apart one by one before that takes milliseconds.
            Ok(report) => ManuallyDrop::new(report),
            Err(scd::Error::Interrupted) => {
                console.complain(&format!("error: {}", scd::Error::Interrupted));
                return Ok(Exit::Interrupted);
            }
            Err(error) => {
                if let scd::Error::CannotFollow { reasons } = &error {
                    console.report(reasons, self.root);
                }
                return Err(error.into());
            }
        };
        traced?;
        if let Some((path, mut file)) = report_file {
            let text = serde_json::to_string_pretty(&json::report(&report))?;
            writeln!(file, "{text}")
                .with_context(|| format!("cannot write the report to `{}`", path.display()))?;
        }
        if options.refresh_version_only {
            let version = report.version.as_deref().unwrap_or_default();
            console.say(&format!("New content version: {version}"));
            return Ok(Exit::Done);
        }
        summary::print(&report, self.root, self.started.elapsed(), console);
        if let (Some(shard), Some(directory)) = (options.shard, &options.shard_directory) {
            let directory = directory.display();
            console.say(&format!(
                "share {shard} is in `{directory}`; `scd merge` publishes all shares"
            ));
        }
        if report.has_errors() && !options.keep_going {
            return Ok(Exit::SourcesHaveErrors);
        }
        Ok(Exit::Done)
    }
}

/// Has a run stop when a signal comes.
pub(super) fn interrupt_by_signals(options: &Options) -> Result<()> {
    let interrupted = options.interrupted.clone();
    ctrlc::set_handler(move || interrupted.store(true, Ordering::Relaxed))
        .context("cannot listen for signals")
}

/// Creates a file for what is told besides.
fn create<'a>(path: &'a Path, what: &str) -> Result<(&'a Path, File)> {
    let file = File::create(path)
        .with_context(|| format!("cannot write the {what} to `{}`", path.display()))?;
    Ok((path, file))
}

/// The root, absolute.
fn root(arguments: &DeployArguments) -> Result<PathBuf> {
    std::fs::canonicalize(&arguments.root).with_context(|| {
        format!(
            "cannot find the Magento root `{}`",
            arguments.root.display()
        )
    })
}

/// Options, root and worker threads, from arguments and environment.
///
/// # Errors
/// Arguments or variables that make no sense, a root that is not there.
pub(crate) fn prepare(
    arguments: &DeployArguments,
    console: &Console,
) -> Result<(Options, PathBuf)> {
    let matrix = matrix::matrix(variable("SCD_MATRIX").as_deref())?;
    let mut options = magento_flags::options(arguments, &matrix, variable("MAGE_MODE"))?;
    options.environment = environment(arguments.config_env);
    if !arguments.cache.no_cache {
        options.remote_cache = remote_cache::address(arguments.cache.remote_cache.as_deref())?;
    }
    let root = root(arguments)?;
    let threads = threads::threads(variable("SCD_THREADS").as_deref())?;
    let mut warn = |text: String| console.report(&[Diagnostic::warning(text)], &root);
    options.jobs = magento_flags::jobs(arguments.jobs.as_deref(), threads, &mut warn);
    Ok((options, root))
}

/// The variables that change the configuration, where they may.
pub(crate) fn environment(may_change: bool) -> Environment {
    // What is not Unicode cannot be a setting.
    let variables = std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
    Environment::new(variables, may_change)
}
