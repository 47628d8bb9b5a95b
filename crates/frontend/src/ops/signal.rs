//! Rows slid over each other, and covariances.

use keramos_ir::ops::{Conv, ConvDims, DotDims, OutOfBounds};
use keramos_ir::{DType, as_tuple};

use super::Part;
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// The convolution of two rows.
    pub(crate) fn convolve(&mut self, a: &Tensor, v: &Tensor, mode: &str) -> Result<Tensor> {
        let row = |t: &mut Tracer, x: &Tensor| match x.shape() {
            [] => t.reshape_infer(x, &[1]),
            [length] if *length > 0 => Ok(x.clone()),
            shape => Err(Error::shape(format!("rows with elements are convolved, found shape {}", as_tuple(&shape)))),
        };
        let (a, v) = (&row(self, a)?, &row(self, v)?);
        // The longer row is the one that the other slides over.
        let (a, v) = if a.shape()[0] < v.shape()[0] { (v, a) } else { (a, v) };
        let (n, k) = (a.shape()[0], v.shape()[0]);
        let (low, high) = match mode {
            "full" => (k - 1, k - 1),
            "same" => (k / 2, k - k / 2 - 1),
            _ => (0, 0),
        };
        let padded = self.pad(a, &[(low, high)], 0.0)?;
        let count = n + low + high + 1 - k;
        let windows = (0..count).flat_map(|i| (0..k).map(move |j| (i + k - 1 - j) as f64));
        let places = self.tabulated(&[count, k], windows, DType::I32)?;
        let windows = self.index(&padded, &[Part::Array(places)], OutOfBounds::Promised)?;
        self.dot_general(&windows, v, DotDims::contracting([1], [0]))
    }

    /// The covariances of rows (or columns) of one matrix, or of two on top of each other.
    pub(crate) fn covariance(&mut self, m: &Tensor, y: Option<&Tensor>, rows: bool, ddof: f64) -> Result<Tensor> {
        let mut parts = Vec::new();
        for x in [Some(m), y].into_iter().flatten() {
            let x = self.to_float(x)?;
            if x.rank() > 2 {
                return Err(Error::shape(format!(
                    "a covariance takes one or two dimensions, found shape {}",
                    as_tuple(x.shape())
                )));
            }
            let x = match x.rank() {
                2 if !rows && x.shape()[0] != 1 => self.transpose(&x, &[1, 0])?,
                2 => x,
                _ => self.reshape_infer(&x, &[1, -1])?,
            };
            parts.push(x);
        }
        let x = if parts.len() == 1 { parts.remove(0) } else { self.concatenate(&parts, 0)? };
        let n = x.shape()[1] as f64;
        let mean = self.mean(&x, &[1], true)?;
        let centred = self.sub(&x, &mean)?;
        let product = self.dot_general(&centred, &centred, DotDims::contracting([1], [1]))?;
        let y = self.div_scalar(&product, n - ddof)?;
        if y.shape() == [1, 1] { self.squeeze(&y, &[0, 1]) } else { Ok(y) }
    }
}

impl Tracer {
    /// The convolution of tensors of equal rank over all dimensions, `"full"`, `"same"` or `"valid"`.
    pub(crate) fn convolve_all(&mut self, a: &Tensor, v: &Tensor, mode: &str) -> Result<Tensor> {
        if a.rank() != v.rank() || a.ty().size() == 0 || v.ty().size() == 0 {
            return Err(Error::shape(format!(
                "tensors of shapes {} and {} cannot be convolved: they need equal ranks and elements",
                as_tuple(a.shape()),
                as_tuple(v.shape())
            )));
        }
        let smaller = |a: &Tensor, v: &Tensor| a.shape().iter().zip(v.shape()).all(|(n, k)| n >= k);
        let (a, v) = match mode {
            "valid" if smaller(a, v) => (a, v),
            "valid" if smaller(v, a) => (v, a),
            "valid" => {
                return Err(Error::shape(
                    "in mode \"valid\", one tensor must be at least as large as the other in every dimension",
                ));
            }
            _ => (a, v),
        };
        let [a, v] = self.common(super::Domain::Float, [a, v])?;
        let rank = a.rank();
        let padding = v.shape().iter().map(|&k| match mode {
            "full" => (k as i64 - 1, k as i64 - 1),
            "same" => ((k / 2) as i64, (k - k / 2) as i64 - 1),
            _ => (0, 0),
        });
        let padding = padding.collect();
        let dims: Vec<usize> = (0..rank).collect();
        let kernel = self.reverse(&v, &dims)?;
        let (x, kernel) = (self.expand_dims(&a, &[0, 1])?, self.expand_dims(&kernel, &[0, 1])?);
        let all: Vec<usize> = (0..rank + 2).collect();
        let conv = Conv { padding, ..Conv::new(ConvDims { lhs: all.clone(), rhs: all.clone(), out: all }) };
        let y = self.build1(&[&x, &kernel], |b, v| b.conv_general_dilated(v[0], v[1], conv))?;
        self.squeeze(&y, &[0, 1])
    }
}
