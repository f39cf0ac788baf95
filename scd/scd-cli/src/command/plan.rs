//! `scd plan`: what a deploy would do, in counts.

use anyhow::Result;

use super::deploy::prepare;
use crate::args::DeployArguments;
use crate::console::{Console, print_line, summary};
use crate::exit::Exit;

/// Runs the command.
///
/// # Errors
/// Whatever kept the plan from being made.
pub(crate) fn run(arguments: &DeployArguments) -> Result<Exit> {
    let console = Console::new(&arguments.console);
    let (options, root) = prepare(arguments, &console)?;
    let outline = scd::outline(&root, &options)?;
    for (name, count) in &outline.packages {
        print_line(&format!("{name:<40} {count:>6} files"));
    }
    let counts = &outline.counts;
    print_line(&format!(
        "{} packages see {} different views of {} sources",
        counts.package_count, counts.overlay_count, counts.source_count
    ));
    print_line(&format!(
        "{} jobs: {} scripts, {} stylesheets, {} LESS compilations, {} templates",
        counts.job_count(),
        counts.script_jobs,
        counts.css_jobs,
        counts.less_jobs,
        counts.template_jobs
    ));
    print_line(&format!(
        "{} static files and {} templates would be placed; {} read for planning",
        counts.static_files,
        counts.template_files,
        summary::size(counts.bytes_in)
    ));
    for finding in &outline.diagnostics {
        console.complain_of(finding, &root);
    }
    let has_errors = outline
        .diagnostics
        .iter()
        .any(|finding| finding.severity == scd::diagnostic::Severity::Error);
    Ok(if has_errors {
        Exit::SourcesHaveErrors
    } else {
        Exit::Done
    })
}
