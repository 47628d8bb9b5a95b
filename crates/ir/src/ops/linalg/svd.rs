//! `svd`.

use num_complex::Complex64;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, Attr, AttrReader, Attrs, Batch, Builder, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::super::{OutOfBounds, Padding, batching, rules};
use super::dense::{self, Matrix};
use super::matrix::{self, with_last};
use super::{eigh, qr};

/// A = U·diag(s)·Vᴴ with orthonormal columns U and V and s descending: results are s, and, if asked for, U and Vᴴ.
/// The largest component of each column of U (of V, if that has more rows) is real and positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Svd {
    /// For m×n matrices: whether U is m×m and Vᴴ n×n; else m×k and k×n with k the smaller of m and n.
    pub full_matrices: bool,
    /// Whether U and Vᴴ are wanted.
    pub compute_uv: bool,
}

const NAME: &str = "svd";

/// Sweeps after which the iteration is given up.
const SWEEPS: usize = 60;

/// s, U and V of a matrix with at least as many rows as columns, by making its columns orthogonal (Hestenes).
/// U is square.
fn tall(a: &Matrix) -> (Vec<f64>, Matrix, Matrix) {
    let (mut w, mut v) = (a.clone(), Matrix::identity(a.cols));
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..a.cols {
            for q in p + 1..a.cols {
                turned |= orthogonalize(&mut w, &mut v, p, q);
            }
        }
        if !turned {
            break;
        }
    }
    let size = |j: usize| (0..w.rows).map(|i| w.at(i, j).norm_sqr()).sum::<f64>().sqrt();
    let mut order: Vec<usize> = (0..a.cols).collect();
    order.sort_by(|&i, &j| size(j).total_cmp(&size(i)));
    let (w, mut v) = (w.columns(&order), v.columns(&order));
    let (mut u, r) = qr::factor(&w);
    let mut values = Vec::new();
    for j in 0..a.cols {
        let d = r.at(j, j);
        values.push(d.norm());
        scale_column(&mut u, j, if d.norm() > 0.0 { d / d.norm() } else { Complex64::ONE });
        let phase = eigh::phase(&u, j);
        scale_column(&mut u, j, phase);
        scale_column(&mut v, j, phase);
    }
    for j in a.cols..u.cols {
        let phase = eigh::phase(&u, j);
        scale_column(&mut u, j, phase);
    }
    (values, u, v)
}

fn scale_column(x: &mut Matrix, j: usize, factor: Complex64) {
    for i in 0..x.rows {
        let scaled = x.at(i, j) * factor;
        x.set(i, j, scaled);
    }
}

/// Turns columns p and q of both matrices so that those of `w` are orthogonal; whether they were not.
fn orthogonalize(w: &mut Matrix, v: &mut Matrix, p: usize, q: usize) -> bool {
    let rows = 0..w.rows;
    let inner: Complex64 = rows.clone().map(|i| w.at(i, p).conj() * w.at(i, q)).sum();
    let (x, y): (f64, f64) =
        (rows.clone().map(|i| w.at(i, p).norm_sqr()).sum(), rows.map(|i| w.at(i, q).norm_sqr()).sum());
    let size = inner.norm();
    if size.is_nan() || size <= 1e-16 * (x * y).sqrt() || size < f64::MIN_POSITIVE {
        return false;
    }
    let phase = inner / size;
    let theta = (y - x) / (2.0 * size);
    let t = if theta == 0.0 { 1.0 } else { theta.signum() / (theta.abs() + theta.hypot(1.0)) };
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for m in [w, v] {
        for i in 0..m.rows {
            let (x, y) = (m.at(i, p), m.at(i, q));
            m.set(i, p, x * c - y * phase.conj() * s);
            m.set(i, q, x * phase * s + y * c);
        }
    }
    true
}

