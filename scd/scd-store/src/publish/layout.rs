//! Checks a request before anything is touched: every path stays inside its target and every file inside its unit.

use rustc_hash::FxHashSet;

use super::TargetTree;
use crate::error::Error;

/// Checks all trees.
pub(super) fn check(trees: &[TargetTree]) -> Result<(), Error> {
    trees.iter().try_for_each(check_tree)
}

fn check_tree(tree: &TargetTree) -> Result<(), Error> {
    let mut units = FxHashSet::default();
    for unit in &tree.units {
        check_path(unit)?;
        if !units.insert(unit.as_str()) {
            return Err(layout(unit, "the unit is named twice"));
        }
    }
    for unit in &tree.units {
        if ancestors(unit).any(|ancestor| units.contains(ancestor)) {
            return Err(layout(unit, "the unit lies inside another unit"));
        }
    }
    // Placements come unit by unit, so the unit of the last one is nearly always right.
    let mut last = "";
    for placement in &tree.placements {
        check_path(&placement.path)?;
        if !is_below(&placement.path, last) {
            last = ancestors(&placement.path)
                .find(|ancestor| units.contains(ancestor))
                .ok_or_else(|| layout(&placement.path, "the file lies outside all units"))?;
        }
    }
    let mut loose = FxHashSet::default();
    for placement in &tree.loose {
        let path = &*placement.path;
        check_path(path)?;
        if units.contains(path) || ancestors(path).any(|ancestor| units.contains(ancestor)) {
            return Err(layout(path, "the loose file lies inside a unit"));
        }
        if tree.units.iter().any(|unit| is_below(unit, path)) {
            return Err(layout(
                path,
                "the loose file takes the place of a directory",
            ));
        }
        if !loose.insert(path) {
            return Err(layout(path, "the loose file is placed twice"));
        }
    }
    Ok(())
}

fn layout(path: &str, message: &'static str) -> Error {
    Error::Layout {
        path: path.to_owned(),
        message,
    }
}

pub(super) fn check_path(path: &str) -> Result<(), Error> {
    if is_plain(path.as_bytes()) {
        return Ok(());
    }
    let is_odd = |segment: &str| matches!(segment, "" | "." | "..");
    if path.split('/').any(is_odd) {
        return Err(layout(
            path,
            "expected a path without empty, `.` or `..` segments",
        ));
    }
    if path.contains('\0') {
        return Err(layout(path, "expected a path without a NUL byte"));
    }
    Ok(())
}

/// Whether no segment of a path is empty or begins with a dot, and there is no NUL byte: so it is with nearly all paths, and
/// told without a look at each segment.
fn is_plain(path: &[u8]) -> bool {
    let begins_plainly = path.first().is_some_and(|first| !b"/.\0".contains(first));
    let is_odd =
        |one: u8, next: u8| (one == b'/') & ((next == b'/') | (next == b'.')) | (next == 0);
    let pairs = path.windows(2);
    let has_odd = pairs.fold(false, |odd, pair| odd | is_odd(pair[0], pair[1]));
    begins_plainly && !has_odd && !path.ends_with(b"/")
}

/// The directories that `path` lies in, shortest first, without the target itself.
pub(crate) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(index, _)| &path[..index])
}

pub(crate) fn is_below(path: &str, directory: &str) -> bool {
    !directory.is_empty()
        && path
            .strip_prefix(directory)
            .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Content;
    use crate::publish::Placement;

    fn message(units: &[&str], placements: &[&str], loose: &[&str]) -> Option<String> {
        let place = |paths: &[&str]| {
            paths
                .iter()
                .map(|path| Placement {
                    path: (*path).into(),
                    content: Content::Bytes(b"x".as_slice().into()),
                    digest: None,
                    source: None,
                })
                .collect()
        };
        let tree = TargetTree {
            target: "/nowhere".into(),
            units: units.iter().map(|unit| (*unit).to_owned()).collect(),
            placements: place(placements),
            loose: place(loose),
            keep_versions: 0,
        };
        check(&[tree]).err().map(|error| error.to_string())
    }

    #[test]
    fn an_ordinary_request_passes() {
        assert_eq!(
            message(
                &["a/b", "a/bc", "d"],
                &["a/b/x", "a/b/.x", "a/b/..y/...", "a/bc/y/z", "d/q"],
                &["v.txt"]
            ),
            None
        );
    }

    #[test]
    fn contradictions_are_refused() {
        let refused = |units: &[&str], placements: &[&str], loose: &[&str], expected: &str| {
            assert_eq!(message(units, placements, loose).as_deref(), Some(expected));
        };
        refused(
            &["a"],
            &["b/x"],
            &[],
            "cannot publish `b/x`: the file lies outside all units",
        );
        refused(
            &["a"],
            &["ab/x"],
            &[],
            "cannot publish `ab/x`: the file lies outside all units",
        );
        refused(
            &["a"],
            &["a"],
            &[],
            "cannot publish `a`: the file lies outside all units",
        );
        refused(
            &["a", "a/b"],
            &[],
            &[],
            "cannot publish `a/b`: the unit lies inside another unit",
        );
        refused(
            &["a", "a"],
            &[],
            &[],
            "cannot publish `a`: the unit is named twice",
        );
        refused(
            &["a"],
            &[],
            &["a/v"],
            "cannot publish `a/v`: the loose file lies inside a unit",
        );
        refused(
            &["a/b"],
            &[],
            &["a"],
            "cannot publish `a`: the loose file takes the place of a directory",
        );
        refused(
            &[],
            &[],
            &["v", "v"],
            "cannot publish `v`: the loose file is placed twice",
        );
        let odd = "expected a path without empty, `.` or `..` segments";
        for path in ["a/../../x", "/a/x", "a//x", "a/x/", "a/./x", ""] {
            refused(
                &["a"],
                &[path],
                &[],
                &format!("cannot publish `{path}`: {odd}"),
            );
        }
        refused(
            &["a"],
            &["a/\0"],
            &[],
            "cannot publish `a/\0`: expected a path without a NUL byte",
        );
    }
}
