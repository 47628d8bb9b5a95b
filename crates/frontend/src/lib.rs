//! Keramos frontend crate.
