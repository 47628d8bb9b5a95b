//! `dynamic_slice` and `dynamic_update_slice`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, Shape,
    TensorType, Value, as_tuple,
};

use super::wide::Wide;
use super::{Gather, GatherDims, OutOfBounds, Scatter, ScatterKind, batching, index, rules};

/// Takes a window of fixed size at a computed place; operands are the tensor and one scalar start
/// per dimension. Starts are clamped so that the window lies inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DynamicSlice {
    /// The window's shape.
    pub sizes: Shape,
}

const SLICE: &str = "dynamic_slice";
const UPDATE: &str = "dynamic_update_slice";

/// Checks that a window of `sizes` fits into `x` and that there is one integer scalar per dimension.
fn check(op: &'static str, x: &TensorType, sizes: &[usize], starts: &[&TensorType]) -> Result<()> {
    if sizes.len() != x.rank() || sizes.iter().zip(&x.shape).any(|(s, n)| s > n) {
        return Err(IrError::ty(op, format!("a window of {} does not fit", as_tuple(&sizes)), &[x]));
    }
    if starts.len() != x.rank()
        || starts.iter().any(|s| s.rank() != 0 || !s.dtype.is_int() || s.dtype != starts[0].dtype)
    {
        return Err(IrError::ty(op, "needs one integer scalar per dimension as start", starts));
    }
    Ok(())
}

/// The row-major position of the clamped start.
fn base(op: &'static str, shape: &[usize], sizes: &[usize], starts: &[&Array]) -> Result<usize> {
    let strides = index::strides(shape);
    let mut base = 0;
    for (d, start) in starts.iter().enumerate() {
        let Wide::Int(start) = Wide::of(start) else {
            return Err(IrError::Eval { op, message: "starts must be integers".to_owned() });
        };
        let start = start.first().copied().unwrap_or(0).clamp(0, (shape[d] - sizes[d]) as i128);
        base += start as usize * strides[d];
    }
    Ok(base)
}

fn first<'a>(op: &'static str, operands: &'a [Mapped]) -> Result<(Mapped, &'a [Mapped])> {
    match operands {
        [first, rest @ ..] => Ok((*first, rest)),
        [] => Err(rules::missing(op)),
    }
}

/// Starts of the window in a batch: at its first example.
fn starts_of_all(b: &mut Builder, starts: &[Mapped]) -> Result<Vec<Value>> {
    let dtype = starts.first().map_or(DType::I32, |start| b.ty(start.value).dtype);
    let zero = b.constant(Array::scalar(dtype, 0.0))?;
    Ok(batching::with_first(zero, &batching::values(starts)))
}

/// The dimension numbers of a gather or scatter of one window.
fn window_dims(rank: usize) -> GatherDims {
    let all: Vec<usize> = (0..rank).collect();
    GatherDims { offset_dims: all.clone(), start_index_map: all, ..GatherDims::default() }
}

/// Starts that differ between examples as the indices of a gather or scatter.
fn index_vectors(b: &mut Builder, batch: &Batch, starts: &[Mapped]) -> Result<Mapped> {
    let mut columns = Vec::with_capacity(starts.len());
    for &start in starts {
        let start = batching::front(b, batch, start)?;
        // A narrow type may not hold the last start, to which starts are clamped.
        let start = if b.ty(start).dtype.bits() < 32 { b.convert(start, DType::I32)? } else { start };
        columns.push(b.expand_dims(start, &[1])?);
    }
    Ok(Mapped::yes(b.concatenate(&columns, 1)?))
}

