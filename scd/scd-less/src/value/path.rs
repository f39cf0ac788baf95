//! Paths as `Less_Environment` treats them inside `url()` and `data-uri()`.

use crate::options::Dialect;

/// Whether a path is relative: it neither begins with `/`, in dialect 5 with `#`, nor with a scheme of
/// lower-case letters and `-`.
pub(crate) fn is_relative_path(path: &str, dialect: Dialect) -> bool {
    if path.starts_with('/') || dialect == Dialect::V5 && path.starts_with('#') {
        return false;
    }
    let scheme = path
        .bytes()
        .take_while(|byte| byte.is_ascii_lowercase() || *byte == b'-')
        .count();
    scheme == 0 || path.as_bytes().get(scheme) != Some(&b':')
}

/// Folds `.` and `..` segments; leading `..` and empty segments stay
/// (`Less_Environment::normalizePath`).
pub(crate) fn normalize_path(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    kept.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_segments() {
        assert_eq!(
            normalize_path("../images/a/./b/../c.png"),
            "../images/a/c.png"
        );
        assert_eq!(normalize_path("data:a/../b"), "b");
        assert_eq!(normalize_path("a//b/../../.."), "..".replace("..", ""));
        assert_eq!(normalize_path("../../x"), "../../x");
    }

    #[test]
    fn tells_relative_paths() {
        for dialect in [Dialect::V3, Dialect::V5] {
            assert!(is_relative_path("a/b.png", dialect));
            assert!(is_relative_path("C:/x", dialect));
            assert!(is_relative_path(":x", dialect));
            assert!(!is_relative_path("/a", dialect));
            assert!(!is_relative_path("data:x", dialect));
        }
        assert!(is_relative_path("#x", Dialect::V3));
        assert!(!is_relative_path("#x", Dialect::V5));
    }
}
