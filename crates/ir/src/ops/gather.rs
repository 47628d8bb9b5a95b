//! `gather`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value,
};

use super::{GatherDims, OutOfBounds, Scatter, ScatterKind, batching, index, rules};

/// Collects windows of a tensor; operands are the tensor and integer indices, whose last dimension
/// holds index vectors.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gather {
    /// How indices address windows.
    pub dims: GatherDims,
    /// The window's size in each dimension of the tensor.
    pub slice_sizes: Vec<usize>,
    /// What happens to windows that do not lie inside.
    pub mode: OutOfBounds,
}

const NAME: &str = "gather";

/// What [`OutOfBounds::Fill`] fills with, as JAX does.
fn filler(dtype: DType) -> Array {
    let value = if dtype.is_inexact() {
        f64::NAN
    } else if dtype.is_signed_int() {
        f64::NEG_INFINITY
    } else {
        f64::INFINITY
    };
    Array::scalar(dtype, value)
}

impl Gather {
    /// Whether each window lies inside, broadcast to the result's shape.
    fn inside(&self, b: &mut Builder, x: &TensorType, indices: Value, result: &[usize]) -> Result<Value> {
        let last = self.dims.last_starts(b, x, indices, &self.slice_sizes)?;
        let zero = b.full_like(indices, 0.0)?;
        let (low, high) = (b.ge(indices, zero)?, b.le(indices, last)?);
        let both = b.and(low, high)?;
        let vector_dim = b.ty(indices).rank() - 1;
        let inside = b.reduce_and(both, &[vector_dim])?;
        let batch = rules::other_dims(result.len(), &self.dims.offset_dims);
        b.broadcast_in_dim(inside, result, &batch)
    }
}

impl Primitive for Gather {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        let mut attrs = self.dims.attrs();
        attrs.extend([("slice_sizes", Attr::from(&self.slice_sizes)), ("mode", self.mode.attr())]);
        attrs
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| {
            Ok(Gather {
                dims: GatherDims::parse(attrs)?,
                slice_sizes: attrs.sizes("slice_sizes")?,
                mode: OutOfBounds::parse(attrs)?,
            })
        })
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x, indices] = rules::operands(NAME, operands)?;
        let shape = self.dims.result_shape(x, indices, &self.slice_sizes);
        Ok(vec![x.with_shape(shape.map_err(|message| IrError::ty(NAME, message, operands))?)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let y = b.emit1(self.clone(), primals)?;
        let dy = match (primals, tangents) {
            (&[_, indices], &[Some(dx), _]) => {
                Some(b.emit1(Gather { mode: self.mode.linear(), ..self.clone() }, &[dx, indices])?)
            }
            _ => None,
        };
        Ok((vec![y], vec![dy]))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let (&[Some(ct)], [Operand::Linear(x), Operand::Known(indices)]) = (cotangents, operands) else {
            return rules::not_linear(NAME, b);
        };
        let zeros = b.full(x, 0.0)?;
        let scatter = Scatter { kind: ScatterKind::Add, dims: self.dims.clone(), mode: self.mode.linear() };
        Ok(vec![Some(b.emit1(scatter, &[zeros, *indices, ct])?), None])
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let [x, indices] = batching::operands(NAME, operands)?;
        let gather = Gather {
            dims: self.dims.batched(x.mapped, indices.mapped),
            slice_sizes: match (x.mapped, indices.mapped) {
                (false, _) => self.slice_sizes.clone(),
                (true, false) => batching::with_first(batch.size, &self.slice_sizes),
                (true, true) => batching::with_first(1, &self.slice_sizes),
            },
            mode: self.mode,
        };
        Ok(vec![Mapped::yes(b.emit1(gather, &[x.value, indices.value])?)])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let (&[x, indices], [result]) = (operands, results) else {
            return rules::not_lowered(NAME);
        };
        // StableHLO's own treatment of windows outside is to clip.
        let vector_dim = e.ty(indices).rank().saturating_sub(1);
        let gathered = e.op(HloOp {
            name: "stablehlo.gather",
            operands,
            attributes: vec![
                ("dimension_numbers", self.dims.gather_attribute(vector_dim)),
                ("slice_sizes", i64_array(&self.slice_sizes)),
                ("indices_are_sorted", "false".to_owned()),
            ],
            regions: Vec::new(),
            results,
        })?;
        let fill = match self.mode {
            OutOfBounds::Clip | OutOfBounds::Promised => return Ok(gathered),
            OutOfBounds::Fill => filler(result.dtype),
            OutOfBounds::Zero => Array::scalar(result.dtype, 0.0),
        };
        let mut b = Builder::new(NAME);
        let (indices_param, gathered_param) = (b.param(e.ty(indices).clone()), b.param(result.clone()));
        let inside = self.inside(&mut b, e.ty(x), indices_param, &result.shape)?;
        let fill = b.constant(fill)?;
        let fill = b.broadcast(fill, &result.shape)?;
        let selected = b.select(inside, gathered_param, fill)?;
        e.inline(&b.finish(vec![selected]), &[&[indices], &gathered[..]].concat())
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x, indices] = rules::arrays(NAME, operands)?;
        let result = self.infer(&[x.ty(), indices.ty()])?.remove(0);
        let positions = self.dims.positions(NAME, x.ty(), indices, &self.slice_sizes, self.mode)?;
        let fill = match self.mode {
            OutOfBounds::Fill => filler(x.ty().dtype),
            _ => Array::scalar(x.ty().dtype, 0.0),
        };
        let with_fill = index::concatenate(&[x, &fill])?;
        let positions: Vec<usize> = positions.into_iter().map(|p| p.unwrap_or(x.ty().size())).collect();
        Ok(vec![index::take(&with_fill, &result.shape, &positions)?])
    }
}

