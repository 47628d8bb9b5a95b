//! Element-wise functions of one operand.

use std::f64::consts::FRAC_2_SQRT_PI;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::lowering::Lowering;
use super::wide::Kernel;
use super::{batching, complex, rules, special};

/// An element-wise function of one operand; the result has the operand's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unary(pub UnaryKind);

macro_rules! unary_kinds {
    ($($(#[$doc:meta])* $method:ident $kind:ident;)*) => {
        /// The functions of the family. Each has one entry in `UnaryKind::rule` that says all about it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum UnaryKind {
            $($(#[$doc])* $kind,)*
        }

        impl UnaryKind {
            /// All kinds.
            pub const ALL: &[UnaryKind] = &[$(UnaryKind::$kind,)*];
        }

        impl Builder {
            $($(#[$doc])*
            ///
            /// # Errors
            /// The element type is outside the function's domain.
            pub fn $method(&mut self, x: Value) -> Result<Value> {
                self.emit1(Unary(UnaryKind::$kind), &[x])
            })*
        }
    };
}

unary_kinds! {
    /// −x.
    neg Neg;
    /// |x| of real numbers.
    real_abs Abs;
    /// −1, 0 or 1 (unsigned: 0 or 1); NaN for NaN, and zeros keep their sign.
    sign Sign;
    /// The largest whole number not above x.
    floor Floor;
    /// The smallest whole number not below x.
    ceil Ceil;
    /// The nearest whole number, halves to even.
    round_even RoundEven;
    /// The nearest whole number, halves away from zero.
    round Round;
    /// eˣ.
    exp Exp;
    /// eˣ − 1, exact for small x.
    expm1 Expm1;
    /// Natural logarithm.
    log Log;
    /// log(1 + x), exact for small x.
    log1p Log1p;
    /// Sine.
    sin Sin;
    /// Cosine.
    cos Cos;
    /// Tangent.
    tan Tan;
    /// Hyperbolic tangent.
    tanh Tanh;
    /// 1 / (1 + e⁻ˣ).
    logistic Logistic;
    /// Square root.
    sqrt Sqrt;
    /// 1 / √x.
    rsqrt Rsqrt;
    /// Cube root.
    cbrt Cbrt;
    /// Inverse sine, in [−π/2, π/2].
    asin Asin;
    /// Inverse cosine, in [0, π].
    acos Acos;
    /// Inverse tangent, in (−π/2, π/2).
    atan Atan;
    /// Hyperbolic sine.
    sinh Sinh;
    /// Hyperbolic cosine.
    cosh Cosh;
    /// Inverse hyperbolic sine.
    asinh Asinh;
    /// Inverse hyperbolic cosine.
    acosh Acosh;
    /// Inverse hyperbolic tangent.
    atanh Atanh;
    /// The error function, 2/√π · ∫₀ˣ e^(−t²) dt.
    erf Erf;
    /// 1 − erf(x), exact for large x.
    erfc Erfc;
    /// The inverse of the error function.
    erf_inv ErfInv;
    /// log |Γ(x)|.
    lgamma Lgamma;
    /// The derivative of log Γ(x).
    digamma Digamma;
    /// e^(−|x|)·I₀(x), the scaled modified Bessel function of order 0.
    bessel_i0e BesselI0e;
    /// e^(−|x|)·I₁(x), the scaled modified Bessel function of order 1.
    bessel_i1e BesselI1e;
    /// Bitwise or logical complement.
    not Not;
    /// Number of one bits.
    population_count PopulationCount;
    /// Number of leading zero bits.
    clz Clz;
}

/// What multiplies (or divides) the operand's tangent, from operand and result.
type Slope = fn(&mut Builder, x: Value, y: Value) -> Result<Value>;

/// The derivative of a function.
enum Derivative {
    /// Zero wherever it exists.
    Zero,
    /// The function is linear: its own derivative, and its own transpose.
    Linear,
    /// The tangent times the slope.
    Times(Slope),
    /// The tangent divided by the inverse slope.
    Over(Slope),
}

/// Everything about one kind.
struct Rule {
    name: &'static str,
    lowering: Lowering<1>,
    derivative: Derivative,
    eval: Kernel<1>,
}

impl Rule {
    const fn new(name: &'static str, hlo: &'static str, derivative: Derivative, eval: Kernel<1>) -> Rule {
        Rule { name, lowering: Lowering::Op(hlo), derivative, eval }
    }
}

impl UnaryKind {
    fn rule(self) -> Rule {
        use Derivative::{Linear, Over, Times, Zero};
        match self {
            UnaryKind::Neg => Rule::new(
                "neg",
                "stablehlo.negate",
                Linear,
                Kernel::number(|[x]| -x, |[x], _| -x).with_complex(|[x]| -x),
            ),
            UnaryKind::Abs => Rule::new(
                "abs",
                "stablehlo.abs",
                // The derivative at 0 is 1.
                Times(|b, x, _| {
                    let (zero, one, minus) = (b.full_like(x, 0.0)?, b.full_like(x, 1.0)?, b.full_like(x, -1.0)?);
                    let positive = b.ge(x, zero)?;
                    b.select(positive, one, minus)
                }),
                Kernel::number(|[x]| x.abs(), |[x], _| x.abs()).signed(),
            ),
            UnaryKind::Sign => Rule {
                name: "sign",
                // StableHLO's has no unsigned integers.
                lowering: Lowering::Typed(|[x]| match x.dtype.is_unsigned_int() {
                    true => Lowering::Composed(|b, [x]| b.full_like(x, 1.0).and_then(|one| b.min(x, one))),
                    false => Lowering::Op("stablehlo.sign"),
                }),
                derivative: Zero,
                eval: Kernel::number(|[x]| if x == 0.0 || x.is_nan() { x } else { x.signum() }, |[x], _| x.signum())
                    .with_complex(|[x]| complex::sign(x)),
            },
            UnaryKind::Floor => Rule::new("floor", "stablehlo.floor", Zero, Kernel::float(|[x]| x.floor())),
            UnaryKind::Ceil => Rule::new("ceil", "stablehlo.ceil", Zero, Kernel::float(|[x]| x.ceil())),
            UnaryKind::RoundEven => {
                Rule::new("round_even", "stablehlo.round_nearest_even", Zero, Kernel::float(|[x]| x.round_ties_even()))
            }
            UnaryKind::Round => Rule::new("round", "stablehlo.round_nearest_afz", Zero, Kernel::float(|[x]| x.round())),
            UnaryKind::Exp => Rule::new(
                "exp",
                "stablehlo.exponential",
                Times(|_, _, y| Ok(y)),
                Kernel::float(|[x]| x.exp()).with_complex(|[x]| x.exp()),
            ),
            UnaryKind::Expm1 => Rule::new(
                "expm1",
                "stablehlo.exponential_minus_one",
                Times(|b, _, y| b.add_scalar(y, 1.0)),
                Kernel::float(|[x]| x.exp_m1()).with_complex(|[x]| complex::expm1(x)),
            ),
            UnaryKind::Log => Rule::new(
                "log",
                "stablehlo.log",
                Over(|_, x, _| Ok(x)),
                Kernel::float(|[x]| x.ln()).with_complex(|[x]| x.ln()),
            ),
            UnaryKind::Log1p => Rule::new(
                "log1p",
                "stablehlo.log_plus_one",
                Over(|b, x, _| b.add_scalar(x, 1.0)),
                Kernel::float(|[x]| x.ln_1p()).with_complex(|[x]| complex::log1p(x)),
            ),
            UnaryKind::Sin => Rule::new(
                "sin",
                "stablehlo.sine",
                Times(|b, x, _| b.cos(x)),
                Kernel::float(|[x]| x.sin()).with_complex(|[x]| x.sin()),
            ),
            UnaryKind::Cos => Rule::new(
                "cos",
                "stablehlo.cosine",
                Times(|b, x, _| b.sin(x).and_then(|sin| b.neg(sin))),
                Kernel::float(|[x]| x.cos()).with_complex(|[x]| x.cos()),
            ),
            UnaryKind::Tan => Rule::new(
                "tan",
                "stablehlo.tan",
                Times(|b, _, y| one_plus_square(b, y)),
                Kernel::float(|[x]| x.tan()).with_complex(|[x]| x.tan()),
            ),
            UnaryKind::Tanh => Rule::new(
                "tanh",
                "stablehlo.tanh",
                Times(|b, _, y| one_minus_square(b, y)),
                Kernel::float(|[x]| x.tanh()).with_complex(|[x]| x.tanh()),
            ),
            UnaryKind::Logistic => Rule {
                name: "logistic",
                lowering: Lowering::Composed(|b, [x]| {
                    let minus = b.neg(x)?;
                    let exp = b.exp(minus)?;
                    let denominator = b.add_scalar(exp, 1.0)?;
                    let one = b.full_like(x, 1.0)?;
                    b.div(one, denominator)
                }),
                derivative: Times(|b, _, y| b.one_minus(y).and_then(|rest| b.mul(y, rest))),
                eval: Kernel::float(|[x]| 1.0 / (1.0 + (-x).exp())).with_complex(|[x]| ((-x).exp() + 1.0).inv()),
            },
            UnaryKind::Sqrt => Rule::new(
                "sqrt",
                "stablehlo.sqrt",
                Times(|b, _, y| b.full_like(y, 0.5).and_then(|half| b.div(half, y))),
                Kernel::float(|[x]| x.sqrt()).with_complex(|[x]| x.sqrt()),
            ),
            UnaryKind::Rsqrt => Rule::new(
                "rsqrt",
                "stablehlo.rsqrt",
                Times(|b, x, y| b.div(y, x).and_then(|ratio| b.mul_scalar(ratio, -0.5))),
                Kernel::float(|[x]| 1.0 / x.sqrt()).with_complex(|[x]| x.sqrt().inv()),
            ),
            UnaryKind::Cbrt => Rule::new(
                "cbrt",
                "stablehlo.cbrt",
                // In the result, not y / x: infinite at 0.
                Times(|b, _, y| b.integer_pow(y, -2).and_then(|power| b.mul_scalar(power, 1.0 / 3.0))),
                Kernel::float(|[x]| x.cbrt()),
            ),
            UnaryKind::Asin => Rule::new(
                "asin",
                "chlo.asin",
                Times(|b, x, _| one_minus_square(b, x).and_then(|rest| b.rsqrt(rest))),
                Kernel::float(|[x]| x.asin()).with_complex(|[x]| x.asin()),
            ),
            UnaryKind::Acos => Rule::new(
                "acos",
                "chlo.acos",
                Times(|b, x, _| {
                    let rest = one_minus_square(b, x)?;
                    let slope = b.rsqrt(rest)?;
                    b.neg(slope)
                }),
                Kernel::float(|[x]| x.acos()).with_complex(|[x]| x.acos()),
            ),
            UnaryKind::Atan => Rule::new(
                "atan",
                "chlo.atan",
                Over(|b, x, _| one_plus_square(b, x)),
                Kernel::float(|[x]| x.atan()).with_complex(|[x]| x.atan()),
            ),
            UnaryKind::Sinh => Rule::new(
                "sinh",
                "chlo.sinh",
                Times(|b, x, _| b.cosh(x)),
                Kernel::float(|[x]| x.sinh()).with_complex(|[x]| x.sinh()),
            ),
            UnaryKind::Cosh => Rule::new(
                "cosh",
                "chlo.cosh",
                Times(|b, x, _| b.sinh(x)),
                Kernel::float(|[x]| x.cosh()).with_complex(|[x]| x.cosh()),
            ),
            UnaryKind::Asinh => Rule::new(
                "asinh",
                "chlo.asinh",
                Times(|b, x, _| one_plus_square(b, x).and_then(|sum| b.rsqrt(sum))),
                Kernel::float(|[x]| x.asinh()).with_complex(|[x]| x.asinh()),
            ),
            UnaryKind::Acosh => Rule::new(
                "acosh",
                "chlo.acosh",
                Times(|b, x, _| {
                    let xx = b.mul(x, x)?;
                    let less = b.add_scalar(xx, -1.0)?;
                    b.rsqrt(less)
                }),
                Kernel::float(|[x]| x.acosh()).with_complex(|[x]| x.acosh()),
            ),
            UnaryKind::Atanh => Rule::new(
                "atanh",
                "chlo.atanh",
                Over(|b, x, _| one_minus_square(b, x)),
                Kernel::float(|[x]| x.atanh()).with_complex(|[x]| x.atanh()),
            ),
            UnaryKind::Erf => {
                Rule::new("erf", "chlo.erf", Times(|b, x, _| bell(b, x)), Kernel::float(|[x]| libm::erf(x)))
            }
            UnaryKind::Erfc => Rule::new(
                "erfc",
                "chlo.erfc",
                Times(|b, x, _| bell(b, x).and_then(|slope| b.neg(slope))),
                Kernel::float(|[x]| libm::erfc(x)),
            ),
            UnaryKind::ErfInv => Rule::new(
                "erf_inv",
                "chlo.erf_inv",
                Over(|b, _, y| bell(b, y)),
                Kernel::float(|[x]| special::erf_inv(x)),
            ),
            UnaryKind::Lgamma => {
                Rule::new("lgamma", "chlo.lgamma", Times(|b, x, _| b.digamma(x)), Kernel::float(|[x]| libm::lgamma(x)))
            }
            UnaryKind::Digamma => Rule {
                name: "digamma",
                // Plugins disagree about the pole at 0: some give −∞, JAX's NaN as at the other poles.
                lowering: Lowering::Then("chlo.digamma", |b, [x], y| {
                    let (zero, nan) = (b.full_like(x, 0.0)?, b.full_like(x, f64::NAN)?);
                    let pole = b.eq(x, zero)?;
                    b.select(pole, nan, y)
                }),
                derivative: Times(|b, x, _| b.full_like(x, 1.0).and_then(|one| b.polygamma(one, x))),
                eval: Kernel::float(|[x]| special::digamma(x)),
            },
            UnaryKind::BesselI0e => Rule {
                name: "bessel_i0e",
                lowering: Lowering::Composed(special::compose_i0e),
                derivative: Times(|b, x, y| {
                    let (i1e, sign) = (b.bessel_i1e(x)?, b.sign(x)?);
                    let decay = b.mul(sign, y)?;
                    b.sub(i1e, decay)
                }),
                eval: Kernel::float(|[x]| special::i0e(x)),
            },
            UnaryKind::BesselI1e => Rule::new(
                "bessel_i1e",
                "chlo.bessel_i1e",
                Times(|b, x, y| {
                    // Near 0, where y/x cannot be computed, the slope is ½.
                    let dtype = b.ty(x).dtype;
                    let (epsilon, half) = (b.full_like(x, dtype.epsilon())?, b.full_like(x, 0.5)?);
                    let magnitude = b.abs(x)?;
                    let regular = b.gt(magnitude, epsilon)?;
                    let safe = b.select(regular, x, epsilon)?;
                    let (i0e, sign) = (b.bessel_i0e(safe)?, b.sign(safe)?);
                    let (decay, ratio) = (b.mul(y, sign)?, b.div(y, safe)?);
                    let slope = b.sub(i0e, decay)?;
                    let slope = b.sub(slope, ratio)?;
                    b.select(regular, slope, half)
                }),
                Kernel::float(|[x]| special::i1e(x)),
            ),
            UnaryKind::Not => Rule::new("not", "stablehlo.not", Zero, Kernel::bits(|[x], _| !x, |[x]| !x)),
            UnaryKind::PopulationCount => Rule::new(
                "population_count",
                "stablehlo.popcnt",
                Zero,
                Kernel::int(|[x], int| int.unsigned(x).count_ones().into()),
            ),
            UnaryKind::Clz => Rule::new(
                "clz",
                "stablehlo.count_leading_zeros",
                Zero,
                Kernel::int(|[x], int| i128::from(int.unsigned(x).leading_zeros()) - i128::from(128 - int.bits)),
            ),
        }
    }
}

fn one_plus_square(b: &mut Builder, x: Value) -> Result<Value> {
    let xx = b.mul(x, x)?;
    b.add_scalar(xx, 1.0)
}

fn one_minus_square(b: &mut Builder, x: Value) -> Result<Value> {
    let xx = b.mul(x, x)?;
    b.one_minus(xx)
}

/// The derivative of the error function, 2/√π · e^(−x²).
fn bell(b: &mut Builder, x: Value) -> Result<Value> {
    let xx = b.mul(x, x)?;
    let exponent = b.neg(xx)?;
    let exp = b.exp(exponent)?;
    b.mul_scalar(exp, FRAC_2_SQRT_PI)
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
        if !self.0.rule().eval.defined_on(x.dtype) {
            return Err(IrError::ty(self.name(), format!("is not defined for {}", x.dtype), operands));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let y = b.emit1(*self, primals)?;
        let (&[x], &[Some(dx)]) = (primals, tangents) else {
            return Ok((vec![y], vec![None]));
        };
        let tangent = match self.0.rule().derivative {
            Derivative::Zero => None,
            Derivative::Linear => Some(b.emit1(*self, &[dx])?),
            Derivative::Times(slope) => {
                let slope = slope(b, x, y)?;
                Some(b.mul(dx, slope)?)
            }
            Derivative::Over(slope) => {
                let slope = slope(b, x, y)?;
                Some(b.div(dx, slope)?)
            }
        };
        Ok((vec![y], vec![tangent]))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        match self.0.rule().derivative {
            Derivative::Linear => rules::linear_transpose(cotangents, operands, |ct, _| b.emit1(*self, &[ct])),
            _ => rules::not_linear(self.name(), b),
        }
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        self.0.rule().lowering.emit(self.name(), e, operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(self.name(), operands)?;
        Ok(vec![self.0.rule().eval.map(self.name(), [x])?])
    }
}
