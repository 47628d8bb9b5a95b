//! Products of tensors.

use keramos_ir::ops::DotDims;
use keramos_ir::{TensorType, as_tuple};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, NONE, int, integers, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::ops::{axis_index, broadcast_shapes};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// Products that `jax.numpy` and `keras.ops` have in common.
pub(crate) static SHARED: &[&FunctionDecl] = tensor_functions! {
    "dot": [(x1) (x2) (precision = NONE) (preferred_element_type = NONE)] "The sum of products over the last and the second to last dimension." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let y = dot(c.t(), &a, &b)?;
        preferred(c, y)
    };
    "vdot": [(x1) (x2) (precision = NONE) (preferred_element_type = NONE)] "The sum of all products." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let (a, b) = (c.t().reshape_infer(&a, &[-1])?, c.t().reshape_infer(&b, &[-1])?);
        let a = conjugate(c.t(), a)?;
        let y = dot(c.t(), &a, &b)?;
        preferred(c, y)
    };
    "inner": [(x1) (x2) (precision = NONE) (preferred_element_type = NONE)] "The sums of products over the last dimensions." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let y = match (a.rank(), b.rank()) {
            (0, _) | (_, 0) => c.t().mul(&a, &b)?,
            (m, n) => contracted(c.t(), &a, &b, vec![m - 1], vec![n - 1])?,
        };
        preferred(c, y)
    };
    "outer": [(x1) (x2)] "All products of elements of two flattened tensors." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let (a, b) = (c.t().reshape_infer(&a, &[-1, 1])?, c.t().reshape_infer(&b, &[1, -1])?);
        c.t().mul(&a, &b)
    };
    "tensordot": [(x1) (x2) (axes = int(2)) (precision = NONE) (preferred_element_type = NONE)] "The sum of products over several dimensions." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let axes = c.value("axes")?;
        let (left, right) = match (integers(&axes).filter(|_| axes.elements().is_none()).as_deref(), axes.elements().as_deref()) {
            (Some([n]), _) => {
                let n = usize::try_from(*n).ok().filter(|n| *n <= a.rank() && *n <= b.rank());
                let n = n.ok_or_else(|| c.invalid("axes", "no more than either tensor has"))?;
                ((a.rank() - n..a.rank()).collect::<Vec<_>>(), (0..n).collect::<Vec<_>>())
            }
            (_, Some([left, right])) => {
                let index = |axes: &Value, rank: usize| -> Result<Vec<usize>> {
                    let axes = integers(axes).ok_or_else(|| c.invalid("axes", "integers"))?;
                    axes.iter().map(|&axis| axis_index(axis, rank)).collect()
                };
                (index(left, a.rank())?, index(right, b.rank())?)
            }
            _ => return Err(c.invalid("axes", "an integer or two lists of axes")),
        };
        if left.len() != right.len() {
            return Err(Error::argument(format!("{} axes cannot be paired with {}", left.len(), right.len())));
        }
        let y = contracted(c.t(), &a, &b, left, right)?;
        preferred(c, y)
    };
    "einsum": [(subscripts) (*operands) (out = NONE) (optimize = NONE) (precision = NONE) (preferred_element_type = NONE)]
        "Products of tensors summed as the subscripts say." => |c| {
            let (equation, operands) = match c.value("subscripts")? {
                Value::Str(equation) => (equation.to_string(), c.some_tensors("operands")?),
                _ => numbered_subscripts(c)?,
            };
            let y = c.t().einsum_all(&equation, &operands)?;
            preferred(c, y)
        };
    "kron": [(a) (b)] "The Kronecker product." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let rank = a.rank().max(b.rank());
        let mut spread = |x: &Tensor, first: usize| -> Result<(Vec<usize>, Tensor)> {
            let x = c.t().expand_dims(x, &(0..rank - x.rank()).collect::<Vec<_>>())?;
            let shape: Vec<usize> = x.shape().iter().flat_map(|&n| if first == 0 { [n, 1] } else { [1, n] }).collect();
            Ok((x.shape().to_vec(), c.t().reshape(&x, &shape)?))
        };
        let ((m, a), (n, b)) = (spread(&a, 0)?, spread(&b, 1)?);
        let product = c.t().mul(&a, &b)?;
        let shape: Vec<usize> = m.iter().zip(&n).map(|(m, n)| m * n).collect();
        c.t().reshape(&product, &shape)
    };
    "cross": [(a) (b) (axisa = int(-1)) (axisb = int(-1)) (axisc = int(-1)) (axis = NONE)] "The cross product." => cross;
    "trace": [(a) (offset = int(0)) (axis1 = int(0)) (axis2 = int(1)) (dtype = NONE) (out = NONE)] "The sum of the diagonal." => |c| {
        let x = c.nth(0)?;
        let (axis1, axis2) = (c.axis("axis1", x.rank())?, c.axis("axis2", x.rank())?);
        let (offset, dtype) = (c.int("offset")?, c.dtype("dtype")?);
        let t = c.t();
        let diagonal = t.diagonal(&x, offset, axis1, axis2)?;
        let sum = t.sum(&diagonal, &[diagonal.rank() - 1], false)?;
        t.convert(&sum, dtype.unwrap_or(sum.dtype()))
    };
    "correlate": [(a) (v) (mode = Default::Str("valid")) (precision = NONE) (preferred_element_type = NONE)] "The sliding sum of products." => |c| convolve(c, false);
    "convolve": [(a) (v) (mode = Default::Str("full")) (precision = NONE) (preferred_element_type = NONE)] "The sliding sum of products with one row reversed." => |c| convolve(c, true);
};

