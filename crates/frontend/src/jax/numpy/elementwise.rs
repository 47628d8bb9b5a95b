//! Element by element.

use crate::error::Result;
use crate::jax::arguments::{Call, FALSE, NONE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::ops::is_inexact;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// Functions that `jax.numpy` and `keras.ops` have in common.
pub(crate) static SHARED: &[&FunctionDecl] = tensor_functions! {
    "abs" | "absolute": [(x)] "The absolute value." => |c| c.unary(Tracer::magnitude);
    "fabs": [(x)] "The absolute value, in floating point." => |c| c.unary(|t, x| { let x = t.to_float(x)?; t.abs(&x) });
    "exp": [(x)] "e to the power x." => |c| c.unary(Tracer::exp);
    "exp2": [(x)] "2 to the power x." => |c| c.unary(Tracer::exp2);
    "expm1": [(x)] "exp(x) - 1." => |c| c.unary(Tracer::expm1);
    "log": [(x)] "The natural logarithm." => |c| c.unary(Tracer::log);
    "log1p": [(x)] "log(1 + x)." => |c| c.unary(Tracer::log1p);
    "log2": [(x)] "The logarithm to base 2." => |c| c.unary(Tracer::log2);
    "log10": [(x)] "The logarithm to base 10." => |c| c.unary(Tracer::log10);
    "logaddexp": [(x1) (x2)] "log(exp(x1) + exp(x2))." => |c| c.binary(Tracer::logaddexp);
    "logaddexp2": [(x1) (x2)] "log2(2**x1 + 2**x2)." => |c| c.binary(Tracer::logaddexp2);
    "sqrt": [(x)] "The square root." => |c| c.unary(Tracer::sqrt);
    "cbrt": [(x)] "The cube root." => |c| c.unary(Tracer::cbrt);
    "square": [(x)] "The square." => |c| c.unary(Tracer::square);
    "reciprocal": [(x)] "One over x." => |c| c.unary(Tracer::reciprocal);
    "sin": [(x)] "The sine." => |c| c.unary(Tracer::sin);
    "cos": [(x)] "The cosine." => |c| c.unary(Tracer::cos);
    "tan": [(x)] "The tangent." => |c| c.unary(Tracer::tan);
    "arcsin" | "asin": [(x)] "The inverse of the sine." => |c| c.unary(Tracer::asin);
    "arccos" | "acos": [(x)] "The inverse of the cosine." => |c| c.unary(Tracer::acos);
    "arctan" | "atan": [(x)] "The inverse of the tangent." => |c| c.unary(Tracer::atan);
    "arctan2" | "atan2": [(x1) (x2)] "The angle of the point (x2, x1)." => |c| c.binary(Tracer::angle_of);
    "sinh": [(x)] "The hyperbolic sine." => |c| c.unary(Tracer::sinh);
    "cosh": [(x)] "The hyperbolic cosine." => |c| c.unary(Tracer::cosh);
    "tanh": [(x)] "The hyperbolic tangent." => |c| c.unary(Tracer::tanh);
    "arcsinh" | "asinh": [(x)] "The inverse of the hyperbolic sine." => |c| c.unary(Tracer::asinh);
    "arccosh" | "acosh": [(x)] "The inverse of the hyperbolic cosine." => |c| c.unary(Tracer::acosh);
    "arctanh" | "atanh": [(x)] "The inverse of the hyperbolic tangent." => |c| c.unary(Tracer::atanh);
    "hypot": [(x1) (x2)] "The hypotenuse of a right triangle." => |c| c.binary(Tracer::hypot);
    "sinc": [(x)] "sin(pi x) / (pi x)." => |c| c.unary(Tracer::sinc);
    "deg2rad" | "radians": [(x)] "Degrees in radians." => |c| c.unary(Tracer::deg2rad);
    "rad2deg" | "degrees": [(x)] "Radians in degrees." => |c| c.unary(Tracer::rad2deg);
    "sign": [(x)] "-1, 0 or 1." => |c| c.unary(Tracer::sign);
    "signbit": [(x)] "Whether the sign bit is set." => |c| c.unary(Tracer::signbit);
    "copysign": [(x1) (x2)] "The magnitude of the first with the sign of the second." => |c| c.binary(Tracer::copysign);
    "heaviside": [(x1) (x2)] "0 below 0, 1 above, x2 at 0." => |c| c.binary(Tracer::heaviside);
    "trunc": [(x)] "Without the fraction." => |c| c.unary(truncated);
    "positive": [(x)] "The number itself." => |c| c.tensor("x");
    "fmod": [(x1) (x2)] "The remainder with the dividend's sign." => |c| c.binary(Tracer::fmod);
    "divmod": [(x1) (x2)] "Quotient rounded down and remainder." => |c| {
        let (x, y) = (c.tensor("x1")?, c.tensor("x2")?);
        c.t().divmod(&x, &y)
    };
    "ldexp": [(x1) (x2)] "x1 times 2 to the power x2." => |c| c.binary(Tracer::ldexp);
    "maximum": [(x1) (x2)] "The larger of two." => |c| c.binary(Tracer::maximum);
    "minimum": [(x1) (x2)] "The smaller of two." => |c| c.binary(Tracer::minimum);
    "fmax": [(x1) (x2)] "The larger of two, ignoring NaN." => |c| c.binary(Tracer::fmax);
    "fmin": [(x1) (x2)] "The smaller of two, ignoring NaN." => |c| c.binary(Tracer::fmin);
    "logical_and": [(x1) (x2)] "Whether both are true." => |c| c.binary(Tracer::logical_and);
    "logical_or": [(x1) (x2)] "Whether one is true." => |c| c.binary(Tracer::logical_or);
    "logical_xor": [(x1) (x2)] "Whether exactly one is true." => |c| c.binary(Tracer::logical_xor);
    "logical_not": [(x)] "Whether it is false." => |c| c.unary(Tracer::logical_not);
    "gcd": [(x1) (x2)] "The greatest common divisor." => |c| c.binary(Tracer::gcd);
    "lcm": [(x1) (x2)] "The least common multiple." => |c| c.binary(Tracer::lcm);
    "nextafter": [(x1) (x2)] "The next number from x1 toward x2." => |c| c.binary(Tracer::next_after);
    "isnan": [(x)] "Whether each is NaN." => |c| c.unary(Tracer::isnan);
    "isinf": [(x)] "Whether each is infinite." => |c| c.unary(Tracer::isinf);
    "isposinf": [(x)] "Whether each is plus infinity." => |c| c.unary(Tracer::isposinf);
    "isneginf": [(x)] "Whether each is minus infinity." => |c| c.unary(Tracer::isneginf);
    "isfinite": [(x)] "Whether each is neither infinite nor NaN." => |c| c.unary(Tracer::is_finite);
    "bitwise_invert" | "invert": [(x)] "The complement of the bits." => |c| c.unary(Tracer::not);
    "left_shift" | "bitwise_left_shift": [(x) (y)] "Bits moved to higher places." => |c| c.binary(Tracer::shift_left);
    "right_shift" | "bitwise_right_shift": [(x) (y)] "Bits moved to lower places." => |c| c.binary(Tracer::shift_right);
    "i0": [(x)] "The modified Bessel function of order 0." => |c| c.unary(Tracer::bessel_i0);
};

/// Functions of `jax.numpy` whose arguments or results differ from Keras's.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "floor": [(x)] "Rounded down." => |c| c.unary(|t, x| if is_inexact(x.dtype()) { t.floor(x) } else { Ok(x.clone()) });
    "ceil": [(x)] "Rounded up." => |c| c.unary(|t, x| if is_inexact(x.dtype()) { t.ceil(x) } else { Ok(x.clone()) });
    "rint": [(x)] "The nearest whole number, halves to even." => |c| c.unary(Tracer::rint);
    "round" | "around": [(a) (decimals = int(0))] "The nearest multiple of a power of ten." => round;
    "fix": [(x)] "Rounded toward zero." => |c| c.unary(truncated);
    "float_power": [(x) (y)] "A power in floating point." => |c| c.binary(Tracer::float_power);
    "bitwise_count": [(x)] "How many bits are set." => |c| c.unary(Tracer::bitwise_count);
    "spacing": [(x)] "The distance to the next number away from zero." => |c| c.unary(Tracer::spacing);
    "frexp": [(x)] "Fraction and exponent of 2." => |c| {
        let x = c.tensor("x")?;
        c.t().frexp(&x)
    };
    "modf": [(x)] "Fraction and whole part." => |c| {
        let x = c.tensor("x")?;
        c.t().modf(&x)
    };
    "where": [(condition) (x = NONE) (y = NONE) (size = NONE) (fill_value = NONE)]
        "Elements of the first where the condition holds, of the second elsewhere." => |c| choose(c, "x", "y");
    "clip": [(arr) (min = NONE) (max = NONE)] "Limited to a range." => |c| clip(c, "arr", "min", "max");
    "nan_to_num": [(x) (copy = Default::Bool(true)) (nan = Default::Float(0.0)) (posinf = NONE) (neginf = NONE)]
        "With NaN and infinities replaced." => nan_to_num;
    "isclose": [(a) (b) (rtol = Default::Float(1e-5)) (atol = Default::Float(1e-8)) (equal_nan = FALSE)]
        "Whether each pair is equal within a tolerance." => |c| close(c, "a", "b");
    "allclose": [(a) (b) (rtol = Default::Float(1e-5)) (atol = Default::Float(1e-8)) (equal_nan = FALSE)]
        "Whether all pairs are equal within a tolerance." => |c| all_close(c, "a", "b");
    "select": [(condlist) (choicelist) (default = int(0))] "Elements of the first choice whose condition holds." => select;
    "unwrap": [(p) (discont = NONE) (axis = int(-1)) (period = Default::Float(std::f64::consts::TAU))]
        "Without jumps of a whole period along an axis." => unwrap;
};

