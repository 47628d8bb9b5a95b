//! Compositions over the matrices of the last two dimensions.

use crate::{Builder, DType, IrError, Result, TensorType, Value};

use super::super::{DotDims, DotGeneral, Precision};

/// Which elements of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Triangle {
    /// On and below the diagonal.
    Lower,
    /// Below the diagonal.
    StrictlyLower,
    /// On and above the diagonal.
    Upper,
    /// Above the diagonal.
    StrictlyUpper,
    /// The diagonal.
    Diagonal,
}

/// Rows and columns of the last two dimensions.
pub(super) fn dims(op: &'static str, x: &TensorType) -> Result<(usize, usize)> {
    match *x.shape.as_slice() {
        [.., rows, cols] if x.dtype.is_inexact() && x.dtype.size() >= 4 => Ok((rows, cols)),
        _ => Err(IrError::ty(op, "needs matrices of f32, f64 or complex numbers in the last two dimensions", &[x])),
    }
}

/// The type with its last dimensions replaced by others.
pub(super) fn with_last(x: &TensorType, drop: usize, last: &[usize]) -> TensorType {
    let keep = x.rank().saturating_sub(drop);
    x.with_shape([&x.shape[..keep], last].concat())
}

impl Builder {
    /// Where an element of `x` lies in its matrix: `bool`, of `x`'s shape.
    fn triangle_mask(&mut self, x: Value, which: Triangle) -> Result<Value> {
        let shape = self.ty(x).shape.clone();
        let matrix = TensorType::new(DType::I32, &shape[shape.len().saturating_sub(2)..]);
        let (row, col) = (self.iota(&matrix, 0)?, self.iota(&matrix, 1)?);
        let mask = match which {
            Triangle::Lower => self.ge(row, col)?,
            Triangle::StrictlyLower => self.gt(row, col)?,
            Triangle::Upper => self.le(row, col)?,
            Triangle::StrictlyUpper => self.lt(row, col)?,
            Triangle::Diagonal => self.eq(row, col)?,
        };
        self.broadcast(mask, &shape)
    }

    /// The chosen elements of each matrix, zeros elsewhere.
    pub(crate) fn keep_triangle(&mut self, x: Value, which: Triangle) -> Result<Value> {
        let mask = self.triangle_mask(x, which)?;
        let zeros = self.full_like(x, 0.0)?;
        self.select(mask, x, zeros)
    }

    /// The identity matrix, repeated to the type of `x`, whose matrices are square.
    pub(crate) fn identity_like(&mut self, x: Value) -> Result<Value> {
        let ones = self.full_like(x, 1.0)?;
        self.keep_triangle(ones, Triangle::Diagonal)
    }

    /// Exchanges the last two dimensions.
    pub(crate) fn matrix_transpose(&mut self, x: Value) -> Result<Value> {
        let rank = self.ty(x).rank();
        let mut order: Vec<usize> = (0..rank).collect();
        order.swap(rank - 1, rank - 2);
        self.transpose(x, &order)
    }

    /// The conjugate of the transpose.
    pub(crate) fn adjoint(&mut self, x: Value) -> Result<Value> {
        let x = self.matrix_transpose(x)?;
        self.conj(x)
    }

    /// Products of matrices, in full precision.
    pub(crate) fn matrix_product(&mut self, x: Value, y: Value) -> Result<Value> {
        let (dtype, rank) = (self.ty(x).dtype, self.ty(x).rank());
        let batch: Vec<usize> = (0..rank - 2).collect();
        let dims = DotDims::contracting([rank - 1], [rank - 2]).batch(batch.clone(), batch);
        self.emit1(DotGeneral { dims, precision: Precision::Highest, dtype }, &[x, y])
    }

    /// The diagonal of each square matrix: one dimension less.
    pub(crate) fn matrix_diagonal(&mut self, x: Value) -> Result<Value> {
        let rank = self.ty(x).rank();
        let kept = self.keep_triangle(x, Triangle::Diagonal)?;
        self.reduce_sum(kept, &[rank - 1])
    }

    /// `x` repeated along a new last dimension (`columns`) or last but one (`rows`), of size `n`.
    pub(crate) fn repeat_vector(&mut self, x: Value, n: usize, columns: bool) -> Result<Value> {
        let shape = &self.ty(x).shape;
        let rank = shape.len();
        let Some((&last, batch)) = shape.split_last() else {
            return Err(IrError::ty("repeat", "a vector is needed", &[self.ty(x)]));
        };
        let full = [batch, &if columns { [last, n] } else { [n, last] }].concat();
        let place = if columns { rank - 1 } else { rank };
        let dims: Vec<usize> = (0..rank - 1).chain([place]).collect();
        self.broadcast_in_dim(x, &full, &dims)
    }

    /// The lower triangle and its adjoint above the diagonal: what is meant by a Hermitian matrix of which
    /// only the lower triangle is looked at.
    ///
    /// # Errors
    /// The matrices are not square.
    pub fn hermitian_of_lower(&mut self, x: Value) -> Result<Value> {
        let lower = self.keep_triangle(x, Triangle::StrictlyLower)?;
        let upper = self.adjoint(lower)?;
        let mut diagonal = self.keep_triangle(x, Triangle::Diagonal)?;
        if self.ty(x).dtype.is_complex() {
            let dtype = self.ty(x).dtype;
            diagonal = self.real(diagonal)?;
            diagonal = self.convert(diagonal, dtype)?;
        }
        let sum = self.add(lower, upper)?;
        self.add(sum, diagonal)
    }

    /// The first `rows` rows and `cols` columns.
    pub(crate) fn corner(&mut self, x: Value, rows: usize, cols: usize) -> Result<Value> {
        let rank = self.ty(x).rank();
        let x = self.slice_in_dim(x, 0, rows, rank - 2)?;
        self.slice_in_dim(x, 0, cols, rank - 1)
    }
}
