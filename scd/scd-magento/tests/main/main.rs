//! Tests of the crate's public surface, one module per idea.

mod choosing;
mod config_types;
mod configuring;
mod customising;
mod languages;
mod listing;
mod membership;
mod project_reference;
mod reference;
mod registering;
mod resolution;
mod site;
mod theme_files;
mod view_configs;
mod worked_example;
