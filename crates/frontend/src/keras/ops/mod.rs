//! `keras.ops`.

mod nn;
mod numpy;

use crate::jax::numpy::{contractions, creation, elementwise, indexing, operators, shapes};
use crate::keras::activations;
use crate::library::FunctionDecl;
use crate::modules::{Contents, modules};
use crate::value::Value;

modules! {
    /// `keras.ops`.
    OPS = Contents {
        tensor_functions: TABLES,
        tensor_tables: &[crate::jax::control::KERAS],
        python: &[shapes::STATIC],
        values: activation,
        value_names: SHARED_ACTIVATIONS,
        ..Contents::new("keras.ops")
    };
}

/// All functions of `keras.ops`: those that take arguments as Keras does before those that it shares with NumPy.
const TABLES: &[&[&FunctionDecl]] = &[
    numpy::FUNCTIONS,
    nn::FUNCTIONS,
    operators::FUNCTIONS,
    elementwise::SHARED,
    elementwise::PARTS,
    shapes::SHARED,
    creation::FUNCTIONS,
    contractions::SHARED,
    indexing::FUNCTIONS,
];

/// Activations that Keras, `keras.ops` and `jax.nn` define alike, defaults included.
pub(crate) const SHARED_ACTIVATIONS: &[&str] = &[
    "celu",
    "elu",
    "hard_silu",
    "hard_swish",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "swish",
    "tanh",
];

/// The activation of that name.
pub(crate) fn activation(name: &str) -> Option<Value> {
    let known = SHARED_ACTIVATIONS.contains(&name);
    let declared = activations::FUNCTIONS.iter().find(|function| known && function.name == name);
    declared.map(|function| Value::Function(function))
}
