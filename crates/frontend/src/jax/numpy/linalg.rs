//! `jax.numpy.linalg`.

use keramos_ir::as_tuple;

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::modules::collections::named;
use crate::modules::{Contents, modules};
use crate::ops::{Domain, Order, axes_indices};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

modules! {
    /// `jax.numpy.linalg`.
    LINALG = Contents { tensor_functions: &[SHARED, FUNCTIONS, super::contractions::SHARED, super::contractions::NUMPY], ..Contents::new("jax.numpy.linalg") };
}

/// Functions that `keras.ops` has, too.
pub(crate) static SHARED: &[&FunctionDecl] = tensor_functions! {
    "norm": [(x) (ord = NONE) (axis = NONE) (keepdims = FALSE)] "The norm of vectors or matrices." => norm;
    "det": [(a)] "The determinants of matrices." => |c| {
        let a = square(c)?;
        c.t().build1(&[&a], |b, v| b.det(v[0]))
    };
    "slogdet": [(a) (method = NONE)] "Signs and logarithms of determinants." => |c| {
        let a = square(c)?;
        let [sign, log] = two(c, &[&a], |b, v| b.slogdet(v[0]))?;
        results(c, "SlogdetResult", [("sign", sign), ("logabsdet", log)])
    };
    "inv": [(a)] "The inverses of matrices." => |c| {
        let a = square(c)?;
        c.t().build1(&[&a], |b, v| b.inverse(v[0]))
    };
    "solve": [(a) (b)] "The solutions of systems of equations." => |c| {
        let (a, b) = (square(c)?, c.nth(1)?);
        let [a, b] = c.t().common(Domain::Float, [&a, &b])?;
        c.t().solve(&a, &b)
    };
    "cholesky": [(a) (upper = FALSE) (symmetrize_input = TRUE)] "The triangular factors of positive matrices." => |c| {
        let a = square(c)?;
        let (upper, symmetrize) = (c.flag("upper")?, c.flag("symmetrize_input")?);
        let t = c.t();
        let a = if symmetrize { t.symmetrized(&a)? } else { a };
        let lower = t.cholesky(&a)?;
        if upper { t.adjoint(&lower) } else { Ok(lower) }
    };
    "qr": [(a) (mode = Default::Str("reduced"))] "Orthogonal and triangular factors." => |c| {
        let a = c.nth(0)?;
        let a = c.t().to_float(&a)?;
        let mode = c.args.one_of("mode", &["reduced", "complete", "r"])?;
        let [q, r] = two(c, &[&a], if mode == "complete" { |b, v| b.qr(v[0], true) } else { |b, v| b.qr(v[0], false) })?;
        if mode == "r" { Ok(Value::Tensor(r)) } else { results(c, "QRResult", [("Q", q), ("R", r)]) }
    };
    "eigh": [(a) (UPLO = NONE) (symmetrize_input = TRUE)] "Eigenvalues, ascending, and eigenvectors of symmetric matrices." => |c| {
        let [values, vectors] = eigh(c)?;
        results(c, "EighResult", [("eigenvalues", values), ("eigenvectors", vectors)])
    };
    "svd": [(a) (full_matrices = TRUE) (compute_uv = TRUE) (hermitian = FALSE) (subset_by_index = NONE)] "Singular values, and the matrices around them." => |c| {
        let a = c.nth(0)?;
        let (full, both) = (c.flag("full_matrices")?, c.flag("compute_uv")?);
        let found = c.t().svd(&a, full, both)?;
        match found.as_slice() {
            [s] => Ok(Value::Tensor(s.clone())),
            [s, u, v, ..] => results(c, "SVDResult", [("U", u.clone()), ("S", s.clone()), ("Vh", v.clone())]),
            _ => Err(Error::internal("one or three results were expected")),
        }
    };
    "pinv": [(a) (rtol = NONE) (hermitian = FALSE) (rcond = NONE)] "The pseudo-inverse." => |c| {
        let a = c.nth(0)?;
        let limit = match c.optional("rtol")? {
            Some(limit) => Some(limit),
            None => c.optional("rcond")?,
        };
        c.t().pseudo_inverse(&a, limit.as_ref())
    };
    "lstsq": [(a) (b) (rcond = NONE) (numpy_resid = FALSE)] "Least squares: solution, residuals, rank and singular values." => least_squares;
    "matrix_rank": [(M) (rtol = NONE) (hermitian = FALSE) (tol = NONE)] "How many singular values are not negligible." => |c| {
        let a = c.nth(0)?;
        if a.rank() < 2 {
            let hit = c.t().to_bool(&a)?;
            let axes: Vec<usize> = (0..hit.rank()).collect();
            let any = c.t().any(&hit, &axes, false)?;
            let int = c.t().default_int();
            return c.t().convert(&any, int);
        }
        let tolerance = match c.optional("rtol")? { Some(t) => Some(t), None => c.optional("tol")? };
        c.t().matrix_rank(&a, tolerance.as_ref())
    };
};

