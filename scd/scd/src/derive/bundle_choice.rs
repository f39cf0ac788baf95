//! Which files of a package go into bundles, and in which order.
//!
//! Mirrors `Magento\Deploy\Service\Bundle`, which takes files in the order in which the file system lists directories. Here
//! the order is that of the paths, so that every machine makes the same bundles, and each package is looked at by itself.
//! A [`ReadingOrder`] that was taken down while PHP worked brings back PHP's choice to the last file, for comparisons.

use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::{BundleExclusions, reads_as_pattern};

use super::bundle::{BundleFile, Pool};

/// The files that belong into bundles, sorted by path. Of two twins `x.min.js` and `x.js` the first one is taken.
#[must_use]
pub fn by_path<'a>(files: &[BundleFile<'a>], excluded: &BundleExclusions) -> Vec<BundleFile<'a>> {
    let paths: FxHashSet<&str> = files.iter().map(|file| file.path).collect();
    let shadowed = files.iter().filter_map(|file| {
        let twin = plain_twin(file.path).filter(|twin| twin != file.path)?;
        paths.get(&*twin).copied()
    });
    let shadowed: FxHashSet<&str> = shadowed.collect();
    let mut chosen: Vec<BundleFile<'a>> = files
        .iter()
        .copied()
        .filter(|file| is_listed(file.path) && !shadowed.contains(file.path))
        .filter(|file| !excluded.covers(file.path))
        .collect();
    chosen.sort_by(|one, other| one.path.cmp(other.path));
    chosen
}

/// Whether PHP's `glob` for `*.*` finds the file, and it is one for bundles: no hidden part, no folder that reads as a
/// pattern, a name of a script or template.
fn is_listed(path: &str) -> bool {
    Pool::of(path).is_some()
        && !path.split('/').any(|part| part.starts_with('.'))
        && !path
            .rsplit_once('/')
            .is_some_and(|(folder, _)| reads_as_pattern(folder.as_bytes()))
}

/// The path that a file with `.min.` in its path makes superfluous; the path itself where the `.min.` is not in front of
/// the extension.
fn plain_twin(path: &str) -> Option<String> {
    let (_, extension) = path.rsplit_once('.')?;
    path.contains(".min.")
        .then(|| path.replace(&format!(".min.{extension}"), &format!(".{extension}")))
}

/// The order in which PHP read the files of a run.
///
/// PHP passes over a plain script whose `.min.js` twin it met before, in the package or in one that it bundled earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingOrder {
    /// Package to the files that PHP considered.
    packages: FxHashMap<String, Vec<String>>,
}

impl ReadingOrder {
    /// Takes the packages (`area/Vendor/theme/locale`) in the order in which PHP bundles them, each with its files as
    /// PHP's `glob` lists them.
    pub fn new(listing: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        let mut passed_over: FxHashSet<String> = FxHashSet::default();
        let mut packages = FxHashMap::default();
        for (package, mut files) in listing {
            files.retain(|path| {
                let is_considered = is_listed(path) && !passed_over.contains(path);
                if is_considered {
                    passed_over.extend(plain_twin(path));
                }
                is_considered
            });
            packages.insert(package, files);
        }
        Self { packages }
    }

    /// The files of a package that belong into bundles, in PHP's order. What PHP did not list is left out.
    #[must_use]
    pub fn choose<'a>(
        &self,
        package: &str,
        files: &[BundleFile<'a>],
        excluded: &BundleExclusions,
    ) -> Vec<BundleFile<'a>> {
        let by_path: FxHashMap<&str, BundleFile<'a>> =
            files.iter().map(|file| (file.path, *file)).collect();
        let order = self.packages.get(package).map_or(&[][..], Vec::as_slice);
        order
            .iter()
            .filter(|path| !excluded.covers(path))
            .filter_map(|path| by_path.get(path.as_str()).copied())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files<'a>(names: &[&'a str]) -> Vec<BundleFile<'a>> {
        let file = |&path: &&'a str| BundleFile {
            path,
            key: path,
            length: 0,
        };
        names.iter().map(file).collect()
    }

    fn paths<'a>(files: &[BundleFile<'a>]) -> Vec<&'a str> {
        files.iter().map(|file| file.path).collect()
    }

    /// What is chosen from the files by their paths.
    fn chosen<'a>(names: &[&'a str]) -> Vec<&'a str> {
        paths(&by_path(&files(names), &BundleExclusions::default()))
    }

    #[test]
    fn only_visible_scripts_and_templates_are_taken() {
        let names = [
            "a.JS",
            "a.mjs",
            "a.json",
            ".a.js",
            ".d/a.js",
            "js",
            "d.js/a",
            "a.js.map",
            "x/b.html",
            "a.js",
            "[x]/a.js",
            "y{a,b}/a.js",
            "z]z.js",
        ];
        assert_eq!(chosen(&names), ["a.js", "x/b.html", "z]z.js"]);
    }

    #[test]
    fn the_min_twin_is_taken_and_paths_decide_the_order() {
        let names = [
            "b.js",
            "a/x.js",
            "a.js",
            "a.min.js",
            "a-b.js",
            "x.min.d/y.js",
        ];
        let expected = ["a-b.js", "a.min.js", "a/x.js", "b.js", "x.min.d/y.js"];
        assert_eq!(chosen(&names), expected);
    }

    #[test]
    fn what_is_excluded_is_left_out() {
        let ids = |ids: &[&str]| -> Vec<String> { ids.iter().map(|&id| id.into()).collect() };
        let excluded =
            BundleExclusions::new(&ids(&["Lib::jq.js", "A_B::c.js"]), &ids(&["Lib::ext"]));
        let names = ["jq.js", "A_B/c.min.js", "ext/a.js", "extra.js", "A_B/d.js"];
        let files = files(&names);
        assert_eq!(paths(&by_path(&files, &excluded)), ["A_B/d.js"]);
        let order = ReadingOrder::new([("p".to_owned(), names.map(str::to_owned).to_vec())]);
        assert_eq!(paths(&order.choose("p", &files, &excluded)), ["A_B/d.js"]);
    }

    #[test]
    fn in_php_s_order_a_plain_twin_counts_where_it_comes_first() {
        let listed = |names: &[&str]| -> Vec<String> { names.iter().map(|&n| n.into()).collect() };
        let names = [
            "b.js",
            "a.js",
            "a.min.js",
            "c.min.js",
            "c.js",
            "x.min.d/y.js",
        ];
        let order = ReadingOrder::new([
            ("one".to_owned(), listed(&names)),
            (
                "two".to_owned(),
                listed(&["a.js", "c.js", "x.min.d/y.js", "b.js", "gone.js"]),
            ),
        ]);
        let files = files(&names);
        let of = |package| paths(&order.choose(package, &files, &BundleExclusions::default()));
        assert_eq!(
            of("one"),
            ["b.js", "a.js", "a.min.js", "c.min.js", "x.min.d/y.js"]
        );
        // What an earlier package had as a twin is passed over in the later one; so is a path with `.min.` elsewhere.
        assert_eq!(of("two"), ["b.js"]);
        assert_eq!(of("three"), [""; 0]);
    }
}
