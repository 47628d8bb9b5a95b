//! Element-wise functions of two operands of one type.

mod table;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::{Convert, batching, rules};
use table::{Derivative, Linear};

/// An element-wise function of two operands of one type, which is also the result's. There is no
/// implicit broadcasting and no promotion here; both are explicit equations. Only the exponent of an inexact
/// base may be an integer, because the derivative of such a power is another one at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Binary(pub BinaryKind);

/// The functions of the family. Each has one entry in `BinaryKind::rule` that says all about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryKind {
    /// x + y; or for `bool`.
    Add,
    /// x − y.
    Sub,
    /// x · y; and for `bool`.
    Mul,
    /// x / y; integers round toward zero.
    Div,
    /// x − y·trunc(x/y), of x's sign.
    Rem,
    /// The larger; NaN if either is NaN; or for `bool`; complex numbers by real, then by imaginary parts.
    Max,
    /// The smaller; NaN if either is NaN; and for `bool`; complex numbers by real, then by imaginary parts.
    Min,
    /// xʸ.
    Pow,
    /// The angle of the point (y, x), operands in this order.
    Atan2,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// x shifted left by y bits.
    ShiftLeft,
    /// x shifted right by y bits, filling with zeros.
    ShiftRightLogical,
    /// x shifted right by y bits, filling with the sign.
    ShiftRightArithmetic,
    /// The derivative of order x, a whole number, of digamma at y.
    Polygamma,
    /// The Hurwitz zeta function Σₖ (k + y)^(−x).
    Zeta,
    /// The regularized lower incomplete gamma function P(x, y).
    Igamma,
    /// The regularized upper incomplete gamma function Q(x, y) = 1 − P(x, y).
    Igammac,
    /// The derivative of P(x, y) in x.
    IgammaGradA,
    /// The derivative in x of a sample y of the gamma distribution with shape x.
    RandomGammaGrad,
}

impl BinaryKind {
    /// All kinds.
    pub const ALL: &[BinaryKind] = &[
        BinaryKind::Add,
        BinaryKind::Sub,
        BinaryKind::Mul,
        BinaryKind::Div,
        BinaryKind::Rem,
        BinaryKind::Max,
        BinaryKind::Min,
        BinaryKind::Pow,
        BinaryKind::Atan2,
        BinaryKind::And,
        BinaryKind::Or,
        BinaryKind::Xor,
        BinaryKind::ShiftLeft,
        BinaryKind::ShiftRightLogical,
        BinaryKind::ShiftRightArithmetic,
        BinaryKind::Polygamma,
        BinaryKind::Zeta,
        BinaryKind::Igamma,
        BinaryKind::Igammac,
        BinaryKind::IgammaGradA,
        BinaryKind::RandomGammaGrad,
    ];

    /// Whether an element is the sum of a series or a continued fraction, of up to some thousand terms.
    pub(crate) fn iterates(self) -> bool {
        matches!(self, BinaryKind::Igamma | BinaryKind::Igammac | BinaryKind::IgammaGradA | BinaryKind::RandomGammaGrad)
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
        let whole_exponent = self.0 == BinaryKind::Pow && x.dtype.is_inexact() && y.dtype.is_int();
        if x != y && !(whole_exponent && x.shape == y.shape) {
            return Err(IrError::ty(self.name(), "operands must have one type", operands));
        }
        if !self.0.rule().eval.defined_on(x.dtype) {
            return Err(IrError::ty(self.name(), format!("is not defined for {}", x.dtype), operands));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let z = b.emit1(*self, primals)?;
        let mut tangent = None;
        if let &[x, y] = primals {
            for (&d, partial) in tangents.iter().zip(self.0.rule().partials) {
                let Some(d) = d else { continue };
                match partial {
                    Derivative::Zero => {}
                    Derivative::Share(share) => {
                        let share = share(b, [x, y], z, d)?;
                        tangent = rules::sum(b, tangent, Some(share))?;
                    }
                    Derivative::Missing => {
                        let message = "it has no derivative in this operand";
                        return rules::no_rule(self.name(), "jvp", message, b.location());
                    }
                }
            }
        }
        Ok((vec![z], vec![tangent]))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        if let &[Some(ct)] = cotangents {
            match (self.0.rule().linear, operands) {
                (Linear::Jointly(rules), operands) => {
                    let shares = operands.iter().zip(rules);
                    return shares.map(|(o, rule)| o.is_linear().then(|| rule(b, ct)).transpose()).collect();
                }
                (Linear::Either([Some(rule), _]), [Operand::Linear(_), Operand::Known(y)]) => {
                    return Ok(vec![Some(rule(b, ct, *y)?), None]);
                }
                (Linear::Either([_, Some(rule)]), [Operand::Known(x), Operand::Linear(_)]) => {
                    return Ok(vec![None, Some(rule(b, ct, *x)?)]);
                }
                _ => {}
            }
        }
        rules::no_rule(self.name(), "transpose", "the function is not linear in these operands", b.location())
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        self.0.rule().lowering.emit(self.name(), e, operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x, y] = rules::arrays(self.name(), operands)?;
        let rule = self.0.rule();
        if x.ty() == y.ty() {
            return Ok(vec![rule.eval.map(rule.name, [x, y])?]);
        }
        let converted = Convert { dtype: x.ty().dtype }.eval(&[y])?;
        let [y] = rules::arrays(rule.name, &converted.iter().collect::<Vec<_>>())?;
        Ok(vec![rule.eval.map(rule.name, [x, y])?])
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
    /// x + y; or for `bool`.
    add Add;
    /// x − y.
    sub Sub;
    /// x · y; and for `bool`.
    mul Mul;
    /// x / y. Integers round toward zero, and x / 0 = −1.
    div Div;
    /// The remainder of x / y with the sign of x; integer x rem 0 = x.
    rem Rem;
    /// The larger; NaN if either is NaN.
    max Max;
    /// The smaller; NaN if either is NaN.
    min Min;
    /// xʸ; the exponent of an inexact base may be an integer.
    pow Pow;
    /// The angle in (−π, π] of the point with ordinate `x` and abscissa `y`.
    atan2 Atan2;
    /// Bitwise or logical and.
    and And;
    /// Bitwise or logical or.
    or Or;
    /// Bitwise or logical exclusive or.
    xor Xor;
    /// `x` shifted left by `y` bits; 0 if `y` is the width or more.
    shift_left ShiftLeft;
    /// `x` shifted right by `y` bits, filling with zeros; 0 if `y` is the width or more.
    shift_right_logical ShiftRightLogical;
    /// `x` shifted right by `y` bits, filling with the sign.
    shift_right_arithmetic ShiftRightArithmetic;
    /// The derivative of order `x`, a whole number, of digamma at `y`.
    polygamma Polygamma;
    /// The Hurwitz zeta function Σₖ (k + y)^(−x).
    zeta Zeta;
    /// The regularized lower incomplete gamma function P(x, y).
    igamma Igamma;
    /// The regularized upper incomplete gamma function Q(x, y) = 1 − P(x, y).
    igammac Igammac;
    /// The derivative of P(x, y) in x.
    igamma_grad_a IgammaGradA;
    /// The derivative in `x` of a sample `y` of the gamma distribution with shape `x`.
    random_gamma_grad RandomGammaGrad;
}
