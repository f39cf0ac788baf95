//! Wall time, CPU time and peak memory of a child process, from what Linux shows under `/proc`.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// From start to end.
    pub(crate) wall: Duration,
    /// User and system time of the process and its children, to the kernel's clock tick (10 ms).
    pub(crate) cpu: Duration,
    /// Highest resident memory seen.
    pub(crate) peak_bytes: u64,
}

/// Ticks per second of the times in `/proc/<pid>/stat`: 100 on every Linux that Magento runs on.
const TICKS: u32 = 100;

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub(crate) fn measure(command: &mut Command) -> Result<Measured> {
    let before = children_ticks()?;
    let started = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {command:?}"))?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak_bytes = 0;
    let exit = loop {
        peak_bytes = peak_bytes.max(resident_peak(&status));
        if let Some(exit) = child.try_wait()? {
            break exit;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = started.elapsed();
    if !exit.success() {
        bail!("{command:?} ended with {exit}");
    }
    let cpu = Duration::from_secs(children_ticks()?.saturating_sub(before)) / TICKS;
    Ok(Measured {
        wall,
        cpu,
        peak_bytes,
    })
}

/// The high-water mark of a process; 0 when it is gone.
fn resident_peak(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// User and system ticks of all children that have ended.
fn children_ticks() -> Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The command's name may hold blanks; the fields behind it start with the third.
    let fields = stat
        .rsplit_once(')')
        .context("unexpected /proc/self/stat")?
        .1;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Ok(ticks(13) + ticks(14))
}
