//! From what is asked for to the packages that are deployed, and the overlays they share.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::error::Error;
use crate::fallback::{NO_LOCALE, Place, is_collected_locale, ladder};
use crate::finding::Finding;
use crate::ident::{Locale, PackageId, ThemeId};
use crate::inventory::{Components, Inventory, collected_locale};
use crate::locale_list::{LOCALES, is_listed};
use crate::nearest::nearest;
use crate::overlay::Overlay;
use crate::selection::{ALL, DefaultLocales, Group, NONE, Parents, Selection};

/// An overlay of [`Packages::overlays`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OverlayId(pub u32);

/// A package that is deployed. Mirrors `Magento\Deploy\Package\Package`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Area, theme and locale, none of them virtual.
    pub id: PackageId,
    /// What it sees, an index into [`Packages::overlays`].
    pub overlay: OverlayId,
    /// The packages it inherits from, nearest first, virtual ones included, whether or not they
    /// have files.
    pub ancestors: Vec<PackageId>,
    /// Number of themes in its chain, 1 for a root theme.
    pub level: usize,
    /// True for an unrequested parent that gets its derived files only ([`Parents::DeriveOnly`]).
    pub is_derived_only: bool,
}

/// The packages of one run.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// Sorted by area, then by level (parents before children), theme and locale.
    pub packages: Vec<Package>,
    /// In the order in which the packages first refer to them.
    pub overlays: Vec<Overlay>,
    /// Oddities of what was asked for and of what is deployed, sorted.
    pub findings: Vec<Finding>,
}

impl Packages {
    /// What a package sees.
    pub fn overlay(&self, package: &Package) -> &Overlay {
        &self.overlays[package.overlay.0 as usize]
    }
}

/// Finds the packages of a selection. Mirrors
/// `Magento\Deploy\Package\PackagePool::getPackagesForDeployment` and the strategies quick and standard.
///
/// # Errors
/// Names of areas, themes and locales that are not known (PHP deploys nothing for them and reports
/// success), locales that cannot be a directory name, and themes of areas that Magento does not know.
pub fn resolve(
    components: &Components<'_>,
    inventory: &Inventory,
    selection: &Selection,
    default_locales: &DefaultLocales,
) -> Result<Packages, Error> {
    let own = own_locales(components, inventory);
    let mut findings = Vec::new();
    // The value tells whether any group deploys the package in full.
    let mut wanted: BTreeMap<PackageId, bool> = BTreeMap::new();
    for group in &selection.groups {
        check_names(components, inventory, group)?;
        let pool = pool(components, &own, group, default_locales)?;
        for package in kept(components, &pool, group) {
            let is_full = selection.parents == Parents::Deploy
                || group.themes.allows_without_parents(package.theme.as_str());
            if is_full || selection.parents == Parents::DeriveOnly {
                *wanted.entry(package).or_default() |= is_full;
            }
        }
        findings.extend(themes_without_files(components, &own, group));
    }
    build(components, inventory, wanted, findings)
}

/// The locales that the collector has packages for, `default` included, by theme. Themes without
/// any file are missing.
fn own_locales(
    components: &Components<'_>,
    inventory: &Inventory,
) -> BTreeMap<ThemeId, BTreeSet<Locale>> {
    let mut own: BTreeMap<ThemeId, BTreeSet<Locale>> = BTreeMap::new();
    for (_, layer) in inventory.layers() {
        let theme = match &layer.rung.place {
            Place::Library | Place::Module { .. } => continue,
            Place::Theme(theme) => theme,
            Place::ThemeModule { theme, module } => {
                let module = components.modules.get(module);
                if module.is_none_or(|module| !module.is_enabled()) {
                    continue;
                }
                theme
            }
        };
        let locale = match &layer.rung.locale {
            Some(locale) if is_collected_locale(locale.as_str()) => locale.clone(),
            Some(_) => continue,
            None => {
                let mut files = layer.files().iter();
                if files.all(|(path, _)| collected_locale(path).is_some()) {
                    continue;
                }
                Locale::new(NO_LOCALE)
            }
        };
        own.entry(theme.clone()).or_default().insert(locale);
    }
    own
}

