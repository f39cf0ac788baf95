//! What each file of a package wants done, before equal work is found.

use std::sync::Arc;

use memchr::memmem::Finder;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use scd_magento::{FileId, Overlay, PackageId, SourceId, is_min};
use scd_minify::Level;
use scd_minify::css::url::url_matches;
use scd_store::{Reader, Writer};

use super::job::CssContext;
use super::{Group, find, output_path};
use crate::asset_path;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::facts::Fact;
use crate::sources::Sources;

/// Files that one thread decides about at a time, at least.
const FILES_AT_A_TIME: usize = 64;

/// An output and the work it wants, before equal work is found.
pub(super) struct Draft {
    pub(super) path: Arc<str>,
    pub(super) want: Want,
}

/// The work that an output wants.
pub(super) enum Want {
    Verbatim(SourceId),
    Script(SourceId),
    Html(SourceId),
    Css {
        source: SourceId,
        minify: bool,
        context: Option<CssContext>,
    },
    Less {
        entry: FileId,
        source: SourceId,
        minify: bool,
        context: CssContext,
    },
    Dictionary,
}

impl Want {
    /// The source it is made from.
    pub(super) fn source(&self) -> Option<SourceId> {
        match self {
            Want::Verbatim(source)
            | Want::Script(source)
            | Want::Html(source)
            | Want::Css { source, .. }
            | Want::Less { source, .. } => Some(*source),
            Want::Dictionary => None,
        }
    }
}

/// What the packages of a group want, and what is wrong with their files.
pub(super) fn draft(
    context: &Context<'_>,
    sources: &Sources<'_>,
    group: &Group,
) -> (Vec<Draft>, Vec<Diagnostic>) {
    let mut drafts = Vec::new();
    let mut findings = Vec::new();
    if group.is_derived_only {
        return (drafts, findings);
    }
    let drafter = Drafter::new(context, sources, group.packages[0]);
    let inventory = sources.inventory();
    let listed = drafter.overlay.files().iter();
    let listed = listed.map(|file| (&file.id, Some(file.source)));
    let added = group.added.iter();
    let added = added.map(|id| (id, drafter.overlay.find(inventory, id)));
    let listed: Vec<(&FileId, Option<SourceId>)> = listed.chain(added).collect();
    let named: Vec<Option<(FileId, Arc<str>)>> = listed
        .par_iter()
        .with_min_len(FILES_AT_A_TIME)
        .map(|(id, _)| {
            let deployed = output_path::deployed_id(id)?;
            let is_skipped = context.options.skip.covers(&deployed.path);
            (!is_skipped).then(|| {
                let path = drafter.target(&deployed.package_path());
                (deployed, path)
            })
        })
        .collect();
    let mut taken: FxHashSet<&str> = FxHashSet::default();
    // `x.less` beside `x.css`, or `x.js` beside `x.min.js`: one output, and the same source answers.
    let mut is_first = |path| taken.insert(path);
    let distinct: Vec<(&FileId, &Arc<str>, Option<SourceId>)> = named
        .iter()
        .zip(&listed)
        .filter_map(|(named, (_, source))| {
            let (deployed, path) = named.as_ref()?;
            is_first(path).then_some((deployed, path, *source))
        })
        .collect();
    let wanted: Vec<Result<Want, Diagnostic>> = distinct
        .par_iter()
        .with_min_len(FILES_AT_A_TIME)
        .map(|&(deployed, path, source)| {
            let broken = source.and_then(|source| Some((source, inventory.source(source).broken?)));
            match broken {
                Some((source, broken)) => Err(cannot_be_deployed(sources.path(source), broken)),
                None if !output_path::has_room(path, 0) => {
                    Err(too_long(path, source.map(|source| sources.path(source))))
                }
                None => drafter.want(deployed, path),
            }
        })
        .collect();
    for (want, (_, path, _)) in wanted.into_iter().zip(&distinct) {
        match want {
            Ok(want) => drafts.push(Draft {
                path: (*path).clone(),
                want,
            }),
            Err(finding) => {
                findings.push(finding.for_output(format!("{}/{path}", drafter.package)))
            }
        }
    }
    (drafts, findings)
}

/// Decides for one package what each of its files wants.
pub(super) struct Drafter<'a> {
    context: &'a Context<'a>,
    sources: &'a Sources<'a>,
    id: &'a PackageId,
    pub(super) overlay: &'a Overlay,
    /// Its directory.
    pub(super) package: Arc<str>,
    /// Finds the name of dictionaries.
    dictionary: Finder<'static>,
}

impl<'a> Drafter<'a> {
    /// For the package of that index.
    pub(super) fn new(context: &'a Context<'a>, sources: &'a Sources<'a>, index: usize) -> Self {
        let package = &context.packages.packages[index];
        Self {
            context,
            sources,
            id: &package.id,
            overlay: context.packages.overlay(package),
            package: package.id.to_string().into(),
            dictionary: Finder::new("js-translation.json"),
        }
    }

    /// The output's path below the package directory. The decision is made on the full path.
    pub(super) fn target(&self, package_path: &str) -> Arc<str> {
        let minification = self.context.minification;
        let target = minification.add_min_below(&self.package, package_path);
        target.into()
    }

