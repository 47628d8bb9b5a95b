//! The functions that operators, indexing and methods of tensors stand for.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::library::{Bound, FunctionDecl, Param, Signature};
use crate::syntax::ast::{BinaryOp, CompareOp, UnaryOp};
use crate::trace::Tensor;
use crate::value::Value;

/// Two operands.
const PAIR: Signature = Signature::new(&[Param::required("x1"), Param::required("x2")]);

/// One operand.
const ONE: Signature = Signature::new(&[Param::required("x")]);

/// A tensor and an index.
const ITEM: Signature = Signature::new(&[Param::required("x"), Param::required("index")]);

macro_rules! binary_functions {
    ($($constant:ident = $name:literal, $method:ident;)*) => {
        $(static $constant: FunctionDecl = FunctionDecl {
            name: $name,
            signature: PAIR,
            doc: "An operator of tensors.",
            call: |interp, args| {
                let (a, b) = operands(interp, args)?;
                interp.tracer.$method(&a, &b).map(Value::Tensor)
            },
        };)*
    };
}

binary_functions! {
    ADD = "add", add;
    SUBTRACT = "subtract", sub;
    MULTIPLY = "multiply", mul;
    DIVIDE = "true_divide", div;
    MATMUL = "matmul", matmul;
    BIT_AND = "bitwise_and", and;
    BIT_OR = "bitwise_or", or;
    BIT_XOR = "bitwise_xor", xor;
    EQUAL = "equal", eq;
    NOT_EQUAL = "not_equal", ne;
    LESS = "less", lt;
    LESS_EQUAL = "less_equal", le;
    GREATER = "greater", gt;
    GREATER_EQUAL = "greater_equal", ge;
}

static POWER: FunctionDecl = FunctionDecl { name: "power", signature: PAIR, doc: "A power.", call: power };

static FLOOR_DIVIDE: FunctionDecl =
    FunctionDecl { name: "floor_divide", signature: PAIR, doc: "The quotient rounded down.", call: floor_divide };

static MODULO: FunctionDecl =
    FunctionDecl { name: "mod", signature: PAIR, doc: "The remainder with the divisor's sign.", call: modulo };

static NEGATE: FunctionDecl = FunctionDecl {
    name: "negative",
    signature: ONE,
    doc: "The negated tensor.",
    call: |interp, args| {
        let x = operand(interp, args)?;
        interp.tracer.neg(&x).map(Value::Tensor)
    },
};

static INVERT: FunctionDecl = FunctionDecl {
    name: "bitwise_not",
    signature: ONE,
    doc: "Logical or bitwise not.",
    call: |interp, args| {
        let x = operand(interp, args)?;
        interp.tracer.not(&x).map(Value::Tensor)
    },
};

static GET_ITEM: FunctionDecl =
    FunctionDecl { name: "get_item", signature: ITEM, doc: "Elements by basic indexing.", call: get_item };

fn operands(interp: &mut Interp, args: &Bound) -> Result<(Tensor, Tensor)> {
    let (a, b) = (args.get("x1")?.clone(), args.get("x2")?.clone());
    Ok((interp.to_tensor(&a)?, interp.to_tensor(&b)?))
}

fn operand(interp: &mut Interp, args: &Bound) -> Result<Tensor> {
    let x = args.get("x")?.clone();
    interp.to_tensor(&x)
}

fn power(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let exponent = args.get("x2")?.clone();
    let (a, b) = operands(interp, args)?;
    // Small integer powers are products, as in JAX.
    match exponent {
        Value::Int(1) => Ok(Value::Tensor(a)),
        Value::Int(2) => interp.tracer.square(&a).map(Value::Tensor),
        Value::Int(3) => {
            let square = interp.tracer.square(&a)?;
            interp.tracer.mul(&square, &a).map(Value::Tensor)
        }
        _ => {
            let (a, b) = (interp.tracer.to_float(&a)?, interp.tracer.to_float(&b)?);
            interp.tracer.power(&a, &b).map(Value::Tensor)
        }
    }
}

