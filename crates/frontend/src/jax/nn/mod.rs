//! `jax.nn`: activations and what goes with them.

mod activations;
mod attention;
mod initializers;
mod normalised;

pub(crate) use normalised::logsumexp;

use crate::keras::activations::FUNCTIONS as KERAS;
use crate::library::Refused;
use crate::modules::{Contents, modules};
use crate::value::Value;

const SCALES: &str = "its scales have the type float8_e8m0fnu, which stock plugins do not run; multiply by the scales and use jnp.matmul";

modules! {
    /// `jax.nn`.
    NN = Contents {
        tensor_tables: &[activations::FUNCTIONS, normalised::FUNCTIONS, attention::FUNCTIONS],
        values: shared,
        value_names: SHARED,
        refused: &[Refused {
            name: "scaled_matmul",
            why: SCALES,
        }, Refused { name: "get_scaled_dot_general_config", why: SCALES }],
        ..Contents::new("jax.nn")
    };
    /// `jax.nn.initializers`.
    INITIALIZERS = Contents {
        tensor_tables: &[initializers::DIRECT],
        python: &[initializers::MAKERS],
        refused: &[Refused { name: "Initializer", why: "it is a type for annotations, which are not evaluated" }],
        ..Contents::new("jax.nn.initializers")
    };
}

/// Activations that Keras defines with the same arguments and defaults.
const SHARED: &[&str] = &[
    "celu",
    "elu",
    "glu",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "log_sigmoid",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softplus",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
    "swish",
    "tanh",
];

fn shared(name: &str) -> Option<Value> {
    let known = SHARED.contains(&name);
    KERAS.iter().find(|function| known && function.name == name).map(|function| Value::Function(function))
}
