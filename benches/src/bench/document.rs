//! The page `docs/performance.md`, made from results alone, with its plots beside it. What other benchmarks have found out stands
//! between marks and stays as it is.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::chart::{Bar, Line, bars, lines};
use super::contender::{FLOORS, PHP, SCD};
use super::result::{Entry, Results, Row, Scaling};
use super::table::{ratios, speedup};
use super::target::{fastest_floor, targets};
use crate::output::say;
use crate::page::{marks, with_section};

/// Sections that are kept, with what they say as long as nobody has put figures there.
const KEPT: [(&str, &str, &str); 4] = [
    (
        "missed",
        "Where a target is missed",
        "`--timings FILE` writes a trace for Perfetto that shows where the time of one deploy goes.",
    ),
    (
        "warm",
        "Warm runs",
        "`cargo run --release -p scd-benches --bin warm` prints what one changed file costs.",
    ),
    (
        "watch",
        "Watching",
        "The time from a saved partial to the written CSS is measured apart from this benchmark.",
    ),
    (
        "scale",
        "A large shop",
        "Planning and publishing the synthetic shop of `benches/synth` are measured apart from this benchmark.",
    ),
];

/// Writes the page and its plots.
pub(crate) fn write(page: &Path, all: &[Results]) -> Result<()> {
    let before = fs::read_to_string(page).unwrap_or_default();
    let folder = page.with_extension("");
    let folder_name = folder
        .file_name()
        .context("a page has a name")?
        .to_string_lossy()
        .into_owned();
    fs::create_dir_all(&folder)?;
    let mut text = String::from(OPENING);
    for (number, results) in all.iter().enumerate() {
        let plots = Plots {
            folder: &folder,
            name: &folder_name,
            number,
        };
        run(&mut text, results, &plots)?;
    }
    for (name, heading, otherwise) in KEPT {
        let [begin, end] = marks(name);
        let own = before
            .split_once(&begin)
            .and_then(|(_, rest)| rest.split_once(&end));
        let own = own.map_or(format!("{otherwise}\n"), |(own, _)| own.to_owned());
        text = with_section(&text, name, heading, &own);
    }
    fs::write(page, text.trim_end().to_owned() + "\n")
        .with_context(|| format!("cannot write `{}`", page.display()))?;
    say(&format!(
        "written to `{}`, with the plots in `{}`",
        page.display(),
        folder.display()
    ));
    Ok(())
}

const OPENING: &str = "\
# Performance

Made by the benchmark itself (`--write`); every comparison stands side by side in one run. To repeat it:

    npm install --prefix /tmp/bench-npm esbuild less                                    # optional
    git clone https://github.com/elgentos/magento2-static-deploy && (cd magento2-static-deploy && go build .)   # optional
    export SCD_REFERENCE_ROOT=/path/to/magento SCD_NPM=/tmp/bench-npm SCD_GO_TOOL=$PWD/magento2-static-deploy/magento2-static-deploy
    cargo run --release -p scd-benches --bin bench -- --scratch /dev/shm --json bench.json --write docs/performance.md

`--quick` takes two minutes instead of half an hour. Without a Magento root, PHP, Node or the Go tool, what is left is measured, and
what is not at hand is said to be.

* **The job** is the same for all: the list of output files is compared with PHP's. Who writes another list gets no ratio.
* **scd** keeps nothing and finds nothing (`--no-cache`). *empty store* keeps its results for the next run, which is the default;
  *nothing changed* is that next run.
* **esbuild + less.js** is the work of PHP's minifiers and less.php done by what people use, in as many threads as there are cores;
  planning, Magento's directives in LESS, templates and derived files are given to it.
* **bare writer** has all bytes in memory, makes each directory once and writes each file: the floor under every deploy.
* Times are wall times, the median of several runs (one of PHP); memory is the most of all processes of a contender together;
  system calls are counted by `strace -c -f` in a run of its own.

";

struct Plots<'a> {
    folder: &'a Path,
    name: &'a str,
    number: usize,
}

impl Plots<'_> {
    /// Writes a plot and shows it.
    fn add(&self, text: &mut String, name: &str, title: &str, svg: &str) -> Result<()> {
        let file = format!("{name}-{}.svg", self.number + 1);
        fs::write(self.folder.join(&file), svg)?;
        let _ = write!(text, "![{title}]({}/{file})\n\n", self.name);
        Ok(())
    }
}

fn run(text: &mut String, results: &Results, plots: &Plots<'_>) -> Result<()> {
    let machine = &results.machine;
    let _ = write!(
        text,
        "## On {}\n\n{}, {} cores, {:.0} GB of memory, {}, everything on {}; load when it began: {}.  \n{}.  \n`bench {}`\n\n",
        if machine.file_system == "tmpfs" {
            "a memory disk"
        } else {
            &machine.file_system
        },
        machine.processor,
        machine.cores,
        machine.memory_bytes as f64 / 1e9,
        machine.kernel,
        machine.file_system,
        machine.load,
        machine.programs(),
        results.arguments.join(" "),
    );
    text.push_str("### Targets\n\n| | measured | target | |\n|---|---:|---:|---|\n");
    for target in targets(results) {
        let cells = [target.value(), target.limit()];
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            target.name,
            cells[0],
            cells[1],
            target.verdict()
        );
    }
    text.push('\n');
    for row in &results.rows {
        table(text, row);
        if row
            .entries
            .iter()
            .filter(|entry| entry.figures.is_some())
            .count()
            > 3
        {
            let svg = bars(
                &format!("{}: seconds of wall time", row.name),
                " s",
                &of_row(row),
            );
            plots.add(text, &row.id, &row.name, &svg)?;
        }
    }
    locales(text, results, plots)?;
    match &results.scaling {
        Some(scaling) => cores(text, scaling, plots),
        None => Ok(()),
    }
}

