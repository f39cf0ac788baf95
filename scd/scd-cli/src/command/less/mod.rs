//! `scd less`: one stylesheet, in or outside of a Magento root.

mod map;
mod output;
mod watch;

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use scd::single::{
    Choices, DiskRequest, Entry, Math, Outcome, PackageRequest, Urls, compile_in_package,
    compile_on_disk,
};

use self::map::MapPlan;
use super::variable;
use crate::args::{LessArguments, Switch};
use crate::console::{Console, print_data, print_line};
use crate::exit::Exit;
use crate::magento_flags;

/// Runs the command.
///
/// # Errors
/// Whatever kept the stylesheet from being compiled, apart from what is wrong with the sources.
pub(crate) fn run(arguments: &LessArguments) -> Result<Exit> {
    let console = Console::new(&arguments.console);
    let task = Task::new(arguments)?;
    if arguments.watch {
        return watch::run(&task, &console);
    }
    let outcome = task.compile()?;
    console.report(&outcome.diagnostics, &task.directory);
    if outcome.has_errors() {
        return Ok(Exit::SourcesHaveErrors);
    }
    if let Some(output) = task.output.as_deref().filter(|_| arguments.depends) {
        print_line(&rule(output, &outcome.imports));
    } else {
        task.write(outcome)?;
    }
    Ok(Exit::Done)
}

/// What is compiled, how, and where it goes.
struct Task {
    request: Request,
    /// As typed.
    input: PathBuf,
    output: Option<PathBuf>,
    is_lint: bool,
    map: Option<MapPlan>,
    /// Paths in messages are shown relative to this.
    directory: PathBuf,
}

enum Request {
    Disk(DiskRequest),
    Package {
        root: PathBuf,
        request: PackageRequest,
        choices: Choices,
    },
}

impl Task {
    fn new(arguments: &LessArguments) -> Result<Self> {
        let is_stdin = arguments.input.as_os_str() == "-";
        if arguments.watch && is_stdin {
            bail!("--watch needs a file as INPUT: standard input cannot change");
        }
        if arguments.watch && arguments.output.is_none() && !arguments.lint {
            bail!("--watch needs a file as OUTPUT, or --lint");
        }
        if let Some(output) = &arguments.output
            && let (Ok(output), Ok(input)) = (output.canonicalize(), arguments.input.canonicalize())
            && output == input
        {
            bail!("INPUT and OUTPUT are the same file `{}`", input.display());
        }
        let choices = choices(arguments);
        let (request, directory) = match &arguments.root {
            Some(_) if is_stdin => {
                bail!("--root needs a file as INPUT: standard input has no place in a theme")
            }
            Some(root) => {
                let root = std::fs::canonicalize(root).with_context(|| {
                    format!("cannot find the Magento root `{}`", root.display())
                })?;
                let request = PackageRequest {
                    input: arguments.input.clone(),
                    area: arguments.area.clone(),
                    theme: arguments.theme.clone(),
                    locale: arguments.locale.clone(),
                    mode: variable("MAGE_MODE"),
                    jobs: magento_flags::cores(),
                };
                let directory = root.clone();
                (
                    Request::Package {
                        root,
                        request,
                        choices,
                    },
                    directory,
                )
            }
            None => {
                let request = DiskRequest {
                    entry: entry(&arguments.input, is_stdin)?,
                    include_paths: include_paths(&arguments.include_paths),
                    choices,
                };
                let directory = std::env::current_dir().context("there is no working directory")?;
                (Request::Disk(request), directory)
            }
        };
        Ok(Self {
            request,
            input: arguments.input.clone(),
            output: arguments.output.clone(),
            is_lint: arguments.lint,
            map: MapPlan::new(arguments)?,
            directory,
        })
    }

    /// Writes CSS and map to where they belong; a linted stylesheet belongs nowhere.
    fn write(&self, outcome: Outcome) -> Result<()> {
        let Some(mut css) = outcome.css.filter(|_| !self.is_lint) else {
            return Ok(());
        };
        let map = self.map.as_ref().zip(outcome.source_map);
        let map = map.and_then(|(plan, map)| plan.apply(&map, &mut css));
        if let Some((path, map)) = map {
            output::write(path, map.as_bytes())?;
        }
        match &self.output {
            Some(output) => output::write(output, css.as_bytes()),
            None => {
                print_data(css.as_bytes());
                Ok(())
            }
        }
    }

    fn compile(&self) -> Result<Outcome, scd::Error> {
        match &self.request {
            Request::Disk(request) => compile_on_disk(request),
            Request::Package {
                root,
                request,
                choices,
            } => compile_in_package(root, request, choices),
        }
    }
}

fn entry(input: &Path, is_stdin: bool) -> Result<Entry> {
    if !is_stdin {
        return Ok(Entry::File(input.to_path_buf()));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .context("cannot read standard input")?;
    Ok(Entry::Text {
        name: "<stdin>".to_owned(),
        bytes,
    })
}

fn choices(arguments: &LessArguments) -> Choices {
    let strict_math = arguments.strict_math.map(|switch| match switch {
        Switch::On => Math::Parens,
        Switch::Off => Math::Always,
    });
    Choices {
        dialect: arguments.less_dialect.map(Into::into),
        math: arguments.math.map(Into::into).or(strict_math),
        strict_units: arguments.strict_units == Some(Switch::On),
        compress: match (arguments.compress, arguments.no_compress) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        },
        global: arguments.global_variables.clone(),
        modified: arguments.modified_variables.clone(),
        urls: Urls {
            rewrite: arguments.rewrite_urls.map(Into::into).unwrap_or_default(),
            root_path: arguments.rootpath.clone().unwrap_or_default(),
            args: arguments.url_args.clone().unwrap_or_default(),
        },
        source_map: arguments.source_map.is_some() || arguments.source_map_inline,
    }
}

fn include_paths(options: &[String]) -> Vec<PathBuf> {
    options
        .iter()
        .flat_map(|paths| paths.split(':'))
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .collect()
}

/// A makefile rule.
fn rule(output: &Path, imports: &[PathBuf]) -> String {
    let escaped = |path: &Path| {
        let text = path.to_string_lossy();
        text.replace('$', "$$")
            .replace(' ', "\\ ")
            .replace('#', "\\#")
    };
    let mut rule = format!("{}:", escaped(output));
    for import in imports {
        rule.push(' ');
        rule.push_str(&escaped(import));
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_survive_make() {
        let imports = ["a b.less".into(), "$c#.less".into()];
        assert_eq!(
            rule(Path::new("o.css"), &imports),
            "o.css: a\\ b.less $$c\\#.less"
        );
        assert_eq!(rule(Path::new("o.css"), &[]), "o.css:");
    }

    #[test]
    fn include_paths_are_split() {
        let paths = include_paths(&["a:b/c".to_owned(), ":d:".to_owned()]);
        assert_eq!(paths, ["a", "b/c", "d"].map(PathBuf::from));
    }
}
