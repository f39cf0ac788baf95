//! What a locale and a theme more cost, and what a large shop takes: plans and deploys of the generated shop (`benches/synth`) in
//! several sizes.
//!
//! `scale [DIRECTORY]` makes the shop in a scratch directory (or in the one named, where it stays for the next time) and
//! prints tables; the same as JSON is in `target/bench/scale.json`, as plots in `target/bench/scale-*.svg`. `SCD_SCALE=plan`
//! leaves the deploys out, which write 3 GB; `SCD_SCALE=small` is a shop of 40 modules, to try the program itself. Called with a
//! command of scd, it is scd, so that the program measured is the one just built.

mod itself;
mod measure;
mod output;
mod plot;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use scd_synth::Shape;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::measure::{Measured, measure};
use crate::output::say;
use crate::plot::{Line, plot};

/// The figures follow from this seed.
const SEED: u64 = 1;

/// Runs of a plan; the median counts. Deploys are run once: they are long.
const PLANS: usize = 3;

fn main() -> ExitCode {
    itself::ended_or_scd(run)
}

fn run() -> Result<()> {
    let wish = std::env::var("SCD_SCALE").unwrap_or_default();
    let whole = match wish.as_str() {
        "" | "plan" => Shape::whole(SEED),
        "small" => Shape {
            modules: 40,
            themes: 10,
            locales: 4,
            seed: SEED,
        },
        other => bail!("expected `plan` or `small` in SCD_SCALE, found `{other}`"),
    };
    let bench = Bench::new(whole, std::env::args().nth(1).map(PathBuf::from))?;
    let mut rows = Vec::new();

    say("plans: one locale more");
    print_head();
    for locales in steps(whole.locales) {
        rows.push(bench.plan("plan by locales", whole.themes, locales)?);
    }
    say("\nplans: one chain of themes more");
    print_head();
    for chains in steps(whole.themes / Shape::CHAIN) {
        rows.push(bench.plan("plan by themes", chains * Shape::CHAIN, 1)?);
    }
    say("\nplans: shares of the shop");
    print_head();
    let scales = match wish.as_str() {
        "small" => vec![("small", 5, 2), ("whole", whole.themes, whole.locales)],
        _ => vec![
            ("1/20", 10, 6),
            ("1/5", 20, 12),
            ("1", whole.themes, whole.locales),
        ],
    };
    for &(name, themes, locales) in &scales {
        rows.push(bench.plan(&format!("plan of {name}"), themes, locales)?);
    }
    if wish != "plan" {
        say("\ndeploys: one locale more, five themes");
        print_head();
        for locales in [1, 2, 3, 4] {
            rows.push(bench.deploy("deploy by locales", Shape::CHAIN, locales)?);
        }
        say("\ndeploys: one chain of themes more, one locale");
        print_head();
        for chains in steps(whole.themes / Shape::CHAIN).into_iter().take(3) {
            rows.push(bench.deploy("deploy by themes", chains * Shape::CHAIN, 1)?);
        }
        say("\ndeploys: shares of the shop");
        print_head();
        for &(name, themes, locales) in scales.iter().take(2) {
            rows.push(bench.deploy(&format!("deploy of {name}"), themes, locales)?);
        }
    }
    summarise(&rows);
    save(&rows)
}

/// 1, 2, 4 and so on, and the end itself.
fn steps(end: usize) -> Vec<usize> {
    let steps: BTreeSet<usize> = std::iter::successors(Some(1), |step| Some(step * 2))
        .take_while(|&step| step < end)
        .chain([end])
        .collect();
    steps.into_iter().collect()
}

/// One line of the tables.
struct Row {
    series: String,
    themes: usize,
    locales: usize,
    packages: u64,
    outputs: u64,
    jobs: u64,
    views: u64,
    measured: Measured,
    plan_ms: f64,
}

struct Bench {
    root: PathBuf,
    scratch: TempDir,
    whole: Shape,
}

