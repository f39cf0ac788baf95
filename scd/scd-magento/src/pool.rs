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

    /// Whether a theme has files for a locale.
    fn brings(&self, theme: &ThemeId, locale: &Locale) -> bool {
        let locales = self.themes.get(theme);
        locales.is_some_and(|locales| locales.contains(locale))
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

    /// The package whose finished files this one copies in the strategy quick: of the packages of a theme only the first
    /// one has its parent theme's for a parent, the others have the first. So what is copied are the files that the parent
    /// theme has for the locale, provided that they are there by then. Mirrors
    /// `Magento\Deploy\Strategy\QuickDeploy::preparePackages`.
    ///
    /// Where a theme brings files for several locales, PHP's first one is a matter of the file system; here it is the first
    /// in the alphabet.
    pub(crate) fn copied(
        &self,
        package: &PackageId,
        kept: &BTreeSet<PackageId>,
    ) -> Option<PackageId> {
        let locale = &package.locale;
        let chain = chain(self.components, package);
        let (theme, ancestors) = chain.split_first()?;
        let parent = ancestors
            .iter()
            .find(|ancestor| kept.contains(&package_of(ancestor, locale)))?;
        if !self.collected.brings(parent, locale) || !self.is_first(theme, locale, kept) {
            return None;
        }
        // The first package of a theme is deployed with others of as many ancestors, any further one a level later: among
        // those of the child's own first, in the order of the pool.
        let is_in_time = self.is_first(parent, locale, kept)
            || !self.collected.brings(theme, locale)
            || self.position(parent) < self.position(theme);
        is_in_time.then(|| package_of(parent, locale))
    }

    /// Whether a theme's package for a locale comes into the pool before its others.
    fn is_first(&self, theme: &ThemeId, locale: &Locale, kept: &BTreeSet<PackageId>) -> bool {
        let met = self.locales_as_met(theme).into_iter();
        let mut deployed = met.filter(|locale| kept.contains(&package_of(theme, locale)));
        deployed.next().as_ref() == Some(locale)
    }

    fn position(&self, theme: &ThemeId) -> Option<usize> {
        let mut themes = self.components.themes.registered().iter();
        themes.position(|registered| registered.id == *theme)
    }

    /// The locales of a theme's packages in the order in which they come into the pool.
    fn locales_as_met(&self, theme: &ThemeId) -> Vec<Locale> {
        let brought = |theme: &ThemeId| {
            let own = self.collected.themes.get(theme).into_iter().flatten();
            own.filter(|locale| locale.as_str() != NO_LOCALE).cloned()
        };
        let mut met: Vec<Locale> = brought(theme).collect();
        if self.collected.has_theme(theme) {
            met.extend(self.requested(theme));
        }
        let ancestors = self.components.themes.chain(theme).into_iter().skip(1);
        for ancestor in ancestors.rev() {
            met.extend(brought(&ancestor.id));
        }
        met.extend(self.requested(theme));
        met
    }
}

/// A theme's package for a locale.
fn package_of(theme: &ThemeId, locale: &Locale) -> PackageId {
    PackageId {
        area: theme.area.clone(),
        theme: theme.code.clone(),
        locale: locale.clone(),
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
