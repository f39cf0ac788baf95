//! The proof: PHP's deploy and scd's, with the same options, into scratch directories.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use scd::child::timed;
use scd::compare::{Comparison, Scope, compare};
use scd::event::Silent;
use scd::options::Cache;
use scd::php::{Deployed, Request};
use scd_minify::Level;

use super::live::LiveTree;
use crate::args::VerifyArguments;
use crate::command::deploy::prepare;
use crate::console::Console;
use crate::php_arguments::php_arguments;
use crate::verification::{Runs, Verification};

/// How many of PHP's last lines are shown when it fails.
const SHOWN: usize = 40;

/// Deploys twice and compares.
///
/// # Errors
/// A run that could not be done, and a live tree that has changed meanwhile.
pub(super) fn verification(
    php: &OsStr,
    arguments: &VerifyArguments,
    console: &Console,
) -> Result<Verification> {
    let deploy = &arguments.deploy;
    if deploy.static_directory.is_some() || deploy.template_directory.is_some() {
        bail!("verify --php writes to scratch directories: name them with --scratch");
    }
    let (mut options, root) = prepare(deploy, console)?;
    if options.fold_theme_case {
        bail!(
            "verify --php does not know `SCD_MATRIX`: verify each of its themes by -t and locales"
        );
    }
    let interrupted = options.interrupted.clone();
    ctrlc::set_handler(move || interrupted.store(true, Ordering::Relaxed))
        .context("cannot listen for signals")?;
    let scratch = Scratch::open(arguments.scratch.as_deref())?;
    let before = LiveTree::of(&root)?;

    let request = Request {
        binary: php.to_owned(),
        // Magento's own limit is too small for a whole shop, and the command sets none itself.
        settings: vec!["memory_limit=-1".to_owned()],
        root: &root,
        arguments: php_arguments(deploy, &["--no-ansi", "--no-interaction"]),
        environment: options
            .mode
            .iter()
            .map(|mode| ("MAGE_MODE".to_owned(), mode.clone()))
            .collect(),
    };
    let theirs = scd::php::deploy(&request, &scratch.place("php")?)?;
    if options.interrupted.load(Ordering::Relaxed) {
        return Err(scd::Error::Interrupted.into());
    }
    if !theirs.finished.status.success() {
        bail!("{}", failure(&theirs));
    }

    let ours = scratch.place("scd")?;
    options.static_directory = Some(ours.join("static"));
    options.template_directory = Some(ours.join("templates"));
    options.lock_directory = Some(ours.clone());
    // A proof takes nothing for granted.
    options.cache = Cache::Off;
    options.remote_cache = None;
    // As PHP does; what is missing then shows in the table.
    options.keep_going = true;
    let (report, took) = timed(|| scd::deploy(&root, &options, &Silent));
    let report = report?;
    console.report(&report.diagnostics, &root);

    if let Some(path) = before.first_change(&LiveTree::of(&root)?) {
        bail!(
            "`{}` has changed during the runs, which write elsewhere: is another deploy going on?",
            path.display()
        );
    }
    let comparison = compared(&theirs, &ours, options.level)?;
    Ok(Verification {
        comparison,
        runs: Some(Runs {
            arguments: request.arguments,
            php: theirs.finished.took,
            complaints: theirs.complaints,
            scd: took,
            findings: report.diagnostics,
        }),
    })
}

/// Packages and templates.
fn compared(theirs: &Deployed, ours: &Path, level: Level) -> Result<Comparison> {
    let packages = (&ours.join("static"), &theirs.static_directory);
    let mut comparison = compare(packages.0, packages.1, Scope::Static, level)?;
    let templates = (&ours.join("templates"), &theirs.template_directory);
    let templates = compare(templates.0, templates.1, Scope::Templates, level)?;
    comparison.packages.extend(templates.packages);
    Ok(comparison)
}

/// That PHP has failed, with its last words.
fn failure(deployed: &Deployed) -> String {
    let said = String::from_utf8_lossy(&deployed.finished.output);
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let shown = lines[lines.len().saturating_sub(SHOWN)..].join("\n  ");
    let status = deployed.finished.status;
    format!("PHP could not deploy ({status}); it said:\n  {shown}")
}

/// The directory of both trees.
enum Scratch {
    /// Removed at the end.
    Passing(tempfile::TempDir),
    /// Kept for whoever asked for it.
    Kept(PathBuf),
}

impl Scratch {
    fn open(kept: Option<&Path>) -> Result<Self> {
        let Some(directory) = kept else {
            let directory = tempfile::Builder::new().prefix("scd-verify-").tempdir();
            return Ok(Self::Passing(directory.context(
                "cannot make a scratch directory; name one with --scratch",
            )?));
        };
        let failed = || format!("cannot use the scratch directory `{}`", directory.display());
        std::fs::create_dir_all(directory).with_context(failed)?;
        if std::fs::read_dir(directory)
            .with_context(failed)?
            .next()
            .is_some()
        {
            bail!(
                "the scratch directory `{}` is not empty",
                directory.display()
            );
        }
        Ok(Self::Kept(
            std::path::absolute(directory).with_context(failed)?,
        ))
    }

    /// One of the places in it, made.
    fn place(&self, name: &str) -> Result<PathBuf> {
        let directory = match self {
            Self::Passing(directory) => directory.path(),
            Self::Kept(directory) => directory,
        };
        let place = directory.join(name);
        std::fs::create_dir_all(&place)
            .with_context(|| format!("cannot make `{}`", place.display()))?;
        Ok(place)
    }
}
