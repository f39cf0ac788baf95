//! `scd cloud build`: the static content of a project, made in the build hook and left to ece-tools' transfer step. Mirrors
//! `Magento\MagentoCloud\Step\Build\DeployStaticContent`.
//!
//! There are two ways to keep ece-tools from running PHP's deploy as well, and two meanings of `SKIP_SCD` with them: either
//! `SKIP_SCD: true` keeps ece-tools out and the hook runs scd because of that, or a scenario file leaves the generation out, and
//! ece-tools checks its conditions, `SKIP_SCD` among them, and sets the flag.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, anyhow};
use scd::diagnostic::Diagnostic;
use scd::options::Options;

use super::arguments::{BuildArguments, Hook};
use super::conditions::{self, Reason};
use super::env_file::EnvFile;
use super::failure::{self, Failure};
use super::flag::{self, Flag};
use super::request::{self, Request, Situation, request, validate};
use crate::command::{Deploy, environment, variable};
use crate::console::Console;
use crate::exit::Exit;
use crate::{magento_flags, remote_cache};

/// What a build comes to.
enum Outcome {
    /// Static content is there, and the flag is set.
    Built,
    /// There is nothing to do.
    Skipped,
    /// This is not the build phase; nothing was touched.
    Refused(Failure),
    /// It could not be done.
    Failed(Failure),
    /// A signal ended it.
    Interrupted,
}

/// Runs the command. The flag is set when it returns [`Exit::Done`] for static content that is there, and in no other case.
///
/// # Errors
/// Whatever kept it from being done, with ece-tools' exit code.
pub(crate) fn run(arguments: &BuildArguments) -> Result<Exit, Failure> {
    let flag = Flag::of(&arguments.root);
    let outcome = attempt(arguments, &flag).unwrap_or_else(Outcome::Failed);
    if !matches!(outcome, Outcome::Built | Outcome::Refused(_)) {
        remove(&flag)?;
    }
    match outcome {
        Outcome::Built | Outcome::Skipped => Ok(Exit::Done),
        Outcome::Interrupted => Ok(Exit::Interrupted),
        Outcome::Refused(failure) | Outcome::Failed(failure) => Err(failure),
    }
}

fn remove(flag: &Flag) -> Result<bool, Failure> {
    flag.remove()
        .with_context(|| format!("cannot remove `{}`", flag::NAME))
        .map_err(|error| Failure::new(failure::GENERATION, error))
}

fn attempt(arguments: &BuildArguments, flag: &Flag) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let situation = Situation::read(&arguments.root)?;
    if !arguments.force
        && let Some(failure) = other_phase(&situation)
    {
        return Ok(Outcome::Refused(failure));
    }
    let was_set = remove(flag)?;
    validate(&situation.file)?;
    let console = Console::new(&arguments.console);
    if let Some(reason) = reason_to_skip(arguments, &situation)? {
        console.say(&format!(
            "Skipping static content deploy: {}",
            reason.text()
        ));
        return Ok(Outcome::Skipped);
    }
    if arguments.hook == Some(Hook::Scenario) && !was_set {
        return Err(Failure::new(
            failure::GENERATION,
            anyhow!(
                "`{}` is not set, so ece-tools has not come to its static content step",
                flag::NAME
            ),
        )
        .with_hint(
            "run `scenario/build/generate.xml` with the scenario file before; see docs/cloud.md",
        ));
    }
    let request = request(arguments, &situation, false)?;
    let console = Console::new(&request.arguments.console);
    console.report(&request.warnings, &situation.root);
    console.say("Generating fresh static content");
    let options = options(&request).map_err(|error| Failure::new(failure::GENERATION, error))?;
    let interrupted = Arc::clone(&options.interrupted);
    match generate(&options, &request, &situation, &console, started)? {
        Exit::Done => {}
        Exit::Interrupted => return Ok(Outcome::Interrupted),
        _ => {
            return Err(Failure::new(
                failure::GENERATION,
                anyhow!("the sources have errors; nothing was published"),
            ));
        }
    }
    remove_empty_directories(&situation.root);
    tell_of_limits(
        &situation.file,
        started.elapsed(),
        &console,
        &situation.root,
    );
    if interrupted.load(Ordering::Relaxed) {
        return Ok(Outcome::Interrupted);
    }
    flag.set()
        .with_context(|| format!("cannot set `{}`", flag::NAME))
        .map_err(|error| Failure::new(failure::GENERATION, error))?;
    console.say("End of generating fresh static content");
    Ok(Outcome::Built)
}

