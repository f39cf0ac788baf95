//! Identifiers of the things a root is made of: areas, themes, locales, modules, packages.

use std::fmt;
use std::sync::Arc;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a name as it is written in the root; nothing is normalised or checked.
            pub fn new(name: impl Into<Arc<str>>) -> Self {
                Self(name.into())
            }

            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{:?}", &*self.0)
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }
    };
}

name_type! {
    /// An area: `base`, `frontend`, `adminhtml`, or any other directory name under a module's `view/`.
    Area
}
name_type! {
    /// A theme's path `Vendor/name`, without its area.
    ThemeCode
}
name_type! {
    /// A locale such as `en_US`, or `default` in a virtual package.
    Locale
}
name_type! {
    /// A module's name, `Vendor_Module`.
    ModuleName
}

impl Area {
    /// Whether this is the pseudo area whose files every area sees.
    pub fn is_base(&self) -> bool {
        self.as_str() == "base"
    }
}

/// A registered theme: its key `area/Vendor/name`, split.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThemeId {
    /// The area named in the registration key.
    pub area: Area,
    /// The path `Vendor/name`.
    pub code: ThemeCode,
}

impl fmt::Display for ThemeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.area, self.code)
    }
}

/// A package: one output directory `area/Vendor/theme/locale`. Mirrors `Magento\Deploy\Package\Package`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId {
    /// `base`, `frontend`, `adminhtml`, …
    pub area: Area,
    /// `Magento/base` in a package without theme.
    pub theme: ThemeCode,
    /// `default` in a package without locale.
    pub locale: Locale,
}

impl PackageId {
    /// Whether the area, theme or locale is a stand-in, so that the package has no output directory
    /// of its own (strategies quick and standard).
    pub fn is_virtual(&self) -> bool {
        self.area.is_base()
            || self.theme.as_str() == "Magento/base"
            || self.locale.as_str() == "default"
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.area, self.theme, self.locale)
    }
}
