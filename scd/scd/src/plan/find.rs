//! Which source answers for a file ID: the overlay's fallback, with Magento's rules about `.min` and LESS on top.

use std::borrow::Cow;

use scd_magento::{FileId, Inventory, Minification, Overlay, SourceId};

/// The source of a static file: the name with `.min` through the whole fallback first, then the plain name,
/// then, for a name that has it already, the name without.
/// Mirrors `Magento\Framework\View\Design\FileResolution\Fallback\Resolver\Minification`.
pub fn static_source(
    overlay: &Overlay,
    inventory: &Inventory,
    minification: &Minification,
    file: &FileId,
) -> Option<SourceId> {
    let other_name = |path: Cow<'_, str>| {
        (*path != *file.path).then(|| FileId::new(file.module.clone(), path.into_owned()))
    };
    // The decision is made on the path inside the module or theme, so that an exclude pattern that begins
    // with a slash does not match a first directory here.
    if let Some(minified) = other_name(minification.add_min(&file.path))
        && let Some(found) = overlay.find(inventory, &minified)
    {
        return Some(found);
    }
    overlay.find(inventory, file).or_else(|| {
        let plain = other_name(minification.remove_min(&file.path).into())?;
        overlay.find(inventory, &plain)
    })
}

/// The LESS entry that stands for a `.css` name which no real CSS file answers.
/// Mirrors `Magento\Framework\View\Asset\PreProcessor\AlternativeSource`.
pub fn less_entry(
    overlay: &Overlay,
    inventory: &Inventory,
    minification: &Minification,
    file: &FileId,
) -> Option<(FileId, SourceId)> {
    let plain = if minification.enabled(&file.path, "css") {
        file.path.replace(".min.", ".")
    } else {
        file.path.to_string()
    };
    let stem = plain.strip_suffix(".css")?;
    let entry = FileId::new(file.module.clone(), format!("{stem}.less"));
    let source = overlay.find(inventory, &entry)?;
    Some((entry, source))
}
