//! `numpy`, as far as it computes shapes and hyperparameters. Everything else of it deals with data
//! and only exists at run time.

use keramos_ir::{Array, Buffer, DType};

use super::{Contents, math, modules};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::operators::number::{self, Number};
use crate::interp::tensor::element;
use crate::library::{Bound, Default, FunctionDecl};
use crate::syntax::ast::BinaryOp;
use crate::value::{Host, Value};

modules! {
    /// `numpy`.
    NUMPY = Contents { values: value, ..Contents::new("numpy") };
}

static FUNCTIONS: &[FunctionDecl] = functions! {
    "prod" [(a) (axis = Default::None) (**options)] "The product of the elements." => |i, args| fold(i, args, BinaryOp::Multiply, 1);
    "sum" [(a) (axis = Default::None) (**options)] "The sum of the elements." => |i, args| fold(i, args, BinaryOp::Add, 0);
    "sqrt" [(x) (**options)] "The square root." => |i, args| float(i, args, f64::sqrt);
    "exp" [(x) (**options)] "e to the power x." => |i, args| float(i, args, f64::exp);
    "log" [(x) (**options)] "The natural logarithm." => |i, args| float(i, args, f64::ln);
    "log2" [(x) (**options)] "The logarithm to base 2." => |i, args| float(i, args, f64::log2);
    "log10" [(x) (**options)] "The logarithm to base 10." => |i, args| float(i, args, f64::log10);
    "sin" [(x) (**options)] "The sine." => |i, args| float(i, args, f64::sin);
    "cos" [(x) (**options)] "The cosine." => |i, args| float(i, args, f64::cos);
    "tan" [(x) (**options)] "The tangent." => |i, args| float(i, args, f64::tan);
    "floor" [(x) (**options)] "Rounded down, as a float." => |i, args| float(i, args, f64::floor);
    "ceil" [(x) (**options)] "Rounded up, as a float." => |i, args| float(i, args, f64::ceil);
    "abs" [(x) (**options)] "The absolute value." => absolute;
    "array" [(object) (dtype = Default::None) (**options)] "A constant array." => array;
    "asarray" [(a) (dtype = Default::None) (**options)] "A constant array." => array;
    "zeros" [(shape) (dtype = Default::None) (**options)] "A constant array of zeros." => |i, args| filled(i, args, 0.0);
    "ones" [(shape) (dtype = Default::None) (**options)] "A constant array of ones." => |i, args| filled(i, args, 1.0);
};

/// Functions that make small arrays of known numbers, such as masks and index tables: `jax.numpy`'s of the same
/// name, which give a host value for values of the run.
const CONSTANT: &[&str] = &[
    "arange",
    "concatenate",
    "expand_dims",
    "eye",
    "identity",
    "linspace",
    "meshgrid",
    "outer",
    "repeat",
    "reshape",
    "stack",
    "swapaxes",
    "tile",
    "transpose",
    "tril",
    "triu",
];
/// Whether a function is one of those above.
pub(crate) fn is_own(decl: &'static FunctionDecl) -> bool {
    FUNCTIONS.iter().any(|own| std::ptr::eq(own, decl))
}

/// Constants, element types, the functions above, and host values for every other name.
fn value(name: &str) -> Option<Value> {
    if let Some(constant) = math::constant(name) {
        return Some(constant);
    }
    if name == "newaxis" {
        return Some(Value::None);
    }
    if let Some(dtype) = DType::from_numpy_name(name.trim_end_matches('_')) {
        return Some(Value::DType(dtype));
    }
    if CONSTANT.contains(&name) {
        return crate::jax::numpy::function(name).map(Value::Function);
    }
    let computed = FUNCTIONS.iter().find(|f| f.name == name).map(crate::interp::builtins::Builtin::value);
    Some(computed.unwrap_or_else(|| Value::Host(Host::new(format!("numpy.{name}"), None))))
}

fn host(interp: &Interp) -> Value {
    Value::Host(Host::new(interp.describe(interp.span), Some(interp.span)))
}

/// Applies a function to one number; arrays only exist at run time.
fn float(interp: &mut Interp, args: &mut Bound, f: fn(f64) -> f64) -> Result<Value> {
    match Number::of(args.get("x")?) {
        Some(number) => Ok(Value::Float(f(number.to_f64()?))),
        None => Ok(host(interp)),
    }
}