/// Without the fraction; integers stay as they are.
fn truncated(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    if is_inexact(x.dtype()) { t.truncate(x) } else { Ok(x.clone()) }
}

/// `round` of either library.
pub(crate) fn round(c: &mut Call<'_>) -> Result<Tensor> {
    let x = c.tensor(if c.args.has("a") { "a" } else { "x" })?;
    let decimals = c.int("decimals")?;
    c.t().round(&x, decimals)
}

/// `where` of either library: with one argument, the places where it holds.
pub(crate) fn choose(c: &mut Call<'_>, first: &str, second: &str) -> Result<Value> {
    match (c.some(first)?, c.some(second)?) {
        (None, None) => super::searching::nonzero(c, "condition"),
        (Some(_), Some(_)) => {
            let (condition, x, y) = (c.tensor("condition")?, c.tensor(first)?, c.tensor(second)?);
            c.t().select(&condition, &x, &y).map(Value::Tensor)
        }
        _ => Err(crate::error::Error::argument(format!("where() takes `{first}` and `{second}`, or neither"))),
    }
}

/// `clip` of either library; a bound may be `None`.
pub(crate) fn clip(c: &mut Call<'_>, name: &str, low: &str, high: &str) -> Result<Tensor> {
    let mut x = c.tensor(name)?;
    if let Some(low) = c.optional(low)? {
        x = c.t().maximum(&low, &x)?;
    }
    if let Some(high) = c.optional(high)? {
        x = c.t().minimum(&high, &x)?;
    }
    Ok(x)
}

