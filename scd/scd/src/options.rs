//! Everything that is decided before a run, complete and validated.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use scd_less::Dialect;
use scd_magento::{Environment, Selection};
use scd_minify::Level;
/// What equal outputs have in common on the disk.
pub use scd_store::Link;
/// Where a cache is that machines share.
pub use scd_store::RemoteAddress;

use crate::compress::Compression;
use crate::derive::bundle_choice::ReadingOrder;
use crate::shard::Shard;

/// How packages get their files. Mirrors `Magento\Deploy\Strategy\DeployStrategyFactory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Strategy {
    /// Every package complete, the default. PHP copies some files from the parent theme's package, but only those that it
    /// would make anew with the same bytes.
    #[default]
    Quick,
    /// Every package complete; parents that are left out still get what is derived.
    Standard,
    /// Each file once, in the package that it comes from; maps lead there. The selection's layout is
    /// [`Layout::Compact`](scd_magento::Layout::Compact) then.
    Compact,
}

/// Kinds of files that are left out, by the extension of the deployed name.
/// Mirrors the `--no-*` options of `Magento\Deploy\Console\DeployStaticOptions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Skip {
    /// `--no-javascript`: also everything derived from JavaScript.
    pub javascript: bool,
    /// `--no-js-bundle`.
    pub js_bundle: bool,
    /// `--no-css`: also compiled LESS.
    pub css: bool,
    /// `--no-less`: has no visible effect, as in Magento, because compiled files count as CSS.
    pub less: bool,
    /// `--no-images`.
    pub images: bool,
    /// `--no-fonts`.
    pub fonts: bool,
    /// `--no-html`.
    pub html: bool,
    /// `--no-misc`.
    pub misc: bool,
    /// `--no-html-minify`: no templates under `var/view_preprocessed`.
    pub html_minify: bool,
}

impl Skip {
    /// Whether a deployed name is left out. Mirrors `Magento\Deploy\Service\DeployPackage::checkIfCanBeSkipped`.
    pub fn covers(&self, deployed_name: &str) -> bool {
        let name = deployed_name.rsplit('/').next().unwrap_or(deployed_name);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension.to_ascii_lowercase().as_str() {
            "js" | "map" => self.javascript,
            "css" => self.css,
            "less" => self.less,
            "html" | "htm" => self.html,
            "jpg" | "jpeg" | "gif" | "png" | "ico" | "svg" => self.images,
            "eot" | "ttf" | "woff" | "woff2" => self.fonts,
            "md" | "jbf" | "csv" | "json" | "txt" | "htc" | "swf" | "" => self.misc,
            _ => false,
        }
    }
}

/// What `deployed_version.txt` is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentVersion {
    /// This text.
    Text(String),
    /// The time, which is this text. Shares of one deploy leave it to their merge.
    OfTime(String),
    /// A number that follows from the published files alone: equal trees have equal versions, wherever and whenever they
    /// were made.
    OfContent,
}

/// Where results are kept for later runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cache {
    /// In `var/scd` of the root.
    InRoot,
    /// In this directory, which other roots and machines may share.
    Directory(PathBuf),
    /// Nowhere, and nothing of earlier runs is used.
    Off,
}

/// Everything that is decided before a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which packages.
    pub selection: Selection,
    /// Whether a theme whose name differs from a registered one in upper and lower case alone stands for it, with a
    /// warning, as ece-tools reads the themes of `SCD_MATRIX`.
    pub fold_theme_case: bool,
    /// Which files each package gets.
    pub strategy: Strategy,
    /// Which kinds of files are left out.
    pub skip: Skip,
    /// How far the minifiers may go.
    pub level: Level,
    /// The generation of less.php whose bytes are wanted; that of the installed one when none.
    pub less_dialect: Option<Dialect>,
    /// The order in which PHP read the files that it bundled, to compare bundles file by file; that of the paths when
    /// none.
    pub bundle_order: Option<Arc<ReadingOrder>>,
    /// Which compressed files are laid beside the outputs.
    pub compression: Compression,
    /// What `deployed_version.txt` is to say.
    pub content_version: ContentVersion,
    /// Where results are kept for later runs.
    pub cache: Cache,
    /// Where results are shared with other machines, besides.
    pub remote_cache: Option<RemoteAddress>,
    /// Write `deployed_version.txt` and nothing else.
    pub refresh_version_only: bool,
    /// Leave nothing in the two targets but what this run makes: packages of earlier runs, stray files and `_cache` go, in the
    /// same step. Entries of `pub/static` itself whose names begin with a dot stay.
    pub exclusive: bool,
    /// Publish what could be made although some sources have errors, as PHP does.
    pub keep_going: bool,
    /// Go on although the root changes Magento in ways that cannot be followed; they are warned of.
    pub allow_customised: bool,
    /// Worker threads; at least one.
    pub jobs: usize,
    /// Run in any application mode, not only in `production`.
    pub force: bool,
    /// `MAGE_MODE` of the environment, which wins over `app/etc/env.php`.
    pub mode: Option<String>,
    /// Variables that change the configuration.
    pub environment: Environment,
    /// Where packages go; `pub/static` of the root when none.
    pub static_directory: Option<PathBuf>,
    /// Where minified templates go; `var/view_preprocessed/pub/static` of the root when none.
    pub template_directory: Option<PathBuf>,
    /// The share of the deploy that is done; all of it when none.
    pub shard: Option<Shard>,
    /// Where the tree of a shard goes, with what a merge has to know of it. Wins over the two directories above.
    pub shard_directory: Option<PathBuf>,
    /// For how many versions files are kept that are no outputs any more.
    pub keep_versions: u32,
    /// What equal outputs have in common on the disk.
    pub link: Link,
    /// The directory whose `var/.scd.lock` keeps other deploys out, and in whose `var/scd` it is kept what is published; the
    /// root when none. For targets that nobody else writes to, so that the root stays as it is.
    pub lock_directory: Option<PathBuf>,
    /// Set to true by the caller to stop the run before it publishes.
    pub interrupted: Arc<AtomicBool>,
}
