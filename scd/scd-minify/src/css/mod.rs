//! CSS: Magento's own minifier byte for byte, a modern one behind a gate, the equality that the gate asks for, and Magento's
//! rules for `url(...)` references.

mod colour_table;
pub mod compat;
pub mod notation;
pub mod url;
