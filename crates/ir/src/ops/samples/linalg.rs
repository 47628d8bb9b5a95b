//! Samples of Fourier transforms and linear algebra.

use num_complex::Complex;

use crate::{Array, DType, Result, TensorType};

use super::super::wide::Wide;
use super::super::*;
use super::{Samples, numbers};

impl Samples {
    /// Numbers of `f32` or `f64`, or of complex type, with `diagonal` added to the i-th diagonal element of each
    /// matrix i + 1 times.
    pub(super) fn matrices(&self, shape: &[usize], complex: bool, diagonal: f64) -> Result<Array> {
        let real = if self.float == DType::F64 { DType::F64 } else { DType::F32 };
        let dtype = if complex { real.complex().unwrap_or(real) } else { real };
        let ty = TensorType::new(dtype, shape);
        let &[.., rows, cols] = shape else { return Ok(Array::full(&ty, 0.0)) };
        let on_diagonal = |p: usize| match (p / cols % rows, p % cols) {
            (i, j) if i == j => diagonal * (i + 1) as f64,
            _ => 0.0,
        };
        let parts = numbers(2 * ty.size(), (-1.2, 1.3));
        let elements = parts.chunks(2).enumerate();
        let wide = match complex {
            true => Wide::Complex(elements.map(|(p, x)| Complex::new(x[0] + on_diagonal(p), x[1])).collect()),
            false => Wide::Float(elements.map(|(p, x)| x[0] + on_diagonal(p)).collect()),
        };
        wide.narrow("sample", &ty)
    }

    pub(super) fn linear_algebra(&mut self) -> Result<()> {
        for (kind, shape, lengths) in [
            (FftKind::Fft, &[2, 5][..], &[5][..]),
            (FftKind::Ifft, &[3, 4], &[3, 4]),
            (FftKind::Rfft, &[2, 6], &[6]),
            (FftKind::Rfft, &[3, 5], &[3, 5]),
            (FftKind::Irfft, &[2, 4], &[6]),
            (FftKind::Irfft, &[3, 3], &[3, 5]),
        ] {
            let x = self.matrices(shape, kind != FftKind::Rfft, 0.0)?;
            self.add(Fft { kind, lengths: lengths.to_vec() }, [x]);
        }
        for complex in [false, true] {
            let square = self.matrices(&[2, 3, 3], complex, 3.0)?;
            self.add(Cholesky, [square.clone()]);
            // Each flag with and without each other one, if not with all others.
            for flags in [0, 3, 5, 6, 9, 10, 12, 15, 16, 31] {
                let flag = |i: u32| flags >> i & 1 == 1;
                let solve = TriangularSolve {
                    left_side: flag(0),
                    lower: flag(1),
                    transpose_a: flag(2),
                    conjugate_a: flag(3),
                    unit_diagonal: flag(4),
                };
                let rhs = self.matrices(if solve.left_side { &[2, 3, 2] } else { &[2, 2, 3] }, complex, 0.5)?;
                self.add(solve, [square.clone(), rhs]);
            }
            for (shape, full_matrices) in
                [([2, 3, 3], false), ([1, 4, 3], false), ([1, 4, 3], true), ([1, 3, 4], false)]
            {
                let a = self.matrices(&shape, complex, 0.7)?;
                self.add(Lu, [a.clone()]);
                self.add(Qr { full_matrices }, [a.clone()]);
                // XLA takes seconds to compile one.
                if complex == full_matrices || shape[0] == 2 {
                    self.add(Svd { full_matrices, compute_uv: true }, [a.clone()]);
                }
            }
            self.add(Svd { full_matrices: false, compute_uv: false }, [self.matrices(&[3, 2], complex, 0.7)?]);
            self.add(Eigh, [square]);
        }
        Ok(())
    }
}
