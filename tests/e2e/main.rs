//! Test target `e2e`.
