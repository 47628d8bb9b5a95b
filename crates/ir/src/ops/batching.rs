//! Pieces that several primitives' `batch` rules share.

use std::sync::Arc;

use crate::{Batch, Builder, Function, IrError, Mapped, Op, Primitive, Result, TensorType, Value};

use super::rules;

/// The operand with examples along dimension 0: repeated for each of them if all share it.
pub(crate) fn front(b: &mut Builder, batch: &Batch, operand: Mapped) -> Result<Value> {
    if operand.mapped {
        return Ok(operand.value);
    }
    let shape = &b.ty(operand.value).shape;
    let dims: Vec<usize> = (1..=shape.len()).collect();
    let shape: Vec<usize> = [&[batch.size], shape.as_slice()].concat();
    b.broadcast_in_dim(operand.value, &shape, &dims)
}

/// All operands as [`front`] gives them.
pub(crate) fn all_front(b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Value>> {
    operands.iter().map(|&operand| front(b, batch, operand)).collect()
}

/// Whether any operand is mapped.
pub(crate) fn any_mapped(operands: &[Mapped]) -> bool {
    operands.iter().any(|operand| operand.mapped)
}

/// The values without their flags.
pub(crate) fn values(operands: &[Mapped]) -> Vec<Value> {
    operands.iter().map(|operand| operand.value).collect()
}

/// Which values are mapped.
pub(crate) fn flags(operands: &[Mapped]) -> Vec<bool> {
    operands.iter().map(|operand| operand.mapped).collect()
}

/// Values with their flags.
pub(crate) fn flagged(values: Vec<Value>, flags: &[bool]) -> Vec<Mapped> {
    values.into_iter().zip(flags).map(|(value, &mapped)| Mapped { value, mapped }).collect()
}

/// The type that one example has of an operand.
pub(crate) fn example_type(b: &Builder, operand: Mapped) -> TensorType {
    let ty = b.ty(operand.value);
    if operand.mapped { ty.with_shape(ty.shape.iter().skip(1).copied().collect::<Vec<_>>()) } else { ty.clone() }
}

/// Dimensions of an example as dimensions of the mapped value.
pub(crate) fn shifted(dims: &[usize]) -> Vec<usize> {
    dims.iter().map(|d| d + 1).collect()
}

/// A list with one entry per dimension, with `first` for the examples.
pub(crate) fn with_first<T: Clone>(first: T, rest: &[T]) -> Vec<T> {
    [&[first], rest].concat()
}

/// `op` applied to all operands with examples along dimension 0; its results have them there too. The
/// rule of a primitive that has been told to treat dimension 0 as independent, or does so anyway.
pub(crate) fn apply(b: &mut Builder, batch: &Batch, op: impl Into<Op>, operands: &[Mapped]) -> Result<Vec<Mapped>> {
    if !any_mapped(operands) {
        return unmapped(b, op, operands);
    }
    let operands = all_front(b, batch, operands)?;
    Ok(b.emit(op, &operands)?.into_iter().map(Mapped::yes).collect())
}

/// `op` applied as it is to operands that all examples share.
pub(crate) fn unmapped(b: &mut Builder, op: impl Into<Op>, operands: &[Mapped]) -> Result<Vec<Mapped>> {
    Ok(b.emit(op, &values(operands))?.into_iter().map(Mapped::no).collect())
}

/// An operand that may be a scalar where others have `shape` (of one example), as a predicate or a bound:
/// a scalar that all examples share stays one, anything else gets the batch's shape.
pub(crate) fn scalar_or_full(b: &mut Builder, batch: &Batch, operand: Mapped, shape: &[usize]) -> Result<Value> {
    if example_type(b, operand).rank() > 0 {
        return front(b, batch, operand);
    }
    if !operand.mapped {
        return Ok(operand.value);
    }
    let full: Vec<usize> = with_first(batch.size, shape);
    b.broadcast_in_dim(operand.value, &full, &[0])
}

/// Operands of a fixed number.
pub(crate) fn operands<const N: usize>(op: &'static str, operands: &[Mapped]) -> Result<[Mapped; N]> {
    <[Mapped; N]>::try_from(operands).map_err(|_| rules::wrong_count(op, N, operands.len(), &[]))
}

/// Whether `op`, or a function inside it, is a collective over the axis called `name`.
pub(crate) fn names_axis(op: &Op, name: &str) -> bool {
    match op {
        Op::Collective(collective) => *collective.axis_name == *name,
        op => {
            let inside = |function: &Arc<Function>| function.equations.iter().any(|eqn| names_axis(&eqn.op, name));
            op.attrs().iter().any(|(_, attr)| attr.functions().iter().any(inside))
        }
    }
}

/// `function`, made by [`crate::transform::vmap`], with examples along dimension 0 of all results that
/// `mapped` marks. `examples` are the types of the results for one example.
pub(crate) fn instantiate(
    function: Function,
    batch: &Batch,
    examples: &[TensorType],
    mapped: &[bool],
) -> Result<Function> {
    let missing: Vec<bool> = function
        .result_types()
        .iter()
        .zip(examples)
        .zip(mapped)
        .map(|((ty, example), &mapped)| mapped && ty == example)
        .collect();
    if !missing.contains(&true) {
        return Ok(function);
    }
    let mut b = Builder::new(function.name.clone());
    let params: Vec<Value> = function.param_types().into_iter().map(|ty| b.param(ty)).collect();
    let mut results = b.inline(&function, &params)?;
    for (result, _) in results.iter_mut().zip(missing).filter(|(_, missing)| *missing) {
        *result = front(&mut b, batch, Mapped::no(*result))?;
    }
    Ok(b.finish(results))
}

impl Builder {
    /// Moves dimension `from` to be dimension `to`; the others keep their order. Emits nothing if that is
    /// the identity.
    ///
    /// # Errors
    /// There are no such dimensions.
    pub fn move_axis(&mut self, x: Value, from: usize, to: usize) -> Result<Value> {
        let rank = self.ty(x).rank();
        if from >= rank || to >= rank {
            let message = format!("cannot move dimension {from} to {to}");
            return Err(IrError::ty("move_axis", message, &[self.ty(x)]));
        }
        if from == to {
            return Ok(x);
        }
        let mut order: Vec<usize> = (0..rank).filter(|&d| d != from).collect();
        order.insert(to, from);
        self.transpose(x, &order)
    }
}
