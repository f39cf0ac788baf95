//! What is made from the finished files of a package rather than from one source.

pub mod bundle;
pub mod requirejs;

#[cfg(test)]
mod expected;
