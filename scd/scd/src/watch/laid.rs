//! What lies in the targets, as far as the watch has laid it there, and what has to be laid anew.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use scd_store::{Digest, Laying, Stamp, stamp_of_laid};

use super::opened::Opened;
use crate::derive::{Derived, OutputContent};
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::execute::Products;
use crate::options::{ContentVersion, Options};
use crate::plan::Plan;
use crate::publication::version::VERSION_FILE;
use crate::publication::{self, books};
use crate::report::TargetKind;
use crate::sources::Sources;
use crate::warm::run_record::slot;

/// One output of a root, and what it holds.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    kind: TargetKind,
    /// Below the target.
    path: String,
    content: OutputContent,
    digest: Digest,
}

/// All outputs, and what kept some of them from being told.
pub(super) fn wanted(
    plan: &Plan,
    products: &Products,
    derived: Derived,
    sources: &Sources<'_>,
) -> (Vec<Wanted>, Vec<Diagnostic>) {
    let packages = derived.packages.into_iter().flat_map(|package| {
        let name = package.name;
        package.outputs.into_iter().map(move |output| {
            let path = format!("{name}/{}", output.path);
            (TargetKind::Static, path, output.content)
        })
    });
    let loose = derived.loose.into_iter();
    let loose = loose.map(|(path, bytes)| (TargetKind::Static, path, OutputContent::Bytes(bytes)));
    let templates = plan.templates.iter().filter_map(|(template, job)| {
        let content = products.get(*job).content.clone()?;
        Some((TargetKind::Templates, template.output.clone(), content))
    });
    let all: Vec<_> = packages.chain(loose).chain(templates).collect();
    let all: Vec<Result<Wanted, Diagnostic>> = all
        .into_par_iter()
        .with_min_len(64)
        .map(|(kind, path, content)| {
            let digest = content.digest(sources)?;
            Ok(Wanted {
                kind,
                path,
                content,
                digest,
            })
        })
        .collect();
    let mut findings = Vec::new();
    let outputs = all
        .into_iter()
        .filter_map(|wanted| wanted.map_err(|finding| findings.push(finding)).ok());
    (outputs.collect(), findings)
}

/// What lies in the two targets.
#[derive(Debug, Default)]
pub(super) struct Laid {
    files: [FxHashMap<String, (Digest, Stamp)>; 2],
}

/// What was done to the targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// What was written, with its target and the path below that.
    pub written: Vec<(TargetKind, String)>,
    /// What was removed.
    pub removed: Vec<(TargetKind, String)>,
    /// Bytes that were written.
    pub byte_count: u64,
}

impl Changes {
    /// Whether nothing was done.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }

    fn add(&mut self, more: Changes) {
        self.written.extend(more.written);
        self.removed.extend(more.removed);
        self.byte_count += more.byte_count;
    }
}

impl Laid {
    /// Lays what differs from what is there. What nothing is made for any more goes only where `may_remove`: not while a
    /// source with errors leaves gaps.
    pub(super) fn lay(
        &mut self,
        wanted: &[Wanted],
        may_remove: bool,
        place: &Place<'_>,
        sources: &Sources<'_>,
    ) -> Result<Changes, Error> {
        let mut changes = Changes::default();
        let differing: Vec<&Wanted> = wanted
            .iter()
            .filter(|output| {
                let known = self.files[slot(output.kind)].get(&output.path);
                known.is_none_or(|(digest, _)| *digest != output.digest)
            })
            .collect();
        let outdated = if may_remove {
            self.outdated(wanted)
        } else {
            Vec::new()
        };
        if differing.is_empty() && outdated.is_empty() {
            return Ok(changes);
        }
        let lock = publication::lock(place.root, place.options)?;
        let mut has_replaced_way = false;
        for kind in books::TARGETS {
            let mut own = differing.iter().filter(|output| output.kind == kind);
            let mut gone = outdated.iter().filter(|(of, _)| *of == kind);
            let (first, first_gone) = (own.next(), gone.next());
            if first.is_none() && first_gone.is_none() {
                continue;
            }
            let directory = books::directory(kind, place.root, place.options);
            let mut laying = Laying::open(&directory, place.umask, &lock)?;
            let known = &mut self.files[slot(kind)];
            for output in first.into_iter().chain(own) {
                let bytes = match output.content.bytes(sources) {
                    Ok(bytes) => bytes,
                    // Gone since it was planned; that is a change of its own.
                    Err(_) => continue,
                };
                let is_new = !known.contains_key(&output.path);
                let held = is_new.then(|| laying.holds(&output.path, &bytes)).flatten();
                let stamp = match held {
                    Some(stamp) => stamp,
                    None => {
                        let stamp = laying.lay(&output.path, &bytes)?;
                        changes.written.push((kind, output.path.clone()));
                        changes.byte_count += bytes.len() as u64;
                        stamp
                    }
                };
                known.insert(output.path.clone(), (output.digest, stamp));
            }
            for (_, path) in first_gone.into_iter().chain(gone) {
                laying.remove(path)?;
                known.remove(path);
                changes.removed.push((kind, path.clone()));
            }
            has_replaced_way |= laying.has_replaced_way();
        }
        drop(lock);
        if has_replaced_way && self.look_again(place) {
            // What seemed to lie behind the link has to be laid as well.
            let more = self.lay(wanted, may_remove, place, sources)?;
            changes.add(more);
        }
        Ok(changes)
    }

