//! Which inherited stylesheets a package has to publish anew, because they refer to a file that it has of its own.
//!
//! Mirrors `Magento\Deploy\Package\Processor\PreProcessor\Css`. It reads what was published, so the stylesheets that
//! may matter are finished here, ahead of the run; they are few, as compiled LESS counts only where plain CSS imports it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::FileId;
use scd_minify::css::notation::replace_values;
use scd_minify::css::url::url_matches;

use super::{Desk, Family, normalise, refers};
use crate::asset_path;
use crate::execute::{Conditions, memo};
use crate::link::{Linker, Published};
use crate::plan::draft::{Drafter, Want};
use crate::plan::{Recipe, output_path};
use crate::stylesheet::import::import_statements;

/// A file that a stylesheet refers to.
#[derive(Clone)]
struct Reference {
    /// As the stylesheet's own package would call it, if it had no modules.
    name: String,
    /// Below `pub/static`.
    path: String,
}

/// Which finished stylesheet refers to what.
pub(super) struct CssGraph<'a> {
    desk: Desk<'a>,
    /// By the stylesheet's path below `pub/static`, without `.min`.
    references: FxHashMap<String, Vec<Reference>>,
    /// The finished stylesheets' texts, by package and path below it, with `.min`.
    texts: FxHashMap<(usize, Arc<str>), Arc<[u8]>>,
}

impl<'a> CssGraph<'a> {
    pub(super) fn new(desk: Desk<'a>) -> Self {
        Self {
            desk,
            references: FxHashMap::default(),
            texts: FxHashMap::default(),
        }
    }

    /// The inherited stylesheets that refer to a file of the package.
    pub(super) fn needed(&mut self, index: usize, family: &Family<'_>) -> Vec<FileId> {
        let mut own: FxHashSet<String> = family.files(index).map(ToString::to_string).collect();
        let inherited =
            family.inherited(index, |file| asset_path::has_extension(&file.path, "css"));
        self.finish(&inherited, family);
        let mut needed = Vec::new();
        for (file, owner) in inherited {
            let path = format!("{}/{}", self.name(owner), file.package_path());
            self.learn(owner, &file.path, &path, family);
            if self.refers(&path, &own) {
                own.insert(file.to_string());
                needed.push(file);
            }
        }
        needed
    }

    /// The directory of a package.
    fn name(&self, package: usize) -> String {
        self.desk.context.packages.packages[package].id.to_string()
    }

    /// Finishes the texts that are sure to be read, side by side.
    fn finish(&mut self, inherited: &[(FileId, usize)], family: &Family<'_>) {
        let mut by_owner: BTreeMap<usize, Vec<Arc<str>>> = BTreeMap::new();
        for (file, owner) in inherited {
            let drafter = Drafter::new(self.desk.context, self.desk.sources, *owner);
            let target = drafter.target(&file.package_path());
            if !self.texts.contains_key(&(*owner, target.clone())) {
                by_owner.entry(*owner).or_default().push(target);
            }
        }
        for (owner, targets) in by_owner {
            let printer = Printer::new(owner, family, self);
            let texts: Vec<Arc<[u8]>> = targets
                .par_iter()
                .map(|target| printer.text(target))
                .collect();
            let keys = targets.into_iter().map(|target| (owner, target));
            self.texts.extend(keys.zip(texts));
        }
    }

    /// Reads what a stylesheet refers to, and what the stylesheets among that refer to. `name` is without module, so that
    /// references out of a module's directory go astray as they do in Magento.
    fn learn(&mut self, package: usize, name: &str, path: &str, family: &Family<'_>) {
        let directory_of_package = self.name(package);
        let mut open = vec![Reference {
            name: name.to_owned(),
            path: path.to_owned(),
        }];
        while let Some(Reference { name, path }) = open.pop() {
            if self.references.contains_key(&path) {
                continue;
            }
            let published = self.desk.context.minification.add_min(&path);
            let text = published
                .strip_prefix(&directory_of_package)
                .and_then(|rest| rest.strip_prefix('/'))
                // The file system does not mind a `.` in a path.
                .map(|target| self.text(package, asset_path::join("", target).into(), family))
                .unwrap_or_default();
            let found: Vec<Reference> = referred(&text)
                .into_iter()
                .map(|written| {
                    let name = format!("{}/{written}", asset_path::directory_or_dot(&name));
                    Reference {
                        path: normalise(&format!("{directory_of_package}/{name}")),
                        name: normalise(&name),
                    }
                })
                .collect();
            let stylesheets = found
                .iter()
                .filter(|file| asset_path::has_extension(&file.path, "css"));
            open.extend(stylesheets.cloned());
            self.references.insert(path, found);
        }
    }

    fn text(&mut self, package: usize, target: Arc<str>, family: &Family<'_>) -> Arc<[u8]> {
        if let Some(known) = self.texts.get(&(package, target.clone())) {
            return known.clone();
        }
        let text = Printer::new(package, family, self).text(&target);
        self.texts.insert((package, target), text.clone());
        text
    }

    /// Whether a stylesheet refers to any of the names, directly or through others.
    fn refers(&self, path: &str, names: &FxHashSet<String>) -> bool {
        refers(path, names, |path| {
            let references = self.references.get(path).into_iter().flatten();
            references.map(|reference| (&reference.name, reference.path.as_str()))
        })
    }
}

