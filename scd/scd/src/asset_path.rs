//! Arithmetic on paths below a package directory, as Magento's asset repository does it: by text alone.

/// The directory part of a path, empty for a name without one.
pub fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// The directory part of a path as PHP's `dirname` gives it: `.` for a name without one.
pub fn directory_or_dot(path: &str) -> &str {
    match directory(path) {
        "" => ".",
        directory => directory,
    }
}

/// The last segment of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// What stands behind the last dot of the last segment; none without a dot.
pub fn extension(path: &str) -> Option<&str> {
    file_name(path)
        .rsplit_once('.')
        .map(|(_, extension)| extension)
}

/// Whether a name has an extension, in whatever case.
pub fn has_extension(path: &str, wanted: &str) -> bool {
    extension(path).is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

/// Joins a reference to the directory that it is written in and folds `.` and `..`.
/// A `..` that leads out of the start is kept, so that it can be told from a path inside.
pub fn join(directory: &str, reference: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in directory.split('/').chain(reference.split('/')) {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|&last| last != "..") => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    segments.join("/")
}

/// The path from a directory to a file, both seen from the same start, after cancelling what they share.
/// Mirrors `Magento\Framework\View\FileSystem::getRelatedPath`.
pub fn relative(from_directory: &str, to: &str) -> String {
    let from: Vec<&str> = from_directory
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let to: Vec<&str> = to
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let shared = from
        .iter()
        .zip(&to)
        .take_while(|(left, right)| left == right)
        .count();
    let mut path = "../".repeat(from.len() - shared);
    path.push_str(&to[shared..].join("/"));
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_folds() {
        assert_eq!(join("css/source", "../x.less"), "css/x.less");
        assert_eq!(join("", "./a//b.less"), "a/b.less");
        assert_eq!(join("css", "../../x"), "../x");
        assert_eq!(directory("a/b/c"), "a/b");
        assert_eq!(directory("c"), "");
        assert_eq!(extension("a.b/c"), None);
        assert_eq!(extension("a/b.min.css"), Some("css"));
    }

    #[test]
    fn relative_paths_cancel_what_is_shared() {
        assert_eq!(
            relative("css", "Test_Css/images/m.png"),
            "../Test_Css/images/m.png"
        );
        assert_eq!(
            relative("Test_Css/css", "Test_Css/images/m.png"),
            "../images/m.png"
        );
        assert_eq!(relative("", "a/b"), "a/b");
    }

    #[test]
    fn a_name_without_directory_lies_in_the_dot() {
        assert_eq!(directory_or_dot("a.less"), ".");
        assert_eq!(directory_or_dot("css/a.less"), "css");
        assert_eq!(directory("a.less"), "");
    }

    #[test]
    fn extensions_are_compared_without_case() {
        assert!(has_extension("css/a.min.CSS", "css"));
        assert!(!has_extension("css", "css"));
        assert!(!has_extension("a.css/b", "css"));
    }
}
