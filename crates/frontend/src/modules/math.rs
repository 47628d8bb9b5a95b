//! `math`.

mod gamma;

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use super::{Contents, modules};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::interp::operators::number::{self, Number};
use crate::library::{Bound, Default, FunctionDecl};
use crate::syntax::ast::BinaryOp;
use crate::value::Value;

modules! {
    /// `math`.
    MATH = Contents { python: &[FUNCTIONS], values: constant, value_names: &["pi", "e", "tau", "inf", "nan"], ..Contents::new("math") };
}

fn parts(_: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = number(args, "x")?;
    let fraction = if x.is_infinite() { 0.0 } else { x.fract() };
    Ok(Value::tuple(vec![Value::Float(fraction.copysign(x)), Value::Float(x.trunc())]))
}

/// The constants of `math`.
pub(crate) fn constant(name: &str) -> Option<Value> {
    Some(Value::Float(match name {
        "pi" => std::f64::consts::PI,
        "e" => std::f64::consts::E,
        "tau" => std::f64::consts::TAU,
        "inf" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => return None,
    }))
}

/// The functions of `math`.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "sqrt" [(x)] "The square root." => |_, args| domain(args, |x| x >= 0.0 || x.is_nan(), f64::sqrt);
    "cbrt" [(x)] "The cube root." => |_, args| float(args, f64::cbrt);
    "exp" [(x)] "e to the power x." => |_, args| range(args, f64::exp);
    "exp2" [(x)] "2 to the power x." => |_, args| range(args, f64::exp2);
    "expm1" [(x)] "exp(x) - 1." => |_, args| range(args, f64::exp_m1);
    "log" [(x) (base = Default::None)] "The logarithm, natural unless a base is given." => log;
    "log2" [(x)] "The logarithm to base 2." => |_, args| logarithm(args, f64::log2);
    "log10" [(x)] "The logarithm to base 10." => |_, args| logarithm(args, f64::log10);
    "log1p" [(x)] "log(1 + x)." => |_, args| domain(args, |x| x > -1.0 || x.is_nan(), f64::ln_1p);
    "sin" [(x)] "The sine." => |_, args| domain(args, not_infinite, f64::sin);
    "cos" [(x)] "The cosine." => |_, args| domain(args, not_infinite, f64::cos);
    "tan" [(x)] "The tangent." => |_, args| domain(args, not_infinite, f64::tan);
    "asin" [(x)] "The arc sine." => |_, args| domain(args, |x| x.abs() <= 1.0 || x.is_nan(), f64::asin);
    "acos" [(x)] "The arc cosine." => |_, args| domain(args, |x| x.abs() <= 1.0 || x.is_nan(), f64::acos);
    "atan" [(x)] "The arc tangent." => |_, args| float(args, f64::atan);
    "sinh" [(x)] "The hyperbolic sine." => |_, args| range(args, f64::sinh);
    "cosh" [(x)] "The hyperbolic cosine." => |_, args| range(args, f64::cosh);
    "tanh" [(x)] "The hyperbolic tangent." => |_, args| float(args, f64::tanh);
    "asinh" [(x)] "The inverse of the hyperbolic sine." => |_, args| float(args, f64::asinh);
    "acosh" [(x)] "The inverse of the hyperbolic cosine." => |_, args| domain(args, |x| x >= 1.0 || x.is_nan(), f64::acosh);
    "atanh" [(x)] "The inverse of the hyperbolic tangent." => |_, args| domain(args, |x| x.abs() < 1.0 || x.is_nan(), f64::atanh);
    "degrees" [(x)] "Radians as degrees." => |_, args| float(args, |x| x * (180.0 / std::f64::consts::PI));
    "radians" [(x)] "Degrees as radians." => |_, args| float(args, |x| x * (std::f64::consts::PI / 180.0));
    "fabs" [(x)] "The absolute value as a float." => |_, args| float(args, f64::abs);
    "atan2" [(y) (x)] "The angle of the point (x, y)." => |_, args| pair(args, "y", "x", f64::atan2);
    "copysign" [(x) (y)] "x with the sign of y." => |_, args| pair(args, "x", "y", f64::copysign);
    "modf" [(x)] "The fractional and the whole part." => parts;
    "fmod" [(x) (y)] "The remainder with the sign of x." => |_, args| remainder(args, |x, y| x % y);
    "remainder" [(x) (y)] "The difference from the nearest multiple of y." => |_, args| remainder(args, nearest_remainder);
    "frexp" [(x)] "Mantissa and exponent." => |_, args| {
        let (mantissa, exponent) = mantissa_and_exponent(number(args, "x")?);
        Ok(Value::tuple(vec![Value::Float(mantissa), Value::Int(exponent)]))
    };
    "ldexp" [(x) (i)] "x times 2 to the power i." => ldexp;
    "nextafter" [(x) (y)] "The next float towards y." => |_, args| pair(args, "x", "y", next_after);
    "ulp" [(x)] "The distance to the next larger float." => |_, args| float(args, unit_in_last_place);
    "dist" [(p) (q)] "The distance of two points." => dist;
    "pow" [(x) (y)] "A power of floats." => pow;
    "hypot" [(*coordinates)] "The length of a vector." => hypot;
    "floor" [(x)] "Rounded down to an integer." => |i, args| whole(i, args, f64::floor, "__floor__");
    "ceil" [(x)] "Rounded up to an integer." => |i, args| whole(i, args, f64::ceil, "__ceil__");
    "trunc" [(x)] "Rounded towards zero to an integer." => |i, args| whole(i, args, f64::trunc, "__trunc__");
    "isnan" [(x)] "Whether it is NaN." => |_, args| test(args, f64::is_nan);
    "isinf" [(x)] "Whether it is infinite." => |_, args| test(args, f64::is_infinite);
    "isfinite" [(x)] "Whether it is a finite number." => |_, args| test(args, f64::is_finite);
    "isclose" [(a) (b) (rel_tol = Default::Float(1e-9)) (abs_tol = Default::Float(0.0))] "Whether two numbers are close." => isclose;
    "gcd" [(*integers)] "The greatest common divisor." => gcd;
    "lcm" [(*integers)] "The least common multiple." => lcm;
    "factorial" [(x)] "The factorial." => factorial;
    "comb" [(n) (k)] "Ways to choose k of n." => comb;
    "perm" [(n) (k = Default::None)] "Ways to arrange k of n." => perm;
    "isqrt" [(n)] "The integer square root." => isqrt;
    "prod" [(iterable) (start = Default::Int(1))] "The product of the elements." => prod;
    "erf" [(x)] "The error function." => |_, args| float(args, libm::erf);
    "erfc" [(x)] "1 - erf(x), also where that is small." => |_, args| float(args, libm::erfc);
    "gamma" [(x)] "The gamma function." => |_, args| gamma::gamma(number(args, "x")?).map(Value::Float);
    "lgamma" [(x)] "The logarithm of the gamma function's absolute value." => |_, args| gamma::log_gamma(number(args, "x")?).map(Value::Float);
    "fsum" [(iterable)] "The accurate sum of floats." => fsum;
};

