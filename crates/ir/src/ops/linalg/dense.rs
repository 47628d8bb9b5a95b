//! Dense complex matrices for reference evaluation: every matrix computation of this folder runs on them,
//! real matrices as complex ones without imaginary parts.

use num_complex::Complex64;

use crate::{Array, Result, TensorType};

use super::super::wide::{Wide, no_kernel};

/// A matrix, row-major.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    pub rows: usize,
    pub cols: usize,
    elements: Vec<Complex64>,
}

impl Matrix {
    pub fn zeros(rows: usize, cols: usize) -> Matrix {
        Matrix { rows, cols, elements: vec![Complex64::ZERO; rows * cols] }
    }

    pub fn identity(n: usize) -> Matrix {
        Matrix::from_fn(n, n, |i, j| Complex64::from(if i == j { 1.0 } else { 0.0 }))
    }

    pub fn from_fn(rows: usize, cols: usize, f: impl Fn(usize, usize) -> Complex64) -> Matrix {
        let elements = (0..rows * cols).map(|p| f(p / cols, p % cols)).collect();
        Matrix { rows, cols, elements }
    }

    pub fn at(&self, i: usize, j: usize) -> Complex64 {
        self.elements[i * self.cols + j]
    }

    pub fn set(&mut self, i: usize, j: usize, x: Complex64) {
        self.elements[i * self.cols + j] = x;
    }

    pub fn adjoint(&self) -> Matrix {
        Matrix::from_fn(self.cols, self.rows, |i, j| self.at(j, i).conj())
    }

    /// The columns in the given order.
    pub fn columns(&self, order: &[usize]) -> Matrix {
        Matrix::from_fn(self.rows, order.len(), |i, j| self.at(i, order[j]))
    }

    pub fn swap_rows(&mut self, i: usize, j: usize) {
        for col in 0..self.cols {
            self.elements.swap(i * self.cols + col, j * self.cols + col);
        }
    }

    /// The matrices of the last two dimensions.
    pub fn all(op: &'static str, array: &Array) -> Result<Vec<Matrix>> {
        let elements: Vec<Complex64> = match Wide::of(array) {
            Wide::Complex(v) => v,
            Wide::Float(v) => v.into_iter().map(Complex64::from).collect(),
            _ => return Err(no_kernel(op, array.ty().dtype)),
        };
        let &[.., rows, cols] = array.ty().shape.as_slice() else { return Err(no_kernel(op, array.ty().dtype)) };
        let count: usize = array.ty().shape[..array.ty().rank() - 2].iter().product();
        let matrix = |k| {
            let from = k * rows * cols;
            Matrix { rows, cols, elements: elements[from..from + rows * cols].to_vec() }
        };
        Ok((0..count).map(matrix).collect())
    }

    /// The matrices as an array of type `ty`; of real type, the real parts.
    pub fn pack(op: &'static str, matrices: &[Matrix], ty: &TensorType) -> Result<Array> {
        pack(op, matrices.iter().flat_map(|m| m.elements.iter().copied()).collect(), ty)
    }
}

/// Numbers as an array of type `ty`; of real type, the real parts.
pub(super) fn pack(op: &'static str, numbers: Vec<Complex64>, ty: &TensorType) -> Result<Array> {
    let wide = match ty.dtype {
        dtype if dtype.is_complex() => Wide::Complex(numbers),
        dtype if dtype.is_int() => Wide::Int(numbers.into_iter().map(|x| x.re as i128).collect()),
        _ => Wide::Float(numbers.into_iter().map(|x| x.re).collect()),
    };
    wide.narrow(op, ty)
}
