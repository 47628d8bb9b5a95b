//! Keramos artifact crate.
