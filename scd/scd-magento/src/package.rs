//! From what is asked for to the packages that are deployed, and the overlays they share.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::error::Error;
use crate::fallback::{NO_LOCALE, Place, ladder};
use crate::finding::Finding;
use crate::ident::{Locale, PackageId, ThemeId};
use crate::inventory::{Components, Inventory};
use crate::locale_list::{LOCALES, is_listed};
use crate::nearest::nearest;
use crate::overlay::{Overlay, View};
use crate::pool::{Collected, Pool, chain, theme_of};
use crate::selection::{ALL, DefaultLocales, Group, Layout, NONE, Parents, Selection};

/// An overlay of [`Packages::overlays`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OverlayId(pub u32);

/// A package that is deployed. Mirrors `Magento\Deploy\Package\Package`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Area, theme and locale; none of them virtual, except in the compact layout.
    pub id: PackageId,
    /// What it sees, an index into [`Packages::overlays`].
    pub overlay: OverlayId,
    /// The packages it inherits from, nearest first, virtual ones included, whether or not they
    /// have files.
    pub ancestors: Vec<PackageId>,
    /// Number of themes in its chain, 1 for a root theme, 0 for a package without theme.
    pub level: usize,
    /// True for an unrequested parent that gets its derived files only ([`Parents::DeriveOnly`]).
    pub is_derived_only: bool,
}

/// The packages of one run.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// The base area first, then by area, level (parents before children), theme and locale, each
    /// after all that it inherits from.
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
/// `Magento\Deploy\Package\PackagePool::getPackagesForDeployment` and what the strategies do with the result.
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
    let collected = Collected::new(components, inventory);
    let mut findings = Vec::new();
    // The value tells whether any group deploys the package in full.
    let mut wanted: BTreeMap<PackageId, bool> = BTreeMap::new();
    for group in &selection.groups {
        check_names(components, inventory, group)?;
        check_default_locales(components, &collected, group, default_locales)?;
        let pool = Pool::new(components, &collected, group, default_locales);
        for package in pool.kept(selection.layout) {
            let is_full = selection.parents == Parents::Deploy
                || group.themes.allows_without_parents(package.theme.as_str());
            if is_full || selection.parents == Parents::DeriveOnly {
                *wanted.entry(package).or_default() |= is_full;
            }
        }
        findings.extend(themes_without_files(components, &collected, group));
    }
    build(components, inventory, selection.layout, wanted, findings)
}

/// The configured locales have to be known where they count.
fn check_default_locales(
    components: &Components<'_>,
    collected: &Collected,
    group: &Group,
    default_locales: &DefaultLocales,
) -> Result<(), Error> {
    let themes = components.themes.registered().iter();
    for theme in themes.filter(|theme| collected.has_theme(&theme.id)) {
        if !group.locales.is_named() {
            for locale in default_locales.of(&theme.id.area) {
                check_listed(locale.as_str(), "the configured locale")?;
            }
        }
    }
    Ok(())
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
        // Behind the first value, `all` and `none` are codes like any other.
        for locale in group.locales.include.iter().map(String::as_str) {
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

fn check_area(
    components: &Components<'_>,
    inventory: &Inventory,
    package: &PackageId,
) -> Result<(), Error> {
    let area = package.area.as_str();
    if AREAS.contains(&area) {
        return Ok(());
    }
    let message = |what: &str| format!("{what} the area `{area}`, which Magento does not know");
    let hint = match nearest(area, AREAS) {
        Some(meant) => format!("did you mean `{meant}`? otherwise leave the area out"),
        None => "use `frontend` or `adminhtml`, or leave the area out".to_owned(),
    };
    let theme = components.themes.get(&theme_of(package));
    let (path, message) = match theme {
        Some(theme) => {
            let what = format!("theme `{area}/{}` is registered for", package.theme);
            (Some(theme.directory.clone()), message(&what))
        }
        None => {
            let mut sources = inventory.sources();
            let first = sources.find(|(_, source)| {
                matches!(&*source.place, Place::Module { area, .. } if *area == package.area)
            });
            let path = first.map(|(_, source)| source.path.clone());
            (path, message("the file belongs to"))
        }
    };
    Err(Error::Inconsistent {
        path,
        message,
        hint: Some(hint),
    })
}

/// Themes that are asked for by name and deploy nothing, since neither they nor their ancestors have
/// files: PHP passes over them in silence.
fn themes_without_files(
    components: &Components<'_>,
    collected: &Collected,
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
            chain.all(|ancestor| !collected.has_theme(&ancestor.id))
        })
        .map(|theme| Finding {
            path: theme.directory.clone(),
            message: format!("theme `{}` is not deployed: it has no web files", theme.id),
            hint: Some("add a file below its `web` directory or name a parent theme".to_owned()),
        })
        .collect()
}

