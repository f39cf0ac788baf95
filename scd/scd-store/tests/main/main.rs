//! Locks and publishing against a real file system.

#![allow(clippy::print_stderr)] // skipped tests say so

mod failure;
mod keep;
mod link;
mod lock;
mod property;
mod publish;
mod spare;
mod store;
mod support;
mod unchanged;
mod whole;
