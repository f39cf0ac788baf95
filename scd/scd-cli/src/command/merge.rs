//! `scd merge`: publish the trees of all shards as one.

use anyhow::Result;

use super::deploy::{interrupt_by_signals, prepare};
use crate::args::{DeployArguments, MergeArguments};
use crate::console::{Console, summary};
use crate::exit::Exit;
use crate::umask;

/// Runs the command.
///
/// # Errors
/// Whatever kept the trees from being published.
pub(crate) fn run(arguments: &MergeArguments) -> Result<Exit> {
    let console = Console::new(&arguments.console);
    // What a merge has in common with a deploy: where and how is published.
    let publishing = DeployArguments {
        root: arguments.root.clone(),
        static_directory: arguments.static_directory.clone(),
        template_directory: arguments.template_directory.clone(),
        keep_versions: arguments.keep_versions,
        link: arguments.link,
        jobs: arguments.jobs.clone(),
        ..DeployArguments::default()
    };
    let (options, root) = prepare(&publishing, &console)?;
    interrupt_by_signals(&options)?;
    let merge = || scd::shard::merge(&arguments.trees, &root, &options);
    let report = match umask::under_that_of_magento(merge) {
        Err(scd::Error::Interrupted) => {
            console.complain(&format!("error: {}", scd::Error::Interrupted));
            return Ok(Exit::Interrupted);
        }
        report => report?,
    };
    console.report(&report.diagnostics, &root);
    let counts = &report.counts;
    console.say(&format!(
        "{} packages, {} files and {} templates of {} shares; {} written; {} files written, {} taken over, {} left as they are",
        counts.package_count,
        counts.static_files,
        counts.template_files,
        arguments.trees.len(),
        summary::size(counts.bytes_out),
        report.reuse.written_files,
        report.reuse.linked_files,
        report.reuse.untouched_files,
    ));
    Ok(Exit::Done)
}
