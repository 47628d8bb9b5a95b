//! Losses and metrics against what real Keras computes (`generate.py` writes `expected.json`).

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails here should stop")]

mod losses;
mod metrics;
mod support;
