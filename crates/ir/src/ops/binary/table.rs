//! What there is to say about each function of two operands.

use std::cmp::Ordering;

use num_complex::Complex64;

use super::super::lowering::Lowering;
use super::super::wide::{IntType, Kernel};
use super::super::{Compare, Comparison, special};
use super::BinaryKind;
use crate::{Builder, DType, Result, Value};

/// The operand's share of the result's tangent, from operands, result and the operand's tangent.
pub(super) type Partial = fn(&mut Builder, xy: [Value; 2], z: Value, d: Value) -> Result<Value>;

/// How the result depends on one operand.
pub(super) enum Derivative {
    /// Not at all, as far as derivatives tell.
    Zero,
    /// By its share of the tangent.
    Share(Partial),
    /// In a way that has no rule.
    Missing,
}

/// A linear operand's cotangent from the result's and the other operand.
pub(super) type Share = fn(&mut Builder, ct: Value, other: Value) -> Result<Value>;

/// Where a function is linear, with the operands' cotangents from the result's.
pub(super) enum Linear {
    /// Nowhere.
    No,
    /// In both operands together.
    Jointly([fn(&mut Builder, ct: Value) -> Result<Value>; 2]),
    /// In one operand while the other, which the rule is given, is known.
    Either([Option<Share>; 2]),
}

/// All about one function.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) lowering: Lowering<2>,
    pub(super) partials: [Derivative; 2],
    pub(super) linear: Linear,
    pub(super) eval: Kernel<2>,
}

impl BinaryKind {
    /// The function on elements.
    pub(crate) fn kernel(self) -> Kernel<2> {
        self.rule().eval
    }

