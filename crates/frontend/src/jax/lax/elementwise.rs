//! Element by element.

use keramos_ir::{DType, as_tuple};

use super::arguments::{Domain, apply, elementwise, operand, same_dtypes, same_shapes, to_operand, tuple_text};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::dtype;
use crate::library::{Bound, Default, FunctionDecl, Param, Signature};
use crate::value::Value;

const UNARY: Signature = Signature::new(&[Param::required("x"), Param::new("accuracy", Default::None)]);
const BINARY: Signature = Signature::new(&[Param::required("x"), Param::required("y")]);

macro_rules! unary_table {
    ($($name:literal, $domain:ident, $doc:literal, $method:ident;)*) => {
        &[$(FunctionDecl {
            name: $name,
            signature: UNARY,
            doc: $doc,
            call: |interp, args| elementwise(interp, args, &["x"], "", Domain::$domain, |b, v| b.$method(v[0])),
        }),*]
    };
}

macro_rules! binary_table {
    ($($name:literal, $domain:ident, $similar:literal, $doc:literal, $method:ident;)*) => {
        &[$(FunctionDecl {
            name: $name,
            signature: BINARY,
            doc: $doc,
            call: |interp, args| elementwise(interp, args, &["x", "y"], $similar, Domain::$domain, |b, v| b.$method(v[0], v[1])),
        }),*]
    };
}

/// Functions of one operand.
pub(super) static ONE: &[FunctionDecl] = unary_table! {
    "abs", Number, "The absolute value.", abs;
    "acos", Float, "The inverse cosine.", acos;
    "acosh", Float, "The inverse hyperbolic cosine.", acosh;
    "asin", Float, "The inverse sine.", asin;
    "asinh", Float, "The inverse hyperbolic sine.", asinh;
    "atan", Float, "The inverse tangent.", atan;
    "atanh", Float, "The inverse hyperbolic tangent.", atanh;
    "bessel_i0e", Float, "exp(-|x|) times the modified Bessel function of order 0.", bessel_i0e;
    "bessel_i1e", Float, "exp(-|x|) times the modified Bessel function of order 1.", bessel_i1e;
    "bitwise_not", Bits, "Bits or truth values negated.", not;
    "cbrt", Float, "The cube root.", cbrt;
    "ceil", Float, "Rounded up.", ceil;
    "clz", Integer, "The number of leading zero bits.", clz;
    "cos", Float, "The cosine.", cos;
    "cosh", Float, "The hyperbolic cosine.", cosh;
    "digamma", Float, "The derivative of lgamma.", digamma;
    "erf", Float, "The error function.", erf;
    "erf_inv", Float, "The inverse of the error function.", erf_inv;
    "erfc", Float, "1 - erf(x).", erfc;
    "exp", Float, "e to the power x.", exp;
    "exp2", Float, "2 to the power x.", exp2;
    "expm1", Float, "exp(x) - 1.", expm1;
    "floor", Float, "Rounded down.", floor;
    "is_finite", Float, "Whether it is neither infinite nor NaN.", is_finite;
    "lgamma", Float, "The logarithm of the gamma function's absolute value.", lgamma;
    "log", Float, "The natural logarithm.", log;
    "log1p", Float, "log(1 + x).", log1p;
    "logistic", Float, "1 / (1 + exp(-x)).", logistic;
    "neg", Number, "The negated number.", neg;
    "population_count", Integer, "The number of one bits.", population_count;
    "rsqrt", Float, "One over the square root.", rsqrt;
    "sign", Number, "-1, 0 or 1.", sign;
    "sin", Float, "The sine.", sin;
    "sinh", Float, "The hyperbolic sine.", sinh;
    "sqrt", Float, "The square root.", sqrt;
    "square", Number, "The square.", square;
    "tan", Float, "The tangent.", tan;
    "tanh", Float, "The hyperbolic tangent.", tanh;
};

/// Functions of two operands of one type.
pub(super) static TWO: &[FunctionDecl] = binary_table! {
    "add", Number, "add", "The sum.", add;
    "atan2", Float, "arctan2", "The angle of the point (y, x).", atan2;
    "bitwise_and", Bits, "bitwise_and", "Bits or truth values: both.", and;
    "bitwise_or", Bits, "bitwise_or", "Bits or truth values: one or both.", or;
    "bitwise_xor", Bits, "bitwise_xor", "Bits or truth values: exactly one.", xor;
    "div", Number, "divide", "The quotient; of integers, rounded toward zero.", div;
    "eq", Any, "equal", "Whether they are equal.", eq;
    "ge", Any, "greater_equal", "Whether x is not less than y.", ge;
    "gt", Any, "greater", "Whether x is greater than y.", gt;
    "igamma_grad_a", Float, "", "The derivative of igamma in its first operand.", igamma_grad_a;
    "le", Any, "less_equal", "Whether x is not greater than y.", le;
    "lt", Any, "less", "Whether x is less than y.", lt;
    "max", Any, "maximum", "The larger of two; NaN if one is.", max;
    "min", Any, "minimum", "The smaller of two; NaN if one is.", min;
    "mul", Number, "multiply", "The product.", mul;
    "ne", Any, "not_equal", "Whether they differ.", ne;
    "nextafter", Float, "nextafter", "The next number after x toward y.", nextafter;
    "rem", Number, "remainder", "The remainder with the sign of x.", rem;
    "shift_left", Integer, "left_shift", "Bits moved up.", shift_left;
    "shift_right_arithmetic", Integer, "right_shift", "Bits moved down, copies of the sign bit moved in.", shift_right_arithmetic;
    "shift_right_logical", Integer, "right_shift", "Bits moved down, zeros moved in.", shift_right_logical;
    "sub", Number, "subtract", "The difference.", sub;
};

