//! What a package sees of the sources: the fallback ladder with its empty rungs dropped, and the
//! file IDs that exist on it.

use rustc_hash::FxHashMap;

use crate::fallback::{NO_LOCALE, NO_THEME, Place, Rung, module_areas, rungs};
use crate::file_id::FileId;
use crate::finding::Finding;
use crate::ident::{Area, Locale, ModuleName, PackageId, ThemeId};
use crate::inventory::{
    Components, Inventory, LayerId, SourceId, collected_locale, is_deployed_area,
};

/// A file ID that exists in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayFile {
    /// The ID, with the source's own name: `.less` is not yet `.css`, nothing is `.min`.
    pub id: FileId,
    /// The package that put it there last: mostly a virtual one.
    pub origin: PackageId,
    /// Where its bytes come from: what [`Overlay::find`] answers for the ID. Where nothing can be
    /// found, the broken file that `origin` has.
    pub source: SourceId,
}

/// A stack of directories, most specific first, shared by all packages that see the same files.
///
/// Two overlays are equal exactly when every question to them has the same answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    plain: Vec<LayerId>,
    /// Only modules with a directory that has files.
    modules: FxHashMap<ModuleName, Vec<LayerId>>,
    collected: Collected,
    /// In the order of `requirejs-config.js`.
    requirejs_places: Vec<Place>,
    files: Vec<OverlayFile>,
    partials: Vec<OverlayFile>,
}

/// Whose view of the sources an overlay is.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) area: &'a Area,
    /// The theme followed by its ancestors; nothing for a package without theme.
    pub(crate) chain: &'a [ThemeId],
    pub(crate) locale: &'a Locale,
    /// The packages whose files it has, lowest priority first.
    pub(crate) members: &'a [PackageId],
}

/// Where `//@magento_import` looks, in the order of its three steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Collected {
    /// Library, then themes from the root ancestor down: the last that has the file counts.
    library: Vec<LayerId>,
    /// Base before area, modules in the order of `app/etc/config.php`.
    modules: Vec<(ModuleName, LayerId)>,
    /// Module directories of the themes, from the root ancestor down, by name inside each.
    themes: Vec<(ModuleName, LayerId)>,
}

impl Overlay {
    /// Stacks the layers of a package. Clashes of output paths are reported to `findings`.
    pub(crate) fn build(
        components: &Components<'_>,
        inventory: &Inventory,
        view: &View<'_>,
        findings: &mut Vec<Finding>,
    ) -> Self {
        let View {
            area,
            chain,
            locale,
            members,
        } = *view;
        let stack = |module: Option<&ModuleName>| -> Vec<LayerId> {
            let rungs = rungs(area, chain, locale, module);
            rungs
                .iter()
                .filter_map(|rung| inventory.layer_of(rung))
                .collect()
        };
        let registered = components.modules.registered().iter().map(|m| &m.name);
        let themed = chain
            .iter()
            .flat_map(|theme| inventory.theme_modules(theme));
        let mut modules = FxHashMap::default();
        for name in registered.chain(themed) {
            if !modules.contains_key(name) {
                let stack = stack(Some(name));
                if !stack.is_empty() {
                    modules.insert(name.clone(), stack);
                }
            }
        }
        let mut overlay = Self {
            plain: stack(None),
            modules,
            collected: Collected::new(components, inventory, area, chain),
            requirejs_places: requirejs_places(components, inventory, area, chain),
            files: Vec::new(),
            partials: Vec::new(),
        };
        let members = Members::new(components, inventory, members, &overlay, findings);
        (overlay.partials, overlay.files) = members
            .files
            .into_iter()
            .partition(|file| is_partial(&file.id.path));
        overlay
    }

