//! Distributions of vectors.

use std::f64::consts::PI;

use keramos_ir::as_tuple;
use keramos_ir::ops::TriangularSolve;

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, NONE, tensor_functions};
use crate::library::FunctionDecl;
use crate::ops::{Domain, broadcast_shapes};
use crate::trace::Tensor;

/// `multivariate_normal`.
pub(super) static NORMAL: &[&FunctionDecl] = tensor_functions! {
    "logpdf": [(x) (mean) (cov) (allow_singular = NONE)] "The logarithm of the density." => normal;
    "pdf": [(x) (mean) (cov)] "The density." => |c| {
        let log = normal(c)?;
        c.t().exp(&log)
    };
};

/// `multinomial`.
pub(super) static MULTINOMIAL: &[&FunctionDecl] = tensor_functions! {
    "logpmf": [(x) (n) (p)] "The logarithm of the probability." => multinomial;
    "pmf": [(x) (n) (p)] "The probability." => |c| {
        let log = multinomial(c)?;
        c.t().exp(&log)
    };
};

fn normal(c: &mut Call<'_>) -> Result<Tensor> {
    if c.args.has("allow_singular") {
        c.refuse("allow_singular")?;
    }
    let (x, mean, cov) = (c.tensor("x")?, c.tensor("mean")?, c.tensor("cov")?);
    let t = c.t();
    let (dtype, _) = t.promoted([&x, &mean, &cov]);
    let dtype = if dtype.is_float() { dtype } else { t.default_float() };
    let (x, mean, cov) = (t.convert(&x, dtype)?, t.convert(&mean, dtype)?, t.convert(&cov, dtype)?);
    if mean.rank() == 0 {
        return t.compute([&x, &mean, &cov], |[x, mean, cov]| {
            (x - mean).square() * -0.5 / cov - (cov.log() + (2.0 * PI).ln()) * 0.5
        });
    }
    let n = mean.shape()[mean.rank() - 1];
    let y = t.sub(&x, &mean)?;
    let last = y.rank() - 1;
    if cov.rank() == 0 {
        let squares = t.square(&y)?;
        let sum = t.sum(&squares, &[last], false)?;
        return t
            .compute([&sum, &cov], |[sum, cov]| sum * -0.5 / cov - (cov.log() + (2.0 * PI).ln()) * (n as f64 / 2.0));
    }
    if cov.shape().last_chunk::<2>() != Some(&[n, n]) {
        return Err(Error::shape(format!(
            "a covariance of shape {} does not fit vectors of {n}",
            as_tuple(cov.shape())
        )));
    }
    let cov = t.symmetrized(&cov)?;
    let factor = t.cholesky(&cov)?;
    let batch = broadcast_shapes(&y.shape()[..last], &factor.shape()[..factor.rank() - 2])?;
    let wide = t.broadcast_to(&factor, &[batch.as_slice(), &[n, n]].concat())?;
    let y = t.broadcast_to(&y, &[batch.as_slice(), &[n]].concat())?;
    let how =
        TriangularSolve { left_side: true, lower: true, transpose_a: false, conjugate_a: false, unit_diagonal: false };
    let z = t.triangular_system(&wide, &y, how)?;
    let squares = t.square(&z)?;
    let sum = t.sum(&squares, &[batch.len()], false)?;
    let diagonal = t.diagonal(&factor, 0, factor.rank() - 2, factor.rank() - 1)?;
    let logs = t.log(&diagonal)?;
    let logs = t.sum(&logs, &[logs.rank() - 1], false)?;
    t.compute([&sum, &logs], |[sum, logs]| sum * -0.5 - n as f64 / 2.0 * (2.0 * PI).ln() - logs)
}

fn multinomial(c: &mut Call<'_>) -> Result<Tensor> {
    let (x, n, p) = (c.tensor("x")?, c.tensor("n")?, c.tensor("p")?);
    if !x.dtype().is_int() {
        return Err(Error::argument(format!("x and n must be of integer type, found {}", x.ty())));
    }
    let t = c.t();
    let p = t.to_float(&p)?;
    let (x, n) = (t.convert(&x, p.dtype())?, t.convert(&n, p.dtype())?);
    let [x, p] = t.common(Domain::Float, [&x, &p])?;
    let shape = broadcast_shapes(x.shape(), p.shape())?;
    let (x, p) = (t.broadcast_to(&x, &shape)?, t.broadcast_to(&p, &shape)?);
    let terms = t.compute([&x, &p], |[x, p]| x.xlogy(p) - (x + 1.0).lgamma())?;
    let sum = t.sum(&terms, &[terms.rank().saturating_sub(1)], false)?;
    let all: Vec<usize> = (0..x.rank()).collect();
    let total = t.sum(&x, &all, false)?;
    t.compute([&sum, &total, &n], |[sum, total, n]| total.eq(n).select((n + 1.0).lgamma() + sum, f64::NEG_INFINITY))
}
