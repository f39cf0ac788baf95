//! Who does the job, and how each is measured.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::case::Case;
use super::machine::{self, is_memory_disk};
use super::result::{Entry, Figures, Results, Row};
use super::tree::{Attic, Outputs, TARGETS};
use super::trial::{Make, Prepare, Trial, absent, same};
use super::{Options, floor, table};
use crate::root_copy::copy_root;

/// PHP with one process.
pub(crate) const PHP: &str = "PHP -j 1";
/// PHP with two processes.
const PHP_2: &str = "PHP -j 2";
const NODE: &str = "esbuild + less.js";
const GO: &str = "Go tool";
/// scd that keeps nothing and finds nothing.
pub(crate) const SCD: &str = "scd";
/// scd that keeps what it makes for the next run.
pub(crate) const SCD_KEEPING: &str = "scd, empty store";
pub(crate) const SCD_WARM: &str = "scd, nothing changed";
const SCD_COLD: &str = "scd, cold file cache";
const COPY: &str = "cp -a";
/// The bare writers.
pub(crate) const FLOORS: [(&str, &str); 2] = [
    ("bare writer, 1 thread", "1"),
    ("bare writer, 2 threads", "2"),
];

/// Everything that rows are measured with.
pub(crate) struct Bench<'a> {
    pub(crate) options: &'a Options,
    directory: TempDir,
    attic: Attic,
    earlier: Option<Results>,
    /// Numbers what is written beside the roots.
    count: RefCell<usize>,
    on_memory_disk: bool,
}

impl<'a> Bench<'a> {
    pub(crate) fn open(options: &'a Options, earlier: Option<Results>) -> Result<Self> {
        let beside = match (&options.scratch, &options.root) {
            (Some(scratch), _) => scratch.clone(),
            (None, Some(root)) => {
                let root = root.canonicalize().context("--root")?;
                root.parent()
                    .context("a root lies in a directory")?
                    .to_path_buf()
            }
            (None, None) => std::env::temp_dir(),
        };
        let directory = tempfile::Builder::new()
            .prefix("scd-bench-")
            .tempdir_in(&beside);
        let directory =
            directory.with_context(|| format!("cannot write to `{}`", beside.display()))?;
        let on_memory_disk = is_memory_disk(directory.path());
        Ok(Self {
            options,
            attic: Attic::new(directory.path().join("attic"), on_memory_disk)?,
            directory,
            earlier,
            count: 0.into(),
            on_memory_disk,
        })
    }

    pub(crate) fn scratch(&self) -> &Path {
        self.directory.path()
    }

    /// A copy of a root to deploy.
    pub(crate) fn copy(&self, root: &Path, name: &str) -> Result<PathBuf> {
        let copy = self.scratch().join(name);
        let root = root.canonicalize();
        copy_root(
            &root.with_context(|| format!("there is no root for `{name}`"))?,
            &copy,
        )?;
        Ok(copy)
    }

    /// A path that is free.
    pub(crate) fn free(&self) -> PathBuf {
        *self.count.borrow_mut() += 1;
        self.scratch().join(format!("free{}", self.count.borrow()))
    }

    /// Measures all contenders of a case.
    pub(crate) fn row(&self, case: &Case) -> Result<Row> {
        let mut row = Row {
            id: case.id.clone(),
            name: case.name.clone(),
            entries: Vec::new(),
        };
        let mut add = |entry: Entry| {
            table::entry(&entry);
            row.entries.push(entry);
        };
        let (expected, less) = self.php(case, &mut add)?;
        let expected = self.scd(case, expected, &mut add)?;
        self.copies(case, &mut add)?;
        if case.is_full {
            self.others(case, &expected, less.as_deref(), &mut add)?;
        }
        self.attic.forget(&case.root)?;
        Ok(row)
    }