/// The remainder with the divisor's sign.
fn floored_remainder(interp: &mut Interp, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let tracer = &mut interp.tracer;
    let remainder = tracer.rem(a, b)?;
    let zero = tracer.weak(0.0)?;
    let (below, divisor_below) = (tracer.lt(&remainder, &zero)?, tracer.lt(b, &zero)?);
    let (apart, some) = (tracer.ne(&below, &divisor_below)?, tracer.ne(&remainder, &zero)?);
    let wrong = tracer.and(&apart, &some)?;
    let shifted = tracer.add(&remainder, b)?;
    tracer.select(&wrong, &shifted, &remainder)
}

/// What is left of the dividend is a multiple of the divisor, so that the quotient is whole.
fn floor_divide(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (a, b) = operands(interp, args)?;
    let remainder = floored_remainder(interp, &a, &b)?;
    let tracer = &mut interp.tracer;
    let multiple = tracer.sub(&a, &remainder)?;
    if remainder.dtype().is_float() {
        let quotient = tracer.div(&multiple, &b)?;
        let nudged = tracer.add_scalar(&quotient, 0.5)?;
        return tracer.floor(&nudged).map(Value::Tensor);
    }
    let divisor = tracer.convert(&b, multiple.dtype())?;
    let divisor = tracer.broadcast_to(&divisor, multiple.shape())?;
    tracer.build1(&[&multiple, &divisor], |builder, v| builder.div(v[0], v[1])).map(Value::Tensor)
}

fn modulo(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (a, b) = operands(interp, args)?;
    floored_remainder(interp, &a, &b).map(Value::Tensor)
}

/// What one part of an index does.
enum Part {
    At(i64),
    Range(Rc<[Value; 3]>),
    New,
    Rest,
}

fn get_item(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args)?;
    let index = args.get("index")?.clone();
    let parts = match &index {
        Value::Tuple(parts) => parts.to_vec(),
        other => vec![other.clone()],
    };
    let parts: Vec<Part> = parts.iter().map(part).collect::<Result<_>>()?;
    let used = parts.iter().filter(|p| matches!(p, Part::At(_) | Part::Range(_))).count();
    if used > x.rank() {
        let message = format!("too many indices: array is {}-dimensional, but {used} were indexed", x.rank());
        return Err(raise("IndexError", message));
    }
    let (mut y, mut axis) = (x.clone(), 0);
    for part in parts {
        match part {
            Part::New => {
                y = interp.tracer.expand_dims(&y, &[axis])?;
                axis += 1;
            }
            Part::Rest => axis += x.rank() - used,
            Part::At(index) => {
                let length = y.shape().get(axis).copied().unwrap_or(0);
                let at = if index < 0 { index.saturating_add(length as i64) } else { index };
                let Some(at) = usize::try_from(at).ok().filter(|at| *at < length) else {
                    let message = format!("index {index} is out of bounds for axis {axis} with size {length}");
                    return Err(raise("IndexError", message));
                };
                y = interp.tracer.slice_axis(&y, axis, at, at + 1)?;
                y = interp.tracer.squeeze(&y, &[axis])?;
            }
            Part::Range(slice) => {
                y = range(interp, &y, axis, &slice)?;
                axis += 1;
            }
        }
    }
    Ok(Value::Tensor(y))
}

fn part(index: &Value) -> Result<Part> {
    Ok(match index {
        Value::Int(i) => Part::At(*i),
        Value::Slice(slice) => Part::Range(slice.clone()),
        Value::None => Part::New,
        Value::Ellipsis => Part::Rest,
        Value::Host(host) => return Err(crate::interp::host::reaches(host, "an index of a tensor")),
        other => {
            return Err(Error::unsupported(format!("indexing a tensor with {}", other.type_name()))
                .help("use keras.ops.take (jnp.take) to gather, or keras.ops.where to select"));
        }
    })
}