fn table(text: &mut String, row: &Row) {
    let _ = write!(
        text,
        "### {}\n\n| | wall s | CPU s | peak MB | system calls | files | MB out | files/s | / bare writer | / scd | |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|\n",
        capital(&row.name),
    );
    let ratios = ratios(row);
    for entry in &row.entries {
        let Some(figures) = &entry.figures else {
            let _ = writeln!(
                text,
                "| {} | | | | | | | | | | {} |",
                entry.contender, entry.remark
            );
            continue;
        };
        let own = ratios
            .iter()
            .find(|(contender, ..)| *contender == entry.contender);
        let ratio =
            |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            entry.contender,
            figures.cells().join(" | "),
            ratio(own.map(|(_, floor, _)| *floor)),
            ratio(own.map(|(.., scd)| *scd)),
            remark(entry),
        );
    }
    text.push('\n');
}

fn remark(entry: &Entry) -> String {
    match &entry.difference {
        None => entry.remark.clone(),
        Some(difference) => format!(
            "no ratio: {} of the files are missing, {} are extra ({})",
            difference.missing,
            difference.extra,
            difference
                .examples
                .iter()
                .map(|path| format!("`{path}`"))
                .collect::<Vec<_>>()
                .join(", "),
        ),
    }
}

fn of_row(row: &Row) -> Vec<Bar> {
    let bar = |entry: &Entry| {
        let figures = entry.figures.as_ref()?;
        let is_floor = FLOORS.iter().any(|(name, _)| *name == entry.contender);
        let colour = match entry.contender.as_str() {
            _ if !entry.is_same_list() => 5,
            name if name.starts_with("scd") => 0,
            name if name.starts_with("PHP") => 1,
            _ if is_floor => 4,
            _ => 2,
        };
        Some(Bar {
            label: match entry.is_same_list() {
                true => entry.contender.clone(),
                false => format!("{} (another list)", entry.contender),
            },
            value: figures.wall_seconds,
            colour,
        })
    };
    row.entries.iter().filter_map(bar).collect()
}

/// Time over the number of locales, where several were measured.
fn locales(text: &mut String, results: &Results, plots: &Plots<'_>) -> Result<()> {
    let rows: Vec<(f64, &Row)> = results
        .rows
        .iter()
        .filter_map(|row| Some((row.id.strip_prefix("locales-")?.parse().ok()?, row)))
        .collect();
    if rows.len() < 2 {
        return Ok(());
    }
    let line = |label: &str, wall: &dyn Fn(&Row) -> Option<f64>| Line {
        label: label.to_owned(),
        points: rows
            .iter()
            .filter_map(|(count, row)| Some((*count, wall(row)?)))
            .collect(),
    };
    let of = |contender: &'static str| move |row: &Row| Some(row.valid(contender)?.wall_seconds);
    let drawn = [
        line(SCD, &of(SCD)),
        line(PHP, &of(PHP)),
        line("bare writer", &fastest_floor),
    ];
    let title = "Wall time over the number of locales";
    text.push_str(
        "### Locales\n\n| locales | PHP -j 1 / scd | scd / bare writer |\n|---:|---:|---:|\n",
    );
    for (count, row) in &rows {
        let shown =
            |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
        let floor = row
            .valid(SCD)
            .zip(fastest_floor(row))
            .map(|(scd, floor)| scd.wall_seconds / floor);
        let _ = writeln!(
            text,
            "| {count} | {} | {} |",
            shown(speedup(row)),
            shown(floor)
        );
    }
    text.push('\n');
    plots.add(
        text,
        "locales",
        title,
        &lines(title, ["locales", "seconds"], &drawn),
    )
}

fn cores(text: &mut String, scaling: &Scaling, plots: &Plots<'_>) -> Result<()> {
    let _ = write!(
        text,
        "### Scaling over cores\n\n{}, cold. The stages of a run with one thread (`--timings`), in milliseconds; where there are no \
         pieces, what is done side by side is estimated from the runs with one and two threads.\n\n\
         | stage | wall | side by side | pieces | longest piece |\n|---|---:|---:|---:|---:|\n",
        capital(&scaling.row),
    );
    for stage in &scaling.stages {
        let _ = writeln!(
            text,
            "| {} | {:.1} | {:.1} | {} | {:.1} |",
            stage.stage, stage.wall, stage.parallel, stage.pieces, stage.longest
        );
    }
    let _ = write!(
        text,
        "\nThe critical path is {:.0} ms: what is done in sequence, and the longest piece of every phase.\n\n\
         | cores | predicted ms | measured ms |\n|---:|---:|---:|\n",
        scaling.critical_path_ms
    );
    for point in &scaling.points {
        let measured = point
            .measured_ms
            .map_or("-".to_owned(), |ms| format!("{ms:.0}"));
        let _ = writeln!(
            text,
            "| {} | {:.0} | {measured} |",
            point.cores, point.predicted_ms
        );
    }
    text.push('\n');
    let line = |label: &str, points: Vec<(f64, f64)>| Line {
        label: label.to_owned(),
        points,
    };
    let points = || scaling.points.iter();
    let drawn = [
        line(
            "predicted",
            points()
                .map(|point| (point.cores as f64, point.predicted_ms))
                .collect(),
        ),
        line(
            "measured",
            points()
                .filter_map(|point| Some((point.cores as f64, point.measured_ms?)))
                .collect(),
        ),
    ];
    let title = "Wall time over the number of cores";
    plots.add(
        text,
        "cores",
        title,
        &lines(title, ["cores", "milliseconds"], &drawn),
    )
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
