//! What happens during a run, for whoever wants to show it.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::slice::Slice;

/// A source as a person knows it: its path relative to the root, if it lies there.
#[derive(Clone, Copy, Debug)]
pub struct SourceName<'a> {
    /// Where the source lies.
    pub path: &'a Path,
    /// Where the root lies.
    pub root: &'a Path,
}

impl fmt::Display for SourceName<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.path.strip_prefix(self.root).unwrap_or(self.path);
        shown.display().fmt(formatter)
    }
}

/// Something that happened. Events of parallel work arrive from several threads in no fixed order.
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A step of the run begins.
    StageStarted {
        /// The step.
        stage: Stage,
    },
    /// A step of the run is done.
    StageFinished {
        /// The step.
        stage: Stage,
        /// Wall time it took.
        elapsed: Duration,
    },
    /// The plan is made.
    Planned {
        /// Each package's name and number of outputs, in the order of the plan.
        packages: &'a [(String, usize)],
        /// For each package, how many of its outputs wait for a job.
        pending: &'a [usize],
        /// Distinct pieces of work.
        job_count: usize,
    },
    /// A job is done; `outputs` names how many placements it fills in which package of the plan.
    JobFinished {
        /// What was done: `script`, `css`, `less`, `html` or `template`.
        kind: &'static str,
        /// The source.
        source: SourceName<'a>,
        /// Who did it, and when.
        slice: Slice,
        /// Whether an earlier run has made the result.
        is_recalled: bool,
        /// Index into the packages of the plan and number of outputs filled there.
        outputs: &'a [(u32, u32)],
    },
    /// Something else is done that takes time; told only to observers that want to know.
    PartFinished {
        /// The step it belongs to.
        stage: Stage,
        /// What was done.
        part: &'a str,
        /// To what.
        name: &'a str,
        /// Who did it, and when.
        slice: Slice,
    },
    /// A finding about a source.
    Diagnosed(&'a Diagnostic),
}

/// The steps of a run, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Finding out what has changed since the last run.
    Recall,
    /// Reading components and configuration.
    Open,
    /// Listing static sources.
    Scan,
    /// Packages, overlays and jobs.
    Plan,
    /// Running the jobs.
    Execute,
    /// Making what needs the finished files.
    Derive,
    /// Making compressed files; only where they are asked for.
    Compress,
    /// Staging and exchanging.
    Publish,
    /// Keeping results for the next run.
    Remember,
}

impl Stage {
    /// The step's name, lower case.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Recall => "recall",
            Stage::Open => "open",
            Stage::Scan => "scan",
            Stage::Plan => "plan",
            Stage::Execute => "execute",
            Stage::Derive => "derive",
            Stage::Compress => "compress",
            Stage::Publish => "publish",
            Stage::Remember => "remember",
        }
    }
}

/// Hears what happens during a run.
pub trait Observer: Sync {
    /// Called for every event, possibly from several threads at once.
    fn on(&self, event: Event<'_>);

    /// Whether [`Event::PartFinished`] is of interest. If not, nothing is measured for it.
    fn wants_parts(&self) -> bool {
        false
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn on(&self, _event: Event<'_>) {}
}
