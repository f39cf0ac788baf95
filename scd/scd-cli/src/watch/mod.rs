//! `scd watch`: makes what a saved file touches, at once, for as long as it is not interrupted, and tells browsers.

pub(crate) mod changes;
pub(crate) mod livereload;
mod message;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use notify::RecursiveMode;
use scd::report::TargetKind;
use scd::watch::{Build, Watch};

use crate::args::{DeployArguments, WatchArguments};
use crate::command::prepare;
use crate::console::{Console, failure};
use crate::exit::Exit;
use changes::{Changes, Wake};
use livereload::Livereload;
use message::Message;

/// How often is tried again what another deploy keeps from being done.
const RETRY: Duration = Duration::from_millis(100);

/// How many outputs a line names.
const NAMED: usize = 3;

/// Runs until interrupted, which is its regular end once everything was made for the first time.
///
/// # Errors
/// Whatever keeps the root from being opened, and directories that cannot be watched.
pub(crate) fn run(arguments: &WatchArguments) -> Result<Exit> {
    refuse_what_only_deploys_do(&arguments.deploy)?;
    let console = Console::new(&arguments.deploy.console);
    let (mut options, root) = prepare(&arguments.deploy, &console)?;
    // Watching is for developers, so it asks for no mode.
    options.force = true;
    let interrupted = options.interrupted.clone();
    let stop = move || interrupted.store(true, Ordering::Relaxed);
    let changes = Changes::listen(arguments.poll.is_some(), stop)?;
    let livereload = arguments.livereload.as_deref().map(Livereload::start);
    let livereload = livereload.transpose()?;
    let started = Instant::now();
    let watch = match Watch::open(&root, &options) {
        Err(scd::Error::CannotFollow { reasons }) => {
            console.report(&reasons, &root);
            return Err(scd::Error::CannotFollow { reasons }.into());
        }
        opened => opened?,
    };
    let mut session = Session {
        watch,
        changes,
        livereload,
        console,
        poll: arguments.poll.map(Duration::from_millis),
        watched: BTreeSet::new(),
        last_failure: None,
        had_errors: false,
        is_ready: false,
        must_retry: false,
    };
    session.run(started)
}

/// Options of a deploy that mean nothing while single files are laid.
fn refuse_what_only_deploys_do(arguments: &DeployArguments) -> Result<()> {
    let refused = [
        (
            arguments.refresh_content_version_only,
            "--refresh-content-version-only",
        ),
        (arguments.report.is_some(), "--report"),
        (!arguments.compress.is_empty(), "--compress"),
        (arguments.keep_versions > 0, "--keep-versions"),
        (arguments.link != Default::default(), "--link"),
        (arguments.fallback.is_some(), "--fallback"),
        (arguments.cache.remote_cache.is_some(), "--remote-cache"),
        (arguments.content_version.is_some(), "--content-version"),
    ];
    for (is_given, name) in refused {
        if is_given {
            bail!(
                "{name} is for whole deploys; `scd watch` lays single files and leaves `deployed_version.txt` alone"
            );
        }
    }
    Ok(())
}

/// A running watch.
struct Session {
    watch: Watch,
    changes: Changes,
    livereload: Option<Livereload>,
    console: Console,
    /// How often everything is looked at, where the system does not tell.
    poll: Option<Duration>,
    /// The directories that are watched.
    watched: BTreeSet<PathBuf>,
    /// What kept the last build from being done.
    last_failure: Option<String>,
    had_errors: bool,
    /// Whether everything was made once.
    is_ready: bool,
    /// Whether something is still to be done that could not be done yet.
    must_retry: bool,
}

impl Session {
    fn run(&mut self, started: Instant) -> Result<Exit> {
        let mut paths = BTreeSet::new();
        let mut since = started;
        loop {
            if self.build(&paths, since)? == Ended::Yes {
                return Ok(self.end());
            }
            loop {
                let patience = if self.must_retry {
                    Some(RETRY)
                } else {
                    self.poll
                };
                match self.changes.wait(|_| true, patience) {
                    Wake::Interrupted => return Ok(self.end()),
                    Wake::Changed {
                        paths: told,
                        is_incomplete,
                        since: at,
                    } => {
                        (paths, since) = (told, at);
                        if is_incomplete {
                            paths.extend(self.watch.overdue());
                        }
                        break;
                    }
                    Wake::Nothing => {
                        since = Instant::now();
                        paths = match self.poll {
                            Some(_) => self.watch.overdue(),
                            None => BTreeSet::new(),
                        };
                        if self.must_retry || !paths.is_empty() {
                            break;
                        }
                    }
                }
            }
        }
    }

    /// The user has ended it.
    fn end(&self) -> Exit {
        match self.is_ready {
            true => Exit::Done,
            false => Exit::Interrupted,
        }
    }

    /// Does what changes make necessary, and tells about it.
    fn build(&mut self, paths: &BTreeSet<PathBuf>, since: Instant) -> Result<Ended> {
        match self.watch.changed(paths) {
            Ok(build) => self.done(&build, since)?,
            Err(scd::Error::Interrupted) => return Ok(Ended::Yes),
            Err(error) if !self.is_ready && !error.is_locked() => return Err(error.into()),
            Err(error) => {
                self.failed(error);
                return Ok(Ended::No);
            }
        }
        // What somebody else did to the outputs meanwhile is put right behind the line that somebody waits for.
        match self.watch.restore() {
            Ok(build) if build.changes.is_empty() => {}
            Ok(build) => {
                let count = build.changes.written.len();
                self.console.say(&format!(
                    "{count} outputs that were removed or changed are there again"
                ));
            }
            Err(scd::Error::Interrupted) => return Ok(Ended::Yes),
            Err(error) => self.failed(error),
        }
        Ok(Ended::No)
    }

