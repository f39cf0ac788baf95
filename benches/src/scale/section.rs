//! The section of `docs/performance.md` about large shops: tables, plots, and what one more of something costs.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::output::say;
use crate::page;
use crate::plot::{Line, plot};
use crate::row::Row;

/// How many of something a row has.
type Count = fn(&Row) -> usize;

/// One plot: what of it grows.
struct Series {
    name: &'static str,
    title: &'static str,
    what: &'static str,
    count: Count,
}

const SERIES: [Series; 4] = [
    Series {
        name: "plan by locales",
        title: "Planning, 40 themes",
        what: "locale",
        count: |row| row.locales,
    },
    Series {
        name: "plan by themes",
        title: "Planning, one locale",
        what: "theme",
        count: |row| row.themes,
    },
    Series {
        name: "deploy by locales",
        title: "Cold deploy, 5 themes",
        what: "locale",
        count: |row| row.locales,
    },
    Series {
        name: "deploy by themes",
        title: "Cold deploy, one locale",
        what: "theme",
        count: |row| row.themes,
    },
];

impl Series {
    fn rows<'a>(&self, rows: &'a [Row]) -> Vec<&'a Row> {
        rows.iter().filter(|row| row.series == self.name).collect()
    }

    /// What one more costs between the first and the last row: milliseconds of wall and of CPU time, and MB.
    fn step(&self, rows: &[Row]) -> Option<[f64; 3]> {
        let rows = self.rows(rows);
        let (first, last) = (rows.first()?, rows.last()?);
        let steps = (self.count)(last).checked_sub((self.count)(first))?;
        let figures = |row: &Row| [row.wall_ms, row.cpu_ms as f64, row.peak_megabytes()];
        let (first, last) = (figures(first), figures(last));
        let step = |index: usize| (last[index] - first[index]) / steps as f64;
        (steps > 0).then(|| [step(0), step(1), step(2)])
    }
}

/// Prints what one more of something costs.
pub(crate) fn summarise(rows: &[Row]) {
    say("\none more of it costs");
    for series in &SERIES {
        if let Some([wall, cpu, memory]) = series.step(rows) {
            say(&format!(
                "{:<20} a {:<7} {wall:>8.1} ms wall {cpu:>8.1} ms CPU {memory:>7.2} MB",
                series.name, series.what
            ));
        }
    }
}

/// Draws the plots into a folder; their files and titles.
pub(crate) fn plots(folder: &Path, rows: &[Row]) -> Result<Vec<(String, &'static str)>> {
    fs::create_dir_all(folder)?;
    let mut drawn = Vec::new();
    for series in &SERIES {
        let own = series.rows(rows);
        if own.len() < 2 {
            continue;
        }
        let line = |name, value: &dyn Fn(&Row) -> f64| Line {
            name,
            points: own
                .iter()
                .map(|row| ((series.count)(row) as f64, value(row)))
                .collect(),
        };
        let lines = [
            line("CPU ms", &|row| row.cpu_ms as f64),
            line("wall ms", &|row| row.wall_ms),
            line("peak MB", &Row::peak_megabytes),
        ];
        let file = format!("scale-{}.svg", series.name.replace(' ', "-"));
        let horizontal = format!("{}s", series.what);
        fs::write(folder.join(&file), plot(series.title, &horizontal, &lines))?;
        drawn.push((file, series.title));
    }
    say(&format!("plots are in `{}`", folder.display()));
    Ok(drawn)
}

/// Puts tables and plots between the marks of a page.
pub(crate) fn write(page: &Path, rows: &[Row]) -> Result<()> {
    let folder = page.with_extension("");
    let name = folder.file_name().context("a page has a name")?;
    let name = name.to_string_lossy().into_owned();
    let drawn = plots(&folder, rows)?;
    let before = fs::read_to_string(page).unwrap_or_default();
    let text = page::with_section(
        &before,
        "scale",
        "A large shop",
        &section(rows, &name, &drawn),
    );
    fs::write(page, text).with_context(|| format!("cannot write `{}`", page.display()))?;
    say(&format!("written to `{}`", page.display()));
    Ok(())
}

fn section(rows: &[Row], folder: &str, drawn: &[(String, &str)]) -> String {
    let mut text = String::from(
        "The shop of `benches/synth`: 800 modules, 40 themes in chains of five, 30 locales. Plans are the median of three runs, deploys \
         are cold (`--no-cache`) and run once.\n\n    \
         cargo run --release -p scd-benches --bin scale -- --write docs/performance.md /dev/shm/scale\n\n\
         | | themes | locales | packages | outputs | views | jobs | wall ms | CPU ms | plan ms | peak MB |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {:.0} | {} | {:.0} | {:.1} |",
            row.series,
            row.themes,
            row.locales,
            row.packages,
            row.outputs,
            row.views,
            row.jobs,
            row.wall_ms,
            row.cpu_ms,
            row.plan_ms,
            row.peak_megabytes()
        );
    }
    text.push_str("\n| one more | wall ms | CPU ms | MB |\n|---|---:|---:|---:|\n");
    for series in &SERIES {
        if let Some([wall, cpu, memory]) = series.step(rows) {
            let _ = writeln!(
                text,
                "| {}: a {} | {wall:.1} | {cpu:.1} | {memory:.2} |",
                series.title, series.what
            );
        }
    }
    text.push('\n');
    for (file, title) in drawn {
        let _ = writeln!(text, "![{title}]({folder}/{file})");
    }
    text
}
