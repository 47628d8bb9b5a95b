//! `jax.numpy.linalg`.

use keramos_ir::ops::{DotDims, TriangularSolve};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::modules::{Contents, modules};
use crate::ops::{Domain, Reduce, Reduction, axes_indices};
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
        two(c, &[&a], |b, v| b.slogdet(v[0]))
    };
    "inv": [(a)] "The inverses of matrices." => |c| {
        let a = square(c)?;
        c.t().build1(&[&a], |b, v| b.inverse(v[0]))
    };
    "solve": [(a) (b)] "The solutions of systems of equations." => |c| {
        let (a, b) = (square(c)?, c.nth(1)?);
        let [a, b] = c.t().common(Domain::Float, [&a, &b])?;
        solve(c.t(), &a, &b)
    };
    "cholesky": [(a) (upper = FALSE) (symmetrize_input = TRUE)] "The triangular factors of positive matrices." => |c| {
        let a = square(c)?;
        let upper = c.flag("upper")?;
        let t = c.t();
        let mirrored = t.transposed(&a)?;
        let a = t.compute([&a, &mirrored], |[a, b]| (a + b) * 0.5)?;
        let lower = t.build1(&[&a], |b, v| b.cholesky(v[0]))?;
        if upper { t.transposed(&lower) } else { Ok(lower) }
    };
    "qr": [(a) (mode = Default::Str("reduced"))] "Orthogonal and triangular factors." => |c| {
        let a = c.nth(0)?;
        let a = c.t().to_float(&a)?;
        let mode = c.args.one_of("mode", &["reduced", "complete", "r"])?;
        let [q, r] = two(c, &[&a], if mode == "complete" { |b, v| b.qr(v[0], true) } else { |b, v| b.qr(v[0], false) })?;
        Ok(if mode == "r" { Value::Tensor(r) } else { Value::tuple(vec![Value::Tensor(q), Value::Tensor(r)]) })
    };
    "eigh": [(a) (UPLO = NONE) (symmetrize_input = TRUE)] "Eigenvalues, ascending, and eigenvectors of symmetric matrices." => |c| {
        let [values, vectors] = eigh(c)?;
        Ok([values, vectors])
    };
    "svd": [(a) (full_matrices = TRUE) (compute_uv = TRUE) (hermitian = FALSE) (subset_by_index = NONE)] "Singular values, and the matrices around them." => |c| {
        let a = c.nth(0)?;
        let (full, both) = (c.flag("full_matrices")?, c.flag("compute_uv")?);
        let found = c.t().svd(&a, full, both)?;
        Ok(match found.as_slice() {
            [s] => Value::Tensor(s.clone()),
            [s, u, v, ..] => Value::tuple([u, s, v].map(|x| Value::Tensor(x.clone())).to_vec()),
            _ => return Err(Error::internal("one or three results were expected")),
        })
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
        let largest = a.shape().iter().rev().take(2).copied().max().unwrap_or(0) as f64;
        let s = singular_values(c.t(), &a)?;
        let last = s.rank() - 1;
        let t = c.t();
        let top = t.max(&s, &[last], true)?;
        let tolerance = match tolerance {
            Some(tolerance) => t.mul(&top, &tolerance)?,
            None => t.mul_scalar(&top, largest * s.dtype().epsilon())?,
        };
        let kept = t.gt(&s, &tolerance)?;
        t.sum(&kept, &[last], false)
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
        singular_values(c.t(), &a)
    };
    "cond": [(x) (p = NONE)] "The ratio of the largest to the smallest singular value." => |c| {
        c.refuse("p")?;
        let a = c.nth(0)?;
        let s = singular_values(c.t(), &a)?;
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
        let diagonal = c.t().diagonal(&x, offset, n, m)?;
        c.t().sum(&diagonal, &[diagonal.rank() - 1], false)
    };
};

/// Which norm.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// 2 for vectors, Frobenius's for matrices.
    Natural,
    /// The sum of singular values.
    Nuclear,
    /// ‖x‖ₚ.
    Number(f64),
}

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
        None => Err(Error::shape(format!("matrices are needed, found shape {:?}", x.shape()))),
    }
}

/// The first argument, square matrices of floats.
fn square(c: &mut Call<'_>) -> Result<Tensor> {
    let a = c.nth(0)?;
    let (n, m) = last_two(&a)?;
    if a.shape()[n] != a.shape()[m] {
        return Err(Error::shape(format!(
            "{}() needs square matrices, found shape {:?}",
            c.args.function(),
            a.shape()
        )));
    }
    c.t().to_float(&a)
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
    let mirrored = c.t().transposed(&a)?;
    let a = c.t().compute([&a, &mirrored], |[a, b]| (a + b) * 0.5)?;
    let [vectors, values] = two(c, &[&a], |b, v| b.eigh(v[0]))?;
    Ok([values, vectors])
}

