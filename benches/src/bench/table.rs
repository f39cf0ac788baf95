//! The table for people, printed while it is measured.

use super::contender::{PHP, SCD};
use super::result::{Entry, Results, Row, Scaling};
use super::target::{fastest_floor, targets};
use crate::output::say;

/// What is measured, and by what.
pub(crate) fn machine(results: &Results) {
    let machine = &results.machine;
    say(&format!(
        "{}, {} cores, {:.0} GB, {}, {}; load {}",
        machine.processor,
        machine.cores,
        machine.memory_bytes as f64 / 1e9,
        machine.kernel,
        machine.file_system,
        machine.load,
    ));
    say(&machine.programs());
}

/// The heading of a row.
pub(crate) fn begin(name: &str, id: &str) {
    say("");
    say(&format!("{name} [{id}]"));
    say(&format!(
        "  {:<24}{:>10}{:>9}{:>9}{:>10}{:>8}{:>9}{:>10}",
        "", "wall s", "CPU s", "peak MB", "syscalls", "files", "MB out", "files/s"
    ));
}

/// One contender.
pub(crate) fn entry(entry: &Entry) {
    let Some(figures) = &entry.figures else {
        say(&format!("  {:<24}{}", entry.contender, entry.remark));
        return;
    };
    let remark = match &entry.difference {
        None => entry.remark.clone(),
        Some(difference) => format!(
            "another list of files: {} missing, {} extra ({})",
            difference.missing,
            difference.extra,
            difference.examples.join(", ")
        ),
    };
    let [wall, cpu, peak, calls, files, written, rate] = figures.cells();
    say(&format!(
        "  {:<24}{wall:>10}{cpu:>9}{peak:>9}{calls:>10}{files:>8}{written:>9}{rate:>10}  {remark}",
        entry.contender,
    ));
}

/// Ratios and targets.
pub(crate) fn conclude(results: &Results) {
    say("");
    say("wall time in times of the bare writer's, and of scd's");
    for row in &results.rows {
        for (contender, of_floor, of_scd) in ratios(row) {
            say(&format!(
                "  {:<16}{contender:<24}{of_floor:>9.2}{of_scd:>9.2}",
                row.id
            ));
        }
    }
    if let Some(scaling) = &results.scaling {
        print_scaling(scaling);
    }
    say("");
    say("targets");
    for target in targets(results) {
        say(&format!(
            "  {:<54}{:>12}{:>18}  {}",
            target.name,
            target.value(),
            target.limit(),
            target.verdict(),
        ));
    }
}

/// How long each contender that did the job took, in times of the bare writer and of scd.
pub(crate) fn ratios(row: &Row) -> Vec<(&str, f64, f64)> {
    let (Some(floor), Some(scd)) = (fastest_floor(row), row.valid(SCD)) else {
        return Vec::new();
    };
    let entries = row.entries.iter();
    let done = entries.filter_map(|entry| {
        let wall = row.valid(&entry.contender)?.wall_seconds;
        Some((
            entry.contender.as_str(),
            wall / floor,
            wall / scd.wall_seconds,
        ))
    });
    done.collect()
}

fn print_scaling(scaling: &Scaling) {
    say("");
    say(&format!(
        "scaling over cores, {}: stages of the run with one thread, in ms",
        scaling.row
    ));
    for stage in &scaling.stages {
        say(&format!(
            "  {:<10} wall {:>7.1}, side by side {:>7.1} in {:>5} pieces, the longest {:>6.1}",
            stage.stage, stage.wall, stage.parallel, stage.pieces, stage.longest,
        ));
    }
    say(&format!(
        "  critical path {:.1} ms",
        scaling.critical_path_ms
    ));
    for point in &scaling.points {
        let measured = point.measured_ms.map(|ms| format!(", measured {ms:.0} ms"));
        say(&format!(
            "  {:>3} cores: predicted {:.0} ms{}",
            point.cores,
            point.predicted_ms,
            measured.unwrap_or_default()
        ));
    }
}

/// How many times less wall time scd takes than PHP.
pub(crate) fn speedup(row: &Row) -> Option<f64> {
    Some(row.valid(PHP)?.wall_seconds / row.valid(SCD)?.wall_seconds)
}
