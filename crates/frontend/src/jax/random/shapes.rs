//! Distributions of vectors and matrices.

use keramos_ir::{TensorType, as_tuple, elements};

use super::arguments::{float_type, sample_type, shape, shape_of};
use super::keys::key;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
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
    let count = elements(&batch);
    let normal = t.random_standard_normal(&key, &TensorType::new(dtype, [count, tall, narrow]))?;
    let mut matrices = Vec::new();
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

fn multivariate_normal(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let method = args.one_of("method", &["cholesky", "eigh", "svd"])?;
    let (mean, cov) = (tensor(interp, args, "mean")?, tensor(interp, args, "cov")?);
    let Some((&n, batch)) = mean.shape().split_last() else {
        return Err(raise("ValueError", "multivariate_normal requires mean.ndim >= 1, got mean.ndim == 0"));
    };
    let (outer, matrix) = cov.shape().split_at(cov.rank().saturating_sub(2));
    if matrix != [n, n] {
        let message = format!(
            "multivariate_normal requires cov.shape == (..., n, n) for n={n}, but got cov.shape == {}.",
            as_tuple(cov.shape())
        );
        return Err(raise("ValueError", message));
    }
    let mut shape = shape_of(args, &[batch, outer])?;
    let given = crate::jax::arguments::dtype(interp, args, "dtype")?;
    let t = &mut interp.tracer;
    let (mean, cov) = (t.to_float(&mean)?, t.to_float(&cov)?);
    let dtype = t.promoted([&mean, &cov]).0;
    let (mean, cov) = (t.convert(&mean, dtype)?, t.convert(&cov, dtype)?);
    let factor = match method {
        "cholesky" => {
            let even = t.symmetrized(&cov)?;
            t.cholesky(&even)?
        }
        method => {
            let parts = t.build(&[&cov], |b, v| match method {
                "eigh" => b.eigh(v[0]).map(|(vectors, values)| vec![values, vectors]),
                _ => b.svd(v[0], true, true),
            })?;
            let [values, vectors, ..] = parts.as_slice() else { return Err(Error::internal("a factor is missing")) };
            let values = t.expand_dims(values, &[values.rank() - 1])?;
            t.formula(|f| f.of(vectors) * f.of(&values).sqrt())?
        }
    };
    shape.push(n);
    let normal = t.random_standard_normal(&key, &TensorType::new(given.unwrap_or(dtype), shape.clone()))?;
    let rank = shape.len();
    let row = t.expand_dims(&normal, &[rank - 1])?;
    let products = t.mul(&factor, &row)?;
    let sum = t.sum(&products, &[products.rank() - 1], false)?;
    t.add(&mean, &sum).map(Value::Tensor)
}

const NONE: Default = Default::None;
const SCALAR: Default = Default::Ints(&[]);

/// Distributions of vectors and matrices.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "ball" [(key) (d) (p = Default::Int(2)) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)]
        "Uniform in the unit ball of a norm." => ball;
    "orthogonal" [(key) (n) (shape = SCALAR) (dtype = NONE) (m = NONE) (out_sharding = NONE)] "Orthonormal rows or columns." => orthogonal;
    "multivariate_normal" [(key) (mean) (cov) (shape = NONE) (dtype = NONE) (method = Default::Str("cholesky")) (out_sharding = NONE)]
        "Normal vectors of given mean and covariance." => multivariate_normal;
    "generalized_normal" [(key) (p) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)]
        "Density proportional to exp(-|x|^p)." => generalized_normal;
};
