//! Along axes.

use crate::error::Result;
use crate::interp::Interp;
use crate::jax::arguments::{axes, tensor};
use crate::library::{Bound, Default, FunctionDecl, Param, Signature};
use crate::value::Value;

const REDUCE: Signature = Signature::new(&[
    Param::required("x"),
    Param::new("axis", Default::None),
    Param::new("keepdims", Default::Bool(false)),
]);

macro_rules! reductions {
    ($($constant:ident = $name:literal, $doc:literal, $method:ident;)*) => {
        $(static $constant: FunctionDecl = FunctionDecl {
            name: $name,
            signature: REDUCE,
            doc: $doc,
            call: |interp, args| {
                let x = tensor(interp, args, "x")?;
                let axes = axes(args, x.rank())?;
                interp.tracer.$method(&x, &axes, args.bool("keepdims")?).map(Value::Tensor)
            },
        };)*
    };
}

reductions! {
    ALL = "all", "Whether all are true.", all;
    ANY = "any", "Whether any is true.", any;
    MAX = "max", "The largest element.", max;
    MEAN = "mean", "The mean.", mean;
    MIN = "min", "The smallest element.", min;
    PROD = "prod", "The product.", prod;
    SUM = "sum", "The sum.", sum;
}

static VAR: FunctionDecl =
    FunctionDecl { name: "var", signature: REDUCE, doc: "The variance.", call: |i, args| variance(i, args, false) };

static STD: FunctionDecl = FunctionDecl {
    name: "std",
    signature: REDUCE,
    doc: "The standard deviation.",
    call: |i, args| variance(i, args, true),
};

fn variance(interp: &mut Interp, args: &mut Bound, root: bool) -> Result<Value> {
    let x = tensor(interp, args, "x")?;
    let x = interp.tracer.to_float(&x)?;
    let (axes, keepdims) = (axes(args, x.rank())?, args.bool("keepdims")?);
    let mean = interp.tracer.mean(&x, &axes, true)?;
    let centred = interp.tracer.sub(&x, &mean)?;
    let squares = interp.tracer.square(&centred)?;
    let variance = interp.tracer.mean(&squares, &axes, keepdims)?;
    let result = if root { interp.tracer.sqrt(&variance)? } else { variance };
    Ok(Value::Tensor(result))
}

const ALONG: Signature = Signature::new(&[
    Param::required("x"),
    Param::new("axis", Default::None),
    Param::new("keepdims", Default::Bool(false)),
]);

static ARGMAX: FunctionDecl = FunctionDecl {
    name: "argmax",
    signature: ALONG,
    doc: "Where the largest is.",
    call: |i, args| arg(i, args, false),
};

static ARGMIN: FunctionDecl = FunctionDecl {
    name: "argmin",
    signature: ALONG,
    doc: "Where the smallest is.",
    call: |i, args| arg(i, args, true),
};

fn arg(interp: &mut Interp, args: &mut Bound, smallest: bool) -> Result<Value> {
    let mut x = tensor(interp, args, "x")?;
    let axis = match args.some("axis")? {
        None => {
            x = interp.tracer.reshape_infer(&x, &[-1])?;
            0
        }
        Some(_) => crate::ops::axis_index(args.i64("axis")?, x.rank())?,
    };
    if smallest {
        x = interp.tracer.neg(&x)?;
    }
    let found = interp.tracer.argmax(&x, axis)?;
    let result = if args.bool("keepdims")? { interp.tracer.expand_dims(&found, &[axis])? } else { found };
    Ok(Value::Tensor(result))
}

static CUMSUM: FunctionDecl = FunctionDecl {
    name: "cumsum",
    signature: Signature::new(&[Param::required("x"), Param::new("axis", Default::None)]),
    doc: "Running sums.",
    call: |interp, args| {
        let mut x = tensor(interp, args, "x")?;
        let axis = match args.some("axis")? {
            None => {
                x = interp.tracer.reshape_infer(&x, &[-1])?;
                0
            }
            Some(_) => crate::ops::axis_index(args.i64("axis")?, x.rank())?,
        };
        interp.tracer.cumsum(&x, axis).map(Value::Tensor)
    },
};

static MATMUL_EINSUM: FunctionDecl = FunctionDecl {
    name: "einsum",
    signature: Signature::new(&[Param::required("subscripts"), Param::required("x1"), Param::required("x2")]),
    doc: "A product of two tensors summed as the subscripts say.",
    call: |interp, args| {
        let (a, b) = (tensor(interp, args, "x1")?, tensor(interp, args, "x2")?);
        interp.tracer.einsum(&args.str("subscripts")?, &a, &b).map(Value::Tensor)
    },
};

/// All of these functions.
pub(super) static FUNCTIONS: &[&FunctionDecl] =
    &[&ALL, &ANY, &MAX, &MEAN, &MIN, &PROD, &SUM, &VAR, &STD, &ARGMAX, &ARGMIN, &CUMSUM, &MATMUL_EINSUM];
