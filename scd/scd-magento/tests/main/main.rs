//! Tests of the crate's public surface, one module per idea.

mod reference;
mod site;
mod worked_example;
