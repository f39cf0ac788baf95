//! Every flag of `setup:static-content:deploy`, to [`Options`]: one page to compare with Magento's
//! `Magento\Deploy\Console\DeployStaticOptions` and `Magento\Deploy\Console\InputValidator`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use scd::compress::Compression;
use scd::options::{Cache, ContentVersion, Options, Skip, Strategy};
use scd_magento::Environment;
use scd_magento::selection::{ALL, Filter, Group, Layout, NONE, Parents, Selection};

use crate::args::{CacheArguments, DeployArguments};
use crate::cloud::matrix::MatrixTheme;

/// The full name of the command that scd stands in for.
const COMMAND: [&str; 3] = ["setup", "static-content", "deploy"];

/// Writes the command in full where it is abbreviated as Symfony allows, such as `s:s:d`.
pub(crate) fn expand_command(arguments: Vec<std::ffi::OsString>) -> Vec<std::ffi::OsString> {
    let mut arguments = arguments;
    // Symfony takes its own options in front of the command, too.
    let is_option = |word: &std::ffi::OsString| word.to_string_lossy().starts_with('-');
    let is_help = |word: &std::ffi::OsString| {
        ["-h", "--help", "-V", "--version"]
            .iter()
            .any(|known| word == known)
    };
    let leading = arguments
        .iter()
        .skip(1)
        .take_while(|word| is_option(word) && !is_help(word))
        .count();
    if arguments.len() > leading + 1 && !is_help(&arguments[leading + 1]) {
        arguments[1..=leading + 1].rotate_right(1);
    }
    if let Some(command) = arguments.get_mut(1)
        && let Some(typed) = command.to_str()
    {
        let parts: Vec<&str> = typed.split(':').collect();
        let is_abbreviation = parts.len() == COMMAND.len()
            && parts
                .iter()
                .zip(COMMAND)
                .all(|(part, full)| !part.is_empty() && full.starts_with(part));
        if is_abbreviation {
            *command = COMMAND.join(":").into();
        }
        if command == "less" {
            arguments[2..].iter_mut().for_each(expand_lessc);
        }
    }
    arguments
}

/// The abbreviations of `lessc` that have two letters behind one dash, in full.
fn expand_lessc(word: &mut std::ffi::OsString) {
    let Some(text) = word.to_str() else { return };
    for (short, long) in [
        ("-sm", "--strict-math"),
        ("-su", "--strict-units"),
        ("-ru", "--rewrite-urls"),
        ("-rp", "--rootpath"),
    ] {
        if let Some(rest) = text.strip_prefix(short)
            && (rest.is_empty() || rest.starts_with('='))
        {
            *word = format!("{long}{rest}").into();
            return;
        }
    }
}

