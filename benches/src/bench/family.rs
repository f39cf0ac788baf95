//! Memory of a process with all that it starts.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::measure::{Measured, fields, measure_with, resident};

/// Runs a command that starts other processes: memory is that of all of them together, what they share counted for each.
/// Looking for them takes time of its own.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub(crate) fn measure_family(command: &mut Command) -> Result<Measured> {
    let mut looked = Instant::now();
    measure_with(command, move |process| {
        if looked.elapsed() < Duration::from_millis(100) {
            return 0;
        }
        looked = Instant::now();
        resident_of_family(process).unwrap_or(0)
    })
}

/// The present memory of a process and all that descend from it.
fn resident_of_family(first: u32) -> Result<u64> {
    let mut parents: Vec<(u32, u32)> = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // It may have ended meanwhile.
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let parent = fields(&stat).and_then(|fields| fields.get(1)?.parse().ok());
        parents.extend(parent.map(|parent| (process, parent)));
    }
    let mut family = vec![first];
    let mut at = 0;
    while let Some(&member) = family.get(at) {
        let children = parents.iter().filter(|(_, parent)| *parent == member);
        family.extend(children.map(|(child, _)| *child));
        at += 1;
    }
    Ok(family
        .iter()
        .map(|&member| resident(member, "VmRSS:"))
        .sum())
}
