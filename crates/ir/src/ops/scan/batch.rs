//! The batching rule of `scan`: one scan of all examples.

use std::sync::Arc;

use crate::ops::batching;
use crate::{Batch, Builder, Mapped, Result, transform};

use super::Scan;

/// The examples come first in operands and results, but second, after the steps, in what is sliced.
pub(super) fn batch(scan: &Scan, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
    // The carry is mapped where its start is or the body makes it so: a fixed point.
    let mut flags: Vec<bool> = operands.iter().map(|operand| operand.mapped).collect();
    let (body, results) = loop {
        let (body, results) = transform::vmap(&scan.body, &flags, batch, scan.parts(&flags).carry)?;
        let carry = scan.num_consts..scan.num_consts + scan.num_carry;
        let next = scan.result_parts(&results).0;
        match flags.get_mut(carry) {
            Some(carry) if carry != next => carry.copy_from_slice(next),
            _ => break (body, results),
        }
    };
    let first_input = scan.num_consts + scan.num_carry;
    let mut inputs = Vec::with_capacity(operands.len());
    for (i, (&operand, &mapped)) in operands.iter().zip(&flags).enumerate() {
        inputs.push(match (mapped, i >= first_input) {
            (true, true) => b.move_axis(operand.value, 0, 1)?,
            (true, false) => batching::front(b, batch, operand)?,
            (false, _) => operand.value,
        });
    }
    let ends = b.emit(Scan { body: Arc::new(body), ..scan.clone() }, &inputs)?;
    let mut answer = Vec::with_capacity(ends.len());
    for (i, (value, mapped)) in ends.into_iter().zip(results).enumerate() {
        let value = if mapped && i >= scan.num_carry { b.move_axis(value, 1, 0)? } else { value };
        answer.push(Mapped { value, mapped });
    }
    Ok(answer)
}
