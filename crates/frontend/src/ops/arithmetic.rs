//! Element-wise functions of NumPy that are composed of primitives, with JAX's derivatives at corner points.

use std::f64::consts::{LN_2, LOG10_E, PI};

use keramos_ir::DType;

use super::floats::{bits_of, is_inexact, largest};
use crate::error::{Error, Result};
use crate::trace::{Literal, Tensor, Term, Tracer};

/// What operands are promoted to before a function is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    /// Their common element type.
    Any,
    /// The same, with truth values as integers.
    Number,
    /// The same, with truth values and integers as floats.
    Float,
}

macro_rules! composites {
    ($($(#[$doc:meta])* $domain:ident $name:ident($($x:ident)+) $body:block)*) => {
        impl Tracer {
            $($(#[$doc])*
            pub(crate) fn $name(&mut self, $($x: &Tensor),+) -> Result<Tensor> {
                let [$($x),+] = self.common(Domain::$domain, [$($x),+])?;
                self.compute([$(&$x),+], |[$($x),+]| $body)
            })*
        }
    };
}

composites! {
    /// Logarithm to base 2.
    Float log2(x) { x.log() / LN_2 }
    /// Logarithm to base 10.
    Float log10(x) { x.log() * LOG10_E }
    /// x·π/180.
    Float deg2rad(x) { x * (PI / 180.0) }
    /// x·180/π.
    Float rad2deg(x) { x * (180.0 / PI) }
    /// 1 / x.
    Float reciprocal(x) { x.map(|t, x| t.build1(&[x], |b, v| b.integer_pow(v[0], -1))) }
    /// sin(πx) / (πx), 1 at 0.
    Float sinc(x) {
        let zero = x.eq(0.0);
        let angle = x * PI;
        let safe = zero.select(1.0, angle);
        // The series around 0: its derivatives are the function's there.
        let y = angle * angle;
        let series = 1.0 - y / 6.0 * (1.0 - y / 20.0 * (1.0 - y / 42.0));
        zero.select(series, safe.sin() / safe)
    }
    /// The magnitude of the first with the sign of the second.
    Float copysign(x y) { y.map(|t, y| t.signbit(y)).select(-x.abs(), x.abs()) }
    /// 0 below 0, 1 above, `y` at 0.
    Float heaviside(x y) { x.lt(0).select(0.0, x.gt(0).select(1.0, x.is_nan().select(x, y))) }
    /// √(x² + y²) without overflow.
    Float hypot(x y) {
        let (x, y) = (x.abs(), y.abs());
        let infinite = x.isinf().or(y.isinf());
        let (large, small) = (x.max(y), x.min(y));
        let zero = large.eq(0.0);
        let ratio = small / zero.select(1.0, large);
        let length = zero.select(large, large * (1.0 + ratio.square()).sqrt());
        infinite.select(f64::INFINITY, length)
    }
    /// xʸ in floating point.
    Float float_power(x y) { x.pow(y) }
    /// The fraction-free part.
    Float truncate(x) { x.lt(0).select(x.ceil(), x.floor()) }
    /// The angle of a real number: 0 or π.
    Float real_angle(x) { x.is_nan().select(x, x.lt(0).select(x.number(PI), 0.0)) }
    /// The larger of two, a number rather than NaN.
    Any fmax(x y) { x.gt(y).or(y.is_nan()).select(x, y) }
    /// The smaller of two, a number rather than NaN.
    Any fmin(x y) { x.lt(y).or(y.is_nan()).select(x, y) }
    /// Whether both are not zero.
    Any logical_and(x y) { x.convert(DType::Bool).and(y.convert(DType::Bool)) }
    /// Whether one is not zero.
    Any logical_or(x y) { x.convert(DType::Bool).or(y.convert(DType::Bool)) }
    /// Whether exactly one is not zero.
    Any logical_xor(x y) { x.convert(DType::Bool).xor(y.convert(DType::Bool)) }
    /// Whether it is zero.
    Any logical_not(x) { !x.convert(DType::Bool) }
    /// The remainder with the dividend's sign; x for integers divided by 0.
    Number fmod(x y) { x % nonzero_divisor(y) }
    /// The remainder with the divisor's sign.
    Number remainder(x y) {
        let y = nonzero_divisor(y);
        let rest = x % y;
        let wrong = rest.lt(0).ne(y.lt(0)).and(rest.ne(0));
        wrong.select(rest + y, rest)
    }
    /// The quotient rounded down.
    Number floor_divide(x y) {
        match x.dtype() {
            d if d.is_float() => float_quotient(x, y).0,
            d if d.is_unsigned_int() => truncated_quotient(x, y),
            _ => {
                let quotient = truncated_quotient(x, y);
                let inexact = x.sign().ne(y.sign()).and((x % y).ne(0));
                inexact.select(quotient - 1, quotient)
            }
        }
    }
    /// The whole numbers of bits shifted by, in from the left comes the sign.
    Number shift_right(x y) {
        x.with(y, |t, x, y| match x.dtype().is_unsigned_int() {
            true => t.broadcasted(x, y, |b, x, y| b.shift_right_logical(x, y)),
            false => t.broadcasted(x, y, |b, x, y| b.shift_right_arithmetic(x, y)),
        })
    }
    /// Shifted to higher places.
    Number shift_left(x y) { x.with(y, |t, x, y| t.broadcasted(x, y, |b, x, y| b.shift_left(x, y))) }
    /// How many bits of |x| are set, as `uint8`.
    Number bitwise_count(x) {
        x.abs().map(|t, x| t.build1(&[x], |b, v| b.population_count(v[0]))).convert(DType::U8)
    }
    /// Powers of integers by repeated squaring.
    Number integer_power(x y) {
        let (mut base, mut exponent) = (x, y);
        let mut product = x.eq(0).and(y.ne(0)).select(x.number(0), x.number(1));
        for step in 0..6 {
            product = exponent.and(1).ne(0).select(product * base, product);
            if step < 5 {
                base = base * base;
                exponent = exponent.with(1, |t, x, y| t.common(Domain::Number, [x, y]).and_then(|[x, y]| {
                    t.broadcasted(&x, &y, |b, x, y| b.shift_right_logical(x, y))
                }));
            }
        }
        product
    }
}

/// 1 for an integer divisor 0.
fn nonzero_divisor(y: Term<'_>) -> Term<'_> {
    if y.dtype().is_float() { y } else { y.eq(0).select(1, y) }
}

/// Integers divided, rounded toward zero.
pub(super) fn truncated_quotient<'f>(x: Term<'f>, y: Term<'f>) -> Term<'f> {
    x.with(y, |t, x, y| t.broadcasted(x, y, |b, x, y| b.div(x, y)))
}

/// Quotient rounded down and remainder of floats.
fn float_quotient<'f>(x: Term<'f>, y: Term<'f>) -> (Term<'f>, Term<'f>) {
    let rest = x % y;
    let multiple = y.eq(0.0).select(x, x - rest);
    let quotient = multiple / y;
    let wrong = rest.ne(0.0).and(y.sign().ne(rest.sign()));
    let quotient = wrong.select(quotient - 1.0, quotient).map(|t, x| t.round_away(x));
    (quotient, wrong.select(rest + y, rest))
}

impl Tracer {
    /// The operands in their common element type within `domain`; weak if all are.
    pub(crate) fn common<const N: usize>(&mut self, domain: Domain, operands: [&Tensor; N]) -> Result<[Tensor; N]> {
        let (dtype, weak) = self.promoted(operands);
        let dtype = match domain {
            Domain::Number if dtype == DType::Bool => self.default_int(),
            Domain::Float if !is_inexact(dtype) => self.default_float(),
            _ => dtype,
        };
        let mut converted = operands.map(Tensor::clone);
        for x in &mut converted {
            let literal = x.literal();
            *x = self.convert(x, dtype)?.weak_if(weak);
            if let (true, Some(literal)) = (weak, literal) {
                *x = x.clone().with_literal(literal);
            }
        }
        Ok(converted)
    }

    /// Applies builder code to two tensors of one element type, broadcast to one shape.
    pub(crate) fn broadcasted(
        &mut self,
        x: &Tensor,
        y: &Tensor,
        code: fn(
            &mut keramos_ir::Builder,
            keramos_ir::Value,
            keramos_ir::Value,
        ) -> keramos_ir::Result<keramos_ir::Value>,
    ) -> Result<Tensor> {
        let (x, y, weak) = self.operands(x, y)?;
        Ok(self.build1(&[&x, &y], |b, v| code(b, v[0], v[1]))?.weak_if(weak))
    }

    /// Halves away from zero.
    pub(crate) fn round_away(&mut self, x: &Tensor) -> Result<Tensor> {
        self.compute([x], |[x]| {
            let whole = x.map(|t, x| t.truncate(x));
            (x - whole).abs().ge(0.5).select(whole + x.sign(), whole)
        })
    }

    /// Whether the sign bit is set; −0 has it.
    pub(crate) fn signbit(&mut self, x: &Tensor) -> Result<Tensor> {
        if !x.dtype().is_float() {
            return self.compute([x], |[x]| match x.dtype() {
                DType::Bool => x.number(0).convert(DType::Bool).and(x),
                _ => x.lt(0),
            });
        }
        let bits =
            self.build1(&[&x.clone().into_strong()], |b, v| b.bitcast_convert(v[0], bits_of(b.ty(v[0]).dtype)))?;
        self.compute([&bits], |[bits]| bits.lt(0))
    }

    /// Quotient rounded down and remainder.
    pub(crate) fn divmod(&mut self, x: &Tensor, y: &Tensor) -> Result<[Tensor; 2]> {
        let [x, y] = self.common(Domain::Number, [x, y])?;
        if x.dtype().is_float() {
            return self.compute_all([&x, &y], |[x, y]| <[Term<'_>; 2]>::from(float_quotient(x, y)));
        }
        Ok([self.floor_divide(&x, &y)?, self.remainder(&x, &y)?])
    }

    /// Whether each is NaN.
    pub(crate) fn isnan(&mut self, x: &Tensor) -> Result<Tensor> {
        self.ne(x, x)
    }

    /// Whether each is infinite.
    pub(crate) fn isinf(&mut self, x: &Tensor) -> Result<Tensor> {
        self.infinite(x, |x| x.abs().eq(f64::INFINITY))
    }

    /// Whether each is +∞.
    pub(crate) fn isposinf(&mut self, x: &Tensor) -> Result<Tensor> {
        self.infinite(x, |x| x.eq(f64::INFINITY))
    }

    /// Whether each is −∞.
    pub(crate) fn isneginf(&mut self, x: &Tensor) -> Result<Tensor> {
        self.infinite(x, |x| x.eq(f64::NEG_INFINITY))
    }

    fn infinite(&mut self, x: &Tensor, test: impl for<'f> Fn(Term<'f>) -> Term<'f>) -> Result<Tensor> {
        match is_inexact(x.dtype()) {
            true => self.compute([x], |[x]| test(x)),
            false => self.full(&x.ty().with_dtype(DType::Bool), 0.0),
        }
    }

    /// Whether each is neither infinite nor NaN.
    pub(crate) fn is_finite(&mut self, x: &Tensor) -> Result<Tensor> {
        match is_inexact(x.dtype()) {
            true => self.build1(&[x], |b, v| b.is_finite(v[0])),
            false => self.full(&x.ty().with_dtype(DType::Bool), 1.0),
        }
    }

    /// The nearest whole number, halves to even; integers become floats.
    pub(crate) fn rint(&mut self, x: &Tensor) -> Result<Tensor> {
        if !is_inexact(x.dtype()) {
            let float = self.default_float();
            return self.convert(x, float);
        }
        self.round_even(x)
    }

    /// The nearest multiple of 10^−decimals, halves to even.
    pub(crate) fn round(&mut self, x: &Tensor, decimals: i64) -> Result<Tensor> {
        if !is_inexact(x.dtype()) {
            if decimals < 0 {
                return Err(Error::unsupported("rounding integers to negative decimals"));
            }
            return Ok(x.clone());
        }
        if x.dtype().is_complex() {
            let [re, im] = [self.build1(&[x], |b, v| b.real(v[0]))?, self.build1(&[x], |b, v| b.imag(v[0]))?];
            let (re, im) = (self.round(&re, decimals)?, self.round(&im, decimals)?);
            return self.build1(&[&re, &im], |b, v| b.complex(v[0], v[1]));
        }
        if decimals == 0 {
            return self.round_even(x);
        }
        let factor = 10f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX));
        let half = x.dtype().size() == 2;
        let wide = if half { self.convert(x, DType::F32)? } else { x.clone() };
        let rounded = self.compute([&wide], |[x]| {
            let factor = x.number(factor);
            (x * factor).round_even() / factor
        })?;
        if half { self.convert(&rounded, x.dtype()) } else { Ok(rounded) }
    }

    /// x with NaN and infinities replaced; `None` for an infinity is the largest finite number.
    pub(crate) fn nan_to_num(
        &mut self,
        x: &Tensor,
        nan: &Tensor,
        high: Option<&Tensor>,
        low: Option<&Tensor>,
    ) -> Result<Tensor> {
        if !is_inexact(x.dtype()) {
            return Ok(x.clone());
        }
        let largest = largest(x.dtype());
        let mut bound = |given: Option<&Tensor>, default: f64| match given {
            Some(given) => Ok(given.clone()),
            None => self.scalar(x.dtype(), default),
        };
        let (high, low) = (bound(high, largest)?, bound(low, -largest)?);
        let y = self.compute([x, nan, &high, &low], |[x, nan, high, low]| {
            let x = x.is_nan().select(nan, x);
            let x = x.map(|t, x| t.isposinf(x)).select(high, x);
            x.map(|t, x| t.isneginf(x)).select(low, x)
        })?;
        self.convert(&y, x.dtype())
    }

    /// Whether |a − b| ≤ atol + rtol·|b|.
    pub(crate) fn isclose(
        &mut self,
        a: &Tensor,
        b: &Tensor,
        rtol: &Tensor,
        atol: &Tensor,
        equal_nan: bool,
    ) -> Result<Tensor> {
        let [x, y] = self.common(Domain::Any, [a, b])?;
        if !is_inexact(x.dtype()) {
            let [x, y] = self.common(Domain::Float, [&x, &y])?;
            return self.isclose(&x, &y, rtol, atol, false);
        }
        if x.dtype().is_complex() {
            return self.complex_isclose([&x, &y], rtol, atol, equal_nan);
        }
        self.compute([&x, &y, rtol, atol], |[x, y, rtol, atol]| {
            let near = (x - y).abs().le(atol + rtol * y.abs());
            let finite = x.is_finite().and(y.is_finite());
            let close = finite.and(near).or(x.eq(y));
            if equal_nan { close.or(x.is_nan().and(y.is_nan())) } else { close }
        })
    }

    /// The same for complex numbers, whose tolerances are real.
    fn complex_isclose(&mut self, [x, y]: [&Tensor; 2], rtol: &Tensor, atol: &Tensor, nan: bool) -> Result<Tensor> {
        let distance = self.compute([x, y], |[x, y]| (x - y).abs())?;
        let size = self.compute([y], |[y]| y.abs())?;
        let equal = self.compute([x, y], |[x, y]| x.eq(y))?;
        let [real, imag] = [self.build1(&[y], |b, v| b.real(v[0]))?, self.build1(&[y], |b, v| b.imag(v[0]))?];
        let near = self
            .compute([&distance, &size, rtol, atol], |[distance, size, rtol, atol]| distance.le(atol + rtol * size))?;
        let close = self.compute([&near, &equal, &real, &imag], |[near, equal, real, imag]| {
            near.and(real.is_finite()).and(imag.is_finite()).or(equal)
        })?;
        if !nan {
            return Ok(close);
        }
        let both = self.compute([x, y], |[x, y]| x.ne(x).and(y.ne(y)))?;
        self.compute([&close, &both], |[close, both]| close.or(both))
    }

    /// ln(eˣ + eʸ); the derivative is the softmax of both.
    pub(crate) fn logaddexp(&mut self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let [x, y] = self.common(Domain::Float, [x, y])?;
        let (x, y, weak) = self.operands(&x, &y)?;
        let z = self.differentiated_by(
            "logaddexp",
            [&x, &y],
            |t, operands| t.compute(operands, |[x, y]| log_sum(x, y)),
            |t, [x, y], z, [dx, dy]| {
                t.compute([x, y, z, dx, dy], |[x, y, z, dx, dy]| {
                    let total = tamed(z);
                    (tamed(x) - total).exp() * dx + (tamed(y) - total).exp() * dy
                })
            },
        )?;
        Ok(z.weak_if(weak))
    }

    /// log₂(2ˣ + 2ʸ).
    pub(crate) fn logaddexp2(&mut self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let [x, y] = self.common(Domain::Float, [x, y])?;
        self.compute([&x, &y], |[x, y]| (x * LN_2).with(y * LN_2, |t, x, y| t.logaddexp(x, y)) / LN_2)
    }

    /// xʸ as `jnp.power`: a whole number of the program is an exponent of repeated multiplication, integers
    /// stay integers.
    pub(crate) fn power_of(&mut self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        if let Some(exponent) = self.whole_exponent(x, y)? {
            let [x] = self.common(Domain::Number, [x])?;
            if exponent < 0 && !is_inexact(x.dtype()) {
                return Err(Error::argument("integers cannot be raised to a negative power")
                    .help("convert the base to a float first"));
            }
            let exponent = i32::try_from(exponent).map_err(|_| Error::argument("the exponent is too large"))?;
            return match exponent {
                1 => Ok(x),
                2 => self.square(&x),
                _ => self.build1(&[&x], |b, v| b.integer_pow(v[0], exponent)),
            };
        }
        if is_inexact(x.dtype()) && y.dtype().is_int() {
            // The exponent stays whole: its derivatives are those of repeated multiplication.
            let [x] = self.common(Domain::Number, [x])?;
            let shape = super::elementwise::broadcast_shapes(x.shape(), y.shape())?;
            let (base, exponent) = (self.broadcast_to(&x, &shape)?, self.broadcast_to(y, &shape)?);
            let power = self.build1(&[&base, &exponent], |b, v| b.pow(v[0], v[1]))?;
            return Ok(power.weak_if(x.is_weak()));
        }
        let [x, y] = self.common(Domain::Number, [x, y])?;
        if is_inexact(x.dtype()) { self.power(&x, &y) } else { self.integer_power(&x, &y) }
    }

    /// The whole number that the program has for an exponent: one that it writes, and, outside of `jax.jit`, that of
    /// an array of one integer.
    fn whole_exponent(&mut self, x: &Tensor, y: &Tensor) -> Result<Option<i64>> {
        if let Some(Literal::Int(exponent)) = y.literal() {
            return Ok(Some(exponent));
        }
        if !(is_inexact(x.dtype()) && y.dtype().is_int() && y.shape().is_empty()) {
            return Ok(None);
        }
        let known = self.known(y)?;
        Ok(known.and_then(|known| known.array.numbers().first().map(|&number| number as i64)))
    }
}

/// ln(eˣ + eʸ) by the larger.
fn log_sum<'f>(x: Term<'f>, y: Term<'f>) -> Term<'f> {
    let delta = x - y;
    // Not |x - y|, whose slope at 0 favours one of two equal numbers.
    let gap = x.max(y) - x.min(y);
    let sum = x.max(y) + (-gap).exp().log1p();
    delta.is_nan().select(x + y, sum)
}

/// 0 for +∞.
fn tamed(x: Term<'_>) -> Term<'_> {
    x.map(|t, x| t.isposinf(x)).select(0.0, x)
}

impl Tracer {
    /// |x|; truth values and unsigned integers are their own.
    pub(crate) fn magnitude(&mut self, x: &Tensor) -> Result<Tensor> {
        match x.dtype() {
            d if d == DType::Bool || d.is_unsigned_int() => Ok(x.clone()),
            _ => self.abs(x),
        }
    }

    /// The angle in the complex plane; 0 or π for real numbers.
    pub(crate) fn phase(&mut self, x: &Tensor) -> Result<Tensor> {
        if !x.dtype().is_complex() {
            return self.real_angle(x);
        }
        let parts = self.build(&[x], |b, v| Ok(vec![b.imag(v[0])?, b.real(v[0])?]))?;
        match parts.as_slice() {
            [imag, real] => self.atan2(imag, real),
            _ => Err(Error::internal("a complex number has two parts")),
        }
    }

    /// The angle of the point with ordinate `y` and abscissa `x`.
    pub(crate) fn angle_of(&mut self, y: &Tensor, x: &Tensor) -> Result<Tensor> {
        let [y, x] = self.common(Domain::Float, [y, x])?;
        self.atan2(&y, &x)
    }
}

impl Tracer {
    /// The modified Bessel function of the first kind of order 0.
    pub(crate) fn bessel_i0(&mut self, x: &Tensor) -> Result<Tensor> {
        let x = self.to_float(x)?;
        self.compute([&x], |[x]| x.abs().exp() * x.map(|t, x| t.build1(&[x], |b, v| b.bessel_i0e(v[0]))))
    }
}
