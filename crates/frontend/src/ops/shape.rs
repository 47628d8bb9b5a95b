//! Operations that move elements without changing them.

use keramos_ir::ops::Padding;
use keramos_ir::{Array, Buffer, DType, TensorType, as_tuple, elements};

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// `x` with another shape of equal size, row-major.
    ///
    /// # Errors
    /// The sizes differ.
    pub fn reshape(&mut self, x: &Tensor, shape: &[usize]) -> Result<Tensor> {
        if x.shape() == shape {
            return Ok(x.clone());
        }
        if x.ty().size() != elements(shape) {
            let error = Error::shape(format!(
                "a tensor of shape {} cannot be reshaped to {}",
                as_tuple(x.shape()),
                as_tuple(&shape)
            ));
            return Err(match self.rows_that_fit(x, elements(shape)) {
                Some(rows) => error.note(format!("it can if a batch has {rows} rows")).help(format!(
                    "write how many rows a batch has into the model's input: keras.Input(batch_shape=({rows}, ...))"
                )),
                None => error.note(format!("it has {} elements, the new shape {}", x.ty().size(), elements(shape))),
            });
        }
        self.build1(&[x], |b, v| b.reshape(v[0], shape))
    }

    /// With how many rows `x`, whose number of rows is not known, has so many elements.
    fn rows_that_fit(&self, x: &Tensor, size: usize) -> Option<usize> {
        let (&rows, row) = x.shape().split_first().filter(|(rows, _)| self.filled == Some(**rows) && **rows > 0)?;
        let row = elements(row);
        (row > 0 && size > 0 && size.is_multiple_of(row) && size / row != rows).then(|| size / row)
    }

    /// As [`Tracer::reshape`] with at most one −1, which stands for what is left.
    ///
    /// # Errors
    /// The sizes do not work out.
    pub fn reshape_infer(&mut self, x: &Tensor, shape: &[i64]) -> Result<Tensor> {
        let known = shape.iter().filter(|&&d| d >= 0).fold(1usize, |n, &d| n.saturating_mul(d as usize));
        let unknown = shape.iter().filter(|&&d| d < 0).count();
        let fits = unknown == 0 || unknown == 1 && known > 0 && x.ty().size().is_multiple_of(known);
        if !fits {
            return Err(Error::shape(format!(
                "a tensor of shape {} cannot be reshaped to {}",
                as_tuple(x.shape()),
                as_tuple(&shape)
            )));
        }
        let rest = if unknown == 1 { x.ty().size() / known } else { 0 };
        let shape: Vec<usize> = shape.iter().map(|&d| usize::try_from(d).unwrap_or(rest)).collect();
        self.reshape(x, &shape)
    }

    /// A constant of the given numbers, row-major.
    ///
    /// # Errors
    /// They are too many to be computed while the program is compiled: none is then.
    pub(crate) fn tabulated(
        &mut self,
        shape: &[usize],
        values: impl IntoIterator<Item = f64>,
        dtype: DType,
    ) -> Result<Tensor> {
        self.fuel.spend_table(shape)?;
        let values = values.into_iter();
        let data = match dtype {
            DType::F64 => Buffer::F64(values.collect()),
            DType::I32 => Buffer::I32(values.map(|x| x as i32).collect()),
            DType::I64 => Buffer::I64(values.map(|x| x as i64).collect()),
            DType::Bool => Buffer::Bool(values.map(|x| x != 0.0).collect()),
            _ => Buffer::F32(values.map(|x| x as f32).collect()),
        };
        let table = self.constant(Array::new(shape, data)?)?;
        self.convert(&table, dtype)
    }

    /// Tensors of one shape joined along a new axis.
    ///
    /// # Errors
    /// Their shapes differ.
    pub(crate) fn stack(&mut self, xs: &[Tensor], axis: usize) -> Result<Tensor> {
        let rows = xs.iter().map(|x| self.expand_dims(x, &[axis])).collect::<Result<Vec<_>>>()?;
        self.concatenate(&rows, axis)
    }

    /// Inserts size-1 dimensions so that they stand at `dims` of the result (ascending).
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn expand_dims(&mut self, x: &Tensor, dims: &[usize]) -> Result<Tensor> {
        let mut shape = x.shape().to_vec();
        for &d in dims {
            shape.insert(d.min(shape.len()), 1);
        }
        self.reshape(x, &shape)
    }

    /// Removes size-1 dimensions.
    ///
    /// # Errors
    /// One of them has another size.
    pub fn squeeze(&mut self, x: &Tensor, dims: &[usize]) -> Result<Tensor> {
        let kept = x.shape().iter().enumerate().filter(|(i, _)| !dims.contains(i));
        let shape: Vec<usize> = kept.map(|(_, &n)| n).collect();
        self.reshape(x, &shape)
    }

    /// Result dimension i is operand dimension `permutation[i]`.
    ///
    /// # Errors
    /// It is no permutation.
    pub fn transpose(&mut self, x: &Tensor, permutation: &[usize]) -> Result<Tensor> {
        if permutation.iter().enumerate().all(|(i, &p)| i == p) && permutation.len() == x.rank() {
            return Ok(x.clone());
        }
        self.build1(&[x], |b, v| b.transpose(v[0], permutation))
    }

    /// Moves dimension `from` to `to`, keeping the order of the others.
    ///
    /// # Errors
    /// There is no such dimension.
    pub fn move_axis(&mut self, x: &Tensor, from: usize, to: usize) -> Result<Tensor> {
        let mut order: Vec<usize> = (0..x.rank()).filter(|&d| d != from).collect();
        order.insert(to.min(order.len()), from);
        self.transpose(x, &order)
    }

    /// Joins tensors along `axis` in their promoted element type.
    ///
    /// # Errors
    /// Other dimensions differ.
    pub fn concatenate(&mut self, xs: &[Tensor], axis: usize) -> Result<Tensor> {
        if xs.is_empty() {
            return Err(Error::shape("there is nothing to concatenate"));
        }
        let (dtype, weak) = self.promoted(xs);
        if let Some(odd) = xs.iter().find(|x| x.rank() != xs[0].rank()) {
            return Err(Error::shape(format!(
                "tensors of different ranks cannot be joined: shapes {} and {}",
                as_tuple(xs[0].shape()),
                as_tuple(odd.shape())
            )));
        }
        let xs = xs.iter().map(|x| self.convert(x, dtype)).collect::<Result<Vec<_>>>()?;
        let operands: Vec<&Tensor> = xs.iter().collect();
        Ok(self.build1(&operands, |b, v| b.concatenate(v, axis))?.weak_if(weak))
    }

    /// Adds `(before, after)` elements of `value` to each dimension.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn pad(&mut self, x: &Tensor, edges: &[(usize, usize)], value: f64) -> Result<Tensor> {
        if edges.iter().all(|&e| e == (0, 0)) {
            return Ok(x.clone());
        }
        let padding: Vec<Padding> = edges.iter().map(|&(l, h)| Padding::edges(l as i64, h as i64)).collect();
        let value = self.scalar(x.dtype(), value)?;
        self.build1(&[x, &value], |b, v| b.pad(v[0], v[1], &padding))
    }

    /// Elements `start..limit` of dimension `axis`.
    ///
    /// # Errors
    /// The range is out of bounds.
    pub fn slice_axis(&mut self, x: &Tensor, axis: usize, start: usize, limit: usize) -> Result<Tensor> {
        self.build1(&[x], |b, v| b.slice_in_dim(v[0], start, limit, axis))
    }

    /// 0, 1, 2, … along dimension `dim` of a tensor of the given type.
    ///
    /// # Errors
    /// There is no such dimension.
    pub fn iota(&mut self, dtype: DType, shape: &[usize], dim: usize) -> Result<Tensor> {
        let ty = TensorType::new(dtype, shape);
        self.build1(&[], |b, _| b.iota(&ty, dim))
    }

    /// Repeats each element `times` times along `axis`.
    ///
    /// # Errors
    /// There is no such axis.
    pub fn repeat(&mut self, x: &Tensor, times: usize, axis: usize) -> Result<Tensor> {
        let mut wide = x.shape().to_vec();
        wide.insert(axis + 1, times);
        let x1 = self.expand_dims(x, &[axis + 1])?;
        let x1 = self.broadcast_to(&x1, &wide)?;
        let mut merged = x.shape().to_vec();
        merged[axis] *= times;
        self.reshape(&x1, &merged)
    }

    /// Reverses the order of elements along the dimensions.
    ///
    /// # Errors
    /// There is no such dimension.
    pub fn reverse(&mut self, x: &Tensor, dims: &[usize]) -> Result<Tensor> {
        self.build1(&[x], |b, v| b.rev(v[0], dims))
    }
}