    /// The file that wins for an ID: the first layer that has exactly this name. Mirrors
    /// `Magento\Framework\View\Design\FileResolution\Fallback\Resolver\Simple`; that `.min` names and
    /// `.css` names are asked for first is up to the caller.
    ///
    /// A path with `./` in it is found in `lib/web` only, and only if no other layer has it.
    pub fn find(&self, inventory: &Inventory, file: &FileId) -> Option<SourceId> {
        let stack = self.stack(file.module.as_ref());
        if file.path.contains("./") {
            return find_dotted(inventory, stack, &file.path);
        }
        let path = inventory.path_number(&file.path)?;
        stack
            .iter()
            .find_map(|&layer| inventory.offered_as(layer, path))
    }

    /// The layers that a file without module, or of that module, is looked for in, most specific
    /// first, directories without files left out.
    pub fn stack(&self, module: Option<&ModuleName>) -> &[LayerId] {
        match module {
            None => &self.plain,
            Some(module) => self.modules.get(module).map_or(&[], Vec::as_slice),
        }
    }

    /// The files that `//@magento_import` of a path means, in the order of the imports it becomes.
    /// Mirrors `Magento\Framework\Css\PreProcessor\File\Collector\Aggregated`.
    ///
    /// `path` is complete, with extension and without module: a module named in the directive only
    /// says which directory a relative path starts from. The sources are those that were collected;
    /// importing their IDs may [find](Self::find) others. An ID occurs twice where a module has the
    /// file for its area and for all areas.
    pub fn collect(&self, inventory: &Inventory, path: &str) -> Vec<(FileId, SourceId)> {
        let Some(number) = inventory.path_number(path) else {
            return Vec::new();
        };
        let offered = |layer: &LayerId| inventory.offered_as(*layer, number);
        let mut found: Vec<(Option<&ModuleName>, SourceId)> = Vec::new();
        if let Some(source) = self.collected.library.iter().rev().find_map(offered) {
            found.push((None, source));
        }
        for (module, layer) in &self.collected.modules {
            if let Some(source) = offered(layer) {
                found.push((Some(module), source));
            }
        }
        for (module, layer) in &self.collected.themes {
            if let Some(source) = offered(layer) {
                found.retain(|(other, _)| *other != Some(module));
                found.push((Some(module), source));
            }
        }
        let path: std::sync::Arc<str> = path.into();
        let id = |module: Option<&ModuleName>| FileId::new(module.cloned(), path.clone());
        found
            .into_iter()
            .map(|(module, source)| (id(module), source))
            .collect()
    }

    /// The IDs that are deployed, sorted by [`FileId`]: files without module first, then module by
    /// module, by path inside each. LESS partials are not among them. Where two IDs would be written to
    /// the same path, only the one that PHP keeps is listed.
    pub fn files(&self) -> &[OverlayFile] {
        &self.files
    }

    /// The LESS partials (`_x.less`), which exist in the package but are never written; sorted.
    pub fn partials(&self) -> &[OverlayFile] {
        &self.partials
    }

    /// The parts of `requirejs-config.js` in their order: library, modules, then theme by theme from
    /// the root ancestor down. Mirrors `Magento\Framework\RequireJs\Config\File\Collector\Aggregated`.
    pub fn requirejs_configs(&self, inventory: &Inventory) -> Vec<SourceId> {
        self.requirejs_places
            .iter()
            .filter_map(|place| inventory.requirejs_config(place))
            .collect()
    }
}

/// A path with `.` and `..` in it: PHP asks the file system, and then refuses any file that does not
/// lie in `lib/web`.
fn find_dotted(inventory: &Inventory, stack: &[LayerId], path: &str) -> Option<SourceId> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    let path = inventory.path_number(&parts.join("/"))?;
    let (layer, source) = stack
        .iter()
        .find_map(|&layer| Some((layer, inventory.offered_as(layer, path)?)))?;
    (inventory.layer(layer).rung.place == Place::Library).then_some(source)
}

/// Whether a path is that of a LESS partial; letter case of the extension does not matter here.
pub fn is_partial(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.starts_with('_')
        && name
            .rsplit_once('.')
            .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("less"))
}

