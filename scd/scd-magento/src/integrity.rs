//! Whether and where the installed `Magento_Csp` keeps integrity hashes of scripts, told by the classes that it has.

use crate::error::Error;
use crate::ident::ModuleName;
use crate::module::Modules;
use crate::tree::Tree;

/// Where integrity hashes are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegrityStorage {
    /// In Magento's cache, which nothing but PHP fills (2.4.7).
    Cache,
    /// In one file for each area, `frontend/sri-hashes.json` (2.4.8).
    Area,
    /// In one file for each package (2.4.9).
    Package,
}

/// The class that hands hashes out, whatever holds them.
const REPOSITORY: &str = "Model/SubresourceIntegrityRepository.php";
/// The class that keeps them in files.
const FILE_STORAGE: &str = "Model/SubresourceIntegrity/Storage/File.php";
/// The class that looks for them package by package.
const RESOLVER: &str = "Model/SubresourceIntegrity/HashResolver/HashResolver.php";

/// The storage of the enabled module; none where the module is off or too old.
///
/// # Errors
/// A directory of the module that cannot be read.
pub(crate) fn storage(
    tree: &dyn Tree,
    modules: &Modules,
) -> Result<Option<IntegrityStorage>, Error> {
    let module = modules.get(&ModuleName::new("Magento_Csp"));
    let Some(module) = module.filter(|module| module.position.is_some()) else {
        return Ok(None);
    };
    let has = |class: &str| {
        let path = module.directory.join(class);
        let stat = tree.stat(&path).map_err(Error::read(&path))?;
        Ok::<bool, Error>(stat.is_some())
    };
    Ok(if !has(REPOSITORY)? {
        None
    } else if !has(FILE_STORAGE)? {
        Some(IntegrityStorage::Cache)
    } else if has(RESOLVER)? {
        Some(IntegrityStorage::Package)
    } else {
        Some(IntegrityStorage::Area)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::Module;
    use crate::tree::MemoryTree;

    #[test]
    fn classes_of_the_enabled_module_tell_the_storage() {
        let found = |classes: &[&str], position: Option<usize>| {
            let mut tree = MemoryTree::new().file("/csp/etc/module.xml", "");
            for class in classes {
                tree = tree.file(format!("/csp/{class}"), "<?php");
            }
            let modules = Modules::new(vec![Module {
                name: ModuleName::new("Magento_Csp"),
                directory: "/csp".into(),
                position,
                output_enabled: true,
            }]);
            storage(&tree, &modules).unwrap()
        };
        let on = Some(0);
        assert_eq!(found(&[], on), None);
        assert_eq!(found(&[REPOSITORY], on), Some(IntegrityStorage::Cache));
        let files = [REPOSITORY, FILE_STORAGE];
        assert_eq!(found(&files, on), Some(IntegrityStorage::Area));
        let resolved = [REPOSITORY, FILE_STORAGE, RESOLVER];
        assert_eq!(found(&resolved, on), Some(IntegrityStorage::Package));
        assert_eq!(found(&resolved, None), None);
    }
}
