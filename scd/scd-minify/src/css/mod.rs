//! CSS: Magento's own minifier byte for byte, a modern one behind a gate, the equality that the gate asks for, and Magento's
//! rules for `url(...)` references.

mod canonical;
mod colour_table;
pub mod compat;
pub mod notation;
mod selector;
mod token;
pub mod url;
mod value;

pub use canonical::css_difference;
