//! Harness shared by the test binaries: fixtures, runs of the command, the reference tree.

pub mod browser;
pub mod edits;
pub mod fixture;
pub mod options;
pub mod php_listing;
pub mod random;
pub mod reference;
pub mod run;
pub mod say;
pub mod server;
pub mod shop;
pub mod watch;
