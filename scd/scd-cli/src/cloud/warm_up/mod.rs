//! `scd cloud warm-up`: requests pages after a deploy, so that visitors find them in the caches.
//!
//! Mirrors `Magento\MagentoCloud\Step\PostDeploy\WarmUp`: a page that fails is told and nothing more.

mod address;
pub(crate) mod arguments;
mod entry;
mod expression;
mod list;
mod magento;
mod request;
mod result;
mod routes;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use scd::diagnostic::Diagnostic;

use super::arguments::DataFormat;
use super::env_file::EnvFile;
use super::failure::{self, Failure};
use super::yaml::Value;
use crate::command::variable;
use crate::console::{Console, print_line};
use crate::exit::Exit;
use arguments::WarmUpArguments;
use list::Told;
use magento::Magento;

/// How many pages are requested at once where nobody says. Guzzle's default.
const CONCURRENCY: usize = 25;

/// More threads than that wait for each other.
const MOST_CONCURRENCY: usize = 256;

/// Runs the command.
///
/// # Errors
/// Wrong arguments, and a list of pages that cannot be made.
pub(super) fn run(arguments: &WarmUpArguments) -> Result<Exit, Failure> {
    let console = Console::new(&arguments.console);
    let root = std::fs::canonicalize(&arguments.root)
        .with_context(|| format!("cannot find the root `{}`", arguments.root.display()))
        .map_err(|error| Failure::new(failure::ARGUMENTS, error))?;
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .context("cannot listen for signals")
        .map_err(|error| Failure::new(failure::ARGUMENTS, error))?;
    let request = Request::read(arguments, &root)?;
    let mut told = Told::default();
    let ask = |words: &[String]| magento::ask(&root, words);
    let magento = Magento::new(&ask, variable(routes::VARIABLE));
    let mut urls = request.urls;
    let pages = list::pages(&request.entries, &magento, &mut told);
    tell(&told, &console, &root);
    urls.extend(pages.map_err(|error| Failure::new(failure::WARM_UP, error))?);
    let concurrency = match arguments.concurrency.or(request.concurrency) {
        None | Some(0) => CONCURRENCY,
        Some(count) => count.min(MOST_CONCURRENCY),
    };
    let started = Instant::now();
    let manner = request::Manner {
        concurrency,
        timeout: Duration::from_secs(arguments.timeout),
        retries: arguments.retries,
    };
    let visits = request::visit(&urls, &manner, &interrupted);
    let elapsed = started.elapsed();
    match arguments.format {
        DataFormat::Json => print_line(&format!("{:#}", result::json(&visits, elapsed))),
        DataFormat::Text => {
            for line in result::lines(&visits, elapsed) {
                console.say(&line);
            }
        }
    }
    if interrupted.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    let has_failed = !told.errors.is_empty() || visits.iter().any(|visit| !visit.is_fine());
    Ok(if arguments.strict && has_failed {
        Exit::EceTools(1)
    } else {
        Exit::Done
    })
}

/// What is to be requested.
struct Request {
    /// Pages as they are.
    urls: Vec<String>,
    /// Entries as in `WARM_UP_PAGES`.
    entries: Vec<String>,
    /// `WARM_UP_CONCURRENCY`.
    concurrency: Option<usize>,
}

impl Request {
    /// What was typed; `.magento.env.yaml` where nothing was.
    fn read(arguments: &WarmUpArguments, root: &Path) -> Result<Self, Failure> {
        let wrong = |error| Failure::new(failure::ARGUMENTS, error);
        let mut urls = arguments.urls.clone();
        if let Some(file) = &arguments.from_file {
            urls.extend(lines_of(file).map_err(wrong)?);
        }
        if let Some(url) = urls.iter().find(|url| !is_web_address(url)) {
            return Err(wrong(anyhow!(
                "expected a page with its host, such as `https://shop.example/contact`, found `{url}`"
            )));
        }
        let mut entries = arguments.pages.clone();
        let is_typed = arguments.from_file.is_some() || !(urls.is_empty() && entries.is_empty());
        let mut concurrency = None;
        if !is_typed {
            let file = EnvFile::read(root).map_err(failure::after_deploy)?;
            let unusable = |error| Failure::new(failure::WARM_UP, error);
            entries = entries_of(&file).map_err(unusable)?;
            concurrency = concurrency_of(&file).map_err(unusable)?;
        }
        Ok(Self {
            urls,
            entries,
            concurrency,
        })
    }
}

fn is_web_address(url: &str) -> bool {
    let is_web = url.starts_with("http://") || url.starts_with("https://");
    is_web && address::host(url).is_some()
}

fn lines_of(file: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read `{}`", file.display()))?;
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

/// `WARM_UP_PAGES`; where it is not set, one empty entry, which is the home page.
fn entries_of(file: &EnvFile) -> Result<Vec<String>> {
    let Some(node) = file.post_deploy("WARM_UP_PAGES") else {
        return Ok(vec![String::new()]);
    };
    let Some(entries) = node.value.as_array() else {
        bail!("`WARM_UP_PAGES` in line {} must be a list", node.line);
    };
    let text = |entry: &super::yaml::Entry| match &entry.node.value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(anyhow!(
            "an entry of `WARM_UP_PAGES`, line {}, is no text; put it into quotes",
            entry.node.line
        )),
    };
    entries.iter().map(text).collect()
}

fn concurrency_of(file: &EnvFile) -> Result<Option<usize>> {
    match file.post_deploy("WARM_UP_CONCURRENCY") {
        None => Ok(None),
        Some(node) => match node.value {
            Value::Int(count) => Ok(usize::try_from(count).ok()),
            _ => bail!(
                "`WARM_UP_CONCURRENCY` in line {} must be a whole number",
                node.line
            ),
        },
    }
}

/// What was said while the list was made.
fn tell(told: &Told, console: &Console, root: &Path) {
    let errors = told.errors.iter().cloned().map(Diagnostic::error);
    let warnings = told.warnings.iter().cloned().map(Diagnostic::warning);
    let findings: Vec<Diagnostic> = errors.chain(warnings).collect();
    console.report(&findings, root);
    if console.verbosity > 0 {
        for note in &told.notes {
            console.say(note);
        }
    }
}
