//! `select_and_gather_add` and `select_and_scatter_add`: the derivative of windowed extrema, forward
//! and backward. They are each other's transpose.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array, padding_matrix};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, Function, IrError, Mapped, Operand, Primitive, Result,
    TensorType, Value,
};

use super::wide::{self, Wide};
use super::{Compare, Comparison, Monoid, Padding, Window, batching, rules};

/// Which element of a window or of an axis is chosen; the first of equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extremum {
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

impl Extremum {
    fn attr(self) -> Attr {
        Attr::Name(if self == Extremum::Max { "max" } else { "min" }.to_owned())
    }

    fn parse(attrs: &mut AttrReader) -> Result<Self, String> {
        match attrs.name("select")?.as_str() {
            "max" => Ok(Extremum::Max),
            "min" => Ok(Extremum::Min),
            other => Err(format!("{other} is not max or min")),
        }
    }

    /// The reduction that finds the chosen value.
    pub fn monoid(self) -> Monoid {
        if self == Extremum::Max { Monoid::Max } else { Monoid::Min }
    }

    /// The comparison that keeps the element before it over the one after it.
    fn keeps(self) -> Comparison {
        if self == Extremum::Max { Comparison::Ge } else { Comparison::Le }
    }

    /// For each of `count` windows the position of the chosen element, `None` for a window without elements.
    fn choose(self, x: &[f64], members: &[(usize, usize)], count: usize) -> Vec<Option<usize>> {
        let mut chosen: Vec<Option<usize>> = vec![None; count];
        for &(position, window) in members {
            let keep = chosen[window].is_some_and(|best| match self {
                Extremum::Max => x[best] >= x[position],
                Extremum::Min => x[best] <= x[position],
            });
            if !keep {
                chosen[window] = Some(position);
            }
        }
        chosen
    }
}

/// For each window of the second operand, the first operand's element where the second is extreme.
/// Linear in the first operand, which has the second's type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SelectAndGatherAdd {
    /// Which element of a window counts.
    pub extremum: Extremum,
    /// The windows.
    pub window: Window,
}

/// Adds each element of the first operand to where the second is extreme in the element's window.
/// Linear in the first operand, which has one element per window. Undilated windows only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SelectAndScatterAdd {
    /// Which element of a window counts.
    pub extremum: Extremum,
    /// The windows over the second operand.
    pub window: Window,
}

const GATHER: &str = "select_and_gather_add";
const SCATTER: &str = "select_and_scatter_add";

fn attrs(extremum: Extremum, window: &Window) -> Attrs {
    let mut attrs = vec![("select", extremum.attr())];
    attrs.extend(window.attrs());
    attrs
}

fn floats(op: &'static str, x: &Array) -> Result<Vec<f64>> {
    if let Wide::Float(v) = Wide::of(x) { Ok(v) } else { Err(wide::no_kernel(op, x.ty().dtype)) }
}

