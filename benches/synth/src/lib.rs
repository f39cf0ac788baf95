//! Makes the Magento root of a shop from a seed: modules, themes that inherit from each other, languages.
//!
//! All content is made here, none is anybody's. Every file follows from the seed and its path alone, so that a shop with more
//! themes or locales holds the files of one with fewer, but for the lists of what there is. Numbers and sizes are those of
//! large shops: most modules have nothing for browsers and a few have very much; a theme replaces a few dozen files of its
//! ancestors; few themes have anything of their own for a locale.

mod component;
mod image;
mod library;
mod module;
mod random;
mod script;
mod shape;
mod style;
mod theme;
mod translation;
mod words;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

pub use shape::Shape;

/// Takes the files of a shop: path below the root, and bytes.
pub type Sink<'a> = dyn FnMut(&str, &[u8]) -> Result<()> + 'a;

/// A theme: its area and its code, such as `Synth/chain0-2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// `frontend` or `adminhtml`.
    pub area: &'static str,
    /// `Vendor/name`.
    pub code: String,
}

/// The themes of a shop, ancestors before descendants, chain by chain.
#[must_use]
pub fn themes(shape: &Shape) -> Vec<Theme> {
    (0..shape.themes)
        .map(|number| Theme {
            area: theme::area(number),
            code: theme::code(number),
        })
        .collect()
}

/// Hands out every file of a shop.
///
/// # Errors
/// Those of `sink`.
pub fn files(shape: &Shape, sink: &mut Sink<'_>) -> Result<()> {
    component::configuration(shape, sink)?;
    library::files(shape, sink)?;
    for number in 0..shape.modules {
        module::files(shape, number, sink)?;
    }
    for number in 0..shape.themes {
        theme::files(shape, number, sink)?;
    }
    translation::packs(shape, sink)
}

/// Writes a shop into a directory; returns how many files it has.
///
/// # Errors
/// A directory that cannot be written.
pub fn write(shape: &Shape, directory: &Path) -> Result<usize> {
    let mut made: HashSet<String> = HashSet::new();
    let mut count = 0;
    for empty in ["pub/static", "var", "generated"] {
        fs::create_dir_all(directory.join(empty))?;
    }
    files(shape, &mut |path, bytes| {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if made.insert(parent.to_owned()) {
            let parent = directory.join(parent);
            fs::create_dir_all(&parent)
                .with_context(|| format!("cannot create `{}`", parent.display()))?;
        }
        let path = directory.join(path);
        count += 1;
        fs::write(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
    })?;
    Ok(count)
}
