//! `--timings`: where the time of a deploy goes, as trace events for Perfetto and Chrome's `about:tracing`.
//!
//! The first track holds the stages, each worker thread has one of its own with the jobs it ran and the other work it did: the
//! category is `stage`, `job`, or the stage that the other work belongs to.
//! Times are microseconds since the deploy began, with nanoseconds behind the point. The format is that of
//! "Trace Event Format" (Google), of which only complete events (`X`) and names of tracks (`M`) are used.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use scd::event::{Event, Observer};
use serde_json::{Value, json};

/// The track of the stages; worker threads have the following ones.
const STAGES: usize = 0;

/// Hears everything for another observer, and keeps when it was.
pub(crate) struct Timings<'a> {
    inner: &'a dyn Observer,
    began: Instant,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// When the present stage began.
    stage: Option<Instant>,
    events: Vec<Value>,
    workers: usize,
}

impl<'a> Timings<'a> {
    /// Time begins now.
    pub(crate) fn new(inner: &'a dyn Observer) -> Self {
        Self {
            inner,
            began: Instant::now(),
            kept: Mutex::default(),
        }
    }

    /// Writes what was kept.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(self, path: &Path, file: File) -> Result<()> {
        let kept = self.kept.into_inner();
        let kept = kept.unwrap_or_else(PoisonError::into_inner);
        let tracks = (STAGES..=kept.workers).map(track);
        let events: Vec<Value> = tracks.chain(kept.events).collect();
        let trace = json!({
            "traceEvents": events,
            "displayTimeUnit": "ms",
            "otherData": { "scd": env!("CARGO_PKG_VERSION") },
        });
        let mut file = BufWriter::new(file);
        serde_json::to_writer(&mut file, &trace)
            .map_err(std::io::Error::from)
            .and_then(|()| file.flush())
            .with_context(|| format!("cannot write the timings to `{}`", path.display()))
    }

    fn keep(&self, event: &Event<'_>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match *event {
            Event::StageStarted { .. } => kept.stage = Some(Instant::now()),
            Event::StageFinished { stage, elapsed } => {
                let Some(started) = kept.stage.take() else {
                    return;
                };
                let time = self.time(started, elapsed);
                kept.add(STAGES, "stage", stage.name(), time, json!({}));
            }
            Event::JobFinished {
                kind,
                source,
                slice,
                is_recalled,
                ..
            } => {
                let source = source.to_string();
                let file = source.rsplit_once('/').map_or(&*source, |(_, file)| file);
                let track = kept.track_of(slice.worker);
                let name = format!("{kind} {file}");
                let time = self.time(slice.started, slice.elapsed);
                let of_job = json!({ "kind": kind, "source": source, "recalled": is_recalled });
                kept.add(track, "job", &name, time, of_job);
            }
            Event::PartFinished {
                stage,
                part,
                name,
                slice,
            } => {
                let track = kept.track_of(slice.worker);
                let time = self.time(slice.started, slice.elapsed);
                kept.add(track, stage.name(), part, time, json!({ "of": name }));
            }
            _ => {}
        }
    }

    /// Beginning and length in microseconds.
    fn time(&self, started: Instant, elapsed: Duration) -> [f64; 2] {
        let since = started.saturating_duration_since(self.began);
        [since, elapsed].map(|time| time.as_nanos() as f64 / 1e3)
    }
}

impl Kept {
    fn add(&mut self, track: usize, category: &str, name: &str, time: [f64; 2], of: Value) {
        self.events.push(json!({
            "ph": "X",
            "pid": 1,
            "tid": track,
            "cat": category,
            "name": name,
            "ts": time[0],
            "dur": time[1],
            "args": of,
        }));
    }

    fn track_of(&mut self, worker: usize) -> usize {
        self.workers = self.workers.max(worker + 1);
        STAGES + 1 + worker
    }
}

impl Observer for Timings<'_> {
    fn on(&self, event: Event<'_>) {
        self.keep(&event);
        self.inner.on(event);
    }

    fn wants_parts(&self) -> bool {
        true
    }
}

/// The name of a track.
fn track(number: usize) -> Value {
    let name = match number {
        STAGES => "stages".to_owned(),
        worker => format!("worker {worker}"),
    };
    json!({ "ph": "M", "pid": 1, "tid": number, "name": "thread_name", "args": { "name": name } })
}
