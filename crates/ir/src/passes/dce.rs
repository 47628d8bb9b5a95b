//! Dead code elimination, also inside loops and branches.

use std::sync::Arc;

use crate::ops::{Checkpoint, Cond, Scan, While};
use crate::{Equation, Function, Op, Value};

/// `function` without the equations that no result needs. Parameters stay. Loops, branches and
/// checkpoints lose results, carried values and operands that nothing needs.
pub fn dce(mut function: Function) -> Function {
    let mut live = vec![false; function.num_values()];
    function.results.iter().for_each(|r| live[r.index()] = true);
    let mut needed = vec![false; function.equations.len()];
    for (eqn, needed) in function.equations.iter_mut().zip(&mut needed).rev() {
        *needed = eqn.outputs.iter().any(|o| live[o.index()]);
        if *needed {
            prune(eqn, &live);
            eqn.inputs.iter().for_each(|i| live[i.index()] = true);
        }
    }
    let mut flags = needed.iter();
    function.equations.retain(|_| flags.next() == Some(&true));
    function.renumber();
    function
}

/// For each equation, whether some result depends on it.
pub(super) fn needed(function: &Function) -> Vec<bool> {
    let mut live = vec![false; function.num_values()];
    function.results.iter().for_each(|r| live[r.index()] = true);
    let mut needed = vec![false; function.equations.len()];
    for (eqn, needed) in function.equations.iter().zip(&mut needed).rev() {
        *needed = eqn.outputs.iter().any(|o| live[o.index()]);
        if *needed {
            eqn.inputs.iter().for_each(|i| live[i.index()] = true);
        }
    }
    needed
}

/// Takes from an equation with functions inside what is not needed for its live outputs.
pub(crate) fn prune(eqn: &mut Equation, live: &[bool]) {
    let outputs: Vec<bool> = eqn.outputs.iter().map(|o| live[o.index()]).collect();
    let pruned = match &eqn.op {
        Op::Scan(op) => scan(op, &outputs),
        Op::While(op) => while_loop(op, &outputs),
        Op::Cond(op) => cond(op, &outputs),
        Op::Checkpoint(op) => checkpoint(op, &outputs),
        _ => None,
    };
    if let Some(Pruned { op, inputs, outputs }) = pruned {
        eqn.op = op;
        eqn.inputs = select(&eqn.inputs, &inputs);
        eqn.outputs = select(&eqn.outputs, &outputs);
    }
}

/// A primitive with some of its operands and results.
struct Pruned {
    op: Op,
    inputs: Vec<bool>,
    outputs: Vec<bool>,
}

impl Pruned {
    /// Nothing, if all stays.
    fn unless_whole(self) -> Option<Self> {
        let whole = self.inputs.iter().chain(&self.outputs).all(|&kept| kept);
        (!whole).then_some(self)
    }
}

fn select<T: Clone>(all: &[T], flags: &[bool]) -> Vec<T> {
    all.iter().zip(flags).filter(|(_, kept)| **kept).map(|(item, _)| item.clone()).collect()
}

/// `function` with some of its results, without what these do not need, and which parameters it uses.
fn with_results(function: &Function, kept: &[bool]) -> (Function, Vec<bool>) {
    let mut function = function.clone();
    function.results = select(&function.results, kept);
    let function = dce(function);
    let used = used(&function);
    (function, used)
}

/// Which parameters something uses.
fn used(function: &Function) -> Vec<bool> {
    let mut used = vec![false; function.num_values()];
    let inputs = function.equations.iter().flat_map(|eqn| &eqn.inputs);
    inputs.chain(&function.results).for_each(|v: &Value| used[v.index()] = true);
    function.params.iter().map(|p| used[p.index()]).collect()
}

/// `function` with some of its parameters; the others are unused.
fn with_params(mut function: Function, kept: &[bool]) -> Arc<Function> {
    function.params = select(&function.params, kept);
    function.renumber();
    Arc::new(function)
}

/// Keeps results in `outputs` that are live, and of the first `carry.len()`, which are carried, those that
/// the body needs for them; `also` are parameters that are used elsewhere. Returns the body and which
/// parameters are kept.
fn fixed_point(
    body: &Function,
    outputs: &mut [bool],
    carry: std::ops::Range<usize>,
    also: &[bool],
) -> (Function, Vec<bool>) {
    let mark = |outputs: &mut [bool], params: &[bool]| {
        let before = outputs.to_vec();
        outputs.iter_mut().zip(&params[carry.clone()]).for_each(|(kept, used)| *kept |= used);
        before != *outputs
    };
    mark(outputs, also);
    loop {
        let (pruned, mut params) = with_results(body, outputs);
        params.iter_mut().zip(also).for_each(|(used, also)| *used |= also);
        if !mark(outputs, &params) {
            // A carried value that only its own result needs stays a parameter.
            params[carry.clone()].copy_from_slice(&outputs[..carry.len()]);
            return (pruned, params);
        }
    }
}

fn scan(op: &Scan, live: &[bool]) -> Option<Pruned> {
    if live.iter().all(|&live| live) && used(&op.body).iter().all(|&used| used) {
        return None;
    }
    let mut outputs = live.to_vec();
    let carry = op.num_consts..op.num_consts + op.num_carry;
    let none = vec![false; op.body.params.len()];
    let (body, inputs) = fixed_point(&op.body, &mut outputs, carry.clone(), &none);
    let count = |flags: &[bool]| flags.iter().filter(|kept| **kept).count();
    let op = Scan {
        num_consts: count(&inputs[..carry.start]),
        num_carry: count(&inputs[carry]),
        body: with_params(body, &inputs),
        steps: op.steps,
    };
    Pruned { op: op.into(), inputs, outputs }.unless_whole()
}

fn while_loop(op: &While, live: &[bool]) -> Option<Pruned> {
    if live.iter().all(|&live| live) {
        return None;
    }
    let mut outputs = live.to_vec();
    let (body, inputs) = fixed_point(&op.body, &mut outputs, 0..op.body.params.len(), &used(&op.cond));
    let op = While { cond: with_params((*op.cond).clone(), &inputs), body: with_params(body, &inputs) };
    Pruned { op: op.into(), inputs, outputs }.unless_whole()
}

fn cond(op: &Cond, live: &[bool]) -> Option<Pruned> {
    let branches: Vec<(Function, Vec<bool>)> = op.branches.iter().map(|branch| with_results(branch, live)).collect();
    let params = op.branches.first()?.params.len();
    let args: Vec<bool> = (0..params).map(|i| branches.iter().any(|(_, used)| used[i])).collect();
    let branches = branches.into_iter().map(|(branch, _)| with_params(branch, &args)).collect();
    let inputs = std::iter::once(true).chain(args).collect();
    Pruned { op: Cond { branches }.into(), inputs, outputs: live.to_vec() }.unless_whole()
}

fn checkpoint(op: &Checkpoint, live: &[bool]) -> Option<Pruned> {
    let (function, inputs) = with_results(&op.function, live);
    let op = Checkpoint { function: with_params(function, &inputs), ..op.clone() };
    Pruned { op: op.into(), inputs, outputs: live.to_vec() }.unless_whole()
}