/// Special functions whose operands have other names.
macro_rules! special {
    ($first:literal, $second:literal, $method:ident) => {
        |interp, args| elementwise(interp, args, &[$first, $second], "", Domain::Float, |b, v| b.$method(v[0], v[1]))
    };
}

fn clamp(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (low, x, high) = (operand(interp, args, "min")?, operand(interp, args, "x")?, operand(interp, args, "max")?);
    same_dtypes("clamp", "", &[low.clone(), x.clone(), high.clone()])?;
    for (name, bound) in [("min", &low), ("max", &high)] {
        if bound.rank() > 0 && bound.shape() != x.shape() {
            let (found, shape) = (tuple_text(bound.shape()), tuple_text(x.shape()));
            let message = format!(
                "clamp requires {name}.shape == operand.shape or {name}.shape == (), got {name}.shape={found}, operand.shape={shape}."
            );
            return Err(Error::ty(message));
        }
    }
    apply(interp, &[low, x, high], |b, v| {
        let shape = b.ty(v[1]).shape.clone();
        let (low, high) = (b.broadcast(v[0], &shape)?, b.broadcast(v[2], &shape)?);
        b.clamp(low, v[1], high)
    })
    .map(Value::Tensor)
}

/// Cases chosen by truth values (of two) or integers.
fn choose(interp: &mut Interp, which: &crate::trace::Tensor, cases: &[crate::trace::Tensor]) -> Result<Value> {
    let Some(first) = cases.first() else {
        return Err(Error::ty("select_n() must have at least one case"));
    };
    if which.dtype() != DType::Bool && !which.dtype().is_int() {
        let message = format!("select `which` must be boolean or integer type, got {}.", which.dtype().numpy_name());
        return Err(Error::ty(message));
    }
    if which.dtype() == DType::Bool && cases.len() > 2 {
        return Err(
            Error::ty("select with boolean `which` cannot have > 2 cases.").help("number the cases with integers")
        );
    }
    same_dtypes("select", "where", cases)?;
    if let Some(other) = cases.iter().find(|case| case.shape() != first.shape()) {
        let (a, b) = (tuple_text(first.shape()), tuple_text(other.shape()));
        return Err(Error::ty(format!("select cases must have the same shapes, got [{a}, {b}].")));
    }
    if which.rank() > 0 && which.shape() != first.shape() {
        let (a, b) = (tuple_text(which.shape()), tuple_text(first.shape()));
        let message = format!(
            "select `which` must be scalar or have the same shape as cases, got `which` shape {a} but case shape {b}."
        );
        return Err(Error::ty(message));
    }
    let t = &mut interp.tracer;
    let mut chosen = first.clone();
    for (number, case) in cases.iter().enumerate().skip(1) {
        let here = match which.dtype() {
            DType::Bool => which.clone(),
            _ => t.formula(|f| f.of(which).ge(number as f64))?,
        };
        chosen = t.select(&here, case, &chosen)?;
    }
    Ok(Value::Tensor(chosen))
}

fn select(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let which = operand(interp, args, "pred")?;
    let (a, b) = (operand(interp, args, "on_true")?, operand(interp, args, "on_false")?);
    choose(interp, &which, &[b, a])
}

fn select_n(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let which = operand(interp, args, "which")?;
    let cases = args.get("cases")?.elements().unwrap_or_default();
    let cases = cases.iter().map(|case| to_operand(interp, args, case)).collect::<Result<Vec<_>>>()?;
    choose(interp, &which, &cases)
}

fn pow(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let exponent = match args.get("y")? {
        Value::Int(y) => i32::try_from(*y).ok(),
        _ => None,
    };
    let x = operand(interp, args, "x")?;
    if !Domain::Float.accepts(x.dtype()) {
        let name = x.dtype().numpy_name();
        let message = format!(
            "pow does not accept dtype {name} at position 0. Accepted dtypes at position 0 are subtypes of floating, complexfloating."
        );
        return Err(Error::ty(message).help("lax.integer_pow takes integers"));
    }
    if let Some(exponent) = exponent {
        return apply(interp, &[x], |b, v| b.integer_pow(v[0], exponent)).map(Value::Tensor);
    }
    let y = operand(interp, args, "y")?;
    if !y.dtype().is_int() {
        same_dtypes("pow", "power", &[x.clone(), y.clone()])?;
    }
    let operands = same_shapes(interp, "pow", &[x, y])?;
    apply(interp, &operands, |b, v| b.pow(v[0], v[1])).map(Value::Tensor)
}

