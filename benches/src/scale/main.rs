//! What a locale and a theme more cost, and what a large shop takes: plans and deploys of the generated shop (`benches/synth`) in
//! several sizes.
//!
//! `scale [DIRECTORY]` makes the shop in a scratch directory (or in the one named, where it stays for the next time), prints
//! tables, and writes the same as JSON, with plots beside it; `--write docs/performance.md` puts both into the page that
//! `bench` makes. `SCD_SCALE=plan` leaves the deploys out, which write 3 GB; `SCD_SCALE=small` is a shop of 40 modules, to try the
//! program itself. Called with a command of scd, it is scd, so that the program measured is the one just built.

#[path = "../itself.rs"]
mod itself;
#[path = "../measure.rs"]
mod measure;
#[path = "../output.rs"]
mod output;
#[path = "../page.rs"]
mod page;
mod plot;
mod row;
mod section;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Parser;
use scd_synth::Shape;
use tempfile::TempDir;

use crate::measure::{Measured, measure};
use crate::output::say;
use crate::row::Row;

/// Measures plans and deploys of a generated shop in several sizes.
#[derive(Debug, Parser)]
#[command(name = "scale")]
struct Options {
    /// Where the shop is made, once, and everything is written. A scratch directory when not given.
    directory: Option<PathBuf>,

    /// Write everything here, the plots beside it.
    #[arg(
        long,
        value_name = "FILE.json",
        default_value = "target/bench/scale.json"
    )]
    json: PathBuf,

    /// Measure nothing; take the results of an earlier run.
    #[arg(long, value_name = "FILE.json")]
    from: Option<PathBuf>,

    /// Put the tables and plots into this page, between its marks; the plots beside it.
    #[arg(long, value_name = "FILE.md")]
    write: Option<PathBuf>,
}

/// The figures follow from this seed.
const SEED: u64 = 1;

/// Runs of a plan; the median counts. Deploys are run once: they are long.
const PLANS: usize = 3;

fn main() -> ExitCode {
    itself::ended_or_scd(run)
}

fn run() -> Result<()> {
    let options = Options::parse();
    let rows = match &options.from {
        Some(file) => row::read(file)?,
        None => {
            let rows = measured(options.directory)?;
            row::save(&rows, &options.json)?;
            rows
        }
    };
    section::summarise(&rows);
    match &options.write {
        Some(page) => section::write(page, &rows),
        None if options.from.is_some() => Ok(()),
        None => section::plots(&options.json.with_extension(""), &rows).map(drop),
    }
}

fn measured(kept: Option<PathBuf>) -> Result<Vec<Row>> {
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
    let bench = Bench::new(whole, kept)?;
    let mut rows = Vec::new();

    say("plans: one locale more");
    row::print_head();
    for locales in steps(whole.locales) {
        rows.push(bench.plan("plan by locales", whole.themes, locales)?);
    }
    say("\nplans: one chain of themes more");
    row::print_head();
    for chains in steps(whole.themes / Shape::CHAIN) {
        rows.push(bench.plan("plan by themes", chains * Shape::CHAIN, 1)?);
    }
    say("\nplans: shares of the shop");
    row::print_head();
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
        row::print_head();
        for locales in [1, 2, 3, 4] {
            rows.push(bench.deploy("deploy by locales", Shape::CHAIN, locales)?);
        }
        say("\ndeploys: one chain of themes more, one locale");
        row::print_head();
        for chains in steps(whole.themes / Shape::CHAIN).into_iter().take(3) {
            rows.push(bench.deploy("deploy by themes", chains * Shape::CHAIN, 1)?);
        }
        say("\ndeploys: shares of the shop");
        row::print_head();
        for &(name, themes, locales) in scales.iter().take(2) {
            rows.push(bench.deploy(&format!("deploy of {name}"), themes, locales)?);
        }
    }
    Ok(rows)
}

/// 1, 2, 4 and so on, and the end itself.
fn steps(end: usize) -> Vec<usize> {
    let steps: BTreeSet<usize> = std::iter::successors(Some(1), |step| Some(step * 2))
        .take_while(|&step| step < end)
        .chain([end])
        .collect();
    steps.into_iter().collect()
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
        // A shop that is kept is used again, but not for another size.
        let name = format!("shop-{}-{}", whole.modules, whole.themes);
        let root = kept.as_deref().unwrap_or(scratch.path()).join(name);
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
            wall_ms: measured.wall.as_secs_f64() * 1000.0,
            cpu_ms: u64::try_from(measured.cpu.as_millis()).unwrap_or(u64::MAX),
            peak_bytes: measured.peak_bytes,
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
