//! JAX's transformations of functions.
//!
//! Calling a transformed function flattens its arguments, runs the Python function on parameters of a
//! function being traced ([`stage`]), applies the transform of the IR to that function with what it
//! captured held constant, and inlines the result into the function around it. That makes every
//! nesting work: an inner transform only ever sees tensors of the outer ones.

mod ahead;
pub(crate) mod callee;
pub(crate) mod checkpoint;
mod closure;
mod custom;
mod demands;
mod forward;
mod grad;
mod jacobian;
mod jit;
mod linear;
mod marked;
pub(crate) mod misc;
mod reverse;
mod selection;
mod shapes;
pub(crate) mod stage;
mod transformed;
mod vmap;

use crate::library::{ClassDecl, FunctionDecl};

pub(crate) use custom::custom_gradient;
pub(crate) use grad::gives_gradient;
pub(crate) use jit::{Jit, Role};
pub(crate) use shapes::keywords;
pub(crate) use transformed::{call_traced, check_callable, transformed};
pub(crate) use vmap::vmap_over_first;

/// The functions of `jax` that make functions.
pub(crate) static PYTHON: &[&[FunctionDecl]] = &[
    grad::FUNCTIONS,
    jacobian::FUNCTIONS,
    jit::FUNCTIONS,
    vmap::FUNCTIONS,
    checkpoint::FUNCTIONS,
    custom::JVP,
    custom::VJP,
    custom::GRADIENT,
    shapes::FUNCTIONS,
    misc::FUNCTIONS,
];

/// The functions of `jax` that compute on tensors.
pub(crate) static TENSOR_FUNCTIONS: &[&[&FunctionDecl]] = &[closure::FUNCTIONS, forward::FUNCTIONS, reverse::FUNCTIONS];

/// The classes of `jax`.
pub(crate) static CLASSES: &[&[&ClassDecl]] = &[shapes::CLASSES];
