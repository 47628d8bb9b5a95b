//! JAX natively: one folder per module of `jax`, each with its declarations.
//!
//! Declared functions are thin: they read their arguments and call the composites of [`crate::ops`].

pub(crate) mod arguments;
pub(crate) mod control;
pub(crate) mod image;
pub(crate) mod lax;
pub(crate) mod nn;
pub(crate) mod numpy;
pub(crate) mod ops;
pub(crate) mod random;
pub(crate) mod scipy;
pub(crate) mod transform;
pub(crate) mod tree;

use crate::modules::{Contents, modules};

modules! {
    /// `jax`.
    JAX = Contents {
        classes: transform::CLASSES,
        tensor_functions: transform::TENSOR_FUNCTIONS,
        python: transform::PYTHON,
        values: transform::misc::value,
        value_names: &["Array", "config", "float0"],
        ..Contents::new("jax")
    };
}
