//! Products.

use keramos_ir::DType;
use keramos_ir::ops::{DotDims, Precision};

use super::arguments::{operand, tuple_text};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{dtype, integers};
use crate::library::{Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

/// The argument `precision`.
pub(crate) fn precision(interp: &Interp, args: &Bound) -> Result<Precision> {
    let value = match args.some("precision")? {
        None => return Ok(interp.tracer.precision),
        Some(value) => value.clone(),
    };
    let names = match value.elements() {
        Some(names) => names,
        None => vec![value],
    };
    // Of a pair, one for each operand, the more exact one.
    let mut found = Precision::Default;
    for name in &names {
        let Value::Str(name) = name else { return Err(args.invalid("precision", "a lax.Precision or a string")) };
        found = match (name.to_lowercase().as_str(), found) {
            ("highest" | "float32", _) => Precision::Highest,
            ("high" | "tensorfloat32" | "bfloat16_3x", Precision::Default) => Precision::High,
            ("default" | "fastest" | "bfloat16" | "high" | "tensorfloat32" | "bfloat16_3x", found) => found,
            _ => return Err(args.invalid("precision", "\"default\", \"high\" or \"highest\"")),
        };
    }
    Ok(found)
}

/// Runs `code` where products are in the type that the argument `preferred_element_type` names.
pub(super) fn preferring<T>(
    interp: &mut Interp,
    args: &Bound,
    code: impl FnOnce(&mut Interp) -> Result<T>,
) -> Result<T> {
    let preferred = dtype(interp, args, "preferred_element_type")?;
    let before = std::mem::replace(&mut interp.tracer.preferred, preferred);
    let done = code(interp);
    interp.tracer.preferred = before;
    done
}

/// Operands in one element type, and the result's.
pub(super) fn common(interp: &mut Interp, args: &Bound, a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor, DType)> {
    preferring(interp, args, |interp| interp.tracer.factors(a, b))
}

fn pairs(args: &Bound, value: &Value) -> Result<[Vec<usize>; 2]> {
    let dims = |value: &Value| -> Option<Vec<usize>> {
        value.elements()?;
        integers(value)?.iter().map(|&d| usize::try_from(d).ok()).collect()
    };
    let found = value.elements().and_then(|pair| match pair.as_slice() {
        [a, b] => Some([dims(a)?, dims(b)?]),
        _ => None,
    });
    found.ok_or_else(|| {
        args.invalid("dimension_numbers", "((lhs_contracting, rhs_contracting), (lhs_batch, rhs_batch))")
    })
}

/// The argument `dimension_numbers` of a product.
fn dot_dims(args: &Bound) -> Result<DotDims> {
    let value = args.get("dimension_numbers")?;
    let parts = value.elements().unwrap_or_default();
    let [contracting, batch] = parts.as_slice() else {
        return Err(args.invalid("dimension_numbers", "((lhs_contracting, rhs_contracting), (lhs_batch, rhs_batch))"));
    };
    let [lhs_contracting, rhs_contracting] = pairs(args, contracting)?;
    let [lhs_batch, rhs_batch] = pairs(args, batch)?;
    Ok(DotDims { lhs_contracting, rhs_contracting, lhs_batch, rhs_batch })
}

fn product(interp: &mut Interp, args: &Bound, a: &Tensor, b: &Tensor, dims: DotDims) -> Result<Value> {
    for (what, lhs, rhs) in
        [("contracting", &dims.lhs_contracting, &dims.rhs_contracting), ("batch", &dims.lhs_batch, &dims.rhs_batch)]
    {
        let sizes = |x: &Tensor, dims: &[usize]| -> Result<Vec<usize>> {
            let found: Option<Vec<usize>> = dims.iter().map(|&d| x.shape().get(d).copied()).collect();
            found.ok_or_else(|| {
                let (dims, shape) = (tuple_text(dims), tuple_text(x.shape()));
                Error::ty(format!("dot_general requires {what} dimensions to exist, got {dims} for shape {shape}."))
            })
        };
        let (left, right) = (sizes(a, lhs)?, sizes(b, rhs)?);
        if left != right {
            let (left, right) = (tuple_text(&left), tuple_text(&right));
            let message =
                format!("dot_general requires {what} dimensions to have the same shape, got {left} and {right}.");
            return Err(Error::ty(message));
        }
    }
    let precision = precision(interp, args)?;
    let before = std::mem::replace(&mut interp.tracer.precision, precision);
    let y = preferring(interp, args, |interp| interp.tracer.dot_general(a, b, dims));
    interp.tracer.precision = before;
    y.map(Value::Tensor)
}

fn dot_general(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (a, b) = (operand(interp, args, "lhs")?, operand(interp, args, "rhs")?);
    let dims = dot_dims(args)?;
    product(interp, args, &a, &b, dims)
}

fn dot(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (a, b) = (operand(interp, args, "lhs")?, operand(interp, args, "rhs")?);
    if args.some("dimension_numbers")?.is_some() {
        let dims = dot_dims(args)?;
        return product(interp, args, &a, &b, dims);
    }
    let ranks = (1..=2).contains(&a.rank()) && (1..=2).contains(&b.rank());
    if !ranks || a.shape().last() != b.shape().first() {
        let (left, right) = (tuple_text(a.shape()), tuple_text(b.shape()));
        let message = format!(
            "jax.lax.dot: dimension_numbers must be specified when not performing simple un-batched matrix-matrix, \
             matrix-vector, or vector-vector products; got lhs_shape={left} rhs_shape={right}"
        );
        return Err(raise("ValueError", message));
    }
    product(interp, args, &a, &b, DotDims::contracting([a.rank() - 1], [0]))
}

fn batch_matmul(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (a, b) = (operand(interp, args, "lhs")?, operand(interp, args, "rhs")?);
    let rank = a.rank();
    if rank < 2 || b.rank() != rank {
        return Err(raise(
            "ValueError",
            format!("Arguments to batch_matmul must be at least 2D and of equal ndim, got {rank}, {}", b.rank()),
        ));
    }
    let batch: Vec<usize> = (0..rank - 2).collect();
    let dims = DotDims::contracting([rank - 1], [rank - 2]).batch(batch.clone(), batch);
    product(interp, args, &a, &b, dims)
}

const NONE: Default = Default::None;

/// Products of matrices.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "dot" [(lhs) (rhs) (dimension_numbers = NONE) (precision = NONE) (preferred_element_type = NONE) (out_sharding = NONE)]
        "The product of vectors or matrices." => dot;
    "dot_general" [(lhs) (rhs) (dimension_numbers) (precision = NONE) (preferred_element_type = NONE) (out_sharding = NONE)]
        "Products summed over some dimensions and kept along others." => dot_general;
    "batch_matmul" [(lhs) (rhs) (precision = NONE) (preferred_element_type = NONE)] "Products of matrices, one by one." => batch_matmul;
};
