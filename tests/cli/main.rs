//! The real binaries, as a user runs them: from a Keras file to a trained artifact, and the mistakes
//! on the way. Needs the CPU plugin and the workspace's binaries (`make test` sees to both).

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod depth;
#[path = "../../examples/embed.rs"]
mod embed;
mod examples;
mod explain;
mod fit;
mod functions;
mod golden;
mod journey;
mod loops;
mod memory;
mod mistakes;
mod modules;
mod numbers;
mod profile;
mod refused;
mod targets;
mod tool;
mod weights;

/// The embedding example does what it says.
#[test]
fn embedding_trains_and_predicts() {
    embed::main().unwrap_or_else(|error| panic!("{error}"));
}