/// Functions of `jax.numpy.linalg` alone.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "eigvalsh": [(a) (UPLO = NONE) (symmetrize_input = TRUE)] "Eigenvalues of symmetric matrices, ascending." => |c| {
        let [values, _] = eigh(c)?;
        Ok(values)
    };
    "svdvals": [(x)] "Singular values." => |c| {
        let a = c.nth(0)?;
        c.t().singular_values(&a)
    };
    "cond": [(x) (p = NONE)] "The ratio of the largest to the smallest singular value." => |c| {
        c.refuse("p")?;
        let a = c.nth(0)?;
        let s = c.t().singular_values(&a)?;
        let last = s.rank() - 1;
        let (max, min) = (c.t().max(&s, &[last], false)?, c.t().min(&s, &[last], false)?);
        c.t().div(&max, &min)
    };
    "matrix_power": [(a) (n)] "A whole power of square matrices." => |c| {
        let (a, n) = (c.nth(0)?, c.int("n")?);
        let t = c.t();
        let mut base = if n < 0 { t.build1(&[&a], |b, v| b.inverse(v[0]))? } else { a.clone() };
        let mut left = n.unsigned_abs();
        let Some(&size) = a.shape().last() else { return Err(Error::shape("a matrix is needed")) };
        let hit = t.on_diagonal(size, size, 0)?;
        let one = t.convert(&hit, a.dtype())?;
        let mut power = t.broadcast_to(&one, a.shape())?;
        let mut first = true;
        while left > 0 {
            if left & 1 == 1 {
                power = if first { base.clone() } else { t.matmul(&power, &base)? };
                first = false;
            }
            left >>= 1;
            if left > 0 {
                base = t.matmul(&base, &base)?;
            }
        }
        Ok(power)
    };
    "multi_dot": [(arrays) (precision = NONE)] "The product of several matrices." => |c| {
        let arrays = c.some_tensors("arrays")?;
        let mut y = arrays[0].clone();
        for x in &arrays[1..] {
            y = c.t().matmul(&y, x)?;
        }
        Ok(y)
    };
    "matmul": [(x1) (x2) (precision = NONE) (preferred_element_type = NONE)] "The matrix product over the last two dimensions." => |c| {
        let (a, b) = (c.nth(0)?, c.nth(1)?);
        let y = c.t().matmul(&a, &b)?;
        match c.dtype("preferred_element_type")? {
            Some(dtype) => c.t().convert(&y, dtype),
            None => Ok(y),
        }
    };
    "tensorinv": [(a) (ind = int(2))] "The inverse with respect to tensordot." => |c| {
        let (a, ind) = (c.nth(0)?, c.size("ind")?);
        let a = c.t().to_float(&a)?;
        if ind == 0 || ind > a.rank() {
            return Err(Error::argument(format!("`ind` of tensorinv() must be from 1 to {}, found {ind}", a.rank())));
        }
        let (front, back) = a.shape().split_at(ind);
        let (n, m): (usize, usize) = (front.iter().product(), back.iter().product());
        if n != m {
            return Err(Error::shape(format!("a tensor of shape {} is no square matrix of {n}×{m}", as_tuple(a.shape()))));
        }
        let matrix = c.t().reshape(&a, &[n, m])?;
        let inverse = c.t().build1(&[&matrix], |b, v| b.inverse(v[0]))?;
        c.t().reshape(&inverse, &[back, front].concat())
    };
    "tensorsolve": [(a) (b) (axes = NONE)] "The tensor whose tensordot with the first is the second." => |c| {
        let (mut a, b) = (c.nth(0)?, c.nth(1)?);
        if c.some("axes")?.is_some() {
            let moved = c.ints("axes")?.iter().map(|&axis| crate::ops::axis_index(axis, a.rank())).collect::<Result<Vec<_>>>()?;
            let order: Vec<usize> = (0..a.rank()).filter(|d| !moved.contains(d)).chain(moved.iter().copied()).collect();
            a = c.t().transpose(&a, &order)?;
        }
        let [a, b] = [c.t().to_float(&a)?, c.t().to_float(&b)?];
        let rest = a.shape().get(b.rank()..).unwrap_or_default().to_vec();
        let (n, m): (usize, usize) = (rest.iter().product(), b.ty().size());
        if n != m || a.ty().size() != n * m {
            return Err(Error::shape(format!("tensors of shapes {} and {} make no square system", as_tuple(a.shape()), as_tuple(b.shape()))));
        }
        let (a, b) = (c.t().reshape(&a, &[m, n])?, c.t().reshape(&b, &[m])?);
        let x = c.t().solve(&a, &b)?;
        c.t().reshape(&x, &rest)
    };
    "eig": [(a)] "Eigenvalues and eigenvectors of any square matrices." => crate::keras::ops::linalg::no_eigenvalues;
    "eigvals": [(a)] "Eigenvalues of any square matrices." => crate::keras::ops::linalg::no_eigenvalues;
    "matrix_transpose": [(x)] "The last two axes exchanged." => |c| c.unary(Tracer::transposed);
    "diagonal": [(x) (offset = int(0))] "The diagonals of matrices." => |c| {
        let (x, offset) = (c.nth(0)?, c.int("offset")?);
        let (n, m) = last_two(&x)?;
        c.t().diagonal(&x, offset, n, m)
    };
    "vector_norm": [(x) (axis = NONE) (keepdims = FALSE) (ord = int(2))] "The norm of vectors." => |c| {
        let x = c.nth(0)?;
        let (axes, keepdims) = (c.axes(x.rank())?, c.flag("keepdims")?);
        let order = order(c)?;
        c.t().vector_norm(&x, &axes, &order, keepdims)
    };
    "matrix_norm": [(x) (keepdims = FALSE) (ord = Default::Str("fro"))] "The norm of matrices." => |c| {
        let x = c.nth(0)?;
        let (n, m) = last_two(&x)?;
        let (keepdims, order) = (c.flag("keepdims")?, order(c)?);
        c.t().matrix_norm(&x, [n, m], &order, keepdims)
    };
    "trace": [(x) (offset = int(0)) (dtype = NONE)] "The sums of the diagonals of matrices." => |c| {
        let (x, offset) = (c.nth(0)?, c.int("offset")?);
        let (n, m) = last_two(&x)?;
        let mut diagonal = c.t().diagonal(&x, offset, n, m)?;
        if let Some(dtype) = c.dtype("dtype")? {
            diagonal = c.t().convert(&diagonal, dtype)?;
        }
        c.t().sum(&diagonal, &[diagonal.rank() - 1], false)
    };
};

