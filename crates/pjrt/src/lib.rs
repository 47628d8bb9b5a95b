//! Keramos pjrt crate.
