//! The command `scd`, as a function, so that the project's own tests can build and start it as a process.

mod args;
mod cloud;
mod command;
mod console;
mod exit;
mod json;
mod magento_flags;
mod php_arguments;
mod remote_cache;
mod timings;
mod umask;
mod verification;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Arguments;
use crate::exit::Exit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Arguments in, one function called, an exit code out.
pub fn main() -> ExitCode {
    let arguments = magento_flags::expand_command(std::env::args_os().collect());
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return console::usage(&error).into(),
    };
    match command::run(arguments.command) {
        Ok(exit) => exit,
        Err(error) => {
            console::failure(&error);
            Exit::CouldNotRun
        }
    }
    .into()
}
