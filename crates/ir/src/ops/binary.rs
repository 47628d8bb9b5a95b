//! Element-wise functions of two operands of one type.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Builder, IrError, Operand, Primitive, Result, TensorType, Value};

use super::rules;
use super::wide::{IntType, Kernel};

/// An element-wise function of two operands of one type, which is also the result's. There is no
/// implicit broadcasting and no promotion here; both are explicit equations.
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
}

/// The operand's share of the result's tangent, from operands, result and the operand's tangent.
type Partial = fn(&mut Builder, xy: [Value; 2], z: Value, d: Value) -> Result<Value>;

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
    hlo: &'static str,
    /// `None` is zero everywhere.
    partials: [Option<Partial>; 2],
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
    ];

    /// The function on elements.
    pub(crate) fn kernel(self) -> Kernel<2> {
        self.rule().eval
    }

    fn rule(self) -> Rule {
        match self {
            BinaryKind::Add => Rule {
                name: "add",
                hlo: "stablehlo.add",
                partials: [Some(|_, _, _, d| Ok(d)), Some(|_, _, _, d| Ok(d))],
                linear: Linear::Jointly([|_, ct| Ok(ct), |_, ct| Ok(ct)]),
                eval: Kernel::number(|[x, y]| x + y, |[x, y], _| x + y).with_bool(|[x, y]| x | y),
            },
            BinaryKind::Sub => Rule {
                name: "sub",
                hlo: "stablehlo.subtract",
                partials: [Some(|_, _, _, d| Ok(d)), Some(|b, _, _, d| b.neg(d))],
                linear: Linear::Jointly([|_, ct| Ok(ct), |b, ct| b.neg(ct)]),
                eval: Kernel::number(|[x, y]| x - y, |[x, y], _| x - y),
            },
            BinaryKind::Mul => Rule {
                name: "mul",
                hlo: "stablehlo.multiply",
                partials: [Some(|b, [_, y], _, d| b.mul(d, y)), Some(|b, [x, _], _, d| b.mul(x, d))],
                linear: Linear::Either([Some(|b, ct, y| b.mul(ct, y)), Some(|b, ct, x| b.mul(x, ct))]),
                eval: Kernel::number(|[x, y]| x * y, |[x, y], _| x.wrapping_mul(y)).with_bool(|[x, y]| x & y),
            },
            BinaryKind::Div => Rule {
                name: "div",
                hlo: "stablehlo.divide",
                partials: [
                    Some(|b, [_, y], _, d| b.div(d, y)),
                    Some(|b, [_, y], z, d| {
                        let slope = b.div(z, y)?;
                        let slope = b.neg(slope)?;
                        b.mul(slope, d)
                    }),
                ],
                linear: Linear::Either([Some(|b, ct, y| b.div(ct, y)), None]),
                eval: Kernel::number(|[x, y]| x / y, |[x, y], _| if y == 0 { -1 } else { x / y }),
            },
            BinaryKind::Rem => Rule {
                name: "rem",
                hlo: "stablehlo.remainder",
                partials: [
                    Some(|_, _, _, d| Ok(d)),
                    Some(|b, [x, y], _, d| {
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
                hlo: "stablehlo.maximum",
                partials: [Some(|b, [x, y], _, d| winner(b, x, y, d)), Some(|b, [x, y], _, d| winner(b, y, x, d))],
                linear: Linear::No,
                eval: Kernel::number(
                    |[x, y]| if x.is_nan() || x > y { x } else { larger_zero(x, y) },
                    |[x, y], _| x.max(y),
                )
                .with_bool(|[x, y]| x | y),
            },
            BinaryKind::Min => Rule {
                name: "min",
                hlo: "stablehlo.minimum",
                partials: [Some(|b, [x, y], _, d| winner(b, y, x, d)), Some(|b, [x, y], _, d| winner(b, x, y, d))],
                linear: Linear::No,
                eval: Kernel::number(
                    |[x, y]| if x.is_nan() || x < y { x } else { -larger_zero(-x, -y) },
                    |[x, y], _| x.min(y),
                )
                .with_bool(|[x, y]| x & y),
            },
            BinaryKind::Pow => Rule {
                name: "pow",
                hlo: "stablehlo.power",
                partials: [
                    Some(|b, [x, y], _, d| {
                        // y·x^(y−1), NaN at x = 0, y = 0 as in JAX.
                        let one = b.full_like(y, 1.0)?;
                        let lower = b.sub(y, one)?;
                        let power = b.pow(x, lower)?;
                        let slope = b.mul(y, power)?;
                        b.mul(d, slope)
                    }),
                    Some(|b, [x, _], z, d| {
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
                eval: Kernel::number(|[x, y]| x.powf(y), int_pow),
            },
            BinaryKind::Atan2 => Rule {
                name: "atan2",
                hlo: "stablehlo.atan2",
                partials: [
                    Some(|b, [x, y], _, d| {
                        let norm = square_norm(b, x, y)?;
                        let slope = b.div(y, norm)?;
                        b.mul(d, slope)
                    }),
                    Some(|b, [x, y], _, d| {
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
        }
    }
}

fn bitwise(name: &'static str, hlo: &'static str, eval: Kernel<2>) -> Rule {
    Rule { name, hlo, partials: [None, None], linear: Linear::No, eval }
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
        if x != y {
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
                if let (Some(d), Some(partial)) = (d, partial) {
                    let share = partial(b, [x, y], z, d)?;
                    tangent = rules::sum(b, tangent, Some(share))?;
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

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, self.0.rule().hlo, operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x, y] = rules::arrays(self.name(), operands)?;
        Ok(vec![self.0.rule().eval.map(self.name(), [x, y])?])
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
    /// xʸ.
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
}
