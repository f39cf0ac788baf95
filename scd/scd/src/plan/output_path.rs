//! From the name of a source to the name of its output.

use std::borrow::Cow;

use scd_magento::FileId;

use crate::asset_path;

/// The deployed form of a path in a package, before any `.min`: `.less` becomes `.css`; none for a partial,
/// which is never output. Mirrors `Magento\Deploy\Source\FileNameResolver` and `Magento\Deploy\Package\PackageFile`.
///
/// Only the lower-case extension counts: `x.LESS` is copied as it is.
pub fn deployed_name(path: &str) -> Option<Cow<'_, str>> {
    match path.strip_suffix(".less") {
        Some(_) if asset_path::file_name(path).starts_with('_') => None,
        Some(stem) => Some(format!("{stem}.css").into()),
        None => Some(path.into()),
    }
}

/// The file ID under which a source's is deployed; none for a partial.
pub fn deployed_id(file: &FileId) -> Option<FileId> {
    Some(match deployed_name(&file.path)? {
        Cow::Borrowed(_) => file.clone(),
        Cow::Owned(name) => FileId::new(file.module.clone(), name),
    })
}

/// The longest name of a file, in bytes, on every file system that shops are served from.
const LONGEST_NAME: usize = 255;

/// Whether a file can have the path's name with so many bytes more.
pub fn has_room(path: &str, more: usize) -> bool {
    asset_path::file_name(path).len() + more <= LONGEST_NAME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_less_without_underscore_is_renamed() {
        assert_eq!(deployed_name("css/a.less").as_deref(), Some("css/a.css"));
        assert_eq!(deployed_name("css/_a.less"), None);
        assert_eq!(deployed_name("css/_a.css").as_deref(), Some("css/_a.css"));
        assert_eq!(deployed_name("css/a.LESS").as_deref(), Some("css/a.LESS"));
        assert_eq!(deployed_name("_css/a.less").as_deref(), Some("_css/a.css"));
    }
}
