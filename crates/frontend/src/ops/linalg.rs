//! Linear algebra: norms, systems of equations, what singular values tell.

use keramos_ir::as_tuple;
use keramos_ir::ops::{DotDims, TriangularSolve};

use super::{Domain, Reduce, Reduction};
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

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

impl Tracer {
    /// The last two dimensions exchanged.
    pub(crate) fn transposed(&mut self, x: &Tensor) -> Result<Tensor> {
        let (n, m) = matrices(x)?;
        let mut order: Vec<usize> = (0..x.rank()).collect();
        order.swap(n, m);
        self.transpose(x, &order)
    }

    /// Rows and columns exchanged, and conjugated.
    pub(crate) fn adjoint(&mut self, x: &Tensor) -> Result<Tensor> {
        let y = self.transposed(x)?;
        if x.dtype().is_complex() { self.build1(&[&y], |b, v| b.conj(v[0])) } else { Ok(y) }
    }

    /// The mean of matrices and their adjoints.
    pub(crate) fn symmetrized(&mut self, x: &Tensor) -> Result<Tensor> {
        let adjoint = self.adjoint(x)?;
        self.compute([x, &adjoint], |[x, adjoint]| (x + adjoint) * 0.5)
    }

    /// The lower Cholesky factors, of which the lower triangle is looked at. As in JAX, the tangent is that of the
    /// whole matrix: for the derivative of a symmetric function, pass a [`Tracer::symmetrized`] matrix.
    pub(crate) fn cholesky(&mut self, a: &Tensor) -> Result<Tensor> {
        self.differentiated_by(
            "cholesky",
            [a],
            |t, [a]| t.build1(&[a], |b, v| b.cholesky(v[0])),
            |t, _, l, [da]| t.build1(&[l, da], |b, v| b.cholesky_tangent(v[0], v[1])),
        )
    }

