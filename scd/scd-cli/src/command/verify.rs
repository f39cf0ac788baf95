//! `scd verify`: two deployed trees side by side.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use scd::compare::{Comparison, Scope, Verdict, compare};

use crate::args::VerifyArguments;
use crate::console::{Console, print_line};
use crate::exit::Exit;
use crate::json;

/// How many differing files are named for each package unless `-v` is given.
const NAMED: usize = 20;

/// Runs the command.
///
/// # Errors
/// A tree that is not there or cannot be read.
pub(crate) fn run(arguments: &VerifyArguments) -> Result<Exit> {
    let console = Console::new(&arguments.console);
    let checked = match &arguments.static_directory {
        Some(directory) => directory.clone(),
        None => arguments.root.join("pub/static"),
    };
    let reference = static_directory_of(&arguments.against);
    for tree in [&reference, &checked] {
        if !tree.is_dir() {
            bail!("there is no directory `{}`", tree.display());
        }
    }
    let mut comparison = compare(&checked, &reference, Scope::Static)?;
    // Whole roots are compared with their minified templates.
    let templates = |root: &Path| root.join("var/view_preprocessed/pub/static");
    if arguments.static_directory.is_none() && reference != arguments.against {
        let (ours, theirs) = (templates(&arguments.root), templates(&arguments.against));
        comparison
            .packages
            .extend(compare(&ours, &theirs, Scope::Templates)?.packages);
    }
    if arguments.json {
        print_line(&serde_json::to_string_pretty(&json::comparison(
            &comparison,
        ))?);
    } else {
        print(&comparison, &console);
    }
    Ok(if comparison.is_equal() {
        Exit::Done
    } else {
        Exit::SourcesHaveErrors
    })
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

fn print(comparison: &Comparison, console: &Console) {
    print_line(&format!(
        "{:<40} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "package", "bytes", "meaning", "differ", "missing", "extra"
    ));
    for package in &comparison.packages {
        let name = if package.name.is_empty() {
            "(outside of packages)"
        } else {
            &package.name
        };
        print_line(&format!(
            "{name:<40} {:>8} {:>8} {:>8} {:>8} {:>8}",
            package.count(|verdict| *verdict == Verdict::Same),
            package.count(|verdict| *verdict == Verdict::SameMeaning),
            package.count(|verdict| matches!(verdict, Verdict::Different(_))),
            package.count(|verdict| *verdict == Verdict::Missing),
            package.count(|verdict| *verdict == Verdict::Extra),
        ));
        let differing = package.files.iter().filter_map(|file| match &file.verdict {
            Verdict::Same | Verdict::SameMeaning => None,
            Verdict::Different(detail) => Some(format!("  differs  {}: {detail}", file.path)),
            Verdict::Missing => Some(format!("  missing  {}", file.path)),
            Verdict::Extra => Some(format!("  extra    {}", file.path)),
        });
        let lines: Vec<String> = differing.collect();
        let named = if console.verbosity > 0 {
            lines.len()
        } else {
            NAMED
        };
        for line in lines.iter().take(named) {
            print_line(line);
        }
        if lines.len() > named {
            print_line(&format!(
                "  … and {} more (-v names all)",
                lines.len() - named
            ));
        }
    }
    print_line(if comparison.is_equal() {
        "the trees are equal"
    } else {
        "the trees differ"
    });
}
