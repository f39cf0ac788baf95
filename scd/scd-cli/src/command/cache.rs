//! `scd cache`: how much is kept for later deploys, and getting rid of it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use scd::check::{self, STATE_DIRECTORY};

use crate::args::{CacheAction, CacheCommand, CachePlace};
use crate::console::print_line;
use crate::console::summary::size;
use crate::exit::Exit;
use crate::remote_cache;

/// Runs the command.
///
/// # Errors
/// A root that is not there, a cache that cannot be written.
pub(crate) fn run(arguments: &CacheCommand) -> Result<Exit> {
    let place = match &arguments.action {
        None => &arguments.place,
        Some(CacheAction::Prune { place, .. } | CacheAction::Clear { place }) => place,
    };
    let directory = directory(place)?;
    match &arguments.action {
        None => {}
        Some(CacheAction::Prune { unused_for, .. }) => {
            check::cache_prune(&directory, *unused_for)?;
        }
        Some(CacheAction::Clear { .. }) => check::cache_clear(&directory)?,
    }
    let mut text = described(&directory);
    if let Some(address) = remote_cache::address(place.remote_cache.as_deref())? {
        text += &match check::remote_cache_size(&address) {
            Ok(held) => format!(
                "{address}\n{} results, {}, in {} packs\n",
                held.entry_count,
                size(held.byte_count),
                held.pack_count,
            ),
            Err(trouble) => format!("{address}\ncannot be used: {trouble}\n"),
        };
    }
    print_line(text.trim_end());
    Ok(Exit::Done)
}

fn directory(place: &CachePlace) -> Result<PathBuf> {
    if let Some(directory) = &place.cache {
        return Ok(directory.clone());
    }
    let root = std::fs::canonicalize(&place.root);
    let root =
        root.with_context(|| format!("cannot find the Magento root `{}`", place.root.display()))?;
    Ok(root.join(STATE_DIRECTORY))
}

fn described(directory: &Path) -> String {
    let (held, last) = check::cache_size(directory);
    let mut text = format!(
        "{}\n{} results, {}; {} on the disk\n",
        directory.display(),
        held.entry_count,
        size(held.byte_count),
        size(held.disk_bytes),
    );
    if let Some(last) = last {
        text += &match last.is_unchanged {
            true => "the last deploy had nothing to do\n".to_owned(),
            false => format!(
                "the last deploy recalled {} of {} jobs\n",
                last.recalled_jobs, last.job_count
            ),
        };
    }
    text
}
