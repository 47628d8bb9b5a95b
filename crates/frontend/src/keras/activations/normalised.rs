//! Functions along an axis.

use keramos_ir::{DType, as_tuple};

use super::x;
use crate::error::{Error, Result};
use crate::library::{Bound, Default, FunctionDecl, Param, Signature};
use crate::ops::{axes_indices, axis_index};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

const X_AXIS: &[Param] = &[Param::required("x"), Param::new("axis", Default::Int(-1))];

pub(super) static SOFTMAX: FunctionDecl = FunctionDecl {
    name: "softmax",
    signature: Signature::new(X_AXIS),
    doc: "Exponentials that sum to 1 along the axis (or axes).",
    call: |interp, args| {
        let x = x(interp, args)?;
        let axes = axes(args, x.rank())?;
        Ok(Value::Tensor(interp.tracer.softmax_over(&x, &axes)?))
    },
};

pub(super) static LOG_SOFTMAX: FunctionDecl = FunctionDecl {
    name: "log_softmax",
    signature: Signature::new(X_AXIS),
    doc: "The logarithm of softmax.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let axis = axis_index(args.i64("axis")?, x.rank())?;
        Ok(Value::Tensor(interp.tracer.log_softmax(&x, axis)?))
    },
};

pub(super) static SPARSEMAX: FunctionDecl = FunctionDecl {
    name: "sparsemax",
    signature: Signature::new(X_AXIS),
    doc: "The nearest point of the probability simplex along the axis.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let axis = axis_index(args.i64("axis")?, x.rank())?;
        Ok(Value::Tensor(sparsemax(&mut interp.tracer, &x, axis)?))
    },
};

pub(super) static GLU: FunctionDecl = FunctionDecl {
    name: "glu",
    signature: Signature::new(X_AXIS),
    doc: "The first half along the axis, gated by the sigmoid of the second.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let axis = axis_index(args.i64("axis")?, x.rank())?;
        let n = x.shape()[axis];
        if n % 2 != 0 {
            let message = format!("glu needs an even size along axis {axis}, the shape is {}", as_tuple(x.shape()));
            return Err(Error::shape(message));
        }
        let t = &mut interp.tracer;
        let (values, gates) = (t.slice_axis(&x, axis, 0, n / 2)?, t.slice_axis(&x, axis, n / 2, n)?);
        let gates = t.logistic(&gates)?;
        Ok(Value::Tensor(t.mul(&values, &gates)?))
    },
};

/// The axes named by `axis`: an integer or a tuple of integers.
fn axes(args: &Bound, rank: usize) -> Result<Vec<usize>> {
    let int = |v: &Value| match v {
        Value::Int(i) => Some(*i),
        _ => None,
    };
    let value = args.get("axis")?;
    let axes: Option<Vec<i64>> = match value.elements() {
        Some(elements) => elements.iter().map(int).collect(),
        None => int(value).map(|i| vec![i]),
    };
    axes_indices(Some(&axes.ok_or_else(|| args.invalid("axis", "an integer or a tuple of integers"))?), rank)
}

/// max(x − τ, 0) with the τ for which that sums to 1 (Martins and Astudillo, 2016).
fn sparsemax(t: &mut Tracer, x: &Tensor, axis: usize) -> Result<Tensor> {
    let negative = t.neg(x)?;
    let ascending = t.sort(&negative, axis)?;
    let sorted = t.neg(&ascending)?;
    let sums = t.cumsum(&sorted, axis)?;
    let mut ranks = vec![1; x.rank()];
    ranks[axis] = x.shape()[axis];
    let ranks = t.iota(DType::F32, &ranks, axis)?;
    let ranks = t.add_scalar(&ranks, 1.0)?;
    let excess = t.add_scalar(&sums, -1.0)?;
    let mean = t.div(&excess, &ranks)?;
    let margin = t.sub(&sorted, &mean)?;
    let zero = t.weak(0.0)?;
    let support = t.gt(&margin, &zero)?;
    let size = t.sum(&support, &[axis], true)?;
    let counted = t.select(&support, &sums, &zero)?;
    let total = t.sum(&counted, &[axis], true)?;
    let excess = t.add_scalar(&total, -1.0)?;
    let tau = t.div(&excess, &size)?;
    let shifted = t.sub(x, &tau)?;
    t.max_scalar(&shifted, 0.0)
}
