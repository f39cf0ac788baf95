//! Every key of `.magento.env.yaml` that ece-tools 2002.1.17 knows: type, stages, allowed values. Mirrors its
//! `config/schema.yaml`.

/// A key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: &'static str,
    /// The type of its value, in PHP's words.
    pub(crate) php_type: &'static str,
    /// Where it may stand, in ece-tools' order; nowhere below `stage` if empty.
    pub(crate) stages: &'static [&'static str],
    /// Which values it takes.
    pub(crate) allowed: Allowed,
}

/// Which values of the right type are taken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Allowed {
    /// All.
    Any,
    /// These texts.
    OneOf(&'static [&'static str]),
    /// Whole numbers from and to. Mirrors `Magento\MagentoCloud\Config\Schema\Validator\Range`.
    Range(i64, i64),
    /// Lists of these texts. Mirrors `Magento\MagentoCloud\Config\Schema\Validator\SplitDb`.
    ListOf(&'static [&'static str]),
}

use Allowed::{Any, ListOf, OneOf, Range};

const STRING: &str = "string";
const INTEGER: &str = "integer";
const BOOLEAN: &str = "boolean";
const ARRAY: &str = "array";

const GLOBAL: &[&str] = &["global"];
const BUILD: &[&str] = &["build"];
const DEPLOY: &[&str] = &["deploy"];
const POST_DEPLOY: &[&str] = &["post-deploy"];
const GLOBAL_BUILD: &[&str] = &["global", "build"];
const GLOBAL_DEPLOY: &[&str] = &["global", "deploy"];
const DEPLOY_GLOBAL: &[&str] = &["deploy", "global"];
const ALL_BUT_POST_DEPLOY: &[&str] = &["global", "build", "deploy"];
const EVERYWHERE: &[&str] = &["global", "build", "deploy", "post-deploy"];
/// Keys of `system.variables`.
const NOWHERE: &[&str] = &[];

const fn key(
    name: &'static str,
    php_type: &'static str,
    stages: &'static [&'static str],
    allowed: Allowed,
) -> Key {
    Key {
        name,
        php_type,
        stages,
        allowed,
    }
}

