//! Distributions of integers.

use keramos_ir::{DType, TensorType};

use super::arguments::{float_type, integer_type, shape, shape_of};
use super::keys::key;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::{dtype, tensor};
use crate::library::{Bound, Default, FunctionDecl};
use crate::value::Value;

fn randint(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let dtype = integer_type(interp, args)?;
    let [low, high] = ["minval", "maxval"].map(|name| {
        let x = tensor(interp, args, name)?;
        if x.dtype().is_int() { Ok(x) } else { interp.tracer.convert(&x, DType::I32) }
    });
    let (low, high) = (low?, high?);
    let shape = shape_of(args, &[low.shape(), high.shape()])?;
    interp.tracer.random_integers(&key, &shape, &low, &high, dtype).map(Value::Tensor)
}

fn poisson(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let dtype = integer_type(interp, args)?;
    let rate = tensor(interp, args, "lam")?;
    let shape = shape_of(args, &[rate.shape()])?;
    let t = &mut interp.tracer;
    let rate = t.convert(&rate, DType::F32)?;
    let rate = t.broadcast_to(&rate, &shape)?;
    t.random_poisson(&key, &rate, dtype).map(Value::Tensor)
}

fn binomial(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let dtype = float_type(interp, args)?;
    let (n, p) = (tensor(interp, args, "n")?, tensor(interp, args, "p")?);
    let shape = shape_of(args, &[n.shape(), p.shape()])?;
    let t = &mut interp.tracer;
    let p = t.to_float(&p)?;
    let n = t.convert(&n, p.dtype())?;
    let (n, p) = (t.broadcast_to(&n, &shape)?, t.broadcast_to(&p, &shape)?);
    t.random_binomial(&key, &n, &p, dtype).map(Value::Tensor)
}

fn geometric(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let dtype = integer_type(interp, args)?;
    let p = tensor(interp, args, "p")?;
    let shape = shape_of(args, &[p.shape()])?;
    let t = &mut interp.tracer;
    let p = t.to_float(&p)?;
    t.random_geometric(&key, &p, &shape, dtype).map(Value::Tensor)
}

fn multinomial(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let dtype = float_type(interp, args)?;
    let (n, p) = (tensor(interp, args, "n")?, tensor(interp, args, "p")?);
    let t = &mut interp.tracer;
    let (n, p) = (t.to_float(&n)?, t.to_float(&p)?);
    let (float, _) = t.promoted([&n, &p]);
    let (n, p) = (t.convert(&n, float)?, t.convert(&p, float)?);
    let mut shape = super::arguments::shape_if_given(args)?.unwrap_or_else(|| p.shape().to_vec());
    let Some((&classes, _)) = p.shape().split_last() else {
        return Err(Error::shape("multinomial requires probabilities along a last axis"));
    };
    let p = t.broadcast_to(&p, &shape)?;
    shape.pop();
    let mut left = t.broadcast_to(&n, &shape)?;
    let axis = shape.len();
    // What is left of the probability from each class on.
    let reversed = t.reverse(&p, &[axis])?;
    let sums = t.cumsum(&reversed, axis)?;
    let rest = t.reverse(&sums, &[axis])?;
    let ratios = t.formula(|f| {
        let rest = f.of(&rest);
        f.of(&p) / rest.eq(0.0).select(rest.filled(1.0), rest)
    })?;
    let keys = t.split_key(&key, classes)?;
    let mut counts = Vec::new();
    for class in 0..classes {
        let key = t.slice_axis(&keys, 0, class, class + 1)?;
        let key = t.reshape(&key, &[2])?;
        let ratio = t.slice_axis(&ratios, axis, class, class + 1)?;
        let ratio = t.squeeze(&ratio, &[axis])?;
        let ratio = t.clip(&ratio, 0.0, 1.0)?;
        let count = t.random_binomial(&key, &left, &ratio, left.dtype())?;
        left = t.sub(&left, &count)?;
        counts.push(t.expand_dims(&count, &[axis])?);
    }
    let counts = t.concatenate(&counts, axis)?;
    t.convert(&counts, dtype).map(Value::Tensor)
}

fn rademacher(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let dtype = dtype(interp, args, "dtype")?.unwrap_or(DType::I32);
    let ty = TensorType::new(dtype, shape(args)?);
    interp.tracer.random_sign(&key, &ty.shape, dtype).map(Value::Tensor)
}

const NONE: Default = Default::None;

/// Distributions of integers.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "randint" [(key) (shape) (minval) (maxval) (dtype = NONE) (out_sharding = NONE)] "Integers in [minval, maxval)." => randint;
    "poisson" [(key) (lam) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Poisson." => poisson;
    "binomial" [(key) (n) (p) (shape = NONE) (dtype = NONE)] "Binomial." => binomial;
    "geometric" [(key) (p) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Geometric: trials until a success." => geometric;
    "multinomial" [(key) (n) (p) (shape = NONE) (dtype = NONE) (unroll = Default::Int(1))] "Multinomial." => multinomial;
    "rademacher" [(key) (shape = Default::Ints(&[])) (dtype = NONE) (out_sharding = NONE)] "-1 or 1." => rademacher;
};
