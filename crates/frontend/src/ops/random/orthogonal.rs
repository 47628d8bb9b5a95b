//! Orthonormal matrices.

use std::sync::Arc;

use keramos_ir::ops::DotDims;
use keramos_ir::{Builder, DType, Result as IrResult, TensorType, Value as IrValue};

use crate::error::Result;
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// The factor Q of x = QR in which R has a positive diagonal, for a matrix with at least as many rows as
    /// columns and of full rank.
    ///
    /// # Errors
    /// `x` is no matrix of floats.
    pub fn orthonormal(&mut self, x: &Tensor) -> Result<Tensor> {
        self.build1(&[x], |b, v| orthonormal(b, v[0]))
    }

    /// A random matrix with orthonormal columns, or rows if there are more columns.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_orthogonal(&mut self, key: &Tensor, dtype: DType, rows: usize, columns: usize) -> Result<Tensor> {
        let tall = TensorType::new(dtype, [rows.max(columns), rows.min(columns)]);
        let normal = self.random_standard_normal(key, &tall)?;
        let q = self.orthonormal(&normal)?;
        if rows < columns { self.transpose(&q, &[1, 0]) } else { Ok(q) }
    }
}

/// The factor Q of A = QR in which R has a positive diagonal, for A with at least as many rows as
/// columns and of full rank: Gram and Schmidt's process, each column orthogonalised twice so that
/// rounding leaves nothing behind, in `f64`.
fn orthonormal(b: &mut Builder, a: IrValue) -> IrResult<IrValue> {
    let narrow = b.ty(a).dtype;
    let a = b.convert(a, DType::F64)?;
    let matrix = b.ty(a).clone();
    let (zero, q) = (b.constant(keramos_ir::Array::scalar(DType::I32, 0.0))?, b.full(&matrix, 0.0)?);
    let state = [TensorType::scalar(DType::I32), matrix.clone(), matrix.clone()];

    let mut cond = Builder::new("columns_left");
    let k = state.each_ref().map(|ty| cond.param(ty.clone()))[0];
    let n = cond.full_like(k, matrix.shape[1] as f64)?;
    let left = cond.lt(k, n)?;
    let cond = cond.finish(vec![left]);

    let mut body = Builder::new("next_column");
    let [k, a_in, q_in] = state.each_ref().map(|ty| body.param(ty.clone()));
    let first = body.full_like(k, 0.0)?;
    let column = [matrix.shape[0], 1];
    let mut v = body.dynamic_slice(a_in, &[first, k], &column)?;
    for _ in 0..2 {
        let along = body.dot_general(q_in, v, DotDims::contracting([0], [0]))?;
        let projection = body.dot_general(q_in, along, DotDims::contracting([1], [0]))?;
        v = body.sub(v, projection)?;
    }
    let square = body.mul(v, v)?;
    let norm = body.reduce_sum(square, &[0, 1])?;
    let norm = body.sqrt(norm)?;
    let norm = body.broadcast(norm, &column)?;
    let unit = body.div(v, norm)?;
    let q_out = body.dynamic_update_slice(q_in, unit, &[first, k])?;
    let next = body.add_scalar(k, 1.0)?;
    let body = body.finish(vec![next, a_in, q_out]);

    let results = b.while_loop(&Arc::new(cond), &Arc::new(body), &[zero, a, q])?;
    let q = results.get(2).copied().unwrap_or(q);
    b.convert(q, narrow)
}
