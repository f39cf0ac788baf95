//! Warm runs beside a cold one and beside `cp -a` of what they publish: nothing changed, one LESS partial, one script, one
//! template. Wall time, and how many files were written or taken over. Every warm run has a cold one just before it, in a root
//! of its own, and is compared with those alone, because machines that others share change their pace within seconds.
//!
//! With `SCD_REFERENCE_ROOT` set to a Magento root, its sources are copied to scratch directories beside it and nothing of the
//! root itself is touched; without it, a shipped fixture stands in, whose times say little. Called with a command of scd, it
//! is scd, so that the program measured is the one just built.

mod itself;
mod measure;
mod output;
mod root;
mod root_copy;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Result;
use tempfile::TempDir;

use crate::measure::{Measured, measure};
use crate::output::say;
use crate::root::copy_of;

/// Runs of each kind; the median counts.
const RUNS: usize = 9;

/// What the kernel calls a file system in memory.
const TMPFS: rustix::fs::FsWord = 0x0102_1994;

fn main() -> ExitCode {
    itself::ended_or_scd(run)
}

fn run() -> Result<()> {
    let original = match std::env::var_os("SCD_REFERENCE_ROOT") {
        Some(root) => fs::canonicalize(root)?,
        None => {
            say("SCD_REFERENCE_ROOT is not set: a fixture stands in for a shop");
            let fixture = Path::new(env!("CARGO_MANIFEST_DIR"));
            fixture.join("../themes-fixtures/inheritance-chain/root")
        }
    };
    let (scratch, root) = copy_of(&original)?;
    let (_cold_scratch, cold_root) = copy_of(&original)?;
    let mut bench = Bench {
        scratch,
        root,
        cold_root,
        cold: Vec::new(),
    };
    say(&format!(
        "{:<22} {:>8} {:>8} {:>7} {:>8}  files",
        "", "wall ms", "of cold", "CPU ms", "peak MiB"
    ));
    bench.row("nothing changed", |bench, _| bench.deploy(&bench.root))?;
    for (name, ending, wanted) in [
        (
            "a theme's partial",
            "less",
            "theme-frontend-luma/web/css/source/_theme.less",
        ),
        (
            "a library's partial",
            "less",
            "lib/web/css/source/lib/_buttons.less",
        ),
        ("one script", "js", "lib/web/mage/cookies.js"),
        (
            "one template",
            "phtml",
            "module-theme/view/frontend/templates/html/footer.phtml",
        ),
    ] {
        match bench.source(ending, wanted)? {
            Some(source) => {
                bench.row(name, |bench, _| {
                    change(&source)?;
                    bench.deploy(&bench.root)
                })?;
            }
            None => say(&format!("{name:<22} there is none")),
        }
    }
    bench.row("cp -a of the output", |bench, number| {
        let target = bench.scratch.path().join(format!("copy{number}"));
        fs::create_dir(&target)?;
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(bench.root.join("pub/static"));
        copy.arg(bench.root.join("var/view_preprocessed"));
        Ok((measure(copy.arg(&target))?, String::new()))
    })?;
    let (cold, touched) = median(bench.cold);
    print_row("cold", &cold, "", &touched);
    Ok(())
}

/// What was measured of a run, and what it says that it has written.
type Run = (Measured, String);

struct Bench {
    scratch: TempDir,
    root: PathBuf,
    /// The copy in which nothing was ever deployed when a cold run begins.
    cold_root: PathBuf,
    cold: Vec<Run>,
}

impl Bench {
    /// Measures something several times, each time behind a cold run, and prints the medians. The first time does not count: it
    /// finds what another kind of run has left.
    fn row(&mut self, name: &str, run: impl Fn(&Bench, usize) -> Result<Run>) -> Result<()> {
        run(self, 0)?;
        let mut runs = Vec::new();
        let mut cold = Vec::new();
        for number in 1..=RUNS {
            self.forget()?;
            cold.push(self.deploy(&self.cold_root)?);
            runs.push(run(self, number)?);
        }
        self.cold.extend(cold.iter().cloned());
        let (measured, touched) = median(runs);
        let (cold, _) = median(cold);
        let share = cold.wall.as_secs_f64() / measured.wall.as_secs_f64();
        print_row(name, &measured, &format!("1/{share:.1}"), &touched);
        Ok(())
    }

