//! The fallback ladder: which directories may provide a file, in which order, and which packages a
//! package inherits from. Pure rules on names; nothing here looks at the disk.
//!
//! Magento has two orders and they differ: [`ladder`] (packages, low to high) decides which file IDs
//! a package has, [`rungs`] (directories, high to low) decides which bytes each of them gets.

use crate::ident::{Area, Locale, ModuleName, PackageId, ThemeCode, ThemeId};

/// A directory that holds static sources: some component's `web` directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// `lib/web`.
    Library,
    /// `view/<area>/web` of a registered module.
    Module {
        /// The module.
        name: ModuleName,
        /// The directory name below `view/`.
        area: Area,
    },
    /// `web` of a theme.
    Theme(ThemeId),
    /// `<Vendor_Module>/web` of a theme.
    ThemeModule {
        /// The theme.
        theme: ThemeId,
        /// The directory's name; no such module needs to exist.
        module: ModuleName,
    },
}

impl Place {
    /// The module part of the IDs of files found here.
    pub fn module(&self) -> Option<&ModuleName> {
        match self {
            Self::Library | Self::Theme(_) => None,
            Self::Module { name, .. } => Some(name),
            Self::ThemeModule { module, .. } => Some(module),
        }
    }
}

/// One rung of the ladder: a place, or its `i18n/<locale>` directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rung {
    /// The `web` directory.
    pub place: Place,
    /// The directory below its `i18n`, none for the `web` directory itself.
    pub locale: Option<Locale>,
}

impl Rung {
    /// The `web` directory of a place.
    pub fn plain(place: Place) -> Self {
        Self {
            place,
            locale: None,
        }
    }

    /// The `web/i18n/<locale>` directory of a place.
    pub fn localised(place: Place, locale: &Locale) -> Self {
        Self {
            place,
            locale: Some(locale.clone()),
        }
    }
}

/// The rungs that a file of a package is looked for on; the first that has it wins.
///
/// `chain` is the theme followed by its ancestors, empty for a package without theme. Mirrors the
/// static-file rule of `Magento\Framework\View\Design\Fallback\RulePool`; the directory in
/// `pub/static` that PHP also asks about CSS files is left out, since a deploy behaves as into a
/// clean tree.
pub fn rungs(
    area: &Area,
    chain: &[ThemeId],
    locale: &Locale,
    module: Option<&ModuleName>,
) -> Vec<Rung> {
    let mut rungs = Vec::with_capacity(2 * chain.len() + 4);
    for theme in chain {
        let place = match module {
            None => Place::Theme(theme.clone()),
            Some(module) => Place::ThemeModule {
                theme: theme.clone(),
                module: module.clone(),
            },
        };
        rungs.push(Rung::localised(place.clone(), locale));
        rungs.push(Rung::plain(place));
    }
    let Some(module) = module else {
        rungs.push(Rung::plain(Place::Library));
        return rungs;
    };
    let places: Vec<Place> = module_areas(area)
        .into_iter()
        .rev()
        .map(|area| Place::Module {
            name: module.clone(),
            area,
        })
        .collect();
    // Both localised directories come before both plain ones, so a translation for every area beats
    // the area's own untranslated file.
    rungs.extend(places.iter().map(|p| Rung::localised(p.clone(), locale)));
    rungs.extend(places.into_iter().map(Rung::plain));
    rungs
}

/// The directories below `view/` that serve an area: `base`, then the area itself.
pub fn module_areas(area: &Area) -> Vec<Area> {
    let base = Area::new("base");
    if area.is_base() {
        vec![base]
    } else {
        vec![base, area.clone()]
    }
}

/// The packages whose files a package has, lowest priority first, itself last. Mirrors
/// `Magento\Deploy\Package\Package::getParentPackages`.
///
/// `chain` is the theme followed by its ancestors, empty for a package without theme.
pub fn ladder(area: &Area, chain: &[ThemeId], locale: &Locale) -> Vec<PackageId> {
    let none = ThemeCode::new(NO_THEME);
    let areas = module_areas(area).into_iter().map(|area| (area, &none));
    let themes = chain.iter().rev().map(|t| (t.area.clone(), &t.code));
    let mut ladder = Vec::with_capacity(2 * chain.len() + 4);
    for (area, theme) in areas.chain(themes) {
        for locale in [&Locale::new(NO_LOCALE), locale] {
            let package = PackageId {
                area: area.clone(),
                theme: theme.clone(),
                locale: locale.clone(),
            };
            if ladder.last() != Some(&package) {
                ladder.push(package);
            }
        }
    }
    ladder
}