    /// Writes the version where there is none: without one, Magento shows no page in production mode.
    pub(super) fn complete(place: &Place<'_>) -> Result<(), Error> {
        let directory = &place.targets()[slot(TargetKind::Static)];
        let ContentVersion::Text(text) = &place.options.content_version else {
            return Ok(());
        };
        if directory.join(VERSION_FILE).exists() {
            return Ok(());
        }
        let lock = publication::lock(place.root, place.options)?;
        let mut laying = Laying::open(directory, place.umask, &lock)?;
        laying.lay(VERSION_FILE, text.as_bytes())?;
        Ok(())
    }

    /// What was laid, but is no output any more.
    fn outdated(&self, wanted: &[Wanted]) -> Vec<(TargetKind, String)> {
        let count: usize = self.files.iter().map(FxHashMap::len).sum();
        let is_known = |output: &&Wanted| self.files[slot(output.kind)].contains_key(&output.path);
        if wanted.iter().filter(is_known).count() == count {
            return Vec::new();
        }
        let paths: FxHashSet<(usize, &str)> = wanted
            .iter()
            .map(|output| (slot(output.kind), output.path.as_str()))
            .collect();
        let mut outdated: Vec<_> = books::TARGETS
            .into_iter()
            .flat_map(|kind| self.files[slot(kind)].keys().map(move |path| (kind, path)))
            .filter(|(kind, path)| !paths.contains(&(slot(*kind), path.as_str())))
            .map(|(kind, path)| (kind, path.clone()))
            .collect();
        outdated.sort();
        outdated
    }

    /// Forgets what does not lie any more where it was laid, or was changed by somebody else. Says whether there was
    /// anything of that kind.
    pub(super) fn look_again(&mut self, place: &Place<'_>) -> bool {
        let mut is_disturbed = false;
        for kind in books::TARGETS {
            let directory = books::directory(kind, place.root, place.options);
            let known = &mut self.files[slot(kind)];
            let as_left: Vec<(&String, bool)> = known
                .par_iter()
                .map(|(path, (_, stamp))| {
                    let now = stamp_of_laid(&directory.join(path));
                    (path, now.is_some_and(|now| now.is_published_as(stamp)))
                })
                .collect();
            let disturbed: Vec<String> = as_left
                .into_iter()
                .filter(|(_, is_as_left)| !is_as_left)
                .map(|(path, _)| path.clone())
                .collect();
            is_disturbed |= !disturbed.is_empty();
            for path in disturbed {
                known.remove(&path);
            }
        }
        is_disturbed
    }
}

/// Where outputs go.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) root: &'a Path,
    pub(super) options: &'a Options,
    pub(super) umask: u32,
}

impl<'a> Place<'a> {
    pub(super) fn new(root: &'a Path, options: &'a Options, opened: &Opened) -> Self {
        Self {
            root,
            options,
            umask: opened.umask(),
        }
    }

    /// The directories of both targets.
    pub(super) fn targets(&self) -> [PathBuf; 2] {
        books::TARGETS.map(|kind| books::directory(kind, self.root, self.options))
    }
}