    /// What a file wants that is deployed under a name and goes to a target.
    ///
    /// # Errors
    /// A finding for a file that no source answers for, or whose source cannot be used.
    pub(super) fn want(&self, deployed: &FileId, target: &Arc<str>) -> Result<Want, Diagnostic> {
        let minification = self.context.minification;
        let inventory = self.sources.inventory();
        if self.dictionary.find(target.as_bytes()).is_some() {
            return Ok(Want::Dictionary);
        }
        let extension = asset_path::extension(&deployed.path).unwrap_or("");
        if extension.eq_ignore_ascii_case("css") {
            return self.want_css(deployed, target);
        }
        if extension != "js" {
            let found = self
                .overlay
                .find(inventory, deployed)
                .ok_or_else(|| unresolved(deployed))?;
            let is_minified = extension == "html" && self.context.options.level == Level::Modern;
            return Ok(if is_minified {
                Want::Html(found)
            } else {
                Want::Verbatim(found)
            });
        }
        let source = find::static_source(self.overlay, inventory, minification, deployed)
            .ok_or_else(|| unresolved(deployed))?;
        Ok(if self.is_minified(target, source) {
            Want::Script(source)
        } else {
            Want::Verbatim(source)
        })
    }

    /// Whether the text goes through a minifier: the target is to be `.min`, and the source is not yet.
    fn is_minified(&self, target: &str, source: SourceId) -> bool {
        let extension = asset_path::extension(target).unwrap_or("");
        let source_name = || self.sources.path(source).to_string_lossy();
        self.is_to_be_minified(target, extension) && !is_min(&source_name())
    }

    fn is_to_be_minified(&self, target: &str, extension: &str) -> bool {
        is_min(target) && self.context.minification.enabled(&self.package, extension)
    }

    fn want_css(&self, deployed: &FileId, target: &Arc<str>) -> Result<Want, Diagnostic> {
        let minification = self.context.minification;
        let inventory = self.sources.inventory();
        let css_context = || CssContext {
            area: self.id.area.clone(),
            package: self.package.clone(),
            path: deployed.package_path().into(),
        };
        let plain = find::static_source(self.overlay, inventory, minification, deployed);
        if let Some(source) = plain {
            let found = self.sources.fact(source, b"stylesheet", Stylesheet::of)?;
            if !found.is_blank {
                let has_notation = found.has_notation;
                let minify = self.is_minified(target, source);
                if !has_notation && !minify {
                    return Ok(Want::Verbatim(source));
                }
                let needs_place = has_notation || is_mail_stylesheet(&deployed.path);
                return Ok(Want::Css {
                    source,
                    minify,
                    context: needs_place.then(css_context),
                });
            }
        }
        match find::less_entry(self.overlay, inventory, minification, deployed) {
            Some((entry, source)) => {
                let minify = self.is_to_be_minified(target, "css");
                Ok(Want::Less { entry, source, minify, context: css_context() })
            }
            None => Err(match plain {
                Some(source) => Diagnostic::error(format!(
                    "the stylesheet `{deployed}` is blank, and there is no LESS file of that name to compile instead"
                ))
                .at(Place::file(self.sources.path(source)))
                .with_hint("Magento drops such a file from the output; give it at least a comment, or remove it"),
                None => unresolved(deployed),
            }),
        }
    }
}

/// The finding for a file that can be seen in a source directory, but not be published from there.
fn cannot_be_deployed(path: &std::path::Path, broken: scd_magento::Broken) -> Diagnostic {
    let hint = match broken {
        scd_magento::Broken::NotUtf8 => {
            "rename it; Magento publishes it, but under a name that stylesheets and scripts cannot ask for"
        }
        _ => "remove it or rename it; Magento fails on it, too",
    };
    Diagnostic::error(format!("the file cannot be deployed: {}", broken.reason()))
        .at(Place::file(path))
        .with_hint(hint)
}

/// The finding for a file whose name gets too long by what a deploy adds to it.
fn too_long(path: &str, source: Option<&std::path::Path>) -> Diagnostic {
    let length = asset_path::file_name(path).len();
    let mut finding = Diagnostic::error(format!(
        "the file cannot be deployed: with `.min` its name has {length} bytes, and file systems take 255"
    ))
    .with_hint("shorten the name; Magento fails on it, too");
    finding.place = source.map(Place::file);
    finding
}

fn unresolved(file: &FileId) -> Diagnostic {
    Diagnostic::error(format!("no source answers for `{file}`"))
        .with_hint("its name is listed, but no directory of the fallback offers it under this name")
}

/// Stylesheets that Magento's mail filter inlines: its parser knows only conservative syntax, so they are never
/// treated beyond what Magento does.
pub fn is_mail_stylesheet(path: &str) -> bool {
    let name = asset_path::file_name(path);
    name.starts_with("email") && name.ends_with(".css")
}

/// What is to be known of a finished stylesheet before it is planned.
struct Stylesheet {
    is_blank: bool,
    /// Whether a url names a file of a module, or something that Magento puts in.
    has_notation: bool,
}

impl Stylesheet {
    fn of(bytes: &[u8]) -> Self {
        let has_notation = |value: &[u8]| {
            memchr::memmem::find(value, b"::").is_some()
                || memchr::memmem::find(value, b"{{").is_some()
        };
        Self {
            is_blank: is_blank(bytes),
            has_notation: url_matches(bytes)
                .iter()
                .any(|found| has_notation(&bytes[found.value.clone()])),
        }
    }
}

impl Fact for Stylesheet {
    fn pack(&self, writer: &mut Writer) {
        writer.flag(self.is_blank).flag(self.has_notation);
    }

    fn unpack(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            is_blank: reader.flag()?,
            has_notation: reader.flag()?,
        })
    }
}

/// PHP's `trim` leaves nothing.
fn is_blank(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0 | 0x0B))
}
