//! Arguments of `jax.lax` functions, which neither promote nor (scalars aside) broadcast.

use keramos_ir::{Builder, DType, Result as IrResult, Value as IrValue};
use keramos_ir::{Size, as_tuple};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::jax::arguments::integers;
use crate::library::Bound;
use crate::trace::Tensor;
use crate::value::Value;

/// Code that appends equations for operands.
pub(super) type Code = fn(&mut Builder, &[IrValue]) -> IrResult<IrValue>;

/// A shape as Python prints tuples.
pub(super) fn tuple_text<T: Size>(items: &[T]) -> String {
    as_tuple(items).to_string()
}

/// Element types that a function accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    /// Floating point.
    Float,
    /// Integers and floating point.
    Number,
    /// Integers.
    Integer,
    /// Integers and truth values.
    Bits,
    /// Complex numbers.
    Complex,
    /// Everything.
    Any,
}

impl Domain {
    pub(super) fn accepts(self, dtype: DType) -> bool {
        match self {
            Domain::Float => !dtype.is_int() && dtype != DType::Bool,
            Domain::Number => dtype != DType::Bool,
            Domain::Integer => dtype.is_int(),
            Domain::Bits => dtype.is_int() || dtype == DType::Bool,
            Domain::Complex => dtype.is_complex(),
            Domain::Any => true,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Domain::Float => "floating, complexfloating",
            Domain::Number => "integer, floating, complexfloating",
            Domain::Integer => "integer",
            Domain::Bits => "integer, bool",
            Domain::Complex => "complexfloating",
            Domain::Any => "number, bool",
        }
    }

    /// Refuses operands of other element types.
    pub(super) fn check(self, function: &str, operands: &[Tensor]) -> Result<()> {
        let many = operands.len() > 1;
        let Some((place, x)) = operands.iter().enumerate().find(|(_, x)| !self.accepts(x.dtype())) else {
            return Ok(());
        };
        let (name, text) = (x.dtype().numpy_name(), self.text());
        let place = if many { format!(" at position {place}") } else { String::new() };
        let message =
            format!("{function} does not accept dtype {name}{place}. Accepted dtypes{place} are subtypes of {text}.");
        Err(Error::ty(message))
    }
}

/// Argument `name` as a tensor; unlike functions of `jax.numpy`, those of `jax.lax` take no lists.
pub(super) fn operand(interp: &mut Interp, args: &Bound, name: &str) -> Result<Tensor> {
    let value = args.get(name)?.clone();
    to_operand(interp, args, &value)
}

/// A value as a tensor.
pub(super) fn to_operand(interp: &mut Interp, args: &Bound, value: &Value) -> Result<Tensor> {
    interp.to_tensor(value).map_err(|error| match value {
        Value::List(_) | Value::Tuple(_) | Value::None | Value::Str(_) | Value::Dict(_) => {
            let message = format!(
                "Error interpreting argument to {} as a JAX value. The problematic value is of type {}",
                args.function(),
                value.type_name()
            );
            Error::ty(message).help("jax.lax functions take arrays and numbers; jnp.array(…) makes one of a list")
        }
        _ => error,
    })
}

/// Refuses operands whose element types differ. `similar` is the function of `jax.numpy` that promotes.
pub(super) fn same_dtypes(function: &str, similar: &str, operands: &[Tensor]) -> Result<()> {
    let Some(first) = operands.first() else { return Ok(()) };
    if operands.iter().all(|x| x.dtype() == first.dtype()) {
        return Ok(());
    }
    let names: Vec<&str> = operands.iter().map(|x| x.dtype().numpy_name()).collect();
    let message = format!("lax.{function} requires arguments to have the same dtypes, got {}.", names.join(", "));
    let error = Error::ty(message);
    Err(match similar {
        "" => error.help("convert one of them with lax.convert_element_type"),
        similar => {
            error.note(format!("jnp.{similar} is a similar function that does automatic type promotion on inputs"))
        }
    })
}