fn not_infinite(x: f64) -> bool {
    !x.is_infinite()
}

fn number(args: &Bound, name: &str) -> Result<f64> {
    let value = args.get(name)?;
    match Number::of(value) {
        Some(number) => number.to_f64(),
        None => {
            let error = Error::ty(format!("must be real number, not {}", value.type_name()));
            Err(match crate::interp::tensor::is_tensor(value) {
                true => error.help("use keras.ops (jax.numpy) for tensors"),
                false => error,
            })
        }
    }
}

fn float(args: &Bound, f: fn(f64) -> f64) -> Result<Value> {
    Ok(Value::Float(f(number(args, "x")?)))
}

fn domain(args: &Bound, accepts: fn(f64) -> bool, f: fn(f64) -> f64) -> Result<Value> {
    let x = number(args, "x")?;
    if accepts(x) { Ok(Value::Float(f(x))) } else { Err(raise("ValueError", "math domain error")) }
}

fn range(args: &Bound, f: fn(f64) -> f64) -> Result<Value> {
    let x = number(args, "x")?;
    let y = f(x);
    if y.is_infinite() && x.is_finite() { Err(raise("OverflowError", "math range error")) } else { Ok(Value::Float(y)) }
}

fn pair(args: &Bound, first: &str, second: &str, f: fn(f64, f64) -> f64) -> Result<Value> {
    Ok(Value::Float(f(number(args, first)?, number(args, second)?)))
}

