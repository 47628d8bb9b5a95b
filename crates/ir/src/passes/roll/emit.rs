//! A function with a run of segments replaced by a scan.

use std::sync::Arc;

use super::dataflow::{Output, Plan, Source};
use crate::ops::{Constant, Steps};
use crate::{Array, Builder, Function, IrError, Location, Op, Result, Value};

/// `function` with the segments of `plan` in a scan.
pub(super) fn rolled(function: &Function, plan: &Plan) -> Result<Function> {
    let mut b = Builder::new(function.name.clone());
    let mut env: Vec<Option<Value>> = vec![None; function.num_values()];
    for &param in &function.params {
        env[param.index()] = Some(b.param(function.ty(param).clone()));
    }
    copy(function, 0..plan.start, &mut b, &mut env)?;

    let (body, stacked_constants) = body(function, plan)?;
    b.set_location(place(function, plan));
    let look_up = |env: &[Option<Value>], values: &[Value]| function.look_up_all(env, values);
    let consts = look_up(&env, &plan.consts)?;
    let init: Vec<Value> = plan.carry.iter().map(|&(init, _)| init).collect();
    let init = look_up(&env, &init)?;
    let mut xs = Vec::new();
    for values in &plan.xs {
        let values = look_up(&env, values)?;
        xs.push(stack(&mut b, &values)?);
    }
    for array in stacked_constants {
        xs.push(b.constant(array)?);
    }
    let (ends, ys) = b.scan(&Arc::new(body), &consts, &init, &xs, Steps::new(plan.count))?;

    // What is used outside: ends of the carry, and slices of the outputs.
    for (&(_, output), end) in plan.carry.iter().zip(ends) {
        env[plan.value(function, plan.count - 1, output).index()] = Some(end);
    }
    let used = used_after(function, plan);
    for (&output, stack) in plan.ys.iter().zip(ys) {
        for segment in 0..plan.count {
            let value = plan.value(function, segment, output);
            if used[value.index()] && env[value.index()].is_none() {
                env[value.index()] = Some(slice(&mut b, stack, segment)?);
            }
        }
    }
    copy(function, plan.end()..function.equations.len(), &mut b, &mut env)?;
    let results = look_up(&env, &function.results)?;
    Ok(b.finish(results))
}

/// Copies a range of equations.
fn copy(function: &Function, range: std::ops::Range<usize>, b: &mut Builder, env: &mut [Option<Value>]) -> Result<()> {
    for eqn in &function.equations[range] {
        let inputs = function.look_up_all(env, &eqn.inputs)?;
        let outputs = b.copy(function, eqn, &inputs, eqn.location.clone());
        for (output, &value) in eqn.outputs.iter().zip(outputs) {
            env[output.index()] = Some(value);
        }
    }
    Ok(())
}

/// The first segment as a function of constants, carry and slices; and the stacks of constants that
/// differ between segments, which are its last slices.
fn body(function: &Function, plan: &Plan) -> Result<(Function, Vec<Array>)> {
    let mut b = Builder::new("layer");
    let consts: Vec<Value> = plan.consts.iter().map(|&v| b.param(function.ty(v).clone())).collect();
    let carry: Vec<Value> = plan.carry.iter().map(|&(v, _)| b.param(function.ty(v).clone())).collect();
    let xs: Vec<Value> = plan.xs.iter().map(|values| b.param(function.ty(values[0]).clone())).collect();
    let mut stacks = Vec::new();
    let mut made: Vec<Vec<Value>> = Vec::with_capacity(plan.period);
    for (equation, sources) in plan.sources.iter().enumerate() {
        let eqn = &function.equations[plan.start + equation];
        if plan.constants.contains(&equation) {
            stacks.push(stack_of_constants(function, plan, equation)?);
            made.push(vec![b.param(function.ty(eqn.outputs[0]).clone())]);
            continue;
        }
        let inputs: Vec<Value> = sources
            .iter()
            .map(|&source| match source {
                Source::Local(Output { equation, number }) => made[equation][number],
                Source::Const(i) => consts[i],
                Source::Carry(i) => carry[i],
                Source::Sliced(i) => xs[i],
            })
            .collect();
        made.push(b.copy(function, eqn, &inputs, eqn.location.clone()).to_vec());
    }
    let find = |output: Output| made[output.equation][output.number];
    let results = plan.carry.iter().map(|&(_, output)| find(output)).chain(plan.ys.iter().map(|&y| find(y)));
    let results = results.collect();
    Ok((b.finish(results), stacks))
}

/// A constant's values in all segments.
fn stack_of_constants(function: &Function, plan: &Plan, equation: usize) -> Result<Array> {
    let mut bytes = Vec::new();
    for segment in 0..plan.count {
        match &function.equations[plan.start + segment * plan.period + equation].op {
            Op::Constant(Constant(array)) => bytes.extend(array.to_le_bytes()),
            _ => {
                let message = "a segment has no constant where the first one has".to_owned();
                return Err(IrError::Invalid { function: function.name.clone(), message });
            }
        }
    }
    let ty = function.ty(plan.value(function, 0, Output { equation, number: 0 }));
    Array::from_le_bytes(&ty.with_shape([&[plan.count], &ty.shape[..]].concat()), &bytes)
}

/// The place of the first equation that has one.
fn place(function: &Function, plan: &Plan) -> Location {
    let segment = &function.equations[plan.start..plan.start + plan.period];
    segment.iter().map(|eqn| &eqn.location).find(|place| !place.is_unknown()).cloned().unwrap_or(Location::UNKNOWN)
}

fn stack(b: &mut Builder, values: &[Value]) -> Result<Value> {
    let mut rows = Vec::with_capacity(values.len());
    for &value in values {
        let shape = [&[1], &b.ty(value).shape[..]].concat();
        rows.push(b.reshape(value, &shape)?);
    }
    b.concatenate(&rows, 0)
}

fn slice(b: &mut Builder, stack: Value, segment: usize) -> Result<Value> {
    let row = b.slice_in_dim(stack, segment, segment + 1, 0)?;
    let shape = b.ty(row).shape[1..].to_vec();
    b.reshape(row, &shape)
}

/// For each value whether an equation after the last segment uses it, or it is a result.
fn used_after(function: &Function, plan: &Plan) -> Vec<bool> {
    let mut used = vec![false; function.num_values()];
    let inputs = function.equations[plan.end()..].iter().flat_map(|eqn| &eqn.inputs);
    inputs.chain(&function.results).for_each(|v| used[v.index()] = true);
    used
}
