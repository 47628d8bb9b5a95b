//! `reduce_sum` and its relatives.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, Function, IrError, Mapped, Operand, Primitive, Result,
    TensorType, Value,
};

use super::rules;
use super::wide::Wide;
use super::{Binary, BinaryKind, batching, index};

/// Combines all elements along `axes` with an associative and commutative function, and drops the axes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reduce {
    /// What combines.
    pub monoid: Monoid,
    /// The dimensions to combine along.
    pub axes: Vec<usize>,
}

/// An associative and commutative function with its neutral element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Monoid {
    /// Sum.
    Sum,
    /// Product.
    Prod,
    /// Maximum; NaN if any element is NaN; or for `bool`.
    Max,
    /// Minimum; NaN if any element is NaN; and for `bool`.
    Min,
    /// Bitwise or logical and.
    And,
    /// Bitwise or logical or.
    Or,
    /// Bitwise or logical exclusive or.
    Xor,
}

struct Rule {
    name: &'static str,
    /// Combines two elements.
    combine: BinaryKind,
    domain: fn(DType) -> bool,
    neutral: fn(DType) -> f64,
    derivative: Derivative,
}

enum Derivative {
    /// Zero.
    Zero,
    /// Linear: the reduction of the tangents.
    Sum,
    /// The mean of the tangents of the elements that equal the result.
    Extremum,
    /// The sum over the elements of tangent times the product of the others.
    Product,
}

fn number(dtype: DType) -> bool {
    dtype != DType::Bool
}

fn any(_: DType) -> bool {
    true
}

fn discrete(dtype: DType) -> bool {
    !dtype.is_inexact()
}

impl Monoid {
    /// All of them.
    pub const ALL: &[Monoid] =
        &[Monoid::Sum, Monoid::Prod, Monoid::Max, Monoid::Min, Monoid::And, Monoid::Or, Monoid::Xor];

    fn rule(self) -> Rule {
        match self {
            Monoid::Sum => Rule {
                name: "reduce_sum",
                combine: BinaryKind::Add,
                domain: number,
                neutral: |_| 0.0,
                derivative: Derivative::Sum,
            },
            Monoid::Prod => Rule {
                name: "reduce_prod",
                combine: BinaryKind::Mul,
                domain: number,
                neutral: |_| 1.0,
                derivative: Derivative::Product,
            },
            // Infinities saturate to the integers' extremes.
            Monoid::Max => Rule {
                name: "reduce_max",
                combine: BinaryKind::Max,
                domain: any,
                neutral: |dtype| if dtype == DType::Bool { 0.0 } else { -dtype.greatest() },
                derivative: Derivative::Extremum,
            },
            Monoid::Min => Rule {
                name: "reduce_min",
                combine: BinaryKind::Min,
                domain: any,
                neutral: DType::greatest,
                derivative: Derivative::Extremum,
            },
            // All bits set: −1 if signed, the largest value if unsigned.
            Monoid::And => Rule {
                name: "reduce_and",
                combine: BinaryKind::And,
                domain: discrete,
                neutral: |dtype| if dtype.is_signed_int() { -1.0 } else { f64::INFINITY },
                derivative: Derivative::Zero,
            },
            Monoid::Or => Rule {
                name: "reduce_or",
                combine: BinaryKind::Or,
                domain: discrete,
                neutral: |_| 0.0,
                derivative: Derivative::Zero,
            },
            Monoid::Xor => Rule {
                name: "reduce_xor",
                combine: BinaryKind::Xor,
                domain: discrete,
                neutral: |_| 0.0,
                derivative: Derivative::Zero,
            },
        }
    }

    /// The neutral element for `dtype`, a scalar.
    pub fn neutral(self, dtype: DType) -> Array {
        Array::scalar(dtype, (self.rule().neutral)(dtype))
    }

    /// Whether elements of `dtype` can be combined.
    pub fn defined_on(self, dtype: DType) -> bool {
        (self.rule().domain)(dtype)
    }

