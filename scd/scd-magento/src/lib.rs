//! Reads a Magento 2 root: components, configuration, themes, language packs and every static source file.
//!
//! Nothing is written and no PHP runs. [`Project::open`] tells what is registered and configured,
//! [`Inventory::scan`] lists the static sources once, and [`resolve`] turns a [`Selection`] into
//! packages and the overlays they see.

pub mod error;
pub mod file_id;
pub mod ident;
pub mod module;
pub mod theme;
pub mod tree;

pub use error::Error;
pub use file_id::FileId;
pub use ident::{Area, Locale, ModuleName, PackageId, ThemeCode, ThemeId};
pub use module::{Module, Modules};
pub use theme::{Theme, Themes};
pub use tree::{Entry, EntryKind, FsTree, MemoryTree, Stat, Tree};
