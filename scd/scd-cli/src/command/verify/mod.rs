//! `scd verify`: the live tree and what was published, two deployed trees side by side, or PHP's deploy and scd's.

mod live;
mod manifest;
mod php;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use scd::compare::{Comparison, Scope, compare};

use crate::args::{ConsoleArguments, DeployArguments, Format, VerifyArguments};
use crate::console::{Console, print_data};
use crate::exit::Exit;
use crate::verification::{Verification, html, json, text};

/// Runs the command.
///
/// # Errors
/// A tree that is not there or cannot be read, a run that could not be done.
pub(crate) fn run(arguments: &VerifyArguments) -> Result<Exit> {
    let console = Console::new(&arguments.deploy.console);
    if arguments.against.is_none() && arguments.php.is_none() {
        return manifest::run(arguments, &console);
    }
    let verification = match (&arguments.against, &arguments.php) {
        (Some(tree), _) => Verification {
            comparison: against(tree, &arguments.deploy)?,
            runs: None,
        },
        (None, php) => match php::verification(
            php.as_deref().unwrap_or("php".as_ref()),
            arguments,
            &console,
        ) {
            Err(error) if is_interruption(&error) => {
                console.complain(&format!("error: {error}"));
                return Ok(Exit::Interrupted);
            }
            done => done?,
        },
    };
    let page = match arguments.format {
        Format::Text => text(&verification, console.verbosity > 0),
        Format::Json => serde_json::to_string_pretty(&json(&verification))? + "\n",
        Format::Html => html(&verification),
    };
    match &arguments.output {
        Some(path) => write(path, &page)?,
        None => print_data(page.as_bytes()),
    }
    Ok(if verification.comparison.is_equal() {
        Exit::Done
    } else {
        Exit::SourcesHaveErrors
    })
}

/// Writes a result to a file.
fn write(path: &Path, page: &str) -> Result<()> {
    std::fs::write(path, page)
        .with_context(|| format!("cannot write the result to `{}`", path.display()))
}

fn is_interruption(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(scd::Error::Interrupted))
}

/// Compares what is there.
fn against(tree: &Path, arguments: &DeployArguments) -> Result<Comparison> {
    let understood = DeployArguments {
        root: arguments.root.clone(),
        static_directory: arguments.static_directory.clone(),
        minify: arguments.minify,
        console: ConsoleArguments::clone(&arguments.console),
        ..DeployArguments::default()
    };
    if *arguments != understood {
        bail!("--against compares what is there: options of a deploy go with --php");
    }
    let checked = match &arguments.static_directory {
        Some(directory) => directory.clone(),
        None => arguments.root.join("pub/static"),
    };
    let reference = static_directory_of(tree);
    for tree in [&reference, &checked] {
        if !tree.is_dir() {
            bail!("there is no directory `{}`", tree.display());
        }
    }
    let level = arguments.minify.into();
    let mut comparison = compare(&checked, &reference, Scope::Static, level)?;
    // Whole roots are compared with their minified templates.
    if arguments.static_directory.is_none() && reference != tree {
        let templates = |root: &Path| root.join("var/view_preprocessed/pub/static");
        let (ours, theirs) = (templates(&arguments.root), templates(tree));
        comparison
            .packages
            .extend(compare(&ours, &theirs, Scope::Templates, level)?.packages);
    }
    Ok(comparison)
}

/// A Magento root stands for its `pub/static`.
fn static_directory_of(tree: &Path) -> PathBuf {
    let inside = tree.join("pub/static");
    if inside.is_dir() {
        inside
    } else {
        tree.to_path_buf()
    }
}
