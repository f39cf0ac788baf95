//! Composer's record of the installed packages, `vendor/composer/installed.json`.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::Error;
use crate::gist;
use crate::paths;
use crate::tree::Tree;

/// What the caller wants to know of each installed package; none are known where there is no record. `kind` names what that is.
///
/// # Errors
/// The file is malformed.
pub(crate) fn packages<P: DeserializeOwned + Serialize>(
    tree: &dyn Tree,
    vendor: &Path,
    kind: &'static str,
) -> Result<Vec<P>, Error> {
    let path = vendor.join(paths::INSTALLED);
    let find = |source: &[u8]| {
        let installed: Result<Installed<P>, _> = serde_json::from_slice(source);
        let installed = installed.map_err(|error| Error::json(&path, &error))?;
        Ok(installed.packages)
    };
    Ok(gist::of(tree, &path, kind, find)?.unwrap_or_default())
}

/// The whole record.
struct Installed<P> {
    packages: Vec<P>,
}

impl<'de, P: Deserialize<'de>> Deserialize<'de> for Installed<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Record(PhantomData))
    }
}

/// Reads either form in one go: Composer 2 wraps the list that Composer 1 writes bare.
struct Record<P>(PhantomData<P>);

impl<'de, P: Deserialize<'de>> Visitor<'de> for Record<P> {
    type Value = Installed<P>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of packages, or an object that holds one as `packages`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut packages = Vec::new();
        while let Some(package) = list.next_element()? {
            packages.push(package);
        }
        Ok(Installed { packages })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut packages = None;
        while let Some(key) = object.next_key::<String>()? {
            if key == "packages" {
                packages = Some(object.next_value()?);
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        let missing = || serde::de::Error::missing_field("packages");
        packages
            .map(|packages| Installed { packages })
            .ok_or_else(missing)
    }
}
