//! What the installed packages can do, read from Composer's record of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::installed;
use crate::tree::Tree;

/// The generation of the compiler that the root compiles LESS with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessDialect {
    /// `wikimedia/less.php` 3.x and older.
    Three,
    /// `wikimedia/less.php` 4.x, on the way from one language to the next. No Magento release asks for it.
    Four,
    /// `wikimedia/less.php` 5.x and newer.
    Five,
}

impl LessDialect {
    /// The generation of a version of `wikimedia/less.php`, written with or without `v`.
    fn of(version: &str) -> Self {
        let major = version.split(['.', '-']).next().unwrap_or(version);
        match major {
            // 1.8 prints the same for everything that Magento ships.
            "1" | "2" | "3" => Self::Three,
            "4" => Self::Four,
            // Development branches, too, are newer than anything released.
            _ => Self::Five,
        }
    }
}

/// Capabilities of the installed packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// The dialect of the installed `wikimedia/less.php`, none if it is not installed.
    pub less: Option<LessDialect>,
    /// Version of `tubalmartin/cssmin`.
    pub cssmin: Option<String>,
    /// Version of `magento/framework`.
    pub framework: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Package {
    name: String,
    #[serde(default)]
    version: String,
}

impl Features {
    /// Reads `vendor/composer/installed.json`. Without that file nothing is known and nothing claimed.
    ///
    /// # Errors
    /// The file is malformed.
    pub fn read(tree: &dyn Tree, vendor: &Path) -> Result<Self, Error> {
        let packages = installed::packages::<Package>(tree, vendor, "versions")?.into_iter();
        let versions: BTreeMap<String, String> = packages
            .map(|package| (package.name, package.version))
            .collect();
        let version = |name: &str| {
            versions
                .get(name)
                .map(|v| v.trim_start_matches('v').to_owned())
        };
        let less = version("wikimedia/less.php").map(|version| LessDialect::of(&version));
        Ok(Self {
            less,
            cssmin: version("tubalmartin/cssmin"),
            framework: version("magento/framework"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_decides_the_dialect() {
        for (version, dialect) in [
            ("1.8.2", LessDialect::Three),
            ("3.2.1", LessDialect::Three),
            ("4.4.1", LessDialect::Four),
            ("5.0.0", LessDialect::Five),
            ("5.5.1-beta1", LessDialect::Five),
            ("30.1", LessDialect::Five),
            ("dev-master", LessDialect::Five),
        ] {
            assert_eq!(LessDialect::of(version), dialect, "{version}");
        }
    }
}