/// Elements `start:stop:step` of one dimension.
fn range(interp: &mut Interp, x: &Tensor, axis: usize, slice: &[Value; 3]) -> Result<Tensor> {
    let length = x.shape().get(axis).copied().unwrap_or(0);
    let positions: Vec<usize> = interp.selection(slice, length)?.positions().collect();
    let (Some(&first), Some(&last)) = (positions.first(), positions.last()) else {
        return interp.tracer.slice_axis(x, axis, 0, 0);
    };
    let stride = positions.get(1).map_or(1, |second| second.abs_diff(first));
    let (low, high) = (first.min(last), first.max(last));
    let mut starts = vec![0; x.rank()];
    let mut limits = x.shape().to_vec();
    let mut strides = vec![1; x.rank()];
    if let (Some(start), Some(limit), Some(step)) = (starts.get_mut(axis), limits.get_mut(axis), strides.get_mut(axis))
    {
        (*start, *limit, *step) = (low, high + 1, stride);
    }
    let y = interp.tracer.build1(&[x], |builder, values| builder.slice(values[0], &starts, &limits, &strides))?;
    if first > last { interp.tracer.reverse(&y, &[axis]) } else { Ok(y) }
}

/// The function of `x1 op x2`.
pub(crate) fn operator(op: BinaryOp) -> Option<&'static FunctionDecl> {
    Some(match op {
        BinaryOp::Add => &ADD,
        BinaryOp::Subtract => &SUBTRACT,
        BinaryOp::Multiply => &MULTIPLY,
        BinaryOp::MatMul => &MATMUL,
        BinaryOp::Divide => &DIVIDE,
        BinaryOp::FloorDivide => &FLOOR_DIVIDE,
        BinaryOp::Modulo => &MODULO,
        BinaryOp::Power => &POWER,
        BinaryOp::BitAnd => &BIT_AND,
        BinaryOp::BitOr => &BIT_OR,
        BinaryOp::BitXor => &BIT_XOR,
        BinaryOp::ShiftLeft | BinaryOp::ShiftRight => return None,
    })
}

/// The function of a comparison.
pub(crate) fn comparison(op: CompareOp) -> Option<&'static FunctionDecl> {
    Some(match op {
        CompareOp::Equal => &EQUAL,
        CompareOp::NotEqual => &NOT_EQUAL,
        CompareOp::Less => &LESS,
        CompareOp::LessEqual => &LESS_EQUAL,
        CompareOp::Greater => &GREATER,
        CompareOp::GreaterEqual => &GREATER_EQUAL,
        _ => return None,
    })
}

/// The function of `op x`.
pub(crate) fn unary(op: UnaryOp) -> Option<&'static FunctionDecl> {
    match op {
        UnaryOp::Negate => Some(&NEGATE),
        UnaryOp::Invert => Some(&INVERT),
        _ => None,
    }
}

/// The function of `x[index]`.
pub(crate) fn getitem() -> Option<&'static FunctionDecl> {
    Some(&GET_ITEM)
}

/// The function behind the method `name` of tensors; its first parameter is the tensor.
pub(crate) fn method(name: &str) -> Option<&'static FunctionDecl> {
    super::method(name)
}

/// The functions behind operators, as `keras.ops` and `jax.numpy` export them.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = &[
    &ADD,
    &SUBTRACT,
    &MULTIPLY,
    &DIVIDE,
    &MATMUL,
    &BIT_AND,
    &BIT_OR,
    &BIT_XOR,
    &EQUAL,
    &NOT_EQUAL,
    &LESS,
    &LESS_EQUAL,
    &GREATER,
    &GREATER_EQUAL,
    &POWER,
    &FLOOR_DIVIDE,
    &MODULO,
    &NEGATE,
    &INVERT,
    &GET_ITEM,
];
