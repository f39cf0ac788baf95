//! Options for tests that call the engine itself instead of the command.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use scd::compress::Compression;
use scd::options::{Cache, ContentVersion, Link, Options, Skip, Strategy};
use scd_magento::{Environment, Selection};
use scd_minify::Level;

/// Everything of a root, as the command deploys it without arguments.
pub fn options() -> Options {
    Options {
        selection: Selection::default(),
        fold_theme_case: false,
        strategy: Strategy::default(),
        skip: Skip::default(),
        level: Level::Compat,
        less_dialect: None,
        bundle_order: None,
        compression: Compression::default(),
        content_version: ContentVersion::Text("2".to_owned()),
        cache: Cache::Off,
        remote_cache: None,
        refresh_version_only: false,
        exclusive: false,
        keep_going: false,
        allow_customised: false,
        jobs: 2,
        force: true,
        mode: None,
        environment: Environment::default(),
        static_directory: None,
        template_directory: None,
        shard: None,
        shard_directory: None,
        keep_versions: 0,
        link: Link::Copy,
        lock_directory: None,
        interrupted: Arc::new(AtomicBool::new(false)),
    }
}
