//! `eigh`.

use num_complex::Complex64;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::super::{OutOfBounds, batching, rules};
use super::dense::{self, Matrix};
use super::matrix::{self, with_last};

/// Eigenvectors, as columns, and eigenvalues, real and ascending, of Hermitian matrices, of which the lower
/// triangle is looked at. Each vector is scaled so that its largest component is real and positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Eigh;

const NAME: &str = "eigh";

/// Sweeps after which the iteration is given up; it converges quadratically, within about ten.
const SWEEPS: usize = 60;

/// Eigenvectors and eigenvalues, ascending, by Jacobi's rotations.
fn decompose(a: &Matrix) -> (Matrix, Vec<f64>) {
    let n = a.rows;
    let mut a = Matrix::from_fn(n, n, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Greater => a.at(i, j),
        std::cmp::Ordering::Equal => a.at(i, i).re.into(),
        std::cmp::Ordering::Less => a.at(j, i).conj(),
    });
    let mut vectors = Matrix::identity(n);
    for _ in 0..SWEEPS {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a.at(i, j).norm_sqr()).sum();
        let all: f64 = (0..n).map(|i| a.at(i, i).norm_sqr()).sum::<f64>() + 2.0 * off;
        if off <= all * 1e-34 || all.is_nan() {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    let values: Vec<f64> = (0..n).map(|i| a.at(i, i).re).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut vectors = vectors.columns(&order);
    normalize(&mut vectors);
    (vectors, order.iter().map(|&i| values[i]).collect())
}

/// Makes element (p, q) of a Hermitian matrix zero.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let size = a.at(p, q).norm();
    if size == 0.0 {
        return;
    }
    let phase = a.at(p, q) / size;
    let theta = (a.at(q, q).re - a.at(p, p).re) / (2.0 * size);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    let turn_columns = |m: &mut Matrix| {
        for i in 0..m.rows {
            let (x, y) = (m.at(i, p), m.at(i, q));
            m.set(i, p, x * c - y * phase.conj() * s);
            m.set(i, q, x * phase * s + y * c);
        }
    };
    turn_columns(a);
    turn_columns(vectors);
    for j in 0..a.cols {
        let (x, y) = (a.at(p, j), a.at(q, j));
        a.set(p, j, x * c - y * phase * s);
        a.set(q, j, x * phase.conj() * s + y * c);
    }
}

/// The factor of modulus 1 that makes the first of the largest components of a column real and positive.
pub(super) fn phase(x: &Matrix, column: usize) -> Complex64 {
    let mut largest = Complex64::ZERO;
    for i in 0..x.rows {
        // Components that rounding alone tells apart count as equal.
        if x.at(i, column).norm() > largest.norm() * (1.0 + 1e-3) {
            largest = x.at(i, column);
        }
    }
    if largest.norm() > 0.0 { largest.conj() / largest.norm() } else { Complex64::ONE }
}

fn normalize(vectors: &mut Matrix) {
    for j in 0..vectors.cols {
        let factor = phase(vectors, j);
        for i in 0..vectors.rows {
            let x = vectors.at(i, j) * factor;
            vectors.set(i, j, x);
        }
    }
}

impl Builder {
    /// [`phase`] of each column of `x`, one row per matrix.
    pub(crate) fn column_phases(&mut self, x: Value) -> Result<Value> {
        let ty = self.ty(x).clone();
        let rank = ty.rank();
        let size = self.abs(x)?;
        let largest = self.reduce_max(size, &[rank - 2])?;
        let (rows, bound) = (ty.shape[rank - 2], self.mul_scalar(largest, 1.0 / (1.0 + 1e-3))?);
        // The first component that no other exceeds by more than rounding.
        let bound = self.repeat_vector(bound, rows, false)?;
        let candidate = self.ge(size, bound)?;
        let candidate = self.convert(candidate, DType::I32)?;
        let first = self.argmax(candidate, rank - 2)?;
        let first = self.expand_dims(first, &[rank - 2])?;
        let component = self.take_along_axis(x, first, rank - 2, OutOfBounds::Promised)?;
        let size = self.abs(component)?;
        let (zero, one) = (self.full_like(size, 0.0)?, self.full_like(size, 1.0)?);
        let none = self.eq(size, zero)?;
        let safe = self.select(none, one, size)?;
        let safe = self.convert(safe, ty.dtype)?;
        let conj = self.conj(component)?;
        let phase = self.div(conj, safe)?;
        let ones = self.full_like(phase, 1.0)?;
        let phase = self.select(none, ones, phase)?;
        let shape: Vec<usize> = with_last(&ty, 2, &[ty.shape[rank - 1]]).shape;
        self.reshape(phase, &shape)
    }

