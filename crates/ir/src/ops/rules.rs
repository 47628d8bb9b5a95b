//! Pieces that several primitives' rules share.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{Array, Builder, IrError, Location, Op, Operand, Result, TensorType, Value};

/// Checks the number of operands and returns them as an array.
pub(crate) fn operands<'a, const N: usize>(op: &'static str, types: &[&'a TensorType]) -> Result<[&'a TensorType; N]> {
    <[&TensorType; N]>::try_from(types).map_err(|_| wrong_count(op, N, types.len(), types))
}

/// The error of an equation with another number of operands than it takes.
pub(crate) fn wrong_count(op: &'static str, wanted: usize, given: usize, types: &[&TensorType]) -> IrError {
    let message = format!("takes {wanted} operand{}, {given} given", if wanted == 1 { "" } else { "s" });
    IrError::ty(op, message, types)
}

/// The error of a primitive that `transform` cannot handle.
pub(crate) fn no_rule<T>(op: &'static str, transform: &'static str, message: &str, location: &Location) -> Result<T> {
    Err(IrError::NoRule { op, transform, message: message.to_owned(), location: location.clone() })
}

/// Emits one attribute-free StableHLO operation.
pub(crate) fn plain(
    e: &mut dyn Emitter,
    name: &'static str,
    operands: &[HloValue],
    results: &[TensorType],
) -> Result<Vec<HloValue>> {
    e.op(HloOp { name, operands, attributes: Vec::new(), regions: Vec::new(), results })
}

/// Checks the number of arrays that the evaluator was given.
pub(crate) fn arrays<'a, const N: usize>(op: &'static str, arrays: &[&'a Array]) -> Result<[&'a Array; N]> {
    <[&Array; N]>::try_from(arrays)
        .map_err(|_| IrError::Eval { op, message: format!("takes {N} operands, {} given", arrays.len()) })
}

/// The `jvp` rule of a primitive of one operand that is linear in it: apply it to the tangent.
pub(crate) fn linear_jvp<P: Clone + Into<Op>>(
    b: &mut Builder,
    op: &P,
    primals: &[Value],
    tangents: &[Option<Value>],
) -> Result<Dual> {
    let y = b.emit1(op.clone(), primals)?;
    let dy = match tangents {
        &[Some(dx)] => Some(b.emit1(op.clone(), &[dx])?),
        _ => None,
    };
    Ok((vec![y], vec![dy]))
}

/// The `transpose` rule of a primitive with one result that is linear in its only operand.
pub(crate) fn linear_transpose(
    cotangents: &[Option<Value>],
    operands: &[Operand],
    rule: impl FnOnce(Value, &TensorType) -> Result<Value>,
) -> Result<Vec<Option<Value>>> {
    match (cotangents, operands) {
        (&[Some(ct)], [Operand::Linear(ty)]) => Ok(vec![Some(rule(ct, ty)?)]),
        _ => Ok(vec![None; operands.len()]),
    }
}

/// Whether `dims` lists `0..rank`, each once.
pub(crate) fn is_permutation(dims: &[usize], rank: usize) -> bool {
    dims.len() == rank && are_dims(dims, rank)
}

/// Whether `dims` are distinct dimensions below `rank`.
pub(crate) fn are_dims(dims: &[usize], rank: usize) -> bool {
    dims.iter().enumerate().all(|(i, d)| *d < rank && !dims[..i].contains(d))
}

/// The inverse of a permutation.
pub(crate) fn inverse(permutation: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; permutation.len()];
    for (i, &d) in permutation.iter().enumerate() {
        inverse[d] = i;
    }
    inverse
}

/// The dimensions below `rank` that are not in `dims`, ascending.
pub(crate) fn other_dims(rank: usize, dims: &[usize]) -> Vec<usize> {
    (0..rank).filter(|d| !dims.contains(d)).collect()
}

/// Sum of two tangents, either of which may be zero.
pub(crate) fn sum(b: &mut Builder, x: Option<Value>, y: Option<Value>) -> Result<Option<Value>> {
    match (x, y) {
        (Some(x), Some(y)) => b.add(x, y).map(Some),
        (one, None) | (None, one) => Ok(one),
    }
}

/// A tangent as a value: zeros like `like` if it is zero.
pub(crate) fn instantiate(b: &mut Builder, tangent: Option<Value>, like: Value) -> Result<Value> {
    tangent.map_or_else(|| b.full_like(like, 0.0), Ok)
}

/// The `jvp` rule of a primitive whose derivative is zero wherever it exists.
pub(crate) fn constant_jvp<P: Clone + Into<Op>>(b: &mut Builder, op: &P, primals: &[Value]) -> Result<Dual> {
    let results = b.emit(op.clone(), primals)?;
    let tangents = vec![None; results.len()];
    Ok((results, tangents))
}

