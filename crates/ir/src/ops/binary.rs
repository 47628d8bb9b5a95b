//! Element-wise functions of two operands of one type.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::lowering::Lowering;
use super::wide::{IntType, Kernel};
use super::{Convert, batching, rules, special};

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
    /// The larger; NaN if either is NaN; or for `bool`.
    Max,
    /// The smaller; NaN if either is NaN; and for `bool`.
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

/// The operand's share of the result's tangent, from operands, result and the operand's tangent.
type Partial = fn(&mut Builder, xy: [Value; 2], z: Value, d: Value) -> Result<Value>;

/// How the result depends on one operand.
enum Derivative {
    /// Not at all, as far as derivatives tell.
    Zero,
    /// By its share of the tangent.
    Share(Partial),
    /// In a way that has no rule.
    Missing,
}

/// A linear operand's cotangent from the result's and the other operand.
type Share = fn(&mut Builder, ct: Value, other: Value) -> Result<Value>;

/// Where a function is linear, with the operands' cotangents from the result's.
enum Linear {
    /// Nowhere.
    No,
    /// In both operands together.
    Jointly([fn(&mut Builder, ct: Value) -> Result<Value>; 2]),
    /// In one operand while the other, which the rule is given, is known.
    Either([Option<Share>; 2]),
}

struct Rule {
    name: &'static str,
    lowering: Lowering<2>,
    partials: [Derivative; 2],
    linear: Linear,
    eval: Kernel<2>,
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

    /// The function on elements.
    pub(crate) fn kernel(self) -> Kernel<2> {
        self.rule().eval
    }

