//! The whole run, scd beside PHP: wall time, CPU time, peak memory, files and bytes from one sitting.
//!
//! With `SCD_REFERENCE_ROOT` set to a Magento root that PHP can deploy (a scratch copy: its `pub/static` and
//! `var/view_preprocessed` are taken away before every run), both deploy it in turn. Without it, only the shipped
//! fixtures are deployed. Called with a command of scd, it is scd, so that the program measured is the one just built.

mod itself;
mod measure;
mod output;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::measure::{Measured, measure};
use crate::output::say;

/// Runs of scd; the median counts.
const RUNS: usize = 7;

fn main() -> ExitCode {
    itself::ended_or_scd(run)
}

fn run() -> Result<()> {
    match std::env::var_os("SCD_REFERENCE_ROOT") {
        Some(root) => reference(&std::fs::canonicalize(root)?),
        None => {
            say(
                "SCD_REFERENCE_ROOT is not set: PHP is not measured, the shipped fixtures stand in for a shop",
            );
            fixtures()
        }
    }
}

/// scd and PHP over the same root, in the same configuration, into the same directories.
fn reference(root: &Path) -> Result<()> {
    let php = [
        "-d",
        "memory_limit=4G",
        "bin/magento",
        "setup:static-content:deploy",
        "-f",
        "en_US",
    ];
    heading();
    empty_targets(root)?;
    let php = measure(
        Command::new("php")
            .args(php)
            .current_dir(root)
            .stdout(Stdio::null()),
    )?;
    row("PHP setup:static-content:deploy", &php, &outputs(root)?);
    let (scd, report) = scd_runs(root)?;
    row("scd deploy", &scd, &outputs(root)?);
    say("");
    say(&format!(
        "PHP / scd: wall {:.1}, CPU {:.1}, memory {:.2}",
        php.wall.as_secs_f64() / scd.wall.as_secs_f64(),
        php.cpu.as_secs_f64() / scd.cpu.as_secs_f64(),
        megabytes(php.peak_bytes) / megabytes(scd.peak_bytes),
    ));
    stages(&report);
    clear_attic(root)
}

fn fixtures() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes-fixtures");
    heading();
    let mut names: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("root/app/etc/config.php").is_file())
        .collect();
    names.sort();
    for fixture in names {
        let scratch = tempfile::tempdir()?;
        let root = scratch.path().join("root");
        copy_tree(&fixture.join("root"), &root)?;
        let name = fixture
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        match scd_runs(&root) {
            Ok((scd, _)) => row(&name, &scd, &outputs(&root)?),
            Err(_) => say(&format!("{name:<34} refused, as it should be")),
        }
    }
    Ok(())
}

/// Several runs into empty targets; the one with the median wall time, and its report.
fn scd_runs(root: &Path) -> Result<(Measured, Value)> {
    let report = tempfile::NamedTempFile::new()?;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        empty_targets(root)?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["deploy", "-f", "-q", "en_US", "--root"])
            .arg(root);
        command
            .arg("--report")
            .arg(report.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let measured = measure(&mut command)?;
        let text = std::fs::read_to_string(report.path())?;
        runs.push((
            measured,
            serde_json::from_str(&text).context("the report is not JSON")?,
        ));
    }
    runs.sort_by_key(|(measured, _): &(Measured, Value)| measured.wall);
    Ok(runs.swap_remove(RUNS / 2))
}

/// Moves what earlier runs have published out of the way. It is removed when everything is measured: on ext4, files
/// that are made soon after many were removed take several times as long.
fn empty_targets(root: &Path) -> Result<()> {
    if !root.join("app/etc").is_dir() {
        bail!("`{}` is not a Magento root", root.display());
    }
    let attic = root.join("var").join(ATTIC);
    std::fs::create_dir_all(&attic)?;
    let number = std::fs::read_dir(&attic)?.count();
    for (index, target) in ["pub/static", "var/view_preprocessed"].iter().enumerate() {
        let target = root.join(target);
        if target.exists() {
            std::fs::rename(&target, attic.join(format!("{number}-{index}")))?;
        }
        std::fs::create_dir_all(&target)?;
    }
    Ok(())
}

/// Below `var` of the root.
const ATTIC: &str = "scd-benchmark-attic";

fn clear_attic(root: &Path) -> Result<()> {
    Ok(std::fs::remove_dir_all(root.join("var").join(ATTIC))?)
}

/// Files and bytes that a run has published: all of `pub/static`, and the templates.
struct Outputs {
    files: usize,
    templates: usize,
    bytes: u64,
}

fn outputs(root: &Path) -> Result<Outputs> {
    let mut found = Outputs {
        files: 0,
        templates: 0,
        bytes: 0,
    };
    visit(&root.join("pub/static"), &mut |_, size| {
        found.files += 1;
        found.bytes += size;
    })?;
    visit(&root.join("var/view_preprocessed"), &mut |path, size| {
        if path
            .extension()
            .is_some_and(|extension| extension == "phtml")
        {
            found.templates += 1;
            found.bytes += size;
        }
    })?;
    Ok(found)
}

fn visit(directory: &Path, file: &mut dyn FnMut(&Path, u64)) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            visit(&entry.path(), file)?;
        } else {
            file(&entry.path(), entry.metadata()?.len());
        }
    }
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn heading() {
    say(&format!(
        "{:<34} {:>9} {:>9} {:>9} {:>7} {:>9} {:>9}",
        "", "wall s", "CPU s", "peak MB", "files", "templates", "MB out"
    ));
}

fn row(name: &str, measured: &Measured, outputs: &Outputs) {
    say(&format!(
        "{name:<34} {:>9.3} {:>9.3} {:>9.1} {:>7} {:>9} {:>9.1}",
        measured.wall.as_secs_f64(),
        measured.cpu.as_secs_f64(),
        megabytes(measured.peak_bytes),
        outputs.files,
        outputs.templates,
        megabytes(outputs.bytes),
    ));
}

/// Where scd's time goes, from its own report.
fn stages(report: &Value) {
    let empty = serde_json::Map::new();
    let stages = report["milliseconds"].as_object().unwrap_or(&empty);
    let shown: Vec<String> = stages
        .iter()
        .map(|(stage, time)| format!("{stage} {:.0}", time.as_f64().unwrap_or_default()))
        .collect();
    say(&format!(
        "scd's stages in ms of wall time: {}",
        shown.join(", ")
    ));
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