/// Products of `jax.numpy` alone.
pub(crate) static NUMPY: &[&FunctionDecl] = tensor_functions! {
    "vecdot": [(x1) (x2) (axis = int(-1)) (precision = NONE) (preferred_element_type = NONE)] "The sums of products along an axis." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let (i, j) = (c.axis("axis", a.rank())?, c.axis("axis", b.rank())?);
        let (a, b) = (c.t().move_axis(&a, i, a.rank() - 1)?, c.t().move_axis(&b, j, b.rank() - 1)?);
        let y = c.t().einsum_all("...i,...i->...", &[a, b])?;
        preferred(c, y)
    };
    "matvec": [(x1) (x2) (precision = NONE) (preferred_element_type = NONE)] "Matrices times vectors." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let y = c.t().einsum_all("...ij,...j->...i", &[a, b])?;
        preferred(c, y)
    };
    "vecmat": [(x1) (x2) (precision = NONE) (preferred_element_type = NONE)] "Vectors times matrices." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let y = c.t().einsum_all("...i,...ij->...j", &[a, b])?;
        preferred(c, y)
    };
    "cov": [(m) (y = NONE) (rowvar = Default::Bool(true)) (bias = Default::Bool(false)) (ddof = NONE) (fweights = NONE) (aweights = NONE) (dtype = NONE)]
        "The covariances of rows." => |c| {
            c.refuse("fweights")?;
            c.refuse("aweights")?;
            covariance(c, "m")
        };
    "corrcoef": [(x) (y = NONE) (rowvar = Default::Bool(true)) (dtype = NONE)] "The correlations of rows." => correlation;
    "polyval": [(p) (x) (unroll = int(16))] "A polynomial, highest power first." => |c| {
        let (p, x) = (c.tensor("p")?, c.tensor("x")?);
        let t = c.t();
        let [p, x] = t.common(crate::ops::Domain::Any, [&p, &x])?;
        let shape = broadcast_shapes(p.shape().get(1..).unwrap_or_default(), x.shape())?;
        let mut y = t.full(&TensorType::new(x.dtype(), shape), 0.0)?;
        for at in 0..p.shape().first().copied().unwrap_or(0) {
            let factor = t.index(&p, &[crate::ops::Part::At(at as i64)], keramos_ir::ops::OutOfBounds::Promised)?;
            y = t.compute([&y, &x, &factor], |[y, x, factor]| y * x + factor)?;
        }
        Ok(y)
    };
    "polyadd": [(a1) (a2)] "The sum of polynomials." => |c| poly_sum(c, false);
    "polysub": [(a1) (a2)] "The difference of polynomials." => |c| poly_sum(c, true);
    "polymul": [(a1) (a2) (trim_leading_zeros = Default::Bool(false))] "The product of polynomials." => |c| {
        let (mut a, mut b) = (c.tensor("a1")?, c.tensor("a2")?);
        if c.flag("trim_leading_zeros")? {
            (a, b) = (without_leading_zeros(c, "a1", &a)?, without_leading_zeros(c, "a2", &b)?);
        }
        let [a, b] = c.t().common(crate::ops::Domain::Float, [&a, &b])?;
        c.t().convolve(&a, &b, "full")
    };
    "polyder": [(p) (m = int(1))] "The derivative of a polynomial." => |c| {
        let (p, m) = (c.tensor("p")?, c.size("m")?);
        let p = c.t().to_float(&p)?;
        let n = p.shape().first().copied().unwrap_or(0);
        let kept = n.saturating_sub(m);
        let factor = |i: usize| (0..m).map(|k| (n - 1 - i - k) as f64).product::<f64>();
        c.t().fuel.spend_table(&[kept, m])?;
        let factors = c.t().tabulated(&[kept], (0..kept).map(factor), p.dtype())?;
        let head = c.t().slice_axis(&p, 0, 0, kept)?;
        c.t().mul(&head, &factors)
    };
    "polyint": [(p) (m = int(1)) (k = NONE)] "The integral of a polynomial." => |c| {
        let (p, m) = (c.tensor("p")?, c.size("m")?);
        let p = c.t().to_float(&p)?;
        let constants = match c.optional("k")? {
            Some(k) => c.t().convert(&k, p.dtype())?,
            None => c.t().scalar(p.dtype(), 0.0)?,
        };
        let constants = c.t().broadcast_to(&constants, &[m])?;
        let n = p.shape().first().copied().unwrap_or(0);
        let total = n + m;
        let divisor = |i: usize| (0..m).map(|k| ((total - 1 - i) as f64 - k as f64).max(1.0)).product::<f64>();
        c.t().fuel.spend_table(&[total, m])?;
        let divisors = c.t().tabulated(&[total], (0..total).map(divisor), p.dtype())?;
        let all = c.t().concatenate(&[p, constants], 0)?;
        c.t().div(&all, &divisors)
    };
};

