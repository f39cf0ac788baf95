//! One line of the tables, and the file that keeps them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::output::say;

/// What a plan or a deploy took.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) series: String,
    pub(crate) themes: usize,
    pub(crate) locales: usize,
    pub(crate) packages: u64,
    pub(crate) outputs: u64,
    pub(crate) views: u64,
    pub(crate) jobs: u64,
    pub(crate) wall_ms: f64,
    pub(crate) cpu_ms: u64,
    pub(crate) peak_bytes: u64,
    /// Of the whole: until the plan was made.
    pub(crate) plan_ms: f64,
}

/// The heading of a table on the terminal.
pub(crate) fn print_head() {
    say(&format!(
        "{:<20} {:>6} {:>7} {:>8} {:>9} {:>6} {:>6} {:>9} {:>8} {:>9} {:>8}",
        "",
        "themes",
        "locales",
        "packages",
        "outputs",
        "views",
        "jobs",
        "wall ms",
        "CPU ms",
        "plan ms",
        "peak MB"
    ));
}

impl Row {
    pub(crate) fn print(&self) {
        say(&format!(
            "{:<20} {:>6} {:>7} {:>8} {:>9} {:>6} {:>6} {:>9.0} {:>8} {:>9.0} {:>8.1}",
            self.series,
            self.themes,
            self.locales,
            self.packages,
            self.outputs,
            self.views,
            self.jobs,
            self.wall_ms,
            self.cpu_ms,
            self.plan_ms,
            self.peak_megabytes()
        ));
    }

    pub(crate) fn peak_megabytes(&self) -> f64 {
        self.peak_bytes as f64 / 1e6
    }
}

/// Writes all rows.
pub(crate) fn save(rows: &[Row], file: &Path) -> Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    fs::write(file, serde_json::to_string_pretty(rows)? + "\n")
        .with_context(|| format!("cannot write `{}`", file.display()))?;
    say(&format!("\nwritten to `{}`", file.display()));
    Ok(())
}

/// Reads what [`save`] has written.
pub(crate) fn read(file: &Path) -> Result<Vec<Row>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("`{}` is not of this benchmark", file.display()))
}
