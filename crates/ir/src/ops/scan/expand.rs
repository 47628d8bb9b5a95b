//! A scan as a `while` loop over a counter.

use std::sync::Arc;

use super::{Scan, Steps, stacked};
use crate::{Array, Builder, DType, Function, Result, TensorType, Value};

/// The function that computes what `scan` computes, with a loop of its own.
///
/// The loop carries the counter, the operands and the outputs, each of which it overwrites slice by slice. A
/// scan that one round completes becomes straight-line code.
pub(super) fn expand(scan: &Scan) -> Result<Function> {
    let Steps { length, unroll, .. } = scan.steps;
    let mut b = Builder::new(NAME);
    let body = &scan.body;
    let params = scan.parts(&body.params);
    let unsliced = params.consts.iter().chain(params.carry).map(|&p| body.ty(p).clone());
    let sliced = params.xs.iter().map(|&p| stacked(length, body.ty(p)));
    let operands: Vec<Value> = unsliced.chain(sliced).map(|ty| b.param(ty)).collect();
    let results = match length <= unroll.max(1) {
        true => straight(scan, &mut b, &operands)?,
        false => rolled(scan, &mut b, &operands)?,
    };
    Ok(b.finish(results))
}

const NAME: &str = "scan";

/// All steps one after the other.
fn straight(scan: &Scan, b: &mut Builder, operands: &[Value]) -> Result<Vec<Value>> {
    let parts = scan.parts(operands);
    let mut carry = parts.carry.to_vec();
    let (_, outputs) = scan.result_parts(&scan.body.results);
    let mut stacks: Vec<Vec<Value>> = vec![Vec::new(); outputs.len()];
    for i in scan.steps.order() {
        let mut args = [parts.consts, &carry].concat();
        for &x in parts.xs {
            let slice = b.slice_in_dim(x, i, i + 1, 0)?;
            args.push(drop_first_dim(b, slice)?);
        }
        carry = b.inline(&scan.body, &args)?;
        for (stack, y) in stacks.iter_mut().zip(carry.split_off(scan.num_carry)) {
            stack.push(add_first_dim(b, y)?);
        }
    }
    for (mut stack, &output) in stacks.into_iter().zip(outputs) {
        if scan.steps.reverse {
            stack.reverse();
        }
        carry.push(match stack[..] {
            [] => b.full(&stacked(0, scan.body.ty(output)), 0.0)?,
            [only] => only,
            _ => b.concatenate(&stack, 0)?,
        });
    }
    Ok(carry)
}

/// Rounds of `unroll` steps, then the steps that are left.
fn rolled(scan: &Scan, b: &mut Builder, operands: &[Value]) -> Result<Vec<Value>> {
    let Steps { length, unroll, .. } = scan.steps;
    let in_rounds = length / unroll * unroll;
    let (_, outputs) = scan.result_parts(&scan.body.results);

    let mut state = vec![counter(b, 0)?];
    state.extend(operands);
    for &output in outputs {
        state.push(b.full(&stacked(length, scan.body.ty(output)), 0.0)?);
    }
    let types: Vec<TensorType> = state.iter().map(|&v| b.ty(v).clone()).collect();

    let mut cond = Builder::new("more");
    let inner: Vec<Value> = types.iter().map(|ty| cond.param(ty.clone())).collect();
    let end = counter(&mut cond, in_rounds)?;
    let more = cond.lt(inner[0], end)?;
    let cond = Arc::new(cond.finish(vec![more]));

    let mut round = Builder::new(scan.body.name.clone());
    let mut inner: Vec<Value> = types.into_iter().map(|ty| round.param(ty)).collect();
    for _ in 0..unroll {
        step(scan, &mut round, &mut inner)?;
    }
    let round = Arc::new(round.finish(inner));

    let mut state = b.while_loop(&cond, &round, &state)?;
    for done in in_rounds..length {
        // The counter's value is known here, which makes the windows' places constant.
        state[0] = counter(b, done)?;
        step(scan, b, &mut state)?;
    }
    let (unsliced, rest) = (1 + scan.num_consts, 1 + operands.len());
    Ok([&state[unsliced..unsliced + scan.num_carry], &state[rest..]].concat())
}

/// One step: counter, constants, carry, inputs and outputs become those after it.
fn step(scan: &Scan, b: &mut Builder, state: &mut [Value]) -> Result<()> {
    let [at, state @ ..] = state else { return Ok(()) };
    let (operands, outputs) = state.split_at_mut(scan.body.params.len());
    let parts = scan.parts(operands);
    let place = match scan.steps.reverse {
        true => {
            let last = counter(b, scan.steps.length - 1)?;
            b.sub(last, *at)?
        }
        false => *at,
    };
    let origin = counter(b, 0)?;
    let starts = |rank: usize| {
        let mut starts = vec![origin; rank];
        starts[0] = place;
        starts
    };
    let mut args = [parts.consts, parts.carry].concat();
    for &x in parts.xs {
        let shape = b.ty(x).shape.clone();
        let sizes = [&[1], &shape[1..]].concat();
        let slice = b.dynamic_slice(x, &starts(shape.len()), &sizes)?;
        args.push(drop_first_dim(b, slice)?);
    }
    let results = b.inline(&scan.body, &args)?;
    let (carry, ys) = scan.result_parts(&results);
    for (output, &y) in outputs.iter_mut().zip(ys) {
        let y = add_first_dim(b, y)?;
        *output = b.dynamic_update_slice(*output, y, &starts(b.ty(y).rank()))?;
    }
    operands[scan.num_consts..scan.num_consts + carry.len()].copy_from_slice(carry);
    *at = b.add_scalar(*at, 1.0)?;
    Ok(())
}

fn counter(b: &mut Builder, value: usize) -> Result<Value> {
    b.constant(Array::scalar(DType::I32, value as f64))
}

fn drop_first_dim(b: &mut Builder, x: Value) -> Result<Value> {
    let shape = b.ty(x).shape[1..].to_vec();
    b.reshape(x, &shape)
}

fn add_first_dim(b: &mut Builder, x: Value) -> Result<Value> {
    let shape = [&[1], &b.ty(x).shape[..]].concat();
    b.reshape(x, &shape)
}