impl Primitive for SelectAndGatherAdd {
    fn name(&self) -> &'static str {
        GATHER
    }

    fn attrs(&self) -> Attrs {
        attrs(self.extremum, &self.window)
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == GATHER)
            .then(|| Ok(SelectAndGatherAdd { extremum: Extremum::parse(attrs)?, window: Window::parse(attrs)? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [tangent, x] = rules::operands(GATHER, operands)?;
        if tangent != x || !x.dtype.is_float() {
            return Err(IrError::ty(GATHER, "operands must have one float type", operands));
        }
        Ok(vec![x.with_shape(self.window.counts(GATHER, x)?)])
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
        let (&[Some(ct)], [Operand::Linear(_), Operand::Known(x)]) = (cotangents, operands) else {
            return rules::not_linear(GATHER, b);
        };
        if self.window.is_dilated() {
            let message = "the gradient of a windowed maximum or minimum needs undilated windows";
            return rules::no_rule(GATHER, "transpose", message, b.location());
        }
        let scatter = SelectAndScatterAdd { extremum: self.extremum, window: self.window.clone() };
        Ok(vec![Some(b.emit1(scatter, &[ct, *x])?), None])
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, SelectAndGatherAdd { window: self.window.batched(), ..*self }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        // A reduction of (value, tangent) pairs that keeps the pair with the extreme value.
        let (&[tangent, x], [result]) = (operands, results) else {
            return rules::not_lowered(GATHER);
        };
        let mut b = Builder::new(GATHER);
        let scalar = TensorType::scalar(result.dtype);
        let [x0, t0, x1, t1] = [(); 4].map(|()| b.param(scalar.clone()));
        let keep = b.emit1(Compare(self.extremum.keeps()), &[x0, x1])?;
        let (x2, t2) = (b.select(keep, x0, x1)?, b.select(keep, t0, t1)?);
        let regions = vec![Arc::new(b.finish(vec![x2, t2]))];
        let worst = e.constant(&self.extremum.monoid().neutral(result.dtype))?;
        let zero = e.constant(&Array::scalar(result.dtype, 0.0))?;
        let both = e.op(HloOp {
            name: "stablehlo.reduce_window",
            operands: &[x, tangent, worst, zero],
            attributes: self.window.hlo_attributes(),
            regions,
            results: &[result.clone(), result.clone()],
        })?;
        Ok(both.into_iter().skip(1).collect())
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [tangent, x] = rules::arrays(GATHER, operands)?;
        let counts = self.window.counts(GATHER, x.ty())?;
        let result = x.ty().with_shape(counts);
        let members = self.window.members(&x.ty().shape, &result.shape);
        let tangent = floats(GATHER, tangent)?;
        let chosen = self.extremum.choose(&floats(GATHER, x)?, &members, result.size());
        let picked = chosen.into_iter().map(|position| position.map_or(0.0, |p| tangent[p])).collect();
        Ok(vec![Wide::Float(picked).narrow(GATHER, &result)?])
    }
}

impl Primitive for SelectAndScatterAdd {
    fn name(&self) -> &'static str {
        SCATTER
    }

    fn attrs(&self) -> Attrs {
        attrs(self.extremum, &self.window)
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == SCATTER)
            .then(|| Ok(SelectAndScatterAdd { extremum: Extremum::parse(attrs)?, window: Window::parse(attrs)? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [source, x] = rules::operands(SCATTER, operands)?;
        let windows = x.with_shape(self.window.counts(SCATTER, x)?);
        if *source != windows || !x.dtype.is_float() || self.window.is_dilated() {
            let message = format!("the first operand must be {windows}, of floats, and the window undilated");
            return Err(IrError::ty(SCATTER, message, operands));
        }
        Ok(vec![x.clone()])
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
        let (&[Some(ct)], [Operand::Linear(_), Operand::Known(x)]) = (cotangents, operands) else {
            return rules::not_linear(SCATTER, b);
        };
        let gather = SelectAndGatherAdd { extremum: self.extremum, window: self.window.clone() };
        Ok(vec![Some(b.emit1(gather, &[ct, *x])?), None])
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, SelectAndScatterAdd { window: self.window.batched(), ..*self }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let (&[source, x], [result]) = (operands, results) else {
            return rules::not_lowered(SCATTER);
        };
        // The operand is padded with the worst value beforehand and the result cut to size
        // afterwards, because backends differ in what they compare padding with.
        let padding: Vec<Padding> = self.window.padding.iter().map(|&(low, high)| Padding::edges(low, high)).collect();
        let mut b = Builder::new(SCATTER);
        let param = b.param(result.clone());
        let worst = b.constant(self.extremum.monoid().neutral(result.dtype))?;
        let padded = b.pad(param, worst, &padding)?;
        let padded_ty = b.ty(padded).clone();
        let padded = e.inline(&b.finish(vec![padded]), &[x])?;
        let zero = e.constant(&Array::scalar(result.dtype, 0.0))?;
        let unpadded = vec![(0, 0); self.window.padding.len()];
        let scattered = e.op(HloOp {
            name: "stablehlo.select_and_scatter",
            operands: &[&padded[..], &[source, zero]].concat(),
            attributes: vec![
                ("window_dimensions", i64_array(&self.window.size)),
                ("window_strides", i64_array(&self.window.strides)),
                ("padding", padding_matrix(&unpadded)),
            ],
            regions: vec![comparison(self.extremum.keeps(), result.dtype)?, Monoid::Sum.region(result.dtype)?],
            results: std::slice::from_ref(&padded_ty),
        })?;
        let mut b = Builder::new(SCATTER);
        let param = b.param(padded_ty);
        let undo: Vec<Padding> = self.window.padding.iter().map(|&(low, high)| Padding::edges(-low, -high)).collect();
        let cut = b.pad_zero(param, &undo)?;
        e.inline(&b.finish(vec![cut]), &scattered)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [source, x] = rules::arrays(SCATTER, operands)?;
        let members = self.window.members(&x.ty().shape, &source.ty().shape);
        let chosen = self.extremum.choose(&floats(SCATTER, x)?, &members, source.ty().size());
        let mut sums = vec![0.0; x.ty().size()];
        for (position, value) in chosen.into_iter().zip(floats(SCATTER, source)?) {
            if let Some(position) = position {
                sums[position] += value;
            }
        }
        Ok(vec![Wide::Float(sums).narrow(SCATTER, x.ty())?])
    }
}

/// A comparison of two scalars as a function.
fn comparison(comparison: Comparison, dtype: DType) -> Result<Arc<Function>> {
    let mut b = Builder::new("compare");
    let [x, y] = [(); 2].map(|()| b.param(TensorType::scalar(dtype)));
    let answer = b.emit1(Compare(comparison), &[x, y])?;
    Ok(Arc::new(b.finish(vec![answer])))
}
