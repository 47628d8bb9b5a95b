//! Functions on tensors: what `keras.ops`, `jax.numpy`, `jax.nn` and the methods of tensors share.

mod creation;
mod elementwise;
mod reductions;
mod shapes;

use super::{Contents, math, modules};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::operators::number;
use crate::interp::tensor_table;
use crate::keras::activations;
use crate::library::{Bound, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;
use keramos_ir::DType;

/// Everything that `keras.ops` and `jax.numpy` have in common.
const COMMON: &[&[&FunctionDecl]] =
    &[tensor_table::FUNCTIONS, elementwise::FUNCTIONS, reductions::FUNCTIONS, shapes::FUNCTIONS, creation::FUNCTIONS];

modules! {
    /// `keras.ops`.
    OPS = Contents { tensor_functions: COMMON, python: &[shapes::STATIC], values: activation, value_names: SHARED_ACTIVATIONS, ..Contents::new("keras.ops") };
    /// `jax.numpy`.
    JAX_NUMPY = Contents { tensor_functions: COMMON, python: &[shapes::STATIC], values: numpy_value, value_names: &["pi", "e", "inf", "nan", "newaxis"], ..Contents::new("jax.numpy") };
    /// `jax.nn`.
    JAX_NN = Contents { tensor_functions: &[elementwise::NN], values: activation, value_names: SHARED_ACTIVATIONS, ..Contents::new("jax.nn") };
    /// `jax.lax`.
    JAX_LAX = Contents { tensor_functions: &[elementwise::LAX], ..Contents::new("jax.lax") };
    /// `jax`.
    JAX = Contents::new("jax");
}

/// Activations that Keras, `keras.ops` and `jax.nn` define alike, defaults included.
const SHARED_ACTIVATIONS: &[&str] = &[
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

fn activation(name: &str) -> Option<Value> {
    let known = SHARED_ACTIVATIONS.contains(&name);
    let declared = activations::FUNCTIONS.iter().find(|function| known && function.name == name);
    declared.map(|function| Value::Function(function))
}

/// Constants and element types of `jax.numpy`.
fn numpy_value(name: &str) -> Option<Value> {
    if let Some(constant) = math::constant(name) {
        return Some(constant);
    }
    match name {
        "newaxis" => Some(Value::None),
        _ => DType::from_numpy_name(name.trim_end_matches('_')).map(Value::DType),
    }
}

/// Functions that are methods of tensors only.
pub(super) static METHOD_ONLY: &[&FunctionDecl] = &[&shapes::RESHAPE_METHOD, &shapes::TRANSPOSE_METHOD];

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

/// Argument `name` as a tensor.
fn tensor(interp: &mut Interp, args: &Bound, name: &str) -> Result<Tensor> {
    let value = args.get(name)?.clone();
    to_tensor(interp, &value)
}

/// A tensor from a tensor, a number or a nested list of either.
fn to_tensor(interp: &mut Interp, value: &Value) -> Result<Tensor> {
    let Some(elements) = value.elements() else { return interp.to_tensor(value) };
    let rows: Vec<Tensor> = elements.iter().map(|element| to_tensor(interp, element)).collect::<Result<_>>()?;
    if rows.is_empty() {
        return interp.tracer.full(&keramos_ir::TensorType::new(DType::F32, [0]), 0.0);
    }
    stack(interp, &rows, 0)
}

/// Tensors of one shape joined along a new axis.
fn stack(interp: &mut Interp, tensors: &[Tensor], axis: usize) -> Result<Tensor> {
    let rows: Vec<Tensor> = tensors.iter().map(|t| interp.tracer.expand_dims(t, &[axis])).collect::<Result<_>>()?;
    interp.tracer.concatenate(&rows, axis)
}

/// An integer or a sequence of integers.
fn integers(value: &Value) -> Option<Vec<i64>> {
    match number::index(value) {
        Some(one) => Some(vec![one]),
        None => value.elements()?.iter().map(number::index).collect(),
    }
}

/// The axes that argument `axis` names; all if it is `None`.
fn axes(args: &Bound, rank: usize) -> Result<Vec<usize>> {
    let given = match args.some("axis")? {
        None => None,
        Some(value) => Some(integers(value).ok_or_else(|| args.invalid("axis", "an integer or a tuple of integers"))?),
    };
    crate::ops::axes_indices(given.as_deref(), rank)
}

/// A shape given as an integer or a sequence; −1 stays as it is.
fn shape(args: &Bound, name: &str) -> Result<Vec<i64>> {
    integers(args.get(name)?).ok_or_else(|| args.invalid(name, "an integer or a tuple of integers"))
}

/// An element type given by name, by `jnp.float32` and its like, or by a Python type.
fn dtype(interp: &mut Interp, args: &Bound, name: &str) -> Result<Option<DType>> {
    let Some(value) = args.some(name)?.cloned() else { return Ok(None) };
    let dtype = match &value {
        Value::DType(dtype) => Some(*dtype),
        Value::Str(text) => DType::from_numpy_name(if &**text == "float" { "float32" } else { text }),
        other => match &*interp.repr_of(other)? {
            "<class 'float'>" => Some(DType::F32),
            "<class 'int'>" => Some(DType::I32),
            "<class 'bool'>" => Some(DType::Bool),
            _ => None,
        },
    };
    // Without 64-bit mode, JAX takes the narrower type.
    let narrow = |dtype| match dtype {
        DType::F64 => DType::F32,
        DType::I64 => DType::I32,
        DType::U64 => DType::U32,
        other => other,
    };
    match dtype {
        Some(dtype) => Ok(Some(narrow(dtype))),
        None => Err(Error::argument(format!("`{name}` of {}() is no element type", args.function()))),
    }
}