/// In the element type asked for.
pub(super) fn preferred(c: &mut Call<'_>, y: Tensor) -> Result<Tensor> {
    match c.dtype("preferred_element_type")? {
        Some(dtype) => c.t().convert(&y, dtype),
        None => Ok(y),
    }
}

fn contracted(t: &mut Tracer, a: &Tensor, b: &Tensor, left: Vec<usize>, right: Vec<usize>) -> Result<Tensor> {
    let sizes = |x: &Tensor, axes: &[usize]| axes.iter().map(|&d| x.shape()[d]).collect::<Vec<_>>();
    if sizes(a, &left) != sizes(b, &right) {
        return Err(Error::shape(format!(
            "shapes {} and {} cannot be multiplied",
            as_tuple(a.shape()),
            as_tuple(b.shape())
        ))
        .note(format!("axes {left:?} of the first and {right:?} of the second must have equal sizes")));
    }
    t.dot_general(a, b, DotDims::contracting(left, right))
}

/// `jnp.dot`.
fn dot(t: &mut Tracer, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    match (a.rank(), b.rank()) {
        (0, _) | (_, 0) => t.mul(a, b),
        (m, 1) => contracted(t, a, b, vec![m - 1], vec![0]),
        (m, n) => contracted(t, a, b, vec![m - 1], vec![n - 2]),
    }
}

