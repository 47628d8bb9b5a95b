//! Tests of the binding against the machine's CPU plugin, and against files that are no plugin.
//!
//! There is no way to run them without a plugin: where none is found, they fail with the message that says what to do.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod buffers;
mod common;
mod devices;
mod discovery;
mod execution;
mod files;
mod hlo;
mod storage;
mod told;
