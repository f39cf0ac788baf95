//! Which packages are asked for: areas, themes and locales to include or leave out.

use crate::deployment_config::DeploymentConfig;
use crate::error::Error;
use crate::ident::{Area, Locale};

/// An include list and an exclude list, as the options of `setup:static-content:deploy` give them.
///
/// Mirrors `Magento\Deploy\Package\PackagePool::isIncluded`: `all` and `none` mean everything and
/// nothing only as the first value of their list, and an exclude list makes the include list idle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// What to include; empty means `all`.
    pub include: Vec<String>,
    /// What to leave out; empty means `none`.
    pub exclude: Vec<String>,
}

impl Filter {
    /// A filter that lets exactly these through.
    pub fn only(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            include: names.into_iter().map(Into::into).collect(),
            exclude: Vec::new(),
        }
    }

    /// Whether the include list is given and does not begin with `all`.
    pub fn is_named(&self) -> bool {
        self.include.first().is_some_and(|first| first != ALL)
    }

    /// Whether a name passes.
    pub fn allows(&self, name: &str) -> bool {
        let is_in = |list: &[String]| list.iter().any(|listed| listed == name);
        if self.exclude.first().is_some_and(|first| first != NONE) {
            !is_in(&self.exclude)
        } else {
            !self.is_named() || is_in(&self.include)
        }
    }

    /// Whether a name passes where parents are left out: here `all` and `none` count at any place.
    /// Mirrors `canDeployTheme` of `Magento\Deploy\Strategy\QuickDeploy`.
    pub fn allows_without_parents(&self, name: &str) -> bool {
        let is_in = |list: &[String], name: &str| list.iter().any(|listed| listed == name);
        if !self.exclude.is_empty() && !is_in(&self.exclude, NONE) {
            !is_in(&self.exclude, name)
        } else {
            self.include.is_empty() || is_in(&self.include, ALL) || is_in(&self.include, name)
        }
    }
}

/// The value of an include list that means everything.
pub const ALL: &str = "all";

/// The value of an exclude list that means nothing.
pub const NONE: &str = "none";

/// One combination of areas, themes and locales: what a single command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Areas.
    pub areas: Filter,
    /// Theme codes, `Vendor/name`.
    pub themes: Filter,
    /// Locales. Where none is named, those of [`DefaultLocales`] and those that a theme brings
    /// translated files for.
    pub locales: Filter,
    /// Accepts locales that Magento does not list, as it does for the option `--language` in contrast
    /// to arguments.
    pub unlisted_locales: bool,
}

/// What becomes of packages that are there only because a requested theme inherits from theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parents {
    /// They are deployed too.
    #[default]
    Deploy,
    /// They are left out: `--no-parent` with the quick strategy.
    LeaveOut,
    /// They get their derived files only: `--no-parent` with the standard strategy.
    DeriveOnly,
}

/// Which files are laid out in a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Its own and all that it inherits: the strategies quick and standard.
    #[default]
    Complete,
    /// Its own, and virtual packages have directories too: the strategy compact.
    Compact,
}

/// Everything that is asked for in one run; the union of its groups is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// At least one; several for `SCD_MATRIX`.
    pub groups: Vec<Group>,
    /// Whether unrequested parents are deployed.
    pub parents: Parents,
    /// Which files are laid out in each package.
    pub layout: Layout,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            groups: vec![Group::default()],
            parents: Parents::default(),
            layout: Layout::default(),
        }
    }
}

/// The locales that are deployed where none is requested and there is no database to ask. Mirrors
/// `Magento\Deploy\Package\LocaleResolver`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultLocales {
    /// For the area `frontend`.
    pub frontend: Vec<Locale>,
    /// For the area `adminhtml`: `en_US` and `admin_locales_for_deploy`.
    pub adminhtml: Vec<Locale>,
}

impl Default for DefaultLocales {
    fn default() -> Self {
        Self {
            frontend: vec![Locale::new("en_US")],
            adminhtml: vec![Locale::new("en_US")],
        }
    }
}

impl DefaultLocales {
    /// Those of a configuration.
    ///
    /// # Errors
    /// `admin_locales_for_deploy` is no list of locales.
    pub fn read(config: &DeploymentConfig) -> Result<Self, Error> {
        let mut locales = Self::default();
        locales.adminhtml.extend(config.admin_locales()?);
        Ok(locales)
    }

    /// The locales of an area; any other area has both lists.
    pub fn of(&self, area: &Area) -> Vec<Locale> {
        let lists: &[&Vec<Locale>] = match area.as_str() {
            "frontend" => &[&self.frontend],
            "adminhtml" => &[&self.adminhtml],
            _ => &[&self.frontend, &self.adminhtml],
        };
        lists.iter().copied().flatten().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Filter {
            include: owned(include),
            exclude: owned(exclude),
        }
    }

    #[test]
    fn all_and_none_count_as_first_values_only() {
        assert!(filter(&[], &[]).allows("a"));
        assert!(filter(&["all"], &["none"]).allows("a"));
        assert!(filter(&["all", "b"], &[]).allows("a"));
        assert!(!filter(&["b", "all"], &[]).allows("a"));
        assert!(filter(&["a", "b"], &["none", "a"]).allows("a"));
    }

    #[test]
    fn an_exclude_list_makes_the_include_list_idle() {
        assert!(!filter(&["a"], &["a"]).allows("a"));
        assert!(filter(&["a"], &["b"]).allows("c"));
        assert!(!filter(&[], &["a", "none"]).allows("a"));
    }

    #[test]
    fn without_parents_all_and_none_count_anywhere() {
        assert!(filter(&["b", "all"], &[]).allows_without_parents("a"));
        assert!(filter(&["a"], &["b", "none"]).allows_without_parents("a"));
        assert!(!filter(&["b"], &["a", "none"]).allows_without_parents("a"));
        assert!(!filter(&["all"], &["a"]).allows_without_parents("a"));
        assert!(filter(&[], &[]).allows_without_parents("a"));
    }

    #[test]
    fn areas_without_a_list_of_their_own_have_both() {
        let locales = DefaultLocales {
            frontend: vec![Locale::new("en_US")],
            adminhtml: vec![Locale::new("en_US"), Locale::new("de_DE")],
        };
        assert_eq!(locales.of(&Area::new("frontend")).len(), 1);
        assert_eq!(locales.of(&Area::new("adminhtml")).len(), 2);
        assert_eq!(locales.of(&Area::new("crontab")).len(), 3);
    }
}
