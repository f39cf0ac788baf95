//! One file for each command.

mod cache;
mod deploy;
mod fallback;
mod less;
mod plan;
mod verify;

use anyhow::Result;

use crate::args::Command;
use crate::exit::Exit;
use crate::{cloud, watch};

pub(crate) use deploy::{Deploy, environment, prepare};

/// Runs a command.
///
/// # Errors
/// Whatever kept the command from being carried out.
pub(crate) fn run(command: Command) -> Result<Exit> {
    match command {
        Command::Deploy(arguments) => deploy::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Cache(arguments) => cache::run(&arguments),
        Command::Less(arguments) => less::run(&arguments),
        Command::Cloud(arguments) => Ok(cloud::run(&arguments.command)),
        Command::Doctor(arguments) => cloud::doctor::run(&arguments),
    }
}

/// An environment variable, when it is set to Unicode text.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