fn singular_values(t: &mut Tracer, a: &Tensor) -> Result<Tensor> {
    last_two(a)?;
    t.svd(a, false, false)?.into_iter().next().ok_or_else(|| Error::internal("a result was expected"))
}

/// Systems of equations; a right-hand side of rank 1 is a vector.
pub(crate) fn solve(t: &mut Tracer, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let n = a.shape()[a.rank() - 1];
    let vector = b.rank() == 1;
    let b = if vector { t.expand_dims(b, &[1])? } else { b.clone() };
    if b.rank() < 2 || b.shape()[b.rank() - 2] != n {
        return Err(Error::shape(format!(
            "{n} equations need right-hand sides of {n} rows, found shape {:?}",
            b.shape()
        )));
    }
    let batch = crate::ops::broadcast_shapes(&a.shape()[..a.rank() - 2], &b.shape()[..b.rank() - 2])?;
    let a = t.broadcast_to(a, &[&batch, &a.shape()[a.rank() - 2..]].concat())?;
    let b = t.broadcast_to(&b, &[&batch, &b.shape()[b.rank() - 2..]].concat())?;
    let x = t.build1(&[&a, &b], |builder, v| builder.solve(v[0], v[1]))?;
    if vector { t.squeeze(&x, &[x.rank() - 1]) } else { Ok(x) }
}

fn least_squares(c: &mut Call<'_>) -> Result<Value> {
    let (a, b, limit) = (c.nth(0)?, c.nth(1)?, c.optional("rcond")?);
    let t = c.t();
    let [a, b] = t.common(Domain::Float, [&a, &b])?;
    let (&[m, n], vector) = (a.shape(), b.rank() == 1) else {
        return Err(Error::shape(format!("least squares need a matrix, found shape {:?}", a.shape())));
    };
    let b = if vector { t.expand_dims(&b, &[1])? } else { b };
    let found = t.svd(&a, false, true)?;
    let [s, u, v] = <[Tensor; 3]>::try_from(found).map_err(|_| Error::internal("three results were expected"))?;
    let limit = match limit {
        Some(limit) => limit,
        None => t.scalar(a.dtype(), m.max(n) as f64 * a.dtype().epsilon())?,
    };
    let top = t.max(&s, &[0], false)?;
    let kept = t.compute([&s, &top, &limit], |[s, top, limit]| s.gt(top * limit))?;
    let inverse = t.compute([&kept, &s], |[kept, s]| kept.select(1.0 / kept.select(s, 1.0), 0.0))?;
    let projected = t.dot_general(&u, &b, DotDims::contracting([0], [0]))?;
    let inverse = t.expand_dims(&inverse, &[1])?;
    let scaled = t.mul(&projected, &inverse)?;
    let x = t.dot_general(&v, &scaled, DotDims::contracting([0], [0]))?;
    let estimate = t.matmul(&a, &x)?;
    let squares = t.compute([&b, &estimate], |[b, e]| (b - e).square())?;
    let residuals = t.sum(&squares, &[0], false)?;
    let rank = t.sum(&kept, &[0], false)?;
    let x = if vector { t.squeeze(&x, &[1])? } else { x };
    Ok(Value::tuple([x, residuals, rank, s].map(Value::Tensor).to_vec()))
}

/// `solve_triangular` of `keras.ops`.
pub(crate) fn solve_triangular(c: &mut Call<'_>) -> Result<Tensor> {
    let (a, b, lower) = (c.nth(0)?, c.nth(1)?, c.flag("lower")?);
    let t = c.t();
    let [a, b] = t.common(Domain::Float, [&a, &b])?;
    let vector = b.rank() + 1 == a.rank();
    let b = if vector { t.expand_dims(&b, &[b.rank()])? } else { b };
    let how = TriangularSolve { left_side: true, lower, transpose_a: false, conjugate_a: false, unit_diagonal: false };
    let x = t.build1(&[&a, &b], |builder, v| builder.triangular_solve(v[0], v[1], how))?;
    if vector { t.squeeze(&x, &[x.rank() - 1]) } else { Ok(x) }
}

impl Tracer {
    /// The last two dimensions exchanged.
    pub(crate) fn transposed(&mut self, x: &Tensor) -> Result<Tensor> {
        let (n, m) = last_two(x)?;
        let mut order: Vec<usize> = (0..x.rank()).collect();
        order.swap(n, m);
        self.transpose(x, &order)
    }

    /// Singular values, then, if asked for, the matrices on their left and right.
    pub(crate) fn svd(&mut self, a: &Tensor, full: bool, both: bool) -> Result<Vec<Tensor>> {
        last_two(a)?;
        let a = self.to_float(a)?;
        self.build(&[&a], |b, v| b.svd(v[0], full, both))
    }

