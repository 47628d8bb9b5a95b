//! Normalised exponentials and other pieces of neural networks.

use keramos_ir::DType;

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// `x` as a constant of differentiation: its tangent is zero.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn stop_gradient(&mut self, x: &Tensor) -> Result<Tensor> {
        if !x.dtype().is_float() {
            return Ok(x.clone());
        }
        self.build1(&[x], |b, v| b.stop_gradient(v[0]))
    }

    /// x − max(x) over `axes`, in which the maximum counts as a constant.
    fn shifted(&mut self, x: &Tensor, axes: &[usize]) -> Result<Tensor> {
        let x = self.to_float(x)?;
        let max = self.max(&x, axes, true)?;
        let max = self.stop_gradient(&max)?;
        self.sub(&x, &max)
    }

    /// exp(x) / Σ exp(x) over `axis`, without overflow.
    ///
    /// # Errors
    /// There is no such axis.
    pub fn softmax(&mut self, x: &Tensor, axis: usize) -> Result<Tensor> {
        self.softmax_over(x, &[axis])
    }

    /// [`Tracer::softmax`] over several axes at once. With s the result, the derivative is s·(dx − Σ s·dx):
    /// of the pass forward, only s is kept for the pass back.
    ///
    /// # Errors
    /// There is no such axis.
    pub fn softmax_over(&mut self, x: &Tensor, axes: &[usize]) -> Result<Tensor> {
        let x = self.to_float(x)?;
        self.differentiated_by(
            "softmax",
            [&x],
            |t, [x]| t.normalised_exp(x, axes),
            |t, _, y, [dx]| {
                let weighted = t.mul(y, dx)?;
                let mean = t.sum(&weighted, axes, true)?;
                t.compute([y, dx, &mean], |[y, dx, mean]| y * (dx - mean))
            },
        )
    }

    fn normalised_exp(&mut self, x: &Tensor, axes: &[usize]) -> Result<Tensor> {
        let shifted = self.shifted(x, axes)?;
        let exp = self.exp(&shifted)?;
        let sum = self.sum(&exp, axes, true)?;
        self.div(&exp, &sum)
    }

    /// ln softmax(x) over `axis`.
    ///
    /// # Errors
    /// There is no such axis.
    pub fn log_softmax(&mut self, x: &Tensor, axis: usize) -> Result<Tensor> {
        let shifted = self.shifted(x, &[axis])?;
        let exp = self.exp(&shifted)?;
        let sum = self.sum(&exp, &[axis], true)?;
        let log = self.log(&sum)?;
        self.sub(&shifted, &log)
    }

    /// ln(1 + eˣ), without overflow; the derivative at 0 is ½.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn softplus(&mut self, x: &Tensor) -> Result<Tensor> {
        let x = self.to_float(x)?;
        let zero = self.weak(0.0)?;
        self.logaddexp(&x, &zero)
    }

    /// ln(1 / (1 + e⁻ˣ)).
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn log_sigmoid(&mut self, x: &Tensor) -> Result<Tensor> {
        let negative = self.neg(x)?;
        let softplus = self.softplus(&negative)?;
        self.neg(&softplus)
    }

    /// Ones where the class axis, inserted as dimension `axis` of the result, equals the label; a label outside
    /// `0..classes` gives zeros, and so does a fraction.
    ///
    /// # Errors
    /// `axis` is greater than the labels' rank, or the labels are neither integers nor floats.
    pub fn one_hot(&mut self, labels: &Tensor, classes: usize, axis: usize, dtype: DType) -> Result<Tensor> {
        if !labels.dtype().is_int() && !labels.dtype().is_float() {
            return Err(Error::ty(format!("class labels must be numbers, found {}", labels.ty())));
        }
        if axis > labels.rank() {
            return Err(Error::shape(format!("class axis {axis} does not fit labels of rank {}", labels.rank())));
        }
        let labels = self.expand_dims(labels, &[axis])?;
        let mut shape = labels.shape().to_vec();
        shape[axis] = classes;
        let index = self.iota(labels.dtype(), &shape, axis)?;
        let hit = self.eq(&labels, &index)?;
        self.convert(&hit, dtype)
    }

    /// a / b, and 0 where b = 0; the derivatives are 0 there, too.
    ///
    /// # Errors
    /// The shapes do not broadcast.
    pub fn div_no_nan(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let zero = self.weak(0.0)?;
        let one = self.weak(1.0)?;
        let undefined = self.eq(b, &zero)?;
        let safe = self.select(&undefined, &one, b)?;
        let quotient = self.div(a, &safe)?;
        self.select(&undefined, &zero, &quotient)
    }

    /// x / max(‖x‖₂, ε) over `axes`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn l2_normalise(&mut self, x: &Tensor, axes: &[usize], epsilon: f64) -> Result<Tensor> {
        let square = self.square(x)?;
        let sum = self.sum(&square, axes, true)?;
        let sum = self.max_scalar(&sum, epsilon * epsilon)?;
        let inverse = self.rsqrt(&sum)?;
        self.mul(x, &inverse)
    }
}