/// `nan_to_num` of either library.
pub(crate) fn nan_to_num(c: &mut Call<'_>) -> Result<Tensor> {
    let (x, nan) = (c.tensor("x")?, c.tensor("nan")?);
    let (high, low) = (c.optional("posinf")?, c.optional("neginf")?);
    c.t().nan_to_num(&x, &nan, high.as_ref(), low.as_ref())
}

/// `isclose` of either library.
pub(crate) fn close(c: &mut Call<'_>, a: &str, b: &str) -> Result<Tensor> {
    let (a, b) = (c.tensor(a)?, c.tensor(b)?);
    let (rtol, atol, equal_nan) = (c.tensor("rtol")?, c.tensor("atol")?, c.flag("equal_nan")?);
    c.t().isclose(&a, &b, &rtol, &atol, equal_nan)
}

/// `allclose` of either library.
pub(crate) fn all_close(c: &mut Call<'_>, a: &str, b: &str) -> Result<Tensor> {
    let close = close(c, a, b)?;
    let axes: Vec<usize> = (0..close.rank()).collect();
    c.t().all(&close, &axes, false)
}

/// `select` of either library.
pub(crate) fn select(c: &mut Call<'_>) -> Result<Tensor> {
    let (conditions, choices) = (c.some_tensors("condlist")?, c.some_tensors("choicelist")?);
    if conditions.len() != choices.len() {
        return Err(c.invalid("choicelist", &format!("a list of {} choices, one per condition", conditions.len())));
    }
    let mut found = c.tensor("default")?;
    for (condition, choice) in conditions.iter().zip(&choices).rev() {
        found = c.t().select(condition, choice, &found)?;
    }
    Ok(found)
}

