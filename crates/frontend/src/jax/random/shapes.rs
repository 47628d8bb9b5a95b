//! Distributions of vectors and matrices.

use keramos_ir::TensorType;

use super::arguments::sample_type;
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

const NONE: Default = Default::None;
const SCALAR: Default = Default::Ints(&[]);

/// Distributions of vectors and matrices.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "ball" [(key) (d) (p = Default::Int(2)) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)]
        "Uniform in the unit ball of a norm." => ball;
    "generalized_normal" [(key) (p) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)]
        "Density proportional to exp(-|x|^p)." => generalized_normal;
};