impl Bench {
    fn new(whole: Shape, kept: Option<PathBuf>) -> Result<Self> {
        let scratch = match &kept {
            Some(directory) => {
                fs::create_dir_all(directory)?;
                tempfile::tempdir_in(directory)?
            }
            None => tempfile::tempdir()?,
        };
        let root = kept.as_deref().unwrap_or(scratch.path()).join("shop");
        if !root.exists() {
            let count = scd_synth::write(&whole, &root)?;
            say(&format!(
                "a shop of {} modules, {} themes and {} locales: {count} files\n",
                whole.modules, whole.themes, whole.locales
            ));
        }
        Ok(Self {
            root,
            scratch,
            whole,
        })
    }

    /// A command of scd for the first themes and locales of the shop.
    fn command(&self, name: &str, themes: usize, locales: usize) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([name, "-f", "--root"]).arg(&self.root);
        for theme in scd_synth::themes(&self.whole).iter().take(themes) {
            command.args(["-t", &theme.code]);
        }
        command.args(self.whole.locale_names().iter().take(locales));
        command
            .stdout(fs::File::create(self.said())?)
            .stderr(Stdio::null());
        Ok(command)
    }

    fn said(&self) -> PathBuf {
        self.scratch.path().join("said")
    }

    fn plan(&self, series: &str, themes: usize, locales: usize) -> Result<Row> {
        let mut runs = Vec::new();
        for _ in 0..PLANS {
            runs.push(measure(&mut self.command("plan", themes, locales)?)?);
        }
        runs.sort_by_key(|measured| measured.wall);
        let measured = runs[PLANS / 2];
        self.row(
            series,
            themes,
            locales,
            measured,
            measured.wall.as_secs_f64() * 1000.0,
        )
    }

    /// What the last plan said, and what it took.
    fn row(
        &self,
        series: &str,
        themes: usize,
        locales: usize,
        measured: Measured,
        plan_ms: f64,
    ) -> Result<Row> {
        let said = fs::read_to_string(self.said())?;
        let number = |ending: &str| -> Result<u64> {
            let found = said
                .lines()
                .find_map(|line| line.split_once(ending)?.0.rsplit(' ').next()?.parse().ok());
            found.with_context(|| format!("the plan does not say its number of{ending}:\n{said}"))
        };
        let row = Row {
            series: series.to_owned(),
            themes,
            locales,
            packages: number(" packages see ")?,
            outputs: number(" static files and ")?,
            jobs: number(" jobs: ")?,
            views: number(" different views ")?,
            measured,
            plan_ms,
        };
        row.print();
        Ok(row)
    }

    /// A deploy with nothing remembered, into a fresh directory; then a plan, for the counts.
    fn deploy(&self, series: &str, themes: usize, locales: usize) -> Result<Row> {
        let target = tempfile::tempdir_in(self.scratch.path())?;
        let mut command = self.command("deploy", themes, locales)?;
        for (option, name) in [("--static", "static"), ("--templates", "templates")] {
            command.arg(option).arg(target.path().join(name));
        }
        command.arg("--no-cache");
        let measured = measure(&mut command)?;
        let said = fs::read_to_string(self.said())?;
        let stages = said
            .lines()
            .find(|line| line.contains("plan ") && line.contains(" ms, "));
        let plan_ms = stages.map_or(0.0, |line| {
            ["open ", "scan ", "plan "]
                .iter()
                .map(|stage| milliseconds(line, stage))
                .sum()
        });
        measure(&mut self.command("plan", themes, locales)?)?;
        self.row(series, themes, locales, measured, plan_ms)
    }
}

/// The time of a stage in the line of all stages.
fn milliseconds(line: &str, stage: &str) -> f64 {
    let rest = line.split_once(stage).map_or("", |(_, rest)| rest);
    let digits = rest.split(' ').next().unwrap_or_default();
    digits.parse().unwrap_or(0.0)
}

