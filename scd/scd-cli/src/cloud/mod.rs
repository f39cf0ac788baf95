//! Adobe Commerce Cloud: ece-tools' configuration and its contract around static content.

pub(crate) mod arguments;
mod build;
mod conditions;
pub(crate) mod doctor;
mod env_file;
mod failure;
mod flag;
pub(crate) mod matrix;
mod plan;
mod platform;
mod request;
mod schema;
mod shared_config;
mod themes;
pub(crate) mod threads;
mod validation;
mod warm_up;
mod wizard;
mod yaml;

use arguments::CloudCommand;

use crate::console;
use crate::exit::Exit;

/// Runs a command of `scd cloud`.
pub(crate) fn run(command: &CloudCommand) -> Exit {
    let result = match command {
        CloudCommand::Build(arguments) => build::run(arguments),
        CloudCommand::Plan(arguments) => plan::run(arguments),
        CloudCommand::Wizard(arguments) => wizard::run(arguments),
        CloudCommand::WarmUp(arguments) => warm_up::run(arguments),
    };
    result.unwrap_or_else(|failure| {
        console::failure_with(&failure.error, failure.hint.as_deref());
        Exit::EceTools(failure.code)
    })
}