    fn done(&mut self, build: &Build, since: Instant) -> Result<()> {
        let elapsed = since.elapsed();
        self.must_retry = false;
        let was_failing = self.last_failure.take().is_some();
        let root = self.watch.root().to_path_buf();
        self.console.report(&build.fresh, &root);
        let is_first = !self.is_ready;
        self.is_ready = true;
        if is_first || !build.is_idle() {
            self.console.say(&self.line(build, elapsed, is_first));
        }
        let has_mended = self.had_errors && !build.has_errors() || was_failing;
        let is_news = !build.changes.is_empty() || !build.fresh.is_empty() || has_mended;
        self.had_errors = build.has_errors();
        if let Some(livereload) = &self.livereload
            && is_news
        {
            livereload.tell(Message::of(build, &root));
        }
        if is_first || build.anew.is_some() {
            self.follow(is_first)?;
        }
        Ok(())
    }

    /// Watches what is to be watched now, and says so at first.
    fn follow(&mut self, is_first: bool) -> Result<()> {
        loop {
            let wanted = self.watch.scope().directories().clone();
            if self.poll.is_none() {
                for directory in &wanted {
                    // Again even if it is watched: it may have been removed and made anew.
                    self.changes.watch(directory, RecursiveMode::NonRecursive)?;
                }
                for directory in self.watched.difference(&wanted) {
                    self.changes.leave(directory);
                }
            }
            let is_new = !wanted.is_subset(&self.watched);
            self.watched = wanted;
            // What was saved before anybody watched.
            let late = self.watch.overdue();
            if !is_new || late.is_empty() {
                break;
            }
            match self.watch.changed(&late) {
                Ok(build) if build.is_idle() => break,
                Ok(build) => {
                    self.console.report(&build.fresh, self.watch.root());
                    self.console.say(&self.line(&build, Duration::ZERO, false));
                }
                Err(error) => {
                    self.failed(error);
                    break;
                }
            }
        }
        if is_first {
            let count = self.watched.len();
            self.console
                .say(&format!("watching {count} directories; ctrl-c ends"));
            if let Some(livereload) = &self.livereload {
                let script = livereload.script();
                self.console
                    .say(&format!("for pages: <script src=\"{script}\"></script>"));
            }
        }
        Ok(())
    }

    fn failed(&mut self, error: scd::Error) {
        self.must_retry = error.is_locked();
        if let scd::Error::CannotFollow { reasons } = &error {
            self.console.report(reasons, self.watch.root());
        }
        let error = anyhow::Error::from(error);
        let text = format!("{error:#}");
        // While a file is being replaced, or a deploy is running, the same failure is met several times.
        if self.last_failure.as_ref() == Some(&text) {
            return;
        }
        self.last_failure = Some(text);
        if self.must_retry {
            self.console.say(&format!("waiting: {error}"));
            return;
        }
        failure(&error);
        if let Some(livereload) = &self.livereload {
            livereload.tell(Message::of_failure(&error));
        }
    }

    /// One line about a build.
    fn line(&self, build: &Build, elapsed: Duration, is_first: bool) -> String {
        let shown = |path: &Path| {
            let path = path.strip_prefix(self.watch.root()).unwrap_or(path);
            path.display().to_string()
        };
        let mut what = match build.saved.as_slice() {
            [] => "outputs".to_owned(),
            [path] => shown(path),
            [first, ..] => format!("{} and {} more", shown(first), build.saved.len() - 1),
        };
        if is_first {
            what = "all packages".to_owned();
        } else if let Some(cause) = &build.anew {
            what = format!("{}: the plan is made anew", shown(cause));
        }
        let changes = &build.changes;
        let names = |list: &[(TargetKind, String)]| {
            let named = if self.console.verbosity > 0 {
                list.len()
            } else {
                NAMED
            };
            let names: Vec<&str> = list
                .iter()
                .map(|(_, path)| path.as_str())
                .take(named)
                .collect();
            match list.len().saturating_sub(named) {
                0 => names.join(", "),
                more => format!("{} and {more} more", names.join(", ")),
            }
        };
        let mut parts = Vec::new();
        if is_first {
            parts.push(format!("{} outputs written", changes.written.len()));
        } else if !changes.written.is_empty() {
            parts.push(format!("wrote {}", names(&changes.written)));
        }
        if !changes.removed.is_empty() {
            parts.push(format!("removed {}", names(&changes.removed)));
        }
        let errors = build.errors().count();
        if errors > 0 {
            let s = if errors == 1 { "" } else { "s" };
            parts.push(format!(
                "{errors} error{s}, whose outputs stay as they were"
            ));
        }
        if parts.is_empty() {
            parts.push("nothing to write".to_owned());
        }
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        format!("{what}: {} ({milliseconds:.1} ms)", parts.join("; "))
    }
}

/// Whether the user wants to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Yes,
    No,
}
