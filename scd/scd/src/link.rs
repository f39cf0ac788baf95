//! Where the urls of a finished stylesheet lead: into its own package, or into one that it inherits from.
//!
//! Mirrors the look-ups of `Magento\Deploy\Package\Processor\PostProcessor\CssUrls`, with one deliberate difference: it
//! replaces a url where it stands, not every occurrence of the same text, so that urls which contain each other stay whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::fallback::NO_THEME;
use scd_magento::{FileId, OverlayFile, Package, PackageId};
use scd_minify::css::notation::{
    external_name, external_replacement, is_external, normalise, redirect,
};
use scd_minify::css::url::url_matches;

use crate::asset_path;
use crate::context::Context;
use crate::plan::{Added, output_path};

/// The urls of a stylesheet, each once.
pub(crate) fn urls(bytes: &[u8]) -> Vec<Vec<u8>> {
    let found = url_matches(bytes).into_iter();
    let distinct: BTreeSet<&[u8]> = found.map(|found| &bytes[found.value]).collect();
    distinct.into_iter().map(<[u8]>::to_vec).collect()
}

/// Urls of a stylesheet and what they become.
pub(crate) type Replacements = BTreeMap<Vec<u8>, Vec<u8>>;

/// Knows what lies in a package and in those it inherits from.
pub(crate) struct Linker<'a> {
    package: &'a Package,
    context: &'a Context<'a>,
    /// By package, in their order.
    added: Vec<Added>,
    published: Vec<Published>,
    /// Made when the first url needs it, which few packages do.
    inherited: OnceLock<FxHashMap<Arc<str>, (&'a PackageId, FileId)>>,
}

/// The files that lie in a package.
pub(crate) struct Published {
    /// The package's directory, with a slash at its end.
    directory: String,
    paths: FxHashSet<Arc<str>>,
}

impl Published {
    /// The files of a package, by their paths in it.
    pub(crate) fn new(package: &PackageId, paths: impl Iterator<Item = Arc<str>>) -> Self {
        Self {
            directory: format!("{package}/"),
            paths: paths.collect(),
        }
    }

    fn has(&self, path: &str) -> bool {
        path.strip_prefix(&self.directory)
            .is_some_and(|path| self.paths.contains(path))
    }
}

impl<'a> Linker<'a> {
    /// For the package of that index. `published` are the files that lie in it, and, in the compact layout, those of the
    /// package for all themes of its area and locale.
    pub(crate) fn new(
        index: usize,
        context: &'a Context<'a>,
        added: Vec<Added>,
        published: Vec<Published>,
    ) -> Self {
        Self {
            package: &context.packages.packages[index],
            context,
            added,
            published,
            inherited: OnceLock::new(),
        }
    }

    /// The package for all themes of a package's area and locale: where a url may lead although no file of an ancestor has
    /// its name, because it names the module.
    pub(crate) fn base_of(package: &PackageId) -> PackageId {
        PackageId {
            theme: NO_THEME.into(),
            ..package.clone()
        }
    }

    /// Whether one of the [`urls`] of a stylesheet may stay, and is right.
    pub(crate) fn keeps(&self, css_path: &str, url: &[u8]) -> bool {
        // Magento's own texts are ASCII; a url in another encoding leads to no file that we know.
        std::str::from_utf8(url).map_or(true, |url| self.target(css_path, url) == Ok(None))
    }

    /// What the urls of a stylesheet that lead elsewhere have to become, and what is wrong with others. `css_path` is below the
    /// package directory.
    pub(crate) fn replacements(&self, css_path: &str, bytes: &[u8]) -> (Replacements, Vec<String>) {
        let mut replacements = Replacements::new();
        let mut complaints = Vec::new();
        for found in url_matches(bytes) {
            let Ok(value) = std::str::from_utf8(&bytes[found.value.clone()]) else {
                continue;
            };
            match self.target(css_path, value) {
                Ok(Some(target)) => {
                    replacements.insert(value.as_bytes().to_vec(), target.into_bytes());
                }
                Ok(None) => {}
                Err(message) => complaints.push(message),
            }
        }
        (replacements, complaints)
    }

