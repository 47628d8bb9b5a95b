//! `jax.numpy`: functions on tensors, which `keras.ops` and the methods of tensors share.

mod creation;
pub(crate) mod elementwise;
pub(crate) mod operators;
mod reductions;
mod shapes;

use keramos_ir::DType;

use crate::library::FunctionDecl;
use crate::modules::{Contents, math, modules};
use crate::value::Value;

/// Everything that `keras.ops` and `jax.numpy` have in common.
pub(crate) const COMMON: &[&[&FunctionDecl]] =
    &[operators::FUNCTIONS, elementwise::FUNCTIONS, reductions::FUNCTIONS, shapes::FUNCTIONS, creation::FUNCTIONS];

/// Questions about tensors that are answered while the program is compiled.
pub(crate) const STATIC: &[FunctionDecl] = shapes::STATIC;

modules! {
    /// `jax.numpy`.
    NUMPY = Contents { tensor_functions: COMMON, python: &[shapes::STATIC], values: value, value_names: &["pi", "e", "inf", "nan", "newaxis"], ..Contents::new("jax.numpy") };
}

/// Constants and element types of `jax.numpy`.
fn value(name: &str) -> Option<Value> {
    if let Some(constant) = math::constant(name) {
        return Some(constant);
    }
    match name {
        "newaxis" => Some(Value::None),
        _ => DType::from_numpy_name(name.trim_end_matches('_')).map(Value::DType),
    }
}

/// Functions that are methods of tensors only.
pub(crate) static METHOD_ONLY: &[&FunctionDecl] = &[&shapes::RESHAPE_METHOD, &shapes::TRANSPOSE_METHOD];

/// The function behind a method of tensors.
pub(crate) fn method(name: &str) -> Option<&'static FunctionDecl> {
    const METHODS: &[&str] = &[
        "all",
        "any",
        "argmax",
        "argmin",
        "astype",
        "clip",
        "cumsum",
        "flatten",
        "max",
        "mean",
        "min",
        "prod",
        "ravel",
        "repeat",
        "reshape",
        "squeeze",
        "std",
        "sum",
        "transpose",
        "var",
    ];
    let name = match name {
        "abs" | "__abs__" => "absolute",
        "astype" => "cast",
        "flatten" => "ravel",
        "reshape" => return Some(&shapes::RESHAPE_METHOD),
        "transpose" => return Some(&shapes::TRANSPOSE_METHOD),
        name if METHODS.contains(&name) => name,
        _ => return None,
    };
    COMMON.iter().flat_map(|list| list.iter()).copied().find(|function| function.name == name)
}