fn integer_pow(interp: &mut Interp, args: &Bound, exponent: i64) -> Result<Value> {
    let x = operand(interp, args, "x")?;
    let Ok(exponent) = i32::try_from(exponent) else { return Err(args.invalid("y", "an integer of 32 bits")) };
    if exponent < 0 && x.dtype().is_int() {
        let (name, shape) = (x.dtype().numpy_name(), x.shape());
        let message = format!(
            "Integers cannot be raised to negative powers, got integer_pow({name}{}, {exponent})",
            as_tuple(&shape)
        );
        return Err(Error::ty(message));
    }
    apply(interp, &[x], |b, v| b.integer_pow(v[0], exponent)).map(Value::Tensor)
}

fn round(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "x")?;
    Domain::Float.check("round", std::slice::from_ref(&x))?;
    let even = match args.some("rounding_method")? {
        None => false,
        Some(Value::Int(method)) => *method == 1,
        Some(_) => args.one_of("rounding_method", &["away_from_zero", "to_nearest_even"])? == "to_nearest_even",
    };
    apply(interp, &[x], |b, v| if even { b.round_even(v[0]) } else { b.round(v[0]) }).map(Value::Tensor)
}

fn reduce_precision(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let bits = |name: &str| u32::try_from(args.usize(name)?).map_err(|_| args.invalid(name, "a number of bits"));
    let (exponent, mantissa) = (bits("exponent_bits")?, bits("mantissa_bits")?);
    apply(interp, &[x], |b, v| b.reduce_precision(v[0], exponent, mantissa)).map(Value::Tensor)
}

fn convert_element_type(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let dtype = dtype(interp, args, "new_dtype")?.unwrap_or(x.dtype());
    interp.tracer.convert(&x, dtype).map(Value::Tensor)
}

fn bitcast_convert_type(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let Some(dtype) = dtype(interp, args, "new_dtype")? else {
        return Err(args.invalid("new_dtype", "an element type"));
    };
    interp.tracer.bitcast(&x, dtype).map(Value::Tensor)
}

/// The upper half of a product's bits.
fn mulhi(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "x")?;
    if x.dtype().bits() == 64 {
        return Err(Error::unsupported("mulhi of 64-bit integers").note("no type holds all 128 bits of the product"));
    }
    elementwise(interp, args, &["x", "y"], "multiply", Domain::Integer, |b, v| {
        let dtype = b.ty(v[0]).dtype;
        let wide = if dtype.is_signed_int() { DType::I64 } else { DType::U64 };
        let (x, y) = (b.convert(v[0], wide)?, b.convert(v[1], wide)?);
        let product = b.mul(x, y)?;
        let distance = b.full_like(product, f64::from(dtype.bits()))?;
        let high = b.shift_right_arithmetic(product, distance)?;
        b.convert(high, dtype)
    })
}

/// The other element-wise functions.
pub(super) static OTHERS: &[FunctionDecl] = functions! {
    "betainc" [(a) (b) (x)] "The regularized incomplete beta function." =>
        |interp, args| elementwise(interp, args, &["a", "b", "x"], "", Domain::Float, |b, v| b.betainc(v[0], v[1], v[2]));
    "igamma" [(a) (x)] "The regularized lower incomplete gamma function." => special!("a", "x", igamma);
    "igammac" [(a) (x)] "The regularized upper incomplete gamma function." => special!("a", "x", igammac);
    "random_gamma_grad" [(a) (x)] "The derivative of gamma samples in their parameter." => special!("a", "x", random_gamma_grad);
    "polygamma" [(m) (x)] "A derivative of digamma." => special!("m", "x", polygamma);
    "zeta" [(x) (q)] "The Hurwitz zeta function." => special!("x", "q", zeta);
    "clamp" [(min) (x) (max)] "x limited to a range." => clamp;
    "select" [(pred) (on_true) (on_false)] "Elements of one where a condition holds, of the other elsewhere." => select;
    "select_n" [(which) (*cases)] "Elements of the case that `which` names." => select_n;
    "mulhi" [(x) (y)] "The upper half of the bits of a product of integers." => mulhi;
    "pow" [(x) (y)] "x to the power y." => pow;
    "integer_pow" [(x) (y)] "x to a whole power." => |interp, args| {
        let exponent = args.i64("y")?;
        integer_pow(interp, args, exponent)
    };
    "reciprocal" [(x)] "One over x." => |interp, args| integer_pow(interp, args, -1);
    "round" [(x) (rounding_method = Default::None)] "The nearest whole number; halves away from zero, or to even." => round;
    "reduce_precision" [(operand) (exponent_bits) (mantissa_bits)] "Rounded to fewer bits." => reduce_precision;
    "convert_element_type" [(operand) (new_dtype)] "With another element type." => convert_element_type;
    "bitcast_convert_type" [(operand) (new_dtype)] "The same bits as another element type." => bitcast_convert_type;
};