/// A remainder, which infinite dividends and divisors of zero do not have.
fn remainder(args: &Bound, f: fn(f64, f64) -> f64) -> Result<Value> {
    let (x, y) = (number(args, "x")?, number(args, "y")?);
    if x.is_infinite() && !y.is_nan() || y == 0.0 && !x.is_nan() {
        return Err(raise("ValueError", "math domain error"));
    }
    Ok(Value::Float(f(x, y)))
}

/// The remainder of IEEE 754: that of the nearest multiple, the even one of two.
fn nearest_remainder(x: f64, y: f64) -> f64 {
    if y.is_infinite() {
        return x;
    }
    let (dividend, divisor) = (x.abs(), y.abs());
    let rest = dividend % divisor;
    let other = divisor - rest;
    let nearest =
        if rest < other || rest == other && (dividend - rest) % (2.0 * divisor) == 0.0 { rest } else { -other };
    if x.is_sign_negative() { -nearest } else { nearest }
}

/// The mantissa of at least 1/2 and less than 1, and the exponent of 2.
fn mantissa_and_exponent(x: f64) -> (f64, i64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    // A subnormal number is made a normal one first.
    let (x, shift) = if x.abs() < f64::MIN_POSITIVE { (x * 2f64.powi(54), 54) } else { (x, 0) };
    let exponent = (x.to_bits() >> 52 & 0x7ff) as i64 - 1022;
    let mantissa = f64::from_bits(x.to_bits() & !(0x7ff << 52) | 1022 << 52);
    (mantissa, exponent - shift)
}

fn ldexp(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (mut x, mut exponent) = (number(args, "x")?, interp.index(&args.get("i")?.clone())?.clamp(-3000, 3000));
    if x == 0.0 || !x.is_finite() {
        return Ok(Value::Float(x));
    }
    // Steps that no intermediate result overflows in; only the last one rounds.
    let (mantissa, own) = mantissa_and_exponent(x);
    (x, exponent) = (mantissa, exponent + own);
    if exponent > 1024 {
        return Err(raise("OverflowError", "math range error"));
    }
    let scale = |power: i64| f64::from_bits(((power + 1023) as u64) << 52);
    Ok(Value::Float(match exponent {
        -1021..=1023 => x * scale(exponent),
        1024 => x * scale(1023) * 2.0,
        -1100..-1021 => x * scale(exponent + 100) * scale(-100),
        _ => 0.0_f64.copysign(x),
    }))
}

fn next_after(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    match x.total_cmp(&y) {
        _ if x == y => y,
        std::cmp::Ordering::Less => x.next_up(),
        _ => x.next_down(),
    }
}

fn unit_in_last_place(x: f64) -> f64 {
    let x = x.abs();
    match x {
        _ if !x.is_finite() => x,
        f64::MAX => x - x.next_down(),
        _ => x.next_up() - x,
    }
}

fn dist(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (p, q) = (interp.collect(&args.get("p")?.clone())?, interp.collect(&args.get("q")?.clone())?);
    if p.len() != q.len() {
        return Err(raise("ValueError", "both points must have the same number of dimensions"));
    }
    let mut length = 0.0_f64;
    for (a, b) in p.iter().zip(&q) {
        let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) else {
            let other = if Number::of(a).is_none() { a } else { b };
            return Err(Error::ty(format!("must be real number, not {}", other.type_name())));
        };
        length = length.hypot(a.to_f64()? - b.to_f64()?);
    }
    Ok(Value::Float(length))
}

/// A logarithm, also of integers that no float can hold.
fn logarithm(args: &Bound, f: fn(f64) -> f64) -> Result<Value> {
    logarithm_of(args.get("x")?, number(args, "x"), f)
}

