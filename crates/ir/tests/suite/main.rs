//! The crate's behaviour through its public interface: transforms and passes as text in, text out,
//! derivatives against finite differences, and laws over random programs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod batching;
mod control;
mod cpu;
mod gradients;
mod numeric;
mod ops;
mod random;
mod told;
mod transforms;
