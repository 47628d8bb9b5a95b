//! `reduce_window_sum` and its relatives.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, AttrReader, Attrs, Batch, Buffer, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::window::dilate;
use super::{Extremum, Monoid, OutOfBounds, Padding, Reduce, SelectAndGatherAdd, Window, batching, rules};

/// Combines the elements of each window. Positions without element count as neutral.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReduceWindow {
    /// What combines.
    pub monoid: Monoid,
    /// The windows.
    pub window: Window,
}

impl Monoid {
    fn window_name(self) -> &'static str {
        match self {
            Monoid::Sum => "reduce_window_sum",
            Monoid::Prod => "reduce_window_prod",
            Monoid::Max => "reduce_window_max",
            Monoid::Min => "reduce_window_min",
            Monoid::And => "reduce_window_and",
            Monoid::Or => "reduce_window_or",
            Monoid::Xor => "reduce_window_xor",
        }
    }
}

impl Primitive for ReduceWindow {
    fn name(&self) -> &'static str {
        self.monoid.window_name()
    }

    fn attrs(&self) -> Attrs {
        self.window.attrs()
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let &monoid = Monoid::ALL.iter().find(|m| m.window_name() == name)?;
        Some(Window::parse(attrs).map(|window| ReduceWindow { monoid, window }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(self.name(), operands)?;
        if !self.monoid.defined_on(x.dtype) {
            return Err(IrError::ty(self.name(), format!("is not defined for {}", x.dtype), operands));
        }
        Ok(vec![x.with_shape(self.window.counts(self.name(), x)?)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let is_complex = primals.iter().any(|&x| b.ty(x).dtype.is_complex());
        let extremum = match self.monoid {
            Monoid::Sum => return rules::linear_jvp(b, self, primals, tangents),
            Monoid::And | Monoid::Or | Monoid::Xor => return rules::constant_jvp(b, self, primals),
            Monoid::Prod => None,
            Monoid::Max | Monoid::Min if is_complex => None,
            Monoid::Max => Some(Extremum::Max),
            Monoid::Min => Some(Extremum::Min),
        };
        let y = b.emit1(self.clone(), primals)?;
        let dy = match (primals, tangents, extremum) {
            (&[x], &[Some(dx)], Some(extremum)) => {
                let gather = SelectAndGatherAdd { extremum, window: self.window.clone() };
                Some(b.emit1(gather, &[dx, x])?)
            }
            (&[x], &[Some(dx)], None) => self.fold_jvp(b, x, dx)?,
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
        if self.monoid != Monoid::Sum {
            return rules::not_linear(self.name(), b);
        }
        // Every element collects the cotangents of the windows that it lies in: a window sum over the
        // cotangents, spread as far as the windows were, with the steps that the operand was dilated by.
        rules::linear_transpose(cotangents, operands, |ct, x| {
            let w = &self.window;
            let padding: Vec<Padding> = (0..x.rank())
                .map(|d| {
                    let n = dilate(x.shape[d], w.base_dilation[d]) as i64;
                    let k = dilate(w.size[d], w.window_dilation[d]) as i64;
                    let out = dilate(b.ty(ct).shape[d], w.strides[d]) as i64;
                    let low = k - w.padding[d].0 - 1;
                    Padding { low, high: n + k - 1 - out - low, interior: w.strides[d] - 1 }
                })
                .collect();
            let spread = b.pad_zero(ct, &padding)?;
            let mut window = Window::new(w.size.clone(), w.base_dilation.clone());
            window.window_dilation.clone_from(&w.window_dilation);
            b.reduce_window(Monoid::Sum, spread, window)
        })
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, ReduceWindow { window: self.window.batched(), ..*self }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let [result] = rules::operands(self.name(), &results.iter().collect::<Vec<_>>())?;
        let neutral = e.constant(&self.monoid.neutral(result.dtype))?;
        let operands = [operands, &[neutral]].concat();
        let attributes = self.window.hlo_attributes();
        let regions = vec![self.monoid.region(result.dtype)?];
        e.op(HloOp { name: "stablehlo.reduce_window", operands: &operands, attributes, regions, results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(self.name(), operands)?;
        let counts = self.window.counts(self.name(), x.ty())?;
        let members = self.window.members(&x.ty().shape, &counts);
        Ok(vec![self.monoid.fold(self.name(), x, &members, &x.ty().with_shape(counts))?])
    }
}

impl ReduceWindow {
    /// The tangent by the derivative of the reduction of whole dimensions: windows are products of
    /// intervals, so that one dimension after the other is laid out as windows and their elements,
    /// and the latter are reduced.
    fn fold_jvp(&self, b: &mut Builder, x: Value, dx: Value) -> Result<Option<Value>> {
        let (ty, w) = (b.ty(x).clone(), &self.window);
        let counts = w.counts(self.name(), &ty)?;
        let spread = |d: usize| Padding { low: w.padding[d].0, high: w.padding[d].1, interior: w.base_dilation[d] - 1 };
        let padding: Vec<Padding> = (0..ty.rank()).map(spread).collect();
        let neutral = b.constant(self.monoid.neutral(ty.dtype))?;
        let (mut x, mut dx) = (b.pad(x, neutral, &padding)?, b.pad_zero(dx, &padding)?);
        for (d, &count) in counts.iter().enumerate() {
            let place = |window, tap| (window * w.strides[d] + tap * w.window_dilation[d]) as i32;
            let places = (0..count).flat_map(|window| (0..w.size[d]).map(move |tap| place(window, tap))).collect();
            let places = b.constant(Array::new([count, w.size[d]], Buffer::I32(places))?)?;
            let elements = b.take(x, places, d, OutOfBounds::Promised)?;
            let slopes = b.take(dx, places, d, OutOfBounds::Promised)?;
            let whole = Reduce { monoid: self.monoid, axes: vec![d + 1] };
            let (y, dy) = whole.jvp(b, &[elements], &[Some(slopes)])?;
            let (&[y], &[Some(dy)]) = (y.as_slice(), dy.as_slice()) else { return Ok(None) };
            (x, dx) = (y, dy);
        }
        Ok(Some(dx))
    }
}

impl Builder {
    /// Combines the elements of each window of `x`: one element of the result per window.
    ///
    /// # Errors
    /// The window does not fit `x`, or the function is not defined on its elements.
    pub fn reduce_window(&mut self, monoid: Monoid, x: Value, window: Window) -> Result<Value> {
        self.emit1(ReduceWindow { monoid, window }, &[x])
    }
}
