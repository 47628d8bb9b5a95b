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

    /// All prefixes of the pair of `x` and its tangent, combined by a balanced tree: neighbours are
    /// combined, the pairs' prefixes are those at odd positions, and each of them with its successor
    /// gives those at even positions. The shape of the tree decides how elements that tie share a
    /// derivative, and is that of `jax.lax.associative_scan`.
    fn prefixes(&self, b: &mut Builder, [x, dx]: [Value; 2]) -> Result<[Value; 2]> {
        let n = b.ty(x).shape[self.axis];
        if n < 2 {
            return Ok([x, dx]);
        }
        let left = self.each(b, [x, dx], |b, v| self.every(b, v, 0, n - 1, 2))?;
        let right = self.each(b, [x, dx], |b, v| self.every(b, v, 1, n, 2))?;
        let pairs = self.combined(b, left, right)?;
        let odd = self.prefixes(b, pairs)?;
        let first = self.each(b, [x, dx], |b, v| self.every(b, v, 0, 1, 1))?;
        let even = if n == 2 {
            first
        } else {
            let before = self.each(b, odd, |b, v| self.every(b, v, 0, (n - 1) / 2, 1))?;
            let at = self.each(b, [x, dx], |b, v| self.every(b, v, 2, n, 2))?;
            let [rest, d_rest] = self.combined(b, before, at)?;
            [b.concatenate(&[first[0], rest], self.axis)?, b.concatenate(&[first[1], d_rest], self.axis)?]
        };
        Ok([self.interleave(b, even[0], odd[0])?, self.interleave(b, even[1], odd[1])?])
    }

    fn each(
        &self,
        b: &mut Builder,
        [x, dx]: [Value; 2],
        f: impl Fn(&mut Builder, Value) -> Result<Value>,
    ) -> Result<[Value; 2]> {
        Ok([f(b, x)?, f(b, dx)?])
    }

    /// The combining function and its own derivative rule.
    fn combined(&self, b: &mut Builder, [x, dx]: [Value; 2], [y, dy]: [Value; 2]) -> Result<[Value; 2]> {
        let (z, dz) = self.monoid.combine().jvp(b, &[x, y], &[Some(dx), Some(dy)])?;
        match (z.as_slice(), dz.as_slice()) {
            (&[z], &[Some(dz)]) => Ok([z, dz]),
            _ => rules::no_rule(self.name(), "jvp", "the combining function has no derivative", b.location()),
        }
    }

    /// Elements `start`, `start + step`, … below `limit` along the axis.
    fn every(&self, b: &mut Builder, x: Value, start: usize, limit: usize, step: usize) -> Result<Value> {
        let mut limits = b.ty(x).shape.clone();
        let (mut starts, mut steps) = (vec![0; limits.len()], vec![1; limits.len()]);
        (starts[self.axis], limits[self.axis], steps[self.axis]) = (start, limit, step);
        b.slice(x, &starts, &limits, &steps)
    }

    /// Elements in turn of `even` and of `odd`, which has as many or one fewer.
    fn interleave(&self, b: &mut Builder, even: Value, odd: Value) -> Result<Value> {
        let surplus = (b.ty(even).shape[self.axis] - b.ty(odd).shape[self.axis]) as i64;
        let mut spread = |x, low, high| {
            let mut padding = vec![Padding::default(); b.ty(x).rank()];
            padding[self.axis] = Padding { low, high, interior: 1 };
            b.pad_zero(x, &padding)
        };
        let (even, odd) = (spread(even, 0, 1 - surplus)?, spread(odd, 1, surplus)?);
        b.add(even, odd)
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
        let turned = |b: &mut Builder, v| if self.reverse { b.rev(v, &[self.axis]) } else { Ok(v) };
        let pair = self.each(b, [x, dx], turned)?;
        let [_, tangent] = self.prefixes(b, pair)?;
        let tangent = turned(b, tangent)?;
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
