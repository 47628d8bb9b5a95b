//! `cholesky`.

use num_complex::Complex64;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{Array, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::super::{batching, rules};
use super::dense::Matrix;
use super::matrix::{self, Triangle};
use super::triangular_solve::TriangularSolve;

/// The lower triangular matrix L with a positive diagonal and L·Lᴴ = A, of which the lower triangle is looked
/// at. The lower triangle is NaN if A is not positive definite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cholesky;

const NAME: &str = "cholesky";

fn factor(a: &Matrix) -> Matrix {
    let n = a.rows;
    let mut l = Matrix::zeros(n, n);
    for j in 0..n {
        let inner = |l: &Matrix, i: usize| (0..j).map(|k| l.at(i, k) * l.at(j, k).conj()).sum::<Complex64>();
        let pivot = a.at(j, j).re - inner(&l, j).re;
        if pivot.is_nan() || pivot <= 0.0 {
            return Matrix::from_fn(n, n, |i, j| if i >= j { f64::NAN.into() } else { Complex64::ZERO });
        }
        let root = pivot.sqrt();
        l.set(j, j, root.into());
        for i in j + 1..n {
            let x = (a.at(i, j) - inner(&l, i)) / root;
            l.set(i, j, x);
        }
    }
    l
}

impl Primitive for Cholesky {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then_some(Ok(Cholesky))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [a] = rules::operands(NAME, operands)?;
        let (rows, cols) = matrix::dims(NAME, a)?;
        if rows != cols {
            return Err(IrError::ty(NAME, "the matrices must be square", operands));
        }
        Ok(vec![a.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let l = b.emit1(*self, primals)?;
        let &[Some(da)] = tangents else { return Ok((vec![l], vec![None])) };
        let da = b.hermitian_of_lower(da)?;
        let dl = b.cholesky_tangent(l, da)?;
        Ok((vec![l], vec![Some(dl)]))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let [ty] = results else { return rules::not_lowered(NAME) };
        let mut b = Builder::new(NAME);
        let a = b.param(ty.clone());
        let full = b.hermitian_of_lower(a)?;
        let operands = e.inline(&b.finish(vec![full]), operands)?;
        let factors = e.op(HloOp {
            name: "stablehlo.cholesky",
            operands: &operands,
            attributes: vec![("lower", "true".to_owned())],
            regions: Vec::new(),
            results,
        })?;
        // What the operation leaves above the diagonal and for other matrices is its own affair.
        let mut b = Builder::new(NAME);
        let l = b.param(ty.clone());
        let diagonal = b.matrix_diagonal(l)?;
        let diagonal = b.real(diagonal)?;
        let zero = b.full_like(diagonal, 0.0)?;
        let positive = b.gt(diagonal, zero)?;
        let rank = ty.rank();
        let definite = b.reduce_and(positive, &[rank - 2])?;
        let batch: Vec<usize> = (0..rank - 2).collect();
        let definite = b.broadcast_in_dim(definite, &ty.shape, &batch)?;
        let nan = b.full(ty, f64::NAN)?;
        let l = b.select(definite, l, nan)?;
        let l = b.keep_triangle(l, Triangle::Lower)?;
        e.inline(&b.finish(vec![l]), &factors)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [a] = rules::arrays(NAME, operands)?;
        let factors: Vec<Matrix> = Matrix::all(NAME, a)?.iter().map(factor).collect();
        Ok(vec![Matrix::pack(NAME, &factors, a.ty())?])
    }
}

impl Builder {
    /// The tangent of the triangular factor `l` of matrices with tangent `da`: L·Φ(L⁻¹·Ȧ·L⁻ᴴ), where Φ takes the
    /// lower triangle and half of the diagonal (Murray, 2016, "Differentiation of the Cholesky decomposition").
    /// `da` need not be Hermitian.
    ///
    /// # Errors
    /// The matrices are not square or of different types.
    pub fn cholesky_tangent(&mut self, l: Value, da: Value) -> Result<Value> {
        let right = TriangularSolve {
            left_side: false,
            lower: true,
            transpose_a: true,
            conjugate_a: true,
            unit_diagonal: false,
        };
        let left = TriangularSolve { left_side: true, transpose_a: false, conjugate_a: false, ..right };
        let x = self.emit1(right, &[l, da])?;
        let x = self.emit1(left, &[l, x])?;
        let below = self.keep_triangle(x, Triangle::StrictlyLower)?;
        let diagonal = self.keep_triangle(x, Triangle::Diagonal)?;
        let half = self.mul_scalar(diagonal, 0.5)?;
        let phi = self.add(below, half)?;
        let dl = self.matrix_product(l, phi)?;
        self.keep_triangle(dl, Triangle::Lower)
    }

    /// The lower triangular L with L·Lᴴ = A for each matrix A of the last two dimensions, of which the lower
    /// triangle is looked at; NaN if it is not positive definite.
    ///
    /// # Errors
    /// The matrices are not square, or not of `f32`, `f64` or complex numbers.
    pub fn cholesky(&mut self, a: Value) -> Result<Value> {
        self.emit1(Cholesky, &[a])
    }
}