fn print_head() {
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
    fn print(&self) {
        say(&format!(
            "{:<20} {:>6} {:>7} {:>8} {:>9} {:>6} {:>6} {:>9.0} {:>8} {:>9.0} {:>8.1}",
            self.series,
            self.themes,
            self.locales,
            self.packages,
            self.outputs,
            self.views,
            self.jobs,
            self.wall_ms(),
            self.measured.cpu.as_millis(),
            self.plan_ms,
            megabytes(self.measured.peak_bytes)
        ));
    }

    fn wall_ms(&self) -> f64 {
        self.measured.wall.as_secs_f64() * 1000.0
    }

    fn json(&self) -> Value {
        json!({
            "series": self.series,
            "themes": self.themes,
            "locales": self.locales,
            "packages": self.packages,
            "outputs": self.outputs,
            "jobs": self.jobs,
            "wall_ms": self.wall_ms(),
            "cpu_ms": u64::try_from(self.measured.cpu.as_millis()).unwrap_or(u64::MAX),
            "peak_bytes": self.measured.peak_bytes,
            "plan_ms": self.plan_ms,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// What one more of something costs, between the first and the last row of a series.
fn summarise(rows: &[Row]) {
    say("\none more of it costs");
    for (series, what, count) in [
        (
            "plan by locales",
            "locale",
            (|row: &Row| row.locales) as fn(&Row) -> usize,
        ),
        ("plan by themes", "theme", |row| row.themes),
        ("deploy by locales", "locale", |row| row.locales),
        ("deploy by themes", "theme", |row| row.themes),
    ] {
        let mut of_series = rows.iter().filter(|row| row.series == series);
        let (Some(first), Some(last)) = (of_series.next(), of_series.next_back()) else {
            continue;
        };
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let steps = (count(last) - count(first)) as f64;
        let (wall, cpu) = (
            last.wall_ms() - first.wall_ms(),
            last.measured.cpu.as_secs_f64() - first.measured.cpu.as_secs_f64(),
        );
        let peak = megabytes(last.measured.peak_bytes) - megabytes(first.measured.peak_bytes);
        say(&format!(
            "{series:<20} a {what:<7} {:>8.1} ms wall {:>8.1} ms CPU {:>7.2} MB",
            wall / steps,
            cpu * 1000.0 / steps,
            peak / steps
        ));
    }
}

/// Writes the rows and the plots to `target/bench`.
fn save(rows: &[Row]) -> Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    fs::create_dir_all(&directory)?;
    let rows_as_json: Vec<Value> = rows.iter().map(Row::json).collect();
    fs::write(
        directory.join("scale.json"),
        serde_json::to_string_pretty(&rows_as_json)?,
    )?;
    type Axis = fn(&Row) -> f64;
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let (locales, themes): (Axis, Axis) = (|row| row.locales as f64, |row| row.themes as f64);
    for (series, title, axis, horizontal) in [
        ("plan by locales", "Planning, 40 themes", locales, "locales"),
        ("plan by themes", "Planning, one locale", themes, "themes"),
        (
            "deploy by locales",
            "Cold deploy, 5 themes",
            locales,
            "locales",
        ),
        (
            "deploy by themes",
            "Cold deploy, one locale",
            themes,
            "themes",
        ),
    ] {
        let of_series: Vec<&Row> = rows.iter().filter(|row| row.series == series).collect();
        if of_series.is_empty() {
            continue;
        }
        let line = |name, value: &dyn Fn(&Row) -> f64| Line {
            name,
            points: of_series
                .iter()
                .map(|row| (axis(row), value(row)))
                .collect(),
        };
        let lines = [
            line("CPU ms", &|row| row.measured.cpu.as_secs_f64() * 1000.0),
            line("wall ms", &Row::wall_ms),
            line("peak MB", &|row| megabytes(row.measured.peak_bytes)),
        ];
        let name = format!("scale-{}.svg", series.replace(' ', "-"));
        fs::write(directory.join(name), plot(title, horizontal, &lines))?;
    }
    say(&format!(
        "\nwritten to {}",
        fs::canonicalize(directory)?.display()
    ));
    Ok(())
}