    /// Singular values, then, if asked for, the matrices on their left and right.
    pub(crate) fn svd(&mut self, a: &Tensor, full: bool, both: bool) -> Result<Vec<Tensor>> {
        matrices(a)?;
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
                let s = self.singular_values(&a)?;
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
        let (n, m) = matrices(a)?;
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

    /// Systems of equations; a right-hand side of rank 1 is a vector.
    pub(crate) fn solve(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let n = a.shape()[a.rank() - 1];
        let vector = b.rank() == 1;
        let b = if vector { self.expand_dims(b, &[1])? } else { b.clone() };
        if b.rank() < 2 || b.shape()[b.rank() - 2] != n {
            return Err(Error::shape(format!(
                "{n} equations need right-hand sides of {n} rows, found shape {}",
                as_tuple(b.shape())
            )));
        }
        let batch = super::broadcast_shapes(&a.shape()[..a.rank() - 2], &b.shape()[..b.rank() - 2])?;
        let a = self.broadcast_to(a, &[&batch, &a.shape()[a.rank() - 2..]].concat())?;
        let b = self.broadcast_to(&b, &[&batch, &b.shape()[b.rank() - 2..]].concat())?;
        let x = self.build1(&[&a, &b], |builder, v| builder.solve(v[0], v[1]))?;
        if vector { self.squeeze(&x, &[x.rank() - 1]) } else { Ok(x) }
    }

    /// The solutions of triangular systems, of which the upper (or lower) triangle is looked at.
    pub(crate) fn solve_triangular(&mut self, a: &Tensor, rhs: &Tensor, lower: bool) -> Result<Tensor> {
        let how =
            TriangularSolve { left_side: true, lower, transpose_a: false, conjugate_a: false, unit_diagonal: false };
        self.triangular_system(a, rhs, how)
    }

    /// The solutions of triangular systems; a right-hand side with one dimension less is a vector.
    pub(crate) fn triangular_system(&mut self, a: &Tensor, rhs: &Tensor, how: TriangularSolve) -> Result<Tensor> {
        let [a, rhs] = self.common(Domain::Float, [a, rhs])?;
        matrices(&a)?;
        let vector = rhs.rank() < a.rank();
        let axis = rhs.rank();
        let rhs = if vector { self.expand_dims(&rhs, &[axis])? } else { rhs };
        let x = self.build1(&[&a, &rhs], |b, v| b.triangular_solve(v[0], v[1], how))?;
        if vector { self.squeeze(&x, &[axis]) } else { Ok(x) }
    }

    /// The singular values of matrices, descending.
    pub(crate) fn singular_values(&mut self, a: &Tensor) -> Result<Tensor> {
        matrices(a)?;
        let values = self.svd(a, false, false)?.into_iter().next();
        values.ok_or_else(|| Error::internal("a result was expected"))
    }

    /// How many singular values are above `tolerance` times the largest.
    pub(crate) fn matrix_rank(&mut self, a: &Tensor, tolerance: Option<&Tensor>) -> Result<Tensor> {
        let largest = a.shape().iter().rev().take(2).copied().max().unwrap_or(0) as f64;
        let s = self.singular_values(a)?;
        let last = s.rank() - 1;
        let top = self.max(&s, &[last], true)?;
        let tolerance = match tolerance {
            Some(tolerance) => {
                let tolerance = self.expand_dims(tolerance, &[tolerance.rank()])?;
                self.mul(&top, &tolerance)?
            }
            None => self.mul_scalar(&top, largest * s.dtype().epsilon())?,
        };
        let kept = self.gt(&s, &tolerance)?;
        self.sum(&kept, &[last], false)
    }

    /// Solution, residuals, rank and singular values of a least squares problem; singular values up to `limit` times
    /// the largest count as 0.
    pub(crate) fn least_squares(&mut self, a: &Tensor, b: &Tensor, limit: Option<&Tensor>) -> Result<[Tensor; 4]> {
        let [a, b] = self.common(Domain::Float, [a, b])?;
        let (&[m, n], vector) = (a.shape(), b.rank() == 1) else {
            return Err(Error::shape(format!("least squares need a matrix, found shape {}", as_tuple(a.shape()))));
        };
        let b = if vector { self.expand_dims(&b, &[1])? } else { b };
        let found = self.svd(&a, false, true)?;
        let [s, u, v] = <[Tensor; 3]>::try_from(found).map_err(|_| Error::internal("three results were expected"))?;
        let limit = match limit {
            Some(limit) => limit.clone(),
            None => self.scalar(a.dtype(), m.max(n) as f64 * a.dtype().epsilon())?,
        };
        let top = self.max(&s, &[0], false)?;
        let kept = self.compute([&s, &top, &limit], |[s, top, limit]| s.gt(top * limit))?;
        let inverse = self.compute([&kept, &s], |[kept, s]| kept.select(1.0 / kept.select(s, 1.0), 0.0))?;
        let projected = self.dot_general(&u, &b, DotDims::contracting([0], [0]))?;
        let inverse = self.expand_dims(&inverse, &[1])?;
        let scaled = self.mul(&projected, &inverse)?;
        let x = self.dot_general(&v, &scaled, DotDims::contracting([0], [0]))?;
        let estimate = self.matmul(&a, &x)?;
        let squares = self.compute([&b, &estimate], |[b, e]| (b - e).square())?;
        let residuals = self.sum(&squares, &[0], false)?;
        let rank = self.sum(&kept, &[0], false)?;
        let x = if vector { self.squeeze(&x, &[1])? } else { x };
        Ok([x, residuals, rank, s])
    }
}

/// The last two dimensions, which make matrices.
fn matrices(x: &Tensor) -> Result<(usize, usize)> {
    match x.rank().checked_sub(2) {
        Some(first) => Ok((first, first + 1)),
        None => Err(Error::shape(format!("matrices are needed, found shape {}", as_tuple(x.shape())))),
    }
}
