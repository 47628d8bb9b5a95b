//! Pieces that several primitives' rules share.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{Array, Builder, IrError, Location, Op, Result, TensorType, Value, with_buffer};

/// Checks the number of operands and returns them as an array.
pub(crate) fn operands<'a, 'b, const N: usize>(
    op: &'static str,
    types: &'b [&'a TensorType],
) -> Result<[&'a TensorType; N]> {
    <[&TensorType; N]>::try_from(types).map_err(|_| {
        let message = format!("takes {N} operand{}, {} given", if N == 1 { "" } else { "s" }, types.len());
        IrError::ty(op, message, types)
    })
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
pub(crate) fn arrays<'a, 'b, const N: usize>(op: &'static str, arrays: &'b [&'a Array]) -> Result<[&'a Array; N]> {
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