    /// The norm of vectors over `axes`.
    pub(crate) fn vector_norm(&mut self, x: &Tensor, axes: &[usize], order: &Order, keepdims: bool) -> Result<Tensor> {
        let x = self.to_float(x)?;
        let how = Reduce { axes, keepdims, ..Reduce::default() };
        let p = match order {
            Order::Natural => 2.0,
            Order::Nuclear => return Err(Error::argument("vectors have no nuclear norm")),
            Order::Number(p) => *p,
        };
        if p == 2.0 {
            let size = if x.dtype().is_complex() { self.abs(&x)? } else { x };
            let squares = self.square(&size)?;
            let sum = self.reduction(Reduction::Sum, &squares, &how)?;
            return self.sqrt(&sum);
        }
        if p == 0.0 {
            let hit = self.to_bool(&x)?;
            let dtype = Some(x.dtype().real());
            return self.reduction(Reduction::Sum, &hit, &Reduce { dtype, ..how });
        }
        let size = self.abs(&x)?;
        if p.is_infinite() {
            return self.reduction(if p > 0.0 { Reduction::Max } else { Reduction::Min }, &size, &how);
        }
        if p == 1.0 {
            return self.reduction(Reduction::Sum, &size, &how);
        }
        let exponent = self.scalar(size.dtype(), p)?;
        let powers = self.power(&size, &exponent)?;
        let sum = self.reduction(Reduction::Sum, &powers, &how)?;
        let root = self.scalar(size.dtype(), 1.0 / p)?;
        self.power(&sum, &root)
    }

    /// The norm of matrices whose rows and columns run over the two axes.
    pub(crate) fn matrix_norm(
        &mut self,
        x: &Tensor,
        axes: [usize; 2],
        order: &Order,
        keepdims: bool,
    ) -> Result<Tensor> {
        let [rows, columns] = axes;
        let both = [rows.min(columns), rows.max(columns)];
        let of_sums = |t: &mut Tracer, summed: usize, other: usize, kind: Reduction| -> Result<Tensor> {
            let size = t.to_float(x)?;
            let size = t.abs(&size)?;
            let sums = t.sum(&size, &[summed], true)?;
            let y = t.reduction(kind, &sums, &Reduce { axes: &[other], keepdims: true, ..Reduce::default() })?;
            if keepdims { Ok(y) } else { t.squeeze(&y, &both) }
        };
        match order {
            Order::Natural => self.vector_norm(x, &both, order, keepdims),
            Order::Number(1.0) => of_sums(self, rows, columns, Reduction::Max),
            Order::Number(-1.0) => of_sums(self, rows, columns, Reduction::Min),
            Order::Number(f64::INFINITY) => of_sums(self, columns, rows, Reduction::Max),
            Order::Number(f64::NEG_INFINITY) => of_sums(self, columns, rows, Reduction::Min),
            Order::Nuclear | Order::Number(2.0 | -2.0) => {
                let mut order_of: Vec<usize> = (0..x.rank()).filter(|d| !axes.contains(d)).collect();
                order_of.extend(axes);
                let a = self.transpose(x, &order_of)?;
                let s = singular_values(self, &a)?;
                let kind = match order {
                    Order::Nuclear => Reduction::Sum,
                    Order::Number(2.0) => Reduction::Max,
                    _ => Reduction::Min,
                };
                let y = self.reduction(kind, &s, &Reduce { axes: &[s.rank() - 1], ..Reduce::default() })?;
                if keepdims { self.expand_dims(&y, &both) } else { Ok(y) }
            }
            Order::Number(p) => Err(Error::argument(format!("matrices have no norm of order {p}"))),
        }
    }

    /// The pseudo-inverse: singular values below `limit` times the largest count as 0.
    pub(crate) fn pseudo_inverse(&mut self, a: &Tensor, limit: Option<&Tensor>) -> Result<Tensor> {
        let (n, m) = last_two(a)?;
        let largest = a.shape()[n].max(a.shape()[m]) as f64;
        let found = self.svd(a, false, true)?;
        let [s, u, v] = <[Tensor; 3]>::try_from(found).map_err(|_| Error::internal("three results were expected"))?;
        let limit = match limit {
            Some(limit) => limit.clone(),
            None => self.scalar(s.dtype(), 10.0 * largest * s.dtype().epsilon())?,
        };
        let top = self.max(&s, &[s.rank() - 1], true)?;
        let inverse = self.compute([&s, &top, &limit], |[s, top, limit]| {
            let kept = s.gt(top * limit);
            kept.select(1.0 / kept.select(s, 1.0), 0.0)
        })?;
        let row = self.expand_dims(&inverse, &[inverse.rank() - 1])?;
        let scaled = self.mul(&u, &row)?;
        let (v, u) = (self.transposed(&v)?, self.transposed(&scaled)?);
        self.matmul(&v, &u)
    }
}