    pub(super) fn rule(self) -> Rule {
        use Derivative::{Missing, Share};
        match self {
            BinaryKind::Add => Rule {
                name: "add",
                // XLA takes the sum of two truth values that it knows for their exclusive or.
                lowering: Lowering::Typed(|[x, _]| match x.dtype {
                    DType::Bool => Lowering::Op("stablehlo.or"),
                    _ => Lowering::Op("stablehlo.add"),
                }),
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
                    // (−d·x)·y⁻², rounded where JAX rounds.
                    Share(|b, [x, y], _, d| {
                        let opposite = b.neg(d)?;
                        let product = b.mul(opposite, x)?;
                        let inverse = b.integer_pow(y, -2)?;
                        b.mul(product, inverse)
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
                lowering: Lowering::Typed(|[x, _]| match x.dtype.is_complex() {
                    true => Lowering::Composed(|b, [x, y]| chosen(b, [x, y], Comparison::Gt)),
                    false => Lowering::Op("stablehlo.maximum"),
                }),
                partials: [
                    Share(|b, [x, y], z, d| winner(b, x, y, z, d)),
                    Share(|b, [x, y], z, d| winner(b, y, x, z, d)),
                ],
                linear: Linear::No,
                eval: Kernel::number(
                    |[x, y]| if x.is_nan() || x > y { x } else { larger_zero(x, y) },
                    |[x, y], _| x.max(y),
                )
                .with_bool(|[x, y]| x | y)
                .with_complex(|[x, y]| if lexicographic(x, y) == Some(Ordering::Greater) { x } else { y }),
            },
            BinaryKind::Min => Rule {
                name: "min",
                lowering: Lowering::Typed(|[x, _]| match x.dtype.is_complex() {
                    true => Lowering::Composed(|b, [x, y]| chosen(b, [x, y], Comparison::Lt)),
                    false => Lowering::Op("stablehlo.minimum"),
                }),
                partials: [
                    Share(|b, [x, y], z, d| winner(b, x, y, z, d)),
                    Share(|b, [x, y], z, d| winner(b, y, x, z, d)),
                ],
                linear: Linear::No,
                eval: Kernel::number(
                    |[x, y]| if x.is_nan() || x < y { x } else { -larger_zero(-x, -y) },
                    |[x, y], _| x.min(y),
                )
                .with_bool(|[x, y]| x & y)
                .with_complex(|[x, y]| if lexicographic(x, y) == Some(Ordering::Less) { x } else { y }),
            },
            BinaryKind::Pow => Rule {
                name: "pow",
                lowering: Lowering::Typed(|[x, y]| match x.dtype == y.dtype {
                    true if x.dtype.is_int() => Lowering::Composed(whole_power),
                    true => Lowering::Op("stablehlo.power"),
                    false => Lowering::Composed(|b, [x, y]| {
                        let dtype = b.ty(x).dtype;
                        b.convert(y, dtype).and_then(|y| b.pow(x, y))
                    }),
                }),
                partials: [
                    Share(|b, [x, y], _, d| {
                        // y·x^(y−1) with a float for y. Where y = 0 the integer's is 0, the float's as in JAX NaN at x = 0.
                        let dtype = b.ty(x).dtype;
                        let exponent = b.convert(y, dtype)?;
                        let one = b.full_like(exponent, 1.0)?;
                        let lower = b.sub(exponent, one)?;
                        let power = b.pow(x, lower)?;
                        if exponent == y {
                            let slope = b.mul(exponent, power)?;
                            return b.mul(d, slope);
                        }
                        let zero = b.full_like(exponent, 0.0)?;
                        let constant = b.eq(exponent, zero)?;
                        let factor = b.select(constant, one, exponent)?;
                        let slope = b.mul(factor, power)?;
                        let slope = b.select(constant, zero, slope)?;
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

/// [`int_pow`] as a composition: of an exponent, XLA looks only at as many bits as the width has binary digits.
fn whole_power(b: &mut Builder, [x, y]: [Value; 2]) -> Result<Value> {
    let dtype = b.ty(x).dtype;
    let (zero, one) = (b.full_like(x, 0.0)?, b.full_like(x, 1.0)?);
    let (mut base, mut power) = (x, one);
    for bit in 0..dtype.bits() {
        let distance = b.full_like(y, f64::from(bit))?;
        let shifted = b.shift_right_logical(y, distance)?;
        let digit = b.and(shifted, one)?;
        let counts = b.ne(digit, zero)?;
        let product = b.mul(power, base)?;
        power = b.select(counts, product, power)?;
        base = b.mul(base, base)?;
    }
    if !dtype.is_signed_int() {
        return Ok(power);
    }
    // 1/xʸ rounded toward zero: powers of 1 and −1 are their own inverses, 1/0 is −1.
    let (magnitude, minus) = (b.abs(x)?, b.neg(one)?);
    let (unit, nothing, negative) = (b.eq(magnitude, one)?, b.eq(x, zero)?, b.lt(y, zero)?);
    let inverse = b.select(nothing, minus, zero)?;
    let inverse = b.select(unit, power, inverse)?;
    b.select(negative, inverse, power)
}

/// `d` where `x` is the extremum `z` of `x` and `y`, half of it where both are, 0 elsewhere.
fn winner(b: &mut Builder, x: Value, y: Value, z: Value, d: Value) -> Result<Value> {
    let (zero, half, one) = (b.full_like(x, 0.0)?, b.full_like(x, 0.5)?, b.full_like(x, 1.0)?);
    let (hit, tie) = (b.eq(x, z)?, b.eq(y, z)?);
    let share = b.select(tie, half, one)?;
    let share = b.select(hit, share, zero)?;
    b.mul(d, share)
}

/// The order of complex numbers by real, then by imaginary parts.
fn lexicographic(x: Complex64, y: Complex64) -> Option<Ordering> {
    if x.re == y.re { x.im.partial_cmp(&y.im) } else { x.re.partial_cmp(&y.re) }
}

/// `x` where it compares to `y` in this order of complex numbers, else `y`: of NaNs only `y`'s are kept, as
/// in JAX.
fn chosen(b: &mut Builder, [x, y]: [Value; 2], comparison: Comparison) -> Result<Value> {
    let (x_re, y_re, x_im, y_im) = (b.real(x)?, b.real(y)?, b.imag(x)?, b.imag(y)?);
    let (same, of_re) = (b.eq(x_re, y_re)?, b.emit1(Compare(comparison), &[x_re, y_re])?);
    let of_im = b.emit1(Compare(comparison), &[x_im, y_im])?;
    let first = b.select(same, of_im, of_re)?;
    b.select(first, x, y)
}

fn square_norm(b: &mut Builder, x: Value, y: Value) -> Result<Value> {
    let (xx, yy) = (b.mul(x, x)?, b.mul(y, y)?);
    b.add(xx, yy)
}
