//! Tests of the crate's public surface.

#![allow(missing_docs)]

mod reference;
