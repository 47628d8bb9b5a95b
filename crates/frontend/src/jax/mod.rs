//! JAX natively: one folder per module of `jax`, each with its declarations.
//!
//! Declared functions are thin: they read their arguments and call the composites of [`crate::ops`].

pub(crate) mod arguments;
pub(crate) mod control;
pub(crate) mod experimental;
pub(crate) mod image;
pub(crate) mod lax;
pub(crate) mod nn;
pub(crate) mod numpy;
pub(crate) mod ops;
pub(crate) mod random;
pub(crate) mod scipy;
pub(crate) mod transform;
pub(crate) mod tree;

use crate::library::Refused;
use crate::modules::{Contents, modules};

/// What concerns devices, the host or JAX's own debugging.
const REFUSED: &[Refused] = &[
    Refused { name: "pure_callback", why: "a compiled program calls no Python" },
    Refused { name: "new_ref", why: "arrays are immutable; use x.at[i].set(…)" },
    Refused { name: "ref", why: "arrays are immutable; use x.at[i].set(…)" },
    Refused { name: "freeze", why: "arrays are immutable; use x.at[i].set(…)" },
];

modules! {
    /// `jax`.
    JAX = Contents {
        classes: transform::CLASSES,
        tensor_functions: transform::TENSOR_FUNCTIONS,
        python: transform::PYTHON,
        values: transform::misc::value,
        value_names: &["Array", "__version__", "config", "devices", "float0", "local_devices"],
        written: &[include_str!("../packages/jax/jax.py"), include_str!("../packages/jax/devices.py")],
        refused: REFUSED,
        ..Contents::new("jax")
    };
}
