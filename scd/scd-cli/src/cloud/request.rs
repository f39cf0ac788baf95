//! What a build is asked for: `.magento.env.yaml`, `config.php` and the command line, as the arguments of one deploy. Mirrors
//! `Magento\MagentoCloud\StaticContent\CommandFactory` and `Build\Option`, whose several commands become one run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Error, anyhow};
use scd::compress::codec::Format;
use scd::diagnostic::{Diagnostic, Place};
use scd_magento::{FsTree, Project, Themes};

use super::arguments::BuildArguments;
use super::env_file::EnvFile;
use super::failure::{self, Failure};
use super::matrix::{self, MatrixTheme};
use super::platform::Platform;
use super::shared_config::{SharedConfig, SourcedLocale};
use super::themes;
use super::threads;
use super::validation;
use super::yaml::Value;
use crate::args::{CacheArguments, DeployArguments};
use crate::command::environment;

/// Everything that a build reads before it begins.
#[derive(Debug)]
pub(crate) struct Situation {
    /// The root, absolute.
    pub(crate) root: PathBuf,
    /// `.magento.env.yaml`.
    pub(crate) file: EnvFile,
    /// `app/etc/config.php`.
    pub(crate) config: SharedConfig,
    /// What the platform tells.
    pub(crate) platform: Platform,
}

impl Situation {
    /// Reads a root.
    ///
    /// # Errors
    /// A root that is not there, files that cannot be read.
    pub(crate) fn read(root: &Path) -> Result<Self, Failure> {
        let root = std::fs::canonicalize(root)
            .with_context(|| format!("cannot find the Magento root `{}`", root.display()))
            .map_err(|error| Failure::new(failure::ARGUMENTS, error))?;
        let file = EnvFile::read(&root)?;
        let read = || -> Result<_, Error> {
            let platform = Platform::read(&root, &file, &|name| std::env::var(name).ok())?;
            Ok((SharedConfig::read(&root)?, platform))
        };
        let (config, platform) =
            read().map_err(|error| Failure::new(failure::GENERATION, error))?;
        Ok(Self {
            root,
            file,
            config,
            platform,
        })
    }
}

