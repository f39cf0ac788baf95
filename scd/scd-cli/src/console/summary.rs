//! The last words of a deploy: files, bytes in and out, time for each stage, the slowest jobs, the findings.

use std::path::Path;
use std::time::Duration;

use scd::report::Report;

use super::Console;

/// How many slow jobs are named, and how many when files are named, too.
const SLOWEST: (usize, usize) = (3, 10);

/// Findings go to standard error, everything else to standard output.
pub(crate) fn print(report: &Report, root: &Path, elapsed: Duration, console: &Console) {
    console.report(&report.diagnostics, root);
    let counts = &report.counts;
    console.say("");
    console.say(&format!(
        "{} packages, {} files and {} templates; {} read, {} written; {} jobs",
        counts.package_count,
        counts.static_files,
        counts.template_files,
        size(counts.bytes_in),
        size(counts.bytes_out),
        counts.job_count(),
    ));
    for compression in &report.compression {
        let (before, after) = (compression.bytes_before, compression.bytes_after);
        console.say(&format!(
            "{}: {} files of {} contents; {} to {} ({}%)",
            compression.codec,
            compression.file_count,
            compression.distinct_count,
            size(before),
            size(after),
            after * 100 / before.max(1),
        ));
    }
    console.say(&reuse(report));
    if let Some(used) = &report.remote {
        console.say(&format!(
            "remote cache: asked {} times; {} fetched, {} sent",
            used.round_trips,
            size(used.fetched_bytes),
            size(used.sent_bytes),
        ));
    }
    let stages: Vec<String> = report
        .timings
        .iter()
        .map(|(stage, elapsed)| {
            format!("{} {:.0} ms", stage.name(), elapsed.as_secs_f64() * 1000.0)
        })
        .collect();
    console.say(&stages.join(", "));
    let named = if console.verbosity > 0 {
        SLOWEST.1
    } else {
        SLOWEST.0
    };
    for (source, elapsed) in report.slowest.iter().take(named) {
        console.say(&format!(
            "{:>8.1} ms  {source}",
            elapsed.as_secs_f64() * 1000.0
        ));
    }
    console.say(&format!("Execution time: {}", elapsed.as_secs_f64()));
}

/// How much was there already.
fn reuse(report: &Report) -> String {
    let reuse = &report.reuse;
    if reuse.is_unchanged {
        return "nothing has changed since the last deploy; only the version is new".to_owned();
    }
    format!(
        "{} of {} jobs done before; {} files written, {} taken over",
        reuse.recalled_jobs,
        report.counts.job_count(),
        reuse.written_files,
        reuse.linked_files,
    )
}

/// Bytes for a person.
pub(crate) fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let bytes_shown = bytes as f64;
    if bytes < 10_000 {
        format!("{bytes} bytes")
    } else if bytes < 1_000_000 {
        format!("{:.0} KB", bytes_shown / 1e3)
    } else {
        format!("{:.1} MB", bytes_shown / 1e6)
    }
}