fn absolute(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = args.get("x")?.clone();
    match Number::of(&x) {
        Some(number) if number.is_negative() => interp.binary(BinaryOp::Subtract, &Value::Int(0), &x),
        Some(_) => Ok(x),
        None => Ok(host(interp)),
    }
}

fn fold(interp: &mut Interp, args: &mut Bound, op: BinaryOp, start: i64) -> Result<Value> {
    let values = match args.get("a")?.clone() {
        Value::Array(array) => (0..array.ty().size()).filter_map(|at| element(&array, at)).collect(),
        value @ (Value::List(_) | Value::Tuple(_)) => interp.collect(&value)?,
        value if Number::of(&value).is_some() => vec![value],
        _ => return Ok(host(interp)),
    };
    if !args.get("axis")?.is_none() || values.iter().any(|v| Number::of(v).is_none()) {
        return Ok(host(interp));
    }
    let mut result = Value::Int(start);
    for value in &values {
        result = interp.binary(op, &result, value)?;
    }
    Ok(result)
}

fn dtype(args: &Bound) -> Result<Option<DType>> {
    Ok(match args.get("dtype")? {
        Value::DType(dtype) => Some(*dtype),
        Value::Str(name) => DType::from_numpy_name(name),
        _ => None,
    })
}

fn array(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let source = args.get(if args.function() == "array" { "object" } else { "a" })?.clone();
    let mut values = Vec::new();
    let Some(shape) = flatten(&source, &mut values) else { return Ok(host(interp)) };
    let floats = values.iter().any(|v| matches!(v, Value::Float(_)));
    let bools = !values.is_empty() && values.iter().all(|v| matches!(v, Value::Bool(_)));
    let natural = match (floats || values.is_empty(), bools) {
        (true, _) => DType::F64,
        (_, true) => DType::Bool,
        _ => DType::I64,
    };
    let dtype = dtype(args)?.unwrap_or(natural);
    let buffer = match dtype {
        DType::I64 if !floats => Buffer::I64(values.iter().map(|v| number::index(v).unwrap_or(0)).collect()),
        DType::F64 | DType::F32 => {
            let floats = values.iter().map(|v| Number::of(v).map_or(Ok(0.0), |n| n.to_f64()));
            let floats = floats.collect::<Result<Vec<f64>>>()?;
            if dtype == DType::F64 {
                Buffer::F64(floats)
            } else {
                Buffer::F32(floats.into_iter().map(|x| x as f32).collect())
            }
        }
        DType::I32 => Buffer::I32(values.iter().map(|v| number::index(v).unwrap_or(0) as i32).collect()),
        DType::Bool => Buffer::Bool(values.iter().map(|v| Number::of(v).is_some_and(|n| !n.is_zero())).collect()),
        _ => return Ok(host(interp)),
    };
    Ok(Value::Array(std::rc::Rc::new(Array::new(shape, buffer)?)))
}

/// The numbers of a nested list in order and its shape; `None` if it is ragged or holds anything else.
fn flatten(value: &Value, into: &mut Vec<Value>) -> Option<Vec<usize>> {
    if Number::of(value).is_some() {
        into.push(value.clone());
        return Some(Vec::new());
    }
    let elements = value.elements()?;
    let mut inner: Option<Vec<usize>> = None;
    for element in &elements {
        let shape = flatten(element, into)?;
        if inner.get_or_insert_with(|| shape.clone()) != &shape {
            return None;
        }
    }
    let mut shape = vec![elements.len()];
    shape.extend(inner.unwrap_or_default());
    Some(shape)
}

fn filled(interp: &mut Interp, args: &mut Bound, value: f64) -> Result<Value> {
    let shape = match args.get("shape")? {
        Value::Int(n) => vec![Value::Int(*n)],
        other => other.elements().unwrap_or_default(),
    };
    let dims: Option<Vec<usize>> =
        shape.iter().map(|d| number::index(d).and_then(|d| usize::try_from(d).ok())).collect();
    let Some(dims) = dims else { return Ok(host(interp)) };
    let size = dims.iter().fold(1_usize, |size, &dim| size.saturating_mul(dim));
    interp.spend_length(size)?;
    let ty = keramos_ir::TensorType::new(dtype(args)?.unwrap_or(DType::F64), dims);
    Ok(Value::Array(std::rc::Rc::new(Array::full(&ty, value))))
}
