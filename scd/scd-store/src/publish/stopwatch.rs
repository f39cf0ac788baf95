//! How long the parts of a publication take, for whoever wants to know.

use std::time::Instant;

use super::PublishOptions;

/// A part of a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Making a stage beside a target, with what the run does not bring.
    Prepare,
    /// Making the directories of one target.
    Directories,
    /// Writing one content wherever it belongs.
    Write,
    /// Having everything written to the disk.
    Flush,
    /// Going live.
    Exchange,
    /// Removing what was live before.
    Remove,
}

impl Part {
    /// The part's name, lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Part::Prepare => "prepare",
            Part::Directories => "directories",
            Part::Write => "write",
            Part::Flush => "flush",
            Part::Exchange => "exchange",
            Part::Remove => "remove",
        }
    }
}

/// Hears of each part when it is done, on the thread that has done it.
pub trait Stopwatch: Sync {
    /// Called at the end of a part; `name` is the target, or the first path that a content is written to.
    fn done(&self, part: Part, name: &str, started: Instant);
}

impl PublishOptions<'_> {
    /// Does a part of the work; nothing is measured for nobody.
    pub(super) fn timed<T>(&self, part: Part, name: &str, work: impl FnOnce() -> T) -> T {
        let Some(stopwatch) = self.stopwatch else {
            return work();
        };
        let started = Instant::now();
        let result = work();
        stopwatch.done(part, name, started);
        result
    }
}
