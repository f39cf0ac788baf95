//! Test target `tidy`.
