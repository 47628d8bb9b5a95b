//! Systems of equations, inverses and determinants, from factors.

use crate::{Builder, DType, Result, TensorType, Value};

use super::super::OutOfBounds;
use super::matrix;
use super::triangular_solve::TriangularSolve;

impl Builder {
    /// X with A·X = B for the matrices of the last two dimensions.
    ///
    /// # Errors
    /// A is not square, or B does not fit it.
    pub fn solve(&mut self, a: Value, rhs: Value) -> Result<Value> {
        let (lu, _, order) = self.lu(a)?;
        let (rank, cols) = (self.ty(rhs).rank(), self.ty(rhs).shape.last().copied().unwrap_or(0));
        let order = self.repeat_vector(order, cols, true)?;
        let rhs = self.take_along_axis(rhs, order, rank.saturating_sub(2), OutOfBounds::Promised)?;
        let lower = TriangularSolve {
            left_side: true,
            lower: true,
            transpose_a: false,
            conjugate_a: false,
            unit_diagonal: true,
        };
        let x = self.triangular_solve(lu, rhs, lower)?;
        self.triangular_solve(lu, x, TriangularSolve { lower: false, unit_diagonal: false, ..lower })
    }

    /// The inverses of the matrices of the last two dimensions.
    ///
    /// # Errors
    /// The matrices are not square.
    pub fn inverse(&mut self, a: Value) -> Result<Value> {
        let eye = self.identity_like(a)?;
        self.solve(a, eye)
    }

    /// The determinants of the matrices of the last two dimensions.
    ///
    /// # Errors
    /// The matrices are not square, or not of `f32`, `f64` or complex numbers.
    pub fn det(&mut self, a: Value) -> Result<Value> {
        let (diagonal, sign) = self.lu_diagonal(a)?;
        let product = self.reduce_prod(diagonal, &[self.ty(diagonal).rank() - 1])?;
        self.mul(product, sign)
    }

    /// Signs and logarithms of the magnitudes of the determinants; 0 and −∞ for a singular matrix.
    ///
    /// # Errors
    /// As [`Builder::det`].
    pub fn slogdet(&mut self, a: Value) -> Result<(Value, Value)> {
        let (diagonal, parity) = self.lu_diagonal(a)?;
        let last = self.ty(diagonal).rank() - 1;
        let size = self.abs(diagonal)?;
        let log = self.log(size)?;
        let log = self.reduce_sum(log, &[last])?;
        let signs = self.sign(diagonal)?;
        let sign = self.reduce_prod(signs, &[last])?;
        Ok((self.mul(sign, parity)?, log))
    }

    /// The diagonal of U, and the sign of the order of the rows, as numbers of the matrices' type.
    fn lu_diagonal(&mut self, a: Value) -> Result<(Value, Value)> {
        let (n, cols) = matrix::dims("det", self.ty(a))?;
        if n != cols {
            return Err(crate::IrError::ty("det", "the matrices must be square", &[self.ty(a)]));
        }
        let dtype = self.ty(a).dtype;
        let (lu, pivots, _) = self.lu(a)?;
        let diagonal = self.matrix_diagonal(lu)?;
        let ty = TensorType::new(DType::I32, self.ty(pivots).shape.clone());
        let places = self.iota(&ty, ty.rank() - 1)?;
        let exchanged = self.ne(pivots, places)?;
        let odd = self.reduce_xor(exchanged, &[ty.rank() - 1])?;
        let odd = self.convert(odd, dtype)?;
        let twice = self.mul_scalar(odd, 2.0)?;
        Ok((diagonal, self.one_minus(twice)?))
    }
}
