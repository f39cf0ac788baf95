//! One contender measured: several runs for time and memory, one more for system calls, and its files compared.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::case::Case;
use super::contender::Bench;
use super::family::measure_family;
use super::machine;
use super::result::{Entry, Figures};
use super::tree::Outputs;
use crate::measure::{Measured, measure};

/// What is done before each run.
pub(crate) type Prepare<'a> = &'a dyn Fn() -> Result<()>;

/// Makes the command of a run.
pub(crate) type Make<'a> = &'a dyn Fn() -> Command;

/// How a contender is measured.
pub(crate) struct Trial<'a> {
    pub(crate) contender: &'a str,
    pub(crate) runs: usize,
    /// Whether it starts other processes.
    pub(crate) is_family: bool,
    pub(crate) counts_calls: bool,
    pub(crate) remark: &'a str,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(contender: &'a str, runs: usize) -> Self {
        Self {
            contender,
            runs,
            is_family: false,
            counts_calls: true,
            remark: "",
        }
    }
}

impl Bench<'_> {
    /// Measures runs that publish into the case's root, and compares what they have published.
    pub(crate) fn measured(
        &self,
        trial: &Trial<'_>,
        case: &Case,
        expected: Option<&Outputs>,
        prepare: Prepare<'_>,
        command: Make<'_>,
    ) -> Result<(Entry, Option<Outputs>)> {
        let figures = match self.figures(trial, prepare, command) {
            Ok(figures) => figures,
            Err(error) => return Ok((absent(trial.contender, &format!("{error:#}")), None)),
        };
        let outputs = Outputs::of(&case.root)?;
        let mut entry = same(trial.contender, figures, &outputs, trial.remark);
        entry.difference = expected.and_then(|expected| outputs.difference(expected));
        Ok((entry, Some(outputs)))
    }

    pub(crate) fn figures(
        &self,
        trial: &Trial<'_>,
        prepare: Prepare<'_>,
        command: Make<'_>,
    ) -> Result<Figures> {
        let run = |command: &mut Command| {
            command.stdout(Stdio::null()).stderr(Stdio::null());
            match trial.is_family {
                true => measure_family(command),
                false => measure(command),
            }
        };
        let mut system_calls = None;
        if trial.counts_calls && !self.options.no_system_calls && machine::has("strace") {
            prepare()?;
            system_calls = Some(self.count_calls(&command())?);
        }
        let mut runs: Vec<Measured> = Vec::new();
        for _ in 0..trial.runs {
            prepare()?;
            runs.push(run(&mut command())?);
        }
        runs.sort_by_key(|run| run.wall);
        let median = runs[runs.len() / 2];
        Ok(Figures {
            runs: runs.len(),
            wall_seconds: median.wall.as_secs_f64(),
            cpu_seconds: median.cpu.as_secs_f64(),
            peak_bytes: runs.iter().map(|run| run.peak_bytes).max(),
            system_calls,
            ..Figures::default()
        })
    }

    /// How many system calls a command makes, with all that it starts.
    fn count_calls(&self, command: &Command) -> Result<u64> {
        let said = self.free();
        let mut strace = Command::new("strace");
        strace.args(["-c", "-f", "-o"]).arg(&said);
        strace.arg(command.get_program()).args(command.get_args());
        if let Some(directory) = command.get_current_dir() {
            strace.current_dir(directory);
        }
        strace.stdout(Stdio::null()).stderr(Stdio::null());
        let status = strace.status()?;
        if !status.success() {
            bail!(
                "{:?} under strace ended with {status}",
                OsString::from(command.get_program())
            );
        }
        let text = std::fs::read_to_string(said)?;
        let total = text
            .lines()
            .rev()
            .find(|line| line.trim_end().ends_with(" total"));
        let calls = total.and_then(|line| line.split_whitespace().nth(3)?.parse().ok());
        calls.context("strace has printed no total")
    }
}

/// Of a contender that could not be measured.
pub(crate) fn absent(contender: &str, reason: &str) -> Entry {
    Entry {
        contender: contender.to_owned(),
        figures: None,
        difference: None,
        remark: format!("not at hand: {reason}"),
    }
}

/// Of a contender that has done the job.
pub(crate) fn same(contender: &str, figures: Figures, outputs: &Outputs, remark: &str) -> Entry {
    Entry {
        contender: contender.to_owned(),
        figures: Some(Figures {
            files: outputs.list.len(),
            bytes: outputs.bytes,
            ..figures
        }),
        difference: None,
        remark: remark.to_owned(),
    }
}
