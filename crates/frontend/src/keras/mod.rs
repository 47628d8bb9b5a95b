//! The Keras library, natively: variables, layers, models and what trains them.
//!
//! One file per layer, loss, metric, optimizer, schedule or initializer, each with its declaration
//! (arguments, defaults, documentation) and its code; each folder's `mod.rs` lists its members.

pub mod activations;
pub mod arrays;
pub mod callbacks;
pub(crate) mod config;
pub(crate) mod datasets;
pub(crate) mod derived;
pub(crate) mod dtype_policy;
pub mod graph;
pub mod initializers;
pub mod layer;
pub mod layers;
pub mod losses;
pub mod metrics;
pub mod models;
mod names;
pub(crate) mod ops;
pub mod optimizers;
pub mod padding;
pub mod penalties;
pub(crate) mod random;
pub mod schedules;
pub mod seed_generator;
mod seeds;
pub mod symbolic;
pub mod variable;
pub mod variable_object;
pub mod weights;

pub use names::{Names, object_name, snake_case};
pub use seeds::Seeds;
pub use symbolic::Symbolic;

/// Keras's `backend.epsilon()`: what keeps logarithms and divisions finite.
pub const EPSILON: f64 = 1e-7;
