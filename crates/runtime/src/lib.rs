//! Keramos runtime crate.
