//! `jax.nn`: activations and what goes with them.

use crate::keras::ops::{SHARED_ACTIVATIONS, activation};
use crate::library::FunctionDecl;
use crate::modules::{Contents, modules};

modules! {
    /// `jax.nn`.
    NN = Contents { tensor_functions: &[FUNCTIONS], values: activation, value_names: SHARED_ACTIVATIONS, ..Contents::new("jax.nn") };
}

/// The functions that take arguments as JAX does.
static FUNCTIONS: &[&FunctionDecl] = crate::keras::ops::NN;