fn order(c: &Call<'_>) -> Result<Order> {
    Ok(match c.value("ord")? {
        Value::None => Order::Natural,
        Value::Str(name) => match &*name {
            "fro" => Order::Natural,
            "nuc" => Order::Nuclear,
            "inf" => Order::Number(f64::INFINITY),
            _ => return Err(c.invalid("ord", "a number, \"fro\" or \"nuc\"")),
        },
        _ => Order::Number(c.args.f64("ord")?),
    })
}

fn norm(c: &mut Call<'_>) -> Result<Tensor> {
    let x = c.nth(0)?;
    let (order, keepdims) = (order(c)?, c.flag("keepdims")?);
    let axes = match c.some("axis")? {
        None => None,
        Some(_) => Some(c.ints("axis")?),
    };
    let given = axes.is_some();
    let axes = match &axes {
        // The order of two axes matters.
        Some(axes) => {
            axes_indices(Some(axes), x.rank())?;
            axes.iter().map(|&a| crate::ops::axis_index(a, x.rank())).collect::<Result<Vec<_>>>()?
        }
        None => (0..x.rank()).collect(),
    };
    match (axes.as_slice(), &order) {
        (_, Order::Natural) if !given || axes.len() <= 2 => {
            let mut sorted = axes.clone();
            sorted.sort_unstable();
            c.t().vector_norm(&x, &sorted, &Order::Natural, keepdims)
        }
        ([_], _) => c.t().vector_norm(&x, &axes, &order, keepdims),
        (&[n, m], _) => c.t().matrix_norm(&x, [n, m], &order, keepdims),
        _ => Err(Error::shape(format!("a norm is over one or two axes, found {}", axes.len()))),
    }
}

