//! Loops and branches: what does not depend on the step leaves the loop, and what is decided at compile
//! time is no loop or branch.

use std::sync::Arc;

use super::Simplifier;
use super::graph::Graph;
use crate::ops::{BroadcastInDim, Cond, Scan, While};
use crate::transform::{Split, is_cheap};
use crate::{Builder, Equation, Function, Op, Result, Value};

impl Simplifier<'_> {
    /// Emits a primitive whose nested functions are simplified already.
    pub(super) fn control(&mut self, graph: &mut Graph<'_>, op: Op, inputs: &[Value]) -> Result<Vec<Value>> {
        match op {
            Op::Cond(op) => match (chosen(graph, &op, inputs), inputs) {
                (Some(branch), [_, args @ ..]) => self.emit(graph, &branch, args),
                _ => graph.emit(op, inputs),
            },
            // No step or a single one needs no loop.
            Op::Scan(op) if op.steps.length <= 1 => self.emit(graph, &op.expanded()?, inputs),
            Op::Scan(op) => self.scan(graph, op, inputs),
            Op::While(op) => self.while_loop(graph, op, inputs),
            op => graph.emit(op, inputs),
        }
    }

    /// A scan without what is the same in every step: equations on constants, carried values that never
    /// change, inputs whose slices are equal, outputs that are inputs or never change.
    fn scan(&mut self, graph: &mut Graph<'_>, scan: Scan, inputs: &[Value]) -> Result<Vec<Value>> {
        let body = &scan.body;
        let carry = scan.num_consts..scan.num_consts + scan.num_carry;
        let (carry_results, ys) = body.results.split_at(scan.num_carry);
        // Values outside for parameters that are the same in every step.
        let mut same: Vec<Option<Value>> = Vec::with_capacity(inputs.len());
        for (i, (&input, &param)) in inputs.iter().zip(&body.params).enumerate() {
            same.push(if i < carry.start {
                Some(input)
            } else if i < carry.end {
                (carry_results[i - carry.start] == param).then_some(input)
            } else {
                slice_of_equal(graph, input)?
            });
        }
        let split = Split::new(body, same.iter().map(Option::is_none));
        let place = |y: Value| body.params[carry.end..].iter().position(|&x| x == y && split.is_unknown(y));
        let results = carry_results.iter().chain(ys).copied().enumerate().filter(|&(i, r)| match i < scan.num_carry {
            true => same[carry.start + i].is_none(),
            false => split.is_unknown(r) && place(r).is_none(),
        });
        let results: Vec<Value> = results.map(|(_, r)| r).collect();
        let constant_ys: Vec<Value> = ys.iter().copied().filter(|&y| !split.is_unknown(y)).collect();
        let (mut half, residuals) = split.unknown_half(body.name.clone(), &results, is_cheap)?;
        let consts = &body.params[..carry.start];
        let is_whole = results.len() == body.results.len()
            && same[carry.start..].iter().all(Option::is_none)
            && residuals.iter().all(|r| consts.contains(r));
        if is_whole {
            return graph.emit(scan, inputs);
        }

        let known = split.known_half(body.name.clone(), &[&residuals[..], &constant_ys].concat())?;
        let args: Vec<Value> = same.iter().flatten().copied().collect();
        let mut operands = self.emit(graph, &known, &args)?;
        let mut constant_ys = operands.split_off(residuals.len()).into_iter();
        let varying = |range: std::ops::Range<usize>| {
            range.filter(|&i| same[i].is_none()).map(|i| inputs[i]).collect::<Vec<Value>>()
        };
        let init = varying(carry.clone());
        operands.extend(&init);
        operands.extend(varying(carry.end..inputs.len()));
        half.name.clone_from(&body.name);
        let slim = Scan { num_consts: residuals.len(), num_carry: init.len(), steps: scan.steps, body: Arc::new(half) };
        let mut found = graph.emit(slim, &operands)?.into_iter();

        let mut answer = Vec::with_capacity(body.results.len());
        for (i, &result) in body.results.iter().enumerate() {
            let value = match (i < scan.num_carry, place(result)) {
                (true, _) => same[carry.start + i],
                (false, Some(x)) => Some(inputs[carry.end + x]),
                (false, None) if split.is_unknown(result) => None,
                (false, None) => match constant_ys.next() {
                    Some(y) => Some(repeated(graph, y, scan.steps.length)?),
                    None => None,
                },
            };
            // What is none of these is what the slimmer scan computes, in order.
            answer.extend(value.or_else(|| found.next()));
        }
        Ok(answer)
    }

    /// A loop whose body does not compute again what depends only on carried values that never change.
    fn while_loop(&mut self, graph: &mut Graph<'_>, op: While, inputs: &[Value]) -> Result<Vec<Value>> {
        let body = &op.body;
        let varies: Vec<bool> = body.params.iter().zip(&body.results).map(|(param, result)| param != result).collect();
        let split = Split::new(body, varies.iter().copied());
        let (half, residuals) = split.unknown_half(body.name.clone(), &body.results, is_cheap)?;
        let hoisted: Vec<Value> = residuals.iter().copied().filter(|r| !body.params.contains(r)).collect();
        if hoisted.is_empty() {
            return graph.emit(op, inputs);
        }
        let known = split.known_half(body.name.clone(), &hoisted)?;
        let pick = |all: &[Value], asked: bool| -> Vec<Value> {
            all.iter().zip(&varies).filter(|(_, varies)| **varies == asked).map(|(&v, _)| v).collect()
        };
        let extra = self.emit(graph, &known, &pick(inputs, false))?;

        let start = |name: &str| {
            let mut b = Builder::new(name);
            let extra: Vec<Value> = hoisted.iter().map(|&v| b.param(body.ty(v).clone())).collect();
            let carried: Vec<Value> = body.params.iter().map(|&p| b.param(body.ty(p).clone())).collect();
            (b, extra, carried)
        };
        let (mut b, _, carried) = start(&op.cond.name);
        let holds = b.inline(&op.cond, &carried)?;
        let cond = Arc::new(b.finish(holds));
        let (mut b, inner, carried) = start(&body.name);
        let find = |residual: &Value| {
            let given = hoisted.iter().zip(&inner).chain(body.params.iter().zip(&carried));
            given.into_iter().find(|(value, _)| *value == residual).map(|(_, &inside)| inside)
        };
        let args: Vec<Value> = residuals.iter().filter_map(find).chain(pick(&carried, true)).collect();
        let results = b.inline(&half, &args)?;
        let body = Arc::new(b.finish([inner, results].concat()));
        let mut ends = graph.emit(While { cond, body }, &[&extra, inputs].concat())?;
        Ok(ends.split_off(extra.len()))
    }
}