impl Primitive for DynamicSlice {
    fn name(&self) -> &'static str {
        SLICE
    }

    fn attrs(&self) -> Attrs {
        vec![("sizes", Attr::from(&self.sizes))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == SLICE).then(|| Ok(DynamicSlice { sizes: attrs.sizes("sizes")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let (x, starts) = rules::first(SLICE, operands)?;
        check(SLICE, x, &self.sizes, starts)?;
        Ok(vec![x.with_shape(self.sizes.clone())])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        rules::jointly_linear_jvp(b, self, primals, tangents, |i| i == 0)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let mut answer = vec![None; operands.len()];
        if let (&[Some(ct)], Some(Operand::Linear(x))) = (cotangents, operands.first()) {
            let zeros = b.full(x, 0.0)?;
            answer[0] = Some(b.dynamic_update_slice(zeros, ct, &rules::known(SLICE, b, &operands[1..])?)?);
        }
        Ok(answer)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let (x, starts) = first(SLICE, operands)?;
        if !batching::any_mapped(starts) {
            let sizes = batching::with_first(batch.size, &self.sizes);
            let starts = starts_of_all(b, starts)?;
            return Ok(vec![Mapped::yes(b.dynamic_slice(x.value, &starts, &sizes)?)]);
        }
        let gather =
            Gather { dims: window_dims(starts.len()), slice_sizes: self.sizes.clone(), mode: OutOfBounds::Clip };
        let indices = index_vectors(b, batch, starts)?;
        gather.batch(b, batch, &[x, indices])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![("slice_sizes", i64_array(&self.sizes))];
        e.op(HloOp { name: "stablehlo.dynamic_slice", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let (x, starts) = rules::first_array(SLICE, operands)?;
        let base = base(SLICE, &x.ty().shape, &self.sizes, starts)?;
        let strides = index::strides(&x.ty().shape);
        Ok(vec![index::rearrange(x, &self.sizes, |at| base + index::flat(at, &strides))?])
    }
}

/// Overwrites a window at a computed place; operands are the tensor, the window's new content and
/// one scalar start per dimension. Starts are clamped so that the window lies inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DynamicUpdateSlice;

impl Primitive for DynamicUpdateSlice {
    fn name(&self) -> &'static str {
        UPDATE
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == UPDATE).then_some(Ok(DynamicUpdateSlice))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let (x, rest) = rules::first(UPDATE, operands)?;
        let (update, starts) = rules::first(UPDATE, rest)?;
        if x.dtype != update.dtype {
            return Err(IrError::ty(UPDATE, "the update must have the operand's element type", operands));
        }
        check(UPDATE, x, &update.shape, starts)?;
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        rules::jointly_linear_jvp(b, self, primals, tangents, |i| i < 2)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let mut answer = vec![None; operands.len()];
        if let (&[Some(ct)], [x, update, starts @ ..]) = (cotangents, operands) {
            let starts = rules::known(UPDATE, b, starts)?;
            let window = rules::operand_type(b, update).clone();
            if x.is_linear() {
                let zeros = b.full(&window, 0.0)?;
                answer[0] = Some(b.dynamic_update_slice(ct, zeros, &starts)?);
            }
            if update.is_linear() {
                answer[1] = Some(b.dynamic_slice(ct, &starts, &window.shape)?);
            }
        }
        Ok(answer)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let (x, rest) = first(UPDATE, operands)?;
        let (update, starts) = first(UPDATE, rest)?;
        if !batching::any_mapped(starts) {
            let (x, update) = (batching::front(b, batch, x)?, batching::front(b, batch, update)?);
            let starts = starts_of_all(b, starts)?;
            return Ok(vec![Mapped::yes(b.dynamic_update_slice(x, update, &starts)?)]);
        }
        let scatter = Scatter { kind: ScatterKind::Replace, dims: window_dims(starts.len()), mode: OutOfBounds::Clip };
        let indices = index_vectors(b, batch, starts)?;
        scatter.batch(b, batch, &[x, indices, update])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, "stablehlo.dynamic_update_slice", operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let (x, rest) = rules::first_array(UPDATE, operands)?;
        let (update, starts) = rules::first_array(UPDATE, rest)?;
        let base = base(UPDATE, &x.ty().shape, &update.ty().shape, starts)?;
        let strides = index::strides(&x.ty().shape);
        let mut positions: Vec<usize> = (0..x.ty().size()).collect();
        let mut next = x.ty().size();
        index::for_each(&update.ty().shape, |at| {
            positions[base + index::flat(at, &strides)] = next;
            next += 1;
        });
        Ok(vec![index::take(&index::concatenate(&[x, update])?, &x.ty().shape, &positions)?])
    }
}

impl Builder {
    /// The window of shape `sizes` that starts at the integer scalars `starts`, clamped to lie inside.
    ///
    /// # Errors
    /// The window is larger than `x`, or there is not one integer scalar per dimension.
    pub fn dynamic_slice(&mut self, x: Value, starts: &[Value], sizes: &[usize]) -> Result<Value> {
        self.emit1(DynamicSlice { sizes: sizes.to_vec() }, &[&[x], starts].concat())
    }

    /// `x` with the window that starts at the integer scalars `starts`, clamped to lie inside,
    /// overwritten by `update`.
    ///
    /// # Errors
    /// The window is larger than `x`, or there is not one integer scalar per dimension.
    pub fn dynamic_update_slice(&mut self, x: Value, update: Value, starts: &[Value]) -> Result<Value> {
        self.emit1(DynamicUpdateSlice, &[&[x, update], starts].concat())
    }
}
