//! New tensors.

use keramos_ir::{DType, TensorType};

use crate::error::Result;
use crate::interp::Interp;
use crate::interp::operators::number::Number;
use crate::jax::arguments::{dtype, shape, tensor};
use crate::library::{Bound, Default, FunctionDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::Value;

const SHAPE: Signature = Signature::new(&[Param::required("shape"), Param::new("dtype", Default::None)]);
const LIKE: Signature = Signature::new(&[Param::required("x"), Param::new("dtype", Default::None)]);
const VALUE: Signature = Signature::new(&[Param::required("x"), Param::new("dtype", Default::None)]);

macro_rules! filled {
    ($($constant:ident = $name:literal, $like:ident = $like_name:literal, $doc:literal, $value:literal;)*) => {
        $(static $constant: FunctionDecl = FunctionDecl {
            name: $name,
            signature: SHAPE,
            doc: $doc,
            call: |interp, args| {
                let ty = ty(interp, args)?;
                interp.tracer.full(&ty, $value).map(Value::Tensor)
            },
        };
        static $like: FunctionDecl = FunctionDecl {
            name: $like_name,
            signature: LIKE,
            doc: $doc,
            call: |interp, args| {
                let x = tensor(interp, args, "x")?;
                let dtype = dtype(interp, args, "dtype")?.unwrap_or(x.dtype());
                interp.tracer.full(&TensorType::new(dtype, x.shape()), $value).map(Value::Tensor)
            },
        };)*
    };
}

filled! {
    ZEROS = "zeros", ZEROS_LIKE = "zeros_like", "All zeros.", 0.0;
    ONES = "ones", ONES_LIKE = "ones_like", "All ones.", 1.0;
}

fn ty(interp: &mut Interp, args: &Bound) -> Result<TensorType> {
    let sizes = shape(args, "shape")?;
    let sizes: Option<Vec<usize>> = sizes.iter().map(|&n| usize::try_from(n).ok()).collect();
    let sizes = sizes.ok_or_else(|| args.invalid("shape", "non-negative sizes"))?;
    let dtype = dtype(interp, args, "dtype")?.unwrap_or(DType::F32);
    Ok(TensorType::new(dtype, sizes))
}

static FULL: FunctionDecl = FunctionDecl {
    name: "full",
    signature: Signature::new(&[
        Param::required("shape"),
        Param::required("fill_value"),
        Param::new("dtype", Default::None),
    ]),
    doc: "All of one value.",
    call: |interp, args| {
        let value = tensor(interp, args, "fill_value")?;
        let given = dtype(interp, args, "dtype")?.unwrap_or(value.dtype());
        let ty = ty(interp, args)?;
        let value = interp.tracer.convert(&value, given)?;
        interp.tracer.broadcast_to(&value, &ty.shape).map(Value::Tensor)
    },
};

macro_rules! converting {
    ($($constant:ident = $name:literal;)*) => {
        $(static $constant: FunctionDecl = FunctionDecl {
            name: $name,
            signature: VALUE,
            doc: "A tensor from a tensor, a number or a nested list.",
            call: |interp, args| {
                let x = tensor(interp, args, "x")?;
                let dtype = dtype(interp, args, "dtype")?.unwrap_or(x.dtype());
                interp.tracer.convert(&x, dtype).map(Value::Tensor)
            },
        };)*
    };
}

converting! {
    ARRAY = "array";
    ASARRAY = "asarray";
    CONVERT = "convert_to_tensor";
}

static ARANGE: FunctionDecl = FunctionDecl {
    name: "arange",
    signature: Signature::new(&[
        Param::required("start"),
        Param::new("stop", Default::None),
        Param::new("step", Default::None),
        Param::new("dtype", Default::None),
    ]),
    doc: "Numbers from start to before stop.",
    call: arange,
};

fn arange(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let number = |name: &str, default: i64| match args.some(name)? {
        None => Ok(Number::Int(default)),
        Some(value) => Number::of(value).ok_or_else(|| args.invalid(name, "a number")),
    };
    let first = number("start", 0)?;
    let (start, stop) = if args.get("stop")?.is_none() { (Number::Int(0), first) } else { (first, number("stop", 0)?) };
    let step = number("step", 1)?;
    let whole = [&start, &stop, &step].iter().all(|n| matches!(n, Number::Int(_)));
    let (start, stop, step) = (start.to_f64()?, stop.to_f64()?, step.to_f64()?);
    if step == 0.0 {
        return Err(args.invalid("step", "a number other than 0"));
    }
    let count = ((stop - start) / step).ceil().max(0.0) as usize;
    interp.spend_length(count)?;
    let natural = if whole { DType::I32 } else { DType::F32 };
    let dtype = dtype(interp, args, "dtype")?.unwrap_or(natural);
    let tracer = &mut interp.tracer;
    let places: Tensor = tracer.iota(dtype, &[count], 0)?;
    let scaled = tracer.mul_scalar(&places, step)?;
    let shifted = tracer.add_scalar(&scaled, start)?;
    tracer.convert(&shifted, dtype).map(Value::Tensor)
}

/// All of these functions.
pub(super) static FUNCTIONS: &[&FunctionDecl] =
    &[&ZEROS, &ZEROS_LIKE, &ONES, &ONES_LIKE, &FULL, &ARRAY, &ASARRAY, &CONVERT, &ARANGE];