    fn rule(self) -> Rule {
        use Derivative::{Missing, Share};
        match self {
            BinaryKind::Add => Rule {
                name: "add",
                lowering: Lowering::Op("stablehlo.add"),
                partials: [Share(|_, _, _, d| Ok(d)), Share(|_, _, _, d| Ok(d))],
                linear: Linear::Jointly([|_, ct| Ok(ct), |_, ct| Ok(ct)]),
                eval: Kernel::number(|[x, y]| x + y, |[x, y], _| x + y)
                    .with_bool(|[x, y]| x | y)
                    .with_complex(|[x, y]| x + y),
            },
            BinaryKind::Sub => Rule {
                name: "sub",
                lowering: Lowering::Op("stablehlo.subtract"),
                partials: [Share(|_, _, _, d| Ok(d)), Share(|b, _, _, d| b.neg(d))],
                linear: Linear::Jointly([|_, ct| Ok(ct), |b, ct| b.neg(ct)]),
                eval: Kernel::number(|[x, y]| x - y, |[x, y], _| x - y).with_complex(|[x, y]| x - y),
            },
            BinaryKind::Mul => Rule {
                name: "mul",
                lowering: Lowering::Op("stablehlo.multiply"),
                partials: [Share(|b, [_, y], _, d| b.mul(d, y)), Share(|b, [x, _], _, d| b.mul(x, d))],
                linear: Linear::Either([Some(|b, ct, y| b.mul(ct, y)), Some(|b, ct, x| b.mul(x, ct))]),
                eval: Kernel::number(|[x, y]| x * y, |[x, y], _| x.wrapping_mul(y))
                    .with_bool(|[x, y]| x & y)
                    .with_complex(|[x, y]| x * y),
            },
            BinaryKind::Div => Rule {
                name: "div",
                lowering: Lowering::Op("stablehlo.divide"),
                partials: [
                    Share(|b, [_, y], _, d| b.div(d, y)),
                    Share(|b, [_, y], z, d| {
                        let slope = b.div(z, y)?;
                        let slope = b.neg(slope)?;
                        b.mul(slope, d)
                    }),
                ],
                linear: Linear::Either([Some(|b, ct, y| b.div(ct, y)), None]),
                eval: Kernel::number(|[x, y]| x / y, |[x, y], _| if y == 0 { -1 } else { x / y })
                    .with_complex(|[x, y]| x / y),
            },
            BinaryKind::Rem => Rule {
                name: "rem",
                lowering: Lowering::Op("stablehlo.remainder"),
                partials: [
                    Share(|_, _, _, d| Ok(d)),
                    Share(|b, [x, y], _, d| {
                        let quotient = b.div(x, y)?;
                        let whole = b.trunc(quotient)?;
                        let slope = b.neg(whole)?;
                        b.mul(slope, d)
                    }),
                ],
                linear: Linear::No,
                eval: Kernel::number(|[x, y]| x % y, |[x, y], _| if y == 0 { x } else { x % y }),
            },
            BinaryKind::Max => Rule {
                name: "max",
                lowering: Lowering::Op("stablehlo.maximum"),
                partials: [Share(|b, [x, y], _, d| winner(b, x, y, d)), Share(|b, [x, y], _, d| winner(b, y, x, d))],
                linear: Linear::No,
                eval: Kernel::number(
                    |[x, y]| if x.is_nan() || x > y { x } else { larger_zero(x, y) },
                    |[x, y], _| x.max(y),
                )
                .with_bool(|[x, y]| x | y),
            },
            BinaryKind::Min => Rule {
                name: "min",
                lowering: Lowering::Op("stablehlo.minimum"),
                partials: [Share(|b, [x, y], _, d| winner(b, y, x, d)), Share(|b, [x, y], _, d| winner(b, x, y, d))],
                linear: Linear::No,
                eval: Kernel::number(
                    |[x, y]| if x.is_nan() || x < y { x } else { -larger_zero(-x, -y) },
                    |[x, y], _| x.min(y),
                )
                .with_bool(|[x, y]| x & y),
            },
            BinaryKind::Pow => Rule {
                name: "pow",
                lowering: Lowering::Typed(|[x, y]| match x.dtype == y.dtype {
                    true => Lowering::Op("stablehlo.power"),
                    false => Lowering::Composed(|b, [x, y]| {
                        let dtype = b.ty(x).dtype;
                        b.convert(y, dtype).and_then(|y| b.pow(x, y))
                    }),
                }),
                partials: [
                    Share(|b, [x, y], _, d| {
                        // y·x^(y−1). Where y = 0 the integer's is 0, the float's as in JAX NaN at x = 0.
                        let one = b.full_like(y, 1.0)?;
                        let lower = b.sub(y, one)?;
                        let power = b.pow(x, lower)?;
                        let dtype = b.ty(x).dtype;
                        let factor = b.convert(y, dtype)?;
                        let mut slope = b.mul(factor, power)?;
                        if factor != y {
                            let (zero, none) = (b.full_like(y, 0.0)?, b.full_like(slope, 0.0)?);
                            let constant = b.eq(y, zero)?;
                            slope = b.select(constant, none, slope)?;
                        }
                        b.mul(d, slope)
                    }),
                    Share(|b, [x, _], z, d| {
                        // log(x)·z, with log(0) replaced by log(1) so that 0^y has slope 0.
                        let (zero, one) = (b.full_like(x, 0.0)?, b.full_like(x, 1.0)?);
                        let is_zero = b.eq(x, zero)?;
                        let base = b.select(is_zero, one, x)?;
                        let log = b.log(base)?;
                        let slope = b.mul(log, z)?;
                        b.mul(d, slope)
                    }),
                ],
                linear: Linear::No,
                eval: Kernel::number(|[x, y]| x.powf(y), int_pow).with_complex(|[x, y]| x.powc(y)),
            },
            BinaryKind::Atan2 => Rule {
                name: "atan2",
                lowering: Lowering::Op("stablehlo.atan2"),
                partials: [
                    Share(|b, [x, y], _, d| {
                        let norm = square_norm(b, x, y)?;
                        let slope = b.div(y, norm)?;
                        b.mul(d, slope)
                    }),
                    Share(|b, [x, y], _, d| {
                        let norm = square_norm(b, x, y)?;
                        let slope = b.div(x, norm)?;
                        let slope = b.neg(slope)?;
                        b.mul(d, slope)
                    }),
                ],
                linear: Linear::No,
                eval: Kernel::float(|[x, y]| x.atan2(y)),
            },
            BinaryKind::And => bitwise("and", "stablehlo.and", Kernel::bits(|[x, y], _| x & y, |[x, y]| x & y)),
            BinaryKind::Or => bitwise("or", "stablehlo.or", Kernel::bits(|[x, y], _| x | y, |[x, y]| x | y)),
            BinaryKind::Xor => bitwise("xor", "stablehlo.xor", Kernel::bits(|[x, y], _| x ^ y, |[x, y]| x ^ y)),
            BinaryKind::ShiftLeft => bitwise(
                "shift_left",
                "stablehlo.shift_left",
                Kernel::int(|[x, y], int| shift(y, int).map_or(0, |y| x << y)),
            ),
            BinaryKind::ShiftRightLogical => bitwise(
                "shift_right_logical",
                "stablehlo.shift_right_logical",
                Kernel::int(|[x, y], int| shift(y, int).map_or(0, |y| (int.unsigned(x) >> y) as i128)),
            ),
            BinaryKind::ShiftRightArithmetic => bitwise(
                "shift_right_arithmetic",
                "stablehlo.shift_right_arithmetic",
                Kernel::int(|[x, y], int| int.reinterpret_signed(x) >> shift(y, int).unwrap_or(int.bits - 1)),
            ),
            BinaryKind::Polygamma => Rule {
                name: "polygamma",
                lowering: Lowering::Op("chlo.polygamma"),
                partials: [
                    Missing,
                    Share(|b, [n, x], _, d| {
                        let next = b.add_scalar(n, 1.0)?;
                        let slope = b.polygamma(next, x)?;
                        b.mul(d, slope)
                    }),
                ],
                linear: Linear::No,
                eval: Kernel::float(|[n, x]| special::polygamma(n, x)),
            },
            BinaryKind::Zeta => Rule {
                name: "zeta",
                lowering: Lowering::Op("chlo.zeta"),
                partials: [Missing, Missing],
                linear: Linear::No,
                eval: Kernel::float(|[s, q]| special::zeta(s, q)),
            },
            BinaryKind::Igamma => Rule {
                name: "igamma",
                lowering: Lowering::Composed(special::compose_igamma),
                partials: [
                    Share(|b, [a, x], _, d| b.igamma_grad_a(a, x).and_then(|slope| b.mul(d, slope))),
                    Share(|b, [a, x], _, d| gamma_density(b, a, x).and_then(|slope| b.mul(d, slope))),
                ],
                linear: Linear::No,
                eval: Kernel::float(|[a, x]| special::igamma(a, x)),
            },
            BinaryKind::Igammac => Rule {
                name: "igammac",
                lowering: Lowering::Composed(special::compose_igammac),
                partials: [
                    Share(|b, [a, x], _, d| {
                        let slope = b.igamma_grad_a(a, x)?;
                        let share = b.mul(d, slope)?;
                        b.neg(share)
                    }),
                    Share(|b, [a, x], _, d| {
                        let slope = gamma_density(b, a, x)?;
                        let share = b.mul(d, slope)?;
                        b.neg(share)
                    }),
                ],
                linear: Linear::No,
                eval: Kernel::float(|[a, x]| special::igammac(a, x)),
            },
            BinaryKind::IgammaGradA => Rule {
                name: "igamma_grad_a",
                lowering: Lowering::Composed(special::compose_igamma_grad_a),
                partials: [Missing, Missing],
                linear: Linear::No,
                eval: Kernel::float(|[a, x]| special::igamma_grad_a(a, x)),
            },
            BinaryKind::RandomGammaGrad => Rule {
                name: "random_gamma_grad",
                lowering: Lowering::Composed(special::compose_random_gamma_grad),
                partials: [Missing, Missing],
                linear: Linear::No,
                eval: Kernel::float(|[a, x]| special::random_gamma_grad(a, x)),
            },
        }
    }
}