/// The branch that a constant index chooses, or the only one.
fn chosen(graph: &Graph<'_>, op: &Cond, inputs: &[Value]) -> Option<Arc<Function>> {
    let last = op.branches.len().checked_sub(1)?;
    let index = if last == 0 { 0.0 } else { graph.number(*inputs.first()?)? };
    op.branches.get((index.max(0.0) as usize).min(last)).cloned()
}

/// The slice of a tensor whose slices along dimension 0 are equal, as its definition shows.
fn slice_of_equal(graph: &mut Graph<'_>, x: Value) -> Result<Option<Value>> {
    let Some(Equation { op: Op::BroadcastInDim(op), inputs, .. }) = graph.def(x) else { return Ok(None) };
    let (Some(&source), false) = (inputs.first(), op.dims.contains(&0)) else { return Ok(None) };
    let shape = op.shape.get(1..).unwrap_or_default().to_vec();
    let dims = op.dims.iter().map(|d| d - 1).collect();
    graph.emit1(BroadcastInDim { shape, dims }, &[source]).map(Some)
}

/// `x` as every slice along a new dimension 0.
fn repeated(graph: &mut Graph<'_>, x: Value, length: usize) -> Result<Value> {
    let shape = [&[length], &graph.ty(x).shape[..]].concat();
    let dims = (1..shape.len()).collect();
    graph.emit1(BroadcastInDim { shape, dims }, &[x])
}