/// What was typed, as what was meant.
///
/// # Errors
/// The conflicts that Magento's validator refuses, with its reasons, and what this version does not do.
pub(crate) fn options(
    arguments: &DeployArguments,
    matrix: &[MatrixTheme],
    mode: Option<String>,
) -> Result<Options> {
    let areas = filter(
        "area",
        &arguments.areas,
        "exclude-area",
        &arguments.excluded_areas,
    )?;
    let themes = filter(
        "theme",
        &arguments.themes,
        "exclude-theme",
        &arguments.excluded_themes,
    )?;
    let (locales, unlisted_locales) = locales(arguments)?;
    let strategy = strategy(arguments)?;
    check_time(arguments.max_execution_time.as_deref())?;
    let group = Group {
        areas,
        themes,
        locales,
        unlisted_locales,
    };
    let selection = Selection {
        groups: expand_matrix(group, matrix)?,
        parents: match strategy {
            _ if !arguments.no_parent => Parents::Deploy,
            Strategy::Standard => Parents::DeriveOnly,
            _ => Parents::LeaveOut,
        },
        layout: match strategy {
            Strategy::Compact => Layout::Compact,
            _ => Layout::Complete,
        },
    };
    Ok(Options {
        selection,
        fold_theme_case: !matrix.is_empty(),
        strategy,
        skip: skip(arguments),
        level: arguments.minify.into(),
        less_dialect: arguments.less_dialect.map(Into::into),
        bundle_order: None,
        compression: Compression::new(
            arguments.compress.iter().copied(),
            arguments
                .compress_timeout
                .filter(|&seconds| seconds > 0)
                .map(Duration::from_secs),
        )?,
        content_version: content_version(arguments.content_version.as_deref())?,
        cache: cache(&arguments.cache),
        remote_cache: None,
        refresh_version_only: arguments.refresh_content_version_only,
        // A shard's tree is that of one run.
        exclusive: arguments.shard_to.is_some(),
        keep_going: arguments.keep_going,
        jobs: 1,
        force: arguments.force,
        mode: mode_of_init_params(arguments.magento_init_params.as_deref()).or(mode),
        environment: Environment::default(),
        allow_customised: arguments.allow_customised,
        static_directory: arguments.static_directory.clone(),
        template_directory: arguments.template_directory.clone(),
        shard: arguments.shard,
        shard_directory: arguments.shard_to.clone(),
        keep_versions: arguments.keep_versions,
        link: arguments.link.into(),
        lock_directory: None,
        interrupted: Arc::new(AtomicBool::new(false)),
    })
}

/// An include and an exclude list; Magento refuses to take both.
fn filter(
    include: &str,
    included: &[String],
    exclude: &str,
    excluded: &[String],
) -> Result<Filter> {
    for (option, values) in [(include, included), (exclude, excluded)] {
        if values.iter().any(String::is_empty) {
            bail!("--{option} needs a value");
        }
    }
    let is_named = |values: &[String], everything: &str| {
        values.first().is_some_and(|first| first != everything)
    };
    if is_named(included, ALL) && is_named(excluded, NONE) {
        bail!("--{include} and --{exclude} cannot be used at the same time");
    }
    Ok(Filter {
        include: included.to_vec(),
        exclude: excluded.to_vec(),
    })
}

/// Arguments win over `--language`, and only arguments are checked against Magento's list of locales.
fn locales(arguments: &DeployArguments) -> Result<(Filter, bool)> {
    if arguments.languages.is_empty() {
        for values in [&arguments.language_options, &arguments.excluded_languages] {
            if values.iter().any(String::is_empty) {
                bail!("--language and --exclude-language need a value");
            }
        }
        let filter = Filter {
            include: arguments.language_options.clone(),
            exclude: arguments.excluded_languages.clone(),
        };
        return Ok((filter, true));
    }
    let excluded = &arguments.excluded_languages;
    if arguments.languages[0] != ALL && excluded.first().is_some_and(|first| first != NONE) {
        bail!("locales and --exclude-language cannot be used at the same time");
    }
    let filter = Filter {
        include: arguments.languages.clone(),
        exclude: excluded.clone(),
    };
    Ok((filter, false))
}

fn strategy(arguments: &DeployArguments) -> Result<Strategy> {
    let name = match arguments.strategy.as_deref() {
        None => "quick",
        // An option without a value, as Magento reads it.
        Some("") => "standard",
        Some(name) => name,
    };
    if arguments.no_parent
        && !matches!(
            arguments.strategy.as_deref(),
            None | Some("quick" | "standard")
        )
    {
        bail!("--no-parent works with the strategies `quick` and `standard` only");
    }
    match stock_strategy(name) {
        Some(strategy) => Ok(strategy),
        None => bail!(
            "wrong deploy strategy type: `{name}`; there are `quick`, `standard` and `compact`, and --fallback=php leaves others to PHP"
        ),
    }
}

fn stock_strategy(name: &str) -> Option<Strategy> {
    match name {
        "quick" => Some(Strategy::Quick),
        "standard" => Some(Strategy::Standard),
        "compact" => Some(Strategy::Compact),
        _ => None,
    }
}

