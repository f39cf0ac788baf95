//! Which templates are minified, and where the results belong.

use std::path::Path;

use crate::error::Error;
use crate::inventory::{Inventory, SourceId};

/// A template and the place of its minified form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The file.
    pub source: SourceId,
    /// Below `var/view_preprocessed/pub/static`: the file's path below the root, with `/`.
    pub output: String,
}

/// Every `.phtml` below `view/<area>/templates` of a registered module and `<X_Y>/templates` of a
/// registered theme, sorted by output path. Mirrors `Magento\Deploy\Service\MinifyTemplates`: neither
/// the enabled modules nor the selected packages matter.
///
/// # Errors
/// A template outside the root, which has no place to be written to.
pub fn templates(root: &Path, inventory: &Inventory) -> Result<Vec<Template>, Error> {
    let mut templates = Vec::with_capacity(inventory.templates().len());
    for &source in inventory.templates() {
        let path = &inventory.source(source).path;
        let Ok(below) = path.strip_prefix(root) else {
            return Err(Error::Inconsistent {
                message: format!(
                    "the template `{}` lies outside the root `{}`, so its minified form has no place",
                    path.display(),
                    root.display()
                ),
                path: Some(path.clone()),
                hint: Some(
                    "install the component below the root, or use `--no-html-minify`".into(),
                ),
            });
        };
        templates.push(Template {
            source,
            output: below.to_string_lossy().into_owned(),
        });
    }
    templates.sort_unstable_by(|a, b| (&a.output, a.source).cmp(&(&b.output, b.source)));
    Ok(templates)
}
