//! `cumsum`, `cumprod`, `cummax`, `cummin`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::{Monoid, Padding, ReduceWindow, Window, batching, rules};

/// Combines each element with all before it along an axis (after it, if reversed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cumulative {
    /// What combines: sum, product, maximum or minimum.
    pub monoid: Monoid,
    /// The axis along which elements accumulate.
    pub axis: usize,
    /// Whether to accumulate from the end.
    pub reverse: bool,
}

impl Monoid {
    fn cumulative_name(self) -> &'static str {
        match self {
            Monoid::Sum => "cumsum",
            Monoid::Prod => "cumprod",
            Monoid::Max => "cummax",
            Monoid::Min => "cummin",
            Monoid::And => "cumand",
            Monoid::Or => "cumor",
            Monoid::Xor => "cumxor",
        }
    }
}

impl Cumulative {
    /// Position `i` of the result is a window over elements `0..=i` (`i..n`, if reversed).
    fn window(&self, x: &TensorType) -> Window {
        let n = x.shape[self.axis].max(1);
        let (mut size, mut padding) = (vec![1; x.rank()], vec![(0, 0); x.rank()]);
        size[self.axis] = n;
        padding[self.axis] = if self.reverse { (0, n as i64 - 1) } else { (n as i64 - 1, 0) };
        Window::new(size, vec![1; x.rank()]).padded(padding)
    }

    /// `x` moved by `distance` in the direction of accumulation; what enters is `fill`.
    fn shift(&self, b: &mut Builder, x: Value, fill: Value, distance: usize) -> Result<Value> {
        let distance = distance as i64;
        let mut padding = vec![Padding::default(); b.ty(x).rank()];
        padding[self.axis] =
            if self.reverse { Padding::edges(-distance, distance) } else { Padding::edges(distance, -distance) };
        b.pad(x, fill, &padding)
    }
}

impl Primitive for Cumulative {
    fn name(&self) -> &'static str {
        self.monoid.cumulative_name()
    }

    fn attrs(&self) -> Attrs {
        vec![("axis", Attr::from(self.axis)), ("reverse", Attr::Bool(self.reverse))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let &monoid = Monoid::ALL.iter().find(|m| m.cumulative_name() == name)?;
        let mut read = || Ok(Cumulative { monoid, axis: attrs.size("axis")?, reverse: attrs.bool("reverse")? });
        Some(read())
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(self.name(), operands)?;
        if self.axis >= x.rank() || !self.monoid.defined_on(x.dtype) {
            let message = format!("is not defined along axis {} on {}", self.axis, x.dtype);
            return Err(IrError::ty(self.name(), message, operands));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        match self.monoid {
            Monoid::Sum => return rules::linear_jvp(b, self, primals, tangents),
            Monoid::And | Monoid::Or | Monoid::Xor => return rules::constant_jvp(b, self, primals),
            Monoid::Prod | Monoid::Max | Monoid::Min => {}
        }
        let y = b.emit1(*self, primals)?;
        let (&[x], &[Some(dx)]) = (primals, tangents) else { return Ok((vec![y], vec![None])) };
        // Doubling: after the step with distance s, each position has combined 2s elements. The
        // combining function's own derivative rule gives the tangents.
        let ty = b.ty(x).clone();
        let neutral = b.constant(self.monoid.neutral(ty.dtype))?;
        let zero = b.constant(Array::scalar(ty.dtype, 0.0))?;
        let (mut primal, mut tangent, mut distance) = (x, dx, 1);
        while distance < ty.shape[self.axis] {
            let earlier = self.shift(b, primal, neutral, distance)?;
            let d_earlier = self.shift(b, tangent, zero, distance)?;
            let combine = self.monoid.combine();
            let (combined, d_combined) = combine.jvp(b, &[earlier, primal], &[Some(d_earlier), Some(tangent)])?;
            let (&[p], &[Some(t)]) = (combined.as_slice(), d_combined.as_slice()) else {
                return rules::no_rule(self.name(), "jvp", "the combining function has no derivative", b.location());
            };
            (primal, tangent, distance) = (p, t, 2 * distance);
        }
        Ok((vec![y], vec![Some(tangent)]))
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
        let reversed = Cumulative { reverse: !self.reverse, ..*self };
        rules::linear_transpose(cotangents, operands, |ct, _| b.emit1(reversed, &[ct]))
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, Cumulative { axis: self.axis + 1, ..*self }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let [result] = rules::operands(self.name(), &results.iter().collect::<Vec<_>>())?;
        ReduceWindow { monoid: self.monoid, window: self.window(result) }.lower(e, operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(self.name(), operands)?;
        ReduceWindow { monoid: self.monoid, window: self.window(x.ty()) }.eval(operands)
    }
}

impl Builder {
    /// Combines each element of `x` with all before it along `axis`, or after it if `reverse`.
    ///
    /// # Errors
    /// There is no such axis, or the function is not defined on the elements.
    pub fn cumulative(&mut self, monoid: Monoid, x: Value, axis: usize, reverse: bool) -> Result<Value> {
        self.emit1(Cumulative { monoid, axis, reverse }, &[x])
    }
}
