//! Every path in a root that has a fixed place, by name.

/// `modules`, `scopes`, `system`, … of the deployment.
pub(crate) const CONFIG: &str = "app/etc/config.php";
/// The same for one machine; wins over [`CONFIG`].
pub(crate) const ENV: &str = "app/etc/env.php";
/// Globs of registration files outside Composer.
pub(crate) const GLOB_LIST: &str = "app/etc/registration_globlist.php";
/// The file of the autoload list that stands for [`GLOB_LIST`].
pub(crate) const GLOB_REGISTRATION: &str = "app/etc/NonComposerComponentRegistration.php";
/// Octal umask for what is written.
pub(crate) const UMASK: &str = "magento_umask";
/// Where the vendor directory is.
pub(crate) const VENDOR_PATH: &str = "app/etc/vendor_path.php";
/// Files that Composer includes, below the vendor directory.
pub(crate) const AUTOLOAD_FILES: &str = "composer/autoload_files.php";
/// What Composer installed, below the vendor directory.
pub(crate) const INSTALLED: &str = "composer/installed.json";
