//! The command as its users start it: a process, a root, exit codes, files.

mod bad_options;
mod compress;
mod configuration;
mod customised;
mod deploy;
mod failure;
mod fixtures;
mod hostile_paths;
mod integrity;
mod less;
mod less_root;
mod less_watch;
mod options;
mod shard;
mod timings;
mod verify;
mod verify_php;
mod warm_up;
mod web_server;

/// The command under test.
const SCD: &str = env!("CARGO_BIN_EXE_scd-under-test");
