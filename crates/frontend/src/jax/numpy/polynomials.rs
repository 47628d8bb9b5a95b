//! Polynomials by their coefficients, highest power first: fits, products of roots and quotients.

use keramos_ir::as_tuple;
use keramos_ir::ops::{OutOfBounds, ScatterKind};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, tensor_functions};
use crate::library::FunctionDecl;
use crate::ops::{Domain, Part};
use crate::trace::Tensor;
use crate::value::Value;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "polyfit": [(x) (y) (deg) (rcond = NONE) (full = FALSE) (w = NONE) (cov = FALSE)] "The polynomial nearest to points." => polyfit;
    "poly": [(seq_of_zeros)] "The polynomial with these roots." => |c| {
        let roots = c.tensor("seq_of_zeros")?;
        if roots.rank() > 1 {
            return Err(Error::unsupported("poly() of a matrix").note("it needs the eigenvalues of a matrix that is not symmetric"));
        }
        let t = c.t();
        let roots = t.to_float(&roots)?;
        let roots = t.reshape_infer(&roots, &[-1])?;
        let one = t.full(&keramos_ir::TensorType::new(roots.dtype(), [1]), 1.0)?;
        let mut product = one.clone();
        for at in 0..roots.ty().size() {
            let root = t.slice_axis(&roots, 0, at, at + 1)?;
            let root = t.neg(&root)?;
            let factor = t.concatenate(&[one.clone(), root], 0)?;
            product = t.convolve(&product, &factor, "full")?;
        }
        if roots.ty().size() == 0 { t.squeeze(&product, &[0]) } else { Ok(product) }
    };
    "polydiv": [(u) (v) (trim_leading_zeros = FALSE)] "Quotient and remainder of polynomials." => |c| {
        let (u, v) = (c.tensor("u")?, c.tensor("v")?);
        if c.flag("trim_leading_zeros")? {
            return Err(Error::unsupported("`trim_leading_zeros` of polydiv()").note("the shape would depend on data"));
        }
        let t = c.t();
        let [u, v] = {
            let (dtype, _) = t.promoted([&u, &v]);
            let dtype = if dtype.is_int() || dtype == keramos_ir::DType::Bool { t.default_float() } else { dtype };
            [t.convert(&u, dtype)?, t.convert(&v, dtype)?]
        };
        let (&[n], &[k]) = (u.shape(), v.shape()) else { return Err(Error::shape("polynomials are rows of coefficients")) };
        if n == 0 || k == 0 {
            return Err(Error::shape("a polynomial has at least one coefficient"));
        }
        let steps = (n + 1).saturating_sub(k);
        let mut quotient = t.full(&keramos_ir::TensorType::new(u.dtype(), [steps.max(1)]), 0.0)?;
        let lead = t.slice_axis(&v, 0, 0, 1)?;
        let mut rest = u;
        for step in 0..steps {
            let head = t.slice_axis(&rest, 0, step, step + 1)?;
            let factor = t.compute([&head, &lead], |[head, lead]| 1.0 / lead * head)?;
            let place = [Part::Range { start: step as i64, step: 1, count: 1 }];
            quotient = t.index_update(&quotient, &place, &factor, ScatterKind::Replace, OutOfBounds::Fill)?;
            let change = t.compute([&factor, &v], |[f, v]| -f * v)?;
            let change = t.pad(&change, &[(step, n - step - k)], 0.0)?;
            rest = t.add(&rest, &change)?;
        }
        Ok([quotient, rest])
    };
    "roots": [(p) (strip_zeros = TRUE)] "The roots of a polynomial." => |_| -> Result<Tensor> {
        Err(Error::unsupported("roots()")
            .note("it needs the eigenvalues of a matrix that is not symmetric, which no plugin offers to compiled programs")
            .help("compute the roots before and write them into the file, or find them by Newton's method"))
    };
};

fn polyfit(c: &mut Call<'_>) -> Result<Value> {
    let (x, y, degree, weights) = (c.tensor("x")?, c.tensor("y")?, c.size("deg")?, c.optional("w")?);
    let full = c.flag("full")?;
    let cov = match c.value("cov")? {
        Value::Str(text) if &*text == "unscaled" => Some(false),
        _ => c.flag("cov")?.then_some(true),
    };
    let limit = if c.some("rcond")?.is_some() { Some(c.args.f64("rcond")?) } else { None };
    let t = c.t();
    let [x, y] = {
        let [x, y] = [t.to_float(&x)?, t.to_float(&y)?];
        if x.rank() != 1 || !matches!(y.rank(), 1 | 2) || x.shape()[0] != y.shape()[0] || x.shape()[0] == 0 {
            return Err(Error::shape(format!(
                "polyfit needs a row of places and as many values, found shapes {} and {}",
                as_tuple(x.shape()),
                as_tuple(y.shape())
            )));
        }
        [x, y]
    };
    let (n, order) = (x.shape()[0], degree + 1);
    let mut powers = Vec::new();
    let mut power = t.full(&x.ty().clone(), 1.0)?;
    for at in 0..order {
        if at > 0 {
            power = t.mul(&power, &x)?;
        }
        powers.push(power.clone());
    }
    powers.reverse();
    let mut left = t.stack(&powers, 1)?;
    let mut right = y.clone();
    if let Some(weights) = weights {
        let weights = t.to_float(&weights)?;
        let column = t.expand_dims(&weights, &[1])?;
        left = t.mul(&left, &column)?;
        right = if right.rank() == 2 { t.mul(&right, &column)? } else { t.mul(&right, &weights)? };
    }
    let squares = t.square(&left)?;
    let scale = t.sum(&squares, &[0], false)?;
    let scale = t.sqrt(&scale)?;
    let left = t.div(&left, &scale)?;
    let limit = limit.unwrap_or(n as f64 * x.dtype().epsilon());
    let limit = t.scalar(x.dtype(), limit)?;
    let [found, residuals, rank, values] = t.least_squares(&left, &right, Some(&limit))?;
    let wide = if found.rank() == 2 { t.expand_dims(&scale, &[1])? } else { scale.clone() };
    let found = t.div(&found, &wide)?;
    if full {
        return Ok(Value::tuple([found, residuals, rank, values, limit].map(Value::Tensor).to_vec()));
    }
    let Some(scaled) = cov else { return Ok(Value::Tensor(found)) };
    let turned = t.transposed(&left)?;
    let product = t.matmul(&turned, &left)?;
    let inverse = t.build1(&[&product], |b, v| b.inverse(v[0]))?;
    let column = t.expand_dims(&scale, &[1])?;
    let outer = t.mul(&column, &scale)?;
    let base = t.div(&inverse, &outer)?;
    let factor = match scaled {
        false => t.full(&keramos_ir::TensorType::new(x.dtype(), [1]), 1.0)?,
        true if n <= order => {
            return Err(Error::argument(format!("{n} points do not tell how sure {order} coefficients are"))
                .help("use cov=\"unscaled\""));
        }
        true => t.div_scalar(&residuals, (n - order) as f64)?,
    };
    let covariance = match y.rank() {
        1 => {
            let [base, factor] = t.common(Domain::Float, [&base, &factor])?;
            t.mul(&base, &factor)?
        }
        _ => {
            let base = t.expand_dims(&base, &[2])?;
            t.mul(&base, &factor)?
        }
    };
    Ok(Value::tuple(vec![Value::Tensor(found), Value::Tensor(covariance)]))
}
