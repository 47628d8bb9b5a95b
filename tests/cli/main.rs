//! The real binaries, as a user runs them: from a Keras file to a trained artifact, and the mistakes
//! on the way. Needs the CPU plugin and the workspace's binaries (`make test` sees to both).

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod examples;
mod journey;
mod mistakes;
mod tool;
mod weights;
