//! What tells runs apart that may come to different results over the same files.

use std::path::Path;
use std::sync::Arc;

use scd_magento::Environment;
use scd_store::Digest;

use crate::options::{Cache, ContentVersion, Options};

/// Tells apart programs that may come to different results: made from all sources of the engine when it is built.
pub(crate) const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), " ", env!("SCD_BUILD_SOURCES"));

/// The name of a run: of the root and of every option that matters to its result.
///
/// Options that do not matter are made equal and all others are taken as they are, so that a new option matters until
/// somebody says otherwise. Variables of the environment count as far as they are asked for, which the record of the run
/// knows.
pub(crate) fn of_run(root: &Path, options: &Options) -> Digest {
    let Options {
        static_directory,
        template_directory,
        ..
    } = options;
    let absolute = |path: &Option<std::path::PathBuf>| {
        path.as_ref()
            .map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()))
    };
    let telling = Options {
        content_version: ContentVersion::OfContent,
        cache: Cache::InRoot,
        remote_cache: None,
        refresh_version_only: false,
        keep_going: false,
        bundle_order: None,
        jobs: 1,
        environment: Environment::default(),
        lock_directory: None,
        interrupted: Arc::default(),
        static_directory: absolute(static_directory),
        template_directory: absolute(template_directory),
        ..options.clone()
    };
    Digest::of(format!("{BUILD}\n{root:?}\n{telling:?}").as_bytes())
}

/// The name under which the last run over a root is found, whatever its options were.
pub(crate) fn of_root(root: &Path) -> Digest {
    Digest::of(format!("{BUILD}\n{root:?}").as_bytes())
}