    /// PHP's runs: what it published, and the LESS files that it left.
    fn php(
        &self,
        case: &Case,
        add: &mut dyn FnMut(Entry),
    ) -> Result<(Option<Outputs>, Option<PathBuf>)> {
        if !case.has_php {
            return Ok((None, None));
        }
        let contenders: &[(&str, &str)] = if case.is_full {
            &[(PHP, "1"), (PHP_2, "2")]
        } else {
            &[(PHP, "1")]
        };
        let mut expected = None;
        let mut less = None;
        for &(contender, jobs) in contenders {
            if let Some(entry) = self.of_earlier_run(case, contender) {
                add(entry);
                continue;
            }
            if !machine::has("php") {
                add(absent(contender, "there is no PHP"));
                continue;
            }
            if expected.is_none() {
                self.warm_php_up(case)?;
            }
            let command = || {
                let mut command = self.php_command(case);
                command.args(["-f", "-j", jobs]).args(&case.arguments);
                command
            };
            let trial = Trial {
                is_family: jobs != "1",
                // Under strace PHP takes many times as long.
                counts_calls: case.is_scaled && jobs == "1",
                ..Trial::new(contender, 1)
            };
            let empty = || self.attic.empty_targets(&case.root);
            let (entry, outputs) =
                self.measured(&trial, case, expected.as_ref(), &empty, &command)?;
            add(entry);
            if expected.is_none() {
                expected = outputs;
                let kept = self.free();
                std::fs::rename(case.root.join(TARGETS[1]), &kept)?;
                less = Some(kept.join("pub/static"));
            }
        }
        Ok((expected, less))
    }

    fn php_command(&self, case: &Case) -> Command {
        let mut command = Command::new("php");
        command
            .args(["-d", "memory_limit=4G", "bin/magento"])
            .arg("setup:static-content:deploy")
            .current_dir(&case.root);
        command
    }

