//! What machines must have in common for their shares to fit together.

use std::os::unix::ffi::OsStrExt;

use rayon::prelude::*;
use scd_magento::SourceId;
use scd_store::{Digest, Writer, digest_of};

use crate::context::Context;
use crate::plan::{Filling, Plan, Recipe};
use crate::sources::Sources;
use crate::warm::key::BUILD;

/// A digest of the plan: of this program, the options that change bytes, the configuration, every package with its outputs,
/// and the sources with their sizes; stylesheets with the bytes of everything that they import. Where the root lies does not
/// matter, nor when its files were made.
pub(crate) fn of_plan(plan: &Plan, context: &Context<'_>, sources: &Sources<'_>) -> Digest {
    let options = context.options;
    let settings = format!(
        "{BUILD}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
        options.strategy,
        options.skip,
        options.level,
        options.compression,
        context.language,
        context.mode,
        context.project.umask(),
    );
    let config = context
        .tree
        .read(&context.project.root().join("app/etc/config.php"));
    let lists: Vec<Digest> = plan
        .lists
        .par_iter()
        .map(|list| {
            let mut writer = Writer::new();
            for placement in &list.placements {
                writer.text(&placement.path);
                match placement.filling {
                    Filling::Verbatim(source) => describe(source, &mut writer, context, sources),
                    Filling::Job(job) => match &plan.jobs[job.index()].recipe {
                        Recipe::Less {
                            closure, minify, ..
                        } => {
                            writer.digest(&closure.digest).flag(*minify);
                        }
                        Recipe::Css { source, minify, .. } => {
                            describe(*source, &mut writer, context, sources);
                            writer.flag(*minify);
                        }
                        Recipe::Script { source }
                        | Recipe::Html { source }
                        | Recipe::Template { source } => {
                            describe(*source, &mut writer, context, sources);
                        }
                    },
                }
            }
            writer.list(&list.dictionaries, |writer, path| {
                writer.text(path);
            });
            Digest::of(&writer.finish())
        })
        .collect();
    let mut templates = Writer::new();
    for (template, _) in &plan.templates {
        templates.text(&template.output);
        describe(template.source, &mut templates, context, sources);
    }
    let whole = [
        ("settings".to_owned(), Digest::of(settings.as_bytes())),
        (
            "configuration".to_owned(),
            Digest::of(&config.unwrap_or_default()),
        ),
        ("templates".to_owned(), Digest::of(&templates.finish())),
    ];
    let packages = plan.packages.iter();
    let packages = packages.map(|package| (package.id.to_string(), lists[package.list]));
    let parts: Vec<(String, Digest)> = whole.into_iter().chain(packages).collect();
    digest_of(parts.iter().map(|(name, digest)| (name.as_str(), digest)))
}

/// A source's path below the root, or beside it, and its size.
fn describe(source: SourceId, writer: &mut Writer, context: &Context<'_>, sources: &Sources<'_>) {
    let path = sources.path(source);
    let path = path.strip_prefix(context.project.root()).unwrap_or(path);
    writer
        .bytes(path.as_os_str().as_bytes())
        .number(sources.size(source));
}
