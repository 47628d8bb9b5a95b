//! Keramos lowering crate.
