//! From finished outputs to the trees that the store publishes, and from what it published to the report.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use scd_magento::SourceId;
use scd_store::{Content, Lock, Placement, PublishOptions, Published, TargetTree};

use crate::context::Context;
use crate::derive::{Derived, OutputContent};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::error::Error;
use crate::execute::Products;
use crate::options::Options;
use crate::plan::Plan;
use crate::report::{OutputReport, PackageReport, Report, TargetKind};
use crate::sources::Sources;
use crate::survey::Survey;

/// The version file's name below `pub/static`.
/// Mirrors `Magento\Framework\App\View\Deployment\Version\Storage\File`.
const VERSION_FILE: &str = "deployed_version.txt";

/// Publishes everything and completes the report.
pub(crate) fn publish(
    plan: &Plan,
    products: &Products,
    derived: &Derived,
    context: &Context<'_>,
    sources: &Sources<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    let options = context.options;
    let mut contents = Contents {
        sources,
        files: FxHashMap::default(),
    };
    let mut packages = TargetTree {
        target: static_directory(context.project.root(), options),
        units: derived
            .packages
            .iter()
            .map(|package| package.name.clone())
            .collect(),
        placements: Vec::new(),
        loose: Vec::new(),
        keep_versions: options.keep_versions,
    };
    for (path, bytes) in &derived.loose {
        packages.loose.push(Placement {
            path: path.clone(),
            content: Content::Bytes(bytes.clone()),
            digest: None,
        });
    }
    packages.loose.push(version_file(options));
    let mut made_from: FxHashMap<String, SourceId> = FxHashMap::default();
    for package in &derived.packages {
        for output in &package.outputs {
            let path = format!("{}/{}", package.name, output.path);
            if let Some(source) = output.source {
                made_from.insert(path.clone(), source);
            }
            packages.placements.push(Placement {
                path,
                content: contents.of(&output.content),
                digest: None,
            });
        }
    }
    let mut trees = vec![packages];
    if !plan.templates.is_empty() {
        trees.insert(0, templates(plan, products, context));
    }
    let lock = lock(context.project.root(), options)?;
    let published = store(
        &trees,
        &PublishOptions {
            umask: context.project.umask(),
            interrupted: Some(&options.interrupted),
            digests: true,
            link: options.link,
            ..PublishOptions::new(&lock)
        },
    )?;
    let mut verbatim: FxHashMap<&Path, u64> = FxHashMap::default();
    for (tree, manifest) in trees.iter().zip(&published.manifests) {
        let is_static = !tree.loose.is_empty();
        for entry in manifest.entries().iter().filter(|entry| entry.kept == 0) {
            if let Content::File(path) = &entry.content {
                verbatim.insert(path, entry.size);
            }
            let source = match &entry.content {
                Content::File(path) => Some(path.to_path_buf()),
                Content::Bytes(_) if is_static => made_from
                    .get(&entry.path)
                    .map(|&source| sources.path(source).to_path_buf()),
                Content::Bytes(_) => Some(context.project.root().join(&entry.path)),
            };
            report.outputs.push(OutputReport {
                path: entry.path.clone(),
                target: if is_static {
                    TargetKind::Static
                } else {
                    TargetKind::Templates
                },
                source,
                size: entry.size,
                digest: entry.digest,
            });
        }
    }
    for leftover in &published.leftovers {
        report.diagnostics.push(
            Diagnostic::warning("outgoing files could not be removed")
                .at(Place::file(leftover))
                .with_hint("remove them by hand, or leave it to the next deploy; they do no harm"),
        );
    }
    report.diagnostics.extend(remarks(&lock, &published));
    report.counts.bytes_in = verbatim.values().sum();
    complete(report, derived, published.byte_count, options);
    Ok(())
}

/// What is worth knowing of how it went.
fn remarks(lock: &Lock, published: &Published) -> Vec<Diagnostic> {
    let crashed = lock.crashed().map(|holder| {
        Diagnostic::warning(format!("the last deploy broke off: {holder}"))
            .with_hint("nothing is to be done: what it left behind has been removed")
    });
    let in_parts = published.in_parts.iter().map(|parts| {
        Diagnostic::new(
            Severity::Note,
            format!(
                "packages went live one after the other, because the directory cannot be exchanged: {}",
                parts.reason
            ),
        )
        .at(Place::file(&parts.target))
    });
    crashed.into_iter().chain(in_parts).collect()
}

