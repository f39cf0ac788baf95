//! Pieces of work and the threads that did them, for traces. Nothing is measured for observers that do not want it.

use std::time::{Duration, Instant};

use scd_store::Part;

use crate::event::{Event, Observer, Stage};

/// Some time of one thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The number of the worker thread.
    pub worker: usize,
    /// When the work began.
    pub started: Instant,
    /// How long it took.
    pub elapsed: Duration,
}

impl Slice {
    /// The time of this thread since then.
    pub(crate) fn since(started: Instant) -> Self {
        Self {
            worker: rayon::current_thread_index().unwrap_or_default(),
            started,
            elapsed: started.elapsed(),
        }
    }
}

/// Tells an observer of pieces of work, if it wants to know.
#[derive(Clone, Copy, Default)]
pub struct Slices<'a>(Option<&'a dyn Observer>);

impl<'a> Slices<'a> {
    /// For this observer.
    pub fn new(observer: &'a dyn Observer) -> Self {
        Self(observer.wants_parts().then_some(observer))
    }

    /// Does a piece of work and tells of it.
    pub(crate) fn time<T>(
        self,
        stage: Stage,
        part: &str,
        name: impl FnOnce() -> String,
        work: impl FnOnce() -> T,
    ) -> T {
        let Some(observer) = self.0 else {
            return work();
        };
        let started = Instant::now();
        let result = work();
        observer.on(Event::PartFinished {
            stage,
            part,
            name: &name(),
            slice: Slice::since(started),
        });
        result
    }

    /// Who hears of the parts of a publication; none if the observer does not want to know.
    pub(crate) fn stopwatch(&self) -> Option<&dyn scd_store::Stopwatch> {
        self.0
            .is_some()
            .then_some(self as &dyn scd_store::Stopwatch)
    }
}

impl scd_store::Stopwatch for Slices<'_> {
    fn done(&self, part: Part, name: &str, started: Instant) {
        let Some(observer) = self.0 else { return };
        observer.on(Event::PartFinished {
            stage: Stage::Publish,
            part: part.name(),
            name,
            slice: Slice::since(started),
        });
    }
}