fn logarithm_of(value: &Value, as_float: Result<f64>, f: fn(f64) -> f64) -> Result<Value> {
    if let Value::BigInt(big) = value
        && big.is_positive()
        && as_float.is_err()
    {
        // The number is a fraction between 1/2 and 1 times a power of 2.
        let top: BigInt = &**big >> (big.bits() - 64);
        let top = Number::of(&number::from_big(top)).map_or(Ok(f64::NAN), |n| n.to_f64())?;
        return Ok(Value::Float(f(top / 2f64.powi(64)) + f(2.0) * big.bits() as f64));
    }
    let x = as_float?;
    if x > 0.0 || x.is_nan() { Ok(Value::Float(f(x))) } else { Err(raise("ValueError", "math domain error")) }
}

fn log(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let natural = logarithm(args, f64::ln)?;
    let Some(base) = args.some("base")? else { return Ok(natural) };
    let base = logarithm_of(base, number(args, "base"), f64::ln)?;
    match (natural, base) {
        (_, Value::Float(0.0)) => Err(raise("ZeroDivisionError", "float division by zero")),
        (Value::Float(x), Value::Float(base)) => Ok(Value::Float(x / base)),
        _ => Err(Error::internal("a logarithm is a float")),
    }
}

fn pow(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (x, y) = (number(args, "x")?, number(args, "y")?);
    if x == 0.0 && y < 0.0 || x < 0.0 && x.is_finite() && y.is_finite() && y != y.trunc() {
        return Err(raise("ValueError", "math domain error"));
    }
    interp
        .binary(BinaryOp::Power, &Value::Float(x), &Value::Float(y))
        .map_err(|_| raise("OverflowError", "math range error"))
}

fn hypot(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let values = args.get("coordinates")?.elements().unwrap_or_default();
    let mut length = 0.0_f64;
    for value in &values {
        let x =
            Number::of(value).ok_or_else(|| Error::ty(format!("must be real number, not {}", value.type_name())))?;
        length = length.hypot(x.to_f64()?);
    }
    Ok(Value::Float(length))
}

fn whole(interp: &mut Interp, args: &mut Bound, f: fn(f64) -> f64, special: &str) -> Result<Value> {
    let x = args.get("x")?.clone();
    match Number::of(&x) {
        Some(Number::Float(x)) => number::truncate(f(x)),
        Some(number) => Ok(number.into()),
        None => match interp.special(&x, special)? {
            Some(method) => interp.call(&method, crate::library::Args::default()),
            None => Err(Error::ty(format!("must be real number, not {}", x.type_name()))),
        },
    }
}

fn test(args: &Bound, f: fn(f64) -> bool) -> Result<Value> {
    Ok(Value::Bool(f(number(args, "x")?)))
}

fn isclose(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (a, b) = (number(args, "a")?, number(args, "b")?);
    let close = if a == b {
        true
    } else if a.is_infinite() || b.is_infinite() {
        false
    } else {
        (a - b).abs() <= (args.f64("rel_tol")? * a.abs().max(b.abs())).max(args.f64("abs_tol")?)
    };
    Ok(Value::Bool(close))
}

fn integer(value: &Value) -> Result<BigInt> {
    Number::of(value)
        .and_then(|n| n.to_big())
        .ok_or_else(|| Error::ty(format!("'{}' object cannot be interpreted as an integer", value.type_name())))
}

fn greatest_common_divisor(mut a: BigInt, mut b: BigInt) -> BigInt {
    while !b.is_zero() {
        (a, b) = (b.clone(), a % b);
    }
    a.abs()
}

fn gcd(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut result = BigInt::zero();
    for value in args.get("integers")?.elements().unwrap_or_default() {
        let value = integer(&value)?;
        interp.spend_words(result.bits() / 16, value.bits() / 16)?;
        result = greatest_common_divisor(result, value);
    }
    Ok(number::from_big(result))
}

