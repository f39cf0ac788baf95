//! `scd deploy`: build and publish.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, Result};
use scd::diagnostic::{Diagnostic, Severity};
use scd::options::Options;
use scd_magento::Environment;

use super::{fallback, variable};
use crate::args::DeployArguments;
use crate::cloud::{matrix, threads};
use crate::console::progress::Progress;
use crate::console::{Console, summary};
use crate::exit::Exit;
use crate::{json, magento_flags, remote_cache};

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
        let interrupted = options.interrupted.clone();
        ctrlc::set_handler(move || interrupted.store(true, Ordering::Relaxed))
            .context("cannot listen for signals")?;
        if !options.refresh_version_only {
            console.say("");
            // As typed, which may be nothing, in Magento, too.
            let strategy = self.strategy.unwrap_or("quick");
            console.say(&format!("Deploy using {strategy} strategy"));
        }
        // A report that cannot be written is to be known before anything is published.
        let report_file = self.report.map(create).transpose()?;
        let progress = Progress::new(*console);
        let report = match scd::deploy(self.root, options, &progress) {
            Ok(report) => report,
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
        if report.has_errors() && !options.keep_going {
            return Ok(Exit::SourcesHaveErrors);
        }
        Ok(Exit::Done)
    }
}

/// Creates the report's file.
fn create(path: &Path) -> Result<(&Path, File)> {
    let file = File::create(path)
        .with_context(|| format!("cannot write the report to `{}`", path.display()))?;
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