/// Why this is not the time between ece-tools' `generate.xml` and `transfer.xml`.
fn other_phase(situation: &Situation) -> Option<Failure> {
    if let Some(variable) = &situation.platform.later_phase {
        return Some(
            Failure::new(
                2,
                anyhow!("this is not the build phase: `{variable}` is set, which the platform does once services are there"),
            )
            .with_hint("run `scd cloud build` in the build hook, where it costs no downtime; --force runs it here all the same"),
        );
    }
    let has = |path: &str| situation.root.join(path).exists();
    let is_transferred = !situation.config.exists && has("init/app/etc/config.php");
    is_transferred.then(|| {
        Failure::new(
            2,
            anyhow!("ece-tools' transfer step has run already: `app/etc` lies in `init`"),
        )
        .with_hint("run `scd cloud build` between `scenario/build/generate.xml` and `scenario/build/transfer.xml`")
    })
}

/// What makes the build leave static content alone, if anything.
fn reason_to_skip(
    arguments: &BuildArguments,
    situation: &Situation,
) -> Result<Option<Reason>, Failure> {
    let (file, config) = (&situation.file, &situation.config);
    let is_skipped = file.build_flag("SKIP_SCD", false);
    let hook = arguments.hook.unwrap_or(if is_skipped {
        Hook::SkipScd
    } else {
        Hook::Scenario
    });
    let counts = |reason: &Reason| match reason {
        Reason::Skipped => hook == Hook::Scenario,
        Reason::NoScopes | Reason::OnDemand | Reason::OnBuild => true,
    };
    let reason = conditions::on_build(file, config).into_iter().find(counts);
    let is_left_to_deploy = !situation.platform.deploy_flag(file, "SKIP_SCD", false);
    if reason == Some(Reason::NoScopes) && !is_left_to_deploy {
        return Err(Failure::new(
            failure::GENERATION,
            anyhow!(
                "{}, and `SKIP_SCD` keeps the deploy from making static content, so there would be none",
                Reason::NoScopes.text()
            ),
        )
        .with_hint(SCOPES_HINT));
    }
    Ok(reason)
}

/// How a project gets stores into `config.php`.
pub(crate) const SCOPES_HINT: &str =
    "run `php ./vendor/bin/ece-tools config:dump` on the environment and commit app/etc/config.php";

/// The request as the engine takes it.
pub(crate) fn options(request: &Request) -> Result<Options, Error> {
    let arguments = &request.arguments;
    let mut options =
        magento_flags::options(arguments, &request.matrix_themes(), variable("MAGE_MODE"))?;
    options.environment = environment(arguments.config_env);
    options.remote_cache = remote_cache::address(arguments.cache.remote_cache.as_deref())?;
    options.exclusive = true;
    // A number of its own making has nothing odd to be told.
    options.jobs = magento_flags::jobs(arguments.jobs.as_deref(), None, &mut |_| ());
    Ok(options)
}

fn generate(
    options: &Options,
    request: &Request,
    situation: &Situation,
    console: &Console,
    started: Instant,
) -> Result<Exit, Failure> {
    let deploy = Deploy {
        options,
        root: &situation.root,
        strategy: request.arguments.strategy.as_deref(),
        report: request.arguments.report.as_deref(),
        timings: request.arguments.timings.as_deref(),
        console: *console,
        started,
    };
    deploy.run().map_err(|error| {
        let is_compression = matches!(
            error.downcast_ref(),
            Some(scd::Error::CompressionTimeout { .. })
        );
        let code = if is_compression {
            failure::COMPRESSION
        } else {
            failure::GENERATION
        };
        Failure::new(code, error)
    })
}

/// ece-tools copies `var/view_preprocessed/*`, which fails where there is nothing; a directory that is missing is fine.
fn remove_empty_directories(root: &Path) {
    for directory in [
        "var/view_preprocessed/pub/static",
        "var/view_preprocessed/pub",
        "var/view_preprocessed",
    ] {
        // Fails for one that holds something or is missing, and that is as it should be.
        let _ = std::fs::remove_dir(root.join(directory));
    }
}

/// `SCD_MAX_EXECUTION_TIME` ends PHP's deploy half-way; here it is a wish.
fn tell_of_limits(file: &EnvFile, elapsed: Duration, console: &Console, root: &Path) {
    let Some(limit) = request::integer(file, "SCD_MAX_EXECUTION_TIME") else {
        return;
    };
    if i128::from(limit) < i128::from(elapsed.as_secs()) {
        let text = format!(
            "the build took {} seconds, more than `SCD_MAX_EXECUTION_TIME` allows ({limit})",
            elapsed.as_secs()
        );
        console.report(&[Diagnostic::warning(text)], root);
    }
}