/// The paths in a stylesheet that lead to other files: imports that look local, and urls.
fn referred(text: &[u8]) -> Vec<String> {
    let imports = import_statements(text)
        .into_iter()
        .map(|statement| String::from_utf8_lossy(&statement.path).into_owned())
        .filter(|path| is_local(path));
    let urls = url_matches(text)
        .into_iter()
        .map(|found| String::from_utf8_lossy(&text[found.value]).into_owned());
    imports.chain(urls).collect()
}

/// Whether an import is taken for a path: it begins with a slash, a drive, or a directory's name.
fn is_local(path: &str) -> bool {
    let is_slash = |byte: &u8| matches!(byte, b'/' | b'\\');
    let is_name_byte =
        |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let is_on_drive = |path: &str| match path.as_bytes() {
        [drive, b':', slash, ..] => drive.is_ascii_alphabetic() && is_slash(slash),
        _ => false,
    };
    if let Some(rest) = path.to_ascii_lowercase().strip_prefix("file://") {
        return !rest.starts_with("//");
    }
    if let Some(rest) = path.strip_prefix('/') {
        return !rest.starts_with('/') || is_on_drive(rest);
    }
    let name = path.as_bytes().iter().take_while(is_name_byte).count();
    is_on_drive(path) || name > 0 && path.as_bytes().get(name).is_some_and(is_slash)
}

/// Finishes single stylesheets of a package.
struct Printer<'a> {
    desk: Desk<'a>,
    drafter: Drafter<'a>,
    /// The package's files under their deployed names, by target.
    targets: FxHashMap<Arc<str>, FileId>,
    linker: Linker<'a>,
}

impl<'a> Printer<'a> {
    fn new(index: usize, family: &Family<'_>, graph: &CssGraph<'a>) -> Self {
        let Desk {
            context, sources, ..
        } = graph.desk;
        let drafter = Drafter::new(context, sources, index);
        let own = targets(index, &drafter, family);
        let id = &context.packages.packages[index].id;
        let mut published = vec![Published::new(id, own.keys().cloned())];
        let base = Linker::base_of(id);
        if let Some(&index) = family.indices.get(&base) {
            let drafter = Drafter::new(context, sources, index);
            let inherited = targets(index, &drafter, family).into_keys();
            published.push(Published::new(&base, inherited));
        }
        Self {
            desk: graph.desk,
            drafter,
            targets: own,
            linker: Linker::new(index, context, family.added.clone(), published),
        }
    }

    /// What is published under a name; nothing where there is no such file, or where it cannot be made.
    fn text(&self, target: &Arc<str>) -> Arc<[u8]> {
        let bytes = self.finished(target).unwrap_or_default();
        let (replacements, _) = self.linker.replacements(target, &bytes);
        let rewritten = replace_values(&bytes, &replacements);
        rewritten.map_or(bytes, Into::into)
    }

    fn finished(&self, target: &Arc<str>) -> Option<Arc<[u8]>> {
        let want = self.drafter.want(self.targets.get(target)?, target).ok()?;
        let Desk {
            context, sources, ..
        } = self.desk;
        let recipe = match want {
            Want::Css {
                source,
                minify,
                context: place,
            } => Recipe::Css {
                source,
                minify,
                context: place,
            },
            Want::Less {
                entry,
                source,
                minify,
                context: place,
            } => {
                let Drafter {
                    package, overlay, ..
                } = &self.drafter;
                let closure = self
                    .desk
                    .closures
                    .gather(package, overlay, &entry, source)
                    .ok()?;
                Recipe::Less {
                    closure: Arc::new(closure),
                    minify,
                    context: place,
                }
            }
            want => return sources.bytes(want.source()?).ok().cloned(),
        };
        let product = memo::run(&recipe, &Conditions::of(context), sources);
        product.content?.bytes(sources).ok()
    }
}

/// The published files of a package by their targets, each with its deployed name.
fn targets(
    index: usize,
    drafter: &Drafter<'_>,
    family: &Family<'_>,
) -> FxHashMap<Arc<str>, FileId> {
    let skip = &family.context.options.skip;
    family
        .files(index)
        .filter_map(output_path::deployed_id)
        .filter(|file| !skip.covers(&file.path))
        .map(|file| (drafter.target(&file.package_path()), file))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_that_look_like_paths_are_local() {
        for path in [
            "a/b.css",
            "./b.css",
            "../b.css",
            "/b.css",
            "C:/b.css",
            "file:///b",
            "a.b-c_d/e",
        ] {
            assert!(is_local(path), "{path}");
        }
        for path in [
            "b.css",
            "//host/b.css",
            "http://host/b.css",
            "",
            "a b/c.css",
            "file:////b",
        ] {
            assert!(!is_local(path), "{path}");
        }
    }

    #[test]
    fn imports_and_urls_are_references() {
        let text =
            b"@import 'a/b.css'; @import url('c/d.css'); @import 'e.css'; x{y:url(../f.png?g)}";
        assert_eq!(
            referred(text),
            ["a/b.css", "c/d.css", "c/d.css", "../f.png"]
        );
    }
}
