//! Distributions of vectors and matrices.

use keramos_ir::TensorType;

use super::arguments::{float_type, sample_type, shape};
use super::keys::key;
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::tensor;
use crate::library::{Bound, Default, FunctionDecl};
use crate::value::Value;

/// The scalar argument `p` in the sample's element type.
fn power(interp: &mut Interp, args: &Bound, ty: &TensorType) -> Result<crate::trace::Tensor> {
    let power = tensor(interp, args, "p")?;
    if power.rank() != 0 {
        return Err(args.invalid("p", "a number"));
    }
    interp.tracer.convert(&power, ty.dtype)
}

fn ball(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (key, ty) = (key(interp, args)?, sample_type(interp, args)?);
    let dimensions = args.usize("d")?;
    let power = power(interp, args, &ty)?;
    interp.tracer.random_ball(&key, &ty, dimensions, &power).map(Value::Tensor)
}

fn generalized_normal(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (key, ty) = (key(interp, args)?, sample_type(interp, args)?);
    let power = power(interp, args, &ty)?;
    interp.tracer.random_generalised_normal(&key, &power, &ty.shape).map(Value::Tensor)
}

fn orthogonal(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let (dtype, batch) = (float_type(interp, args)?, shape(args)?);
    let rows = args.usize("n")?;
    let columns = if args.some("m")?.is_some() { args.usize("m")? } else { rows };
    let t = &mut interp.tracer;
    if batch.is_empty() {
        return t.random_orthogonal(&key, dtype, rows, columns).map(Value::Tensor);
    }
    // All matrices are one draw, orthogonalised one by one.
    let (tall, narrow) = (rows.max(columns), rows.min(columns));
    let count: usize = batch.iter().product();
    let normal = t.random_standard_normal(&key, &TensorType::new(dtype, [count, tall, narrow]))?;
    let mut matrices = Vec::with_capacity(count);
    for index in 0..count {
        let one = t.slice_axis(&normal, 0, index, index + 1)?;
        let one = t.squeeze(&one, &[0])?;
        let q = t.orthonormal(&one)?;
        let q = if rows < columns { t.transpose(&q, &[1, 0])? } else { q };
        matrices.push(t.expand_dims(&q, &[0])?);
    }
    let joined = match matrices.is_empty() {
        true => t.full(&TensorType::new(dtype, [0, rows, columns]), 0.0)?,
        false => t.concatenate(&matrices, 0)?,
    };
    let sizes = [batch.as_slice(), &[rows, columns]].concat();
    t.reshape(&joined, &sizes).map(Value::Tensor)
}

const NONE: Default = Default::None;
const SCALAR: Default = Default::Ints(&[]);

/// Distributions of vectors and matrices.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "ball" [(key) (d) (p = Default::Int(2)) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)]
        "Uniform in the unit ball of a norm." => ball;
    "orthogonal" [(key) (n) (shape = SCALAR) (dtype = NONE) (m = NONE) (out_sharding = NONE)] "Orthonormal rows or columns." => orthogonal;
    "generalized_normal" [(key) (p) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)]
        "Density proportional to exp(-|x|^p)." => generalized_normal;
};
