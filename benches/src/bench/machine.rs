//! The machine, the programs on it, and its file cache.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use rustix::fs::Advice;

use super::Options;
use super::result::Machine;
use super::tree::visit;

/// What memory disks say of themselves.
const TMPFS_MAGIC: i64 = 0x0102_1994;

/// Describes the machine for whoever compares results.
pub(crate) fn describe(scratch: &Path, options: &Options) -> Machine {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes =
        field(&memory, "MemTotal").and_then(|text| text.split(' ').next()?.parse().ok());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut programs = vec![("scd".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    for (name, program, arguments) in [
        ("PHP", "php", vec!["-r", "echo PHP_VERSION;"]),
        ("Node", "node", vec!["--version"]),
        ("cp", "cp", vec!["--version"]),
        ("strace", "strace", vec!["--version"]),
    ] {
        let version = first_line(Command::new(program).args(arguments));
        programs.push((
            name.to_owned(),
            version.unwrap_or_else(|| "not at hand".to_owned()),
        ));
    }
    for package in ["esbuild", "less"] {
        let about = options.npm.as_ref().and_then(|npm| {
            let path = npm.join("node_modules").join(package).join("package.json");
            serde_json::from_slice::<serde_json::Value>(&fs::read(path).ok()?).ok()
        });
        let version = about.and_then(|about| Some(about["version"].as_str()?.to_owned()));
        programs.push((
            package.to_owned(),
            version.unwrap_or_else(|| "not at hand".to_owned()),
        ));
    }
    Machine {
        processor: field(&cpu, "model name").unwrap_or_default().to_owned(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_bytes: kilobytes.unwrap_or(0u64) * 1024,
        kernel: format!("Linux {}", kernel.trim()),
        file_system: file_system(scratch),
        load: load.split(' ').take(3).collect::<Vec<_>>().join(" "),
        programs,
    }
}

/// The text behind a key of a file in `/proc`.
fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim())
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.lines().next()?.to_owned())
}

/// The type of the file system that holds a directory, from the longest mount point above it.
fn file_system(directory: &Path) -> String {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let lines = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let above = lines.filter(|(mount, _)| directory.starts_with(mount));
    let nearest = above.max_by_key(|(mount, _)| mount.len());
    nearest.map_or("unknown".to_owned(), |(_, kind)| kind.to_owned())
}

/// Whether a directory lies in memory.
pub(crate) fn is_memory_disk(directory: &Path) -> bool {
    let about = rustix::fs::statfs(directory);
    #[expect(
        clippy::unnecessary_cast,
        reason = "the type differs between architectures"
    )]
    about.is_ok_and(|about| about.f_type as i64 == TMPFS_MAGIC)
}

/// Whether a program can be started.
pub(crate) fn has(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|directory| directory.join(program).is_file())
}

/// Has the system forget the contents of the files of a root, and says how. Only for an administrator it forgets names and
/// directories, too.
pub(crate) fn drop_file_cache(root: &Path) -> Result<&'static str> {
    rustix::fs::sync();
    if fs::write("/proc/sys/vm/drop_caches", "3").is_ok() {
        return Ok("file contents, names and directories dropped by /proc/sys/vm/drop_caches");
    }
    visit(root, &mut |path, _| {
        let file = fs::File::open(path)?;
        Ok(rustix::fs::fadvise(&file, 0, None, Advice::DontNeed)?)
    })?;
    Ok("file contents dropped by posix_fadvise; names and directories stay cached")
}
