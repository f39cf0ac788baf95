//! Tests of the crate's public surface, one module per idea.

mod choosing;
mod listing;
mod membership;
mod reference;
mod resolution;
mod site;
mod worked_example;