/// All packages that exist while a group is deployed, by theme, whether or not it asks for them.
fn pool(
    components: &Components<'_>,
    own: &BTreeMap<ThemeId, BTreeSet<Locale>>,
    group: &Group,
    default_locales: &DefaultLocales,
) -> Result<BTreeMap<ThemeId, BTreeSet<Locale>>, Error> {
    let mut ensured = own.clone();
    for (theme, locales) in &mut ensured {
        if group.locales.is_named() {
            let requested = group.locales.include.iter().map(String::as_str);
            locales.extend(requested.map(Locale::new));
        } else {
            for locale in default_locales.of(&theme.area) {
                check_listed(locale.as_str(), "the configured locale")?;
                locales.insert(locale);
            }
        }
    }
    let mut pool: BTreeMap<ThemeId, BTreeSet<Locale>> = BTreeMap::new();
    for theme in components.themes.registered() {
        for ancestor in components.themes.chain(&theme.id) {
            if let Some(locales) = ensured.get(&ancestor.id) {
                let inherited = pool.entry(theme.id.clone()).or_default();
                inherited.extend(locales.iter().cloned());
            }
        }
    }
    Ok(pool)
}

/// The packages of the pool that pass the filters, and those that these inherit from.
fn kept(
    components: &Components<'_>,
    pool: &BTreeMap<ThemeId, BTreeSet<Locale>>,
    group: &Group,
) -> BTreeSet<PackageId> {
    let mut kept = BTreeSet::new();
    for (theme, locales) in pool {
        if !group.areas.allows(theme.area.as_str()) || !group.themes.allows(theme.code.as_str()) {
            continue;
        }
        for locale in locales {
            if !group.locales.allows(locale.as_str()) {
                continue;
            }
            for ancestor in components.themes.chain(theme) {
                let package = PackageId {
                    area: theme.area.clone(),
                    theme: ancestor.id.code.clone(),
                    locale: locale.clone(),
                };
                let exists = pool
                    .get(&ancestor.id)
                    .is_some_and(|own| own.contains(locale));
                if exists && !package.is_virtual() {
                    kept.insert(package);
                }
            }
        }
    }
    kept
}

/// Refuses names that nothing in the root has.
fn check_names(
    components: &Components<'_>,
    inventory: &Inventory,
    group: &Group,
) -> Result<(), Error> {
    let themes = components.themes.registered();
    let mut areas: BTreeSet<&str> = AREAS.into_iter().collect();
    areas.extend(themes.iter().map(|theme| theme.id.area.as_str()));
    areas.extend(
        inventory
            .layers()
            .filter_map(|(_, layer)| match &layer.rung.place {
                Place::Module { area, .. } => Some(area.as_str()),
                _ => None,
            }),
    );
    for area in named(&group.areas.include).chain(named(&group.areas.exclude)) {
        if !areas.contains(area) {
            return Err(unknown("area", area, nearest(area, areas.iter().copied())));
        }
    }

    let codes: BTreeSet<&str> = themes.iter().map(|theme| theme.id.code.as_str()).collect();
    for code in named(&group.themes.include).chain(named(&group.themes.exclude)) {
        if !codes.contains(code) {
            let without_area = code.split_once('/').map(|(_, rest)| rest);
            let known = without_area.filter(|rest| codes.contains(rest));
            let meant = known.or_else(|| nearest(code, codes.iter().copied()));
            return Err(unknown("theme", code, meant));
        }
    }

    let brought = inventory.locales();
    let is_brought = |name: &str| brought.iter().any(|locale| locale.as_str() == name);
    if group.locales.is_named() {
        for locale in named(&group.locales.include) {
            if !is_directory_name(locale) {
                return Err(Error::Inconsistent {
                    path: None,
                    message: format!("`{locale}` is no locale: it cannot be a directory name"),
                    hint: Some("write it like `en_US`".to_owned()),
                });
            }
            if !group.unlisted_locales {
                check_listed(locale, "the locale")?;
            }
        }
    }
    for locale in named(&group.locales.exclude) {
        if !is_brought(locale) && !group.locales.include.iter().any(|l| l == locale) {
            check_listed(locale, "the excluded locale")?;
        }
    }
    Ok(())
}

/// The values of a list that are names.
fn named(list: &[String]) -> impl Iterator<Item = &str> {
    list.iter()
        .map(String::as_str)
        .filter(|&name| name != ALL && name != NONE)
}

fn check_listed(locale: &str, what: &str) -> Result<(), Error> {
    if is_listed(locale) {
        return Ok(());
    }
    Err(Error::Inconsistent {
        path: None,
        message: format!("{what} `{locale}` is not one that Magento knows"),
        hint: Some(match nearest(locale, LOCALES) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`bin/magento info:language:list` lists them".to_owned(),
        }),
    })
}

fn unknown(what: &str, name: &str, meant: Option<&str>) -> Error {
    Error::Inconsistent {
        path: None,
        message: format!("there is no {what} `{name}`"),
        hint: meant.map(|meant| format!("did you mean `{meant}`?")),
    }
}