/// s, U (with `columns` columns) and V of matrices with at least as many rows as columns.
fn compose_tall(b: &mut Builder, a: Value, full_matrices: bool) -> Result<(Value, Value, Value)> {
    let ty = b.ty(a).clone();
    let rank = ty.rank();
    let (_, n) = matrix::dims(NAME, &ty)?;
    // The eigenvalues of [[0, Rᴴ], [R, 0]] are the singular values of R with both signs; the upper halves of
    // the eigenvectors of the positive ones are the right singular vectors.
    let (_, r) = b.qr(a, false)?;
    let mut padding = vec![Padding::default(); rank];
    padding[rank - 2] = Padding::edges(n as i64, 0);
    padding[rank - 1] = Padding::edges(0, n as i64);
    let both = b.pad_zero(r, &padding)?;
    let (vectors, _) = b.eigh(both)?;
    let vectors = b.slice_in_dim(vectors, 0, n, rank - 2)?;
    let vectors = b.slice_in_dim(vectors, n, 2 * n, rank - 1)?;
    let vectors = b.rev(vectors, &[rank - 1])?;
    // Where singular values are zero those halves are anything; what the reflections make is orthonormal.
    let (v, _) = b.qr(vectors, false)?;
    let w = b.matrix_product(a, v)?;
    let (u, r) = b.qr(w, full_matrices)?;
    let r = b.corner(r, n, n)?;
    let diagonal = b.matrix_diagonal(r)?;
    let s = b.abs(diagonal)?;
    let (zero, one) = (b.full_like(s, 0.0)?, b.full_like(s, 1.0)?);
    let none = b.eq(s, zero)?;
    let safe = b.select(none, one, s)?;
    let safe = b.convert(safe, ty.dtype)?;
    let phases = b.div(diagonal, safe)?;
    let ones = b.full_like(phases, 1.0)?;
    let phases = b.select(none, ones, phases)?;
    let columns = b.ty(u).shape[rank - 1];
    let first = b.slice_in_dim(u, 0, n, rank - 1)?;
    let first = b.scale_columns(first, phases)?;
    let phases = b.column_phases(first)?;
    let (first, v) = (b.scale_columns(first, phases)?, b.scale_columns(v, phases)?);

    // Rounding may have exchanged neighbours.
    let minus = b.neg(s)?;
    let order = b.argsort(minus, rank - 2)?;
    let s = b.take_along_axis(s, order, rank - 2, OutOfBounds::Promised)?;
    let mut reorder = |x: Value| {
        let rows = b.ty(x).shape[rank - 2];
        let order = b.repeat_vector(order, rows, false)?;
        b.take_along_axis(x, order, rank - 1, OutOfBounds::Promised)
    };
    let (first, v) = (reorder(first)?, reorder(v)?);
    if columns == n {
        return Ok((s, first, v));
    }
    let rest = b.slice_in_dim(u, n, columns, rank - 1)?;
    let phases = b.column_phases(rest)?;
    let rest = b.scale_columns(rest, phases)?;
    let u = b.concatenate(&[first, rest], rank - 1)?;
    Ok((s, u, v))
}

impl Svd {
    fn compose(self, b: &mut Builder, a: Value) -> Result<Vec<Value>> {
        let (m, n) = matrix::dims(NAME, b.ty(a))?;
        let (s, u, vh) = if m < n {
            let adjoint = b.adjoint(a)?;
            let (s, v, u) = compose_tall(b, adjoint, self.full_matrices)?;
            (s, u, b.adjoint(v)?)
        } else {
            let (s, u, v) = compose_tall(b, a, self.full_matrices)?;
            (s, u, b.adjoint(v)?)
        };
        Ok(if self.compute_uv { vec![s, u, vh] } else { vec![s] })
    }
}