/// Whether a strategy is asked for that only a module of the root can bring.
pub(crate) fn is_foreign_strategy(arguments: &DeployArguments) -> bool {
    let named = arguments.strategy.as_deref();
    named.is_some_and(|name| !name.is_empty() && stock_strategy(name).is_none())
}

/// Refuses a time limit that is over before anything is done, as PHP finds out when it looks at its queue. Any other one is
/// never reached. Mirrors `Magento\Deploy\Process\Queue::checkTimeout`.
fn check_time(limit: Option<&str>) -> Result<()> {
    let Some(text) = limit.filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    if leading_number(text) > 0 {
        return Ok(());
    }
    bail!(
        "--max-execution-time is `{text}`, so that no package could be deployed; give it a number of seconds, such as 900"
    )
}

fn skip(arguments: &DeployArguments) -> Skip {
    Skip {
        javascript: arguments.no_javascript,
        js_bundle: arguments.no_js_bundle,
        css: arguments.no_css,
        less: arguments.no_less,
        images: arguments.no_images,
        fonts: arguments.no_fonts,
        html: arguments.no_html,
        misc: arguments.no_misc,
        html_minify: arguments.no_html_minify,
    }
}

/// What `deployed_version.txt` is to say: the text as given, or by one of two words; else the time in seconds. As in PHP, `0`
/// and empty count as not given.
fn content_version(given: Option<&str>) -> Result<ContentVersion> {
    match given {
        None | Some("" | "0" | "timestamp") => {
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            Ok(ContentVersion::OfTime(now.as_secs().to_string()))
        }
        Some("content") => Ok(ContentVersion::OfContent),
        Some(text) => {
            let is_allowed =
                |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
            if !text.bytes().all(is_allowed) {
                bail!(
                    "--content-version may hold letters, digits, `_` and `.` only, found `{text}`"
                );
            }
            Ok(ContentVersion::Text(text.to_owned()))
        }
    }
}

/// Where results are kept for later runs.
fn cache(arguments: &CacheArguments) -> Cache {
    match &arguments.cache {
        _ if arguments.no_cache => Cache::Off,
        Some(directory) => Cache::Directory(directory.clone()),
        None => Cache::InRoot,
    }
}

/// More threads than any machine has cores cost time and memory for their stacks.
const MOST_JOBS: usize = 256;

/// The number of worker threads: the option, else the variable, else all cores. What the option gives is read as PHP casts
/// text to a number, and what is odd about it is told to `warn`.
pub(crate) fn jobs(
    option: Option<&str>,
    variable: Option<usize>,
    warn: &mut dyn FnMut(String),
) -> usize {
    let asked = match option {
        Some(text) => {
            let number = leading_number(text);
            if text.parse::<i64>().is_err() {
                warn(format!(
                    "--jobs needs a number, and `{text}` counts as {number}, as in Magento; write `--` before a locale that follows -j"
                ));
            }
            usize::try_from(number).ok().filter(|&count| count > 0)
        }
        None => variable,
    };
    asked.map_or_else(cores, |asked| asked.min(MOST_JOBS))
}

/// The cores of this machine.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The whole number that a text begins with, 0 without one.
fn leading_number(text: &str) -> i64 {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = digits
        .find(|digit: char| !digit.is_ascii_digit())
        .unwrap_or(digits.len());
    let number = digits[..end]
        .parse()
        .unwrap_or(if end > 0 { i64::MAX } else { 0 });
    if text.starts_with('-') {
        -number
    } else {
        number
    }
}

