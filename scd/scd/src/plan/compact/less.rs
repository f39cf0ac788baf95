//! Which inherited LESS entries a package has to compile anew, because a file of its own is among their imports.
//!
//! Mirrors `Magento\Deploy\Package\Processor\PreProcessor\Less`, whose map of imports knows paths, not packages, and keeps
//! what it has learnt from package to package.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::FileId;

use super::{Desk, Family, normalise, refers};
use crate::asset_path;
use crate::plan::draft::{Drafter, Want};
use crate::plan::output_path;
use crate::stylesheet::closure::ClosureFile;
use crate::stylesheet::import::import_statements;

/// The LESS files of a package as they are laid out for the compiler.
type LaidOut = FxHashMap<Arc<str>, ClosureFile>;

/// Which file imports which, by their paths.
pub(super) struct LessGraph<'a> {
    desk: Desk<'a>,
    imports: FxHashMap<String, FxHashSet<String>>,
    /// By package.
    laid_out: FxHashMap<usize, LaidOut>,
    read: FxHashSet<(usize, String)>,
}

impl<'a> LessGraph<'a> {
    pub(super) fn new(desk: Desk<'a>) -> Self {
        Self {
            desk,
            imports: FxHashMap::default(),
            laid_out: FxHashMap::default(),
            read: FxHashSet::default(),
        }
    }

    /// The inherited entries that reach a stylesheet of the package.
    pub(super) fn needed(&mut self, index: usize, family: &Family<'_>) -> Vec<FileId> {
        let is_entry = |file: &FileId| {
            output_path::deployed_name(&file.path).is_some_and(|name| *name != *file.path)
        };
        let deployed_name = |file: &FileId| {
            let name = output_path::deployed_name(&file.path);
            name.map_or_else(|| file.path.to_string(), Cow::into_owned)
        };
        let is_style = |file: &&FileId| {
            ["less", "css"]
                .iter()
                .any(|e| asset_path::has_extension(&file.path, e))
        };
        let mut own: FxHashSet<String> = family
            .own(index)
            .filter(is_style)
            .map(deployed_name)
            .collect();
        let mut needed = Vec::new();
        for (entry, owner) in family.inherited(index, is_entry) {
            self.learn(owner, entry.package_path(), family);
            // Names are compared without their module.
            if self.reaches(&entry.path, &own) {
                own.insert(deployed_name(&entry));
                needed.push(entry);
            }
        }
        needed
    }

    /// Follows the imports of a file as its package has laid it out.
    fn learn(&mut self, package: usize, entry: String, family: &Family<'_>) {
        let laid_out = self
            .laid_out
            .entry(package)
            .or_insert_with(|| lay_out(package, family, self.desk));
        let mut open = vec![entry];
        while let Some(path) = open.pop() {
            if !self.read.insert((package, path.clone())) {
                continue;
            }
            let text: &[u8] = match laid_out.get(asset_path::join("", &path).as_str()) {
                Some(ClosureFile::Less(file)) => match file.text(self.desk.sources) {
                    Ok(text) => text.text(),
                    // Reported when the package is planned.
                    Err(_) => continue,
                },
                Some(ClosureFile::Text { text, .. }) => text,
                None => continue,
            };
            for statement in import_statements(text) {
                let written = String::from_utf8_lossy(&statement.path);
                let target = match written.strip_prefix("@{baseUrl}") {
                    Some(rest) => rest.to_owned(),
                    None => normalise(&format!(
                        "{}/{written}",
                        asset_path::directory_or_dot(&path)
                    )),
                };
                let imports = self.imports.entry(path.clone()).or_default();
                imports.insert(target.clone());
                open.push(target);
            }
        }
    }

    /// Whether any of the names is among what a file imports, directly or not.
    fn reaches(&self, start: &str, names: &FxHashSet<String>) -> bool {
        refers(start, names, |path| {
            let imports = self.imports.get(path).into_iter().flatten();
            imports.map(|import| (import, import.as_str()))
        })
    }
}

/// Everything that the entries of a package import, by path below the package directory. What cannot be compiled is
/// reported when the package is planned.
fn lay_out(package: usize, family: &Family<'_>, desk: Desk<'_>) -> LaidOut {
    let drafter = Drafter::new(desk.context, desk.sources, package);
    let mut laid_out = LaidOut::default();
    for file in family.files(package) {
        let Some(deployed) = output_path::deployed_id(file).filter(|id| id != file) else {
            continue;
        };
        let target = drafter.target(&deployed.package_path());
        let Ok(Want::Less { entry, source, .. }) = drafter.want(&deployed, &target) else {
            continue;
        };
        let closure = desk
            .closures
            .gather(&drafter.package, drafter.overlay, &entry, source);
        laid_out.extend(closure.into_iter().flat_map(|closure| closure.files));
    }
    laid_out
}