impl Primitive for Svd {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("full_matrices", Attr::Bool(self.full_matrices)), ("compute_uv", Attr::Bool(self.compute_uv))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME)
            .then(|| Ok(Svd { full_matrices: attrs.bool("full_matrices")?, compute_uv: attrs.bool("compute_uv")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [a] = rules::operands(NAME, operands)?;
        let (m, n) = matrix::dims(NAME, a)?;
        let k = m.min(n);
        let s = with_last(a, 2, &[k]).with_dtype(a.dtype.real());
        if !self.compute_uv {
            return Ok(vec![s]);
        }
        let (columns, rows) = if self.full_matrices { (m, n) } else { (k, k) };
        Ok(vec![s, with_last(a, 2, &[m, columns]), with_last(a, 2, &[rows, n])])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let (&[a], &[Some(da)]) = (primals, tangents) else { return rules::constant_jvp(b, self, primals) };
        let (m, n) = matrix::dims(NAME, b.ty(a))?;
        if self.compute_uv && self.full_matrices && m != n {
            let message = "only for singular vectors of reduced size (full_matrices=False)";
            return rules::no_rule(NAME, "jvp", message, b.location());
        }
        let results = b.emit(Svd { full_matrices: false, compute_uv: true }, &[a])?;
        let &[s, u, vh] = results.as_slice() else { return rules::not_lowered(NAME) };
        let (uh, v) = (b.adjoint(u)?, b.adjoint(vh)?);
        let x = b.matrix_product(uh, da)?;
        let x = b.matrix_product(x, v)?;
        let diagonal = b.matrix_diagonal(x)?;
        let ds = b.real(diagonal)?;
        if !self.compute_uv {
            return Ok((vec![s], vec![Some(ds)]));
        }
        let (du, dv) = vectors_jvp(b, [s, u, v], x, a, da)?;
        let dvh = b.adjoint(dv)?;
        Ok((results, vec![Some(ds), Some(du), Some(dvh)]))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        let &[a] = operands else { return rules::not_lowered(NAME) };
        let mut b = Builder::new(NAME);
        let param = b.param(e.ty(a).clone());
        let results = self.compose(&mut b, param)?;
        e.inline(&b.finish(results), operands)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [a] = rules::arrays(NAME, operands)?;
        let types = self.infer(&[a.ty()])?;
        let (mut values, mut left, mut right) = (Vec::new(), Vec::new(), Vec::new());
        for a in Matrix::all(NAME, a)? {
            let (s, u, v) = if a.rows < a.cols {
                let (s, v, u) = tall(&a.adjoint());
                (s, u, v)
            } else {
                tall(&a)
            };
            let all = |x: &Matrix| if self.full_matrices { x.cols } else { s.len() };
            left.push(u.columns(&(0..all(&u)).collect::<Vec<_>>()));
            right.push(v.columns(&(0..all(&v)).collect::<Vec<_>>()).adjoint());
            values.extend(s.iter().map(|&s| Complex64::from(s)));
        }
        let mut results = Vec::new();
        for (i, ty) in types.iter().enumerate() {
            results.push(match i {
                0 => dense::pack(NAME, std::mem::take(&mut values), ty)?,
                1 => Matrix::pack(NAME, &left, ty)?,
                _ => Matrix::pack(NAME, &right, ty)?,
            });
        }
        Ok(results)
    }
}

/// U̇ and V̇ from s, U, V, X = Uᴴ·Ȧ·V and Ȧ.
fn vectors_jvp(b: &mut Builder, [s, u, v]: [Value; 3], x: Value, a: Value, da: Value) -> Result<(Value, Value)> {
    let (m, n) = matrix::dims(NAME, b.ty(a))?;
    let (dtype, k) = (b.ty(a).dtype, m.min(n));
    let (across, down) = (b.repeat_vector(s, k, false)?, b.repeat_vector(s, k, true)?);
    let (sum, gap) = (b.add(across, down)?, b.sub(across, down)?);
    let (gaps, eye) = (b.mul(sum, gap)?, b.identity_like(across)?);
    let gaps = b.add(gaps, eye)?;
    let inverse = b.integer_pow(gaps, -1)?;
    let f = b.sub(inverse, eye)?;
    let f = b.convert(f, dtype)?;
    let (across, down) = (b.convert(across, dtype)?, b.convert(down, dtype)?);

    let turn = |b: &mut Builder, scale: Value| -> Result<Value> {
        let scaled = b.mul(scale, x)?;
        let adjoint = b.adjoint(scaled)?;
        let sum = b.add(scaled, adjoint)?;
        b.mul(f, sum)
    };
    let left = turn(b, across)?;
    let right = turn(b, down)?;
    // What a complex phase may turn on the diagonal goes to U.
    let xh = b.adjoint(x)?;
    let skew = b.sub(x, xh)?;
    let skew = b.mul_scalar(skew, 0.5)?;
    let zero = b.full_like(s, 0.0)?;
    let one = b.full_like(s, 1.0)?;
    let none = b.eq(s, zero)?;
    let safe = b.select(none, one, s)?;
    let inverse = b.div(one, safe)?;
    let inverse = b.select(none, zero, inverse)?;
    let inverse = b.convert(inverse, dtype)?;
    let inverse = b.repeat_vector(inverse, k, false)?;
    let eye = b.convert(eye, dtype)?;
    let inverse = b.mul(inverse, eye)?;
    let phases = b.mul(skew, inverse)?;
    let left = b.add(left, phases)?;
    let mut du = b.matrix_product(u, left)?;
    let mut dv = b.matrix_product(v, right)?;
    // What leaves the space of the columns.
    if m > n {
        let image = b.matrix_product(da, v)?;
        let outside = leaving(b, u, image, across)?;
        du = b.add(du, outside)?;
    }
    if n > m {
        let dah = b.adjoint(da)?;
        let image = b.matrix_product(dah, u)?;
        let outside = leaving(b, v, image, across)?;
        dv = b.add(dv, outside)?;
    }
    Ok((du, dv))
}

/// (Y − Q·Qᴴ·Y)·diag(s)⁻¹; `across` has s in each row.
fn leaving(b: &mut Builder, q: Value, y: Value, across: Value) -> Result<Value> {
    let qh = b.adjoint(q)?;
    let inside = b.matrix_product(qh, y)?;
    let inside = b.matrix_product(q, inside)?;
    let outside = b.sub(y, inside)?;
    let (rank, k) = (b.ty(across).rank(), b.ty(across).shape.last().copied().unwrap_or(0));
    let s = b.slice_in_dim(across, 0, 1, rank - 2)?;
    let ty = b.ty(outside).clone();
    let batch: Vec<usize> = (0..rank).collect();
    let s = if k == 0 { outside } else { b.broadcast_in_dim(s, &ty.shape, &batch)? };
    b.div(outside, s)
}

impl Builder {
    /// A = U·diag(s)·Vᴴ for each matrix of the last two dimensions: s, then U and Vᴴ if asked for.
    ///
    /// # Errors
    /// The elements are not `f32`, `f64` or complex numbers.
    pub fn svd(&mut self, a: Value, full_matrices: bool, compute_uv: bool) -> Result<Vec<Value>> {
        self.emit(Svd { full_matrices, compute_uv }, &[a])
    }
}
