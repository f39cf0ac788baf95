//! Registered modules, and which of them are enabled in which order.

use std::path::PathBuf;

use rustc_hash::FxHashMap;

use crate::ident::ModuleName;

/// A registered module.
#[derive(Clone, Debug)]
pub struct Module {
    /// `Vendor_Module`.
    pub name: ModuleName,
    /// The registered directory, absolute.
    pub directory: PathBuf,
    /// Place among the enabled entries of `modules` in `app/etc/config.php`, from 0; none when the
    /// module is disabled or not listed. This order, not `module.xml`, decides merging.
    pub position: Option<usize>,
    /// False when `advanced/modules_disable_output/<name>` is set: its LESS and RequireJS parts are left out.
    pub output_enabled: bool,
}

impl Module {
    /// Whether the module is listed in `app/etc/config.php` with a truthy value.
    pub fn is_enabled(&self) -> bool {
        self.position.is_some()
    }
}

/// All registered modules. Mirrors `Magento\Framework\Module\ModuleList` and the module part of
/// `Magento\Framework\Component\ComponentRegistrar`.
#[derive(Clone, Debug, Default)]
pub struct Modules {
    registered: Vec<Module>,
    by_name: FxHashMap<ModuleName, usize>,
    enabled: Vec<usize>,
}

impl Modules {
    /// Takes the modules in registration order.
    pub fn new(registered: Vec<Module>) -> Self {
        let by_name = registered
            .iter()
            .enumerate()
            .map(|(i, m)| (m.name.clone(), i))
            .collect();
        let mut enabled: Vec<usize> = (0..registered.len())
            .filter(|&i| registered[i].is_enabled())
            .collect();
        enabled.sort_by_key(|&i| registered[i].position);
        Self {
            registered,
            by_name,
            enabled,
        }
    }

    /// All of them in registration order, disabled ones included.
    pub fn registered(&self) -> &[Module] {
        &self.registered
    }

    /// The same, to be completed; names and positions must stay.
    pub(crate) fn registered_mut(&mut self) -> &mut [Module] {
        &mut self.registered
    }

    /// The enabled ones in the order of `app/etc/config.php`.
    pub fn enabled(&self) -> impl Iterator<Item = &Module> {
        self.enabled.iter().map(|&i| &self.registered[i])
    }

    /// The registered module of that name, case-sensitive.
    pub fn get(&self, name: &ModuleName) -> Option<&Module> {
        self.by_name.get(name).map(|&i| &self.registered[i])
    }
}
