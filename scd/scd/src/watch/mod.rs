//! A root that is kept ready: the plan, the sources and the parsed stylesheets stay in memory, and whatever a saved file
//! touches is made again and laid into the targets.
//!
//! Nothing here is made in another way than by a deploy: each [`Watch::changed`] plans, executes and derives, over sources
//! of which only the changed ones are read again and with results that are recalled where nothing they depend on has
//! changed. So the outputs are those of a deploy of the same tree. What is different is how they get into the targets: file
//! by file, each in one step, as soon as they are made, and also while other sources have errors; the outputs of those stay
//! as they were.
//!
//! The caller tells what has changed, having watched the directories of [`Watch::scope`], or by asking for
//! [`Watch::overdue`]. Nothing here waits or listens.

mod laid;
mod notes;
mod opened;
mod scope;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scd_store::Store;

use crate::diagnostic::{Diagnostic, Severity};
use crate::error::Error;
use crate::options::Options;
use crate::warm::{cache_directory, key};
use laid::{Laid, Place};
use notes::Effect;
use opened::Opened;

pub use laid::Changes;
pub use scope::Scope;

/// Made results are kept in memory up to so many bytes; then those that are of no use any more are let go.
const REMEMBERED_BYTES: u64 = 256 << 20;

/// A root that is kept ready.
pub struct Watch {
    root: PathBuf,
    options: Options,
    workers: rayon::ThreadPool,
    /// What was made so far: from the store of deploys, and in memory.
    store: Arc<Store>,
    /// Bytes that were written since the store was opened, about as many as it holds of them.
    remembered: u64,
    /// Whether what was made at first was handed to the store of deploys.
    is_committed: bool,
    opened: Opened,
    /// Whether the root could not be opened again when it had to be.
    is_outdated: bool,
    /// Whether the targets may lack something.
    is_behind: bool,
    laid: Laid,
    findings: Vec<Diagnostic>,
    /// What was taken over, but not laid yet.
    pending: Build,
}

/// What became of some changes.
#[derive(Clone, Debug, Default)]
pub struct Build {
    /// What made it necessary to open the root again, if that was necessary: a file that is new or gone, or one that says
    /// what the root consists of.
    pub anew: Option<PathBuf>,
    /// The sources that hold something else than before.
    pub saved: Vec<PathBuf>,
    /// What was done to the targets.
    pub changes: Changes,
    /// What there is to be said about the root now, errors first.
    pub findings: Vec<Diagnostic>,
    /// Those of the findings that were not there before.
    pub fresh: Vec<Diagnostic>,
}

impl Build {
    /// What keeps some outputs from being up to date.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        let is_error = |finding: &&Diagnostic| finding.severity == Severity::Error;
        self.findings.iter().filter(is_error)
    }

    /// Whether some outputs are not up to date because of what is wrong with sources.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Whether there is nothing to tell.
    pub fn is_idle(&self) -> bool {
        self.anew.is_none()
            && self.saved.is_empty()
            && self.changes.is_empty()
            && self.fresh.is_empty()
    }
}

impl Watch {
    /// Opens a root. The first [`Watch::changed`] makes everything that is asked for and lays what is not there yet.
    ///
    /// # Errors
    /// As [`deploy`](crate::deploy()).
    pub fn open(root: &Path, options: &Options) -> Result<Watch, Error> {
        let workers = crate::workers(options.jobs)?;
        let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        let opened = workers.install(|| Opened::open(&root, options))?;
        Ok(Watch {
            store: store(&root, options, true),
            remembered: 0,
            is_committed: false,
            root,
            options: options.clone(),
            workers,
            opened,
            is_outdated: false,
            is_behind: true,
            laid: Laid::default(),
            findings: Vec::new(),
            pending: Build::default(),
        })
    }

    /// The root, with every link resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What has to be watched from now on.
    pub fn scope(&mut self) -> &Scope {
        let place = Place::new(&self.root, &self.options, &self.opened);
        self.opened.scope(&place)
    }

    /// Where something may have changed without anybody having told, found by looking at everything again.
    pub fn overdue(&self) -> BTreeSet<PathBuf> {
        let overdue = self.workers.install(|| self.opened.overdue());
        overdue.into_iter().collect()
    }

