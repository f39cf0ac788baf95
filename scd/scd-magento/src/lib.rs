//! Reads a Magento 2 root: components, configuration, themes, language packs and every static source file.
//!
//! Nothing is written and no PHP runs. [`Project::open`] tells what is registered and configured,
//! [`Inventory::scan`] lists the static sources once, and [`resolve`] turns a [`Selection`] into
//! packages and the overlays they see.

pub mod bundle_exclusions;
mod component_files;
pub mod csv;
pub mod customisation;
pub mod deployment_config;
pub mod edition;
pub mod environment;
pub mod error;
pub mod fallback;
pub mod file_id;
pub mod finding;
mod gist;
pub mod ident;
mod installed;
pub mod integrity;
pub mod inventory;
pub mod language;
pub mod locale_list;
pub mod minification;
pub mod module;
pub mod nearest;
pub mod overlay;
pub mod package;
mod paths;
pub mod php;
mod pool;
pub mod project;
pub mod registration;
pub mod selection;
pub mod template_list;
pub mod theme;
pub mod tree;
pub mod view_config;
mod walk;
mod xml;

pub use bundle_exclusions::BundleExclusions;
pub use csv::parse_csv;
pub use customisation::{Customisation, Effect};
pub use deployment_config::{DeploymentConfig, Mode, Scope, TranslationStrategy};
pub use edition::{Features, LessDialect};
pub use environment::Environment;
pub use error::Error;
pub use fallback::{Place, Rung, module_areas};
pub use file_id::FileId;
pub use finding::Finding;
pub use ident::{Area, Locale, ModuleName, PackageId, ThemeCode, ThemeId};
pub use integrity::IntegrityStorage;
pub use inventory::{Components, Inventory, Layer, LayerId, SourceFile, SourceId};
pub use language::{DictionaryKind, DictionarySource, LanguagePack, Languages};
pub use minification::{Beginning, Minification, is_min};
pub use module::{Module, Modules};
pub use nearest::nearest;
pub use overlay::{Overlay, OverlayFile};
pub use package::{OverlayId, Package, Packages, resolve};
pub use project::Project;
pub use registration::{Component, ComponentKind, Registrations};
pub use selection::{DefaultLocales, Filter, Group, Layout, Parents, Selection};
pub use template_list::{Template, templates};
pub use theme::{Theme, Themes};
pub use tree::{Entry, EntryKind, FsTree, MemoryTree, Stat, Tree};
pub use view_config::ViewConfig;
pub use walk::{Broken, reads_as_pattern};