/// The `transpose` rule of a primitive that is linear in nothing.
pub(crate) fn not_linear<T>(op: &'static str, b: &Builder) -> Result<T> {
    no_rule(op, "transpose", "the function is not linear in these operands", b.location())
}

/// The `jvp` rule of a primitive with one result that is linear in several operands jointly while
/// the others (indices) carry no tangent: apply it to the tangents, zeros where there is none.
pub(crate) fn jointly_linear_jvp<P: Clone + Into<Op>>(
    b: &mut Builder,
    op: &P,
    primals: &[Value],
    tangents: &[Option<Value>],
    is_linear: impl Fn(usize) -> bool,
) -> Result<Dual> {
    let y = b.emit1(op.clone(), primals)?;
    if !tangents.iter().enumerate().any(|(i, d)| is_linear(i) && d.is_some()) {
        return Ok((vec![y], vec![None]));
    }
    let mut operands = primals.to_vec();
    for (i, (operand, &tangent)) in operands.iter_mut().zip(tangents).enumerate() {
        if is_linear(i) {
            *operand = instantiate(b, tangent, *operand)?;
        }
    }
    let dy = b.emit1(op.clone(), &operands)?;
    Ok((vec![y], vec![Some(dy)]))
}

/// The type of an operand under transposition.
pub(crate) fn operand_type<'a>(b: &'a Builder, operand: &'a Operand) -> &'a TensorType {
    match operand {
        Operand::Linear(ty) => ty,
        Operand::Known(value) => b.ty(*value),
    }
}

/// The values of operands that must be known under transposition.
pub(crate) fn known(op: &'static str, b: &Builder, operands: &[Operand]) -> Result<Vec<Value>> {
    let value = |operand: &Operand| match operand {
        Operand::Known(value) => Ok(*value),
        Operand::Linear(_) => not_linear(op, b),
    };
    operands.iter().map(value).collect()
}

/// The first operand's type and the others'.
pub(crate) fn first<'a, 'b>(
    op: &'static str,
    operands: &'b [&'a TensorType],
) -> Result<(&'a TensorType, &'b [&'a TensorType])> {
    match operands {
        [first, rest @ ..] => Ok((first, rest)),
        [] => Err(missing(op)),
    }
}

/// The first array and the others.
pub(crate) fn first_array<'a, 'b>(op: &'static str, arrays: &'b [&'a Array]) -> Result<(&'a Array, &'b [&'a Array])> {
    match arrays {
        [first, rest @ ..] => Ok((first, rest)),
        [] => Err(missing(op)),
    }
}

/// The error of an equation without operands that must have one.
pub(crate) fn missing(op: &'static str) -> IrError {
    IrError::ty(op, "an operand is missing", &[])
}

/// The `jvp` rule of a primitive that is linear in each of its two operands.
pub(crate) fn bilinear_jvp<P: Clone + Into<Op>>(
    b: &mut Builder,
    op: &P,
    primals: &[Value],
    tangents: &[Option<Value>],
) -> Result<Dual> {
    let z = b.emit1(op.clone(), primals)?;
    let mut tangent = None;
    if let (&[x, y], &[dx, dy]) = (primals, tangents) {
        let left = dx.map(|dx| b.emit1(op.clone(), &[dx, y])).transpose()?;
        let right = dy.map(|dy| b.emit1(op.clone(), &[x, dy])).transpose()?;
        tangent = sum(b, left, right)?;
    }
    Ok((vec![z], vec![tangent]))
}

/// The error of lowering an equation whose numbers of operands or results its type rule forbids.
pub(crate) fn not_lowered<T>(op: &'static str) -> Result<T> {
    Err(IrError::ty(op, "operands or results are missing", &[]))
}

/// Puts values where flags are set.
pub(crate) fn spread(flags: &[bool], values: Vec<Value>) -> Vec<Option<Value>> {
    let mut values = values.into_iter();
    flags.iter().map(|&flag| if flag { values.next() } else { None }).collect()
}

/// `x` with `axes` as one leading dimension; the others keep their order.
pub(crate) fn axes_in_front(b: &mut Builder, x: Value, axes: &[usize]) -> Result<Value> {
    let ty = b.ty(x).clone();
    let kept = other_dims(ty.rank(), axes);
    let front = b.transpose(x, &[axes, &kept].concat())?;
    let count = axes.iter().map(|&d| ty.shape[d]).product();
    let shape: Vec<usize> = std::iter::once(count).chain(kept.iter().map(|&d| ty.shape[d])).collect();
    b.reshape(front, &shape)
}
