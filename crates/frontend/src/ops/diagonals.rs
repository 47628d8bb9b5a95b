//! Diagonals and triangles of matrices.

use keramos_ir::DType;
use keramos_ir::ops::OutOfBounds;

use super::Part;
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// Whether column − row = k, for an n × m matrix.
    pub(crate) fn on_diagonal(&mut self, n: usize, m: usize, k: i64) -> Result<Tensor> {
        let (rows, columns) = (self.iota(DType::I32, &[n, m], 0)?, self.iota(DType::I32, &[n, m], 1)?);
        self.compute([&rows, &columns], |[row, column]| (row + k).eq(column))
    }

    /// Whether column − row ≤ k, for an n × m matrix.
    pub(crate) fn below(&mut self, n: usize, m: usize, k: i64) -> Result<Tensor> {
        let (rows, columns) = (self.iota(DType::I32, &[n, m], 0)?, self.iota(DType::I32, &[n, m], 1)?);
        self.compute([&rows, &columns], |[row, column]| (row + k).ge(column))
    }

    /// The square matrix with `v` on its k-th diagonal.
    pub(crate) fn diagonal_matrix(&mut self, v: &Tensor, k: i64) -> Result<Tensor> {
        let pad = k.unsigned_abs() as usize;
        let n = v.shape()[0] + pad;
        let edges = if k > 0 { (pad, 0) } else { (0, pad) };
        let row = self.pad(v, &[edges], 0.0)?;
        let row = self.broadcast_to(&row, &[n, n])?;
        let hit = self.on_diagonal(n, n, k)?;
        let zero = self.scalar(v.dtype(), 0.0)?;
        Ok(self.select(&hit, &row, &zero)?.weak_if(v.is_weak()))
    }

    /// The k-th diagonal of the matrices along two axes, as the last dimension.
    pub(crate) fn diagonal(&mut self, x: &Tensor, k: i64, axis1: usize, axis2: usize) -> Result<Tensor> {
        if axis1 == axis2 {
            return Err(Error::shape("the axes of a diagonal must differ"));
        }
        let mut order: Vec<usize> = (0..x.rank()).filter(|d| *d != axis1 && *d != axis2).collect();
        order.extend([axis1, axis2]);
        let y = self.transpose(x, &order)?;
        let (n, m) = (x.shape()[axis1] as i64, x.shape()[axis2] as i64);
        let (row, column) = ((-k).max(0), k.max(0));
        let count = (n - row).min(m - column).max(0) as usize;
        let steps = self.iota(DType::I32, &[count], 0)?;
        let (rows, columns) = (self.compute([&steps], |[i]| i + row)?, self.compute([&steps], |[i]| i + column)?);
        let parts = [Part::Rest, Part::Array(rows), Part::Array(columns)];
        self.index(&y, &parts, OutOfBounds::Promised)
    }
}