/// What stands for the theme in a package without one.
pub const NO_THEME: &str = "Magento/base";

/// What stands for the locale in a package without one.
pub const NO_LOCALE: &str = "default";

/// Whether files below `view/<name>/web` are collected: a run of ASCII letters.
pub fn is_collected_area(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Whether files below `web/i18n/<name>` are taken for a locale's; any other directory there is an
/// ordinary one.
pub fn is_collected_locale(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(code: &str) -> ThemeId {
        ThemeId {
            area: Area::new("frontend"),
            code: ThemeCode::new(code),
        }
    }

    fn written(rung: &Rung) -> String {
        let place = match &rung.place {
            Place::Library => "lib/web".to_owned(),
            Place::Module { name, area } => format!("{name}/view/{area}/web"),
            Place::Theme(theme) => format!("{}/web", theme.code),
            Place::ThemeModule { theme, module } => format!("{}/{module}/web", theme.code),
        };
        match &rung.locale {
            Some(locale) => format!("{place}/i18n/{locale}"),
            None => place,
        }
    }

    fn ladder_of_two_themes(module: Option<&str>) -> Vec<String> {
        let chain = [theme("Acme/child"), theme("Acme/base")];
        let module = module.map(ModuleName::new);
        rungs(
            &Area::new("frontend"),
            &chain,
            &Locale::new("de_DE"),
            module.as_ref(),
        )
        .iter()
        .map(written)
        .collect()
    }

    #[test]
    fn a_file_without_module_falls_back_to_the_library() {
        assert_eq!(
            ladder_of_two_themes(None),
            [
                "Acme/child/web/i18n/de_DE",
                "Acme/child/web",
                "Acme/base/web/i18n/de_DE",
                "Acme/base/web",
                "lib/web",
            ]
        );
    }

    #[test]
    fn a_module_file_asks_both_locale_directories_before_the_plain_ones() {
        assert_eq!(
            ladder_of_two_themes(Some("Acme_One")),
            [
                "Acme/child/Acme_One/web/i18n/de_DE",
                "Acme/child/Acme_One/web",
                "Acme/base/Acme_One/web/i18n/de_DE",
                "Acme/base/Acme_One/web",
                "Acme_One/view/frontend/web/i18n/de_DE",
                "Acme_One/view/base/web/i18n/de_DE",
                "Acme_One/view/frontend/web",
                "Acme_One/view/base/web",
            ]
        );
    }

    #[test]
    fn packages_go_from_the_base_area_to_the_theme() {
        let chain = [theme("Acme/child"), theme("Acme/base")];
        let ladder = ladder(&Area::new("frontend"), &chain, &Locale::new("de_DE"));
        let written: Vec<String> = ladder.iter().map(ToString::to_string).collect();
        assert_eq!(
            written,
            [
                "base/Magento/base/default",
                "base/Magento/base/de_DE",
                "frontend/Magento/base/default",
                "frontend/Magento/base/de_DE",
                "frontend/Acme/base/default",
                "frontend/Acme/base/de_DE",
                "frontend/Acme/child/default",
                "frontend/Acme/child/de_DE",
            ]
        );
    }

    #[test]
    fn packages_without_area_or_locale_are_listed_once() {
        let ladder = ladder(&Area::new("base"), &[], &Locale::new(NO_LOCALE));
        let packages: Vec<String> = ladder.iter().map(ToString::to_string).collect();
        assert_eq!(packages, ["base/Magento/base/default"]);
        let rungs = rungs(
            &Area::new("base"),
            &[],
            &Locale::new("de_DE"),
            Some(&ModuleName::new("Acme_One")),
        );
        assert_eq!(
            rungs.iter().map(written).collect::<Vec<_>>(),
            [
                "Acme_One/view/base/web/i18n/de_DE",
                "Acme_One/view/base/web"
            ]
        );
    }

    #[test]
    fn directory_names_that_are_areas_or_locales() {
        assert!(is_collected_area("frontend") && is_collected_area("foo"));
        assert!(!is_collected_area("webapi_rest") && !is_collected_area(""));
        assert!(is_collected_locale("zh_Hans_CN") && is_collected_locale("de"));
        assert!(!is_collected_locale("es_419") && !is_collected_locale("en_GB-x"));
    }
}