fn lcm(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut result = BigInt::one();
    for value in args.get("integers")?.elements().unwrap_or_default() {
        let value = integer(&value)?;
        if value.is_zero() {
            return Ok(Value::Int(0));
        }
        interp.spend_words(result.bits() / 16, value.bits() / 16)?;
        let divisor = greatest_common_divisor(result.clone(), value.clone());
        result = (result / divisor * value).abs();
    }
    Ok(number::from_big(result))
}

fn small(args: &Bound, name: &str) -> Result<u64> {
    let value = integer(args.get(name)?)?;
    if value.is_negative() {
        return Err(raise(
            "ValueError",
            match args.function() {
                "factorial" => "factorial() not defined for negative values".to_owned(),
                _ => format!("{name} must be a non-negative integer"),
            },
        ));
    }
    u64::try_from(&value).map_err(|_| raise("OverflowError", "the number is too large"))
}

/// The product of `low..=high`.
fn product(interp: &mut Interp, low: u64, high: u64) -> Result<Value> {
    let mut result = Value::Int(1);
    for factor in low..=high {
        result = interp.binary(BinaryOp::Multiply, &result, &Value::Int(factor as i64))?;
        interp.spend(1)?;
    }
    Ok(result)
}

fn factorial(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let n = small(args, "x")?;
    product(interp, 2, n)
}

fn perm(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let n = small(args, "n")?;
    let k = if args.get("k")?.is_none() { n } else { small(args, "k")? };
    if k > n { Ok(Value::Int(0)) } else { product(interp, n - k + 1, n) }
}

fn comb(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (n, k) = (small(args, "n")?, small(args, "k")?);
    if k > n {
        return Ok(Value::Int(0));
    }
    let k = k.min(n - k);
    let (above, below) = (product(interp, n - k + 1, n)?, product(interp, 2, k)?);
    interp.binary(BinaryOp::FloorDivide, &above, &below)
}

fn isqrt(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let value = integer(args.get("n")?)?;
    interp.spend_words(value.bits() / 16, value.bits() / 16)?;
    if value.is_negative() {
        return Err(raise("ValueError", "isqrt() argument must be nonnegative"));
    }
    Ok(number::from_big(value.sqrt()))
}

fn prod(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut result = args.get("start")?.clone();
    for value in interp.collect(&args.get("iterable")?.clone())? {
        result = interp.binary(BinaryOp::Multiply, &result, &value)?;
    }
    Ok(result)
}

/// The correctly rounded sum, by partial sums that do not overlap (Shewchuk).
fn fsum(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut partials: Vec<f64> = Vec::new();
    // Infinities and NaN are no partial sums: they decide the sum by themselves.
    let mut special: Option<f64> = None;
    let mut infinite = 0.0_f64;
    for value in interp.collect(&args.get("iterable")?.clone())? {
        let number =
            Number::of(&value).ok_or_else(|| Error::ty(format!("must be real number, not {}", value.type_name())))?;
        let mut x = number.to_f64()?;
        if !x.is_finite() {
            special = Some(special.unwrap_or(0.0) + x);
            infinite += if x.is_infinite() { x } else { 0.0 };
            continue;
        }
        let mut kept = Vec::with_capacity(partials.len() + 1);
        for mut y in partials {
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                kept.push(low);
            }
            x = high;
        }
        if !x.is_finite() {
            return Err(raise("OverflowError", "intermediate overflow in fsum"));
        }
        kept.push(x);
        partials = kept;
    }
    if let Some(special) = special {
        return match infinite.is_nan() {
            true => Err(raise("ValueError", "-inf + inf in fsum")),
            false => Ok(Value::Float(special)),
        };
    }
    // Add from the largest; where a tie remains, the next partial decides.
    let Some(mut total) = partials.pop() else { return Ok(Value::Float(0.0)) };
    while let Some(y) = partials.pop() {
        let x = total;
        total = x + y;
        let low = y - (total - x);
        if low != 0.0 {
            if let Some(&next) = partials.last()
                && (low < 0.0) == (next < 0.0)
            {
                let doubled = low * 2.0;
                let rounded = total + doubled;
                if rounded - total == doubled {
                    total = rounded;
                }
            }
            break;
        }
    }
    Ok(Value::Float(total))
}