/// Where directories have files for a locale.
struct Localised {
    by_modules: FxHashSet<Locale>,
    by_themes: FxHashSet<(ThemeId, Locale)>,
}

impl Localised {
    fn new(inventory: &Inventory) -> Self {
        let mut localised = Self {
            by_modules: FxHashSet::default(),
            by_themes: FxHashSet::default(),
        };
        for (_, layer) in inventory.layers() {
            let Some(locale) = &layer.rung.locale else {
                continue;
            };
            match &layer.rung.place {
                Place::Theme(theme) | Place::ThemeModule { theme, .. } => {
                    localised.by_themes.insert((theme.clone(), locale.clone()));
                }
                Place::Library | Place::Module { .. } => {
                    localised.by_modules.insert(locale.clone());
                }
            }
        }
        localised
    }

    /// Whether a directory has files for a locale that modules, or a theme of a chain, bring.
    fn contains(&self, locale: &Locale, chain: &[ThemeId]) -> bool {
        let of_theme = |theme: &ThemeId| (theme.clone(), locale.clone());
        self.by_modules.contains(locale)
            || chain
                .iter()
                .any(|theme| self.by_themes.contains(&of_theme(theme)))
    }
}

fn build(
    components: &Components<'_>,
    inventory: &Inventory,
    layout: Layout,
    wanted: BTreeMap<PackageId, bool>,
    mut findings: Vec<Finding>,
) -> Result<Packages, Error> {
    let localised = Localised::new(inventory);
    let mut order: Vec<(PackageId, bool, usize)> = Vec::with_capacity(wanted.len());
    for (id, is_full) in wanted {
        check_area(components, inventory, &id)?;
        let level = components.themes.chain(&theme_of(&id)).len();
        order.push((id, is_full, level));
    }
    // What another package inherits from comes first.
    order.sort_by_cached_key(|(id, _, level)| {
        let PackageId {
            area,
            theme,
            locale,
        } = id.clone();
        let is_localised = locale.as_str() != NO_LOCALE;
        (!area.is_base(), area, *level, theme, is_localised, locale)
    });

    let mut overlays: Vec<Overlay> = Vec::new();
    // Locales that no directory on a package's ladder is named after all see the same: no need to build
    // their overlays one by one to find out.
    let mut unlocalised: BTreeMap<(ThemeId, bool), OverlayId> = BTreeMap::new();
    let mut packages = Vec::with_capacity(order.len());
    for (id, is_full, level) in order {
        let PackageId { area, locale, .. } = &id;
        let chain = chain(components, &id);
        let mut ladder = ladder(area, &chain, locale);
        let key = (theme_of(&id), locale.as_str() == NO_LOCALE);
        let is_localised = localised.contains(locale, &chain);
        let known = unlocalised.get(&key).filter(|_| !is_localised);
        let overlay = if let Some(&overlay) = known {
            overlay
        } else {
            let members = match layout {
                Layout::Complete => ladder.as_slice(),
                Layout::Compact => std::slice::from_ref(&id),
            };
            let view = View {
                area,
                chain: &chain,
                locale,
                members,
            };
            let built = Overlay::build(components, inventory, &view, &mut findings);
            let same = overlays.iter().position(|other| *other == built);
            let index = same.unwrap_or_else(|| {
                overlays.push(built);
                overlays.len() - 1
            });
            OverlayId(u32::try_from(index).expect("fewer packages than 2^32"))
        };
        if !is_localised {
            unlocalised.insert(key, overlay);
        }
        ladder.pop();
        ladder.reverse();
        packages.push(Package {
            id,
            overlay,
            ancestors: ladder,
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