fn last_two(x: &Tensor) -> Result<(usize, usize)> {
    match x.rank().checked_sub(2) {
        Some(first) => Ok((first, first + 1)),
        None => Err(Error::shape(format!("matrices are needed, found shape {}", as_tuple(x.shape())))),
    }
}

/// The first argument, square matrices of floats.
fn square(c: &mut Call<'_>) -> Result<Tensor> {
    let a = c.nth(0)?;
    let (n, m) = last_two(&a)?;
    if a.shape()[n] != a.shape()[m] {
        return Err(Error::shape(format!(
            "{}() needs square matrices, found shape {}",
            c.args.function(),
            as_tuple(a.shape())
        )));
    }
    c.t().to_float(&a)
}

/// A tuple of results with names.
fn results<const N: usize>(
    c: &mut Call<'_>,
    class: &'static str,
    fields: [(&'static str, Tensor); N],
) -> Result<Value> {
    named(c.interp, class, fields.into_iter().map(|(name, x)| (name, Value::Tensor(x))).collect())
}

/// Builder code with two results.
type PairCode =
    fn(&mut keramos_ir::Builder, &[keramos_ir::Value]) -> keramos_ir::Result<(keramos_ir::Value, keramos_ir::Value)>;

fn two(c: &mut Call<'_>, operands: &[&Tensor], code: PairCode) -> Result<[Tensor; 2]> {
    let found = c.t().build(operands, |b, v| code(b, v).map(|(x, y)| vec![x, y]))?;
    found.try_into().map_err(|_| Error::internal("two results were expected"))
}

fn eigh(c: &mut Call<'_>) -> Result<[Tensor; 2]> {
    let a = square(c)?;
    let mirrored = c.t().adjoint(&a)?;
    let a = c.t().compute([&a, &mirrored], |[a, b]| (a + b) * 0.5)?;
    let [vectors, values] = two(c, &[&a], |b, v| b.eigh(v[0]))?;
    Ok([values, vectors])
}

fn least_squares(c: &mut Call<'_>) -> Result<Value> {
    let (a, b, limit) = (c.nth(0)?, c.nth(1)?, c.optional("rcond")?);
    let found = c.t().least_squares(&a, &b, limit.as_ref())?;
    Ok(Value::tuple(found.map(Value::Tensor).to_vec()))
}
