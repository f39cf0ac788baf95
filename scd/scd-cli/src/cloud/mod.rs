//! What a cloud is to us so far: two variables that select packages and threads.

pub(crate) mod matrix;
pub(crate) mod threads;