fn unwrap(c: &mut Call<'_>) -> Result<Tensor> {
    let p = c.tensor("p")?;
    let axis = c.axis("axis", p.rank())?;
    let period = c.tensor("period")?;
    let limit = c.optional("discont")?;
    let t = c.t();
    let p = if is_inexact(p.dtype()) || !is_inexact(period.dtype()) { p } else { t.to_float(&p)? };
    let n = p.shape().get(axis).copied().unwrap_or(0);
    if n < 2 {
        return Ok(p);
    }
    let (head, tail) = (t.slice_axis(&p, axis, 0, n - 1)?, t.slice_axis(&p, axis, 1, n)?);
    let limit = match limit {
        Some(limit) => limit,
        None => t.compute([&period], |[period]| period / 2.0)?,
    };
    let steps = t.compute([&head, &tail, &period, &limit], |[head, tail, period, limit]| {
        let jump = tail - head;
        let half = period / 2.0;
        let wrapped = (jump + half).with(period, |t, x, y| t.remainder(x, y)) - half;
        let wrapped = wrapped.eq(-half).and(jump.gt(0)).select(half, wrapped);
        jump.abs().lt(limit).select(0.0, wrapped - jump)
    })?;
    let shift = t.cumsum(&steps, axis)?;
    let moved = t.add(&tail, &shift)?;
    let first = t.slice_axis(&p, axis, 0, 1)?;
    t.concatenate(&[first, moved], axis)
}

/// The parts of complex numbers; real numbers are their own.
pub(crate) static PARTS: &[&FunctionDecl] = tensor_functions! {
    "real": [(val)] "The real part." => |c| c.unary(|t, x| t.build1(&[x], |b, v| b.real(v[0])));
    "imag": [(val)] "The imaginary part." => |c| c.unary(|t, x| t.build1(&[x], |b, v| b.imag(v[0])));
    "conj" | "conjugate": [(x)] "The conjugate." => |c| c.unary(|t, x| t.build1(&[x], |b, v| b.conj(v[0])));
    "angle": [(z) (deg = FALSE)] "The angle in the complex plane." => |c| {
        let degrees = c.args.has("deg") && c.flag("deg")?;
        let angle = c.unary(Tracer::phase)?;
        if degrees { c.t().rad2deg(&angle) } else { Ok(angle) }
    };
    "isreal": [(x)] "Whether the imaginary part is 0." => |c| c.unary(|t, x| {
        let imag = t.build1(&[x], |b, v| b.imag(v[0]))?;
        t.compute([&imag], |[y]| y.eq(0))
    });
    "iscomplex": [(x)] "Whether the imaginary part is not 0." => |c| c.unary(|t, x| {
        let imag = t.build1(&[x], |b, v| b.imag(v[0]))?;
        t.compute([&imag], |[y]| y.ne(0))
    });
};
