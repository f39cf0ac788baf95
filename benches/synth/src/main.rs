//! `synth`: writes a shop into a directory and says how to deploy it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use scd_synth::Shape;

const USAGE: &str =
    "synth [--scale 1/20|1/5|1] [--seed N] [--modules N] [--themes N] [--locales N] DIRECTORY";

fn main() -> ExitCode {
    let (text, code) = match run() {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(error) => (
            format!("error: {error:#}\nusage: {USAGE}\n"),
            ExitCode::FAILURE,
        ),
    };
    let written = if code == ExitCode::SUCCESS {
        std::io::stdout().write_all(text.as_bytes())
    } else {
        std::io::stderr().write_all(text.as_bytes())
    };
    written.map_or(ExitCode::FAILURE, |()| code)
}

fn run() -> Result<String> {
    let mut arguments = std::env::args().skip(1);
    let mut shape = Shape::whole(1);
    let mut directory = None;
    while let Some(argument) = arguments.next() {
        let name = argument.as_str();
        let Some(option) = name.strip_prefix("--") else {
            directory = Some(PathBuf::from(argument));
            continue;
        };
        let value = arguments
            .next()
            .with_context(|| format!("`{name}` needs a value"))?;
        let number = || {
            value
                .parse::<usize>()
                .with_context(|| format!("`{name}` wants a number, found `{value}`"))
        };
        match option {
            "scale" => shape = Shape::scaled(shape.seed, &value).map_err(anyhow::Error::msg)?,
            "seed" => shape.seed = number()? as u64,
            "modules" => shape.modules = number()?,
            "themes" => shape.themes = number()?,
            "locales" if number()? > Shape::LOCALES => {
                bail!("there are {} locales", Shape::LOCALES)
            }
            "locales" => shape.locales = number()?,
            _ => bail!("unknown option `{name}`"),
        }
    }
    let directory = directory.context("no directory is named")?;
    if directory.exists() && directory.read_dir()?.next().is_some() {
        bail!("`{}` is not empty", directory.display());
    }
    let count = scd_synth::write(&shape, &directory)?;
    let locales = shape.locale_names().join(" ");
    Ok(format!(
        "{count} files; scd deploy --root {} {locales}\n",
        directory.display()
    ))
}
