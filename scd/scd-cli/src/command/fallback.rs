//! `--fallback=php`: a run that scd cannot follow is handed to the root's own command.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::args::{ConsoleArguments, DeployArguments};
use crate::console::Console;
use crate::exit::Exit;
use crate::magento_flags::mode_of_init_params;
use crate::php_arguments::{php_arguments, php_binary};

/// Runs `bin/magento setup:static-content:deploy` with what was typed; its output and exit code are passed on.
///
/// # Errors
/// Options that PHP cannot follow, no `bin/magento` in the root, no PHP.
pub(super) fn deploy(arguments: &DeployArguments, root: &Path, console: &Console) -> Result<Exit> {
    for (option, is_given) in [
        ("--static", arguments.static_directory.is_some()),
        ("--templates", arguments.template_directory.is_some()),
        ("--report", arguments.report.is_some()),
        ("--timings", arguments.timings.is_some()),
        ("--compress", !arguments.compress.is_empty()),
        ("`SCD_MATRIX`", super::variable("SCD_MATRIX").is_some()),
    ] {
        if is_given {
            bail!(
                "{option} cannot be handed to PHP, which deploys into the root and does nothing else; leave it out to use --fallback=php"
            );
        }
    }
    let magento = root.join("bin/magento");
    if !magento.is_file() {
        bail!("--fallback=php finds no `{}` to run", magento.display());
    }
    let binary = php_binary();
    let typed = php_arguments(arguments, &console_arguments(&arguments.console));
    if !console.is_quiet {
        console.complain(&format!(
            "handing over to `{} bin/magento setup:static-content:deploy {}`",
            binary.to_string_lossy(),
            typed.join(" ")
        ));
    }
    // The command itself does not know --magento-init-params.
    let mode = mode_of_init_params(arguments.magento_init_params.as_deref());
    let status = Command::new(&binary)
        .envs(mode.map(|mode| ("MAGE_MODE", mode)))
        .arg(&magento)
        .arg("setup:static-content:deploy")
        .args(&typed)
        .current_dir(root)
        .status()
        .with_context(|| {
            format!(
                "--fallback=php cannot run `{}`; install PHP, or name it in `PHP_BINARY`",
                binary.to_string_lossy()
            )
        })?;
    match status.code().map(u8::try_from) {
        Some(Ok(code)) => Ok(Exit::Php(code)),
        _ => bail!("PHP was stopped: {status}"),
    }
}

/// Options of the console as they were typed.
fn console_arguments(typed: &ConsoleArguments) -> Vec<&'static str> {
    let mut words = vec!["--no-interaction"];
    match typed.verbose {
        0 => {}
        1 => words.push("-v"),
        2 => words.push("-vv"),
        _ => words.push("-vvv"),
    }
    for (word, is_typed) in [
        ("--quiet", typed.quiet),
        ("--ansi", typed.ansi),
        ("--no-ansi", typed.no_ansi),
    ] {
        if is_typed {
            words.push(word);
        }
    }
    words
}
