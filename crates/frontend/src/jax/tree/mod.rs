//! `jax.tree`, `jax.tree_util` and `jax.flatten_util`.

mod functions;
mod keys;
mod partial;
mod ravel;
mod register;
mod structure;

use crate::modules::{Contents, modules};

pub(crate) use keys::path_key;

modules! {
    /// `jax.tree`.
    TREE = Contents { python: &[functions::SHORT], ..Contents::new("jax.tree") };
    /// `jax.tree_util`.
    TREE_UTIL = Contents {
        python: &[functions::LONG, register::FUNCTIONS, keys::FUNCTIONS, partial::FUNCTIONS],
        ..Contents::new("jax.tree_util")
    };
    /// `jax.flatten_util`.
    FLATTEN_UTIL = Contents { tensor_functions: &[ravel::FUNCTIONS], ..Contents::new("jax.flatten_util") };
}
