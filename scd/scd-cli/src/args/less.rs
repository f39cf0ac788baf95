//! What may be typed behind `scd less`.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use scd::single::{Math, Rewrite, Variable};

use super::{ConsoleArguments, LessDialect};

/// `less`.
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "scd less [OPTIONS] INPUT [OUTPUT]",
    after_help = "Exit codes: 0 compiled, 1 the sources have errors, 2 could not run.\n\
                  OUTPUT is replaced in one step, and left as it was when the sources have errors."
)]
pub(crate) struct LessArguments {
    /// The stylesheet; `-` for standard input. With --root: the path of a file in a theme, or with --theme the path below
    /// `web`, such as `css/styles-m.less` or `Vendor_Module::css/x.less`.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,

    /// The CSS file to write, with its directory if that is missing; standard output when not given.
    #[arg(value_name = "OUTPUT")]
    pub(crate) output: Option<PathBuf>,

    /// Where imports are looked for besides, separated by `:`; repeatable. Before: the directory of the importing file
    /// and that of INPUT. After: the working directory.
    #[arg(short = 'I', long = "include-path", value_name = "PATHS", action = ArgAction::Append, conflicts_with = "root")]
    pub(crate) include_paths: Vec<String>,

    /// Rewrite relative addresses in `url()` so that they hold as seen from INPUT: all, those that begin with `.`, or none
    /// (the default). Without a value: all.
    #[arg(long, visible_alias = "relative-urls", value_enum, value_name = "off|local|all", num_args = 0..=1, require_equals = true, default_missing_value = "all", hide_possible_values = true, conflicts_with = "root")]
    pub(crate) rewrite_urls: Option<RewriteMode>,

    /// The address of the directory of INPUT; it is put before relative addresses. Also -rp.
    #[arg(long, value_name = "URL", conflicts_with = "root")]
    pub(crate) rootpath: Option<String>,

    /// What is appended to addresses as their query, against caches. As in less.php, an address that a variable or a mixin
    /// hands on gets it more than once.
    #[arg(long, value_name = "QUERY", conflicts_with = "root")]
    pub(crate) url_args: Option<String>,

    /// Define a variable; the stylesheets' own definitions win. Repeatable.
    #[arg(long = "global-var", value_name = "NAME=VALUE", action = ArgAction::Append, value_parser = variable)]
    pub(crate) global_variables: Vec<Variable>,

    /// Replace a variable that the stylesheets define. Repeatable.
    #[arg(long = "modify-var", value_name = "NAME=VALUE", action = ArgAction::Append, value_parser = variable)]
    pub(crate) modified_variables: Vec<Variable>,

    /// Compressed output. With --root this is the default unless the application mode is `developer`.
    #[arg(short = 'x', long, overrides_with = "no_compress")]
    pub(crate) compress: bool,

    /// Readable output, whatever the application mode.
    #[arg(long, overrides_with = "compress")]
    pub(crate) no_compress: bool,

    /// When arithmetic is done: always (the default of dialect 3), always but division in parentheses only (that of
    /// dialect 5), or in parentheses only.
    #[arg(short = 'm', long, value_enum, value_name = "WHEN")]
    pub(crate) math: Option<MathMode>,

    /// Deprecated in lessc: `on` is --math=parens, `off` is --math=always. Also -sm.
    #[arg(long, value_enum, value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on", hide_possible_values = true, conflicts_with = "math")]
    pub(crate) strict_math: Option<Switch>,

    /// Combining different units, such as 1px + 1em, is an error. Also -su.
    #[arg(long, value_enum, value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on", hide_possible_values = true)]
    pub(crate) strict_units: Option<Switch>,

    /// Read and compile LESS as wikimedia/less.php of this generation does: 3 or 5. When not given: that of the
    /// installed less.php with --root, else 5, today's language.
    #[arg(long, value_enum, value_name = "3|5", hide_possible_values = true)]
    pub(crate) less_dialect: Option<LessDialect>,