    /// The combining function on scalars of `dtype`.
    ///
    /// # Errors
    /// The function is not defined on `dtype`.
    pub fn region(self, dtype: DType) -> Result<Arc<Function>> {
        let rule = self.rule();
        let mut b = Builder::new(rule.name);
        let (x, y) = (b.param(TensorType::scalar(dtype)), b.param(TensorType::scalar(dtype)));
        let z = b.emit1(Binary(rule.combine), &[x, y])?;
        Ok(Arc::new(b.finish(vec![z])))
    }
}

impl Primitive for Reduce {
    fn name(&self) -> &'static str {
        self.monoid.rule().name
    }

    fn attrs(&self) -> Attrs {
        vec![("axes", Attr::from(&self.axes))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let &monoid = Monoid::ALL.iter().find(|m| m.rule().name == name)?;
        Some(attrs.sizes("axes").map(|axes| Reduce { monoid, axes }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(self.name(), operands)?;
        if !self.monoid.defined_on(x.dtype) {
            return Err(IrError::ty(self.name(), format!("is not defined for {}", x.dtype), operands));
        }
        if !rules::are_dims(&self.axes, x.rank()) {
            let message = format!("{:?} are not distinct dimensions of the operand", self.axes);
            return Err(IrError::ty(self.name(), message, operands));
        }
        let kept: Vec<usize> = rules::other_dims(x.rank(), &self.axes).iter().map(|&d| x.shape[d]).collect();
        Ok(vec![x.with_shape(kept)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        match self.monoid.rule().derivative {
            Derivative::Zero => rules::constant_jvp(b, self, primals),
            Derivative::Sum => rules::linear_jvp(b, self, primals, tangents),
            Derivative::Extremum => self.extremum_jvp(b, primals, tangents),
            Derivative::Product => self.product_jvp(b, primals, tangents),
        }
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        match self.monoid.rule().derivative {
            Derivative::Sum => rules::linear_transpose(cotangents, operands, |ct, x| {
                b.broadcast_in_dim(ct, &x.shape, &rules::other_dims(x.rank(), &self.axes))
            }),
            _ => rules::not_linear(self.name(), b),
        }
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, Reduce { axes: batching::shifted(&self.axes), ..*self }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let [result] = rules::operands(self.name(), &results.iter().collect::<Vec<_>>())?;
        let neutral = e.constant(&self.monoid.neutral(result.dtype))?;
        let operands = [operands, &[neutral]].concat();
        let attributes = vec![("dimensions", i64_array(&self.axes))];
        let regions = vec![self.monoid.region(result.dtype)?];
        e.op(HloOp { name: "stablehlo.reduce", operands: &operands, attributes, regions, results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(self.name(), operands)?;
        let result = self.infer(&[x.ty()])?.remove(0);
        let kept = rules::other_dims(x.ty().rank(), &self.axes);
        let to = index::strides(&result.shape);
        let (mut pairs, mut source) = (Vec::with_capacity(x.ty().size()), 0);
        index::for_each(&x.ty().shape, |at| {
            pairs.push((source, kept.iter().zip(&to).map(|(&d, s)| at[d] * s).sum()));
            source += 1;
        });
        Ok(vec![self.monoid.fold(self.name(), x, &pairs, &result)?])
    }
}

impl Reduce {
    /// Ties share the derivative equally. Elements that do not equal the result are selected away and
    /// not multiplied by 0: where none does, which NaN brings about, their count of 0 makes the share
    /// infinite, and their cotangents are 0 all the same.
    fn extremum_jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let y = b.emit1(self.clone(), primals)?;
        let (&[x], &[Some(dx)]) = (primals, tangents) else { return Ok((vec![y], vec![None])) };
        let ty = b.ty(x).clone();
        let spread = b.broadcast_in_dim(y, &ty.shape, &rules::other_dims(ty.rank(), &self.axes))?;
        let hit = b.eq(x, spread)?;
        let ones = b.convert(hit, ty.dtype)?;
        let count = b.reduce_sum(ones, &self.axes)?;
        let zero = b.full_like(dx, 0.0)?;
        let share = b.select(hit, dx, zero)?;
        let total = b.reduce_sum(share, &self.axes)?;
        Ok((vec![y], vec![Some(b.div(total, count)?)]))
    }

    /// A tree of products, which stays correct where elements are zero.
    fn product_jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let y = b.emit1(self.clone(), primals)?;
        let (&[x], &[Some(dx)]) = (primals, tangents) else { return Ok((vec![y], vec![None])) };
        let (mut x, mut dx) = (rules::axes_in_front(b, x, &self.axes)?, rules::axes_in_front(b, dx, &self.axes)?);
        loop {
            let n = b.ty(x).shape[0];
            if n <= 1 {
                let shape = b.ty(y).shape.clone();
                let dy = if n == 0 { b.full_like(y, 0.0)? } else { b.reshape(dx, &shape)? };
                return Ok((vec![y], vec![Some(dy)]));
            }
            let half = n / 2;
            let mut part = |v, from, to| b.slice_in_dim(v, from, to, 0);
            let (x0, x1, x2) = (part(x, 0, half)?, part(x, half, 2 * half)?, part(x, 2 * half, n)?);
            let (d0, d1, d2) = (part(dx, 0, half)?, part(dx, half, 2 * half)?, part(dx, 2 * half, n)?);
            let (left, right) = (b.mul(d0, x1)?, b.mul(x0, d1)?);
            let (product, slope) = (b.mul(x0, x1)?, b.add(left, right)?);
            (x, dx) = if n.is_multiple_of(2) {
                (product, slope)
            } else {
                (b.concatenate(&[product, x2], 0)?, b.concatenate(&[slope, d2], 0)?)
            };
        }
    }
}

impl Monoid {
    /// The function of two elements, as a primitive.
    pub(crate) fn combine(self) -> Binary {
        Binary(self.rule().combine)
    }

    /// For each pair of positions in `x` and in the result, combines the element into the result's,
    /// all of which start neutral.
    pub(crate) fn fold(
        self,
        op: &'static str,
        x: &Array,
        pairs: &[(usize, usize)],
        result: &TensorType,
    ) -> Result<Array> {
        let start = Wide::filled(&self.neutral(result.dtype), result.size()).narrow(op, result)?;
        self.rule().combine.kernel().fold(op, &start, x, pairs)
    }
}

impl Builder {
    /// Combines along `axes` and drops them. Emits nothing if there are none.
    ///
    /// # Errors
    /// The axes are not distinct dimensions of `x`, or the function is not defined on its elements.
    pub fn reduce(&mut self, monoid: Monoid, x: Value, axes: &[usize]) -> Result<Value> {
        if axes.is_empty() {
            return Ok(x);
        }
        self.emit1(Reduce { monoid, axes: axes.to_vec() }, &[x])
    }
}

macro_rules! reduce_methods {
    ($($(#[$doc:meta])* $name:ident $monoid:ident;)*) => {
        impl Builder {
            $($(#[$doc])*
            /// Emits nothing if there are no axes.
            ///
            /// # Errors
            /// The axes are not distinct dimensions of `x`, or the function is not defined on its elements.
            pub fn $name(&mut self, x: Value, axes: &[usize]) -> Result<Value> {
                self.reduce(Monoid::$monoid, x, axes)
            })*
        }
    };
}

reduce_methods! {
    /// Sums along `axes` and drops them.
    reduce_sum Sum;
    /// Multiplies along `axes` and drops them.
    reduce_prod Prod;
    /// The maximum along `axes`, which are dropped.
    reduce_max Max;
    /// The minimum along `axes`, which are dropped.
    reduce_min Min;
    /// Bitwise or logical and along `axes`, which are dropped.
    reduce_and And;
    /// Bitwise or logical or along `axes`, which are dropped.
    reduce_or Or;
    /// Bitwise or logical exclusive or along `axes`, which are dropped.
    reduce_xor Xor;
}
