//! The engine: plan, execute, derive and publish Magento static content.

pub mod derive;
