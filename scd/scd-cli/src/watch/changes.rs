//! What changes on the disk, as the system tells it: collected until the file that somebody saves is whole.
//!
//! Editors save in several steps: they cut the file and write it in place, or write another one and rename it over the old.
//! A file that is being written is waited for until it is closed, one that is gone for a while, since it may come back; otherwise a
//! moment of silence is enough.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

/// When nothing has happened for so long, and no file is unfinished, what is there is what was saved.
const SETTLED: Duration = Duration::from_millis(4);

/// The same while a file is being written or gone, or where the system does not tell.
const UNSETTLED: Duration = Duration::from_millis(40);

/// A stream of changes without end is not waited out.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

enum Signal {
    Changed(notify::Result<notify::Event>),
    Interrupted,
}

/// Why waiting has ended.
#[derive(Debug)]
pub(crate) enum Wake {
    /// Something has changed.
    Changed {
        /// Where.
        paths: BTreeSet<PathBuf>,
        /// Whether more may have changed than what is named.
        is_incomplete: bool,
        /// When the first change was told.
        since: Instant,
    },
    /// Nothing has happened for as long as it was to be waited.
    Nothing,
    /// The user wants to end.
    Interrupted,
}

/// Listens for changes and for the end.
pub(crate) struct Changes {
    watcher: Option<RecommendedWatcher>,
    signals: Receiver<Signal>,
}

impl Changes {
    /// Begins to listen; to nothing but interruptions where the caller `polls` by itself. `interrupted` is called at once
    /// when the user wants to end.
    ///
    /// # Errors
    /// The system refuses to tell.
    pub(crate) fn listen(polls: bool, interrupted: impl Fn() + Send + 'static) -> Result<Changes> {
        let (sender, signals) = mpsc::channel();
        let told: Sender<Signal> = sender.clone();
        let watcher = if polls {
            None
        } else {
            let watcher = notify::recommended_watcher(move |event| {
                let _ = told.send(Signal::Changed(event));
            });
            Some(watcher.map_err(|error| explained(&error, "cannot watch files"))?)
        };
        ctrlc::set_handler(move || {
            interrupted();
            let _ = sender.send(Signal::Interrupted);
        })
        .context("cannot listen for signals")?;
        Ok(Changes { watcher, signals })
    }

    /// Watches a directory from now on. One that is gone is passed over: whoever watches above it is told.
    ///
    /// # Errors
    /// The system refuses, mostly because of its limits.
    pub(crate) fn watch(&mut self, directory: &Path, mode: RecursiveMode) -> Result<()> {
        let Some(watcher) = &mut self.watcher else {
            return Ok(());
        };
        match watcher.watch(directory, mode) {
            Ok(()) => Ok(()),
            Err(_) if !directory.is_dir() => Ok(()),
            Err(error) => {
                let what = format!("cannot watch `{}`", directory.display());
                Err(explained(&error, &what))
            }
        }
    }

    /// Watches a directory no longer.
    pub(crate) fn leave(&mut self, directory: &Path) {
        if let Some(watcher) = &mut self.watcher {
            // One that is gone is not watched any more, which is what is wanted.
            let _ = watcher.unwatch(directory);
        }
    }

    /// Waits for a change at a path that matters, and for the end of what comes with it; not longer than `patience` where
    /// nothing happens at all.
    pub(crate) fn wait(&self, matters: impl Fn(&Path) -> bool, patience: Option<Duration>) -> Wake {
        let mut paths = BTreeSet::new();
        let mut is_incomplete = false;
        let mut first: Option<Instant> = None;
        let mut unfinished: BTreeSet<PathBuf> = BTreeSet::new();
        loop {
            let signal = match (first, patience) {
                (None, None) => self
                    .signals
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected),
                (None, Some(patience)) => self.signals.recv_timeout(patience),
                (Some(first), _) if first.elapsed() >= LONGEST_WAIT => {
                    Err(RecvTimeoutError::Timeout)
                }
                (Some(_), _) if unfinished.is_empty() => self.signals.recv_timeout(SETTLED),
                (Some(_), _) => self.signals.recv_timeout(UNSETTLED),
            };
            match (signal, first) {
                (Ok(Signal::Interrupted) | Err(RecvTimeoutError::Disconnected), _) => {
                    return Wake::Interrupted;
                }
                (Err(RecvTimeoutError::Timeout), None) => return Wake::Nothing,
                (Err(RecvTimeoutError::Timeout), Some(since)) => {
                    return Wake::Changed {
                        paths,
                        is_incomplete,
                        since,
                    };
                }
                // What was missed is unknown, so everything may have changed.
                (Ok(Signal::Changed(Err(_))), _) => {
                    is_incomplete = true;
                    first.get_or_insert_with(Instant::now);
                }
                (Ok(Signal::Changed(Ok(event))), _) => {
                    let is_missing = event.need_rescan();
                    is_incomplete |= is_missing;
                    let stage = Stage::of(&event.kind);
                    let own = event
                        .paths
                        .into_iter()
                        .filter(|path| stage != Stage::Nothing && matters(path));
                    let own: Vec<PathBuf> = own.collect();
                    if is_missing || !own.is_empty() {
                        first.get_or_insert_with(Instant::now);
                    }
                    for path in own {
                        match stage {
                            Stage::Unfinished => unfinished.insert(path.clone()),
                            _ => unfinished.remove(&path),
                        };
                        paths.insert(path);
                    }
                }
            }
        }
    }
}

/// Where a change leaves a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// As it was.
    Nothing,
    /// Somebody is writing to it, or is about to put another one in its place.
    Unfinished,
    /// Whole.
    Finished,
}

impl Stage {
    fn of(kind: &EventKind) -> Stage {
        match kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => Stage::Finished,
            EventKind::Access(_) => Stage::Nothing,
            EventKind::Create(CreateKind::File)
            | EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Name(RenameMode::From))
            | EventKind::Remove(_) => Stage::Unfinished,
            _ => Stage::Finished,
        }
    }
}

/// What the system refuses, with what can be done about it.
fn explained(error: &notify::Error, what: &str) -> anyhow::Error {
    let is_limit = match &error.kind {
        ErrorKind::MaxFilesWatch => true,
        // Too many of those who watch, not too much that is watched.
        ErrorKind::Io(error) => {
            error.raw_os_error() == Some(rustix::io::Errno::MFILE.raw_os_error())
        }
        _ => false,
    };
    if is_limit {
        return anyhow!(
            "{what}: the system's limit of watches is reached; raise it (`sysctl fs.inotify.max_user_watches=524288 \
             fs.inotify.max_user_instances=512`, on the host where this is a container), or use --poll"
        );
    }
    anyhow!("{what}: {error}")
}
