//! Adobe Commerce Cloud: `scd cloud` and `scd doctor` on a project, and beside ece-tools' own classes.

mod build;
mod doctor;
mod ece_tools;
mod phases;
mod project;
mod recorded;

/// The command under test.
const SCD: &str = env!("CARGO_BIN_EXE_scd-under-test");