/// One group for what the command line asks for without the themes of the matrix, and one for each of them.
/// Mirrors `Magento\MagentoCloud\StaticContent\CommandFactory::matrix`.
fn expand_matrix(group: Group, matrix: &[MatrixTheme]) -> Result<Vec<Group>> {
    if matrix.is_empty() {
        return Ok(vec![group]);
    }
    if group.themes.is_named() || !group.themes.exclude.is_empty() {
        bail!("`SCD_MATRIX` and --theme or --exclude-theme cannot be used at the same time");
    }
    let mut rest = group.clone();
    rest.themes.include.clear();
    rest.themes.exclude = matrix.iter().map(|theme| theme.theme.clone()).collect();
    let mut groups = vec![rest];
    for theme in matrix.iter().filter(|theme| !theme.locales.is_empty()) {
        groups.push(Group {
            areas: group.areas.clone(),
            themes: Filter::only([theme.theme.clone()]),
            locales: Filter::only(theme.locales.iter().cloned()),
            unlisted_locales: false,
        });
    }
    Ok(groups)
}

/// `MAGE_MODE` out of `--magento-init-params=MAGE_MODE=production&…`.
pub(crate) fn mode_of_init_params(query: Option<&str>) -> Option<String> {
    query?
        .split('&')
        .find_map(|pair| pair.strip_prefix("MAGE_MODE="))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};

    fn typed(line: &str) -> DeployArguments {
        let words = line
            .split_whitespace()
            .map(std::ffi::OsString::from)
            .collect();
        match Arguments::try_parse_from(expand_command(words))
            .unwrap()
            .command
        {
            Command::Deploy(arguments) => arguments,
            other => panic!("{other:?}"),
        }
    }

    fn meant(line: &str) -> Options {
        options(&typed(line), &[], None).unwrap()
    }

    fn refused(line: &str) -> String {
        options(&typed(line), &[], None).unwrap_err().to_string()
    }

    #[test]
    fn every_spelling_of_the_callers_is_understood() {
        for line in [
            "scd deploy -f -a frontend -t A/b en_US de_DE -j 4",
            "scd setup:static-content:deploy en_US -f --area=frontend de_DE --theme A/b --jobs=4",
            "scd --no-ansi -n s:s:d -f --area frontend -tA/b -j4 en_US de_DE",
            "scd s:s:d --area frontend --force -tA/b -j4 -n --no-ansi -- en_US de_DE",
            "scd setup:static:deploy --ansi --no-interaction -f -a frontend --theme=A/b --jobs 4 -vvv en_US de_DE",
        ] {
            let options = meant(line);
            let group = &options.selection.groups[0];
            assert_eq!(group.locales.include, ["en_US", "de_DE"], "{line}");
            assert_eq!(group.areas.include, ["frontend"], "{line}");
            assert_eq!(group.themes.include, ["A/b"], "{line}");
            assert!(options.force, "{line}");
            assert!(!group.unlisted_locales, "{line}");
            let jobs = jobs(typed(line).jobs.as_deref(), None, &mut |warning| {
                panic!("{warning}")
            });
            assert_eq!(jobs, 4, "{line}");
        }
        assert_eq!(
            typed("scd deploy -fvv -t A/b -t C/d").themes,
            ["A/b", "C/d"]
        );
        assert_eq!(typed("scd deploy -fvv").console.verbose, 2);
        assert!(meant("scd deploy -l xx_XX").selection.groups[0].unlisted_locales);
        assert_eq!(
            meant("scd deploy --content-version=1.2_a").content_version,
            ContentVersion::Text("1.2_a".to_owned())
        );
        assert_eq!(
            meant("scd deploy --magento-init-params=X=1&MAGE_MODE=developer")
                .mode
                .as_deref(),
            Some("developer")
        );
    }

    #[test]
    fn conflicts_are_refused_as_magento_refuses_them() {
        assert!(
            refused("scd deploy -a frontend --exclude-area adminhtml").contains("--exclude-area")
        );
        assert!(refused("scd deploy -t A/b --exclude-theme C/d").contains("--exclude-theme"));
        assert!(
            refused("scd deploy en_US --exclude-language de_DE").contains("--exclude-language")
        );
        assert!(refused("scd deploy --content-version a-b").contains("`a-b`"));
        assert!(refused("scd deploy -s fast").contains("wrong deploy strategy type"));
        assert!(refused("scd deploy -s compact --no-parent").contains("--no-parent"));
        assert!(refused("scd deploy -t -- en_US").contains("--theme needs a value"));
        for limit in ["0", "-5", "abc", "00"] {
            let line = format!("scd deploy --max-execution-time={limit} en_US");
            assert!(refused(&line).contains("--max-execution-time"), "{line}");
        }
        meant("scd deploy --max-execution-time=5x en_US");
        meant("scd deploy --max-execution-time -- en_US");
        // Not conflicts, as Magento counts: `all` and `none` are the values that are always there.
        meant("scd deploy -a all --exclude-area adminhtml");
        meant("scd deploy -l de_DE --exclude-language de_DE");
        meant("scd deploy all --exclude-language de_DE");
    }

    #[test]
    fn the_strategy_decides_the_layout_and_what_becomes_of_parents() {
        let told = |line: &str| {
            let options = meant(line);
            (
                options.strategy,
                options.selection.layout,
                options.selection.parents,
            )
        };
        let (complete, compact) = (Layout::Complete, Layout::Compact);
        assert_eq!(
            told("scd deploy"),
            (Strategy::Quick, complete, Parents::Deploy)
        );
        assert_eq!(
            told("scd deploy -s -- en_US"),
            (Strategy::Standard, complete, Parents::Deploy)
        );
        assert_eq!(
            told("scd deploy --strategy=compact"),
            (Strategy::Compact, compact, Parents::Deploy)
        );
        assert_eq!(
            told("scd deploy --no-parent"),
            (Strategy::Quick, complete, Parents::LeaveOut)
        );
        assert_eq!(
            told("scd deploy --no-parent -s standard"),
            (Strategy::Standard, complete, Parents::DeriveOnly)
        );
    }

    #[test]
    fn jobs_come_from_the_option_then_the_variable_then_the_machine() {
        let mut warnings = Vec::new();
        let mut jobs = |option, variable| jobs(option, variable, &mut |text| warnings.push(text));
        let cores = jobs(None, None);
        assert_eq!(jobs(Some("3"), Some(7)), 3);
        assert_eq!(jobs(None, Some(7)), 7);
        assert_eq!(jobs(Some("0"), Some(7)), cores);
        assert_eq!(jobs(Some("-1"), None), cores);
        assert_eq!(jobs(Some("2.5"), None), 2);
        assert_eq!(jobs(Some("3x"), None), 3);
        assert_eq!(jobs(Some("en_US"), None), cores);
        assert_eq!(jobs(Some("99999999999999999999"), None), MOST_JOBS);
        assert_eq!(warnings.len(), 4);
        assert!(warnings[2].contains("`en_US`"), "{warnings:?}");
    }

    #[test]
    fn the_matrix_becomes_one_group_for_the_rest_and_one_for_each_theme() {
        let themes = [
            MatrixTheme {
                theme: "Magento/backend".into(),
                locales: vec!["en_US".into(), "fr_FR".into()],
            },
            MatrixTheme {
                theme: "Magento/luma".into(),
                locales: vec![],
            },
        ];
        let options = options(&typed("scd deploy -f fr_FR en_US"), &themes, None).unwrap();
        let groups = &options.selection.groups;
        assert_eq!(groups.len(), 2);
        assert_eq!(
            groups[0].themes.exclude,
            ["Magento/backend", "Magento/luma"]
        );
        assert_eq!(groups[0].locales.include, ["fr_FR", "en_US"]);
        assert_eq!(groups[1].themes.include, ["Magento/backend"]);
        assert_eq!(groups[1].locales.include, ["en_US", "fr_FR"]);
    }
}
