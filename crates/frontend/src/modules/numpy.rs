//! `numpy`, as far as it computes shapes and hyperparameters. Everything else of it deals with data
//! and only exists at run time.

use std::rc::Rc;

use keramos_ir::{Array, DType};

use super::{Contents, math, modules};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::numpy_arrays::replaced;
use crate::interp::operators::number::{self, Number};
use crate::interp::tensor::element;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::syntax::ast::BinaryOp;
use crate::value::{Host, Object, ObjectRef, Value, downcast};

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
    "empty" [(shape) (dtype = Default::None) (**options)] "A constant array of zeros." => |i, args| filled(i, args, 0.0);
    "full" [(shape) (fill_value) (dtype = Default::None) (**options)] "A constant array of one number." => full;
    "zeros_like" [(a) (dtype = Default::None) (**options)] "A constant array of zeros, as large as another." => |i, args| like(i, args, 0.0);
    "ones_like" [(a) (dtype = Default::None) (**options)] "A constant array of ones, as large as another." => |i, args| like(i, args, 1.0);
    "empty_like" [(a) (dtype = Default::None) (**options)] "A constant array of zeros, as large as another." => |i, args| like(i, args, 0.0);
    "copy" [(a) (**options)] "An array of its own with the same elements." => copy;
};

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
    let computed = FUNCTIONS.iter().find(|f| f.name == name).map(crate::interp::builtins::Builtin::value);
    let of_jax = || crate::jax::numpy::function(name).filter(|_| !CHANGING.contains(&name));
    let computed = computed.or_else(|| of_jax().map(|decl| Value::User(Rc::new(OfNumpy(decl)))));
    Some(computed.unwrap_or_else(|| Value::Host(Host::new(format!("numpy.{name}"), None))))
}

/// Functions that change their first argument, which those of that name in `jax.numpy` do not.
const CHANGING: &[&str] = &["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"];

/// A function of `jax.numpy` under NumPy's name: its results are NumPy's arrays, which the program may change.
#[derive(Debug)]
struct OfNumpy(&'static FunctionDecl);

impl Object for OfNumpy {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        interp.call_numpy(self.0, args)
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        interp.find_attribute(&Value::Function(self.0), name)
    }

    fn equals(&self, other: &ObjectRef) -> bool {
        downcast::<OfNumpy>(other).is_some_and(|other| std::ptr::eq(self.0, other.0))
    }

    fn repr(&self) -> String {
        format!("<function {}>", self.0.name)
    }
}

fn host(interp: &Interp) -> Value {
    Value::Host(Host::new(interp.describe(interp.span), Some(interp.span)))
}

/// Applies a function to one number, or to the elements of an array.
fn float(interp: &mut Interp, args: &mut Bound, f: fn(f64) -> f64) -> Result<Value> {
    match Number::of(args.get("x")?) {
        Some(number) => Ok(Value::Float(f(number.to_f64()?))),
        None => of_arrays(interp, args),
    }
}

fn absolute(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = args.get("x")?.clone();
    match Number::of(&x) {
        Some(number) if number.is_negative() => interp.binary(BinaryOp::Subtract, &Value::Int(0), &x),
        Some(_) => Ok(x),
        None => of_arrays(interp, args),
    }
}

/// What the function of the same name in `jax.numpy` gives.
fn of_arrays(interp: &mut Interp, args: &Bound) -> Result<Value> {
    match crate::jax::numpy::function(args.function()) {
        Some(decl) => interp.call_numpy(decl, args.passed()),
        None => Ok(host(interp)),
    }
}

