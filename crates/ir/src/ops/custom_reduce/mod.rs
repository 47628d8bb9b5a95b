//! `reduce` and `reduce_window` with a function of the user's, over one or several tensors together.

mod whole;
mod windows;

pub use whole::CustomReduce;
pub use windows::CustomReduceWindow;

use std::sync::Arc;

use super::{batching, index};
use crate::{Array, Batch, Builder, Function, IrError, Mapped, Op, Primitive, Result, TensorType, Value, eval};

/// Operands or operand types of a reduction: first the tensors, then an initial value for each.
fn halves<T>(all: &[T]) -> (&[T], &[T]) {
    all.split_at(all.len() / 2)
}

/// Checks that the operands are tensors of one shape with an initial value each, and that `computation`
/// takes accumulated values and elements to accumulated values. Returns the tensors' types.
fn check<'a, 'b>(
    op: &'static str,
    computation: &Function,
    operands: &'b [&'a TensorType],
) -> Result<&'b [&'a TensorType]> {
    let error = |message: &str| Err(IrError::ty(op, message, operands));
    let (xs, inits) = halves(operands);
    let scalars: Vec<TensorType> = xs.iter().map(|x| TensorType::scalar(x.dtype)).collect();
    if xs.is_empty() || xs.len() != inits.len() || xs.iter().any(|x| x.shape != xs[0].shape) {
        return error("takes tensors of one shape, then as many initial values");
    }
    if !inits.iter().copied().eq(&scalars) {
        return error("initial values must be scalars of the tensors' element types");
    }
    if computation.param_types() != [&scalars[..], &scalars].concat() || computation.result_types() != scalars {
        return error("the computation must take accumulated values and elements to accumulated values, all scalars");
    }
    Ok(xs)
}

/// For each pair of a position in the tensors and one in the results, combines the elements into the
/// results, which start as the initial values.
fn fold(computation: &Function, operands: &[&Array], shape: &[usize], pairs: &[(usize, usize)]) -> Result<Vec<Array>> {
    let (xs, inits) = halves(operands);
    let start: Vec<Array> = inits.iter().map(|&init| init.clone()).collect();
    let mut places = vec![start; shape.iter().product()];
    for &(from, to) in pairs {
        let elements = xs.iter().map(|x| index::take(x, &[], &[from])).collect::<Result<Vec<_>>>()?;
        places[to] = eval(computation, &[&places[to][..], &elements].concat())?;
    }
    let result = |i: usize, init: &Array| match places.is_empty() {
        true => index::take(init, shape, &[]),
        false => index::concatenate(&places.iter().map(|place| &place[i]).collect::<Vec<_>>())?.reshaped(shape),
    };
    inits.iter().enumerate().map(|(i, init)| result(i, init)).collect()
}

/// The rule for batches: `batched` reduces all examples at once if they share the initial values. Otherwise
/// one example is reduced after the other by `op`.
fn batch(b: &mut Builder, batch: &Batch, op: Op, batched: Op, operands: &[Mapped]) -> Result<Vec<Mapped>> {
    let (xs, inits) = halves(operands);
    if !batching::any_mapped(inits) {
        let xs = batching::all_front(b, batch, xs)?;
        let results = b.emit(batched, &[xs, batching::values(inits)].concat())?;
        return Ok(results.into_iter().map(Mapped::yes).collect());
    }
    let mut body = Builder::new(op.name());
    let mut params = vec![None; operands.len()];
    for mapped in [false, true] {
        for (param, &operand) in params.iter_mut().zip(operands).filter(|(_, operand)| operand.mapped == mapped) {
            *param = Some(body.param(batching::example_type(b, operand)));
        }
    }
    let results = body.emit(op, &params.into_iter().flatten().collect::<Vec<_>>())?;
    let body = Arc::new(body.finish(results));
    let of = |mapped| operands.iter().filter(|o| o.mapped == mapped).map(|o| o.value).collect::<Vec<Value>>();
    let (_, results) = b.scan(&body, &of(false), &[], &of(true), super::Steps::new(batch.size))?;
    Ok(results.into_iter().map(Mapped::yes).collect())
}

/// Combines corresponding elements of two lists of tensors of one shape.
fn combine(b: &mut Builder, computation: &Function, left: &[Value], right: &[Value]) -> Result<Vec<Value>> {
    let Some(shape) = left.first().map(|&x| b.ty(x).shape.clone()) else { return Ok(Vec::new()) };
    let size = shape.iter().product();
    let batch = Batch::new(size);
    let mut operands = Vec::with_capacity(left.len() + right.len());
    for &x in left.iter().chain(right) {
        operands.push(Mapped::yes(b.reshape(x, &[size])?));
    }
    let combined = crate::transform::batch_into(b, computation, &batch, &operands)?;
    let mut results = Vec::with_capacity(combined.len());
    for x in combined {
        let flat = batching::front(b, &batch, x)?;
        results.push(b.reshape(flat, &shape)?);
    }
    Ok(results)
}
