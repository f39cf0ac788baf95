//! Stylesheets that a package of the compact layout needs although an ancestor has them: a file of its own would change
//! them.
//!
//! Each package comes after those that it inherits from, because what those need decides, too. Mirrors the pre-processors
//! in `Magento\Deploy\Package\Processor\PreProcessor`; in the other strategies every package has all its files anyway.

mod css;
mod less;

use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::{FileId, PackageId};

use super::Added;
use crate::context::Context;
use crate::options::Strategy;
use crate::sources::Sources;
use crate::stylesheet::closure::Closures;

use css::CssGraph;
use less::LessGraph;

/// The files that each package needs beside those of its overlay.
pub(super) fn added(
    context: &Context<'_>,
    sources: &Sources<'_>,
    closures: &Closures<'_>,
) -> Vec<Added> {
    let mut family = Family::new(context);
    if context.options.strategy != Strategy::Compact || context.options.skip.css {
        return family.added;
    }
    let desk = Desk {
        context,
        sources,
        closures,
    };
    let mut less = LessGraph::new(desk);
    let mut css = CssGraph::new(desk);
    for (index, package) in context.packages.packages.iter().enumerate() {
        // Nothing of its own, nothing that changes; and what has no theme is no one's child.
        if package.level == 0 || family.own(index).next().is_none() {
            continue;
        }
        let mut needed = less.needed(index, &family);
        family.added[index] = needed.clone().into();
        needed.extend(css.needed(index, &family));
        family.added[index] = needed.into();
    }
    family.added
}

/// What stylesheets are looked up and finished with.
#[derive(Clone, Copy)]
struct Desk<'a> {
    context: &'a Context<'a>,
    sources: &'a Sources<'a>,
    closures: &'a Closures<'a>,
}

/// A file that another one refers to: its name without module, and where it is looked for.
type Reference<'g> = (&'g String, &'g str);

/// Whether a file refers to any of the names, directly or through others.
fn refers<'g, R: IntoIterator<Item = Reference<'g>>>(
    start: &'g str,
    names: &FxHashSet<String>,
    references_of: impl Fn(&'g str) -> R,
) -> bool {
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut open = vec![start];
    while let Some(file) = open.pop() {
        for (name, target) in references_of(file) {
            if names.contains(name) {
                return true;
            }
            if seen.insert(target) {
                open.push(target);
            }
        }
    }
    false
}

/// The packages with their files, as far as they are known.
struct Family<'a> {
    context: &'a Context<'a>,
    indices: FxHashMap<&'a PackageId, usize>,
    added: Vec<Added>,
}

impl<'a> Family<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        let packages = &context.packages.packages;
        let ids = packages.iter().map(|package| &package.id);
        Self {
            context,
            indices: ids.zip(0..).collect(),
            added: vec![Added::default(); packages.len()],
        }
    }

    /// What the collector put into a package, partials included.
    fn own(&self, index: usize) -> impl Iterator<Item = &FileId> {
        let overlay = self
            .context
            .packages
            .overlay(&self.context.packages.packages[index]);
        let files = overlay.files().iter().chain(overlay.partials());
        files.map(|file| &file.id)
    }

    /// All files of a package.
    fn files(&self, index: usize) -> impl Iterator<Item = &FileId> {
        self.own(index).chain(self.added[index].iter())
    }

    /// The files that a package inherits and does not have itself, each with the nearest package that has it; sorted.
    fn inherited(&self, index: usize, is_wanted: impl Fn(&FileId) -> bool) -> Vec<(FileId, usize)> {
        let ancestors = &self.context.packages.packages[index].ancestors;
        let mut nearest: FxHashMap<&FileId, usize> = FxHashMap::default();
        for ancestor in ancestors.iter().filter_map(|id| self.indices.get(id)) {
            for file in self.files(*ancestor).filter(|file| is_wanted(file)) {
                nearest.entry(file).or_insert(*ancestor);
            }
        }
        for file in self.files(index) {
            nearest.remove(file);
        }
        let mut inherited: Vec<(FileId, usize)> = nearest
            .into_iter()
            .map(|(file, owner)| (file.clone(), owner))
            .collect();
        inherited.sort();
        inherited
    }
}

/// Removes `..` and what stands before it, and `.`, but only where the path has a `..` inside at all.
fn normalise(path: &str) -> String {
    if !path.contains("/../") {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_only_where_they_lead_up() {
        assert_eq!(normalise("css/./a.less"), "css/./a.less");
        assert_eq!(normalise("css/../a.less"), "a.less");
        assert_eq!(normalise("./../a//b"), "a//b");
        assert_eq!(normalise("a/.."), "a/..");
    }
}