    fn deploy(&self, root: &Path) -> Result<Run> {
        let said = self.scratch.path().join("said");
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["deploy", "-f", "en_US", "--root"]).arg(root);
        command
            .stdout(fs::File::create(&said)?)
            .stderr(Stdio::null());
        let measured = measure(&mut command)?;
        let said = fs::read_to_string(&said)?;
        let line = said.lines().find_map(|line| match line.split_once("; ") {
            Some((jobs, files)) if files.ends_with("taken over") => {
                Some(format!("{files}; {jobs}"))
            }
            _ => line
                .starts_with("nothing has changed")
                .then(|| "the version alone".to_owned()),
        });
        Ok((measured, line.unwrap_or_default()))
    }

    /// Removes what the cold runs published and what they keep for later. On a disk it is put aside until all is measured: for a
    /// minute after files were removed, ext4 spends seconds of CPU on making new ones, because it does not use their numbers again
    /// so soon. In memory that would be unfair the other way round, because memory that was never used before takes longer to get.
    fn forget(&self) -> Result<()> {
        for directory in ["pub/static", "var"] {
            let path = self.cold_root.join(directory);
            if path.exists() && rustix::fs::statfs(&path)?.f_type == TMPFS {
                fs::remove_dir_all(&path)?;
            } else if path.exists() {
                let aside = self.scratch.path().join("aside");
                fs::create_dir_all(&aside)?;
                let place = tempfile::Builder::new().tempdir_in(aside)?.keep();
                fs::rename(&path, place.join("outgoing"))?;
            }
            fs::create_dir_all(&path)?;
        }
        Ok(())
    }

    /// A source with that ending: the one that is wanted, or any.
    fn source(&self, ending: &str, wanted: &str) -> Result<Option<PathBuf>> {
        let mut found: Vec<PathBuf> = Vec::new();
        let mut open = vec![self.root.clone()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(&directory)? {
                let entry = entry?;
                let path = entry.path();
                if entry.file_type()?.is_dir() {
                    let is_output = path.ends_with("pub/static") || path.ends_with("var");
                    if !is_output {
                        open.push(path);
                    }
                } else if path.extension() == Some(OsStr::new(ending)) {
                    found.push(path);
                }
            }
        }
        found.sort();
        let best = found
            .iter()
            .find(|path| path.to_string_lossy().ends_with(wanted));
        let deployed = |path: &&PathBuf| {
            let path = path.to_string_lossy();
            ["/web/", "/templates/"]
                .iter()
                .any(|place| path.contains(place))
        };
        Ok(best.or_else(|| found.iter().find(deployed)).cloned())
    }
}

fn median(mut runs: Vec<Run>) -> Run {
    runs.sort_by_key(|(measured, _)| measured.wall);
    runs.swap_remove(runs.len() / 2)
}

fn print_row(name: &str, measured: &Measured, share: &str, touched: &str) {
    let wall = measured.wall.as_secs_f64() * 1000.0;
    let (cpu, peak) = (measured.cpu.as_millis(), measured.peak_bytes >> 20);
    say(&format!(
        "{name:<22} {wall:>8.1} {share:>8} {cpu:>7} {peak:>8}  {touched}"
    ));
}

/// Adds a line that changes what is made of a source.
fn change(path: &Path) -> Result<()> {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut text = fs::read_to_string(path)?;
    text += &match path.extension().and_then(OsStr::to_str) {
        Some("less") => format!("\n.scd-benchmark-{number} {{ top: {number}px; }}\n"),
        Some("js") => format!("\nvar scdBenchmark{number} = {number};\n"),
        _ => format!("\n<b>{number}</b>\n"),
    };
    // A new file in the place of the old one, which may be linked to the root that was copied.
    fs::remove_file(path)?;
    Ok(fs::write(path, text)?)
}