fn fold(interp: &mut Interp, args: &mut Bound, op: BinaryOp, start: i64) -> Result<Value> {
    let values = match args.get("a")?.clone() {
        Value::Array(array) => (0..array.ty().size()).filter_map(|at| element(&array, at)).collect(),
        value @ (Value::List(_) | Value::Tuple(_)) => interp.collect(&value)?,
        value if Number::of(&value).is_some() => vec![value],
        _ => return of_arrays(interp, args),
    };
    if !args.get("axis")?.is_none() || values.iter().any(|v| Number::of(v).is_none()) {
        return of_arrays(interp, args);
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
    match constant(&source, dtype(args)?)? {
        Some(array) => Ok(interp.fresh_array(array)),
        None => Ok(host(interp)),
    }
}

fn copy(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    match constant(&args.get("a")?.clone(), None)? {
        Some(array) => Ok(interp.fresh_array(array)),
        None => Ok(host(interp)),
    }
}

/// The array that NumPy makes of a number, an array or a nested list of them; `None` if it is ragged or holds
/// anything else.
///
/// # Errors
/// There is no array of such elements.
pub(crate) fn constant(source: &Value, dtype: Option<DType>) -> Result<Option<Array>> {
    let mut values = Vec::new();
    let mut widest = None;
    let Some(shape) = flatten(source, &mut values, &mut widest) else { return Ok(None) };
    let floats = values.iter().any(|v| matches!(v, Value::Float(_)));
    let bools = !values.is_empty() && values.iter().all(|v| matches!(v, Value::Bool(_)));
    let natural = match (floats || values.is_empty(), bools) {
        (true, _) => DType::F64,
        (_, true) => DType::Bool,
        _ => DType::I64,
    };
    let dtype = dtype.or(widest.filter(|_| matches!(source, Value::Array(_)))).unwrap_or(natural);
    let unusual = [DType::F16, DType::BF16, DType::F8E4M3FN, DType::F8E5M2, DType::U64, DType::C64, DType::C128];
    if unusual.contains(&dtype) {
        return Ok(None);
    }
    let ty = keramos_ir::TensorType::new(dtype, shape);
    let places: Vec<usize> = (0..ty.size()).collect();
    replaced(&Array::full(&ty, 0.0), &places, &values).map(Some)
}

/// The numbers of a nested list in order and its shape; `None` if it is ragged or holds anything else.
fn flatten(value: &Value, into: &mut Vec<Value>, dtype: &mut Option<DType>) -> Option<Vec<usize>> {
    if Number::of(value).is_some() {
        into.push(value.clone());
        return Some(Vec::new());
    }
    if let Value::Array(array) = value {
        for at in 0..array.ty().size() {
            into.push(element(array, at).filter(|value| Number::of(value).is_some())?);
        }
        *dtype = Some(array.ty().dtype);
        return Some(array.ty().shape.clone());
    }
    let elements = value.elements()?;
    let mut inner: Option<Vec<usize>> = None;
    for element in &elements {
        let shape = flatten(element, into, dtype)?;
        if inner.get_or_insert_with(|| shape.clone()) != &shape {
            return None;
        }
    }
    let mut shape = vec![elements.len()];
    shape.extend(inner.unwrap_or_default());
    Some(shape)
}

/// Elements of the largest array that NumPy makes at compile time; a larger one holds data of the run.
const MAX_FILLED: usize = 1 << 22;

fn filled(interp: &mut Interp, args: &mut Bound, value: f64) -> Result<Value> {
    let dtype = dtype(args)?.unwrap_or(DType::F64);
    let shape = args.get("shape")?.clone();
    constant_of(interp, &shape, dtype, value)
}

fn full(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (shape, value) = (args.get("shape")?.clone(), args.get("fill_value")?.clone());
    let Some(number) = Number::of(&value) else { return Ok(host(interp)) };
    let natural = match &value {
        Value::Bool(_) => DType::Bool,
        Value::Int(_) => DType::I64,
        _ => DType::F64,
    };
    let dtype = dtype(args)?.unwrap_or(natural);
    constant_of(interp, &shape, dtype, number.to_f64()?)
}

fn like(interp: &mut Interp, args: &mut Bound, value: f64) -> Result<Value> {
    let of = args.get("a")?.clone();
    let of = match &of {
        Value::Array(_) => of,
        other => match constant(other, None)? {
            Some(array) => Value::Array(Rc::new(array)),
            None => return Ok(host(interp)),
        },
    };
    let Value::Array(array) = of else { return Ok(host(interp)) };
    let dtype = dtype(args)?.unwrap_or(array.ty().dtype);
    let ty = keramos_ir::TensorType::new(dtype, array.ty().shape.clone());
    Ok(interp.fresh_array(Array::full(&ty, value)))
}

fn constant_of(interp: &mut Interp, shape: &Value, dtype: DType, value: f64) -> Result<Value> {
    let shape = match shape {
        Value::Int(n) => vec![Value::Int(*n)],
        other => other.elements().unwrap_or_default(),
    };
    let dims: Option<Vec<usize>> =
        shape.iter().map(|d| number::index(d).and_then(|d| usize::try_from(d).ok())).collect();
    let Some(dims) = dims else { return Ok(interp.array_of_size(&Value::list(shape), dtype)) };
    let size = dims.iter().fold(1_usize, |size, &dim| size.saturating_mul(dim));
    let ty = keramos_ir::TensorType::new(dtype, dims);
    if size > MAX_FILLED {
        return Ok(crate::interp::numpy_arrays::too_large(interp, ty));
    }
    interp.spend_length(size)?;
    Ok(interp.fresh_array(Array::full(&ty, value)))
}