fn is_directory_name(locale: &str) -> bool {
    !locale.is_empty() && !locale.starts_with('.') && !locale.contains(['/', '\\', '\0'])
}

/// The areas that Magento's command line can deploy. Mirrors `Magento\Framework\App\AreaList`.
const AREAS: [&str; 8] = [
    "adminhtml",
    "base",
    "crontab",
    "frontend",
    "global",
    "graphql",
    "webapi_rest",
    "webapi_soap",
];

fn check_area(components: &Components<'_>, package: &PackageId) -> Result<(), Error> {
    if AREAS.contains(&package.area.as_str()) {
        return Ok(());
    }
    let theme = components.themes.get(&theme_of(package));
    Err(Error::Inconsistent {
        path: theme.map(|theme| theme.directory.clone()),
        message: format!(
            "theme `{}/{}` is registered for the area `{}`, which Magento does not know",
            package.area, package.theme, package.area
        ),
        hint: Some(match nearest(package.area.as_str(), AREAS) {
            Some(meant) => format!("did you mean `{meant}`? otherwise leave the area out"),
            None => "register it for `frontend` or `adminhtml`, or leave the area out".to_owned(),
        }),
    })
}

/// Themes that are asked for by name and deploy nothing, since neither they nor their ancestors have
/// files: PHP passes over them in silence.
fn themes_without_files(
    components: &Components<'_>,
    own: &BTreeMap<ThemeId, BTreeSet<Locale>>,
    group: &Group,
) -> Vec<Finding> {
    let themes = components.themes.registered().iter();
    let named = themes.filter(|theme| {
        group.themes.is_named()
            && group.themes.allows(theme.id.code.as_str())
            && group.areas.allows(theme.id.area.as_str())
    });
    named
        .filter(|theme| {
            let mut chain = components.themes.chain(&theme.id).into_iter();
            chain.all(|ancestor| !own.contains_key(&ancestor.id))
        })
        .map(|theme| Finding {
            path: theme.directory.clone(),
            message: format!("theme `{}` is not deployed: it has no web files", theme.id),
            hint: Some("add a file below its `web` directory or name a parent theme".to_owned()),
        })
        .collect()
}

fn theme_of(package: &PackageId) -> ThemeId {
    ThemeId {
        area: package.area.clone(),
        code: package.theme.clone(),
    }
}

fn build(
    components: &Components<'_>,
    inventory: &Inventory,
    wanted: BTreeMap<PackageId, bool>,
    mut findings: Vec<Finding>,
) -> Result<Packages, Error> {
    let localised: FxHashSet<Locale> = inventory.locales().into_iter().collect();
    let mut order: Vec<(PackageId, bool, usize)> = Vec::with_capacity(wanted.len());
    for (id, is_full) in wanted {
        check_area(components, &id)?;
        let level = components.themes.chain(&theme_of(&id)).len();
        order.push((id, is_full, level));
    }
    order.sort_by(|(a, _, a_level), (b, _, b_level)| {
        (&a.area, a_level, &a.theme, &a.locale).cmp(&(&b.area, b_level, &b.theme, &b.locale))
    });

    let mut overlays: Vec<Overlay> = Vec::new();
    // Locales that no directory in the root is named after all see the same: no need to build their
    // overlays one by one to find out.
    let mut unlocalised: BTreeMap<ThemeId, OverlayId> = BTreeMap::new();
    let mut packages = Vec::with_capacity(order.len());
    for (id, is_full, level) in order {
        let PackageId { area, locale, .. } = &id;
        let theme = theme_of(&id);
        let chain = components.themes.chain(&theme);
        let chain: Vec<ThemeId> = chain.into_iter().map(|theme| theme.id.clone()).collect();
        let known = unlocalised
            .get(&theme)
            .filter(|_| !localised.contains(locale));
        let overlay = if let Some(&overlay) = known {
            overlay
        } else {
            let built = Overlay::build(components, inventory, area, &chain, locale, &mut findings);
            let same = overlays.iter().position(|other| *other == built);
            let index = same.unwrap_or_else(|| {
                overlays.push(built);
                overlays.len() - 1
            });
            OverlayId(u32::try_from(index).expect("fewer packages than 2^32"))
        };
        if !localised.contains(locale) {
            unlocalised.insert(theme, overlay);
        }
        let mut ancestors = ladder(area, &chain, locale);
        ancestors.pop();
        ancestors.reverse();
        packages.push(Package {
            id,
            overlay,
            ancestors,
            level,
            is_derived_only: !is_full,
        });
    }
    findings.sort_unstable();
    findings.dedup();
    Ok(Packages {
        packages,
        overlays,
        findings,
    })
}