/// All keys.
pub(crate) const KEYS: &[Key] = &[
    key(
        "VERBOSE_COMMANDS",
        STRING,
        EVERYWHERE,
        OneOf(&["", "-v", "-vv", "-vvv"]),
    ),
    key(
        "SCD_COMPRESSION_LEVEL",
        INTEGER,
        ALL_BUT_POST_DEPLOY,
        Range(0, 9),
    ),
    key("SCD_COMPRESSION_TIMEOUT", INTEGER, ALL_BUT_POST_DEPLOY, Any),
    key(
        "SCD_STRATEGY",
        STRING,
        ALL_BUT_POST_DEPLOY,
        OneOf(&["compact", "quick", "standard"]),
    ),
    key("SCD_THREADS", INTEGER, ALL_BUT_POST_DEPLOY, Any),
    key("SCD_MAX_EXECUTION_TIME", INTEGER, ALL_BUT_POST_DEPLOY, Any),
    key("SCD_MATRIX", ARRAY, ALL_BUT_POST_DEPLOY, Any),
    key("SCD_NO_PARENT", BOOLEAN, ALL_BUT_POST_DEPLOY, Any),
    key("SCD_USE_BALER", BOOLEAN, GLOBAL_BUILD, Any),
    key("SKIP_SCD", BOOLEAN, ALL_BUT_POST_DEPLOY, Any),
    key("SKIP_HTML_MINIFICATION", BOOLEAN, GLOBAL, Any),
    key("SKIP_COMPOSER_DUMP_AUTOLOAD", BOOLEAN, BUILD, Any),
    key("SCD_ON_DEMAND", BOOLEAN, GLOBAL, Any),
    key(
        "MIN_LOGGING_LEVEL",
        STRING,
        GLOBAL,
        OneOf(&[
            "",
            "debug",
            "info",
            "notice",
            "warning",
            "error",
            "critical",
            "alert",
            "emergency",
        ]),
    ),
    key(
        "LOCK_PROVIDER",
        STRING,
        GLOBAL_DEPLOY,
        OneOf(&["db", "file"]),
    ),
    key("REDIS_USE_SLAVE_CONNECTION", BOOLEAN, GLOBAL_DEPLOY, Any),
    key("MYSQL_USE_SLAVE_CONNECTION", BOOLEAN, GLOBAL_DEPLOY, Any),
    key(
        "SPLIT_DB",
        ARRAY,
        GLOBAL_DEPLOY,
        ListOf(&["quote", "sales"]),
    ),
    key("UPDATE_URLS", BOOLEAN, GLOBAL_DEPLOY, Any),
    key("FORCE_UPDATE_URLS", BOOLEAN, GLOBAL_DEPLOY, Any),
    key("CLEAN_STATIC_FILES", BOOLEAN, GLOBAL_DEPLOY, Any),
    key(
        "ERROR_REPORT_DIR_NESTING_LEVEL",
        INTEGER,
        BUILD,
        Range(0, 32),
    ),
    key("SEARCH_CONFIGURATION", ARRAY, DEPLOY, Any),
    key("ELASTICSUITE_CONFIGURATION", ARRAY, DEPLOY, Any),
    key("QUEUE_CONFIGURATION", ARRAY, DEPLOY, Any),
    key(
        "REDIS_BACKEND",
        STRING,
        DEPLOY,
        OneOf(&[
            "Cm_Cache_Backend_Redis",
            "\\Magento\\Framework\\Cache\\Backend\\Redis",
            "\\Magento\\Framework\\Cache\\Backend\\RemoteSynchronizedCache",
        ]),
    ),
    key("CACHE_CONFIGURATION", ARRAY, DEPLOY, Any),
    key("SESSION_CONFIGURATION", ARRAY, DEPLOY, Any),
    key("DATABASE_CONFIGURATION", ARRAY, DEPLOY, Any),
    key("RESOURCE_CONFIGURATION", ARRAY, DEPLOY, Any),
    key("CRON_CONSUMERS_RUNNER", ARRAY, DEPLOY, Any),
    key("CONSUMERS_WAIT_FOR_MAX_MESSAGES", BOOLEAN, DEPLOY, Any),
    key("ENABLE_GOOGLE_ANALYTICS", BOOLEAN, DEPLOY_GLOBAL, Any),
    key("GENERATED_CODE_SYMLINK", BOOLEAN, DEPLOY, Any),
    key("WARM_UP_PAGES", ARRAY, POST_DEPLOY, Any),
    key("WARM_UP_CONCURRENCY", INTEGER, POST_DEPLOY, Any),
    key("TTFB_TESTED_PAGES", ARRAY, POST_DEPLOY, Any),
    key("X_FRAME_CONFIGURATION", STRING, GLOBAL, Any),
    key("QUALITY_PATCHES", ARRAY, BUILD, Any),
    key("REMOTE_STORAGE", ARRAY, DEPLOY, Any),
    key("ENABLE_EVENTING", BOOLEAN, GLOBAL, Any),
    key("ENABLE_WEBHOOKS", BOOLEAN, GLOBAL, Any),
    key("ENV_RELATIONSHIPS", STRING, NOWHERE, Any),
    key("ENV_ROUTES", STRING, NOWHERE, Any),
    key("ENV_VARIABLES", STRING, NOWHERE, Any),
    key("ENV_APPLICATION", STRING, NOWHERE, Any),
    key("ENV_ENVIRONMENT", STRING, NOWHERE, Any),
    key("DEPLOYED_MAGENTO_VERSION_FROM_GIT", STRING, GLOBAL, Any),
    key("DEPLOY_FROM_GIT_OPTIONS", ARRAY, GLOBAL, Any),
];

/// Keys that ece-tools 2002.1.0 removed, so that they break builds now, and what to do instead.
pub(crate) const REMOVED: &[(&str, &str)] = &[
    (
        "SCD_EXCLUDE_THEMES",
        "ece-tools 2002.1.0 removed it; list the themes in `SCD_MATRIX`, such as `Magento/luma: []`",
    ),
    (
        "STATIC_CONTENT_EXCLUDE_THEMES",
        "ece-tools 2002.1.0 removed it; list the themes in `SCD_MATRIX`, such as `Magento/luma: []`",
    ),
    (
        "STATIC_CONTENT_THREADS",
        "ece-tools 2002.1.0 removed it; use `SCD_THREADS`",
    ),
    (
        "DO_DEPLOY_STATIC_CONTENT",
        "ece-tools 2002.1.0 removed it; use `SKIP_SCD`, which means the opposite",
    ),
    (
        "STATIC_CONTENT_SYMLINK",
        "ece-tools 2002.1.0 removed it and always links; take it out",
    ),
];

/// The key of that name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}