/// The density at `x` of the gamma distribution of shape `a`.
fn gamma_density(b: &mut Builder, a: Value, x: Value) -> Result<Value> {
    let (less, log, log_gamma) = (b.add_scalar(a, -1.0)?, b.log(x)?, b.lgamma(a)?);
    let growth = b.mul(less, log)?;
    let exponent = b.sub(growth, x)?;
    let exponent = b.sub(exponent, log_gamma)?;
    b.exp(exponent)
}

fn bitwise(name: &'static str, hlo: &'static str, eval: Kernel<2>) -> Rule {
    Rule { name, lowering: Lowering::Op(hlo), partials: [Derivative::Zero, Derivative::Zero], linear: Linear::No, eval }
}

/// The number of bits to shift by, `None` if the width or more (as unsigned).
fn shift(y: i128, int: IntType) -> Option<u32> {
    u32::try_from(int.unsigned(y)).ok().filter(|&y| y < int.bits)
}

/// `y` unless both are zeros, then the positive one: +0 counts as larger than −0.
fn larger_zero(x: f64, y: f64) -> f64 {
    if x == 0.0 && y == 0.0 && x.is_sign_positive() { x } else { y }
}

/// xʸ by repeated squaring with wrapping; for negative y, 1/xʸ rounded toward zero (for x = 0, −1 as division).
fn int_pow([x, y]: [i128; 2], int: IntType) -> i128 {
    if y < 0 {
        return match x {
            0 => -1,
            1 => 1,
            -1 => 1 - 2 * (y & 1),
            _ => 0,
        };
    }
    let (mut base, mut exponent, mut result) = (int.wrap(x), y, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = int.wrap(base.wrapping_mul(result));
        }
        base = int.wrap(base.wrapping_mul(base));
        exponent >>= 1;
    }
    result
}

/// `d` where x > y, half of it where they are equal, 0 elsewhere.
fn winner(b: &mut Builder, x: Value, y: Value, d: Value) -> Result<Value> {
    let (zero, half, one) = (b.full_like(x, 0.0)?, b.full_like(x, 0.5)?, b.full_like(x, 1.0)?);
    let (greater, equal) = (b.gt(x, y)?, b.eq(x, y)?);
    let tie = b.select(equal, half, zero)?;
    let share = b.select(greater, one, tie)?;
    b.mul(d, share)
}

fn square_norm(b: &mut Builder, x: Value, y: Value) -> Result<Value> {
    let (xx, yy) = (b.mul(x, x)?, b.mul(y, y)?);
    b.add(xx, yy)
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
