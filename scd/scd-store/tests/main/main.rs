//! Locks and publishing against a real file system.

mod failure;
mod lock;
mod property;
mod publish;
mod support;
