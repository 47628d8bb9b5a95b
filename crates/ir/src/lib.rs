//! Keramos ir crate.
