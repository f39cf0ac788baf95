//! The wire form of reports. Engine types are not serialised directly, so that they may change.

use scd::compress::codec::Format;
use scd::diagnostic::{Diagnostic, Severity};
use scd::report::{Report, TargetKind};
use serde_json::{Value, json};

/// A deploy's report.
pub(crate) fn report(report: &Report) -> Value {
    let counts = &report.counts;
    json!({
        "scd": env!("CARGO_PKG_VERSION"),
        "version": report.version,
        "packages": report.packages.iter().map(|package| json!({
            "name": package.name,
            "files": package.file_count,
            "bytes": package.byte_count,
        })).collect::<Vec<_>>(),
        "counts": {
            "packages": counts.package_count,
            "overlays": counts.overlay_count,
            "sources": counts.source_count,
            "script_jobs": counts.script_jobs,
            "css_jobs": counts.css_jobs,
            "less_jobs": counts.less_jobs,
            "template_jobs": counts.template_jobs,
            "static_files": counts.static_files,
            "template_files": counts.template_files,
            "bytes_in": counts.bytes_in,
            "bytes_out": counts.bytes_out,
        },
        "compression": report.compression.iter().map(|compression| json!({
            "codec": compression.codec.to_string(),
            "files": compression.file_count,
            "distinct": compression.distinct_count,
            "bytes_before": compression.bytes_before,
            "bytes_after": compression.bytes_after,
        })).collect::<Vec<_>>(),
        "reuse": {
            "unchanged": report.reuse.is_unchanged,
            "jobs": counts.job_count(),
            "recalled_jobs": report.reuse.recalled_jobs,
            "recalled_compressions": report.reuse.recalled_compressions,
            "untouched_files": report.reuse.untouched_files,
            "linked_files": report.reuse.linked_files,
            "written_files": report.reuse.written_files,
        },
        "remote_cache": report.remote.as_ref().map(|used| json!({
            "round_trips": used.round_trips,
            "fetched_entries": used.fetched_entries,
            "fetched_bytes": used.fetched_bytes,
            "sent_bytes": used.sent_bytes,
            "trouble": used.trouble,
        })),
        "milliseconds": report.timings.iter().map(|(stage, elapsed)| {
            (stage.name().to_owned(), json!(elapsed.as_secs_f64() * 1000.0))
        }).collect::<serde_json::Map<_, _>>(),
        "diagnostics": report.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
        "outputs": report.outputs.iter().map(|output| json!({
            "path": &*output.path,
            "target": match output.target {
                TargetKind::Static => "static",
                TargetKind::Templates => "templates",
            },
            "source": output.source.as_ref().map(|path| path.to_string_lossy()),
            "size": output.size,
            "blake3": output.digest.to_string(),
            "compressed": output.compressed.map(Format::name),
        })).collect::<Vec<_>>(),
    })
}

/// A finding.
pub(crate) fn diagnostic(finding: &Diagnostic) -> Value {
    json!({
        "severity": match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "message": finding.message,
        "file": finding.place.as_ref().map(|place| place.path.to_string_lossy()),
        "line": finding.place.as_ref().map(|place| place.line).filter(|&line| line > 0),
        "column": finding.place.as_ref().map(|place| place.column).filter(|&column| column > 0),
        "hint": finding.hint,
        "output": finding.output,
    })
}
