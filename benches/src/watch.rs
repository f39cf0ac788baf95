//! From a saved partial to the written stylesheet, as a theme author waits for it: `scd watch` runs over a copy of a root, a
//! partial of a theme is replaced fifty times as editors do it, and each time it is measured how long it takes until the
//! stylesheet that imports it is another file.
//!
//! With `SCD_REFERENCE_ROOT` set to a Magento root, the theme is `Magento/luma` and the stylesheet its `styles-m`; without it,
//! a shipped fixture stands in, whose times say little. Called with a command of scd, it is scd, so that the program measured
//! is the one just built.

mod itself;
mod output;
mod root;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::output::say;
use crate::root::copy_of;

/// Saves in each application mode.
const SAVES: usize = 50;

/// Between one stylesheet and the next save, so that nothing of the last one is left to be done.
const PAUSE: Duration = Duration::from_millis(300);

/// How often is looked whether the stylesheet is another one; far below what is measured, and little work.
const LOOK: Duration = Duration::from_micros(300);

/// No rebuild takes that long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is saved and what is waited for.
struct Case {
    theme: &'static str,
    partial: &'static str,
    /// In the package, without `.css`.
    stylesheet: &'static str,
}

const LUMA: Case = Case {
    theme: "Magento/luma",
    partial: "vendor/magento/theme-frontend-luma/web/css/source/_theme.less",
    stylesheet: "css/styles-m",
};

const FIXTURE: Case = Case {
    theme: "Acme/leaf",
    partial: "app/design/frontend/Acme/leaf/web/css/_colours.less",
    stylesheet: "css/main",
};

fn main() -> ExitCode {
    itself::ended_or_scd(run)
}

fn run() -> Result<()> {
    let ((_scratch, root), case) = match std::env::var_os("SCD_REFERENCE_ROOT") {
        Some(root) => (copy_of(&fs::canonicalize(root)?)?, LUMA),
        None => {
            say("SCD_REFERENCE_ROOT is not set: a fixture stands in for a shop");
            let fixture = Path::new(env!("CARGO_MANIFEST_DIR"));
            (
                copy_of(&fixture.join("../themes-fixtures/inheritance-chain/root"))?,
                FIXTURE,
            )
        }
    };
    say(&format!(
        "{:<34} {:>9} {:>9} {:>9} {:>9}",
        format!("{SAVES} saves of {}", case.theme),
        "median ms",
        "p95 ms",
        "least ms",
        "most ms"
    ));
    for (mode, what) in [
        ("developer", "developer mode, not minified"),
        ("production", "production mode, as configured"),
    ] {
        let times = measure(&root, &case, mode)?;
        let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
        say(&format!(
            "{what:<34} {:>9.1} {:>9.1} {:>9.1} {:>9.1}",
            at(50),
            at(95),
            at(0),
            at(100)
        ));
    }
    Ok(())
}

/// The times of all saves, shortest first.
fn measure(root: &Path, case: &Case, mode: &str) -> Result<Vec<Duration>> {
    let partial = root.join(case.partial);
    let before = fs::read_to_string(&partial)
        .with_context(|| format!("cannot read `{}`", partial.display()))?;
    let watch = Watch::start(root, case, mode)?;
    let package = format!("pub/static/frontend/{}/en_US", case.theme);
    let names = [".min.css", ".css"].map(|ending| {
        root.join(&package)
            .join(format!("{}{ending}", case.stylesheet))
    });
    let stylesheet = names
        .iter()
        .find(|name| name.is_file())
        .with_context(|| format!("`{}` was not written", names[1].display()))?;
    let mut times = Vec::new();
    for number in 0..SAVES {
        sleep(PAUSE);
        let text = format!("{before}\n.scd-save-{number} {{ top: {number}px; }}\n");
        times.push(save(&partial, &text, stylesheet)?);
        let css = fs::read_to_string(stylesheet)?;
        if !css.contains(&format!(".scd-save-{number}")) {
            bail!("the stylesheet was written without what was saved");
        }
    }
    drop(watch);
    replace(&partial, &before)?;
    fs::remove_dir_all(root.join("pub/static"))?;
    times.sort();
    Ok(times)
}

/// Saves, and waits until the stylesheet is another file.
fn save(partial: &Path, text: &str, stylesheet: &Path) -> Result<Duration> {
    let before = fs::metadata(stylesheet)?.ino();
    let started = Instant::now();
    replace(partial, text)?;
    while fs::metadata(stylesheet)?.ino() == before {
        if started.elapsed() > PATIENCE {
            bail!("`{}` was not written again", stylesheet.display());
        }
        sleep(LOOK);
    }
    Ok(started.elapsed())
}

/// Puts a new file in the place of the old one, which may be linked to the root that was copied.
fn replace(path: &Path, text: &str) -> Result<()> {
    let beside: PathBuf = path.with_extension("tmp");
    fs::write(&beside, text)?;
    Ok(fs::rename(&beside, path)?)
}

/// A running `scd watch`, ended when dropped.
struct Watch(Child);

impl Watch {
    /// Starts it and waits until it watches.
    fn start(root: &Path, case: &Case, mode: &str) -> Result<Watch> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["watch", "--area=frontend", "--theme", case.theme, "en_US"])
            .arg("--root")
            .arg(root)
            .env("MAGE_MODE", mode)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().context("cannot start the watch")?;
        let stdout = child.stdout.take().context("its output is piped")?;
        let watch = Watch(child);
        let mut lines = BufReader::new(stdout).lines();
        let is_ready = |line: &std::io::Result<String>| {
            line.as_ref()
                .is_ok_and(|line| line.starts_with("watching "))
        };
        if !lines.any(|line| is_ready(&line)) {
            bail!("the watch has ended before it watched anything");
        }
        // Read on, so that the watch never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(watch)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
