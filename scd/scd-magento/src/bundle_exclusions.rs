//! What a theme keeps out of its bundles.
//!
//! Mirrors `isExcluded` and `prepareExcludePath` of `Magento\Deploy\Service\Bundle`.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

/// Files and beginnings of paths, relative to the package, that no bundle holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BundleExclusions {
    files: FxHashSet<String>,
    /// `a/b` excludes `a/bc.js`, too, and the empty text everything.
    beginnings: Vec<String>,
}

impl BundleExclusions {
    /// From the ids that `view.xml` lists: `Vendor_Module::path`, `Lib::path` or a path.
    pub fn new(files: &[String], directories: &[String]) -> Self {
        Self {
            files: files.iter().map(|id| path_of(id).into_owned()).collect(),
            beginnings: directories
                .iter()
                .map(|id| path_of(id).into_owned())
                .collect(),
        }
    }

    /// Whether a published file stays out of bundles. A script is named without its min sign.
    pub fn covers(&self, path: &str) -> bool {
        self.files.contains(path)
            || (path.contains(".min.js") && self.files.contains(&path.replace(".min.js", ".js")))
            || self
                .beginnings
                .iter()
                .any(|start| path.starts_with(start.as_str()))
    }
}

/// `Lib::x` means `x`, `Vendor_Module::x` means `Vendor_Module/x`; what follows a second `::` is lost.
fn path_of(id: &str) -> Cow<'_, str> {
    let mut parts = id.split("::");
    match (parts.next(), parts.next()) {
        (Some("Lib"), Some(path)) => Cow::Borrowed(path),
        (Some(module), Some(path)) => Cow::Owned(format!("{module}/{path}")),
        _ => Cow::Borrowed(id),
    }
}

#[cfg(test)]
mod tests {
    use super::BundleExclusions;

    fn exclusions(files: &[&str], directories: &[&str]) -> BundleExclusions {
        let texts = |list: &[&str]| -> Vec<String> { list.iter().map(|&id| id.into()).collect() };
        BundleExclusions::new(&texts(files), &texts(directories))
    }

    #[test]
    fn directories_are_prefixes_and_files_also_match_their_min_name() {
        let excluded = exclusions(
            &["Lib::a/b.js", "M_N::c.js", "d.js", "M_N::e.js::f.js"],
            &["Lib::tiny_mce", "M_N::lib"],
        );
        for path in [
            "a/b.js",
            "a/b.min.js",
            "M_N/c.min.js",
            "d.js",
            "M_N/e.js",
            "tiny_mce_5/x.js",
            "M_N/lib/x.html",
        ] {
            assert!(excluded.covers(path), "{path}");
        }
        for path in ["b.js", "c.js", "x/tiny_mce/y.js", "M_N/d.js", "f.js"] {
            assert!(!excluded.covers(path), "{path}");
        }
    }

    #[test]
    fn an_empty_directory_is_the_beginning_of_every_path() {
        assert!(exclusions(&[], &[""]).covers("a.js"));
        assert!(!exclusions(&[""], &[]).covers("a.js"));
    }
}
