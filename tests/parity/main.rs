//! Test target `parity`.
