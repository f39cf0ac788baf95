//! The packages that exist while something is deployed, and those of them that a request keeps.
//! Mirrors `Magento\Deploy\Package\PackagePool`.

use std::collections::{BTreeMap, BTreeSet};

use crate::fallback::{NO_LOCALE, NO_THEME, Place, is_collected_locale, ladder};
use crate::ident::{Area, Locale, PackageId, ThemeCode, ThemeId};
use crate::inventory::{Components, Inventory, collected_locale, is_deployed_area};
use crate::selection::{DefaultLocales, Group, Layout};

/// The packages that the collector has files for.
pub(crate) struct Collected {
    /// By theme, `default` included. Themes without any file are missing.
    themes: BTreeMap<ThemeId, BTreeSet<Locale>>,
    /// Those without theme, by area.
    areas: BTreeMap<Area, BTreeSet<Locale>>,
}

impl Collected {
    /// Looks through the inventory.
    pub(crate) fn new(components: &Components<'_>, inventory: &Inventory) -> Self {
        let mut collected = Self {
            themes: BTreeMap::new(),
            areas: BTreeMap::new(),
        };
        for (_, layer) in inventory.layers() {
            let is_enabled = |module| {
                let module = components.modules.get(module);
                module.is_some_and(crate::module::Module::is_enabled)
            };
            let is_left_out = match &layer.rung.place {
                Place::Library | Place::Theme(_) => false,
                Place::Module { name, area } => !is_enabled(name) || !is_deployed_area(area),
                Place::ThemeModule { module, .. } => !is_enabled(module),
            };
            if is_left_out {
                continue;
            }
            let locale = match &layer.rung.locale {
                Some(locale) if is_collected_locale(locale.as_str()) => locale.clone(),
                Some(_) => continue,
                None => Locale::new(NO_LOCALE),
            };
            let is_plain = layer.rung.locale.is_none();
            let mut files = layer.files().iter();
            let locales = match &layer.rung.place {
                Place::Library => {
                    if files.all(|(path, _)| path.starts_with("css/docs")) {
                        continue;
                    }
                    collected.areas.entry(Area::new("base"))
                }
                // Its localised files are ordinary ones besides.
                Place::Module { area, .. } => collected.areas.entry(area.clone()),
                Place::Theme(theme) | Place::ThemeModule { theme, .. } => {
                    if is_plain && files.all(|(path, _)| collected_locale(path).is_some()) {
                        continue;
                    }
                    let own = collected.themes.entry(theme.clone());
                    own.or_default().insert(locale);
                    continue;
                }
            };
            locales.or_default().insert(locale);
        }
        collected
    }

    /// Whether a theme, its module directories included, has any file.
    pub(crate) fn has_theme(&self, theme: &ThemeId) -> bool {
        self.themes.contains_key(theme)
    }
}

/// All packages that exist while a group is deployed, whether or not it asks for them.
pub(crate) struct Pool<'a> {
    components: &'a Components<'a>,
    collected: &'a Collected,
    group: &'a Group,
    default_locales: &'a DefaultLocales,
    themes: BTreeMap<ThemeId, BTreeSet<Locale>>,
}

impl<'a> Pool<'a> {
    /// Makes sure that every theme with files, and every theme that inherits from one, has the requested locales.
    pub(crate) fn new(
        components: &'a Components<'a>,
        collected: &'a Collected,
        group: &'a Group,
        default_locales: &'a DefaultLocales,
    ) -> Self {
        let mut pool = Self {
            components,
            collected,
            group,
            default_locales,
            themes: BTreeMap::new(),
        };
        let mut ensured = collected.themes.clone();
        for (theme, locales) in &mut ensured {
            locales.extend(pool.requested(theme));
        }
        for theme in components.themes.registered() {
            for ancestor in components.themes.chain(&theme.id) {
                if let Some(locales) = ensured.get(&ancestor.id) {
                    let inherited = pool.themes.entry(theme.id.clone()).or_default();
                    inherited.extend(locales.iter().cloned());
                }
            }
        }
        pool
    }

    /// The locales that every theme with files gets, in the order of the request.
    fn requested(&self, theme: &ThemeId) -> Vec<Locale> {
        if self.group.locales.is_named() {
            let names = self.group.locales.include.iter();
            names.map(|name| Locale::new(name.as_str())).collect()
        } else {
            self.default_locales.of(&theme.area)
        }
    }

    /// The packages that pass the filters, and those that these inherit from. Virtual ones are packages in the compact
    /// layout only.
    pub(crate) fn kept(&self, layout: Layout) -> BTreeSet<PackageId> {
        let is_wanted = |package: &PackageId| layout == Layout::Compact || !package.is_virtual();
        let mut kept = BTreeSet::new();
        for package in self.packages().filter(is_wanted) {
            if !self.allows(&package) {
                continue;
            }
            let chain = chain(self.components, &package);
            let ancestors = ladder(&package.area, &chain, &package.locale);
            kept.extend(
                ancestors
                    .into_iter()
                    .filter(|ancestor| is_wanted(ancestor) && self.has(ancestor)),
            );
        }
        kept
    }

    fn packages(&self) -> impl Iterator<Item = PackageId> {
        let none = ThemeCode::new(NO_THEME);
        let areas = self.collected.areas.iter();
        let areas = areas.map(move |(area, locales)| (area, none.clone(), locales));
        let themes = self.themes.iter();
        let themes = themes.map(|(theme, locales)| (&theme.area, theme.code.clone(), locales));
        areas.chain(themes).flat_map(|(area, theme, locales)| {
            locales.iter().map(move |locale| PackageId {
                area: area.clone(),
                theme: theme.clone(),
                locale: locale.clone(),
            })
        })
    }

    fn has(&self, package: &PackageId) -> bool {
        let locales = if package.theme.as_str() == NO_THEME {
            self.collected.areas.get(&package.area)
        } else {
            self.themes.get(&theme_of(package))
        };
        locales.is_some_and(|locales| locales.contains(&package.locale))
    }

    fn allows(&self, package: &PackageId) -> bool {
        let PackageId {
            area,
            theme,
            locale,
        } = package;
        (area.is_base() || self.group.areas.allows(area.as_str()))
            && (theme.as_str() == NO_THEME || self.group.themes.allows(theme.as_str()))
            && (locale.as_str() == NO_LOCALE || self.group.locales.allows(locale.as_str()))
    }
}

/// The theme of a package, followed by the theme's ancestors; nothing for a package without theme.
pub(crate) fn chain(components: &Components<'_>, package: &PackageId) -> Vec<ThemeId> {
    let chain = components.themes.chain(&theme_of(package)).into_iter();
    chain.map(|theme| theme.id.clone()).collect()
}

/// The theme of a package.
pub(crate) fn theme_of(package: &PackageId) -> ThemeId {
    ThemeId {
        area: package.area.clone(),
        code: package.theme.clone(),
    }
}