impl Collected {
    fn new(
        components: &Components<'_>,
        inventory: &Inventory,
        area: &Area,
        chain: &[ThemeId],
    ) -> Self {
        let layer = |place: Place| inventory.layer_of(&Rung::plain(place));
        let mut collected = Self::default();
        collected.library.extend(layer(Place::Library));
        for module in components.modules.enabled().filter(|m| m.output_enabled) {
            for area in module_areas(area) {
                let name = module.name.clone();
                let found = layer(Place::Module { name, area });
                collected
                    .modules
                    .extend(found.map(|layer| (module.name.clone(), layer)));
            }
        }
        for theme in chain.iter().rev() {
            collected.library.extend(layer(Place::Theme(theme.clone())));
            for module in inventory.theme_modules(theme) {
                let found = layer(Place::ThemeModule {
                    theme: theme.clone(),
                    module: module.clone(),
                });
                collected
                    .themes
                    .extend(found.map(|layer| (module.clone(), layer)));
            }
        }
        collected
    }
}

fn requirejs_places(
    components: &Components<'_>,
    inventory: &Inventory,
    area: &Area,
    chain: &[ThemeId],
) -> Vec<Place> {
    let mut places = vec![Place::Library];
    for module in components.modules.enabled().filter(|m| m.output_enabled) {
        places.extend(module_areas(area).into_iter().map(|area| Place::Module {
            name: module.name.clone(),
            area,
        }));
    }
    for theme in chain.iter().rev() {
        let mut modules: Vec<(usize, ModuleName)> = inventory
            .requirejs_modules(theme)
            .into_iter()
            .filter_map(|name| {
                let module = components.modules.get(&name)?;
                let position = module.position.filter(|_| module.output_enabled)?;
                Some((position, name))
            })
            .collect();
        modules.sort_unstable();
        places.extend(modules.into_iter().map(|(_, module)| Place::ThemeModule {
            theme: theme.clone(),
            module,
        }));
        places.push(Place::Theme(theme.clone()));
    }
    places.retain(|place| inventory.requirejs_config(place).is_some());
    places
}

/// The IDs of a package, aggregated from the packages it inherits from. Mirrors
/// `Magento\Deploy\Package\Package::aggregate`.
struct Members {
    files: Vec<OverlayFile>,
}

/// One ID on its way through the ladder.
struct Member {
    /// When the ID was first met: it keeps that place in the list of files whoever replaces it.
    first: usize,
    package: usize,
    source: SourceId,
}

impl Members {
    fn new(
        components: &Components<'_>,
        inventory: &Inventory,
        ladder: &[PackageId],
        overlay: &Overlay,
        findings: &mut Vec<Finding>,
    ) -> Self {
        let mut members: FxHashMap<FileId, Member> = FxHashMap::default();
        let mut count = 0;
        for (package, id) in ladder.iter().enumerate() {
            for_each_own(components, inventory, id, &mut |file, source| {
                let member = members.entry(file).or_insert(Member {
                    first: count,
                    package,
                    source,
                });
                member.package = package;
                member.source = source;
                count += 1;
            });
        }
        let mut sorted: Vec<(FileId, Member)> = members.into_iter().collect();
        sorted.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let dropped = clashes(inventory, &sorted, findings);
        let files = sorted
            .into_iter()
            .enumerate()
            .filter(|(index, _)| !dropped.contains(index))
            .map(|(_, (id, member))| OverlayFile {
                source: overlay.find(inventory, &id).unwrap_or(member.source),
                origin: ladder[member.package].clone(),
                id,
            })
            .collect();
        Self { files }
    }
}