/// What a build makes.
#[derive(Debug)]
pub(crate) struct Request {
    /// What one command line would ask for without the matrix.
    pub(crate) arguments: DeployArguments,
    /// Themes with locales of their own, by their registered names, each with its line.
    pub(crate) matrix: Vec<(MatrixTheme, usize)>,
    /// The locales of all other themes.
    pub(crate) locales: Vec<SourcedLocale>,
    /// The registered themes, where they were looked at.
    pub(crate) themes: Option<Themes>,
    /// What is to be said before it begins.
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Request {
    /// The themes of the matrix without their lines.
    pub(crate) fn matrix_themes(&self) -> Vec<MatrixTheme> {
        self.matrix.iter().map(|(theme, _)| theme.clone()).collect()
    }
}

/// Refuses what ece-tools refuses in its validation step.
///
/// # Errors
/// All that is wrong, in one text.
pub(crate) fn validate(file: &EnvFile) -> Result<(), Failure> {
    file.refuse_constants()?;
    refuse(&validation::items(file))
}

fn refuse(items: &[validation::Item]) -> Result<(), Failure> {
    if items.is_empty() {
        return Ok(());
    }
    let listing = validation::listing(items);
    Err(Failure::new(failure::CONFIGURATION, anyhow!(listing)))
}

/// Works out the request; `.magento.env.yaml` is valid.
///
/// # Errors
/// A matrix that PHP would die of or misread, a version that is not a number, a root that cannot be read.
pub(crate) fn request(
    build: &BuildArguments,
    situation: &Situation,
    wants_themes: bool,
) -> Result<Request, Failure> {
    let generation = |error: Error| Failure::new(failure::GENERATION, error);
    let (file, config) = (&situation.file, &situation.config);
    let admin_locale = situation.platform.admin_locale().map_err(generation)?;
    let mut locales = config.locales(admin_locale);
    for code in &build.locales {
        if !locales.iter().any(|known| known.code == *code) {
            locales.push(SourcedLocale {
                code: code.clone(),
                origin: "--locale".to_owned(),
            });
        }
    }
    let matrix = match file.build("SCD_MATRIX") {
        Some(node) => matrix::of_yaml(node).or_else(|items| refuse(&items).map(|()| Vec::new()))?,
        None => Vec::new(),
    };
    let themes = if wants_themes || !matrix.is_empty() {
        let project = Project::open(&FsTree, &situation.root, &environment(build.config_env))
            .map_err(|error| generation(error.into()))?;
        Some(project.themes().clone())
    } else {
        None
    };
    let names = themes.as_ref().map(themes::names).unwrap_or_default();
    let resolved = themes::resolve(matrix, &names, &file.path);
    refuse(&resolved.items)?;
    let mut warnings = resolved.warnings;
    warnings.extend(baler(file));
    Ok(Request {
        arguments: arguments(build, situation, &locales)?,
        matrix: resolved.themes,
        locales,
        themes,
        warnings,
    })
}

/// The first of ece-tools' command lines, without the themes of the matrix.
fn arguments(
    build: &BuildArguments,
    situation: &Situation,
    locales: &[SourcedLocale],
) -> Result<DeployArguments, Failure> {
    let file = &situation.file;
    let version = build.content_version.clone();
    let is_fine = |version: &str| {
        let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        is_number || ["timestamp", "content"].contains(&version)
    };
    if let Some(version) = version.as_deref().filter(|version| !is_fine(version)) {
        return Err(Failure::new(
            2,
            anyhow!("--content-version must be a number on the cloud, found `{version}`"),
        )
        .with_hint("the platform finds `/static/version<digits>/…` only"));
    }
    check_compression(build, file)?;
    let strategy = file
        .build("SCD_STRATEGY")
        .and_then(|node| node.value.as_str())
        .filter(|strategy| !strategy.is_empty());
    let mut console = build.console.clone();
    let verbosity = file
        .build("VERBOSE_COMMANDS")
        .and_then(|node| node.value.as_str());
    // `-vv` is two.
    let asked = verbosity.map_or(0, |flag| flag.len().saturating_sub(1));
    console.verbose = console.verbose.max(u8::try_from(asked).unwrap_or(u8::MAX));
    Ok(DeployArguments {
        languages: locales.iter().map(|locale| locale.code.clone()).collect(),
        force: true,
        strategy: strategy.map(str::to_owned),
        // Only the strategy `quick` takes the option.
        no_parent: file.build_flag("SCD_NO_PARENT", false)
            && matches!(strategy, None | Some("quick")),
        no_html_minify: skips_html(file),
        jobs: threads::explicit(integer(file, "SCD_THREADS").unwrap_or(-1))
            .map(|count| count.to_string()),
        content_version: version,
        root: situation.root.clone(),
        minify: build.minify,
        report: build.report.clone(),
        cache: CacheArguments {
            cache: build.cache.clone(),
            no_cache: build.cache.is_none(),
            remote_cache: build.remote_cache.clone(),
        },
        compress: build.compress.clone(),
        compress_timeout: u64::try_from(integer(file, "SCD_COMPRESSION_TIMEOUT").unwrap_or(600))
            .ok(),
        allow_customised: build.allow_customised,
        config_env: build.config_env,
        console,
        ..DeployArguments::default()
    })
}

/// ece-tools compresses in its transfer step, with a `gzip` that gives up where there is a compressed file already.
fn check_compression(build: &BuildArguments, file: &EnvFile) -> Result<(), Failure> {
    let level = compression_level(file);
    let writes_gzip = build
        .compress
        .iter()
        .any(|codec| codec.format() == Format::Gzip);
    if level == 0 || !writes_gzip {
        return Ok(());
    }
    Err(Failure::new(
        failure::COMPRESSION,
        anyhow!("`--compress=gzip` needs `SCD_COMPRESSION_LEVEL: 0`, found {level}: ece-tools would compress as well, and fail at the files that are there"),
    )
    .with_hint("set `SCD_COMPRESSION_LEVEL: 0` in the stage build, or leave `gzip` to ece-tools"))
}

/// What is to be said where ece-tools runs baler, which needs the finished files.
pub(crate) fn baler(file: &EnvFile) -> Option<Diagnostic> {
    const KEY: &str = "SCD_USE_BALER";
    let text = format!("`{KEY}` is on, and ece-tools runs baler before scd builds anything");
    file.build_flag(KEY, false).then(|| {
        Diagnostic::warning(text)
            .at(place_of(file, KEY))
            .with_hint("run `baler` in the hook, behind `scd cloud build`")
    })
}

/// The place of a key as the build goes by it.
pub(crate) fn place_of(file: &EnvFile, key: &str) -> Place {
    Place {
        path: file.path.clone(),
        line: file.build(key).map_or(0, |node| node.line),
        column: 0,
    }
}

/// Whether templates are left for Magento to minify on first use.
pub(crate) fn skips_html(file: &EnvFile) -> bool {
    file.global_flag("SKIP_HTML_MINIFICATION", true)
}

/// A number of the build stage.
pub(crate) fn integer(file: &EnvFile, key: &str) -> Option<i64> {
    match file.build(key)?.value {
        Value::Int(number) => Some(number),
        _ => None,
    }
}

/// The level at which ece-tools' transfer step compresses; 0 for not at all.
pub(crate) fn compression_level(file: &EnvFile) -> i64 {
    integer(file, "SCD_COMPRESSION_LEVEL").unwrap_or(6)
}