    /// What a url has to become; none when it may stay.
    ///
    /// # Errors
    /// A placeholder url whose file is in no package, on which Magento's deploy ends with a PHP error.
    fn target(&self, css_path: &str, value: &str) -> Result<Option<String>, String> {
        if is_external(value) {
            return self.external(value).map(Some);
        }
        let minification = self.context.minification;
        let directory = asset_path::directory_or_dot(css_path);
        let wanted = normalise(&format!("{}/{directory}/{value}", self.package.id));
        if self.is_published(&minification.add_min(&wanted)) {
            return Ok(None);
        }
        let name = normalise(&format!("{directory}/{value}"));
        if let Some((owner, file)) = self.in_ancestors(&name) {
            let owner = owner.to_string();
            let path = file.package_path();
            let deployed = format!("{owner}/{}", minification.add_min_below(&owner, &path));
            return Ok(Some(redirect(directory, &deployed)));
        }
        let base = Self::base_of(&self.package.id);
        let base = base.to_string();
        let deployed = format!("{base}/{}", minification.add_min_below(&base, &name));
        let is_there = self.is_published(&deployed);
        Ok(is_there.then(|| redirect(directory, &deployed)))
    }

    /// Whether there is a file at a path below `pub/static`.
    fn is_published(&self, path: &str) -> bool {
        self.published.iter().any(|package| package.has(path))
    }

    fn external(&self, value: &str) -> Result<String, String> {
        let minification = self.context.minification;
        let url = minification.remove_min(value);
        let name = external_name(&url);
        // Magento compares names without their module here.
        let is_own = self
            .files_of(self.package)
            .filter_map(|(file, _)| output_path::deployed_id(file))
            .any(|file| *file.path == *name);
        let owner = if is_own {
            self.package.id.clone()
        } else {
            let (owner, _) = self.in_ancestors(name).ok_or_else(|| {
                format!("the url `{value}` leads to `{name}`, which is in no package that this one inherits from")
            })?;
            (*owner).clone()
        };
        let url = minification.add_min(&url);
        let place = format!("{}/{}", owner.area, owner.theme);
        Ok(external_replacement(&url, &place))
    }

    /// The files of a package under their sources' names, each with the package that put it there.
    fn files_of<'b>(
        &'b self,
        package: &'b Package,
    ) -> impl Iterator<Item = (&'b FileId, &'b PackageId)> {
        let packages = &self.context.packages.packages;
        let index = packages.iter().position(|other| other.id == package.id);
        let added = index.map_or(&[][..], |index| &self.added[index]);
        let files = self.context.packages.overlay(package).files().iter();
        let files = files.map(|OverlayFile { id, origin, .. }| (id, origin));
        files.chain(added.iter().map(|id| (id, &package.id)))
    }

    /// The first file of that deployed name, module or not, in the packages that this one inherits from, nearest
    /// first.
    fn in_ancestors(&self, name: &str) -> Option<&(&'a PackageId, FileId)> {
        self.inherited
            .get_or_init(|| self.list_inherited())
            .get(name)
    }

    /// All files that this package inherits, by deployed name. A package that is deployed holds what it inherits itself
    /// (in the compact layout nothing), a virtual one that is not only what it brings.
    fn list_inherited(&self) -> FxHashMap<Arc<str>, (&'a PackageId, FileId)> {
        let packages = &self.context.packages.packages;
        let mut inherited = FxHashMap::default();
        for ancestor in &self.package.ancestors {
            let real = packages.iter().find(|package| package.id == *ancestor);
            let files = self.files_of(real.unwrap_or(self.package));
            let files = files.filter(|(_, origin)| real.is_some() || *origin == ancestor);
            for file in files.filter_map(|(file, _)| output_path::deployed_id(file)) {
                let path = file.path.clone();
                inherited.entry(path).or_insert((ancestor, file));
            }
        }
        inherited
    }
}