/// Keeps other deploys of the same target out.
fn lock(root: &Path, options: &Options) -> Result<Lock, Error> {
    let directory = options.lock_directory.as_deref();
    Ok(Lock::acquire(directory.unwrap_or(root), "publishing")?)
}

/// Writes the version file and nothing else. Mirrors `--refresh-content-version-only`.
pub(crate) fn version_only(survey: &Survey, options: &Options) -> Result<Report, Error> {
    let root = survey.project.root();
    let tree = TargetTree {
        target: static_directory(root, options),
        loose: vec![version_file(options)],
        ..TargetTree::default()
    };
    let lock = lock(root, options)?;
    let umask = survey.project.umask();
    store(
        &[tree],
        &PublishOptions {
            umask,
            ..PublishOptions::new(&lock)
        },
    )?;
    Ok(Report {
        version: Some(options.content_version.clone()),
        ..Report::default()
    })
}

fn complete(report: &mut Report, derived: &Derived, bytes_out: u64, options: &Options) {
    report
        .outputs
        .sort_by(|left, right| (left.target, &left.path).cmp(&(right.target, &right.path)));
    let mut sizes: FxHashMap<&str, (usize, u64)> = FxHashMap::default();
    for output in report
        .outputs
        .iter()
        .filter(|output| output.target == TargetKind::Static)
    {
        let end = output
            .path
            .match_indices('/')
            .nth(3)
            .map_or(0, |(at, _)| at);
        let size = sizes.entry(&output.path[..end]).or_default();
        size.0 += 1;
        size.1 += output.size;
    }
    report.packages = derived
        .packages
        .iter()
        .map(|package| {
            let &(file_count, byte_count) = sizes.get(package.name.as_str()).unwrap_or(&(0, 0));
            PackageReport {
                name: package.name.clone(),
                file_count,
                byte_count,
            }
        })
        .collect();
    let count = |kind| {
        report
            .outputs
            .iter()
            .filter(|output| output.target == kind)
            .count()
    };
    report.counts.static_files = count(TargetKind::Static);
    report.counts.template_files = count(TargetKind::Templates);
    report.counts.bytes_out = bytes_out;
    report.version = Some(options.content_version.clone());
}

/// Templates replace whole top-level directories, such as `vendor` and `app`.
fn templates(plan: &Plan, products: &Products, context: &Context<'_>) -> TargetTree {
    let mut tree = TargetTree {
        target: template_directory(context.project.root(), context.options),
        ..TargetTree::default()
    };
    for (template, job) in &plan.templates {
        let Some(bytes) = &products.get(*job).bytes else {
            continue;
        };
        let unit = template
            .output
            .split('/')
            .next()
            .unwrap_or(&template.output);
        if !tree.units.iter().any(|known| known == unit) {
            tree.units.push(unit.to_owned());
        }
        tree.placements.push(Placement {
            path: template.output.clone(),
            content: Content::Bytes(bytes.clone()),
            digest: None,
        });
    }
    tree
}

fn version_file(options: &Options) -> Placement {
    Placement {
        path: VERSION_FILE.to_owned(),
        content: Content::Bytes(options.content_version.as_bytes().into()),
        digest: None,
    }
}

/// Where packages go.
pub(crate) fn static_directory(root: &Path, options: &Options) -> PathBuf {
    options
        .static_directory
        .clone()
        .unwrap_or_else(|| root.join("pub/static"))
}

fn template_directory(root: &Path, options: &Options) -> PathBuf {
    options
        .template_directory
        .clone()
        .unwrap_or_else(|| root.join("var/view_preprocessed/pub/static"))
}

/// Gives equal outputs one content, so that the store reads and hashes it once.
struct Contents<'a> {
    sources: &'a Sources<'a>,
    files: FxHashMap<SourceId, Content>,
}

impl Contents<'_> {
    fn of(&mut self, content: &OutputContent) -> Content {
        match content {
            OutputContent::Bytes(bytes) => Content::Bytes(bytes.clone()),
            OutputContent::Verbatim(source) => self
                .files
                .entry(*source)
                .or_insert_with(|| match self.sources.known(*source) {
                    Some(bytes) => Content::Bytes(bytes),
                    None => Content::File(Arc::from(self.sources.path(*source))),
                })
                .clone(),
        }
    }
}

/// Publishes; an interruption is the run's, not the store's.
fn store(trees: &[TargetTree], options: &PublishOptions<'_>) -> Result<Published, Error> {
    scd_store::publish(trees, options).map_err(|error| match error {
        scd_store::Error::Interrupted => Error::Interrupted,
        other => Error::Store(other),
    })
}
