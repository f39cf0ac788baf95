//! Registered themes and their parents.

use std::path::PathBuf;

use rustc_hash::FxHashMap;

use crate::ident::ThemeId;

/// A registered theme. Mirrors `Magento\Theme\Model\Theme` as read from files.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Area and path.
    pub id: ThemeId,
    /// The registered directory, absolute.
    pub directory: PathBuf,
    /// The parent of the same area; none for a root theme and where the named parent is not registered.
    pub parent: Option<ThemeId>,
}

/// All registered themes, parents without cycles.
#[derive(Clone, Debug, Default)]
pub struct Themes {
    registered: Vec<Theme>,
    by_id: FxHashMap<ThemeId, usize>,
}

impl Themes {
    /// Takes the themes in registration order; the caller has made sure that no chain of parents is a cycle.
    pub fn new(registered: Vec<Theme>) -> Self {
        let by_id = registered
            .iter()
            .enumerate()
            .map(|(i, t)| (t.id.clone(), i))
            .collect();
        Self { registered, by_id }
    }

    /// All of them in registration order.
    pub fn registered(&self) -> &[Theme] {
        &self.registered
    }

    /// The theme of that area and path.
    pub fn get(&self, id: &ThemeId) -> Option<&Theme> {
        self.by_id.get(id).map(|&i| &self.registered[i])
    }

    /// The theme itself, then its parent, and so on to the root ancestor.
    pub fn chain(&self, id: &ThemeId) -> Vec<&Theme> {
        let mut chain = Vec::new();
        let mut next = self.get(id);
        while let Some(theme) = next {
            chain.push(theme);
            next = theme.parent.as_ref().and_then(|parent| self.get(parent));
        }
        chain
    }
}
