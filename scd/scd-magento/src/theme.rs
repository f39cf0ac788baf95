//! Registered themes and their parents.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::finding::Finding;
use crate::ident::{Area, ThemeCode, ThemeId};
use crate::registration::Component;
use crate::tree::Tree;
use crate::xml::{Xml, XmlText, text_of};

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

    /// Reads `theme.xml` of every registered theme. Mirrors `Magento\Framework\Config\Theme` and
    /// `Magento\Theme\Model\Theme\Collection`.
    ///
    /// # Errors
    /// A key that is not `area/Vendor/name`; a `theme.xml` that is missing, empty, malformed or has `<media>` without
    /// `<preview_image>` (each stops Magento, whether the theme is asked for or not); parents in a cycle.
    pub fn read<'a>(
        tree: &dyn Tree,
        registered: impl Iterator<Item = &'a Component>,
        notices: &mut Vec<Finding>,
    ) -> Result<Self, Error> {
        let mut themes = Vec::new();
        for component in registered {
            let id = theme_id(component)?;
            let path = component.directory.join("theme.xml");
            let parent = read_parent(tree, &path, &id)?;
            themes.push((
                component,
                path,
                Theme {
                    id,
                    directory: component.directory.clone(),
                    parent,
                },
            ));
        }
        let known: Vec<ThemeId> = themes
            .iter()
            .map(|(_, _, theme)| theme.id.clone())
            .collect();
        for (_, path, theme) in &mut themes {
            let Some(parent) = theme.parent.take_if(|parent| !known.contains(parent)) else {
                continue;
            };
            notices.push(Finding {
                path: path.clone(),
                message: format!("the parent `{parent}` of the theme `{}` is not registered; it is taken for a root theme", theme.id),
                hint: Some("install the parent theme, or correct `<parent>`".to_owned()),
            });
        }
        let read = Self::new(themes.iter().map(|(_, _, theme)| theme.clone()).collect());
        for (_, path, theme) in &themes {
            read.refuse_cycle(&theme.id, path)?;
        }
        Ok(read)
    }

    fn refuse_cycle(&self, id: &ThemeId, path: &Path) -> Result<(), Error> {
        let mut chain = vec![id];
        let mut next = self.get(id).and_then(|theme| theme.parent.as_ref());
        while let Some(parent) = next {
            let seen = chain.contains(&parent);
            chain.push(parent);
            if seen {
                let names: Vec<String> = chain.iter().map(|id| format!("`{id}`")).collect();
                return Err(Error::inconsistent(
                    path,
                    format!("the parents of themes form a cycle: {}", names.join(" -> ")),
                    "change `<parent>` in one of their `theme.xml`",
                ));
            }
            next = self.get(parent).and_then(|theme| theme.parent.as_ref());
        }
        Ok(())
    }
}

fn theme_id(component: &Component) -> Result<ThemeId, Error> {
    let parts: Vec<&str> = component.name.split('/').collect();
    let refused = |what: &str| {
        Error::inconsistent(
            &component.file,
            format!("the theme key `{}` {what}", component.name),
            "register the theme as `area/Vendor/name`",
        )
    };
    let [area, vendor, name] = parts.as_slice() else {
        return Err(refused("does not have three parts"));
    };
    // The key becomes a path below `pub/static`.
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Err(refused("has a part that is no name of a directory"));
    }
    Ok(ThemeId {
        area: Area::from(*area),
        code: ThemeCode::new(format!("{vendor}/{name}")),
    })
}

/// The parent named in `theme.xml`, in the same area; a single word means the theme's own vendor.
fn read_parent(tree: &dyn Tree, path: &Path, id: &ThemeId) -> Result<Option<ThemeId>, Error> {
    let source = tree.read(path).map_err(Error::read(path))?;
    let text = XmlText::new(path, &source)?;
    let xml = Xml::new(path, &text)?;
    let theme = xml
        .document()
        .descendants()
        .find(|node| node.has_tag_name("theme"));
    let missing = |what: &str, hint: &str| Error::at(path, &source, 0, what, Some(hint.to_owned()));
    let theme = theme.ok_or_else(|| {
        missing(
            "expected the element `theme`, found none",
            "see any stock theme's `theme.xml`",
        )
    })?;
    let first = |tag: &str| theme.descendants().find(|node| node.has_tag_name(tag));
    if let Some(media) = first("media")
        && !media
            .descendants()
            .any(|node| node.has_tag_name("preview_image"))
    {
        let offset = media.range().start;
        let message = "expected `preview_image` in `media`, found none";
        let hint = "add `<preview_image>`, or remove `<media>`";
        return Err(Error::at(
            path,
            &source,
            offset,
            message,
            Some(hint.to_owned()),
        ));
    }
    let parent = first("parent").map(text_of).filter(|text| !text.is_empty());
    Ok(parent.map(|parent| {
        let vendor = id.code.as_str().split('/').next().unwrap_or_default();
        let code = if parent.contains('/') {
            parent
        } else {
            format!("{vendor}/{parent}")
        };
        ThemeId {
            area: id.area.clone(),
            code: ThemeCode::new(code),
        }
    }))
}
