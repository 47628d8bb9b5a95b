//! Element-wise functions of one operand.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Builder, DType, IrError, Operand, Primitive, Result, TensorType, Value};

use super::rules;

/// An element-wise function of one operand; the result has the operand's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unary(pub UnaryKind);

/// The functions of the family. Each has one entry in [`UnaryKind::rule`] that says all about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryKind {
    /// −x.
    Neg,
    /// eˣ.
    Exp,
}

/// Everything about one kind.
struct Rule {
    name: &'static str,
    /// The element types that it takes.
    domain: fn(DType) -> bool,
    hlo: &'static str,
    /// The tangent from operand, result and operand's tangent; `None` if it is zero everywhere.
    tangent: fn(&mut Builder, x: Value, y: Value, dx: Value) -> Result<Option<Value>>,
    /// For a linear function: its transpose, the operand's cotangent from the result's.
    transpose: Option<fn(&mut Builder, ct: Value) -> Result<Value>>,
    eval: fn(f64) -> f64,
}

fn number(dtype: DType) -> bool {
    dtype != DType::Bool
}

impl UnaryKind {
    /// All kinds.
    pub const ALL: &[UnaryKind] = &[UnaryKind::Neg, UnaryKind::Exp];

    fn rule(self) -> Rule {
        match self {
            UnaryKind::Neg => Rule {
                name: "neg",
                domain: number,
                hlo: "stablehlo.negate",
                tangent: |b, _, _, dx| b.neg(dx).map(Some),
                transpose: Some(|b, ct| b.neg(ct)),
                eval: |x| -x,
            },
            UnaryKind::Exp => Rule {
                name: "exp",
                domain: DType::is_float,
                hlo: "stablehlo.exponential",
                tangent: |b, _, y, dx| b.mul(dx, y).map(Some),
                transpose: None,
                eval: f64::exp,
            },
        }
    }
}

impl Primitive for Unary {
    fn name(&self) -> &'static str {
        self.0.rule().name
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        UnaryKind::ALL.iter().find(|kind| kind.rule().name == name).map(|&kind| Ok(Unary(kind)))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(self.name(), operands)?;
        if !(self.0.rule().domain)(x.dtype) {
            return Err(IrError::ty(self.name(), format!("is not defined for {}", x.dtype), operands));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let y = b.emit1(*self, primals)?;
        let tangent = match (primals, tangents) {
            (&[x], &[Some(dx)]) => (self.0.rule().tangent)(b, x, y, dx)?,
            _ => None,
        };
        Ok((vec![y], vec![tangent]))
    }

    fn transpose(&self, b: &mut Builder, cotangents: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        match (self.0.rule().transpose, cotangents) {
            (Some(rule), &[Some(ct)]) => Ok(vec![Some(rule(b, ct)?)]),
            _ => rules::no_rule(self.name(), "transpose", "the function is not linear", b.location()),
        }
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, self.0.rule().hlo, operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(self.name(), operands)?;
        Ok(vec![rules::map_f64(x, self.0.rule().eval)?])
    }
}

macro_rules! unary_methods {
    ($($(#[$doc:meta])* $name:ident $kind:ident;)*) => {
        impl Builder {
            $($(#[$doc])*
            ///
            /// # Errors
            /// The element type is outside the function's domain.
            pub fn $name(&mut self, x: Value) -> Result<Value> {
                self.emit1(Unary(UnaryKind::$kind), &[x])
            })*
        }
    };
}

unary_methods! {
    /// −x.
    neg Neg;
    /// eˣ.
    exp Exp;
}