    /// Each column of `x` times an element of `factors`, which has one row per matrix.
    pub(crate) fn scale_columns(&mut self, x: Value, factors: Value) -> Result<Value> {
        let rank = self.ty(x).rank();
        let rows = self.ty(x).shape[rank - 2];
        let factors = self.repeat_vector(factors, rows, false)?;
        self.mul(x, factors)
    }

    /// Eigenvectors, as columns, and eigenvalues, ascending, of the Hermitian matrices of the last two
    /// dimensions, of which the lower triangle is looked at.
    ///
    /// # Errors
    /// The matrices are not square, or not of `f32`, `f64` or complex numbers.
    pub fn eigh(&mut self, a: Value) -> Result<(Value, Value)> {
        match self.emit(Eigh, &[a])?.as_slice() {
            &[vectors, values] => Ok((vectors, values)),
            _ => rules::not_lowered(NAME),
        }
    }
}

impl Primitive for Eigh {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then_some(Ok(Eigh))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [a] = rules::operands(NAME, operands)?;
        let (rows, cols) = matrix::dims(NAME, a)?;
        if rows != cols {
            return Err(IrError::ty(NAME, "the matrices must be square", operands));
        }
        let values = with_last(a, 2, &[rows]);
        Ok(vec![a.clone(), values.with_dtype(a.dtype.real())])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let results = b.emit(*self, primals)?;
        let (&[Some(da)], &[v, w]) = (tangents, results.as_slice()) else { return Ok((results, vec![None, None])) };
        // V̇ = V·(F∘(Vᴴ·Ȧ·V)), F = 1/(wⱼ − wᵢ) off the diagonal; ẇ is the diagonal of Vᴴ·Ȧ·V.
        let dtype = b.ty(v).dtype;
        let n = b.ty(w).shape.last().copied().unwrap_or(0);
        let da = b.hermitian_of_lower(da)?;
        let (across, down) = (b.repeat_vector(w, n, false)?, b.repeat_vector(w, n, true)?);
        let (gaps, eye) = (b.sub(across, down)?, b.identity_like(across)?);
        let gaps = b.add(gaps, eye)?;
        let inverse = b.integer_pow(gaps, -1)?;
        let f = b.sub(inverse, eye)?;
        let f = b.convert(f, dtype)?;
        let vh = b.adjoint(v)?;
        let x = b.matrix_product(vh, da)?;
        let x = b.matrix_product(x, v)?;
        let diagonal = b.matrix_diagonal(x)?;
        let dw = b.real(diagonal)?;
        let turn = b.mul(f, x)?;
        let dv = b.matrix_product(v, turn)?;
        Ok((results, vec![Some(dv), Some(dw)]))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let (&[a], [vectors, _]) = (operands, results) else { return rules::not_lowered(NAME) };
        let mut b = Builder::new(NAME);
        let param = b.param(e.ty(a).clone());
        let full = b.hermitian_of_lower(param)?;
        let a = e.inline(&b.finish(vec![full]), &[a])?;
        // Lower triangle, ascending, most sweeps, and the part of the norm that may stay off the diagonal.
        let config = format!("\"1,1,100,{:e}\"", vectors.dtype.epsilon());
        let found = e.op(HloOp {
            name: "stablehlo.custom_call",
            operands: &a,
            attributes: vec![
                ("call_target_name", "\"Eigh\"".to_owned()),
                ("api_version", "1 : i32".to_owned()),
                ("backend_config", config),
            ],
            regions: Vec::new(),
            results,
        })?;
        let mut b = Builder::new(NAME);
        let params: Vec<Value> = results.iter().map(|ty| b.param(ty.clone())).collect();
        let &[v, w] = params.as_slice() else { return rules::not_lowered(NAME) };
        let phases = b.column_phases(v)?;
        let v = b.scale_columns(v, phases)?;
        e.inline(&b.finish(vec![v, w]), &found)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [a] = rules::arrays(NAME, operands)?;
        let types = self.infer(&[a.ty()])?;
        let (vectors, values): (Vec<Matrix>, Vec<Vec<f64>>) = Matrix::all(NAME, a)?.iter().map(decompose).unzip();
        match types.as_slice() {
            [v, w] => Ok(vec![
                Matrix::pack(NAME, &vectors, v)?,
                dense::pack(NAME, values.into_iter().flatten().map(Complex64::from).collect(), w)?,
            ]),
            _ => Ok(Vec::new()),
        }
    }
}