    /// Has PHP fill its own caches, which a deploy that is measured is not to pay for.
    fn warm_php_up(&self, case: &Case) -> Result<()> {
        let mut command = self.php_command(case);
        command.args(["-f", "--refresh-content-version-only"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().context("cannot start PHP")?;
        Ok(())
    }

    fn of_earlier_run(&self, case: &Case, contender: &str) -> Option<Entry> {
        let rows = &self.earlier.as_ref()?.rows;
        let row = rows.iter().find(|row| row.id == case.id)?;
        let entry = row
            .entries
            .iter()
            .find(|entry| entry.contender == contender)?;
        Some(Entry {
            contender: contender.to_owned(),
            figures: entry.figures.clone(),
            difference: entry.difference.clone(),
            remark: "of an earlier run, not side by side".to_owned(),
        })
    }

    /// scd's runs. Gives back the list that is expected of everybody: PHP's, or else scd's.
    fn scd(
        &self,
        case: &Case,
        expected: Option<Outputs>,
        add: &mut dyn FnMut(Entry),
    ) -> Result<Outputs> {
        let forget = || self.attic.forget(&case.root);
        let runs = self.scd_runs();
        let keeping = || self.scd_command(case, &[]);
        let alone = || self.scd_command(case, &["--no-cache"]);
        let mut expected = expected;
        let mut trials: Vec<(Trial<'_>, Prepare<'_>, Make<'_>)> = Vec::new();
        let nothing = || Ok(());
        let drop_files = || {
            self.attic.forget(&case.root)?;
            machine::drop_file_cache(&case.root).map(|_| ())
        };
        let manner;
        if case.is_scaled {
            match self.on_memory_disk {
                true => add(absent(SCD_COLD, "the files lie in memory")),
                false => {
                    manner = machine::drop_file_cache(&case.root)?;
                    let trial = Trial {
                        counts_calls: false,
                        remark: manner,
                        ..Trial::new(SCD_COLD, 3)
                    };
                    trials.push((trial, &drop_files, &alone));
                }
            }
        }
        if case.is_full {
            trials.push((Trial::new(SCD_KEEPING, runs), &forget, &keeping));
            trials.push((Trial::new(SCD_WARM, runs), &nothing, &keeping));
        }
        // Last, so that what it has published stays for those that copy it.
        trials.push((Trial::new(SCD, runs), &forget, &alone));
        for (trial, prepare, command) in trials {
            if trial.contender == SCD_WARM {
                // A run that finds sources younger than its trust in time stamps looks at them again.
                std::thread::sleep(Duration::from_secs(3));
                for _ in 0..2 {
                    keeping().status()?;
                }
            }
            let (entry, outputs) =
                self.measured(&trial, case, expected.as_ref(), prepare, command)?;
            add(entry);
            if expected.is_none() {
                expected = outputs;
            }
        }
        expected.context("scd has published nothing")
    }

    /// Runs of scd and of the bare writers; the median counts.
    pub(crate) fn scd_runs(&self) -> usize {
        if self.options.quick { 3 } else { 7 }
    }

    /// A deploy by scd.
    pub(crate) fn scd_command(&self, case: &Case, more: &[&str]) -> Command {
        let own = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("scd"));
        let mut command = Command::new(self.options.scd.as_ref().unwrap_or(&own));
        command
            .args(["deploy", "-f", "-q", "--root"])
            .arg(&case.root);
        command.args(&case.arguments).args(more);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Empty targets, and nothing that scd remembers.
    pub(crate) fn forget(&self, case: &Case) -> Result<()> {
        self.attic.forget(&case.root)
    }

    /// `cp -a` and the bare writers, from what scd has published.
    fn copies(&self, case: &Case, add: &mut dyn FnMut(Entry)) -> Result<()> {
        let outputs = Outputs::of(&case.root)?;
        let sources = TARGETS.map(|target| case.root.join(target));
        if case.is_full {
            let target = RefCell::new(PathBuf::new());
            let prepare = || {
                self.attic.take(&target.borrow())?;
                *target.borrow_mut() = self.free();
                Ok(std::fs::create_dir(&*target.borrow())?)
            };
            let command = || {
                let mut command = Command::new("cp");
                command.arg("-a").args(&sources).arg(&*target.borrow());
                command
            };
            let figures = self.figures(&Trial::new(COPY, self.scd_runs()), &prepare, &command)?;
            self.attic.take(&target.borrow())?;
            add(same(COPY, figures, &outputs, "of what scd has published"));
        }
        for (contender, threads) in FLOORS {
            let mut runs = Vec::new();
            for _ in 0..self.scd_runs() {
                let target = self.free();
                let output = Command::new(std::env::current_exe()?)
                    .args([floor::COMMAND, threads])
                    .arg(&target)
                    .args(&sources)
                    .output()?;
                let text = String::from_utf8_lossy(&output.stderr);
                anyhow::ensure!(output.status.success(), "{contender}: {text}");
                runs.push(serde_json::from_slice::<serde_json::Value>(&output.stdout)?);
                self.attic.take(&target)?;
            }
            let number = |run: &serde_json::Value, key: &str| run[key].as_f64().unwrap_or_default();
            runs.sort_by(|one, other| number(one, "wall").total_cmp(&number(other, "wall")));
            let median = &runs[runs.len() / 2];
            let figures = Figures {
                runs: runs.len(),
                wall_seconds: number(median, "wall"),
                cpu_seconds: number(median, "cpu"),
                system_calls: median["calls"].as_u64(),
                ..Figures::default()
            };
            add(same(
                contender,
                figures,
                &outputs,
                "all bytes in memory before",
            ));
        }
        Ok(())
    }

    /// What people put in the place of PHP or of its parts.
    fn others(
        &self,
        case: &Case,
        expected: &Outputs,
        less: Option<&Path>,
        add: &mut dyn FnMut(Entry),
    ) -> Result<()> {
        if case.is_copy_only {
            let Some(program) = &self.options.go else {
                add(absent(GO, "--go is not given"));
                return Ok(());
            };
            let command = || {
                let mut command = Command::new(program);
                command.arg("-root").arg(&case.root);
                let theme = super::copy_only::THEME;
                command.args(["-locales", "en_US", "-areas", "frontend", "-themes", theme]);
                command.stdout(Stdio::null());
                command
            };
            let empty = || self.attic.empty_targets(&case.root);
            let trial = Trial::new(GO, self.scd_runs());
            add(self
                .measured(&trial, case, Some(expected), &empty, &command)?
                .0);
            return Ok(());
        }
        if !case.has_php {
            return Ok(());
        }
        let (Some(npm), Some(less)) = (&self.options.npm, less) else {
            add(absent(
                NODE,
                "--npm is not given, or PHP has not left its LESS",
            ));
            return Ok(());
        };
        // The plan and everything that this contender does not make are given to it.
        let report = self.free();
        let mut planning = self.scd_command(case, &["--no-cache", "--report"]);
        planning.arg(&report).status()?;
        let finished = self.free();
        for target in TARGETS {
            let to = finished.join(target);
            std::fs::create_dir_all(to.parent().context("a target has a parent")?)?;
            std::fs::rename(case.root.join(target), to)?;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("node/pipeline.mjs");
        let command = || {
            let mut command = Command::new("node");
            command.arg(&script).arg(npm).arg(&report).arg(&case.root);
            command.arg(less).arg(&finished).arg(&case.root);
            command
        };
        let empty = || self.attic.empty_targets(&case.root);
        let trial = Trial {
            is_family: true,
            counts_calls: case.is_scaled,
            remark: "its plan, LESS resolved by PHP, templates and derived files are given to it",
            ..Trial::new(NODE, 3)
        };
        add(self
            .measured(&trial, case, Some(expected), &empty, &command)?
            .0);
        Ok(())
    }
}
