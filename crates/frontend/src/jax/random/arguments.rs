//! Arguments of samplers.

use keramos_ir::{DType, TensorType, as_tuple};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{dtype, integers, tensor};
use crate::library::Bound;
use crate::ops::broadcast_shapes;
use crate::trace::Tensor;

/// The argument `shape`; `None` if it is that.
pub(super) fn shape_if_given(args: &Bound) -> Result<Option<Vec<usize>>> {
    let Some(value) = args.some("shape")? else { return Ok(None) };
    let Some(sizes) = value.elements().and_then(|_| integers(value)) else {
        let message =
            format!("`shape` of {}() must be a sequence of integers, found {}", args.function(), value.type_name());
        return Err(Error::ty(message).help("for one dimension of size n, write (n,)"));
    };
    args.sizes_of("shape", &sizes, "non-negative sizes").map(Some)
}

/// The argument `shape`; scalar if it is `None`.
pub(super) fn shape(args: &Bound) -> Result<Vec<usize>> {
    Ok(shape_if_given(args)?.unwrap_or_default())
}

/// The float type that argument `dtype` names; `float32` if it is `None`.
pub(super) fn float_type(interp: &mut Interp, args: &Bound) -> Result<DType> {
    let dtype = dtype(interp, args, "dtype")?.unwrap_or(DType::F32);
    if dtype.is_float() {
        return Ok(dtype);
    }
    let message = format!("dtype argument to `{}` must be a float dtype, got {}", args.function(), dtype.numpy_name());
    Err(raise("ValueError", message))
}

/// The integer type that argument `dtype` names; `int32` if it is `None`.
pub(super) fn integer_type(interp: &mut Interp, args: &Bound) -> Result<DType> {
    let dtype = dtype(interp, args, "dtype")?.unwrap_or(DType::I32);
    if dtype.is_int() {
        return Ok(dtype);
    }
    Err(Error::ty(format!("{} only accepts integer dtypes, got {}", args.function(), dtype.numpy_name())))
}

/// The type of a sample: arguments `shape` and `dtype`.
pub(super) fn sample_type(interp: &mut Interp, args: &Bound) -> Result<TensorType> {
    let shape = shape(args)?;
    Ok(TensorType::new(float_type(interp, args)?, shape))
}

/// The argument `shape`, to which the parameters' shapes must broadcast; without it, what they broadcast to.
pub(super) fn shape_of(args: &Bound, params: &[&[usize]]) -> Result<Vec<usize>> {
    let mut joint = Vec::new();
    for shape in params {
        joint = broadcast_shapes(&joint, shape)?;
    }
    let Some(shape) = shape_if_given(args)? else { return Ok(joint) };
    match broadcast_shapes(&shape, &joint) {
        Ok(found) if found == shape => Ok(shape),
        _ => {
            let message = format!(
                "{} parameter shapes must be broadcast-compatible with shape argument, and the result of broadcasting \
                 the shapes must equal the shape argument, but got parameters of shape {} for shape argument {}.",
                args.function(),
                as_tuple(&joint),
                as_tuple(&shape)
            );
            Err(raise("ValueError", message))
        }
    }
}

/// Parameters of a distribution, in the float type that `dtype` names and the shape of the sample.
pub(super) fn parameters<const N: usize>(
    interp: &mut Interp,
    args: &Bound,
    names: [&str; N],
) -> Result<(TensorType, [Tensor; N])> {
    let dtype = float_type(interp, args)?;
    let mut tensors = Vec::with_capacity(N);
    for name in names {
        let x = tensor(interp, args, name)?;
        tensors.push(interp.tracer.convert(&x, dtype)?);
    }
    let shapes: Vec<&[usize]> = tensors.iter().map(Tensor::shape).collect();
    let shape = shape_of(args, &shapes)?;
    let broadcast = tensors.iter().map(|x| interp.tracer.broadcast_to(x, &shape)).collect::<Result<Vec<_>>>()?;
    let params = broadcast.try_into().map_err(|_| Error::internal("parameters were lost"))?;
    Ok((TensorType::new(dtype, shape), params))
}
