//! A process that is started, waited for and measured: what it said, wall time, CPU time.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Wall and CPU time of a piece of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// From start to end.
    pub wall: Duration,
    /// User and system time, of children that were waited for, too, to the kernel's clock tick (10 ms); none where
    /// the system does not say.
    pub cpu: Option<Duration>,
}

/// A process that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output and standard error as they came.
    pub output: Vec<u8>,
    /// What it took.
    pub took: Took,
}

/// Runs a command to its end, without input; `log` is a file to keep its output in while it runs.
///
/// # Errors
/// When it cannot be started or waited for, or the log cannot be written or read.
pub fn run(command: &mut Command, log: &Path) -> io::Result<Finished> {
    let file = File::create(log)?;
    command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file);
    let started = Instant::now();
    let mut child = command.spawn()?;
    // Until it is reaped, the system still says how much time it has used.
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let cpu = pid.and_then(|pid| {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        // An interruption by a signal is no end.
        while matches!(
            waitid(WaitId::Pid(pid), options),
            Err(rustix::io::Errno::INTR)
        ) {}
        cpu_of(&format!("/proc/{pid}/stat", pid = pid.as_raw_nonzero()))
    });
    let status = child.wait()?;
    let wall = started.elapsed();
    let output = std::fs::read(log)?;
    Ok(Finished {
        status,
        output,
        took: Took { wall, cpu },
    })
}

/// Times a piece of work of this process itself, all its threads together.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    const OWN: &str = "/proc/self/stat";
    let (before, started) = (cpu_of(OWN), Instant::now());
    let result = work();
    let wall = started.elapsed();
    let cpu = cpu_of(OWN)
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before));
    (result, Took { wall, cpu })
}

/// User and system time of a process and of its children that have ended, from Linux's `/proc/<pid>/stat`.
fn cpu_of(stat: &str) -> Option<Duration> {
    /// Ticks per second: 100 on every Linux that Magento runs on.
    const TICKS: u32 = 100;
    let text = std::fs::read_to_string(stat).ok()?;
    // The command's name may hold blanks; the fields behind it start with the third.
    let (_, fields) = text.rsplit_once(')')?;
    let times = fields.split_whitespace().skip(11).take(4);
    let ticks: Vec<u64> = times.map_while(|field| field.parse().ok()).collect();
    (ticks.len() == 4).then(|| Duration::from_secs(ticks.iter().sum()) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_measured_and_its_words_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo one; echo two >&2; exit 3",
        ]);
        let finished = run(&mut command, &log).unwrap();
        assert_eq!(finished.status.code(), Some(3));
        assert_eq!(finished.output, b"one\ntwo\n");
        let cpu = finished.took.cpu.unwrap();
        assert!(cpu > Duration::ZERO && cpu <= finished.took.wall * 2);
    }
}
