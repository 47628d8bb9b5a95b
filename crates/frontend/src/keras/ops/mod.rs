//! `keras.ops`.

mod core;
pub(crate) mod image;
pub(crate) mod linalg;
mod losses;
mod nn;
mod numpy;
mod spectra;
mod types;
mod windows;

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
        python: &[shapes::STATIC, types::FUNCTIONS],
        values: activation,
        value_names: ACTIVATIONS,
        ..Contents::new("keras.ops")
    };
    /// `keras.ops.nn`.
    NN = Contents {
        tensor_functions: &[nn::FUNCTIONS, core::FUNCTIONS, losses::FUNCTIONS, spectra::FUNCTIONS, windows::FUNCTIONS],
        values: activation,
        value_names: ACTIVATIONS,
        ..Contents::new("keras.ops.nn")
    };
    /// `keras.ops.linalg`.
    LINALG = Contents {
        tensor_functions: &[linalg::FUNCTIONS, crate::jax::numpy::linalg::SHARED],
        python: &[types::FUNCTIONS],
        ..Contents::new("keras.ops.linalg")
    };
    /// `keras.ops.numpy`.
    NUMPY = Contents {
        tensor_functions: TABLES,
        python: &[shapes::STATIC, types::FUNCTIONS],
        ..Contents::new("keras.ops.numpy")
    };
}

/// All functions of `keras.ops`: those that take arguments as Keras does before those that it shares with NumPy.
const TABLES: &[&[&FunctionDecl]] = &[
    numpy::FUNCTIONS,
    nn::FUNCTIONS,
    core::FUNCTIONS,
    losses::FUNCTIONS,
    spectra::FUNCTIONS,
    linalg::FUNCTIONS,
    windows::FUNCTIONS,
    crate::jax::numpy::linalg::SHARED,
    operators::FUNCTIONS,
    elementwise::SHARED,
    elementwise::PARTS,
    shapes::SHARED,
    creation::FUNCTIONS,
    contractions::SHARED,
    indexing::FUNCTIONS,
];

/// The activation of that name.
fn activation(name: &str) -> Option<Value> {
    let declared = activations::FUNCTIONS.iter().find(|function| function.name == name && ACTIVATIONS.contains(&name));
    declared.map(|function| Value::Function(function))
}

/// The activations of Keras that are functions of `keras.ops`, with the same arguments.
const ACTIVATIONS: &[&str] = &[
    "celu",
    "elu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh_shrink",
    "threshold",
];