fn cross(c: &mut Call<'_>) -> Result<Tensor> {
    let (a, b) = (c.nth(0)?, c.nth(1)?);
    let place = |name: &str, rank: usize| match c.some("axis")? {
        Some(_) => c.axis("axis", rank),
        None => c.axis(name, rank),
    };
    let (axis_a, axis_b) = (place("axisa", a.rank())?, place("axisb", b.rank())?);
    let t = &mut c.interp.tracer;
    let (a, b) = (t.move_axis(&a, axis_a, a.rank() - 1)?, t.move_axis(&b, axis_b, b.rank() - 1)?);
    let part = |t: &mut Tracer, x: &Tensor, i: usize| -> Result<Tensor> {
        let last = x.rank() - 1;
        if i >= x.shape()[last] {
            return t.literal(0);
        }
        let slice = t.slice_axis(x, last, i, i + 1)?;
        t.squeeze(&slice, &[last])
    };
    let sizes = (a.shape()[a.rank() - 1], b.shape()[b.rank() - 1]);
    if !matches!(sizes, (2 | 3, 2 | 3)) {
        return Err(Error::shape(format!(
            "a cross product needs vectors of 2 or 3 elements, found {} and {}",
            sizes.0, sizes.1
        )));
    }
    let (a, b) =
        ([part(t, &a, 0)?, part(t, &a, 1)?, part(t, &a, 2)?], [part(t, &b, 0)?, part(t, &b, 1)?, part(t, &b, 2)?]);
    let mut component = |i: usize, j: usize| t.compute([&a[i], &b[j], &a[j], &b[i]], |[p, q, r, s]| p * q - r * s);
    if sizes == (2, 2) {
        return component(0, 1);
    }
    let parts = [component(1, 2)?, component(2, 0)?, component(0, 1)?];
    let mut shape = Vec::new();
    for part in &parts {
        shape = broadcast_shapes(&shape, part.shape())?;
    }
    let parts = parts.iter().map(|part| t.broadcast_to(part, &shape)).collect::<Result<Vec<_>>>()?;
    let y = t.stack(&parts, shape.len())?;
    let to = match c.some("axis")? {
        Some(_) => c.axis("axis", y.rank())?,
        None => c.axis("axisc", y.rank())?,
    };
    c.t().move_axis(&y, y.rank() - 1, to)
}

fn convolve(c: &mut Call<'_>, flipped: bool) -> Result<Tensor> {
    let (a, v) = (c.nth(0)?, c.nth(1)?);
    let mode = c.args.one_of("mode", &["full", "same", "valid"])?;
    let [a, v] = c.t().common(crate::ops::Domain::Float, [&a, &v])?;
    if a.rank() != 1 || v.rank() != 1 || a.shape()[0] == 0 || v.shape()[0] == 0 {
        return Err(Error::shape(format!(
            "two rows are needed, found shapes {} and {}",
            as_tuple(a.shape()),
            as_tuple(v.shape())
        )));
    }
    let y = match flipped {
        true => c.t().convolve(&a, &v, mode)?,
        false => {
            let reversed = c.t().reverse(&v, &[0])?;
            c.t().convolve(&a, &reversed, mode)?
        }
    };
    preferred(c, y)
}

fn poly_sum(c: &mut Call<'_>, negative: bool) -> Result<Tensor> {
    let (a, b) = (c.tensor("a1")?, c.tensor("a2")?);
    let t = c.t();
    let [a, b] = t.common(crate::ops::Domain::Any, [&a, &b])?;
    if a.rank() != 1 || b.rank() != 1 {
        return Err(Error::shape("polynomials are rows of coefficients"));
    }
    let n = a.shape()[0].max(b.shape()[0]);
    let (a, b) = (t.pad(&a, &[(n - a.shape()[0], 0)], 0.0)?, t.pad(&b, &[(n - b.shape()[0], 0)], 0.0)?);
    if negative { t.sub(&a, &b) } else { t.add(&a, &b) }
}

