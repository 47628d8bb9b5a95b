//! `jax.lax`: the primitives by name.

use crate::jax::numpy::elementwise as e;
use crate::library::FunctionDecl;
use crate::modules::{Contents, modules};

modules! {
    /// `jax.lax`.
    LAX = Contents { tensor_functions: &[SHARED], ..Contents::new("jax.lax") };
}

/// Functions of `jax.numpy` that `jax.lax` has too.
static SHARED: &[&FunctionDecl] = &[
    &e::ABS,
    &e::CEIL,
    &e::COS,
    &e::ERF,
    &e::EXP,
    &e::EXPM1,
    &e::FLOOR,
    &e::LOG,
    &e::LOG1P,
    &e::RSQRT,
    &e::SIGN,
    &e::SIN,
    &e::SQRT,
    &e::STOP_GRADIENT,
    &e::TANH,
];
