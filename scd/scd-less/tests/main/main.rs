//! Tests of the compiler through its public surface.
#![allow(missing_docs)]

mod cases;
mod conformance;
mod conformance_errors;
mod diagnostics;
mod disk;
mod reference;
mod source_map;
mod urls;
mod warnings;
