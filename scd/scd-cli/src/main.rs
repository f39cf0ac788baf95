//! The command `scd`.
fn main() {}
