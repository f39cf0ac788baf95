//! The result for programs.

use scd::child::Took;
use scd::compare::Tally;
use serde_json::{Value, json};

use super::{Runs, Verification, difference};
use crate::json::diagnostic;

/// The comparison with every file that is not equal, and the runs.
pub(crate) fn json(verification: &Verification) -> Value {
    let comparison = &verification.comparison;
    let mut value = json!({
        "scd": env!("CARGO_PKG_VERSION"),
        "equal": comparison.is_equal(),
        "total": counts(&comparison.tally()),
        "packages": comparison.packages.iter().map(|package| {
            let mut value = counts(&package.tally());
            value["name"] = json!(package.name);
            value["files"] = package.files.iter().filter_map(|file| {
                let (verdict, detail) = difference(file)?;
                Some(json!({ "path": file.path, "verdict": verdict, "detail": detail }))
            }).collect();
            value
        }).collect::<Vec<_>>(),
    });
    if let Some(runs) = &verification.runs {
        value["runs"] = timed(runs);
    }
    value
}

fn counts(tally: &Tally) -> Value {
    json!({
        "count": tally.files,
        "same": tally.same,
        "same_meaning": tally.same_meaning,
        "known": tally.known,
        "different": tally.different,
        "missing": tally.missing,
        "extra": tally.extra,
        "script_bytes": tally.script_bytes,
        "reference_script_bytes": tally.reference_script_bytes,
    })
}

fn timed(runs: &Runs) -> Value {
    let took = |took: &Took| {
        json!({
            "wall_seconds": took.wall.as_secs_f64(),
            "cpu_seconds": took.cpu.map(|cpu| cpu.as_secs_f64()),
        })
    };
    let mut value = json!({
        "arguments": runs.arguments,
        "php": took(&runs.php),
        "scd": took(&runs.scd),
    });
    value["php"]["complaints"] = json!(runs.complaints);
    value["scd"]["diagnostics"] = runs.findings.iter().map(diagnostic).collect();
    value
}