/// Operands in one shape: scalars take the others' shape, which must have one rank and sizes that are equal or 1.
pub(super) fn same_shapes(interp: &mut Interp, function: &str, operands: &[Tensor]) -> Result<Vec<Tensor>> {
    let mut shape: Vec<usize> = Vec::new();
    for x in operands.iter().filter(|x| x.rank() > 0) {
        if shape.is_empty() {
            shape = x.shape().to_vec();
            continue;
        }
        if x.rank() != shape.len() {
            let (low, high) = (x.rank().min(shape.len()), x.rank().max(shape.len()));
            let message = format!("{function}: arrays must have the same number of dimensions, got {{{low}, {high}}}");
            return Err(Error::ty(message).help("jax.numpy functions broadcast; or use lax.broadcast_in_dim"));
        }
        for (size, &n) in shape.iter_mut().zip(x.shape()) {
            match (*size, n) {
                (a, b) if a == b || b == 1 => {}
                (1, b) => *size = b,
                _ => {
                    let shapes: Vec<String> = operands.iter().map(|x| tuple_text(x.shape())).collect();
                    let message =
                        format!("{function} got incompatible shapes for broadcasting: {}.", shapes.join(", "));
                    return Err(Error::ty(message));
                }
            }
        }
    }
    operands.iter().map(|x| interp.tracer.broadcast_to(x, &shape)).collect()
}

/// Applies an element-wise function to arguments.
pub(super) fn elementwise(
    interp: &mut Interp,
    args: &Bound,
    names: &[&str],
    similar: &str,
    domain: Domain,
    code: Code,
) -> Result<Value> {
    let operands = names.iter().map(|name| operand(interp, args, name)).collect::<Result<Vec<_>>>()?;
    same_dtypes(args.function(), similar, &operands)?;
    domain.check(args.function(), &operands)?;
    let operands = same_shapes(interp, args.function(), &operands)?;
    apply(interp, &operands, code).map(Value::Tensor)
}

/// Applies builder code; the result is weak if all operands are and its element type is theirs.
pub(super) fn apply(
    interp: &mut Interp,
    operands: &[Tensor],
    code: impl FnOnce(&mut Builder, &[IrValue]) -> IrResult<IrValue>,
) -> Result<Tensor> {
    let all: Vec<&Tensor> = operands.iter().collect();
    let y = interp.tracer.build1(&all, code)?;
    let weak = operands.iter().all(Tensor::is_weak) && operands.first().is_some_and(|x| x.dtype() == y.dtype());
    Ok(if weak { y.into_weak() } else { y })
}

/// Argument `name` as integers.
pub(super) fn ints(args: &Bound, name: &str) -> Result<Vec<i64>> {
    integers(args.get(name)?).ok_or_else(|| args.invalid(name, "integers"))
}

/// Argument `name` as sizes or dimensions, none of them negative.
pub(super) fn sizes(args: &Bound, name: &str) -> Result<Vec<usize>> {
    args.sizes_of(name, &ints(args, name)?, "integers that are not negative")
}

/// As [`sizes`]; `None` if the argument is that.
pub(super) fn some_sizes(args: &Bound, name: &str) -> Result<Option<Vec<usize>>> {
    match args.some(name)? {
        None => Ok(None),
        Some(_) => sizes(args, name).map(Some),
    }
}

/// Dimensions counted from the front; negative ones count from the back.
pub(super) fn dims(args: &Bound, name: &str, rank: usize) -> Result<Vec<usize>> {
    ints(args, name)?.into_iter().map(|d| dim_of(d, rank)).collect()
}

/// Argument `name` as one dimension.
pub(super) fn dim(args: &Bound, name: &str, rank: usize) -> Result<usize> {
    dim_of(args.i64(name)?, rank)
}

fn dim_of(d: i64, rank: usize) -> Result<usize> {
    let found = if d < 0 { d + rank as i64 } else { d };
    usize::try_from(found)
        .ok()
        .filter(|&d| d < rank)
        .ok_or_else(|| raise("ValueError", format!("axis {d} is out of bounds for array of dimension {rank}")))
}