impl Builder {
    /// Collects windows of `x`; the last dimension of the integer `indices` holds index vectors.
    ///
    /// # Errors
    /// Dimension numbers, window sizes, `x` and `indices` do not fit each other.
    pub fn gather(
        &mut self,
        x: Value,
        indices: Value,
        dims: GatherDims,
        slice_sizes: &[usize],
        mode: OutOfBounds,
    ) -> Result<Value> {
        self.emit1(Gather { dims, slice_sizes: slice_sizes.to_vec(), mode }, &[x, indices])
    }

    /// Replaces dimension `axis` of `x` by the dimensions of the integer `indices`, which choose along it:
    /// for `f32[10,4]`, `i32[2,3]` and axis 0, `f32[2,3,4]`. Negative indices are out of bounds.
    ///
    /// # Errors
    /// There is no such axis, or the indices are no integers.
    pub fn take(&mut self, x: Value, indices: Value, axis: usize, mode: OutOfBounds) -> Result<Value> {
        let (x_ty, count) = (self.ty(x).clone(), self.ty(indices).rank());
        if axis >= x_ty.rank() {
            return Err(IrError::ty("take", format!("there is no axis {axis}"), &[&x_ty]));
        }
        let result_rank = x_ty.rank() - 1 + count;
        let dims = GatherDims {
            offset_dims: (0..axis).chain(axis + count..result_rank).collect(),
            collapsed_slice_dims: vec![axis],
            start_index_map: vec![axis],
            ..GatherDims::default()
        };
        let mut sizes = x_ty.shape;
        sizes[axis] = 1;
        let vectors = self.expand_dims(indices, &[count])?;
        self.gather(x, vectors, dims, &sizes, mode)
    }

    /// Chooses along `axis` separately at every place of the other dimensions, in which `x` and the
    /// integer `indices` have equal sizes: for `f32[2,10]`, `i32[2,3]` and axis 1, `f32[2,3]`.
    ///
    /// # Errors
    /// There is no such axis, the other sizes differ, or the indices are no integers.
    pub fn take_along_axis(&mut self, x: Value, indices: Value, axis: usize, mode: OutOfBounds) -> Result<Value> {
        let (x_ty, indices_ty) = (self.ty(x).clone(), self.ty(indices).clone());
        if axis >= x_ty.rank() || indices_ty.rank() != x_ty.rank() {
            let message = format!("operand and indices must both have an axis {axis} and equal ranks");
            return Err(IrError::ty("take_along_axis", message, &[&x_ty, &indices_ty]));
        }
        let others = rules::other_dims(x_ty.rank(), &[axis]);
        let dims = GatherDims {
            offset_dims: Vec::new(),
            collapsed_slice_dims: vec![axis],
            start_index_map: vec![axis],
            operand_batching_dims: others.clone(),
            start_indices_batching_dims: others,
        };
        let vectors = self.expand_dims(indices, &[x_ty.rank()])?;
        self.gather(x, vectors, dims, &vec![1; x_ty.rank()], mode)
    }
}