    /// Does what changes at these paths make necessary. Paths that do not matter are fine.
    ///
    /// # Errors
    /// As [`deploy`](crate::deploy()). What was to be done is done with the next call then, whatever paths it names.
    pub fn changed(&mut self, paths: &BTreeSet<PathBuf>) -> Result<Build, Error> {
        let place = Place::new(&self.root, &self.options, &self.opened);
        let targets = place.targets();
        let is_output = |path: &PathBuf| targets.iter().any(|target| path.starts_with(target));
        let opened = &mut self.opened;
        let names = paths.iter().flat_map(|path| opened.names_of(path, &place));
        let (outputs, names): (BTreeSet<_>, BTreeSet<_>) = names.partition(is_output);
        let (effect, cause) = self.opened.take(&names, &mut self.pending.saved);
        if effect == Effect::Anew || self.is_outdated {
            self.pending.anew = cause.or(self.pending.anew.take());
            // Unless this succeeds, it is tried again with the next change.
            self.is_outdated = true;
            let (root, options) = (&self.root, &self.options);
            self.opened = self.workers.install(|| Opened::open(root, options))?;
            self.is_outdated = false;
        }
        self.is_behind |= effect != Effect::Nothing;
        self.is_behind |= !outputs.is_empty() && self.look_again();
        match self.is_behind {
            true => self.make(),
            false => Ok(self.idle()),
        }
    }

    /// Does what can wait until everybody was told of a build: lays again what somebody else has removed from the targets or
    /// changed there, and lets go of results that are of no use any more.
    ///
    /// # Errors
    /// As [`Watch::changed`].
    pub fn restore(&mut self) -> Result<Build, Error> {
        if !self.is_committed {
            self.is_committed = true;
            // Deploys profit from what was made at first; whether they do is no concern of the watch. What follows is of no use
            // to anybody a save later, and stays in memory.
            if cache_directory(&self.root, &self.options).is_some() {
                let _ = self.store.commit();
            }
        }
        if self.remembered > REMEMBERED_BYTES {
            self.store = store(&self.root, &self.options, true);
            self.remembered = 0;
        }
        self.is_behind |= self.look_again();
        match self.is_behind {
            true => self.make(),
            false => Ok(self.idle()),
        }
    }

    /// A build that had nothing to do.
    fn idle(&self) -> Build {
        Build {
            findings: self.findings.clone(),
            ..Build::default()
        }
    }

    /// Whether something has been disturbed in the targets.
    fn look_again(&mut self) -> bool {
        let place = Place::new(&self.root, &self.options, &self.opened);
        let laid = &mut self.laid;
        self.workers.install(|| laid.look_again(&place))
    }

    /// Makes everything, as far as it is not made yet, and lays what has changed.
    fn make(&mut self) -> Result<Build, Error> {
        let mut made = self.make_once()?;
        if self.store.has_lost() {
            // The store of deploys had less than it seemed to have.
            self.store = store(&self.root, &self.options, false);
            made = self.make_once()?;
        }
        let (findings, changes) = made;
        self.is_behind = false;
        self.remembered += changes.byte_count;
        let fresh = findings.iter().filter(|one| !self.findings.contains(one));
        let build = Build {
            fresh: fresh.cloned().collect(),
            changes,
            ..std::mem::take(&mut self.pending)
        };
        self.findings.clone_from(&findings);
        Ok(Build { findings, ..build })
    }

    fn make_once(&mut self) -> Result<(Vec<Diagnostic>, Changes), Error> {
        let place = Place::new(&self.root, &self.options, &self.opened);
        let (opened, store, laid) = (&mut self.opened, &self.store, &mut self.laid);
        let made = self.workers.install(|| opened.make(&place, store, laid))?;
        Laid::complete(&place)?;
        Ok(made)
    }
}

/// Where results are kept: those of deploys are there, unless they are not wanted, and those of the watch stay in memory.
fn store(root: &Path, options: &Options, uses_earlier: bool) -> Arc<Store> {
    Arc::new(match cache_directory(root, options) {
        Some(directory) if uses_earlier => Store::open(&directory, key::BUILD),
        other => Store::open_anew(&other.unwrap_or_default(), key::BUILD),
    })
}
