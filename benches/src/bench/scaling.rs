//! How a cold run scales over cores: work and critical path from the trace of a run with one thread, put on more cores in thought.
//!
//! The trace says of most stages which pieces of work can be done side by side. On `n` cores they are handed out in the order in
//! which one thread did them, each to the core that is free first; what lies between them stays in sequence. Pieces of one name
//! that follow each other are one phase, and phases do not overlap, although what packages share is derived while stylesheets are
//! compiled. Of a stage without pieces, the runs with one and with two
//! threads tell how much of it is done side by side. Memory bandwidth and locks of the file system are not in the model: the
//! times measured stand beside it.

use anyhow::{Context, Result};
use serde_json::Value;

use super::case::Case;
use super::contender::Bench;
use super::result::{Point, Scaling, StageShare};
use crate::measure::measure;

/// Cores that are predicted.
const CORES: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// One run.
struct Run {
    wall_ms: f64,
    stages: Vec<Stage>,
}

/// A stage of a run; times in milliseconds.
struct Stage {
    name: String,
    wall: f64,
    phases: Vec<Phase>,
}

/// Pieces that can be done side by side, in order.
struct Phase {
    part: String,
    pieces: Vec<f64>,
}

/// Runs with one thread and with more, and predicts the others.
pub(crate) fn predict(bench: &Bench<'_>, case: &Case) -> Result<Scaling> {
    let present = std::thread::available_parallelism().map_or(1, usize::from);
    let mut measured = Vec::new();
    for cores in CORES.into_iter().filter(|&cores| cores <= present) {
        let mut runs: Vec<Run> = Vec::new();
        for _ in 0..bench.scd_runs() {
            runs.push(traced(bench, case, cores)?);
        }
        runs.sort_by(|one, other| one.wall_ms.total_cmp(&other.wall_ms));
        measured.push((cores, runs.swap_remove(runs.len() / 2)));
    }
    let (_, one) = &measured[0];
    let two = measured.get(1).map(|(_, run)| run);
    Ok(scaling(&case.name, one, two, &measured))
}

fn traced(bench: &Bench<'_>, case: &Case, cores: usize) -> Result<Run> {
    let trace = bench.scratch().join("trace.json");
    bench.forget(case)?;
    let mut command = bench.scd_command(case, &["--no-cache", "-j"]);
    command.arg(cores.to_string()).arg("--timings").arg(&trace);
    let measured = measure(&mut command)?;
    let trace: Value = serde_json::from_slice(&std::fs::read(trace)?)?;
    let events = trace["traceEvents"]
        .as_array()
        .context("a trace without events")?;
    Ok(Run {
        wall_ms: measured.wall.as_secs_f64() * 1e3,
        stages: stages(events),
    })
}

/// The stages of a trace with the pieces that lie within each.
fn stages(events: &[Value]) -> Vec<Stage> {
    let time = |event: &Value, key: &str| event[key].as_f64().unwrap_or_default();
    let slices = || events.iter().filter(|event| event["ph"] == "X");
    let is_stage = |event: &&Value| event["cat"] == "stage";
    let stage = |stage: &Value| {
        let name = stage["name"].as_str().unwrap_or_default();
        let (begin, end) = (time(stage, "ts"), time(stage, "ts") + time(stage, "dur"));
        let lies_within = |event: &&Value| (begin..end).contains(&time(event, "ts"));
        let mut own: Vec<&Value> = slices()
            .filter(|event| !is_stage(event) && lies_within(event))
            .collect();
        own.sort_by(|one, other| time(one, "ts").total_cmp(&time(other, "ts")));
        let mut phases: Vec<Phase> = Vec::new();
        let mut end = f64::MIN;
        for slice in own {
            let (start, length) = (time(slice, "ts"), time(slice, "dur"));
            // What lies within another piece is part of it.
            if start < end {
                continue;
            }
            end = start + length;
            // Each job has a name of its own.
            let part = match slice["cat"].as_str() {
                Some("job") => "job",
                _ => slice["name"].as_str().unwrap_or_default(),
            };
            match phases.last_mut() {
                Some(phase) if phase.part == part => phase.pieces.push(length / 1e3),
                _ => phases.push(Phase {
                    part: part.to_owned(),
                    pieces: vec![length / 1e3],
                }),
            }
        }
        Stage {
            name: name.to_owned(),
            wall: time(stage, "dur") / 1e3,
            phases,
        }
    };
    slices().filter(is_stage).map(stage).collect()
}

impl Stage {
    fn parallel(&self) -> f64 {
        self.pieces().sum()
    }

    fn pieces(&self) -> impl Iterator<Item = f64> {
        self.phases
            .iter()
            .flat_map(|phase| phase.pieces.iter().copied())
    }

    /// The time on so many cores; without end, the time of the critical path.
    fn on(&self, cores: usize, other: Option<&Stage>) -> f64 {
        if self.phases.is_empty() {
            let parallel = self.estimated(other);
            return self.wall - parallel + parallel / cores as f64;
        }
        let phases = self.phases.iter().map(|phase| phase.on(cores));
        self.wall - self.parallel() + phases.sum::<f64>()
    }

    /// What is done side by side, where there are no pieces: with two threads half of it is saved.
    fn estimated(&self, with_two: Option<&Stage>) -> f64 {
        let saved = with_two.map_or(0.0, |two| self.wall - two.wall);
        (2.0 * saved).clamp(0.0, self.wall)
    }
}

impl Phase {
    /// The time on so many cores: each piece goes to the one that is free first.
    fn on(&self, cores: usize) -> f64 {
        let mut busy = vec![0.0_f64; cores.clamp(1, self.pieces.len().max(1))];
        for piece in &self.pieces {
            if let Some(first) = busy.iter_mut().min_by(|one, other| one.total_cmp(other)) {
                *first += piece;
            }
        }
        busy.into_iter().fold(0.0, f64::max)
    }
}

fn scaling(name: &str, one: &Run, two: Option<&Run>, measured: &[(usize, Run)]) -> Scaling {
    let beside = |stage: &Stage| two?.stages.iter().find(|other| other.name == stage.name);
    let in_stages: f64 = one.stages.iter().map(|stage| stage.wall).sum();
    let predicted = |cores: usize| {
        let stages = one
            .stages
            .iter()
            .map(|stage| stage.on(cores, beside(stage)));
        one.wall_ms - in_stages + stages.sum::<f64>()
    };
    Scaling {
        row: name.to_owned(),
        stages: one
            .stages
            .iter()
            .map(|stage| StageShare {
                stage: stage.name.clone(),
                wall: stage.wall,
                parallel: match stage.phases.is_empty() {
                    true => stage.estimated(beside(stage)),
                    false => stage.parallel(),
                },
                longest: stage.pieces().fold(0.0, f64::max),
                pieces: stage.pieces().count(),
            })
            .collect(),
        critical_path_ms: predicted(usize::MAX),
        points: CORES
            .into_iter()
            .map(|cores| Point {
                cores,
                predicted_ms: predicted(cores),
                measured_ms: measured
                    .iter()
                    .find(|(number, _)| *number == cores)
                    .map(|(_, run)| run.wall_ms),
            })
            .collect(),
    }
}
