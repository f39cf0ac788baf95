//! `scd verify` without a tree to compare with: is what is live what was published?

use anyhow::{Result, bail};
use scd::check::Inspection;
use serde_json::json;

use crate::args::{ConsoleArguments, DeployArguments, Format, VerifyArguments};
use crate::command::deploy::prepare;
use crate::console::{Console, print_data};
use crate::exit::Exit;

/// Checks the live tree of a root.
///
/// # Errors
/// A root in which nothing is known to be published, a file that cannot be read.
pub(super) fn run(arguments: &VerifyArguments, console: &Console) -> Result<Exit> {
    let deploy = &arguments.deploy;
    let understood = DeployArguments {
        root: deploy.root.clone(),
        static_directory: deploy.static_directory.clone(),
        template_directory: deploy.template_directory.clone(),
        minify: deploy.minify,
        console: ConsoleArguments::clone(&deploy.console),
        ..DeployArguments::default()
    };
    if *deploy != understood {
        bail!("verify looks at what is published: options of a deploy go with --php");
    }
    let (options, root) = prepare(deploy, console)?;
    let inspection = scd::check::check(&root, &options)?;
    let page = match arguments.format {
        Format::Text => text(&inspection),
        Format::Json => serde_json::to_string_pretty(&wire_form(&inspection))? + "\n",
        Format::Html => bail!("there is no page of HTML for this; use --format=text or json"),
    };
    match &arguments.output {
        Some(path) => super::write(path, &page)?,
        None => print_data(page.as_bytes()),
    }
    Ok(if is_equal(&inspection) {
        Exit::Done
    } else {
        Exit::SourcesHaveErrors
    })
}

fn is_equal(inspection: &Inspection) -> bool {
    let Inspection {
        file_count: _,
        changed,
        missing,
        extra,
    } = inspection;
    changed.is_empty() && missing.is_empty() && extra.is_empty()
}

fn text(inspection: &Inspection) -> String {
    let mut text = String::new();
    for (what, paths) in parts(inspection) {
        for path in paths {
            text += &format!("{what:<8} {}\n", path.display());
        }
    }
    let [changed, missing, extra] = parts(inspection).map(|(_, paths)| paths.len());
    let count = inspection.file_count;
    text += &format!("{count} files: {changed} changed, {missing} missing, {extra} extra\n");
    text
}

fn wire_form(inspection: &Inspection) -> serde_json::Value {
    let mut value = json!({ "files": inspection.file_count });
    for (what, paths) in parts(inspection) {
        let names = paths.iter().map(|path| path.to_string_lossy());
        value[what] = names.collect();
    }
    value
}

fn parts(inspection: &Inspection) -> [(&'static str, &[std::path::PathBuf]); 3] {
    [
        ("changed", &inspection.changed),
        ("missing", &inspection.missing),
        ("extra", &inspection.extra),
    ]
}
