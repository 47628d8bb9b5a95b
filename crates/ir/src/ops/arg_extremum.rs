//! `argmax` and `argmin`.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value,
};

use super::wide::Wide;
use super::{Compare, Comparison, Extremum, batching, index, rules};

/// The index along an axis, which is dropped, of the largest or smallest element. The lowest index of
/// equal ones; NaN counts as extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ArgExtremum {
    /// Which element is looked for.
    pub extremum: Extremum,
    /// The axis to look along.
    pub axis: usize,
    /// The integer type of the result.
    pub dtype: DType,
}

impl Extremum {
    /// The comparison that holds if its first operand beats its second.
    fn beats(self) -> Comparison {
        if self == Extremum::Max { Comparison::Gt } else { Comparison::Lt }
    }
}

impl Primitive for ArgExtremum {
    fn name(&self) -> &'static str {
        match self.extremum {
            Extremum::Max => "argmax",
            Extremum::Min => "argmin",
        }
    }

    fn attrs(&self) -> Attrs {
        vec![("axis", Attr::from(self.axis)), ("dtype", Attr::DType(self.dtype))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let extremum = match name {
            "argmax" => Extremum::Max,
            "argmin" => Extremum::Min,
            _ => return None,
        };
        let mut read = || Ok(ArgExtremum { extremum, axis: attrs.size("axis")?, dtype: attrs.dtype("dtype")? });
        Some(read())
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(self.name(), operands)?;
        if x.shape.get(self.axis).is_none_or(|&n| n == 0) || !self.dtype.is_int() || x.dtype.is_complex() {
            let message = format!("needs ordered elements along axis {} and an integer result type", self.axis);
            return Err(IrError::ty(self.name(), message, operands));
        }
        let mut shape = x.shape.clone();
        shape.remove(self.axis);
        Ok(vec![TensorType::new(self.dtype, shape)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], _: &[Option<Value>]) -> Result<Dual> {
        rules::constant_jvp(b, self, primals)
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(self.name(), b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, ArgExtremum { axis: self.axis + 1, ..*self }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let (&[x], [result]) = (operands, results) else {
            return rules::not_lowered(self.name());
        };
        let x_ty = e.ty(x).clone();
        let mut b = Builder::new(self.name());
        let (value, place) = (TensorType::scalar(x_ty.dtype), TensorType::scalar(self.dtype));
        let (x0, i0, x1, i1) = (b.param(value.clone()), b.param(place.clone()), b.param(value), b.param(place));
        let (beats, is_nan) = (b.emit1(Compare(self.extremum.beats()), &[x0, x1])?, b.ne(x0, x0)?);
        let first = b.or(beats, is_nan)?;
        let (equal, before) = (b.eq(x0, x1)?, b.lt(i0, i1)?);
        let tie = b.and(equal, before)?;
        let first_index = b.or(first, tie)?;
        let (x2, i2) = (b.select(first, x0, x1)?, b.select(first_index, i0, i1)?);
        let regions = vec![Arc::new(b.finish(vec![x2, i2]))];

        let mut b = Builder::new(self.name());
        let indices = b.iota(&x_ty.with_dtype(self.dtype), self.axis)?;
        let indices = e.inline(&b.finish(vec![indices]), &[])?;
        let worst = e.constant(&self.extremum.monoid().neutral(x_ty.dtype))?;
        let zero = e.constant(&Array::scalar(self.dtype, 0.0))?;
        let both = e.op(HloOp {
            name: "stablehlo.reduce",
            operands: &[&[x], &indices[..], &[worst, zero]].concat(),
            attributes: vec![("dimensions", i64_array(&[self.axis]))],
            regions,
            results: &[result.with_dtype(x_ty.dtype), result.clone()],
        })?;
        Ok(both.into_iter().skip(1).collect())
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        fn best<T: PartialOrd>(x: &[T], at: &[usize], extremum: Extremum) -> i128 {
            let mut best = 0;
            for i in 1..at.len() {
                let (champion, challenger) = (&x[at[best]], &x[at[i]]);
                let is_nan = |x: &T| x.partial_cmp(x).is_none();
                let wins = match extremum {
                    Extremum::Max => challenger > champion,
                    Extremum::Min => challenger < champion,
                };
                if !is_nan(champion) && (wins || is_nan(challenger)) {
                    best = i;
                }
            }
            best as i128
        }
        let [x] = rules::arrays(self.name(), operands)?;
        let result = self.infer(&[x.ty()])?.remove(0);
        let shape = &x.ty().shape;
        let along = index::offsets(shape, &[self.axis]);
        let wide = Wide::of(x);
        let bases = index::offsets(shape, &rules::other_dims(shape.len(), &[self.axis]));
        let places = bases.into_iter().map(|base| {
            let at: Vec<usize> = along.iter().map(|offset| base + offset).collect();
            match &wide {
                Wide::Bool(v) => best(v, &at, self.extremum),
                Wide::Int(v) => best(v, &at, self.extremum),
                Wide::Float(v) => best(v, &at, self.extremum),
                // The type rule forbids them.
                Wide::Complex(_) => 0,
            }
        });
        Ok(vec![Wide::Int(places.collect()).narrow(self.name(), &result)?])
    }
}

impl Builder {
    /// The index, as `i32`, of the largest element along `axis`, which is dropped; the first of equal
    /// ones, NaN above everything.
    ///
    /// # Errors
    /// There are no elements along the axis.
    pub fn argmax(&mut self, x: Value, axis: usize) -> Result<Value> {
        self.emit1(ArgExtremum { extremum: Extremum::Max, axis, dtype: DType::I32 }, &[x])
    }

    /// The index, as `i32`, of the smallest element along `axis`, which is dropped; the first of equal
    /// ones, NaN below everything.
    ///
    /// # Errors
    /// There are no elements along the axis.
    pub fn argmin(&mut self, x: Value, axis: usize) -> Result<Value> {
        self.emit1(ArgExtremum { extremum: Extremum::Min, axis, dtype: DType::I32 }, &[x])
    }
}
