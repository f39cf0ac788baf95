//! The benchmark that anyone can repeat: one job done by scd, by PHP, by the tools that people put in PHP's place, and by the floor
//! under all of them, side by side in one run. Prints a table, and writes a JSON file and a page from it.
//!
//! Called with the command `deploy` it is scd, so that the program measured is the one just built.

mod case;
mod chart;
mod contender;
mod copy_only;
mod document;
mod family;
mod floor;
mod machine;
#[path = "../measure.rs"]
mod measure;
#[path = "../output.rs"]
mod output;
#[path = "../page.rs"]
mod page;
mod result;
#[path = "../root_copy.rs"]
mod root_copy;
mod scaling;
mod table;
mod target;
mod tree;
mod trial;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result};
use clap::Parser;

use crate::contender::Bench;
use crate::output::say;
use crate::result::Results;

/// Measures the same deploys by scd, PHP and others, side by side.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub(crate) struct Options {
    /// A Magento root that PHP can deploy. It is copied by hard links; nothing in it changes. Without one, a shipped fixture is
    /// deployed. Also `SCD_REFERENCE_ROOT`.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// Where everything is read and written; beside the root when not given.
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,

    /// Only one locale and the theme that is only copied.
    #[arg(long)]
    quick: bool,

    /// Only these rows, by the names that the table shows in brackets.
    #[arg(long, value_name = "ROW", value_delimiter = ',')]
    rows: Vec<String>,

    /// The program measured as scd; this one when not given.
    #[arg(long, value_name = "FILE")]
    scd: Option<PathBuf>,

    /// The directory of `npm install --prefix DIR esbuild less`. Also `SCD_NPM`.
    #[arg(long, value_name = "DIR")]
    npm: Option<PathBuf>,

    /// The program of <https://github.com/elgentos/magento2-static-deploy>, built by `go build`. Also `SCD_GO_TOOL`.
    #[arg(long, value_name = "FILE")]
    go: Option<PathBuf>,

    /// A shop made by `synth`. Also `SCD_SYNTH_ROOT`.
    #[arg(long, value_name = "DIR")]
    synth: Option<PathBuf>,

    /// Take PHP's figures from the JSON file of an earlier run; they are marked, because they are not side by side then.
    #[arg(long, value_name = "FILE.json")]
    php_from: Option<PathBuf>,

    /// Do not count system calls, which takes a further run of each contender.
    #[arg(long)]
    no_system_calls: bool,

    /// Write everything here.
    #[arg(long, value_name = "FILE.json", default_value = "bench.json")]
    json: PathBuf,

    /// Measure nothing; take the results of these runs.
    #[arg(long, value_name = "FILE.json")]
    from: Vec<PathBuf>,

    /// Write the page with tables and plots here, the plots beside it.
    #[arg(long, value_name = "FILE.md")]
    write: Option<PathBuf>,
}

impl Options {
    /// What is not given by an option may stand in a variable.
    fn with_variables(mut self) -> Self {
        for (option, variable) in [
            (&mut self.root, "SCD_REFERENCE_ROOT"),
            (&mut self.npm, "SCD_NPM"),
            (&mut self.go, "SCD_GO_TOOL"),
            (&mut self.synth, "SCD_SYNTH_ROOT"),
        ] {
            if option.is_none() {
                *option = std::env::var_os(variable).map(PathBuf::from);
            }
        }
        self
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("deploy") => scd_cli::main(),
        Some(floor::COMMAND) => output::ended(floor::run(&arguments[1..])),
        _ => output::ended(run(&Options::parse().with_variables(), arguments)),
    }
}

fn run(options: &Options, arguments: Vec<String>) -> Result<()> {
    let mut all = Vec::new();
    for path in &options.from {
        all.push(read(path)?);
    }
    if all.is_empty() {
        let results = measured(options, arguments)?;
        let text = serde_json::to_string_pretty(&results)?;
        std::fs::write(&options.json, text + "\n")
            .with_context(|| format!("cannot write `{}`", options.json.display()))?;
        say(&format!("written to `{}`", options.json.display()));
        all.push(results);
    } else {
        for results in &all {
            table::conclude(results);
        }
    }
    match &options.write {
        Some(page) => document::write(page, &all),
        None => Ok(()),
    }
}

fn measured(options: &Options, arguments: Vec<String>) -> Result<Results> {
    let earlier = options.php_from.as_deref().map(read).transpose()?;
    let began = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let bench = Bench::open(options, earlier)?;
    let mut results = Results {
        machine: machine::describe(bench.scratch(), options),
        began: began.as_secs(),
        arguments,
        ..Results::default()
    };
    table::machine(&results);
    for case in case::cases(options, &bench)? {
        table::begin(&case.name, &case.id);
        let row = bench.row(&case)?;
        results.rows.push(row);
        if case.is_scaled {
            match scaling::predict(&bench, &case) {
                Ok(scaling) => results.scaling = Some(scaling),
                // An older program may not know `--timings`; the table is worth keeping all the same.
                Err(error) => say(&format!("scaling over cores is not measured: {error:#}")),
            }
        }
    }
    table::conclude(&results);
    Ok(results)
}

fn read(path: &std::path::Path) -> Result<Results> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("`{}` is not of this benchmark", path.display()))
}
