//! Arguments of native functions as tensors, axes, shapes and element types.

use keramos_ir::DType;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::operators::number;
use crate::library::Bound;
use crate::trace::Tensor;
use crate::value::Value;

/// Argument `name` as a tensor.
pub(crate) fn tensor(interp: &mut Interp, args: &Bound, name: &str) -> Result<Tensor> {
    let value = args.get(name)?.clone();
    to_tensor(interp, &value)
}

/// A tensor from a tensor, a number or a nested list of either.
pub(crate) fn to_tensor(interp: &mut Interp, value: &Value) -> Result<Tensor> {
    let Some(elements) = value.elements() else { return interp.to_tensor(value) };
    let rows: Vec<Tensor> = elements.iter().map(|element| to_tensor(interp, element)).collect::<Result<_>>()?;
    if rows.is_empty() {
        return interp.tracer.full(&keramos_ir::TensorType::new(DType::F32, [0]), 0.0);
    }
    stack(interp, &rows, 0)
}

/// Tensors of one shape joined along a new axis.
pub(crate) fn stack(interp: &mut Interp, tensors: &[Tensor], axis: usize) -> Result<Tensor> {
    let rows: Vec<Tensor> = tensors.iter().map(|t| interp.tracer.expand_dims(t, &[axis])).collect::<Result<_>>()?;
    interp.tracer.concatenate(&rows, axis)
}

/// An integer or a sequence of integers.
pub(crate) fn integers(value: &Value) -> Option<Vec<i64>> {
    match number::index(value) {
        Some(one) => Some(vec![one]),
        None => value.elements()?.iter().map(number::index).collect(),
    }
}

/// The axes that argument `axis` names; all if it is `None`.
pub(crate) fn axes(args: &Bound, rank: usize) -> Result<Vec<usize>> {
    let given = match args.some("axis")? {
        None => None,
        Some(value) => Some(integers(value).ok_or_else(|| args.invalid("axis", "an integer or a tuple of integers"))?),
    };
    crate::ops::axes_indices(given.as_deref(), rank)
}

/// A shape given as an integer or a sequence; −1 stays as it is.
pub(crate) fn shape(args: &Bound, name: &str) -> Result<Vec<i64>> {
    integers(args.get(name)?).ok_or_else(|| args.invalid(name, "an integer or a tuple of integers"))
}

/// An element type given by name, by `jnp.float32` and its like, or by a Python type.
pub(crate) fn dtype(interp: &mut Interp, args: &Bound, name: &str) -> Result<Option<DType>> {
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