fn covariance(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let m = c.tensor(name)?;
    let y = c.optional("y")?;
    let rows = c.flag("rowvar")?;
    let bias = c.args.has("bias") && c.flag("bias")?;
    let ddof = if c.args.has("ddof") { c.some("ddof")? } else { None };
    let ddof = match ddof {
        Some(_) => c.args.f64("ddof")?,
        None => {
            if bias {
                0.0
            } else {
                1.0
            }
        }
    };
    let t = c.t();
    t.covariance(&m, y.as_ref(), rows, ddof)
}

fn correlation(c: &mut Call<'_>) -> Result<Tensor> {
    let covariance = covariance(c, "x")?;
    let t = c.t();
    if covariance.rank() == 0 {
        return t.div(&covariance, &covariance);
    }
    let variance = t.diagonal(&covariance, 0, 0, 1)?;
    let deviation = t.sqrt(&variance)?;
    let (column, row) = (t.expand_dims(&deviation, &[1])?, t.expand_dims(&deviation, &[0])?);
    t.compute([&covariance, &column, &row], |[x, a, b]| (x / a / b).max(-1.0).min(1.0))
}

/// The tensor with its imaginary part negated.
pub(super) fn conjugate(t: &mut Tracer, x: Tensor) -> Result<Tensor> {
    if x.dtype().is_complex() { t.build1(&[&x], |b, v| b.conj(v[0])) } else { Ok(x) }
}

/// The subscripts and operands of `einsum(x, (0, 1), y, (1,), (0,))`: axes are numbered, and the last list, which may
/// be left out, is of the result's.
fn numbered_subscripts(c: &mut Call<'_>) -> Result<(String, Vec<Tensor>)> {
    let rest = c.value("operands")?.elements().unwrap_or_default();
    let all: Vec<Value> = std::iter::once(c.value("subscripts")?).chain(rest).collect();
    let letters = |axes: &Value| -> Result<String> {
        let wrong = || {
            Error::argument(
                "`subscripts` of einsum() must be a string, or each operand's be followed by a list of its axes' numbers",
            )
        };
        let letter = |axis: &Value| match axis {
            Value::Ellipsis => Some("...".to_owned()),
            Value::Int(n) => {
                (b'a'..=b'z').chain(b'A'..=b'Z').nth(usize::try_from(*n).ok()?).map(|c| (c as char).to_string())
            }
            _ => None,
        };
        axes.elements().ok_or_else(wrong)?.iter().map(letter).collect::<Option<String>>().ok_or_else(wrong)
    };
    let (mut inputs, mut operands) = (Vec::new(), Vec::new());
    for pair in all.chunks_exact(2) {
        let [operand, axes] = pair else { continue };
        inputs.push(letters(axes)?);
        operands.push(crate::jax::arguments::to_tensor(c.interp, operand)?);
    }
    let equation = inputs.join(",");
    Ok(match all.chunks_exact(2).remainder() {
        [result] => (format!("{equation}->{}", letters(result)?), operands),
        _ => (equation, operands),
    })
}

/// A row of coefficients, which must be known, from the first that is not zero.
fn without_leading_zeros(c: &mut Call<'_>, name: &str, x: &Tensor) -> Result<Tensor> {
    let Some(known) = c.known(name)? else {
        return Err(c.invalid(name, "known while the program is compiled if `trim_leading_zeros` is set"));
    };
    let number = |at: usize| crate::interp::tensor::element(&known, at);
    let is_zero = |value: &Value| match value {
        Value::Complex(re, im) => *re == 0.0 && *im == 0.0,
        value => crate::interp::operators::number::Number::of(value).is_some_and(|n| n.is_zero()),
    };
    let n = known.ty().size();
    let first = (0..n).find(|&at| number(at).is_some_and(|value| !is_zero(&value))).unwrap_or(n);
    c.t().slice_axis(x, 0, first, n)
}
