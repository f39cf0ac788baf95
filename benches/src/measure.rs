//! Wall time, CPU time and peak memory of a child process, from what Linux shows under `/proc`.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// From start to end.
    pub(crate) wall: Duration,
    /// User and system time of the process and its children, to the kernel's clock tick (10 ms).
    pub(crate) cpu: Duration,
    /// Most resident memory seen.
    pub(crate) peak_bytes: u64,
}

/// Ticks per second of the times in `/proc/<pid>/stat`: 100 on every Linux that Magento runs on.
const TICKS: u32 = 100;

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub(crate) fn measure(command: &mut Command) -> Result<Measured> {
    measure_with(command, |_| 0)
}

/// Runs a command to its end; `others` says how much memory other processes than the one started hold.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub(crate) fn measure_with(
    command: &mut Command,
    others: impl FnMut(u32) -> u64 + Send,
) -> Result<Measured> {
    let before = children_ticks()?;
    let started = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {command:?}"))?;
    let process = child.id();
    let has_ended = AtomicBool::new(false);
    let (exit, wall, peak_bytes) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| peak(process, others, &has_ended));
        let exit = child.wait();
        let wall = started.elapsed();
        has_ended.store(true, Ordering::Relaxed);
        (exit, wall, watcher.join().expect("it does not panic"))
    });
    let exit = exit?;
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

/// How often the memory of a process is looked at. Looking itself takes time from it, and what counts is a mark that only rises.
const WATCH_INTERVAL: Duration = Duration::from_millis(10);

/// The most memory of a process until it has ended.
fn peak(process: u32, mut others: impl FnMut(u32) -> u64, has_ended: &AtomicBool) -> u64 {
    let mut peak_bytes = 0;
    while !has_ended.load(Ordering::Relaxed) {
        peak_bytes = peak_bytes.max(resident(process, "VmHWM:"));
        peak_bytes = peak_bytes.max(others(process));
        std::thread::sleep(WATCH_INTERVAL);
    }
    peak_bytes
}

/// The present memory of a process (`VmRSS:`) or its high-water mark (`VmHWM:`); 0 when it is gone.
pub(crate) fn resident(process: u32, field: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// User and system ticks of all children that have ended.
fn children_ticks() -> Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields = fields(&stat).context("unexpected /proc/self/stat")?;
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Ok(ticks(13) + ticks(14))
}

/// The fields of a line of `/proc/<pid>/stat` from the third on: the second is a name that may hold blanks.
pub(crate) fn fields(stat: &str) -> Option<Vec<&str>> {
    let (_, fields) = stat.rsplit_once(')')?;
    Some(fields.split_whitespace().collect())
}
