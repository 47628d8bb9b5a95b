//! Element-wise functions of two operands of one type.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Builder, IrError, Operand, Primitive, Result, TensorType, Value};

use super::rules;

/// An element-wise function of two operands of one type, which is also the result's. There is no
/// implicit broadcasting and no promotion here; both are explicit equations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Binary(pub BinaryKind);

/// The functions of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryKind {
    /// x + y; or for `bool`.
    Add,
    /// x · y; and for `bool`.
    Mul,
}

struct Rule {
    name: &'static str,
    hlo: &'static str,
    /// Tangent of the result from operands, result and the operands' tangents (at least one is there).
    tangent: fn(&mut Builder, xy: [Value; 2], z: Value, d: [Option<Value>; 2]) -> Result<Option<Value>>,
    /// Cotangents of the linear operands.
    transpose: fn(&mut Builder, ct: Value, operands: &[Operand; 2]) -> Result<Option<[Option<Value>; 2]>>,
    eval: fn(f64, f64) -> f64,
}

impl BinaryKind {
    /// All kinds.
    pub const ALL: &[BinaryKind] = &[BinaryKind::Add, BinaryKind::Mul];

    fn rule(self) -> Rule {
        match self {
            BinaryKind::Add => Rule {
                name: "add",
                hlo: "stablehlo.add",
                tangent: |b, _, _, d| sum(b, d[0], d[1]),
                transpose: |_, ct, operands| Ok(Some(operands.clone().map(|o| o.is_linear().then_some(ct)))),
                eval: |x, y| x + y,
            },
            BinaryKind::Mul => Rule {
                name: "mul",
                hlo: "stablehlo.multiply",
                tangent: |b, [x, y], _, [dx, dy]| {
                    let left = dx.map(|dx| b.mul(dx, y)).transpose()?;
                    let right = dy.map(|dy| b.mul(x, dy)).transpose()?;
                    sum(b, left, right)
                },
                transpose: |b, ct, operands| match operands {
                    [Operand::Linear(_), Operand::Known(y)] => Ok(Some([Some(b.mul(ct, *y)?), None])),
                    [Operand::Known(x), Operand::Linear(_)] => Ok(Some([None, Some(b.mul(*x, ct)?)])),
                    _ => Ok(None),
                },
                eval: |x, y| x * y,
            },
        }
    }
}

/// Sum of two tangents, either of which may be zero.
fn sum(b: &mut Builder, x: Option<Value>, y: Option<Value>) -> Result<Option<Value>> {
    match (x, y) {
        (Some(x), Some(y)) => b.add(x, y).map(Some),
        (one, None) | (None, one) => Ok(one),
    }
}

impl Primitive for Binary {
    fn name(&self) -> &'static str {
        self.0.rule().name
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        BinaryKind::ALL.iter().find(|kind| kind.rule().name == name).map(|&kind| Ok(Binary(kind)))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x, y] = rules::operands(self.name(), operands)?;
        if x != y {
            return Err(IrError::ty(self.name(), "operands must have one type", operands));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let z = b.emit1(*self, primals)?;
        let tangent = match (primals, tangents) {
            (&[x, y], &[dx, dy]) => (self.0.rule().tangent)(b, [x, y], z, [dx, dy])?,
            _ => None,
        };
        Ok((vec![z], vec![tangent]))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        if let (&[Some(ct)], [x, y]) = (cotangents, operands)
            && let Some(answer) = (self.0.rule().transpose)(b, ct, &[x.clone(), y.clone()])?
        {
            return Ok(answer.to_vec());
        }
        rules::no_rule(self.name(), "transpose", "the function is not linear in these operands", b.location())
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, self.0.rule().hlo, operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x, y] = rules::arrays(self.name(), operands)?;
        Ok(vec![rules::zip_f64(x, y, self.0.rule().eval)?])
    }
}

macro_rules! binary_methods {
    ($($(#[$doc:meta])* $name:ident $kind:ident;)*) => {
        impl Builder {
            $($(#[$doc])*
            ///
            /// # Errors
            /// The operands' types differ or are outside the function's domain.
            pub fn $name(&mut self, x: Value, y: Value) -> Result<Value> {
                self.emit1(Binary(BinaryKind::$kind), &[x, y])
            })*
        }
    };
}

binary_methods! {
    /// x + y.
    add Add;
    /// x · y.
    mul Mul;
}
