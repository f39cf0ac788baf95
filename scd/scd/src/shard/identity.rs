//! What machines must have in common for their shares to fit together.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rayon::prelude::*;
use scd_magento::{DictionarySource, Locale, Scope, SourceId, ThemeId, TranslationStrategy};
use scd_store::{Digest, Writer, digest_of};

use crate::context::Context;
use crate::plan::{Filling, Plan, Recipe};
use crate::sources::Sources;
use crate::warm::key::BUILD;

/// A digest of the plan: of this program, the options that change bytes, the configuration, every package with its outputs,
/// and the sources with their sizes; stylesheets with the bytes of everything that they import; and of what derived files are
/// made from. Where the root lies does not matter, nor when its files were made.
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
        ("derived".to_owned(), of_derived(plan, context, sources)),
    ];
    let packages = plan.packages.iter();
    let packages = packages.map(|package| (package.id.to_string(), lists[package.list]));
    let parts: Vec<(String, Digest)> = whole.into_iter().chain(packages).collect();
    digest_of(parts.iter().map(|(name, digest)| (name.as_str(), digest)))
}

/// A digest of what derived files are made from, beside the outputs of the plan: the parts of RequireJS' configuration, settings
/// (wherever they are from), what translates, and how scripts are bundled. What cannot be read keeps a share from being made, so
/// here it does not matter.
fn of_derived(plan: &Plan, context: &Context<'_>, sources: &Sources<'_>) -> Digest {
    let (project, config) = (context.project, context.project.config());
    let mut writer = Writer::new();
    writer
        .text(&context.minification.description())
        .flag(config.translation_strategy() == TranslationStrategy::Embedded)
        .flag(config.flag(Scope::Store, "dev/js/enable_js_bundling"))
        .text(&format!("{:?}", project.integrity()));
    for overlay in &context.packages.overlays {
        for source in overlay.requirejs_configs(context.inventory) {
            describe(source, &mut writer, context, sources);
            if let Ok(digest) = sources.digest(source) {
                writer.digest(&digest);
            }
        }
    }
    let packages = plan.packages.iter().map(|package| &package.id);
    let locales: BTreeSet<&Locale> = packages.clone().map(|id| &id.locale).collect();
    let locales: Vec<&Locale> = locales.into_iter().collect();
    let of_locales: Vec<Digest> = locales
        .par_iter()
        .map(|locale| {
            let mut writer = Writer::new();
            let files = project.locale_dictionaries(context.tree, locale);
            write_files(&files.unwrap_or_default(), &mut writer, context);
            for (phrase, text) in config.translations(locale) {
                writer.bytes(&phrase).bytes(&text);
            }
            Digest::of(&writer.finish())
        })
        .collect();
    writer.list(&of_locales, |writer, digest| {
        writer.digest(digest);
    });
    let mut last = None;
    for id in packages {
        let theme = ThemeId {
            area: id.area.clone(),
            code: id.theme.clone(),
        };
        let files = project.theme_dictionaries(context.tree, &theme, &id.locale);
        write_files(&files.unwrap_or_default(), &mut writer, context);
        // Packages of one theme follow each other.
        if last.as_ref() != Some(&theme)
            && let Ok(bundling) = project.view_config(context.tree, &theme)
        {
            let size = bundling.bundle_kilobytes().unwrap_or_default();
            writer.signed(size);
            for list in [&bundling.excluded_files, &bundling.excluded_directories] {
                writer.list(list, |writer, id| {
                    writer.text(id);
                });
            }
        }
        last = Some(theme);
    }
    Digest::of(&writer.finish())
}

/// Where translation files lie, and what they hold.
fn write_files(files: &[DictionarySource], writer: &mut Writer, context: &Context<'_>) {
    writer.list(files, |writer, file| {
        write_place(&file.path, writer, context);
        writer.bytes(&context.tree.read(&file.path).unwrap_or_default());
    });
}

/// A source's path and its size.
fn describe(source: SourceId, writer: &mut Writer, context: &Context<'_>, sources: &Sources<'_>) {
    write_place(sources.path(source), writer, context);
    writer.number(sources.size(source));
}

/// A path below the root, or beside it.
fn write_place(path: &Path, writer: &mut Writer, context: &Context<'_>) {
    let path = path.strip_prefix(context.project.root()).unwrap_or(path);
    writer.bytes(path.as_os_str().as_bytes());
}