    /// Compile and report, but write nothing.
    #[arg(short = 'l', long)]
    pub(crate) lint: bool,

    /// Print a makefile rule, `OUTPUT: every file that was read besides INPUT`, instead of CSS.
    #[arg(short = 'M', long, requires = "output", conflicts_with_all = ["lint", "watch"])]
    pub(crate) depends: bool,

    /// Compile again whenever INPUT or anything that it imports changes, until interrupted.
    #[arg(short = 'w', long)]
    pub(crate) watch: bool,

    /// Write a source map (version 3) to FILE, or to OUTPUT with `.map` behind it, and link it from the CSS.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) source_map: Option<Option<PathBuf>>,

    /// Put the source map into the CSS instead of a file.
    #[arg(long, alias = "source-map-map-inline", conflicts_with = "source_map")]
    pub(crate) source_map_inline: bool,

    /// What stands before every source's address; what follows is then seen from the directory of INPUT.
    #[arg(long, value_name = "URL", alias = "source-map-root")]
    pub(crate) source_map_rootpath: Option<String>,

    /// The directory from which the sources' addresses are seen; that of the map when not given.
    #[arg(long, value_name = "DIR", alias = "source-map-base")]
    pub(crate) source_map_basepath: Option<PathBuf>,

    /// The address of the map in the CSS; the way from OUTPUT to the map when not given.
    #[arg(long, value_name = "URL", conflicts_with = "source_map_no_annotation")]
    pub(crate) source_map_url: Option<String>,

    /// Put the texts of the sources into the map.
    #[arg(long, alias = "source-map-less-inline")]
    pub(crate) source_map_include_source: bool,

    /// Do not link the map from the CSS.
    #[arg(long)]
    pub(crate) source_map_no_annotation: bool,

    /// The Magento root that INPUT belongs to: it is compiled as a deploy does it, through theme fallback and
    /// `@magento_import`, up to but without minification and urls into parent packages.
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,

    /// The theme, `Vendor/name`; the one in whose directory INPUT lies when not given.
    #[arg(short = 't', long, value_name = "THEME", requires = "root")]
    pub(crate) theme: Option<String>,

    /// The area; that of the theme when not given.
    #[arg(short = 'a', long, value_name = "AREA", requires = "root")]
    pub(crate) area: Option<String>,

    /// The locale; `en_US` when not given, or the one in whose `web/i18n` directory INPUT lies.
    #[arg(long, value_name = "LOCALE", requires = "root")]
    pub(crate) locale: Option<String>,

    /// Options that every Magento command has.
    #[command(flatten)]
    pub(crate) console: ConsoleArguments,
}

/// Reads `name=value`.
fn variable(text: &str) -> Result<Variable, String> {
    text.parse()
        .map_err(|refusal: scd::single::VariableError| refusal.to_string())
}

/// When arithmetic is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MathMode {
    /// Everywhere.
    Always,
    /// Everywhere, but division only in parentheses.
    ParensDivision,
    /// Only in parentheses.
    #[value(alias = "strict")]
    Parens,
}

impl From<MathMode> for Math {
    fn from(mode: MathMode) -> Self {
        match mode {
            MathMode::Always => Self::Always,
            MathMode::ParensDivision => Self::ParensDivision,
            MathMode::Parens => Self::Parens,
        }
    }
}

/// Which relative addresses are rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RewriteMode {
    /// None.
    Off,
    /// Those that begin with `.`.
    Local,
    /// All.
    All,
}

impl From<RewriteMode> for Rewrite {
    fn from(mode: RewriteMode) -> Self {
        match mode {
            RewriteMode::Off => Self::Off,
            RewriteMode::Local => Self::Local,
            RewriteMode::All => Self::All,
        }
    }
}

/// On or off, as lessc spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// On.
    #[value(aliases = ["true", "yes", "t", "y"])]
    On,
    /// Off.
    #[value(aliases = ["false", "no", "f", "n"])]
    Off,
}