/// The places of IDs that are not written because another ID with the same output path comes before
/// them: `Acme_Two/js/x.js` without module against `js/x.js` of module `Acme_Two`.
fn clashes(
    inventory: &Inventory,
    sorted: &[(FileId, Member)],
    findings: &mut Vec<Finding>,
) -> Vec<usize> {
    let mut dropped = Vec::new();
    for (index, (id, member)) in sorted.iter().enumerate() {
        if id.module.is_some() {
            // Sorted: from here on all of them belong to modules.
            break;
        }
        let Some((directory, rest)) = id.path.split_once('/') else {
            continue;
        };
        if !directory.contains('_') || is_partial(rest) {
            continue;
        }
        for name in names_of_one_output(rest) {
            let other = FileId::new(Some(ModuleName::new(directory)), name);
            let Ok(other) = sorted.binary_search_by(|(id, _)| id.cmp(&other)) else {
                continue;
            };
            let pair = [(index, member), (other, &sorted[other].1)];
            let (loser, winner) = if member.first < pair[1].1.first {
                (pair[1], pair[0])
            } else {
                (pair[0], pair[1])
            };
            dropped.push(loser.0);
            findings.push(Finding {
                path: inventory.source(loser.1.source).path.clone(),
                message: format!(
                    "`{}` is not deployed: `{}` is written to the same path",
                    sorted[loser.0].0, sorted[winner.0].0
                ),
                hint: Some(
                    "put it into the module's directory of the theme, or rename it".to_owned(),
                ),
            });
        }
    }
    dropped
}

/// The names that are deployed under the same name as the given one.
fn names_of_one_output(name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    if let Some(stem) = name.strip_suffix(".less") {
        names.push(format!("{stem}.css"));
    } else if let Some(stem) = name.strip_suffix(".css") {
        names.push(format!("{stem}.less"));
    }
    names
}

/// Hands out the files that the collector puts into a package, in its order: library before modules,
/// a theme's own files before those for modules.
fn for_each_own(
    components: &Components<'_>,
    inventory: &Inventory,
    package: &PackageId,
    each: &mut dyn FnMut(FileId, SourceId),
) {
    let locale = (package.locale.as_str() != NO_LOCALE).then(|| package.locale.clone());
    if package.theme.as_str() == NO_THEME {
        if package.area.is_base() && locale.is_none() {
            let rung = Rung::plain(Place::Library);
            hand_out(inventory, rung, |path| !path.starts_with("css/docs"), each);
        }
        if !is_deployed_area(&package.area) {
            return;
        }
        for module in components.modules.enabled() {
            let place = Place::Module {
                name: module.name.clone(),
                area: package.area.clone(),
            };
            let locale = locale.clone();
            hand_out(inventory, Rung { place, locale }, |_| true, each);
        }
        return;
    }
    let theme = ThemeId {
        area: package.area.clone(),
        code: package.theme.clone(),
    };
    let modules = inventory.theme_modules(&theme).iter();
    let enabled = modules.filter(|name| {
        let module = components.modules.get(name);
        module.is_some_and(crate::module::Module::is_enabled)
    });
    let places = std::iter::once(Place::Theme(theme.clone())).chain(enabled.map(|module| {
        Place::ThemeModule {
            theme: theme.clone(),
            module: module.clone(),
        }
    }));
    for place in places {
        let locale = locale.clone();
        // In contrast to modules, a theme's localised files are no ordinary ones besides.
        let is_ordinary = |path: &str| collected_locale(path).is_none();
        let is_localised = locale.is_some();
        let rung = Rung { place, locale };
        hand_out(
            inventory,
            rung,
            |path| is_localised || is_ordinary(path),
            each,
        );
    }
}

fn hand_out(
    inventory: &Inventory,
    rung: Rung,
    is_member: impl Fn(&str) -> bool,
    each: &mut dyn FnMut(FileId, SourceId),
) {
    let localised = rung.locale.as_ref().map(Locale::as_str);
    if localised.is_some_and(|locale| !crate::fallback::is_collected_locale(locale)) {
        return;
    }
    let module = rung.place.module().cloned();
    let Some(layer) = inventory.layer_of(&rung) else {
        return;
    };
    for (path, source) in inventory.layer(layer).files() {
        if is_member(path) {
            each(FileId::new(module.clone(), path.clone()), *source);
        }
    }
}
