//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`.

use std::cmp::Ordering;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::wide::Wide;
use super::{batching, rules};

/// Element-wise comparison of two operands of one type; the result is `bool`. NaN is unequal to
/// everything and unordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Compare(pub Comparison);

/// Which comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// x = y.
    Eq,
    /// x ≠ y.
    Ne,
    /// x < y.
    Lt,
    /// x ≤ y.
    Le,
    /// x > y.
    Gt,
    /// x ≥ y.
    Ge,
    /// x = y in the total order of floats, in which −0 is before +0 and NaN beyond infinity, on the side of its sign.
    EqTo,
    /// x < y in the total order.
    LtTo,
    /// x ≤ y in the total order.
    LeTo,
}

impl Comparison {
    /// All of them.
    pub const ALL: &[Comparison] = &[
        Comparison::Eq,
        Comparison::Ne,
        Comparison::Lt,
        Comparison::Le,
        Comparison::Gt,
        Comparison::Ge,
        Comparison::EqTo,
        Comparison::LtTo,
        Comparison::LeTo,
    ];

    /// Whether floats are compared in their total order.
    fn is_total(self) -> bool {
        matches!(self, Comparison::EqTo | Comparison::LtTo | Comparison::LeTo)
    }

    /// Textual name and StableHLO direction.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Comparison::Eq => ("eq", "EQ"),
            Comparison::Ne => ("ne", "NE"),
            Comparison::Lt => ("lt", "LT"),
            Comparison::Le => ("le", "LE"),
            Comparison::Gt => ("gt", "GT"),
            Comparison::Ge => ("ge", "GE"),
            Comparison::EqTo => ("eq_to", "EQ"),
            Comparison::LtTo => ("lt_to", "LT"),
            Comparison::LeTo => ("le_to", "LE"),
        }
    }

    /// The answer for an ordering, `None` being unordered.
    fn holds(self, ordering: Option<Ordering>) -> bool {
        match self {
            Comparison::Eq | Comparison::EqTo => ordering.is_some_and(Ordering::is_eq),
            Comparison::Ne => !ordering.is_some_and(Ordering::is_eq),
            Comparison::Lt | Comparison::LtTo => ordering.is_some_and(Ordering::is_lt),
            Comparison::Le | Comparison::LeTo => ordering.is_some_and(Ordering::is_le),
            Comparison::Gt => ordering.is_some_and(Ordering::is_gt),
            Comparison::Ge => ordering.is_some_and(Ordering::is_ge),
        }
    }
}

impl Primitive for Compare {
    fn name(&self) -> &'static str {
        self.0.names().0
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        Comparison::ALL.iter().find(|c| c.names().0 == name).map(|&c| Ok(Compare(c)))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x, y] = rules::operands(self.name(), operands)?;
        if x != y {
            return Err(IrError::ty(self.name(), "operands must have one type", operands));
        }
        if x.dtype.is_complex() && !matches!(self.0, Comparison::Eq | Comparison::Ne) {
            return Err(IrError::ty(self.name(), "complex numbers have no order", operands));
        }
        Ok(vec![x.with_dtype(DType::Bool)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], _: &[Option<Value>]) -> Result<Dual> {
        rules::constant_jvp(b, self, primals)
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(self.name(), b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let kind = operands.first().map_or("SIGNED", |&x| match e.ty(x).dtype {
            dtype if dtype.is_float() && self.0.is_total() => "TOTALORDER",
            dtype if dtype.is_inexact() => "FLOAT",
            dtype if dtype.is_signed_int() => "SIGNED",
            _ => "UNSIGNED",
        });
        let attributes = vec![
            ("comparison_direction", format!("#stablehlo<comparison_direction {}>", self.0.names().1)),
            ("compare_type", format!("#stablehlo<comparison_type {kind}>")),
        ];
        e.op(HloOp { name: "stablehlo.compare", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        fn zip<T: PartialOrd>(x: &[T], y: &[T], comparison: Comparison) -> Wide {
            Wide::Bool(x.iter().zip(y).map(|(x, y)| comparison.holds(x.partial_cmp(y))).collect())
        }
        let [x, y] = rules::arrays(self.name(), operands)?;
        let result = match (Wide::of(x), Wide::of(y)) {
            (Wide::Float(x), Wide::Float(y)) if self.0.is_total() => {
                Wide::Bool(x.iter().zip(&y).map(|(x, y)| self.0.holds(Some(x.total_cmp(y)))).collect())
            }
            (Wide::Float(x), Wide::Float(y)) => zip(&x, &y, self.0),
            (Wide::Complex(x), Wide::Complex(y)) => {
                let equal = x.iter().zip(&y).map(|(x, y)| x == y);
                Wide::Bool(equal.map(|equal| equal == (self.0 == Comparison::Eq)).collect())
            }
            (Wide::Int(x), Wide::Int(y)) => zip(&x, &y, self.0),
            (Wide::Bool(x), Wide::Bool(y)) => zip(&x, &y, self.0),
            _ => return Err(IrError::Eval { op: self.name(), message: "operand types differ".to_owned() }),
        };
        Ok(vec![result.narrow(self.name(), &x.ty().with_dtype(DType::Bool))?])
    }
}

macro_rules! compare_methods {
    ($($(#[$doc:meta])* $name:ident $kind:ident;)*) => {
        impl Builder {
            $($(#[$doc])*
            ///
            /// # Errors
            /// The operands' types differ.
            pub fn $name(&mut self, x: Value, y: Value) -> Result<Value> {
                self.emit1(Compare(Comparison::$kind), &[x, y])
            })*
        }
    };
}

compare_methods! {
    /// x = y, element by element, as `bool`.
    eq Eq;
    /// x ≠ y, element by element, as `bool`; true for NaN.
    ne Ne;
    /// x < y, element by element, as `bool`.
    lt Lt;
    /// x ≤ y, element by element, as `bool`.
    le Le;
    /// x > y, element by element, as `bool`.
    gt Gt;
    /// x ≥ y, element by element, as `bool`.
    ge Ge;
    /// x = y in the total order of floats, element by element, as `bool`.
    eq_to EqTo;
    /// x < y in the total order of floats, element by element, as `bool`.
    lt_to LtTo;
    /// x ≤ y in the total order of floats, element by element, as `bool`.
    le_to LeTo;
}
