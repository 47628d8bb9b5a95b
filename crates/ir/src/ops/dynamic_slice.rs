//! `dynamic_slice` and `dynamic_update_slice`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{Array, Attr, AttrReader, Attrs, Builder, IrError, Operand, Primitive, Result, Shape, TensorType, Value};

use super::wide::Wide;
use super::{index, rules};

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
        return Err(IrError::ty(op, format!("a window of {sizes:?} does not fit"), &[x]));
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
